// Elementwise functions in double, each by a form that does not cancel or overflow.
#include "compiler/interpreter/Number.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace mercer::interpreter {
namespace {

using dsl::Function;

double sigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }
double softplus(double x) {
  return std::isnan(x) ? x : std::fmax(x, 0) + std::log1p(std::exp(-std::fabs(x)));
}
double log1mexp(double x) {
  return x < std::numbers::ln2 ? std::log(-std::expm1(-x)) : std::log1p(-std::exp(-x));
}
double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

/// log of the normal distribution; far to the left by the continued fraction of Mills' ratio.
double log_normal_cdf(double x) {
  if (x > -20)
    return x > 0 ? std::log1p(-normal_cdf(-x)) : std::log(normal_cdf(x));
  if (std::isinf(x))
    return x;
  double t = -x, fraction = t;
  for (int n = 60; n >= 1; --n)
    fraction = t + n / fraction;
  return -0.5 * x * x - 0.5 * std::log(2 * std::numbers::pi) - std::log(fraction);
}

double minimum(double a, double b) { return std::isnan(a) ? a : std::isnan(b) ? b : b < a ? b : a; }
double maximum(double a, double b) { return std::isnan(a) ? a : std::isnan(b) ? b : b > a ? b : a; }

double floor_mod(double a, double b) {
  double rest = std::fmod(a, b);
  if (rest != 0 && (rest < 0) != (b < 0))
    rest += b;
  return rest;
}

} // namespace

double evaluate(Function function, const double *x) {
  switch (function) {
  case Function::add:
    return x[0] + x[1];
  case Function::sub:
    return x[0] - x[1];
  case Function::mul:
    return x[0] * x[1];
  case Function::div:
    return x[0] / x[1];
  case Function::neg:
    return -x[0];
  case Function::floor_div:
    return std::floor(x[0] / x[1]);
  case Function::mod:
    return floor_mod(x[0], x[1]);
  case Function::minimum:
    return minimum(x[0], x[1]);
  case Function::maximum:
    return maximum(x[0], x[1]);
  case Function::abs:
    return std::fabs(x[0]);
  case Function::sign:
    return x[0] > 0 ? 1 : x[0] < 0 ? -1 : x[0];
  case Function::square:
    return x[0] * x[0];
  case Function::reciprocal:
    return 1 / x[0];
  case Function::floor:
    return std::floor(x[0]);
  case Function::ceil:
    return std::ceil(x[0]);
  case Function::round:
    return std::nearbyint(x[0]);
  case Function::sqrt:
  case Function::root:
    return std::sqrt(x[0]);
  case Function::rsqrt:
    return 1 / std::sqrt(x[0]);
  case Function::cbrt:
    return std::cbrt(x[0]);
  case Function::pow:
    return std::pow(x[0], x[1]);
  case Function::hypot:
    return std::hypot(x[0], x[1]);
  case Function::exp:
    return std::exp(x[0]);
  case Function::exp2:
    return std::exp2(x[0]);
  case Function::expm1:
    return std::expm1(x[0]);
  case Function::log:
    return std::log(x[0]);
  case Function::log2:
    return std::log2(x[0]);
  case Function::log1p:
    return std::log1p(x[0]);
  case Function::log1mexp:
    return log1mexp(x[0]);
  case Function::sigmoid:
    return sigmoid(x[0]);
  case Function::log_sigmoid:
    return -softplus(-x[0]);
  case Function::softplus:
    return softplus(x[0]);
  case Function::xlogx:
    return x[0] == 0 ? 0 : x[0] * std::log(x[0]);
  case Function::xlogy:
    return x[0] == 0 ? (std::isnan(x[1]) ? x[1] : 0) : x[0] * std::log(x[1]);
  case Function::sin:
    return std::sin(x[0]);
  case Function::cos:
    return std::cos(x[0]);
  case Function::tan:
    return std::tan(x[0]);
  case Function::asin:
    return std::asin(x[0]);
  case Function::acos:
    return std::acos(x[0]);
  case Function::atan:
    return std::atan(x[0]);
  case Function::atan2:
    return std::atan2(x[0], x[1]);
  case Function::sinh:
    return std::sinh(x[0]);
  case Function::cosh:
    return std::cosh(x[0]);
  case Function::tanh:
    return std::tanh(x[0]);
  case Function::asinh:
    return std::asinh(x[0]);
  case Function::acosh:
    return std::acosh(x[0]);
  case Function::atanh:
    return std::atanh(x[0]);
  case Function::erf:
    return std::erf(x[0]);
  case Function::erfc:
    return std::erfc(x[0]);
  case Function::normal_cdf:
    return normal_cdf(x[0]);
  case Function::log_normal_cdf:
    return log_normal_cdf(x[0]);
  case Function::stop_gradient:
  case Function::with_gradient_of:
    return x[0];
  case Function::eq:
  case Function::ne:
  case Function::lt:
  case Function::le:
  case Function::gt:
  case Function::ge:
  case Function::logical_and:
  case Function::logical_or:
  case Function::logical_not:
  case Function::select:
  case Function::to_real:
  case Function::to_integer:
    break; // of other kinds than real: the interpreter's own
  }
  return std::numeric_limits<double>::quiet_NaN();
}

bool compare(Function function, double a, double b) {
  switch (function) {
  case Function::eq:
    return a == b;
  case Function::ne:
    return a != b;
  case Function::lt:
    return a < b;
  case Function::le:
    return a <= b;
  case Function::gt:
    return a > b;
  default:
    return a >= b;
  }
}

std::int64_t to_integer(double value) {
  if (std::isnan(value))
    return 0;
  if (value >= 0x1p63)
    return INT64_MAX;
  return value <= -0x1p63 ? INT64_MIN : static_cast<std::int64_t>(value);
}

void from_integer(double &result, std::int64_t value) { result = static_cast<double>(value); }

std::int64_t evaluate_integer(Function function, const std::int64_t *x) {
  auto wrap = [](unsigned long long value) { return static_cast<std::int64_t>(value); };
  auto bits = [&](int n) { return static_cast<unsigned long long>(x[n]); };
  switch (function) {
  case Function::add:
    return wrap(bits(0) + bits(1));
  case Function::sub:
    return wrap(bits(0) - bits(1));
  case Function::mul:
    return wrap(bits(0) * bits(1));
  case Function::square:
    return wrap(bits(0) * bits(0));
  case Function::neg:
    return wrap(0 - bits(0));
  case Function::abs:
    return x[0] < 0 ? wrap(0 - bits(0)) : x[0];
  case Function::sign:
    return (x[0] > 0) - (x[0] < 0);
  case Function::minimum:
    return std::min(x[0], x[1]);
  case Function::maximum:
    return std::max(x[0], x[1]);
  case Function::stop_gradient:
    return x[0];
  case Function::floor_div:
  case Function::mod: {
    if (x[1] == 0)
      return 0;
    if (x[1] == -1) // INT64_MIN / -1 overflows
      return function == Function::mod ? 0 : wrap(0 - bits(0));
    std::int64_t quotient = x[0] / x[1], rest = x[0] % x[1];
    bool down = rest != 0 && (rest < 0) != (x[1] < 0);
    return function == Function::mod ? rest + (down ? x[1] : 0) : quotient - down;
  }
  default:
    return 0;
  }
}

} // namespace mercer::interpreter
