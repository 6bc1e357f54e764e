// Sums in which each term belongs to one element of the result.
#pragma once

#include "compiler/dialect/FreeIndices.h"

#include <optional>

namespace mercer::transforms {

/// Attribute of an array whose value is such a sum: one loop over the terms computes all of its elements.
inline constexpr llvm::StringLiteral scatteredAttribute = "mercer.scattered";

/// sum(i, v(i, k) where at(i) == c && p(i)) as a function of c and k.
struct Scatter {
  llvm::SmallVector<mlir::Value> over; ///< outermost first
  /// Indices of the result with what they are for a term.
  llvm::SmallVector<std::pair<mlir::Value, mlir::Value>> at;
  llvm::SmallVector<mlir::Value> conditions; ///< without those comparisons
  mlir::Value value;
};

/// None where the sum, with the sums directly inside, compares no index of the result with something that a loop over
/// the result's elements cannot solve for a reduced index.
std::optional<Scatter> scatterOf(ir::FreeIndices &free, ir::ReduceOp reduce);

} // namespace mercer::transforms
