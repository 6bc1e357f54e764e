// Reads at positions that are computed.
#pragma once

#include "compiler/dialect/FreeIndices.h"

namespace mercer::transforms {

/// Does a value read, in the order of `index`, rows whose position is an element or a reduction, as those of the nearest
/// neighbour? In lanes of another index each element of such a row is a gather.
bool gathersRows(ir::FreeIndices &free, mlir::Value value, mlir::Value index);

} // namespace mercer::transforms
