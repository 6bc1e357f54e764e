// Elementary functions as inlined arithmetic.
#ifndef MERCER_COMPILER_LOWERING_MATH_MATH_H
#define MERCER_COMPILER_LOWERING_MATH_MATH_H

#include <llvm/ADT/StringRef.h>
#include <mlir/IR/Builders.h>
#include <mlir/IR/Value.h>
#include <mlir/IR/ValueRange.h>

namespace mercer::lowering {

/// What the emitted code may rely on.
struct MathTarget {
  bool avx512 = false; ///< vectors may use the instructions of AVX-512F
  bool fast = false;   ///< Precision::fast: 4 ulp are enough, denormals may become zero
  bool fma = true;     ///< else polynomials round each product: the others, whose rest counts, are made of several operations later
};

/// Emits fn(operands...) at the builder's insertion point; a null Value when `fn` is not an elementary
/// function or its operands are not f32, f64 or one-dimensional vectors of these, all of one type.
mlir::Value emitMath(mlir::OpBuilder &builder, mlir::Location loc, llvm::StringRef fn,
                     mlir::ValueRange operands, const MathTarget &target);

} // namespace mercer::lowering

#endif
