#include "Perturbed.h"

#include <cmath>
#include <limits>

namespace mercer::interpreter {
namespace {

thread_local bool isSingle = false;
thread_local std::uint64_t state = 1;

/// Uniform in -1 .. 1 (xorshift64*, Vigna 2016).
double draw() {
  state ^= state >> 12, state ^= state << 25, state ^= state >> 27;
  return static_cast<double>(static_cast<std::int64_t>(state * 0x2545f4914f6cdd1du)) * 0x1p-63;
}

double roundToType(double number) {
  return isSingle ? static_cast<double>(static_cast<float>(number)) : number;
}

/// `units` of the last place of `size` away from the number, and rounded.
Perturbed moved(double number, double size, double units) {
  Perturbed result;
  const double epsilon = isSingle ? 0x1p-23 : 0x1p-52, smallest = isSingle ? 0x1p-149 : 0x1p-1074;
  // A quarter of the smallest number at a time would round to nothing.
  const double step = std::max(std::abs(size) * epsilon, smallest);
  result.value = std::isfinite(number) ? roundToType(number + units * draw() * step) : number;
  return result;
}

Perturbed exact(double number) {
  Perturbed result;
  result.value = roundToType(number);
  return result.value == number || std::isnan(number) ? result : moved(number, number, 1);
}

/// Is the result what infinite precision gives?
bool isExact(dsl::Function function, double a, double b, double result) {
  using F = dsl::Function;
  switch (function) {
  case F::add:
  case F::sub: {
    const double other = function == F::add ? b : -b, part = result - a;
    return (a - (result - part)) + (other - part) == 0;
  }
  case F::mul:
    return std::fma(a, b, -result) == 0 && (result != 0 || a == 0 || b == 0);
  case F::square:
    return std::fma(a, a, -result) == 0 && (result != 0 || a == 0);
  case F::div:
    return a == 0 || std::fma(result, b, -a) == 0;
  case F::reciprocal:
    return std::fma(result, a, -1) == 0;
  case F::sqrt:
  case F::root:
    return std::fma(result, result, -a) == 0;
  case F::neg:
  case F::minimum:
  case F::maximum:
  case F::abs:
  case F::sign:
  case F::floor:
  case F::ceil:
  case F::round:
  case F::floor_div:
  case F::stop_gradient:
  case F::with_gradient_of:
    return true;
  default:
    return result == 0;
  }
}

} // namespace

void Perturbed::start(bool single, std::uint64_t seed) { isSingle = single, state = seed * 2 + 1; }

Perturbed::Perturbed(double number) { *this = exact(number); }

Perturbed evaluate(dsl::Function function, const Perturbed *operands) {
  using F = dsl::Function;
  const double values[2] = {operands[0].value, operands[1].value};
  const double result = evaluate(function, values);
  const bool isRounded = !isExact(function, values[0], values[1], result) || roundToType(result) != result;
  if (function == F::add || function == F::sub) {
    // A product that is fused into a sum is not rounded there, though its other uses may be.
    double size = isRounded ? std::abs(result) : 0;
    for (int n = 0; n < 2; ++n)
      size = std::max(size, operands[n].mayVary ? std::abs(values[n]) : 0);
    Perturbed sum = size > 0 ? moved(result, size, 4) : exact(result);
    sum.mayVary = size > 0;
    return sum;
  }
  Perturbed made = isRounded ? moved(result, result, 4) : exact(result);
  const bool passesOn =
      function == F::neg || function == F::minimum || function == F::maximum || function == F::abs;
  made.mayVary = (isRounded && (function == F::mul || function == F::square)) ||
                 (passesOn && (operands[0].mayVary || operands[1].mayVary));
  return made;
}

bool compare(dsl::Function function, const Perturbed &a, const Perturbed &b) {
  const double near = 64 * (isSingle ? 0x1p-23 : 0x1p-52) * std::max(std::abs(a.value), std::abs(b.value));
  if (a.value != b.value && std::abs(a.value - b.value) <= near && draw() > 0)
    return compare(function, a.value, a.value);
  return compare(function, a.value, b.value);
}

Perturbed sum_of(llvm::ArrayRef<Perturbed> terms) {
  double total = 0, size = 0;
  bool isRounded = false;
  for (const Perturbed &term : terms) {
    const double next = total + term.value;
    isRounded |=
        term.mayVary || roundToType(next) != next || !isExact(dsl::Function::add, total, term.value, next);
    total = next, size += std::abs(term.value);
  }
  Perturbed sum = isRounded ? moved(total, size, 4) : exact(total);
  sum.mayVary = isRounded;
  return sum;
}

} // namespace mercer::interpreter
