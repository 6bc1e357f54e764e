// The passes over mercer.program; each can be run alone by mercer-opt.
#pragma once

#include "compiler/dialect/Mercer.h"

#include "mlir/Pass/Pass.h"

namespace mercer::transforms {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/transforms/Passes.h.inc"

} // namespace mercer::transforms
