// Integer values as affine forms of indices.
#pragma once

#include "compiler/dialect/FreeIndices.h"

#include <optional>

namespace mercer::transforms {

/// `value` as coefficient * index + rest, where rest does not depend on the index; none when it is not so.
struct AffineForm {
  int64_t coefficient;
  mlir::Value rest; ///< null: 0
};
std::optional<AffineForm> affineIn(mlir::OpBuilder &builder, ir::FreeIndices &free, mlir::Value value,
                                   mlir::Value index);

} // namespace mercer::transforms
