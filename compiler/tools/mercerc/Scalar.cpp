#include "compiler/tools/mercerc/Scalar.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

namespace mercer::tools {
namespace {

constexpr int true_bits = 500;
constexpr std::int64_t near = 1 << 10; ///< floats on each side of a special one
constexpr std::size_t at_once = 1 << 15;
constexpr float largest_float = std::numeric_limits<float>::max();

/// Floats in order, as integers: 0 for both zeros.
std::int64_t ordinal(float number) {
  const auto bits = static_cast<std::int64_t>(std::bit_cast<std::uint32_t>(number) & 0x7fffffff);
  return std::signbit(number) ? -bits : bits;
}
float float_at(std::int64_t ordinal) {
  const float size = std::bit_cast<float>(static_cast<std::uint32_t>(std::abs(ordinal)));
  return ordinal < 0 ? -size : size;
}

/// Units in the last place of f32 at `scale`; infinity counts as 2^128.
double ulps_between(double given, double expected, double scale) {
  if (given == expected)
    return 0;
  if (std::isnan(given) || std::isnan(expected))
    return std::isnan(given) && std::isnan(expected) ? 0 : HUGE_VAL;
  const double most = 0x1p128;
  given = std::clamp(given, -most, most);
  expected = std::clamp(expected, -most, most);
  if (given == expected)
    return 0;
  scale = std::clamp(std::abs(scale), 0x1p-126, double(largest_float));
  return std::abs(given - expected) / std::ldexp(1.0, std::ilogb(scale) - 23);
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

bool has_two_values(const stdlib::ParameterInfo &parameter) {
  return parameter.draw == stdlib::Draw::binary || parameter.draw == stdlib::Draw::sign;
}

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
std::optional<std::vector<std::int64_t>> shape_of(const stdlib::ParameterInfo &parameter, const std::vector<std::string> &varied, std::int64_t inner) {
  std::vector<std::int64_t> shape;
  for (const std::string &name : names_in(parameter.shape)) {
    if (name.find_first_of("0123456789+") != std::string::npos || name == "height" || name == "width")
      return {};
    shape.push_back(name == varied.front() ? -1 : std::count(varied.begin(), varied.end(), name) ? inner : 1);
  }
  return shape;
}

/// All elements, or the one that they all are, with so many along the first dimension of what is varied.
Array array_of(const ArrayData &data, DType type, std::int64_t samples) {
  std::vector<std::int64_t> shape = data.shape;
  std::replace(shape.begin(), shape.end(), std::int64_t(-1), samples);
  Array array(type, Shape(shape));
  const auto count = static_cast<std::size_t>(std::accumulate(shape.begin(), shape.end(), std::int64_t(1), std::multiplies<>()));
  auto fill = [&](auto *elements) {
    for (std::size_t n = 0; n < count; ++n)
      elements[n] = static_cast<std::remove_reference_t<decltype(*elements)>>(data.reals[data.reals.size() == 1 ? 0 : n]);
  };
  if (type == DType::f64)
    fill(array.data<double>());
  else
    fill(array.data<float>());
  return array;
}

} // namespace

std::vector<std::vector<double>> ScalarFunction::run(const Function &function, DType type, const std::vector<double> &at) const {
  std::vector<Array> arrays; // an argument is only a view
  std::vector<Argument> arguments;
  for (std::size_t n = 0; n < inputs_.size(); ++n) {
    if (inputs_[n].scalar) {
      arguments.emplace_back(inputs_[n].reals.front());
      continue;
    }
    ArrayData data = inputs_[n];
    if (n == varied_)
      data.reals = at;
    const auto inner = std::accumulate(inputs_[varied_].shape.begin(), inputs_[varied_].shape.end(), std::int64_t(-1), std::multiplies<>());
    arrays.push_back(array_of(data, type, static_cast<std::int64_t>(at.size()) / inner));
    arguments.emplace_back(arrays.back());
  }
  std::vector<std::vector<double>> results;
  for (const Array &result : function.call_all(arguments))
    results.push_back(elements(result));
  return results;
}

/// `reach`: as many elements are within 2^10 floats on each side.
static void meet(LargestError &largest, const std::vector<double> &at, const std::vector<double> &given, const std::vector<double> &expected,
                 std::size_t reach) {
  for (std::size_t n = 0; n < at.size(); ++n) {
    double ulps = ulps_between(given[n], expected[n], expected[n]);
    if (ulps <= largest.ulps)
      continue;
    const std::size_t before = n - std::min(n, reach), after = std::min(n + reach, at.size() - 1);
    if (ulps > 4 && std::isfinite(ulps) && expected[before] * expected[after] <= 0) { // a root
      const double slope = (expected[after] - expected[before]) / (at[after] - at[before]);
      ulps = ulps_between(given[n], expected[n], std::max(std::abs(expected[n]), std::abs(at[n] * slope)));
    }
    if (ulps > largest.ulps)
      largest = {ulps, static_cast<float>(at[n]), given[n], expected[n]};
  }
}

void ScalarFunction::compare(const std::vector<double> &at, std::int64_t step, ScalarErrors &errors) const {
  const auto given = run(f32_, DType::f32, at), expected = run(f64_, DType::f64, at);
  const auto reach = static_cast<std::size_t>(std::max(near / step, std::int64_t(1)));
  meet(errors.value, at, given[1], expected[1], reach);
  meet(errors.slope, at, given[2], expected[2], reach);
  errors.floats += static_cast<std::int64_t>(at.size());
}

ScalarErrors ScalarFunction::errors(std::int64_t step) const {
  const std::int64_t first = ordinal(static_cast<float>(std::max(low_, -0x1p60))), last = ordinal(static_cast<float>(std::min(high_, 0x1p60))),
                     least = ordinal(0x1p-60f);
  ScalarErrors errors;
  std::vector<double> at, few;
  auto walk = [&](std::int64_t from, std::int64_t to, std::int64_t by) {
    for (std::int64_t position = from; position <= to; position += by) {
      if (std::abs(position) < least && position != 0) { // on to the next of 0 and `least` at once
        position += ((position < 0 ? -position : least - position) - 1) / by * by;
        continue;
      }
      at.push_back(float_at(position));
      if (at.size() == at_once) {
        compare(at, by, errors);
        at.clear();
      }
    }
    if (!at.empty())
      compare(at, by, errors);
    at.clear();
  };
  walk(first, last, step);
  for (std::int64_t special : {std::int64_t(0), ordinal(1), ordinal(-1), first, last})
    walk(std::max(special - near, first), std::min(special + near, last), 1);

  for (std::int64_t n = 0; n < 24; ++n)
    if (const std::int64_t position = first + (last - first) / 24 * n + (last - first) / 48; std::abs(position) >= least)
      few.push_back(float_at(position));
  const auto code = run(f64_, DType::f64, few), exact = run(interpret(*program_, true_bits), DType::f64, few);
  for (std::size_t result : {1, 2})
    meet(errors.truth, few, code[result], exact[result], 1);
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
    const Program value(made.program.name(), made.inputs,
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
      one = function.run(interpreted, DType::f64, numbers(0))[1];
      other = function.run(interpreted, DType::f64, numbers(1))[1];
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
