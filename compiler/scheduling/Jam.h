// Iterations of a loop that run side by side.
#pragma once

#include "compiler/dialect/Mercer.h"
#include "compiler/scheduling/Choices.h"
#include "compiler/scheduling/Machine.h"

namespace mercer::scheduling {

/// Sets the number of iterations that run at once on each loop around loops that do little for each element:
/// what these read for all of them is read once, and their sums do not wait for each other. The order of terms is the same
/// whatever `choices` takes.
void jamLoops(ir::PlanOp plan, const Machine &machine, Choices &choices);

} // namespace mercer::scheduling
