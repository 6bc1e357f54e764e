// A reduction over several indices as nested ones.
#pragma once

#include "compiler/dialect/Mercer.h"

namespace mercer::transforms {

/// Replaces a reduction over several indices by one over the first of one over the second and so on; each conjunct of the
/// predicate stands as far outside as its indices allow. Erases the op.
void splitReduction(ir::ReduceOp op);

} // namespace mercer::transforms
