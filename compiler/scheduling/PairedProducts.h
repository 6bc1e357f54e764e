// Products of bf16 that a processor adds in pairs.
#pragma once

#include "compiler/dialect/Mercer.h"

namespace mercer::scheduling {

/// Makes loops with `pairs` of those that add up products of a row of one bf16 input and, in lanes, a column of another: rows are
/// copied once, in a nest before, to where each is contiguous and followed by zeros; columns go into a tile.
void pairProducts(ir::PlanOp plan);

} // namespace mercer::scheduling
