// Which index of a nest runs in vectors.
#pragma once

#include "compiler/dialect/FreeIndices.h"
#include "compiler/scheduling/Dependences.h"

namespace mercer::scheduling {

/// The index whose iterations run in a vector: the nest's own, so that reductions are lane by lane, or the
/// last subscript of something that is read or written, so that memory is accessed in order; by the work that
/// each leaves. `roots` are the values that the nest computes, `outputs` what it stores, `scattered` what it
/// adds into. `choices` may decide otherwise.
mlir::Value chooseLanes(mlir::Value nest, llvm::ArrayRef<mlir::Value> roots,
                        llvm::ArrayRef<ir::OutputOp> outputs, llvm::ArrayRef<ir::ArrayOp> scattered,
                        int64_t lanes, Dependences &dependences, ir::FreeIndices &free, Choices &choices);

} // namespace mercer::scheduling
