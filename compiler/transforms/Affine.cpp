#include "compiler/transforms/Affine.h"

using namespace mlir;

namespace mercer::transforms {
namespace {

using dsl::Function;

/// Sums of terms of moderate size are decomposed; `depth` keeps hostile subscripts from deep recursion.
std::optional<AffineForm> decompose(OpBuilder &builder, ir::FreeIndices &free, Value value, Value index, int depth) {
  if (value == index)
    return AffineForm{1, {}};
  if (!free.depends(value, index))
    return AffineForm{0, value};
  auto op = value.getDefiningOp<ir::ApplyOp>();
  if (!op || depth == 0)
    return std::nullopt;
  Function function = op.getFunction().getValue();
  auto part = [&](unsigned n) { return decompose(builder, free, op.getOperands()[n], index, depth - 1); };
  auto combine = [&](Function combined, Value a, Value b) -> Value {
    if (!b)
      return a;
    if (!a)
      return combined == Function::add ? b : ir::apply(builder, op.getLoc(), Function::neg, {b});
    return ir::apply(builder, op.getLoc(), combined, {a, b});
  };
  if (function == Function::add || function == Function::sub) {
    auto a = part(0), b = part(1);
    if (!a || !b)
      return std::nullopt;
    int64_t sign = function == Function::add ? 1 : -1;
    return AffineForm{a->coefficient + sign * b->coefficient, combine(function, a->rest, b->rest)};
  }
  if (function == Function::neg) {
    auto a = part(0);
    if (!a)
      return std::nullopt;
    return AffineForm{-a->coefficient, combine(Function::sub, {}, a->rest)};
  }
  if (function == Function::mul)
    for (unsigned side : {0u, 1u})
      if (std::optional<int64_t> factor = ir::integerConstant(op.getOperands()[side])) {
        auto a = part(1 - side);
        int64_t coefficient;
        if (!a || __builtin_mul_overflow(a->coefficient, *factor, &coefficient))
          return std::nullopt;
        Value rest = a->rest ? ir::apply(builder, op.getLoc(), Function::mul, {a->rest, op.getOperands()[side]}) : Value();
        return AffineForm{coefficient, rest};
      }
  return std::nullopt;
}

} // namespace

std::optional<AffineForm> affineIn(OpBuilder &builder, ir::FreeIndices &free, Value value, Value index) {
  return decompose(builder, free, value, index, 32);
}

} // namespace mercer::transforms
