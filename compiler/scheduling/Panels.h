// Vectors of a nest's iterations that share what a long loop reads.
#pragma once

#include "compiler/dialect/Mercer.h"

namespace mercer::scheduling {

/// Runs several vectors of a nest's iterations beside each other where a long loop reads more, for each of them again, than a
/// near cache holds.
void shareReads(ir::PlanOp plan);

} // namespace mercer::scheduling
