// Equal ops, found once.
#pragma once

#include "mlir/IR/OperationSupport.h"

#include <unordered_map>

namespace mercer::transforms {

/// The ops seen so far, by what they compute; locations do not count.
class EqualOps {
public:
  /// The first op seen that computes the same as `op`: `op` itself when it is the first.
  mlir::Operation *first(mlir::Operation *op) {
    using Equivalence = mlir::OperationEquivalence;
    auto hash = static_cast<size_t>(Equivalence::computeHash(
        op, Equivalence::directHashValue, Equivalence::ignoreHashValue, Equivalence::IgnoreLocations));
    auto &candidates = seen_[hash];
    for (mlir::Operation *other : candidates)
      if (other == op || Equivalence::isEquivalentTo(op, other, Equivalence::IgnoreLocations))
        return other;
    candidates.push_back(op);
    return op;
  }

private:
  std::unordered_map<size_t, llvm::SmallVector<mlir::Operation *, 1>> seen_;
};

} // namespace mercer::transforms
