#include "compiler/scheduling/Operations.h"

using namespace mlir;

namespace mercer::scheduling {

int64_t operationsOf(dsl::Function function) {
  using enum dsl::Function;
  switch (function) {
  case stop_gradient:
  case with_gradient_of:
    return 0;
  case sign:
    return 3;
  case div:
  case reciprocal:
  case sqrt:
  case root:
    return 4;
  case floor_div:
    return 5;
  case mod:
    return 8;
  case rsqrt:
    return 13;
  case exp2:
    return 15;
  case exp:
    return 23;
  case log:
    return 32;
  case xlogx:
  case xlogy:
    return 36;
  case hypot:
  case expm1:
  case sigmoid:
    return 48;
  case log2:
  case softplus:
  case log_sigmoid:
    return 52;
  case log1p:
  case atan:
    return 57;
  case sin:
  case cos:
  case tan:
    return 60;
  case tanh:
  case erf:
    return 66;
  case erfc:
  case normal_cdf:
    return 74;
  case cbrt:
  case asin:
  case acos:
  case atan2:
  case atanh:
    return 79;
  case sinh:
  case cosh:
    return 87;
  case asinh:
  case acosh:
    return 96;
  case pow:
    return 119;
  case log1mexp:
    return 195;
  case log_normal_cdf:
    return 266;
  default: // one instruction
    return 1;
  }
}

int64_t operationsOf(dsl::Reduction kind) {
  switch (kind) {
  case dsl::Reduction::logsumexp: // a difference, a power of 2 (0 where denormal), a sum, and the test of the reference
    return operationsOf(dsl::Function::exp2) + 5;
  case dsl::Reduction::argmin:
  case dsl::Reduction::argmax:
    return 3;
  default:
    return 1;
  }
}

/// A predicate that is not always true costs a choice.
static int64_t choice(Value predicate) {
  return predicate && ir::booleanConstant(predicate) != std::optional(true);
}

int64_t operationsOf(Block &block) {
  int64_t count = 0;
  for (Operation &op : block) {
    if (auto apply = dyn_cast<ir::ApplyOp>(op))
      count += operationsOf(apply.getFunction().getValue());
    else if (auto accumulate = dyn_cast<ir::AccumulateOp>(op))
      count += operationsOf(accumulate.getKind().getValue()) + choice(accumulate.getPredicate());
  }
  if (auto loop = dyn_cast<ir::LoopOp>(block.getParentOp()))
    for (auto [n, kind] : llvm::enumerate(loop.getKinds().getAsRange<ir::ReductionAttr>()))
      count += operationsOf(kind.getValue()) + choice(loop.getYield()->getOperand(2 * n + 1));
  return count;
}

int64_t longestBody(ir::PlanOp plan) {
  int64_t longest = 0;
  plan.walk([&](Block *block) {
    int64_t length = operationsOf(*block);
    for (Operation *op = block->getParentOp(); op; op = op->getParentOp())
      if (auto loop = dyn_cast<ir::LoopOp>(op))
        length *= loop.getTogether();
    longest = std::max(longest, length);
  });
  return longest;
}

} // namespace mercer::scheduling
