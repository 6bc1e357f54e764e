// Values that are kept although no total or row needs them to be.
#pragma once

#include "compiler/dialect/FreeIndices.h"

namespace mercer::transforms {

/// The reductions with two free indices that the program would otherwise compute again for each value of a
/// third one, whatever the order of its loops: embeddings that a sum over pairs compares, sums over pairs
/// that a product with a matrix goes on with. A table is not much larger than the largest input or output,
/// and one of its indices is bounded: memory never grows as the product of two extents that are not. Likewise elementwise values
/// of data that take many more instructions than a read, of one index, or of two where an input or output is as large: weights
/// exp(v(c, k)) that a sum for each sample goes over.
llvm::DenseSet<mlir::Operation *> tablesOf(ir::ProgramOp program, ir::FreeIndices &free);

} // namespace mercer::transforms
