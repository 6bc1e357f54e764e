// Where the compiler's modules live.
#pragma once

#include "mlir/IR/MLIRContext.h"

#include <memory>

namespace mercer::compiler {

/// A context with every dialect that compiles need, and without threads: compiles run beside each other, not inside each other.
std::unique_ptr<mlir::MLIRContext> newContext();

} // namespace mercer::compiler
