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

/// Sums of products that share a factor and cancel in part.
void addPolynomialPatterns(mlir::RewritePatternSet &patterns);

/// select(c, f(a), f(b)) -> f(select(c, a, b)) for a dear f: one call instead of two, and one form of f for what follows it.
/// Is there such a choice? For stable formulas: in others the argument is what patterns look at.
bool mergeChoices(mlir::Block &block);

} // namespace mercer::transforms
