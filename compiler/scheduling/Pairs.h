// Sums over both indices of one pairwise value: products of a matrix that is never stored, and of its transpose.
#pragma once

#include "compiler/dialect/FreeIndices.h"

namespace mercer::scheduling {

/// sum(over, weight * factor) as a function of `row` and `along`: the weight, which contains reductions, does not depend on
/// `along`.
struct PairSum {
  ir::ReduceOp sum;
  mlir::Value row, over, along, weight;
  llvm::SmallVector<ir::ReduceOp> reductions = {}; ///< in the weight, as functions of both of its indices
};
std::optional<PairSum> pairSumOf(ir::ReduceOp sum, ir::FreeIndices &free);

/// Sums that one nest over blocks of rows and of columns computes: those of rows,
/// s(a, k) = sum(b, w(a, b) f(b, k)), and those of columns, t(b, k) = sum(a, v(a, b) g(a, k)).
struct PairSums {
  mlir::Value rows, columns; ///< a and b
  mlir::Value block;         ///< the index of the nest
  llvm::SmallVector<ir::ArrayOp> arrays;
};

/// Gives such sums arrays where the weights of both contain the same reduction, as it is or with a and b exchanged:
/// in a nest over a alone, the sums over a would compute it again for each pair.
void storePairSums(ir::ProgramOp program);
/// What is stored so.
llvm::SmallVector<PairSums> pairSumsOf(ir::ProgramOp program);

} // namespace mercer::scheduling
