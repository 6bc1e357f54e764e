// A factor that all terms of a sum share.
#pragma once

#include "compiler/transforms/Formula.h"

namespace mercer::transforms {

/// The factors of a product without quotients.
llvm::SmallVector<mlir::Value, 4> plainFactors(mlir::Value term);

/// c x + c y - c z as (c, x + y - z) with a c that depends on none of `over`; null, and no ops made, when the
/// terms share none.
std::pair<mlir::Value, mlir::Value> commonFactor(Formula formula, ir::FreeIndices &free, mlir::Value sum,
                                                 mlir::ValueRange over);

} // namespace mercer::transforms
