// Vectors of a nest's iterations that share what a long loop reads.
#pragma once

#include "compiler/dialect/Mercer.h"
#include "compiler/scheduling/Choices.h"
#include "compiler/scheduling/Machine.h"

namespace mercer::scheduling {

/// Is a loop's range the same for all iterations of the nest, and long as far as anybody knows? Such a loop of the nest's
/// block runs in parts where vectors share what it reads.
bool isLong(ir::NestOp nest, ir::LoopOp loop);

/// The reads of arguments and stored arrays that a loop does for each vector of the nest's iterations again.
llvm::SmallVector<ir::ReadOp> sharedReads(ir::NestOp nest, ir::LoopOp loop);

/// Runs several vectors of a nest's iterations beside each other where a long loop reads more, for each of them again, than a
/// near cache holds. Bits are the same whatever `choices` takes.
void shareReads(ir::PlanOp plan, const Machine &machine, Choices &choices);

} // namespace mercer::scheduling
