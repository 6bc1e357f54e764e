// From a program to the nests that compute it.
#pragma once

#include "compiler/dialect/Mercer.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LogicalResult.h"

namespace mercer::scheduling {

/// What the scheduler knows of the machine.
struct Machine {
  int64_t lanes = 16;     ///< elements of the arithmetic type in a vector
  int64_t sideBySide = 8; ///< iterations of a loop that run at once at most: a power of two; changes no bits
};

/// Adds a `mercer.plan` of the same name to the module and erases the program. The program has gone through
/// the transforms up to `mercer-store-reductions`: no derivatives, one index a reduction, arrays for what is
/// computed once.
mlir::LogicalResult schedule(mlir::ModuleOp module, const Machine &machine);

} // namespace mercer::scheduling
