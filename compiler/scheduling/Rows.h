// Vectors of a nest's iterations that run at once.
#pragma once

#include "compiler/dialect/Mercer.h"
#include "compiler/scheduling/Choices.h"
#include "compiler/scheduling/Machine.h"

namespace mercer::scheduling {

/// Runs two vectors of a nest's iterations at once where what is the same for all iterations would otherwise be loaded for
/// few operations. The order of terms is the same whatever `choices` takes, but of what iterations add up together.
void widenNests(ir::PlanOp plan, const Machine &machine, Choices &choices);

} // namespace mercer::scheduling
