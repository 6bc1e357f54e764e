#include "compiler/tools/mercerc/Scalar.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <span>
#include <utility>

namespace mercer::tools {
namespace {

constexpr int true_bits = 500;
constexpr std::int64_t near = 1 << 10;   ///< floats on each side of a special one
constexpr std::size_t at_once = 1 << 12; ///< so that the code of one size of arrays does for all, in a cache near the core
constexpr float largest_float = std::numeric_limits<float>::max();
constexpr double most = 0x1p128; ///< what infinity counts as

/// Floats in order, as integers: 0 for both zeros.
std::int64_t ordinal(float number) {
  const auto bits = static_cast<std::int64_t>(std::bit_cast<std::uint32_t>(number) & 0x7fffffff);
  return std::signbit(number) ? -bits : bits;
}
float float_at(std::int64_t ordinal) {
  const float size = std::bit_cast<float>(static_cast<std::uint32_t>(std::abs(ordinal)));
  return ordinal < 0 ? -size : size;
}

/// Infinity as 2^128; NaN stays.
double bounded(double number) {
  number = most < number ? most : number;
  return number < -most ? -most : number;
}

/// Units in the last place of f32 in 1, at the binade of `scale`.
double units_in_one(double scale) {
  scale = std::abs(scale);
  scale = scale < 0x1p-126 ? 0x1p-126 : largest_float < scale ? largest_float : scale;
  const std::uint64_t exponent = std::bit_cast<std::uint64_t>(scale) >> 52;
  return std::bit_cast<double>((std::uint64_t(2 * 1023 + 23) - exponent) << 52);
}

/// The distance in units in the last place of f32 at `scale`; NaN where one is NaN.
double ulps_between(double given, double expected, double scale) { return std::abs(bounded(given) - bounded(expected)) * units_in_one(scale); }

/// The forward error: infinite where one is NaN.
double error_of(double given, double expected) {
  if (std::isnan(given) || std::isnan(expected))
    return std::isnan(given) && std::isnan(expected) ? 0 : HUGE_VAL;
  return ulps_between(given, expected, expected);
}

constexpr std::size_t group = 16;

/// Are all of a group within `ulps`? Without a branch for each, as most groups are.
bool all_within(double ulps, const float *given, const double *expected) {
  int outside = 0;
  for (std::size_t n = 0; n < group; ++n)
    outside += !(ulps_between(given[n], expected[n], expected[n]) <= ulps);
  return outside == 0;
}

/// What an input that is not varied is; null: no number stands for it.
std::optional<double> fixed_value(const stdlib::ParameterInfo &parameter, double any, bool second) {
  switch (parameter.draw) {
  case stdlib::Draw::normal:
  case stdlib::Draw::fixed:
    return any;
  case stdlib::Draw::positive:
    return parameter.high <= 1 ? 0.3 : 1.5; // whose logarithms are no floats
  case stdlib::Draw::probability:
    return 1;
  case stdlib::Draw::cosine:
    return 0.3;
  case stdlib::Draw::binary:
    return second;
  case stdlib::Draw::sign:
    return second ? 1 : -1;
  default:
    return {};
  }
}

bool has_two_values(const stdlib::ParameterInfo &parameter) { return parameter.draw == stdlib::Draw::binary || parameter.draw == stdlib::Draw::sign; }

std::vector<std::string> names_in(std::string_view shape) {
  std::vector<std::string> names;
  while (!shape.empty()) {
    const std::size_t comma = std::min(shape.find(','), shape.size());
    names.emplace_back(shape.substr(0, comma));
    shape.remove_prefix(std::min(comma + 1, shape.size()));
  }
  return names;
}

/// Along the first dimension of what is varied -1, along its others `inner`, else 1; none where a dimension has a size of its own.
std::optional<std::vector<std::int64_t>> shape_of(const stdlib::ParameterInfo &parameter, const std::vector<std::string> &varied,
                                                  std::int64_t inner) {
  std::vector<std::int64_t> shape;
  for (const std::string &name : names_in(parameter.shape)) {
    if (name.find_first_of("0123456789+") != std::string::npos || name == "height" || name == "width")
      return {};
    shape.push_back(name == varied.front() ? -1 : std::count(varied.begin(), varied.end(), name) ? inner : 1);
  }
  return shape;
}

/// All elements, or the one that they all are, with so many along the first dimension of what is varied.
template <class Real>
Array array_of(const ArrayData &data, std::int64_t samples) {
  std::vector<std::int64_t> shape = data.shape;
  std::replace(shape.begin(), shape.end(), std::int64_t(-1), samples);
  Array array(dtype_of<Real>, Shape(shape));
  for (std::int64_t n = 0; n < array.size(); ++n)
    array.data<Real>()[n] = static_cast<Real>(data.reals[data.reals.size() == 1 ? 0 : static_cast<std::size_t>(n)]);
  return array;
}

} // namespace

/// A function's code for one type, with memory for `at_once` numbers and what it gives for them.
template <class Real>
class ScalarFunction::Code {
public:
  Code(const ScalarFunction &scalar, const Function &function) : function_(function) {
    for (std::size_t n = 0; n < scalar.inputs_.size(); ++n) {
      const ArrayData &input = scalar.inputs_[n];
      if (input.scalar) {
        arguments_.emplace_back(input.reals.front());
        continue;
      }
      Array array = array_of<Real>(input, at_once);
      arguments_.emplace_back(array);
      inputs_.push_back(array);
      if (n == scalar.varied_)
        at = array.data<Real>();
    }
    results_ = function_.call_all(arguments_);
    views_.assign(results_.begin(), results_.end());
    for (std::size_t result : {0, 1})
      results[result] = results_[result + 1].template data<Real>();
  }
  void run() const { function_.run(arguments_, views_); }

  Real *at = nullptr;       ///< the numbers
  const Real *results[2]{}; ///< value, derivative

private:
  const Function &function_;
  std::vector<Array> inputs_, results_;
  std::vector<Argument> arguments_;
  std::vector<View> views_;
};

class ScalarFunction::Walk {
public:
  Walk(const ScalarFunction &scalar, ScalarErrors &errors)
      : scalar_(scalar), given_(scalar, scalar.f32_), truth_(scalar, scalar.f64_), largest_{&errors.value, &errors.slope}, floats_(errors.floats) {}

  void take(float number) {
    given_.at[count_] = number;
    truth_.at[count_] = number;
    if (++count_ == at_once)
      compare();
  }

  void finish() {
    compare();
    while (!suspects_.empty())
      look_around();
  }

  /// The f64 code at these numbers: values, then derivatives.
  std::vector<double> truth(const std::vector<double> &at) {
    std::copy(at.begin(), at.end(), truth_.at);
    truth_.run();
    std::vector<double> results;
    for (const double *result : truth_.results)
      results.insert(results.end(), result, result + at.size());
    return results;
  }

private:
  /// A result that is far from the truth at the argument itself.
  struct Suspect {
    double at, given, expected;
    int result;
  };
  static constexpr int places = 2 * moved_by + 1; ///< a unit apart
  static constexpr std::int64_t many = 1 << 17;
  static constexpr std::size_t suspects_at_once = at_once / places;

  void compare() {
    if (count_ == 0)
      return;
    floats_ += static_cast<std::int64_t>(count_);
    for (; count_ % group != 0; ++count_) {
      given_.at[count_] = given_.at[count_ - 1];
      truth_.at[count_] = truth_.at[count_ - 1];
    }
    given_.run();
    truth_.run();
    for (int result : {0, 1})
      for (std::size_t n = 0; n < count_; n += group) {
        const double least = std::min(largest_[result]->ulps, allowed_ulps);
        if (!all_within(least, given_.results[result] + n, truth_.results[result] + n))
          for (std::size_t element = n; element < n + group; ++element)
            meet(result, element);
      }
    count_ = 0;
    while (suspects_.size() >= suspects_at_once)
      look_around();
  }

  void meet(int result, std::size_t n) {
    const double given = given_.results[result][n], expected = truth_.results[result][n];
    const double ulps = error_of(given, expected);
    LargestError &largest = *largest_[result];
    if (ulps > largest.ulps)
      static_cast<Largest &>(largest) = {ulps, given_.at[n], given, expected};
    // A mixed error is no larger. Of very many such floats some tell, as they are everywhere.
    if (ulps > std::max(allowed_ulps, largest.mixed.ulps) && (++met_ <= many || met_ % 16 == 0))
      suspects_.push_back({truth_.at[n], given, expected, result});
  }

  /// Mixed errors of the last suspects.
  void look_around() {
    const std::size_t count = std::min(suspects_.size(), suspects_at_once);
    const std::span<const Suspect> last = std::span(suspects_).last(count);
    double *place = truth_.at;
    for (const Suspect &suspect : last) {
      const auto number = static_cast<float>(suspect.at);
      const double ulp = std::ldexp(1.0, std::max(number == 0 ? -126 : std::ilogb(number), -126) - 23);
      for (int n = 0; n < places; ++n)
        *place++ = std::clamp(suspect.at + (n - moved_by) * ulp, scalar_.low_, scalar_.high_);
    }
    std::fill(place, truth_.at + at_once, last.front().at);
    truth_.run();
    for (std::size_t n = 0; n < count; ++n) {
      const Suspect &suspect = last[n];
      double low = suspect.expected, high = low;
      for (const double *truth = truth_.results[suspect.result] + n * places; double around : std::span(truth, places)) {
        low = around < low ? around : low; // not NaN
        high = high < around ? around : high;
      }
      const double nearest = suspect.given < low ? low : high < suspect.given ? high : suspect.given;
      const double ulps = std::isnan(suspect.given) || std::isnan(suspect.expected)
                              ? HUGE_VAL
                              : ulps_between(suspect.given, nearest, std::max(std::abs(nearest), std::abs(suspect.expected)));
      Largest &mixed = largest_[suspect.result]->mixed;
      if (ulps > mixed.ulps)
        mixed = {ulps, static_cast<float>(suspect.at), suspect.given, suspect.expected};
    }
    suspects_.resize(suspects_.size() - count);
  }

  const ScalarFunction &scalar_;
  Code<float> given_;
  Code<double> truth_;
  LargestError *largest_[2];
  std::int64_t &floats_;
  std::size_t count_ = 0;
  std::int64_t met_ = 0; ///< floats that might be suspects
  std::vector<Suspect> suspects_;
};

std::vector<std::vector<double>> ScalarFunction::run(const Function &function, const std::vector<double> &at) const {
  std::vector<Array> arrays; // an argument is only a view
  std::vector<Argument> arguments;
  const auto inner = std::accumulate(inputs_[varied_].shape.begin(), inputs_[varied_].shape.end(), std::int64_t(-1), std::multiplies<>());
  for (std::size_t n = 0; n < inputs_.size(); ++n) {
    if (inputs_[n].scalar) {
      arguments.emplace_back(inputs_[n].reals.front());
      continue;
    }
    ArrayData data = inputs_[n];
    if (n == varied_)
      data.reals = at;
    arrays.push_back(array_of<double>(data, static_cast<std::int64_t>(at.size()) / inner));
    arguments.emplace_back(arrays.back());
  }
  std::vector<std::vector<double>> results;
  for (const Array &result : function.call_all(arguments))
    results.push_back(elements(result));
  return results;
}

ScalarErrors ScalarFunction::errors(std::int64_t step) const {
  const std::int64_t first = ordinal(static_cast<float>(std::max(low_, -0x1p60))), last = ordinal(static_cast<float>(std::min(high_, 0x1p60))),
                     least = ordinal(0x1p-60f);
  ScalarErrors errors;
  Walk walk(*this, errors);
  auto take = [&](std::int64_t from, std::int64_t to, std::int64_t by) {
    for (std::int64_t position = from; position <= to; position += by) {
      if (std::abs(position) < least && position != 0) // on to the next of 0 and `least` at once
        position += ((position < 0 ? -position : least - position) - 1) / by * by;
      else
        walk.take(float_at(position));
    }
  };
  take(first, last, step);
  for (std::int64_t special : {std::int64_t(0), ordinal(1), ordinal(-1), first, last})
    take(std::max(special - near, first), std::min(special + near, last), 1);
  walk.finish();

  std::vector<double> few;
  constexpr std::int64_t count = 24;
  for (std::int64_t n = 0; n < count; ++n)
    if (const std::int64_t position = first + (last - first) / count * n + (last - first) / (2 * count); std::abs(position) >= least)
      few.push_back(float_at(position));
  const std::vector<double> code = walk.truth(few);
  const auto exact = run(interpret(*program_, true_bits), few);
  for (std::size_t n = 0; n < code.size(); ++n) {
    const double expected = exact[1 + n / few.size()][n % few.size()], ulps = error_of(code[n], expected);
    if (ulps > errors.truth.ulps)
      errors.truth = {ulps, static_cast<float>(few[n % few.size()]), code[n], expected};
  }
  return errors;
}

std::vector<ScalarFunction> scalar_functions(const stdlib::EntryInfo &entry, const Variant &variant) {
  std::vector<ScalarFunction> functions;
  std::vector<std::pair<std::string, stdlib::Value>> parameters = variant.parameters;
  bool two_values = false;
  for (const stdlib::ParameterInfo &parameter : entry.parameters) {
    if (parameter.kind == stdlib::ParameterKind::reduction)
      parameters.emplace_back(parameter.name, std::string("none"));
    const bool number = parameter.kind == stdlib::ParameterKind::real || parameter.kind == stdlib::ParameterKind::constant;
    if (!parameter.input && number && parameter.initial.kind == stdlib::Initial::Kind::number)
      parameters.emplace_back(parameter.name, static_cast<double>(static_cast<float>(parameter.initial.number)));
    two_values |= parameter.input && has_two_values(parameter);
  }
  /// `inner`: along dimensions of what is varied but the first.
  auto made_of = [&](const stdlib::ParameterInfo &varied, double any, bool second, std::int64_t inner) -> std::optional<ScalarFunction> {
    const std::vector<std::string> names = names_in(varied.shape);
    if (std::count(names.begin(), names.end(), names.front()) > 1)
      return {};
    ScalarFunction function;
    std::vector<stdlib::InputShape> shapes;
    std::vector<std::pair<std::string, ArrayData>> given;
    for (const stdlib::ParameterInfo &parameter : entry.parameters) {
      if (!parameter.input || (parameter.kind == stdlib::ParameterKind::optional_tensor && !variant.optional))
        continue;
      const std::optional<double> value = parameter.shape.empty() ? parameter.initial.number : fixed_value(parameter, any, second);
      const auto shape = shape_of(parameter, names, inner);
      if (!value || !shape)
        return {};
      ArrayData data;
      data.scalar = parameter.shape.empty();
      data.shape = *shape;
      data.reals = {static_cast<double>(static_cast<float>(*value))};
      shapes.push_back({std::string(parameter.name), static_cast<int>(shape->size()), data.scalar});
      given.emplace_back(parameter.name, std::move(data));
    }
    const stdlib::EntryProgram made = stdlib::make_program(entry, shapes, parameters, false);
    const Output &result = made.program.outputs().front();
    if (!entry.is_kernel && to_text(result.value).find('[') != std::string::npos) // where the indices of reductions stand
      return {};
    bool is_used = false;
    for (const Tensor &input : made.inputs)
      for (std::size_t n = 0; n < given.size(); ++n)
        if (given[n].first == input.name()) {
          if (input.name() == varied.name) {
            function.varied_ = function.inputs_.size();
            is_used = true;
          }
          function.inputs_.push_back(given[n].second);
        }
    if (!is_used)
      return {};
    const Program value(
        made.program.name(), made.inputs,
        {{"total", result.indices.empty() ? result.value : sum(result.indices, result.value)}, {"value", result.indices, result.value}});
    // Some numbers, then all but the first of them and another one.
    const double low = std::max(varied.low, -2.0), high = std::min(varied.high, 2.0);
    auto numbers = [&](std::int64_t from) {
      std::vector<double> at;
      for (std::int64_t n = 0; n < 3 * (names.size() == 1 ? 1 : std::int64_t(std::pow(inner, names.size() - 1))); ++n)
        at.push_back(low + (high - low) * (0.04 + std::fmod(0.37 * static_cast<double>(from + n), 0.92)));
      return at;
    };
    const Function interpreted = interpret(value);
    std::vector<double> one, other;
    try {
      one = function.run(interpreted, numbers(0))[1];
      other = function.run(interpreted, numbers(1))[1];
    } catch (const Error &) { // dimensions of other names must be as long
      return {};
    }
    if (one.size() != numbers(0).size() || !std::equal(one.begin() + 1, one.end(), other.begin()) ||
        std::all_of(one.begin(), one.end(), [&](double element) { return element == one.front(); }))
      return {};
    if (inner > 1)
      return function;
    const Tensor &by = made.inputs[function.varied_];
    function.program_ = std::make_shared<const Program>(value_and_gradient(value, {by}));
    function.f32_ = jit(*function.program_, {.threads = 1});
    function.f64_ = jit(*function.program_, {.threads = 1});
    function.low_ = varied.low;
    function.high_ = varied.high;
    function.name_ = varied.name;
    if (two_values)
      function.name_ += second ? ", target 1" : ", other target";
    return function;
  };
  bool is_second_point = false; // of something symmetric: the same function
  for (const stdlib::ParameterInfo &varied : entry.parameters) {
    if (!varied.is_real_input() || varied.shape.empty() || varied.detached || has_two_values(varied) ||
        (varied.kind == stdlib::ParameterKind::optional_tensor && !variant.optional))
      continue;
    if (std::exchange(is_second_point, true) && (entry.properties & stdlib::symmetric || entry.is_kernel))
      continue;
    for (int second = 0; second <= two_values; ++second) {
      for (double any : {0.0, 1.0}) {
        // With the results of a kernel's points of one number, the elements of others must be as many as those of the input.
        if (!entry.is_kernel && names_in(varied.shape).size() > 1 && !made_of(varied, any, second != 0, 2))
          continue;
        if (std::optional<ScalarFunction> function = made_of(varied, any, second != 0, 1)) {
          functions.push_back(std::move(*function));
          break;
        }
      }
    }
  }
  return functions;
}

} // namespace mercer::tools
