// A plan in words.
#pragma once

#include "compiler/dialect/Mercer.h"
#include "compiler/scheduling/Choices.h"
#include "compiler/scheduling/Explanation.h"

namespace mercer::scheduling {

/// What is known beside the plan.
struct PlanFacts {
  SizeOf known;      ///< sizes that the plan is made for
  bool fast = false; ///< elementary functions within 4 ulp
  Machine machine;   ///< that times are predicted for, but its core: that of the host, with these vectors
  unsigned vectorBits = 512;
  const Choices *choices = nullptr; ///< that the plan is made of
};

/// Nests, loops, what is stored; operations, bytes and memory.
Explanation explain(ir::PlanOp plan, const PlanFacts &facts = {});

} // namespace mercer::scheduling
