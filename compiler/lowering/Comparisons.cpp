// Comparisons of integers in lanes: masks.
#include "compiler/lowering/Lanes.h"

using namespace mlir;

namespace mercer::lowering {

using arith::CmpIPredicate;
using dsl::Function;

std::optional<CmpIPredicate> comparisonOf(Function function) {
  switch (function) {
  case Function::eq:
    return CmpIPredicate::eq;
  case Function::ne:
    return CmpIPredicate::ne;
  case Function::lt:
    return CmpIPredicate::slt;
  case Function::le:
    return CmpIPredicate::sle;
  case Function::gt:
    return CmpIPredicate::sgt;
  case Function::ge:
    return CmpIPredicate::sge;
  default:
    return std::nullopt;
  }
}

/// The lanes but one, of a position from -1 to their number, as bits of a mask register. LLVM would turn a comparison for not equal into one
/// for equal with exchanged choices, and what is added up where it holds into a sum and a choice, in place of one instruction with a mask.
Value Codegen::allLanesBut(Value position) {
  Value next = arith::AddIOp::create(b, loc(), position, i64(1)); // so that no shift is negative
  Value bit = arith::ShRUIOp::create(b, loc(), arith::ShLIOp::create(b, loc(), i64(1), next), i64(1));
  Value bits = arith::TruncIOp::create(b, loc(), b.getIntegerType(width), arith::XOrIOp::create(b, loc(), bit, i64(-1)));
  return LLVM::BitcastOp::create(b, loc(), VectorType::get({width}, b.getI1Type()), bits);
}

/// Lanes where base + n stride compares to a bound. Vectors of f32 take one comparison of 32 bits in place of two of 64: a bound beyond
/// the lanes is as good as one just beyond them.
Value Codegen::compareLanes(CmpIPredicate predicate, Lane linear, Value bound) {
  const int64_t last = linear.stride * static_cast<int64_t>(width - 1), least = std::min<int64_t>(0, last) - 1,
                most = std::max<int64_t>(0, last) + 1;
  if (width < 8 || most - least > INT32_MAX)
    return arith::CmpIOp::create(b, loc(), predicate, vector(linear, b.getI64Type()),
                                 vector({Lane::uniform, bound}, b.getI64Type()));
  auto from = [&](int64_t distance) -> Value { return arith::AddIOp::create(b, loc(), linear.value, i64(distance)); };
  Value near = arith::MinSIOp::create(b, loc(), arith::MaxSIOp::create(b, loc(), bound, from(least)), from(most));
  Value apart = arith::SubIOp::create(b, loc(), near, linear.value);
  if (target_.avx512 && linear.stride == 1 && predicate == CmpIPredicate::ne)
    return allLanesBut(apart);
  Value distance = arith::TruncIOp::create(b, loc(), b.getI32Type(), apart);
  auto wide = VectorType::get({width}, b.getI32Type());
  SmallVector<int32_t> steps;
  for (unsigned n = 0; n < width; ++n)
    steps.push_back(static_cast<int32_t>(n * linear.stride));
  Value offsets = arith::ConstantOp::create(b, loc(), DenseElementsAttr::get(wide, ArrayRef<int32_t>(steps)));
  return arith::CmpIOp::create(b, loc(), predicate, offsets, vector::BroadcastOp::create(b, loc(), wide, distance));
}

/// A comparison of base + lane * stride with what is the same in all lanes; null for others.
Value Codegen::compareLinear(ir::ApplyOp op) {
  std::optional<CmpIPredicate> predicate = comparisonOf(op.getFunction().getValue());
  if (!predicate || !op.getOperands()[0].getType().isInteger(64))
    return {};
  Lane x = lane(op.getOperands()[0]), y = lane(op.getOperands()[1]);
  if (x.kind == Lane::linear && y.kind == Lane::uniform)
    return compareLanes(*predicate, x, y.value);
  if (x.kind == Lane::uniform && y.kind == Lane::linear)
    return compareLanes(*comparisonOf(ir::exchanged(op.getFunction().getValue())), y, x.value);
  return {};
}

/// lanes `base + n < end`
Value Codegen::tailMask(Value base, Value end) {
  return compareLanes(CmpIPredicate::slt, {Lane::linear, base, 1}, end);
}

} // namespace mercer::lowering
