// The lowering as passes, for mercer-opt.
#pragma once

#include "compiler/dialect/Mercer.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace mercer::lowering {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/lowering/Passes.h.inc"

} // namespace mercer::lowering
