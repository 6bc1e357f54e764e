// From a program to the nests that compute it.
#pragma once

#include "compiler/dialect/Mercer.h"
#include "compiler/scheduling/Choices.h"
#include "compiler/scheduling/Machine.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LogicalResult.h"

namespace mercer::scheduling {

/// Adds a `mercer.plan` of the same name to the module and erases the program. The program has gone through
/// the transforms up to `mercer-store-reductions`: no derivatives, one index a reduction, arrays for what is
/// computed once. Decisions are made by `choices`.
mlir::LogicalResult schedule(mlir::ModuleOp module, const Machine &machine, Choices &choices);

} // namespace mercer::scheduling
