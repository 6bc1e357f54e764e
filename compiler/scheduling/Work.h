// How much work a value is, as far as decisions of the scheduler need it.
#pragma once

#include "compiler/dialect/FreeIndices.h"

namespace mercer::scheduling {

/// Roughly the number of simple vector operations of one evaluation of an elementwise function.
int64_t operationsOf(dsl::Function function);

} // namespace mercer::scheduling
