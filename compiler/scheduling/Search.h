// The plans of a program beside the one that the rules prefer, best predicted first.
#pragma once

#include "compiler/dialect/Mercer.h"
#include "compiler/scheduling/Explain.h"

#include "mlir/IR/BuiltinOps.h"

namespace mercer::scheduling {

struct PlanTime {
  std::string plan;   ///< decisions that are not as preferred; empty: the preferred plan
  double seconds = 0; ///< predicted, on one thread
};

/// The preferred plan, those that differ from it in one decision, and those that join two of the best of these: a set that the
/// program alone determines, ordered by predicted time (the preferred plan first among equals). The module has one program that is
/// ready to be scheduled; `facts.known` says sizes of inputs and outputs as far as they are known, and without all that a time needs
/// the result has the preferred plan alone. `sameBits`: only decisions that change no bits.
std::vector<PlanTime> searchPlans(mlir::ModuleOp module, const PlanFacts &facts, const SizeOf &sizes, bool sameBits);

} // namespace mercer::scheduling
