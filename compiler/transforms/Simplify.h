// One op for equal values.
#pragma once

#include "compiler/dialect/Mercer.h"

namespace mercer::transforms {

/// Puts the operands of commutative ops in one order (that of their definitions, constants last), squares of
/// differences too, and makes equal ops one: K(i,j) and K(j,i) become the same value where they are. Erases
/// ops without a use.
void orderAndUnify(ir::ProgramOp program);
/// May `orderAndUnify` exchange the operands of a function? Not of logical_and, where mercer-factor puts bounds first; not of
/// minimum and maximum: the first of two equal ones has the derivative.
bool isReordered(dsl::Function function);

/// Drops conditions that an extent is not 0 where a value depends on an index below it: no such value is there else.
void useExtents(ir::ProgramOp program);

} // namespace mercer::transforms
