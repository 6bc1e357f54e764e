// Copies of inputs in the type and order that loops read them in.
#pragma once

#include "compiler/dialect/Mercer.h"
#include "compiler/scheduling/Choices.h"

namespace mercer::scheduling {

/// Copies an input once, in a nest of its own, where innermost loops read it again for each vector, an element for all lanes, and
/// either convert each element from bf16 or f16 or step over rows: the copy is of f32 in the first case, and its last
/// dimension is that of the innermost loop. Bits are the same whatever `choices` takes.
void copyInputs(ir::PlanOp plan, Choices &choices);

} // namespace mercer::scheduling
