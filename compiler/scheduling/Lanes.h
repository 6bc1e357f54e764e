// Which index of a nest runs in vectors.
#pragma once

#include "compiler/dialect/FreeIndices.h"
#include "compiler/scheduling/Dependences.h"

namespace mercer::scheduling {

/// The index whose iterations run in a vector: the nest's own, so that reductions are lane by lane; but where data over the
/// nest's index and a loop's is read once, with the loop's index last in memory, that one, so that memory is read in order.
/// `roots` are the values that the nest computes, `outputs` the subscripts with which they are stored.
mlir::Value chooseLanes(mlir::Value nest, llvm::ArrayRef<mlir::Value> roots, llvm::ArrayRef<ir::OutputOp> outputs,
                        int64_t lanes, Dependences &dependences, ir::FreeIndices &free);

} // namespace mercer::scheduling
