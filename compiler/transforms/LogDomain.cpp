#include "compiler/transforms/LogDomain.h"

#include "compiler/transforms/Terms.h"

#include <cfloat>
#include <cmath>

using namespace mlir;

namespace mercer::transforms {

using dsl::Function;
using dsl::Reduction;

//===- Products
//-------------------------------------------------------------------------------------------------===//

std::optional<Product> Product::of(Value value) {
  constexpr unsigned most = 64;
  if (!isa<FloatType>(value.getType()))
    return std::nullopt;
  Product result;
  SmallVector<std::pair<Value, bool>> stack{{value, false}};
  while (!stack.empty()) {
    auto [part, divides] = stack.pop_back_val();
    if (result.exponents.size() + result.weights.size() + stack.size() > most)
      return std::nullopt;
    std::optional<double> constant = ir::realConstant(part);
    if (constant && std::isfinite(*constant) && *constant != 0) {
      result.factor = divides ? result.factor / *constant : result.factor * *constant;
    } else if (is(part, Function::mul) || is(part, Function::div)) {
      stack.push_back({operand(part, 1), divides != is(part, Function::div)});
      stack.push_back({operand(part, 0), divides});
    } else if (is(part, Function::neg)) {
      result.factor = -result.factor;
      stack.push_back({operand(part), divides});
    } else if (is(part, Function::reciprocal)) {
      stack.push_back({operand(part), !divides});
    } else if (is(part, Function::exp)) {
      result.exponents.push_back({operand(part), divides});
    } else {
      result.weights.push_back({part, divides});
    }
  }
  if (!std::isfinite(result.factor) || result.factor == 0)
    return std::nullopt;
  return result;
}

/// A value as a constant times another; the constant 1 where there is none.
static std::pair<Value, double> scaled(Value value) {
  double factor = 1;
  for (;;) {
    Value rest;
    if (is(value, Function::neg)) {
      rest = operand(value);
      factor = -factor;
    } else if (is(value, Function::mul)) {
      for (unsigned side : {0u, 1u})
        if (auto constant = ir::realConstant(operand(value, side)); constant && !rest) {
          rest = operand(value, 1 - side);
          factor *= *constant;
        }
    }
    if (!rest)
      return {value, factor};
    value = rest;
  }
}

Value Product::exponent(Formula &f) const {
  // Multiples of one value are added up: x - 2x is -x, and overflows with it alone.
  SmallVector<std::pair<Value, double>, 4> multiples;
  bool repeated = false;
  for (auto [part, subtracted] : exponents) {
    auto [base, factor] = scaled(part);
    factor = subtracted ? -factor : factor;
    auto found = llvm::find_if(multiples, [&](auto &multiple) { return multiple.first == base; });
    if (found == multiples.end())
      multiples.push_back({base, factor});
    else
      found->second += factor, repeated = true;
  }
  Value sum;
  if (repeated) {
    for (auto [base, factor] : multiples)
      sum = f.add(sum, f.scale(factor, base));
    return sum;
  }
  for (auto [part, subtracted] : exponents)
    sum = subtracted ? f.sub(sum, part) : f.add(sum, part);
  return sum;
}

Value Product::weight(Formula &f) const {
  Value above, below;
  for (auto [part, divides] : weights)
    (divides ? below : above) = f.mul(divides ? below : above, part);
  Value weight = below ? f.div(above, below) : above;
  if (factor == 1)
    return weight;
  return weight ? f.scale(factor, weight) : f.number(factor);
}

//===- What gains
//-----------------------------------------------------------------------------------------------===//

/// Is an exponent the difference to a maximum that someone took by hand?
static bool isShifted(Value exponent) {
  if (!is(exponent, Function::sub))
    return false;
  Value shift = operand(exponent, 1);
  for (int depth = 0; depth < 8; ++depth) {
    if (reductionOf(shift, Reduction::max) || reductionOf(shift, Reduction::logsumexp))
      return true;
    if (is(shift, Function::stop_gradient))
      shift = operand(shift);
    else if (is(shift, Function::select))
      shift = operand(shift, 1);
    else if (is(shift, Function::maximum) || is(shift, Function::minimum)) {
      Value rest = besides(shift, is(shift, Function::maximum) ? Function::maximum : Function::minimum,
                           [](Value side) { return ir::realConstant(side).has_value(); });
      if (!rest)
        return is(shift, Function::maximum);
      shift = rest;
    } else {
      return false;
    }
  }
  return false;
}

/// Terms that a sum is taken apart into.
static constexpr size_t mostTerms = 64;

/// A sum of exponentials and constants, one of which may overflow.
bool LogDomain::sumGains(Value x, unsigned depth) {
  Terms parts = termsOf(x, mostTerms);
  if (parts.empty())
    return false;
  bool some = false;
  for (auto [part, negative] : parts) {
    if (ir::realConstant(part))
      continue;
    if (reductionOf(part, Reduction::sum)) {
      if (!gains(part, depth - 1))
        return false;
      some = true;
      continue;
    }
    std::optional<Product> product = Product::of(part);
    if (!product || product->exponents.empty())
      return false;
    some |= product->exponents.size() > 1 || !isShifted(product->exponents[0].first);
  }
  return some;
}

bool LogDomain::gains(Value x, unsigned depth) {
  if (depth == 0)
    return false;
  if (auto found = gains_.find(x); found != gains_.end())
    return found->second;
  bool result = findGain(x, depth);
  gains_[x] = result;
  return result;
}

bool LogDomain::findGain(Value x, unsigned depth) {
  if (ir::ReduceOp product = reductionOf(x, Reduction::prod))
    return gains(product.getValue(), depth - 1);
  if (ir::ReduceOp sum = reductionOf(x, Reduction::sum)) {
    std::optional<Product> term = Product::of(sum.getValue());
    return term && !term->exponents.empty() &&
           !(term->exponents.size() == 1 && isShifted(term->exponents[0].first));
  }
  auto apply = x.getDefiningOp<ir::ApplyOp>();
  if (!apply)
    return false;
  auto at = [&](unsigned n) { return gains(apply.getOperands()[n], depth - 1); };
  switch (apply.getFunction().getValue()) {
  case Function::exp:
  case Function::sigmoid:
  case Function::cosh:
    return true;
  case Function::mul:
  case Function::div:
    return at(0) || at(1);
  case Function::square:
  case Function::sqrt:
  case Function::root:
  case Function::reciprocal:
    return at(0);
  case Function::pow: {
    std::optional<double> power = ir::realConstant(apply.getOperands()[1]);
    return power && *power != 0 && at(0);
  }
  case Function::neg: // 1 - exp(y), as expm1
    return is(operand(x), Function::expm1);
  case Function::select:
    return at(1) || at(2);
  case Function::maximum:
  case Function::minimum:
    for (unsigned side : {0u, 1u})
      if (auto bound = ir::realConstant(operand(x, side)); bound && *bound > 0)
        return at(1 - side);
    return false;
  case Function::add:
  case Function::sub:
    return sumGains(x, depth);
  default:
    return false;
  }
}

//===- The logarithm
//--------------------------------------------------------------------------------------------===//

Value LogDomain::of(Value x, unsigned depth) {
  if (Value known = logs_.lookup(x))
    return known;
  Value result = make(x, depth);
  logs_[x] = result;
  return result;
}

Value LogDomain::make(Value x, unsigned depth) {
  if (!gains(x, depth))
    return f_.log(x);
  if (ir::ReduceOp product = reductionOf(x, Reduction::prod))
    return f_.reduce(product, Reduction::sum, of(product.getValue(), depth - 1));
  if (ir::ReduceOp sum = reductionOf(x, Reduction::sum))
    return ofReduce(sum);
  auto apply = x.getDefiningOp<ir::ApplyOp>();
  OperandRange y = apply.getOperands();
  Function function = apply.getFunction().getValue();
  switch (function) {
  case Function::exp:
    return y[0];
  case Function::sigmoid:
    return f_.call(Function::log_sigmoid, {y[0]});
  case Function::mul:
    return f_.add(of(y[0], depth - 1), of(y[1], depth - 1));
  case Function::div:
    return f_.sub(of(y[0], depth - 1), of(y[1], depth - 1));
  case Function::square:
    return f_.scale(2, of(y[0], depth - 1));
  case Function::sqrt:
  case Function::root:
    return f_.scale(0.5, of(y[0], depth - 1));
  case Function::reciprocal:
    return f_.neg(of(y[0], depth - 1));
  case Function::pow:
    return f_.mul(y[1], of(y[0], depth - 1));
  case Function::neg:
    return f_.call(Function::log1mexp, {f_.neg(operand(y[0]))});
  case Function::select:
    return f_.select(y[0], of(y[1], depth - 1), of(y[2], depth - 1));
  case Function::maximum:
  case Function::minimum:
    return f_.call(function, {of(y[0], depth - 1), of(y[1], depth - 1)});
  case Function::cosh: {
    // log1p(2 sinh(x/2)^2) near 0, |x| + log1p(exp(-2|x|)) - log 2 far from it.
    Value size = f_.call(Function::abs, {y[0]});
    Value half = f_.call(Function::sinh, {f_.scale(0.5, y[0])});
    Value near = f_.call(Function::log1p, {f_.scale(2, f_.call(Function::square, {half}))});
    Value tail = f_.call(Function::log1p, {f_.exp(f_.scale(-2, size))});
    Value far = f_.add(f_.sub(size, f_.number(std::log(2.0))), tail);
    return f_.select(f_.call(Function::lt, {size, f_.number(1)}), near, far);
  }
  default:
    return ofSum(x, depth);
  }
}

/// A finite shift near the maximum; NaN stays. Its derivative cancels exactly, so none is taken.
Value LogDomain::clamp(Value maximum) {
  double largest = maximum.getType().isF32() ? FLT_MAX : DBL_MAX;
  Value finite = f_.call(Function::minimum, {maximum, f_.number(largest)});
  finite = f_.call(Function::maximum, {finite, f_.number(-largest)});
  return f_.call(Function::stop_gradient, {finite});
}

/// shift + log(sum), and -inf without a derivative where the sum is 0.
Value LogDomain::shifted(Value sum, Value shift) {
  Value none = f_.call(Function::eq, {sum, f_.number(0)});
  return f_.select(none, f_.number(-INFINITY), f_.add(shift, f_.log(sum)));
}

/// log(sum(w exp(v) where p)) -> logsumexp(v where p) + log(w) for a positive constant w, else
/// m + log(sum(w exp(v - m) where p)) with m = max(v where p and w != 0)
Value LogDomain::ofReduce(ir::ReduceOp sum) {
  Product product = *Product::of(sum.getValue());
  Value exponent = product.exponent(f_);
  if (product.weights.empty() && product.factor > 0) {
    Value result = f_.reduce(sum, Reduction::logsumexp, exponent);
    return product.factor == 1 ? result : f_.add(result, f_.number(std::log(product.factor)));
  }
  Value weight = product.weight(f_);
  Value counted = f_.both(sum.getPredicate(), f_.call(Function::ne, {weight, f_.number(0)}));
  Value largest = ir::reduce(f_.builder(), f_.loc(), Reduction::max, sum.getOver(), exponent, counted);
  Value shift = clamp(largest);
  Value scaled = f_.reduce(sum, Reduction::sum, f_.mul(weight, f_.exp(f_.sub(exponent, shift))));
  return shifted(scaled, shift);
}

LogDomain::Term LogDomain::term(Value leaf, bool negative, unsigned depth) {
  double sign = negative ? -1 : 1;
  if (std::optional<double> constant = ir::realConstant(leaf))
    return {f_.number(sign * *constant), f_.number(0)};
  if (reductionOf(leaf, Reduction::sum))
    return {negative ? f_.number(-1) : Value(), of(leaf, depth - 1)};
  Product product = *Product::of(leaf);
  product.factor *= sign;
  Value exponent = product.exponent(f_);
  if (product.weights.empty() && product.factor > 0 && product.factor != 1)
    return {{}, f_.add(exponent, f_.number(std::log(product.factor)))};
  return {product.weight(f_), exponent};
}

/// log(1 + exp(x)) -> softplus(x);  log(1 - exp(x)) -> log1mexp(-x);  log(1 - sigmoid(x)) -> log_sigmoid(-x);
/// log(exp(a) - exp(b)) -> a + log1mexp(a - b);  log(w exp(a) + u exp(b) + ...) -> m + log(w exp(a - m) +
/// ...)
Value LogDomain::ofSum(Value x, unsigned depth) {
  SmallVector<Term, 8> parts;
  for (auto [leaf, negative] : termsOf(x, mostTerms))
    parts.push_back(term(leaf, negative, depth));
  auto isOne = [](const Term &part) { return isNumber(part.exponent, 0) && isNumber(part.weight, 1); };
  if (parts.size() == 2)
    for (unsigned side : {0u, 1u})
      if (parts[side].weight && isOne(parts[side])) {
        const Term &other = parts[1 - side];
        if (!other.weight)
          return f_.call(Function::softplus, {other.exponent});
        if (isNumber(other.weight, -1))
          return f_.call(Function::log1mexp, {f_.neg(other.exponent)});
      }
  if (parts.size() == 2 && !parts[0].weight && parts[1].weight && isNumber(parts[1].weight, -1)) {
    Value a = parts[0].exponent, b = parts[1].exponent;
    Value difference = f_.add(a, f_.call(Function::log1mexp, {f_.sub(a, b)}));
    return f_.select(f_.call(Function::eq, {b, f_.number(-INFINITY)}), a, difference);
  }
  Value largest = parts[0].exponent;
  for (const Term &part : ArrayRef(parts).drop_front())
    largest = f_.call(Function::maximum, {largest, part.exponent});
  Value shift = clamp(largest), sum;
  for (const Term &part : parts)
    sum = f_.add(sum, f_.mul(part.weight, f_.exp(f_.sub(part.exponent, shift))));
  return shifted(sum, shift);
}

} // namespace mercer::transforms
