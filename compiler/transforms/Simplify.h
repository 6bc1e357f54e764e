// One op for equal values.
#pragma once

#include "compiler/dialect/Mercer.h"

namespace mercer::transforms {

/// Puts the operands of commutative ops in one order (that of their definitions, constants last), squares of
/// differences too, and makes equal ops one: K(i,j) and K(j,i) become the same value where they are. Erases
/// ops without a use.
void orderAndUnify(ir::ProgramOp program);

} // namespace mercer::transforms
