// Numbers with a derivative beside them: gradients and tangents by forward mode, apart from the compiler's
// own differentiation. `Dual<Dual<double>>` has the derivative of a derivative.
#pragma once

#include "compiler/interpreter/Number.h"

#include <utility>

namespace mercer::interpreter {

/// A value and its derivative in the one direction that is asked for.
template <class Part>
struct Dual {
  Part value{}, tangent{};

  Dual() = default;
  Dual(double number) : value(number), tangent(0.0) {}
  Dual(Part number, Part direction) : value(std::move(number)), tangent(std::move(direction)) {}
};

/// How many derivatives a number carries.
template <class Number>
inline constexpr int derivatives = 0;
template <class Part>
inline constexpr int derivatives<Dual<Part>> = derivatives<Part> + 1;

/// Zero with all of its derivatives.
inline bool is_zero(double number) { return number == 0; }
inline bool is_zero(const BigFloat &number) { return mpfr_zero_p(number.get()); }
template <class Part>
bool is_zero(const Dual<Part> &number) {
  return is_zero(number.value) && is_zero(number.tangent);
}

template <class Part>
double to_double(const Dual<Part> &number) {
  return to_double(number.value);
}
template <class Part>
std::int64_t to_integer(const Dual<Part> &number) {
  return to_integer(number.value);
}
template <class Part>
void from_integer(Dual<Part> &result, std::int64_t number) {
  from_integer(result.value, number);
  result.tangent = Part(0.0);
}
template <class Part>
bool compare(dsl::Function function, const Dual<Part> &a, const Dual<Part> &b) {
  return compare(function, a.value, b.value);
}

/// `evaluate` with operands in a row.
template <class Number>
Number call(dsl::Function function, Number a, Number b = Number(0.0)) {
  Number operands[2] = {std::move(a), std::move(b)};
  return evaluate(function, operands);
}

/// The partial derivatives of the elementwise functions, in the arithmetic of `Part`, by the conventions of
/// the language.
template <class Part>
class Partials {
  using F = dsl::Function;

public:
  Partials(F function, const Part &a, const Part &b, const Part &result)
      : function_(function), a_(a), b_(b), result_(result) {}

  /// By the first operand.
  Part first() const {
    switch (function_) {
    case F::add:
    case F::sub:
    case F::mod:
      return one();
    case F::neg:
      return Part(-1.0);
    case F::mul:
      return b_;
    case F::div:
      return call(F::reciprocal, b_);
    case F::minimum:
      return Part(takesFirst(F::lt) ? 1.0 : 0.0);
    case F::maximum:
      return Part(takesFirst(F::gt) ? 1.0 : 0.0);
    case F::abs:
      return call(F::sign, a_);
    case F::square:
      return mul(Part(2.0), a_);
    case F::reciprocal:
      return neg(call(F::square, result_));
    case F::sqrt:
      return div(Part(0.5), result_);
    case F::root:
      return is(a_, 0) ? Part(0.0) : div(Part(0.5), result_);
    case F::rsqrt:
      return div(mul(Part(-0.5), result_), a_);
    case F::cbrt:
      return call(F::reciprocal, mul(Part(3.0), call(F::square, result_)));
    case F::pow:
      return is_zero(b_) ? Part(0.0) : mul(b_, call(F::pow, a_, sub(b_, one())));
    case F::hypot:
      return is(result_, 0) ? Part(0.0) : div(a_, result_);
    case F::exp:
      return result_;
    case F::exp2:
      return mul(result_, logTwo());
    case F::expm1:
      return call(F::exp, a_);
    case F::log:
      return call(F::reciprocal, a_);
    case F::log2:
      return call(F::reciprocal, mul(a_, logTwo()));
    case F::log1p:
      return call(F::reciprocal, add(one(), a_));
    case F::log1mexp:
      return call(F::reciprocal, call(F::expm1, a_));
    case F::sigmoid:
      return mul(result_, call(F::sigmoid, neg(a_)));
    case F::log_sigmoid:
      return call(F::sigmoid, neg(a_));
    case F::softplus:
      return call(F::sigmoid, a_);
    case F::xlogx:
      return add(call(F::log, a_), one());
    case F::xlogy:
      return call(F::log, b_);
    case F::sin:
      return call(F::cos, a_);
    case F::cos:
      return neg(call(F::sin, a_));
    case F::tan:
      return add(one(), call(F::square, result_));
    case F::asin:
      return call(F::rsqrt, mul(sub(one(), a_), add(one(), a_)));
    case F::acos:
      return neg(call(F::rsqrt, mul(sub(one(), a_), add(one(), a_))));
    case F::atan:
      return call(F::reciprocal, add(one(), call(F::square, a_)));
    case F::atan2:
      return div(b_, add(call(F::square, a_), call(F::square, b_)));
    case F::sinh:
      return call(F::cosh, a_);
    case F::cosh:
      return call(F::sinh, a_);
    case F::tanh:
      return call(F::reciprocal, call(F::square, call(F::cosh, a_)));
    case F::asinh:
      return call(F::reciprocal, call(F::hypot, one(), a_));
    case F::acosh:
      return call(F::rsqrt, mul(sub(a_, one()), add(a_, one())));
    case F::atanh:
      return call(F::reciprocal, mul(sub(one(), a_), add(one(), a_)));
    case F::erf:
      return div(mul(Part(2.0), call(F::exp, neg(call(F::square, a_)))), call(F::sqrt, pi()));
    case F::erfc:
      return neg(div(mul(Part(2.0), call(F::exp, neg(call(F::square, a_)))), call(F::sqrt, pi())));
    case F::normal_cdf:
      return density(halfSquare());
    case F::log_normal_cdf:
      return density(add(halfSquare(), result_));
    default:
      return Part(0.0); // floor, sign, floor_div, stop_gradient, with_gradient_of, ...
    }
  }

  /// By the second operand.
  Part second() const {
    switch (function_) {
    case F::add:
      return one();
    case F::sub:
      return Part(-1.0);
    case F::mul:
      return a_;
    case F::div:
      return neg(div(result_, b_));
    case F::mod:
      return neg(call(F::floor_div, a_, b_));
    case F::minimum:
      return Part(takesFirst(F::lt) ? 0.0 : 1.0);
    case F::maximum:
      return Part(takesFirst(F::gt) ? 0.0 : 1.0);
    case F::pow:
      return is(a_, 0) && compare(F::gt, b_, Part(0.0)) ? Part(0.0) : mul(result_, call(F::log, a_));
    case F::hypot:
      return is(result_, 0) ? Part(0.0) : div(b_, result_);
    case F::xlogy:
      return is_zero(a_) ? Part(0.0) : div(a_, b_);
    case F::atan2:
      return neg(div(a_, add(call(F::square, a_), call(F::square, b_))));
    case F::with_gradient_of:
      return one();
    default:
      return Part(0.0);
    }
  }

private:
  static Part one() { return Part(1.0); }
  static Part add(Part a, Part b) { return call(F::add, std::move(a), std::move(b)); }
  static Part sub(Part a, Part b) { return call(F::sub, std::move(a), std::move(b)); }
  static Part mul(Part a, Part b) { return call(F::mul, std::move(a), std::move(b)); }
  static Part div(Part a, Part b) { return call(F::div, std::move(a), std::move(b)); }
  static Part neg(Part a) { return call(F::neg, std::move(a)); }
  static Part logTwo() { return call(F::log, Part(2.0)); }
  static Part pi() { return call(F::atan2, Part(0.0), Part(-1.0)); }
  static bool is(const Part &a, double number) { return compare(F::eq, a, Part(number)); }

  /// The first of equal ones wins; a NaN is the value, so it wins too.
  bool takesFirst(F better) const {
    return compare(F::ne, a_, a_) || !(compare(F::ne, b_, b_) || compare(better, b_, a_));
  }
  Part halfSquare() const { return mul(Part(0.5), call(F::square, a_)); }
  /// exp(-exponent) / sqrt(2 pi)
  static Part density(Part exponent) {
    return div(call(F::exp, neg(std::move(exponent))), call(F::sqrt, mul(Part(2.0), pi())));
  }

  F function_;
  const Part &a_, &b_, &result_;
};

/// Adds `partial * direction` unless one of them is zero: no direction, no derivative, even where the partial
/// is infinite.
template <class Part>
void accumulate(Part &tangent, Part partial, const Part &direction) {
  if (!is_zero(partial))
    tangent =
        call(dsl::Function::add, std::move(tangent), call(dsl::Function::mul, std::move(partial), direction));
}

template <class Part>
Dual<Part> evaluate(dsl::Function function, const Dual<Part> *x) {
  using F = dsl::Function;
  Part values[2] = {x[0].value, x[1].value};
  Dual<Part> result(evaluate(function, values), Part(0.0));
  if (function == F::stop_gradient)
    return result;
  Partials<Part> partials(function, values[0], values[1], result.value);
  if (!is_zero(x[0].tangent))
    accumulate(result.tangent, partials.first(), x[0].tangent);
  if (!is_zero(x[1].tangent))
    accumulate(result.tangent, partials.second(), x[1].tangent);
  return result;
}

} // namespace mercer::interpreter
