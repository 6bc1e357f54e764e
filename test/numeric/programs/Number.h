// Numbers that carry two directional derivatives and their mixed second one, so that plain loops over them
// give gradients and Hessians that owe nothing to Mercer.
#pragma once

#include <cmath>

namespace mercer::test {

/// A value, its derivatives along two directions, and the second derivative along both.
struct Number {
  double value = 0, first = 0, second = 0, mixed = 0;
  Number() = default;
  Number(double value) : value(value) {}
  Number(double value, double first, double second, double mixed)
      : value(value), first(first), second(second), mixed(mixed) {}
};

/// f(x), given f and its two derivatives at x.
inline Number chain(const Number &x, double f, double d, double dd) {
  return {f, d * x.first, d * x.second, d * x.mixed + dd * x.first * x.second};
}

inline Number operator+(const Number &x, const Number &y) {
  return {x.value + y.value, x.first + y.first, x.second + y.second, x.mixed + y.mixed};
}
inline Number operator-(const Number &x) { return {-x.value, -x.first, -x.second, -x.mixed}; }
inline Number operator-(const Number &x, const Number &y) { return x + -y; }
inline Number operator*(const Number &x, const Number &y) {
  return {x.value * y.value, x.first * y.value + x.value * y.first, x.second * y.value + x.value * y.second,
          x.mixed * y.value + x.first * y.second + x.second * y.first + x.value * y.mixed};
}
inline Number reciprocal(const Number &x) {
  double r = 1 / x.value;
  return chain(x, r, -r * r, 2 * r * r * r);
}
inline Number operator/(const Number &x, const Number &y) { return x * reciprocal(y); }
inline Number &operator+=(Number &x, const Number &y) { return x = x + y; }
inline Number &operator-=(Number &x, const Number &y) { return x = x - y; }
inline Number &operator*=(Number &x, const Number &y) { return x = x * y; }
inline bool operator<(const Number &x, const Number &y) { return x.value < y.value; }
inline bool operator>(const Number &x, const Number &y) { return y < x; }
inline bool operator>=(const Number &x, const Number &y) { return x.value >= y.value; }
inline bool operator==(const Number &x, const Number &y) { return x.value == y.value; }

inline Number exp(const Number &x) {
  double e = std::exp(x.value);
  return chain(x, e, e, e);
}
inline Number log(const Number &x) {
  double r = 1 / x.value;
  return chain(x, std::log(x.value), r, -r * r);
}
inline Number log1p(const Number &x) {
  double r = 1 / (1 + x.value);
  return chain(x, std::log1p(x.value), r, -r * r);
}
inline Number sqrt(const Number &x) {
  double s = std::sqrt(x.value);
  return chain(x, s, 0.5 / s, -0.25 / (s * x.value));
}
inline Number tanh(const Number &x) {
  double t = std::tanh(x.value), d = 1 - t * t;
  return chain(x, t, d, -2 * t * d);
}
inline Number sigmoid(const Number &x) {
  double s = 1 / (1 + std::exp(-x.value)), d = s * (1 - s);
  return chain(x, s, d, d * (1 - 2 * s));
}
/// log(1 + exp(x)), for moderate x.
inline Number softplus(const Number &x) {
  double s = 1 / (1 + std::exp(-x.value));
  return chain(x, std::log1p(std::exp(x.value)), s, s * (1 - s));
}
inline Number sin(const Number &x) {
  return chain(x, std::sin(x.value), std::cos(x.value), -std::sin(x.value));
}
inline Number cos(const Number &x) {
  return chain(x, std::cos(x.value), -std::sin(x.value), -std::cos(x.value));
}
inline Number erf(const Number &x) {
  double d = 2 / std::sqrt(M_PI) * std::exp(-x.value * x.value);
  return chain(x, std::erf(x.value), d, -2 * x.value * d);
}
inline Number abs(const Number &x) {
  return chain(x, std::fabs(x.value), x.value > 0 ? 1 : x.value < 0 ? -1 : 0, 0);
}
inline Number relu(const Number &x) { return x.value > 0 ? x : Number(0); }
inline Number square(const Number &x) { return x * x; }
inline Number power(const Number &x, double p) {
  return chain(x, std::pow(x.value, p), p * std::pow(x.value, p - 1), p * (p - 1) * std::pow(x.value, p - 2));
}
inline Number least(const Number &x, const Number &y) { return y < x ? y : x; }
inline Number greatest(const Number &x, const Number &y) { return x < y ? y : x; }

} // namespace mercer::test
