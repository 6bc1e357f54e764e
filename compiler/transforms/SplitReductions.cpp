// One index a reduction: what the scheduler makes loops of.
#include "compiler/transforms/SplitReductions.h"

#include "compiler/transforms/Bounds.h"
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
  ir::FreeIndices free;
  // Each condition stands at the outermost index that it depends on with those around it: further in is work for nothing.
  SmallVector<Value, 4> open = conjuncts(op.getPredicate());
  Value value = op.getValue();
  for (size_t level = op.getOver().size(); level-- > 0;) {
    Value index = op.getOver()[level];
    SmallVector<Value, 4> here, outside;
    for (Value condition : open)
      (level == 0 || free.depends(condition, index) ? here : outside).push_back(condition);
    value = ir::reduce(builder, op.getLoc(), op.getKind().getValue(), index, value,
                       conjunction(builder, op.getLoc(), here));
    open = outside;
  }
  op.getResult().replaceAllUsesWith(value);
  op.erase();
}

} // namespace mercer::transforms
