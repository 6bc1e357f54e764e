// Reads of virtual arrays written out.
#pragma once

#include "compiler/dialect/FreeIndices.h"

namespace mercer::transforms {

/// Replaces each read of a `mercer.array` for which `wanted` holds, among the ops before `end` in its block, by the array's
/// value with its indices replaced by the subscripts.
void inlineArrays(mlir::Block &block, llvm::function_ref<bool(ir::ArrayOp)> wanted, mlir::Operation *end = nullptr);

} // namespace mercer::transforms
