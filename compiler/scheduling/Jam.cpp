#include "compiler/scheduling/Jam.h"

#include "compiler/scheduling/Operations.h"

using namespace mlir;

namespace mercer::scheduling {

/// One running value for each iteration, with one operation for each term.
static bool isSimple(ir::LoopOp loop) {
  return llvm::all_of(loop.getKinds().getAsRange<ir::ReductionAttr>(), [](ir::ReductionAttr kind) {
    dsl::Reduction reduction = kind.getValue();
    return reduction == dsl::Reduction::sum || reduction == dsl::Reduction::prod ||
           reduction == dsl::Reduction::min || reduction == dsl::Reduction::max;
  });
}

/// The running values that one iteration has in registers; 0: its loops are no such loops.
static size_t runningValues(ir::LoopOp loop) {
  size_t most = 0;
  for (auto inner : loop.getBlock().getOps<ir::LoopOp>()) {
    bool innermost = inner.getBlock().getOps<ir::LoopOp>().empty();
    bool fixed = !loop.getBody().isAncestor(inner.getLower().getParentRegion()) &&
                 !loop.getBody().isAncestor(inner.getUpper().getParentRegion());
    constexpr int64_t light = 16; // more operations than that hide each other's latency
    if (!innermost || !fixed || !isSimple(inner) || operationsOf(inner.getBlock()) > light)
      return 0;
    most = std::max(most, static_cast<size_t>(inner.getNumResults()));
  }
  return most;
}

void jamLoops(ir::PlanOp plan, int64_t most) {
  plan.walk([&](ir::LoopOp loop) {
    size_t values = loop.getLanes() ? 0 : runningValues(loop);
    if (values == 0)
      return;
    constexpr int64_t registers = 8, code = 400;
    int64_t factor = registers;
    std::optional<int64_t> upper = ir::integerConstant(loop.getUpper());
    auto fits = [&] {
      return factor * static_cast<int64_t>(values) <= registers &&
             factor * operationsOf(loop.getBlock()) <= code && !(upper && factor > *upper);
    };
    while (factor > 1 && !fits())
      factor /= 2;
    int64_t atOnce = std::min(factor, most);
    loop.setJam(atOnce);
    if (atOnce < factor)
      loop.setGroup(factor);
  });
}

} // namespace mercer::scheduling
