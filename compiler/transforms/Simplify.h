// One op for equal values.
#pragma once

#include "compiler/dialect/Mercer.h"

namespace mercer::transforms {

/// Puts the operands of commutative ops in one order (that of their definitions, constants last), squares of
/// differences too, and makes equal ops one: K(i,j) and K(j,i) become the same value where they are. Erases
/// ops without a use.
void orderAndUnify(ir::ProgramOp program);

/// Drops conditions that an extent is not 0 where a value depends on an index below it: no such value is there else.
void useExtents(ir::ProgramOp program);

} // namespace mercer::transforms
