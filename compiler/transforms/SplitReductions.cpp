// One index a reduction: what the scheduler makes loops of.
#include "compiler/transforms/SplitReductions.h"

#include "compiler/transforms/Passes.h"

using namespace mlir;

namespace mercer::transforms {

#define GEN_PASS_DEF_SPLITREDUCTIONS
#include "compiler/transforms/Passes.h.inc"

namespace {

struct SplitReductionsPass : impl::SplitReductionsBase<SplitReductionsPass> {
  void runOnOperation() override {
    for (ir::ReduceOp op : llvm::make_early_inc_range(getOperation().getBlock().getOps<ir::ReduceOp>())) {
      if (op.getOver().size() > 1)
        splitReduction(op);
    }
  }
};

} // namespace

void splitReduction(ir::ReduceOp op) {
  OpBuilder builder(op);
  Value value = op.getValue(), predicate = op.getPredicate();
  for (Value index : llvm::reverse(op.getOver())) {
    value = ir::reduce(builder, op.getLoc(), op.getKind().getValue(), index, value, predicate);
    predicate = {};
  }
  op.getResult().replaceAllUsesWith(value);
  op.erase();
}

} // namespace mercer::transforms
