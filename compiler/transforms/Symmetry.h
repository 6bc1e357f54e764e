// Double sums of symmetric values.
#pragma once

#include "compiler/dialect/FreeIndices.h"

#include <optional>

namespace mercer::transforms {

/// The sum over all pairs, or over all pairs of different ones, of a value with K(i, j) = K(j, i), that
/// nothing else uses.
struct PairSum {
  mlir::Value first, second, value;
  bool withoutDiagonal = false;

  static std::optional<PairSum> of(ir::FreeIndices &free, ir::ReduceOp op);
};

} // namespace mercer::transforms
