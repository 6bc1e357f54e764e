// From the language's graph to the dialect.
#pragma once

#include "mercer/dsl/DType.h"
#include "mercer/dsl/Graph.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace mercer::compiler {

/// A module with one `mercer.program`: the graph with arrays of these storage types and this arithmetic type (f32 or
/// f64). `outputTypes`: of the outputs' memory, as far as these are real; empty: the arithmetic type. Locations are the
/// user's lines. The context must have the mercer dialect loaded.
mlir::OwningOpRef<mlir::ModuleOp> importGraph(mlir::MLIRContext &context, const dsl::Graph &graph,
                                              llvm::ArrayRef<DType> inputTypes, DType arithmetic,
                                              llvm::ArrayRef<DType> outputTypes = {});

/// The MLIR type of stored elements.
mlir::Type storageType(mlir::MLIRContext &context, DType dtype);

} // namespace mercer::compiler
