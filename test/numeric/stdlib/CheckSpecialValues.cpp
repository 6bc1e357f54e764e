// N8.
#include "Directions.h"
#include "Promises.h"

#include <cmath>
#include <limits>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace mercer::test {

namespace {

using Limits = std::numeric_limits<double>;

/// The control bits of the host's floating-point unit: exceptions' masks, rounding, FTZ, DAZ.
unsigned control() {
#if defined(__x86_64__)
  return _mm_getcsr() & ~0x3fu;
#else
  return 0;
#endif
}

/// Runs with results and operands that are subnormal taken as 0.
template <class Work>
auto without_subnormals(Work work) {
#if defined(__x86_64__)
  const unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);
  auto result = work();
  _mm_setcsr(before);
  return result;
#else
  return work();
#endif
}

bool same_bits(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

/// The element is what one of the two interpretations gives: NaN, the infinity, or a number near it.
double figure(double given, double expected, double largest, double tolerance) {
  if (std::isnan(expected) || std::isinf(expected))
    return std::isnan(expected) == std::isnan(given) && (std::isnan(given) || given == expected) ? 0
                                                                                                 : HUGE_VAL;
  if (std::isnan(given))
    return HUGE_VAL;
  return given == expected ? 0
                           : std::abs(given - expected) / (tolerance * std::max(std::abs(expected), largest));
}

void check_at(const CompiledEntry &entry, const tools::Case &input, const std::string &what, bool is_nan,
              Findings &findings) {
  const double tolerance = entry.type() == DType::f64 ? 1e-9 : entry.entry().tolerance_f32;
  const unsigned before = control();
  const Evaluation given = entry.compiled(input);
  findings.expect(entry.name() + ", control of the floating-point unit", control() == before,
                  "changed by a call");
  const Evaluation expected = entry.interpreted_value(input);
  std::optional<Evaluation> precise;
  for (std::size_t n = 0; n < given.values.size(); ++n) {
    double largest = 0;
    for (double element : expected.values[n])
      largest = std::isfinite(element) ? std::max(largest, std::abs(element)) : largest;
    largest = std::min(largest, 1.0);
    for (std::size_t i = 0; i < given.values[n].size(); ++i) {
      double wrong = figure(given.values[n][i], expected.values[n][i], largest, tolerance);
      double other = wrong;
      // Steps of the naive formula may overflow where the mathematics and the code do not.
      if (wrong > 1 && !is_nan) {
        if (!precise)
          precise = entry.interpreted_value(input, 300);
        other = figure(given.values[n][i], precise->values[n][i], largest, tolerance);
      }
      findings.check(what, std::min(wrong, other),
                     "element " + std::to_string(i) + " is " + tools::number_text(given.values[n][i], 17) +
                         " instead of " + tools::number_text(expected.values[n][i], 17) +
                         (precise ? " or " + tools::number_text(precise->values[n][i], 17) : ""));
    }
  }
}

/// Values and gradients where the host takes subnormals as 0: the same bits but for what a subnormal
/// contributes, itself or times a factor of the formula, such as the reciprocal of a temperature.
void check_flushed(const CompiledEntry &entry, const tools::Case &input, Findings &findings) {
  const double smallest = entry.type() == DType::f64 ? Limits::min() : std::numeric_limits<float>::min();
  const Evaluation usual = entry.compiled(input);
  const Evaluation flushed = without_subnormals([&] { return entry.compiled(input); });
  auto compare = [&](const std::vector<double> &expected, const std::vector<double> &given) {
    for (std::size_t i = 0; i < expected.size(); ++i)
      findings.expect(entry.name() + " without subnormals",
                      std::abs(expected[i] - given[i]) < 1000 * smallest || same_bits(expected[i], given[i]),
                      "element " + std::to_string(i) + " is " + tools::number_text(given[i], 17) +
                          " instead of " + tools::number_text(expected[i], 17));
  };
  for (std::size_t n = 0; n < usual.values.size(); ++n)
    compare(usual.values[n], flushed.values[n]);
  for (std::size_t n = 0; n < usual.gradient.size(); ++n)
    compare(usual.gradient[n], flushed.gradient[n]);
}

} // namespace

template <class Number>
static std::vector<Special> special_values_of() {
  using Limits = std::numeric_limits<Number>;
  const double inf = HUGE_VAL, tiny = Limits::denorm_min(), small = Limits::min(), max = Limits::max();
  return {{"NaN", std::nan("")},
          {"infinity", inf},
          {"-infinity", -inf},
          {"0", 0.0},
          {"-0", -0.0},
          {"the least number", tiny},
          {"minus the least number", -tiny},
          {"the least normal number", small},
          {"the largest number", max},
          {"minus the largest number", -max}};
}

std::vector<Special> special_values(DType type) {
  return type == DType::f64 ? special_values_of<double>() : special_values_of<float>();
}

std::vector<std::size_t> positions(const tools::ArrayData &data) {
  const std::size_t last = data.reals.size() - 1;
  if (last < 2)
    return last == 0 ? std::vector<std::size_t>{0} : std::vector<std::size_t>{0, last};
  return {0, last / 2, last};
}

void check_special_values(const CompiledEntry &entry, unsigned seed, Findings &findings) {
  std::mt19937 random(seed);
  const tools::Case input = entry.draw(random, 16); // whole vectors, and a rest
  for (std::size_t position : entry.variables(input))
    for (const Special &special : special_values(entry.type()))
      for (std::size_t at : positions(input.arguments[position].second)) {
        // What overflows in f32 does not in the interpreter.
        if (entry.type() == DType::f32 && std::isfinite(special.value) && std::abs(special.value) > 1) {
          findings.skip();
          continue;
        }
        tools::Case other = input;
        other.arguments[position].second.reals[at] = special.value;
        check_at(entry, other, entry.name() + " with " + special.name, std::isnan(special.value), findings);
      }
  check_flushed(entry, input, findings);
}

} // namespace mercer::test
