// Derivatives of the elementwise functions: one table for reverse and forward mode.
#pragma once

#include "compiler/dialect/Mercer.h"

namespace mercer::transforms {

/// d result / d operand. `guard` (null: everywhere): where it is false the derivative is 0 and `factor` is not looked at.
struct Partial {
  unsigned operand;
  mlir::Value factor; ///< null: 1
  mlir::Value guard;
  mlir::Value finite = {}; ///< where it is false the factor is infinite, and a seed of 0 gives 0 (null: nowhere)
};

/// The partial derivatives of an elementwise function that are not 0 everywhere, as values at the builder's insertion point.
llvm::SmallVector<Partial, 2> partials(mlir::OpBuilder &builder, ir::ApplyOp op);

} // namespace mercer::transforms
