// Folding of constants: what is decided without knowing the program around.
#include "compiler/dialect/Mercer.h"

#include <cmath>

using namespace mlir;

namespace mercer::ir {

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

namespace {

using dsl::Function;

std::optional<double> foldReal(Function function, ArrayRef<double> x) {
  switch (function) {
  case Function::add: return x[0] + x[1];
  case Function::sub: return x[0] - x[1];
  case Function::mul: return x[0] * x[1];
  case Function::div: return x[0] / x[1];
  case Function::neg: return -x[0];
  case Function::abs: return std::fabs(x[0]);
  case Function::square: return x[0] * x[0];
  case Function::reciprocal: return 1 / x[0];
  case Function::sqrt:
  case Function::root: return std::sqrt(x[0]);
  case Function::floor: return std::floor(x[0]);
  case Function::ceil: return std::ceil(x[0]);
  case Function::minimum: return x[0] != x[0] || x[0] <= x[1] ? x[0] : x[1];
  case Function::maximum: return x[0] != x[0] || x[0] >= x[1] ? x[0] : x[1];
  default: return std::nullopt; // transcendental functions keep the precision of whoever evaluates them
  }
}

std::optional<int64_t> foldInteger(Function function, ArrayRef<int64_t> x) {
  int64_t result;
  switch (function) {
  case Function::add: return __builtin_add_overflow(x[0], x[1], &result) ? std::nullopt : std::optional(result);
  case Function::sub: return __builtin_sub_overflow(x[0], x[1], &result) ? std::nullopt : std::optional(result);
  case Function::mul: return __builtin_mul_overflow(x[0], x[1], &result) ? std::nullopt : std::optional(result);
  case Function::neg: return __builtin_sub_overflow(int64_t(0), x[0], &result) ? std::nullopt : std::optional(result);
  case Function::minimum: return std::min(x[0], x[1]);
  case Function::maximum: return std::max(x[0], x[1]);
  default: return std::nullopt;
  }
}

template <class Number>
std::optional<bool> foldComparison(Function function, Number a, Number b) {
  switch (function) {
  case Function::eq: return a == b;
  case Function::ne: return a != b;
  case Function::lt: return a < b;
  case Function::le: return a <= b;
  case Function::gt: return a > b;
  case Function::ge: return a >= b;
  default: return std::nullopt;
  }
}

/// The constants behind all operands, if each is a number of the wanted kind.
template <class Number, class Read>
std::optional<SmallVector<Number>> constants(ArrayRef<Attribute> operands, Read read) {
  SmallVector<Number> result;
  for (Attribute operand : operands) {
    std::optional<Number> number = operand ? read(operand) : std::nullopt;
    if (!number)
      return std::nullopt;
    result.push_back(*number);
  }
  return result;
}

std::optional<double> readReal(Attribute attribute) {
  auto number = dyn_cast<FloatAttr>(attribute);
  return number ? std::optional(number.getValueAsDouble()) : std::nullopt;
}

std::optional<int64_t> readInteger(Attribute attribute) {
  auto number = dyn_cast<IntegerAttr>(attribute);
  return number && number.getType().isInteger(64) ? std::optional(number.getInt()) : std::nullopt;
}

std::optional<bool> readBoolean(Attribute attribute) {
  auto number = dyn_cast_or_null<IntegerAttr>(attribute);
  return number && number.getType().isInteger(1) ? std::optional(!number.getValue().isZero()) : std::nullopt;
}

/// Folds of and, or, not, select with some operands known.
OpFoldResult foldLogic(ApplyOp op, ArrayRef<Attribute> constants) {
  Function function = op.getFunction().getValue();
  OperandRange x = op.getOperands();
  if (function == Function::logical_not)
    if (std::optional<bool> a = readBoolean(constants[0]))
      return BoolAttr::get(op.getContext(), !*a);
  if (function == Function::logical_and || function == Function::logical_or) {
    bool neutral = function == Function::logical_and;
    for (unsigned side : {0u, 1u})
      if (std::optional<bool> known = readBoolean(constants[side]))
        return *known == neutral ? OpFoldResult(x[1 - side]) : OpFoldResult(BoolAttr::get(op.getContext(), *known));
    if (x[0] == x[1])
      return x[0];
  }
  if (function == Function::select) {
    if (std::optional<bool> condition = readBoolean(constants[0]))
      return *condition ? x[1] : x[2];
    if (x[1] == x[2])
      return x[1];
  }
  return {};
}

} // namespace

OpFoldResult ApplyOp::fold(FoldAdaptor adaptor) {
  Function function = getFunction().getValue();
  ArrayRef<Attribute> operands = adaptor.getOperands();
  Builder builder(getContext());
  if (OpFoldResult logic = foldLogic(*this, operands))
    return logic;
  if (auto reals = constants<double>(operands, readReal)) {
    if (signature(function) == "cmp") {
      if (std::optional<bool> result = foldComparison(function, (*reals)[0], (*reals)[1]))
        return builder.getBoolAttr(*result);
      return {};
    }
    // Folded in f64 and rounded once: only where that is the correctly rounded result of the arithmetic type, too.
    bool single = getResult().getType().isF32() && function != Function::neg && function != Function::abs;
    if (single)
      return {};
    if (std::optional<double> result = foldReal(function, *reals))
      return builder.getFloatAttr(getResult().getType(), *result);
    return {};
  }
  if (auto integers = constants<int64_t>(operands, readInteger)) {
    if (signature(function) == "cmp") {
      if (std::optional<bool> result = foldComparison(function, (*integers)[0], (*integers)[1]))
        return builder.getBoolAttr(*result);
      return {};
    }
    if (function == Function::to_real)
      return builder.getFloatAttr(getResult().getType(), static_cast<double>((*integers)[0]));
    if (std::optional<int64_t> result = foldInteger(function, *integers))
      return builder.getI64IntegerAttr(*result);
  }
  return {};
}

} // namespace mercer::ir
