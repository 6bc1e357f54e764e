// The one list of passes, used by every driver.
#pragma once

#include "mlir/Pass/PassManager.h"

namespace mercer::compiler {

/// From the imported program to what the scheduler takes.
void addTransforms(mlir::OpPassManager &passes);

} // namespace mercer::compiler
