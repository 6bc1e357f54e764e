// Sums as lists of terms.
#pragma once

#include "compiler/transforms/Formula.h"

namespace mercer::transforms {

struct SignedTerm {
  mlir::Value value;
  bool negative = false;
};
using Terms = llvm::SmallVector<SignedTerm, 4>;

/// The terms of a tree of sums and differences, from left to right; none when they are more than `most`.
Terms termsOf(mlir::Value sum, size_t most = 32);

/// +- t_1 +- t_2 ..., of at least one term.
mlir::Value sumOf(Formula f, llvm::ArrayRef<SignedTerm> terms);

/// The terms of sum(j, a(i, j) + c(i)) apart: `outer` are better summed by themselves. They depend on no reduced index, or on so
/// few others that their sum is one for many of the whole.
///
/// The bound of the rounding error only grows by a small factor: inner terms are rounded themselves, each with an error as large
/// as its sum adds. Data and numbers are exact, and stay together: x(j) - x(i) and x(j) - mean may be small.
struct OuterTerms {
  Terms outer, inner;

  /// Both empty where nothing is to be taken apart.
  static OuterTerms of(ir::FreeIndices &free, ir::ReduceOp sum);
};

} // namespace mercer::transforms
