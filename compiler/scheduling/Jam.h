// Iterations of a loop that run side by side.
#pragma once

#include "compiler/dialect/Mercer.h"

namespace mercer::scheduling {

/// Sets the number of iterations that run at once on each loop around loops that do little for each element:
/// what these read for all of them is read once, and their sums do not wait for each other. At most `most` run at once; the
/// order of terms is the same for any `most`.
void jamLoops(ir::PlanOp plan, int64_t most);

} // namespace mercer::scheduling
