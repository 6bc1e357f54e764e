#include "compiler/lowering/math/Math.h"

#include "compiler/lowering/math/Families.h"

#include <llvm/ADT/SmallVector.h>
#include <mlir/IR/TypeUtilities.h>

using namespace mlir;

namespace mercer::lowering {

namespace {

/// How a function is made for f32.
enum class Narrow {
  native, ///< in f32
  wide,   ///< in f64, rounded
};

/// A row of the table of functions.
struct Function {
  llvm::StringRef name;
  Narrow narrow;
  V (*one)(Formula &, V);
  V (*two)(Formula &, V, V);
};

} // namespace

static const Function functions[] = {
    {"exp", Narrow::native, emitExp, nullptr},
    {"exp2", Narrow::native, emitExp2, nullptr},
    {"exp2_at_most_one", Narrow::native, emitExp2AtMostOne, nullptr}, // of no program, as the next: the lowering's own
    {"exp2_of_term", Narrow::native, emitExp2OfTerm, nullptr},
    {"expm1", Narrow::native, emitExpm1, nullptr},
    {"log", Narrow::native, emitLog, nullptr},
    {"log2", Narrow::native, emitLog2, nullptr},
    {"log1p", Narrow::native, emitLog1p, nullptr},
    {"tanh", Narrow::native, emitTanh, nullptr},
    {"sigmoid", Narrow::native, emitSigmoid, nullptr},
    {"softplus", Narrow::native, emitSoftplus, nullptr},
    {"log_sigmoid", Narrow::native, emitLogSigmoid, nullptr},
    {"erf", Narrow::native, emitErf, nullptr},
    {"erfc", Narrow::wide, emitErfc, nullptr},
    {"sqrt", Narrow::native, emitSqrt, nullptr},
    {"rsqrt", Narrow::native, emitRsqrt, nullptr},
    {"xlogx", Narrow::native, emitXlogx, nullptr},
    {"xlogy", Narrow::native, nullptr, emitXlogy},
    {"log1mexp", Narrow::wide, emitLog1mexp, nullptr},
    {"sin", Narrow::wide, emitSin, nullptr},
    {"cos", Narrow::wide, emitCos, nullptr},
    {"tan", Narrow::wide, emitTan, nullptr},
    {"asin", Narrow::wide, emitAsin, nullptr},
    {"acos", Narrow::wide, emitAcos, nullptr},
    {"atan", Narrow::wide, emitAtan, nullptr},
    {"atan2", Narrow::wide, nullptr, emitAtan2},
    {"sinh", Narrow::wide, emitSinh, nullptr},
    {"cosh", Narrow::wide, emitCosh, nullptr},
    {"asinh", Narrow::wide, emitAsinh, nullptr},
    {"acosh", Narrow::wide, emitAcosh, nullptr},
    {"atanh", Narrow::wide, emitAtanh, nullptr},
    {"normal_cdf", Narrow::wide, emitNormalCdf, nullptr},
    {"log_normal_cdf", Narrow::wide, emitLogNormalCdf, nullptr},
    {"reciprocal", Narrow::native, emitReciprocal, nullptr},
    {"cbrt", Narrow::wide, emitCbrt, nullptr},
    {"hypot", Narrow::wide, nullptr, emitHypot},
    {"pow", Narrow::wide, nullptr, emitPow},
    {"floor", Narrow::native, emitFloor, nullptr},
    {"ceil", Narrow::native, emitCeil, nullptr},
    {"round", Narrow::native, emitRound, nullptr},
};

static bool isSupported(Type type) {
  Type element = type;
  if (auto vector = dyn_cast<VectorType>(type)) {
    if (vector.getRank() != 1 || vector.isScalable())
      return false;
    element = vector.getElementType();
  }
  return element.isF32() || element.isF64();
}

static Value apply(const Function &function, Formula &f, ValueRange operands) {
  V first = f.wrap(operands[0]);
  return function.one ? function.one(f, first).value : function.two(f, first, f.wrap(operands[1])).value;
}

Value emitMath(OpBuilder &builder, Location loc, llvm::StringRef fn, ValueRange operands,
               const MathTarget &target) {
  const Function *function = llvm::find_if(functions, [&](const Function &row) { return row.name == fn; });
  if (function == std::end(functions) || operands.size() != (function->one ? 1u : 2u))
    return nullptr;
  Type type = operands.front().getType();
  if (!isSupported(type) || llvm::any_of(operands, [&](Value operand) { return operand.getType() != type; }))
    return nullptr;
  bool narrow = getElementTypeOrSelf(type).isF32();
  if (!narrow || function->narrow == Narrow::native) {
    Formula f(builder, loc, type, target);
    return apply(*function, f, operands);
  }
  Type wide = builder.getF64Type();
  if (auto vector = dyn_cast<VectorType>(type))
    wide = vector.clone(wide);
  llvm::SmallVector<Value> extended;
  for (Value operand : operands)
    extended.push_back(arith::ExtFOp::create(builder, loc, wide, operand));
  Formula f(builder, loc, wide, target, /*narrow=*/true);
  return arith::TruncFOp::create(builder, loc, type, apply(*function, f, extended));
}

} // namespace mercer::lowering
