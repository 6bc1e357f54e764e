// Reductions over both indices of one pairwise value: of a matrix that is never stored, along its rows and along its columns.
#pragma once

#include "compiler/dialect/FreeIndices.h"
#include "compiler/scheduling/Choices.h"

namespace mercer::scheduling {

/// A reduction over `over` as a function of `row`: of scalars, of which `pair` is the value, or a sum of vectors with the index `along`,
/// sum(over, pair * factor). The pairwise value depends on `row` and `over` alone.
struct PairReduction {
  ir::ReduceOp reduce;
  mlir::Value row, over, pair;
  mlir::Value along = {};                        ///< null: of scalars
  llvm::SmallVector<ir::ReduceOp> reductions = {}; ///< in the pairwise value, as functions of both of its indices
  llvm::SmallVector<mlir::Value> work = {};        ///< these, or where there are none what takes as many instructions as a function
};
std::optional<PairReduction> pairReductionOf(ir::ReduceOp reduce, ir::FreeIndices &free);

/// What one nest over blocks of rows and of columns computes: reductions of rows, s(a) or s(a, k), and of columns, t(b) or t(b, k).
struct PairGroup {
  mlir::Value rows, columns; ///< a and b
  mlir::Value block;         ///< the index of the nest
  llvm::SmallVector<ir::ArrayOp> arrays;
};

/// Finds such reductions over a and over b whose pairwise values have work in common, as it is or with a and b exchanged: in a nest
/// over a alone, those over a would do it again for each pair. Each gets an array, if it has none.
void groupPairs(ir::ProgramOp program, Choices &choices);
/// What was found so.
llvm::SmallVector<PairGroup> pairGroupsOf(ir::ProgramOp program);

} // namespace mercer::scheduling
