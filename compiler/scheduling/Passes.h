// The scheduler as passes, for mercer-opt.
#pragma once

#include "compiler/dialect/Mercer.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace mercer::scheduling {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/scheduling/Passes.h.inc"

} // namespace mercer::scheduling
