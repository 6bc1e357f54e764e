// Predicates on an index as bounds of a loop over it.
#pragma once

#include "compiler/dialect/FreeIndices.h"

#include <optional>

namespace mercer::transforms {

/// The conjuncts of a predicate, without repetition; empty for null.
llvm::SmallVector<mlir::Value, 4> conjuncts(mlir::Value predicate);

/// logical_and of conditions; null when there are none.
mlir::Value conjunction(mlir::OpBuilder &builder, mlir::Location loc, llvm::ArrayRef<mlir::Value> conditions);

/// Where a predicate holds for an index: lower <= index < upper and `rest`.
struct Bounds {
  mlir::Value lower; ///< i64 without the index, >= 0; null: 0
  mlir::Value upper; ///< i64 without the index, <= extent; null: the extent
  mlir::Value rest;  ///< what is no bound; null: nothing
};

/// Takes the conjuncts `index < e`, `<=`, `>`, `>=`, `==` (either way round; e without the index; the index
/// also as a term of a sum, with coefficient 1 or -1) out of a predicate. Ops are made at the builder's
/// insertion point only for bounds that exist. lower may exceed upper: then no index is in range.
Bounds splitBounds(mlir::OpBuilder &builder, ir::FreeIndices &free, mlir::Value predicate, mlir::Value index);

/// At how many positions of an index a predicate holds, from its bounds and one position that it may leave out; none when
/// only the values at each can tell.
std::optional<mlir::Value> countTerms(mlir::OpBuilder &builder, ir::FreeIndices &free, mlir::Value predicate,
                                      mlir::Value index);

/// A condition without the reduced indices that holds exactly when a reduction has a term: null when it
/// always has, none when the predicate is more than bounds of one index (or leaves out one position), so that
/// only its values can tell.
std::optional<mlir::Value> someTerm(mlir::OpBuilder &builder, ir::FreeIndices &free, ir::ReduceOp op);

} // namespace mercer::transforms
