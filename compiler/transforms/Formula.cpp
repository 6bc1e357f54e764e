#include "compiler/transforms/Formula.h"

#include "mlir/IR/OperationSupport.h"

#include <cmath>

using namespace mlir;

namespace mercer::transforms {

using dsl::Function;
using dsl::Reduction;

bool is(Value value, Function function) {
  auto op = value.getDefiningOp<ir::ApplyOp>();
  return op && op.getFunction().getValue() == function;
}

bool isPolynomial(Function function) {
  constexpr double ulps[] = {
#define MERCER_ELEMENTWISE(name, operands, signature, ulpF32, ulpF64) ulpF32,
#include "mercer/dsl/ops/Elementwise.def"
  };
  return ulps[static_cast<int>(function)] > 0.5;
}

Value operand(Value value, unsigned n) { return value.getDefiningOp()->getOperand(n); }

bool isNumber(Value value, double number) {
  if (auto real = ir::realConstant(value))
    return *real == number;
  auto integer = ir::integerConstant(value);
  return integer && static_cast<double>(*integer) == number;
}

ir::ReduceOp reductionOf(Value value, Reduction kind) {
  auto op = value.getDefiningOp<ir::ReduceOp>();
  return op && op.getKind().getValue() == kind ? op : ir::ReduceOp();
}

Value besides(Value value, Function function, function_ref<bool(Value)> matches) {
  if (!is(value, function))
    return {};
  for (unsigned side : {0u, 1u})
    if (matches(operand(value, side)))
      return operand(value, 1 - side);
  return {};
}

static bool isNonNegative(Value value, unsigned &budget) {
  if (auto real = ir::realConstant(value))
    return *real >= 0;
  if (auto integer = ir::integerConstant(value))
    return *integer >= 0;
  Operation *op = value.getDefiningOp();
  if (!op || budget == 0)
    return false;
  --budget;
  if (isa<ir::SizeOp, ir::IndexOp>(op))
    return true;
  if (auto reduce = dyn_cast<ir::ReduceOp>(op)) {
    Reduction kind = reduce.getKind().getValue();
    bool keepsSign = kind == Reduction::sum || kind == Reduction::prod || kind == Reduction::min;
    return keepsSign && isNonNegative(reduce.getValue(), budget);
  }
  auto apply = dyn_cast<ir::ApplyOp>(op);
  if (!apply)
    return false;
  OperandRange x = apply.getOperands();
  auto at = [&](unsigned n) { return isNonNegative(x[n], budget); };
  switch (apply.getFunction().getValue()) {
  case Function::square:
  case Function::abs:
  case Function::exp:
  case Function::exp2:
  case Function::sigmoid:
  case Function::softplus:
  case Function::sqrt:
  case Function::root:
  case Function::rsqrt:
  case Function::cosh:
  case Function::hypot:
  case Function::erfc:
  case Function::normal_cdf:
    // The square of an integer may wrap.
    return isa<FloatType>(value.getType());
  case Function::mul:
    return isa<FloatType>(value.getType()) && (x[0] == x[1] || (at(0) && at(1)));
  case Function::add:
    return isa<FloatType>(value.getType()) && at(0) && at(1);
  case Function::div:
  case Function::minimum:
    return at(0) && at(1);
  case Function::maximum:
    return at(0) || at(1);
  case Function::select:
    return at(1) && at(2);
  case Function::to_real:
    return x[0].getType().isInteger(1) || at(0);
  case Function::stop_gradient:
  case Function::with_gradient_of:
  case Function::reciprocal:
    return at(0);
  default:
    return false;
  }
}

bool nonNegative(Value value, unsigned budget) { return isNonNegative(value, budget); }

static int signWithin(Value value, unsigned budget, unsigned depth) {
  if (auto number = ir::realConstant(value))
    return std::signbit(*number) ? -1 : 1;
  auto at = [&](unsigned n) { return signWithin(operand(value, n), budget, depth - 1); };
  if (depth > 0 && is(value, Function::neg))
    return -at(0);
  if (depth > 0 && (is(value, Function::mul) || is(value, Function::add) || is(value, Function::sub))) {
    int a = at(0), b = at(1);
    if (int sign = is(value, Function::mul) ? a * b : a == (is(value, Function::sub) ? -b : b) ? a : 0)
      return sign;
  }
  return nonNegative(value, budget) ? 1 : 0;
}

int signOf(Value value, unsigned budget) { return signWithin(value, budget, /*depth=*/8); }

bool positive(Value value, unsigned budget) {
  if (auto real = ir::realConstant(value))
    return *real > 0;
  if (budget == 0)
    return false;
  auto at = [&](unsigned n) { return positive(operand(value, n), budget - 1); };
  if (is(value, Function::add))
    return (at(0) && nonNegative(operand(value, 1))) || (at(1) && nonNegative(operand(value, 0)));
  return is(value, Function::maximum) && (at(0) || at(1));
}

bool isSmall(Value value, unsigned most) {
  llvm::SmallPtrSet<Operation *, 32> seen;
  SmallVector<Value> stack{value};
  while (!stack.empty()) {
    Operation *op = stack.pop_back_val().getDefiningOp();
    if (!op || !seen.insert(op).second)
      continue;
    if (seen.size() > most)
      return false;
    llvm::append_range(stack, op->getOperands());
  }
  return true;
}

bool sameValue(Value a, Value b) {
  if (a == b)
    return true;
  Operation *x = a.getDefiningOp(), *y = b.getDefiningOp();
  return x && y && !isa<ir::IndexOp>(x) &&
         OperationEquivalence::isEquivalentTo(x, y, OperationEquivalence::IgnoreLocations);
}

bool sameExtent(Value a, Value b) {
  if (a == b)
    return true;
  auto x = a.getDefiningOp<ir::SizeOp>(), y = b.getDefiningOp<ir::SizeOp>();
  return x && y && x.getArray() == y.getArray() && x.getDimension() == y.getDimension();
}

Value Formula::add(Value a, Value b) {
  if (!a || !b)
    return a ? a : b;
  return call(Function::add, {a, b});
}

Value Formula::sub(Value a, Value b) {
  if (!b)
    return a;
  return a ? call(Function::sub, {a, b}) : neg(b);
}

Value Formula::mul(Value a, Value b) {
  if (!a || !b)
    return a ? a : b;
  if (isNumber(a, 1) || isNumber(b, 1))
    return isNumber(a, 1) ? b : a;
  return call(Function::mul, {a, b});
}

Value Formula::div(Value a, Value b) {
  if (!b)
    return a;
  return a ? call(Function::div, {a, b}) : call(Function::reciprocal, {b});
}

Value Formula::neg(Value a) {
  if (auto constant = ir::realConstant(a))
    return number(-*constant);
  if (is(a, Function::neg))
    return operand(a);
  if (is(a, Function::sub))
    return call(Function::sub, {operand(a, 1), operand(a, 0)});
  if (is(a, Function::mul))
    for (unsigned side : {0u, 1u})
      if (auto constant = ir::realConstant(operand(a, side)))
        return scale(-*constant, operand(a, 1 - side));
  return call(Function::neg, {a});
}

Value Formula::scale(double factor, Value a) {
  if (factor == 1)
    return a;
  if (factor == -1)
    return neg(a);
  return call(Function::mul, {number(factor), a});
}

Value Formula::log(Value a) {
  if (!a)
    return {};
  if (auto constant = ir::realConstant(a); constant && *constant >= 0)
    return number(std::log(*constant));
  return call(Function::log, {a});
}

Value Formula::both(Value a, Value b) {
  if (!a || !b || a == b)
    return a ? a : b;
  return call(Function::logical_and, {a, b});
}

} // namespace mercer::transforms
