// The families of patterns of mercer-stabilize.
#pragma once

#include "compiler/dialect/FreeIndices.h"

#include "mlir/IR/PatternMatch.h"

namespace mercer::transforms {

/// Logarithms of sums, products and quotients of exponentials.
void addLogPatterns(mlir::RewritePatternSet &patterns);

/// Quotients and products of exponentials, exp(x) - 1, logistic and hyperbolic functions.
void addExpPatterns(mlir::RewritePatternSet &patterns);

/// Roots of squares, variance, x log x, expanded squares.
void addMomentPatterns(mlir::RewritePatternSet &patterns);

} // namespace mercer::transforms
