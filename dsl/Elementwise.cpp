// Elementwise functions: each checks the kinds of its operands, then makes a node.
#include "mercer/dsl/Node.h"

#include <cmath>
#include <numbers>

namespace mercer {
namespace dsl {
namespace {

constexpr std::string_view function_names[] = {
#define MERCER_ELEMENTWISE(name, ...) #name,
#include "mercer/dsl/ops/Elementwise.def"
};

constexpr std::string_view signatures[] = {
#define MERCER_ELEMENTWISE(name, operands, signature, ...) #signature,
#include "mercer/dsl/ops/Elementwise.def"
};

/// As the user wrote it: operators are not known by the names of their rows.
std::string_view function_name(Function function) {
  switch (function) {
  case Function::add:
    return "operator+";
  case Function::sub:
  case Function::neg:
    return "operator-";
  case Function::mul:
    return "operator*";
  case Function::div:
    return "operator/";
  case Function::mod:
    return "operator%";
  case Function::eq:
    return "operator==";
  case Function::ne:
    return "operator!=";
  case Function::lt:
    return "operator<";
  case Function::le:
    return "operator<=";
  case Function::gt:
    return "operator>";
  case Function::ge:
    return "operator>=";
  case Function::logical_and:
    return "operator&&";
  case Function::logical_or:
    return "operator||";
  case Function::logical_not:
    return "operator!";
  default:
    return function_names[static_cast<int>(function)];
  }
}

[[noreturn]] void wrong_kind(Function function, const Expr &operand, std::string_view expected) {
  throw Error(ErrorCode::kind_mismatch,
              std::string(function_name(function)) + ": takes " + std::string(expected) + " operands, but got " +
                  (operand.kind() == integer ? "an " : "a ") + std::string(name_of(operand.kind())) + " one",
              operand.node()->where);
}

/// The line of an expression made of others: the last that is known.
std::source_location line_of(const std::vector<Expr> &operands) {
  std::source_location where;
  for (const Expr &operand : operands)
    if (operand.node()->where.line() != 0)
      where = operand.node()->where;
  return where;
}

void require_numbers(Function function, const std::vector<Expr> &operands) {
  for (const Expr &operand : operands)
    if (operand.kind() == boolean)
      wrong_kind(function, operand, "real or integer");
}

Kind common_kind(const std::vector<Expr> &operands) {
  for (const Expr &operand : operands)
    if (operand.kind() == real)
      return real;
  return operands.front().kind();
}

} // namespace

Expr apply(Function function, std::vector<Expr> operands, std::source_location where) {
  std::string_view signature = signatures[static_cast<int>(function)];
  Kind kind = real;
  if (signature == "nn") {
    require_numbers(function, operands);
    kind = common_kind(operands);
  } else if (signature == "cmp") {
    bool both_boolean = operands[0].kind() == boolean && operands[1].kind() == boolean;
    if (!(both_boolean && (function == Function::eq || function == Function::ne)))
      require_numbers(function, operands);
    kind = boolean;
  } else if (signature == "bb") {
    for (const Expr &operand : operands)
      if (operand.kind() != boolean)
        wrong_kind(function, operand, "boolean");
    kind = boolean;
  } else if (signature == "any2int") {
    kind = integer;
  } else if (signature == "rr" || signature == "rnd") {
    require_numbers(function, operands);
  }
  ExprNode node(ExprOp::apply, kind, where.line() ? where : line_of(operands));
  node.function = function;
  node.operands = std::move(operands);
  return finish(std::move(node));
}

Expr real_function(Function function, std::vector<Expr> operands) {
  std::source_location where = line_of(operands);
  return apply(function, std::move(operands), where);
}

Expr composite(std::string_view name, std::vector<Expr> operands, const Expr &expansion) {
  ExprNode node(ExprOp::composite, expansion.kind(), line_of(operands));
  node.name = name;
  node.operands = std::move(operands);
  node.expansion = expansion.node();
  return finish(std::move(node));
}

bool is_constant(const Expr &expr, double value) {
  const ExprNode &node = *expr.node();
  return (node.op == ExprOp::real_constant && node.real == value) ||
         (node.op == ExprOp::integer_constant && static_cast<double>(node.integer) == value);
}

} // namespace dsl

using dsl::composite;
using dsl::Function;
using dsl::real_function;

static Expr make(Function function, std::vector<Expr> operands) {
  return dsl::apply(function, std::move(operands), std::source_location());
}

Expr operator+(const Expr &a, const Expr &b) { return make(Function::add, {a, b}); }
Expr operator-(const Expr &a, const Expr &b) { return make(Function::sub, {a, b}); }
Expr operator*(const Expr &a, const Expr &b) { return make(Function::mul, {a, b}); }
Expr operator/(const Expr &a, const Expr &b) { return make(Function::div, {a, b}); }
Expr operator%(const Expr &a, const Expr &b) { return make(Function::mod, {a, b}); }
Expr operator-(const Expr &a) { return make(Function::neg, {a}); }
Expr operator==(const Expr &a, const Expr &b) { return make(Function::eq, {a, b}); }
Expr operator!=(const Expr &a, const Expr &b) { return make(Function::ne, {a, b}); }
Expr operator<(const Expr &a, const Expr &b) { return make(Function::lt, {a, b}); }
Expr operator<=(const Expr &a, const Expr &b) { return make(Function::le, {a, b}); }
Expr operator>(const Expr &a, const Expr &b) { return make(Function::gt, {a, b}); }
Expr operator>=(const Expr &a, const Expr &b) { return make(Function::ge, {a, b}); }
Expr operator&&(const Expr &a, const Expr &b) { return make(Function::logical_and, {a, b}); }
Expr operator||(const Expr &a, const Expr &b) { return make(Function::logical_or, {a, b}); }
Expr operator!(const Expr &a) { return make(Function::logical_not, {a}); }

Expr floor_div(const Expr &a, const Expr &b) { return make(Function::floor_div, {a, b}); }
Expr minimum(const Expr &a, const Expr &b) { return make(Function::minimum, {a, b}); }
Expr maximum(const Expr &a, const Expr &b) { return make(Function::maximum, {a, b}); }
Expr atan2(const Expr &y, const Expr &x) { return real_function(Function::atan2, {y, x}); }
Expr hypot(const Expr &a, const Expr &b) { return real_function(Function::hypot, {a, b}); }

Expr pow(const Expr &base, const Expr &exponent, std::source_location where) {
  if (dsl::is_constant(exponent, 2))
    return square(base.kind() == integer ? to_real(base) : base);
  if (dsl::is_constant(exponent, 0.5))
    return sqrt(base);
  return dsl::apply(Function::pow, {base, exponent}, where);
}

Expr where(const Expr &condition, const Expr &then, const Expr &otherwise, std::source_location location) {
  if (condition.kind() != boolean)
    throw Error(ErrorCode::kind_mismatch,
                "where: 'condition' must be boolean, but is " + std::string(dsl::name_of(condition.kind())), location);
  Kind a = then.kind(), b = otherwise.kind();
  if ((a == boolean) != (b == boolean))
    throw Error(ErrorCode::kind_mismatch,
                "where: 'then' is " + std::string(dsl::name_of(a)) + ", but 'otherwise' is " +
                    std::string(dsl::name_of(b)),
                location);
  ExprNode node(ExprOp::apply, a == real || b == real ? real : a, location);
  node.function = Function::select;
  node.operands = {condition, then, otherwise};
  return dsl::finish(std::move(node));
}

Expr clamp(const Expr &value, const Expr &low, const Expr &high) {
  return composite("clamp", {value, low, high}, minimum(maximum(value, low), high));
}

Expr to_real(const Expr &a) { return a.kind() == real ? a : make(Function::to_real, {a}); }
Expr to_integer(const Expr &a) { return a.kind() == integer ? a : make(Function::to_integer, {a}); }
Expr abs(const Expr &a) { return make(Function::abs, {a}); }
Expr sign(const Expr &a) { return make(Function::sign, {a}); }
Expr square(const Expr &a) { return make(Function::square, {a}); }
Expr floor(const Expr &a) { return real_function(Function::floor, {a}); }
Expr ceil(const Expr &a) { return real_function(Function::ceil, {a}); }
Expr round(const Expr &a) { return real_function(Function::round, {a}); }
Expr sqrt(const Expr &a) { return real_function(Function::sqrt, {a}); }
Expr rsqrt(const Expr &a) { return real_function(Function::rsqrt, {a}); }
Expr cbrt(const Expr &a) { return real_function(Function::cbrt, {a}); }
Expr reciprocal(const Expr &a) { return real_function(Function::reciprocal, {a}); }
Expr exp(const Expr &a) { return real_function(Function::exp, {a}); }
Expr exp2(const Expr &a) { return real_function(Function::exp2, {a}); }
Expr expm1(const Expr &a) { return real_function(Function::expm1, {a}); }
Expr log(const Expr &a) { return real_function(Function::log, {a}); }
Expr log2(const Expr &a) { return real_function(Function::log2, {a}); }
Expr log1p(const Expr &a) { return real_function(Function::log1p, {a}); }
Expr sin(const Expr &a) { return real_function(Function::sin, {a}); }
Expr cos(const Expr &a) { return real_function(Function::cos, {a}); }
Expr tan(const Expr &a) { return real_function(Function::tan, {a}); }
Expr asin(const Expr &a) { return real_function(Function::asin, {a}); }
Expr acos(const Expr &a) { return real_function(Function::acos, {a}); }
Expr atan(const Expr &a) { return real_function(Function::atan, {a}); }
Expr sinh(const Expr &a) { return real_function(Function::sinh, {a}); }
Expr cosh(const Expr &a) { return real_function(Function::cosh, {a}); }
Expr tanh(const Expr &a) { return real_function(Function::tanh, {a}); }
Expr asinh(const Expr &a) { return real_function(Function::asinh, {a}); }
Expr acosh(const Expr &a) { return real_function(Function::acosh, {a}); }
Expr atanh(const Expr &a) { return real_function(Function::atanh, {a}); }
Expr erf(const Expr &a) { return real_function(Function::erf, {a}); }
Expr erfc(const Expr &a) { return real_function(Function::erfc, {a}); }
Expr sigmoid(const Expr &a) { return real_function(Function::sigmoid, {a}); }
Expr log_sigmoid(const Expr &a) { return real_function(Function::log_sigmoid, {a}); }
Expr softplus(const Expr &a) { return real_function(Function::softplus, {a}); }
Expr normal_cdf(const Expr &a) { return real_function(Function::normal_cdf, {a}); }
Expr log_normal_cdf(const Expr &a) { return real_function(Function::log_normal_cdf, {a}); }
Expr xlogx(const Expr &a) { return real_function(Function::xlogx, {a}); }
Expr xlogy(const Expr &x, const Expr &y) { return real_function(Function::xlogy, {x, y}); }

// maximum(0, x): at 0 the first wins, so the derivative there is 0.
Expr relu(const Expr &a) {
  return composite("relu", {a}, a.kind() == integer ? maximum(0, a) : maximum(0.0, a));
}
Expr silu(const Expr &a) { return composite("silu", {a}, a * sigmoid(a)); }
Expr gelu(const Expr &a) { return composite("gelu", {a}, a * normal_cdf(a)); }

// x/2 (1 + tanh(u)) = x sigmoid(2u), which does not cancel for negative x.
Expr gelu_tanh(const Expr &a) {
  const double scale = 2 * std::numbers::sqrt2 / std::sqrt(std::numbers::pi);
  Expr x = to_real(a);
  return composite("gelu_tanh", {a}, x * sigmoid(scale * (x + 0.044715 * x * x * x)));
}

Expr stop_gradient(const Expr &a) { return make(Function::stop_gradient, {a}); }
Expr with_gradient_of(const Expr &value, const Expr &surrogate) {
  return real_function(Function::with_gradient_of, {value, surrogate});
}

} // namespace mercer
