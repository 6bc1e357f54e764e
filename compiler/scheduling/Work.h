// How much work a value is, as far as decisions of the scheduler need it.
#pragma once

#include "compiler/dialect/FreeIndices.h"

namespace mercer::scheduling {

/// Roughly the number of simple vector operations of one evaluation of an elementwise function.
int64_t operationsOf(dsl::Function function);

/// A guess of an index's extent where it is not known: what is bounded is short beside what is not.
double lengthOf(mlir::Value index);

/// Is the extent of an index known to be at most what a row kept in a cache may have?
bool isBounded(mlir::Value index);

} // namespace mercer::scheduling
