// Every program of the benchmark, value and gradient, with awkward sizes: compiled between inaccessible
// pages, the result against the interpreter. A sample has every extent in every index; --all: all
// combinations.
#include "Memory.h"
#include "Workloads.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <set>
#include <unistd.h>

using namespace mercer;
using namespace mercer::bench;

namespace {

constexpr std::array<std::int64_t, 12> extents = {0, 1, 2, 3, 7, 15, 16, 17, 31, 33, 63, 65};

char current[256]; ///< for the handler: where a page that cannot be read was touched

void touched(int) {
  [[maybe_unused]] auto written = write(STDERR_FILENO, current, std::strlen(current));
  std::_Exit(1);
}

/// All combinations, or twelve in which each index has each extent once.
std::vector<Sizes> combinations(std::size_t rank, bool all, std::mt19937_64 &random) {
  std::vector<Sizes> result;
  if (all) {
    result.assign(1, {});
    for (std::size_t index = 0; index < rank; ++index) {
      std::vector<Sizes> longer;
      for (const Sizes &sizes : result)
        for (std::int64_t extent : extents) {
          longer.push_back(sizes);
          longer.back().push_back(extent);
        }
      result = std::move(longer);
    }
    return result;
  }
  result.assign(extents.size(), {});
  for (std::size_t index = 0; index < rank; ++index) {
    std::array<std::int64_t, extents.size()> order = extents;
    std::ranges::shuffle(order, random);
    for (std::size_t n = 0; n < order.size(); ++n)
      result[n].push_back(order[n]);
  }
  return result;
}

/// Numbers of any array or view.
struct Numbers {
  std::vector<double> values;
  static Numbers of(const Array &array) {
    Numbers result;
    for (std::int64_t p = 0; p < array.size(); ++p)
      result.values.push_back(array.dtype() == DType::f64    ? array.data<double>()[p]
                              : array.dtype() == DType::f32  ? double(array.data<float>()[p])
                              : array.dtype() == DType::bf16 ? double(float(array.data<bfloat16>()[p]))
                                                             : double(array.data<std::int64_t>()[p]));
    return result;
  }
  static Numbers of(const fuzz::Placed &placed, bool is_integer) {
    Numbers result;
    for (std::int64_t p = 0; p < placed.size(); ++p)
      result.values.push_back(is_integer ? double(placed.integer(p)) : placed.real(p));
    return result;
  }
};

bool near(double a, double b, double scale) {
  if (!std::isfinite(a) || !std::isfinite(b))
    return a == b || (std::isnan(a) && std::isnan(b));
  return std::abs(a - b) <= 3e-4 * scale + 3e-6;
}

/// What differs; empty: nothing. The scale is that of the largest element.
std::string difference(const std::string &output, const Numbers &found, const Numbers &expected) {
  double scale = 0;
  for (double value : expected.values)
    if (std::isfinite(value))
      scale = std::max(scale, std::abs(value));
  for (std::size_t p = 0; p < expected.values.size(); ++p)
    if (!near(found.values[p], expected.values[p], scale)) {
      char text[160];
      std::snprintf(text, sizeof text, "%s[%zu] is %.9g, not %.9g", output.c_str(), p, found.values[p],
                    expected.values[p]);
      return text;
    }
  return "";
}

/// Positions of smallest values: another one will do where its value is as small in f32.
bool as_near(const Case &at, const std::vector<double> &found, const std::vector<double> &expected) {
  const std::int64_t m = at.inputs[1].shape()[0], d = at.inputs[1].shape()[1];
  for (std::size_t i = 0; i < found.size(); ++i) {
    auto distance = [&](double chosen) {
      double sum = 0;
      for (std::int64_t k = 0; k < d; ++k)
        sum += std::pow(double(at.inputs[0].data<float>()[std::int64_t(i) * d + k]) -
                            double(at.inputs[1].data<float>()[std::int64_t(chosen) * d + k]),
                        2);
      return sum;
    };
    if (found[i] != expected[i] && !(found[i] >= 0 && found[i] < double(m) && expected[i] >= 0 &&
                                     near(distance(found[i]), distance(expected[i]), double(d))))
      return false;
  }
  return true;
}

/// The derivative of sum_i cotangent_i value_i in a random direction, by the interpreter in one run, against
/// the compiled gradients.
std::string direction(const Definition &definition, const Case &at, const std::vector<Numbers> &found,
                      std::mt19937_64 &random) {
  std::vector<Tensor> by;
  Case forward = make_case(definition, false);
  double along = 0, size = 0;
  for (std::size_t n = 0; n < definition.differentiable.size(); ++n) {
    const std::size_t position = definition.differentiable[n];
    by.push_back(definition.program.inputs()[position]);
    Array step(DType::f32, Shape(definition.inputs[position].shape()));
    for (std::int64_t p = 0; p < step.size(); ++p) {
      step.data<float>()[p] = std::uniform_real_distribution<float>(-1, 1)(random);
      along += double(step.data<float>()[p]) * found[1 + n].values[p];
      size += std::pow(found[1 + n].values[p], 2);
    }
    forward.inputs.push_back(step);
  }
  forward.program = jvp(definition.program, by);
  const Numbers slope = Numbers::of(interpret(forward.program).call_all(forward.arguments())[1]);
  double expected = 0;
  for (std::size_t p = 0; p < slope.values.size(); ++p)
    expected +=
        slope.values[p] * (definition.value_shape.empty() ? 1 : double(at.inputs.back().data<float>()[p]));
  return difference("the slope in a random direction", {{along, std::sqrt(size)}},
                    {{expected, std::sqrt(size)}});
}

class Checker {
public:
  Checker(const Workload &workload, bool gradient) : workload_(workload), gradient_(gradient) {}

  /// What is wrong with these sizes; empty: nothing.
  std::string check(const Sizes &sizes, std::mt19937_64 &random) {
    const Definition definition = workload_.make(sizes);
    Case at = make_case(definition, gradient_);
    if (!compiled_) {
      compiled_ = jit(at.program, at.options());
      value_ = interpret(definition.program);
      all_ = interpret(at.program);
    }
    // The interpreter runs once for each element of up to 1000 by which it differentiates, or differentiates
    // first, and computes what stands inside of a loop anew in each step.
    double elements = 0, steps = 1;
    for (std::size_t position : definition.differentiable)
      elements += double(at.inputs[position].size());
    for (std::int64_t size : sizes)
      steps *= double(size);
    if (sizes.size() == 2) // points paired with each other
      steps *= double(sizes[0]);
    const bool costly = gradient_ && elements * steps > 2e5;
    std::vector<Array> expected;
    std::string expected_error, found_error;
    try {
      expected = costly ? value_->call_all(make_case(definition, false).arguments())
                        : all_->call_all(at.arguments());
    } catch (const Error &error) {
      expected_error = error.what();
    }
    const bool at_end = random() % 2;
    std::vector<fuzz::Placed> inputs, outputs;
    std::vector<Argument> arguments = at.arguments();
    for (const Array &input : at.inputs) {
      inputs.emplace_back(input.dtype(), input.shape(), fuzz::Layout::rowMajor, at_end);
      const Numbers numbers = Numbers::of(input);
      for (std::int64_t p = 0; p < input.size(); ++p)
        inputs.back().set(p, numbers.values[p]);
      inputs.back().makeReadOnly();
    }
    std::size_t tensor = 0;
    for (Argument &argument : arguments)
      if (!argument.is_number())
        argument = inputs[tensor++].view();
    std::vector<View> views;
    for (const Array &output : at.outputs) {
      outputs.emplace_back(output.dtype(), output.shape(), fuzz::Layout::rowMajor, at_end);
      views.push_back(outputs.back().view());
    }
    try {
      compiled_->run(arguments, views);
    } catch (const Error &error) {
      found_error = error.what();
    }
    if (found_error != expected_error)
      return "gives '" + found_error + "', not '" + expected_error + "'";
    std::vector<Numbers> found;
    for (const fuzz::Placed &output : outputs) {
      if (output.isRedZoneHit())
        return "writes outside of an output";
      found.push_back(Numbers::of(output, output.view().dtype == DType::i64));
    }
    if (!found_error.empty())
      return "";
    for (std::size_t n = 0; n < expected.size(); ++n) {
      const Numbers right = Numbers::of(expected[n]);
      std::string text = difference(n == 0 ? "value" : "gradient " + std::to_string(n), found[n], right);
      if (!text.empty() &&
          !(definition.value_type == DType::i64 && as_near(at, found[n].values, right.values)))
        return text;
    }
    return costly ? direction(definition, at, found, random) : "";
  }

private:
  const Workload &workload_;
  bool gradient_;
  std::optional<Function> compiled_, value_, all_;
};

} // namespace

int main(int count, char **options) {
  const bool all = count > 1 && std::string(options[1]) == "--all";
  const char *given = std::getenv("MERCER_TEST_SEED"), *only = std::getenv("MERCER_TEST_CASE");
  const std::uint64_t seed = given ? std::strtoull(given, nullptr, 10) : 20261126;
  std::printf("seed=%llu\n", static_cast<unsigned long long>(seed));
  std::signal(SIGSEGV, touched);
  std::signal(SIGBUS, touched);
  std::mt19937_64 random(seed);
  std::set<Definition (*)(const Sizes &)> seen;
  long long number = 0, done = 0, wrong = 0;
  for (const Workload &workload : workloads()) {
    if (!seen.insert(workload.make).second)
      continue;
    for (bool gradient : {false, true}) {
      if (gradient && !workload.has_gradient())
        continue;
      Checker checker(workload, gradient);
      for (const Sizes &sizes : combinations(workload.full.size(), all, random)) {
        const long long this_case = number++;
        if (only && std::atoll(only) != this_case)
          continue;
        ++done;
        std::string text;
        for (std::int64_t size : sizes)
          text += " " + std::to_string(size);
        std::snprintf(current, sizeof current,
                      "seed=%llu case=%lld: %s%s with sizes%s: touches memory that is not its own\n",
                      static_cast<unsigned long long>(seed), this_case, workload.name,
                      gradient ? "_grad" : "", text.c_str());
        std::mt19937_64 of_case(seed + static_cast<std::uint64_t>(this_case));
        const std::string found = checker.check(sizes, of_case);
        if (found.empty())
          continue;
        ++wrong;
        std::printf("seed=%llu case=%lld: %s%s with sizes%s: %s\n", static_cast<unsigned long long>(seed),
                    this_case, workload.name, gradient ? "_grad" : "", text.c_str(), found.c_str());
        std::fflush(stdout);
      }
    }
  }
  std::printf("%lld cases, %lld wrong\n", done, wrong);
  return wrong == 0 && done > 0 ? 0 : 1;
}
