// Constraints that ops of programs and of plans share. Each takes the op that the diagnostic is about.
#pragma once

#include "compiler/dialect/Mercer.h"

namespace mercer::ir {

bool isReal(mlir::Type type);   ///< f32 or f64
bool isNumber(mlir::Type type); ///< real or i64

/// Do elements of a storage type become values of this type when they are read, and are such values stored in
/// them?
bool holds(mlir::Type element, mlir::Type scalar);

/// One subscript for each dimension.
mlir::LogicalResult verifySubscripts(mlir::Operation *op, ArrayType array, mlir::ValueRange subscripts);

/// As many names as block arguments, all of array type.
mlir::LogicalResult verifyNames(mlir::Operation *op, mlir::Block &block, mlir::ArrayAttr names);

/// `mercer.sizes`, where it is: for each input a list (input, dimension) for each dimension.
mlir::LogicalResult verifySizesAttribute(mlir::Operation *op, llvm::ArrayRef<mlir::BlockArgument> inputs);
/// `mercer.known_sizes`, where it is: for each input a list of sizes, or -1.
mlir::LogicalResult verifyKnownSizesAttribute(mlir::Operation *op, llvm::ArrayRef<mlir::BlockArgument> inputs);

/// The types of what is reduced and of the result fit the kind: part of its row's meaning.
mlir::LogicalResult verifyReduction(mlir::Operation *op, dsl::Reduction kind, mlir::Type value,
                                    mlir::Type result);

} // namespace mercer::ir
