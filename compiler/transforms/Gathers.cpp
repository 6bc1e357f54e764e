#include "compiler/transforms/Gathers.h"

using namespace mlir;

namespace mercer::transforms {

/// Visits the ops behind a value until one is what is looked for.
static bool anyBehind(Value value, llvm::function_ref<bool(Value)> follows, llvm::function_ref<bool(Operation *)> is) {
  SmallVector<Value> stack{value};
  DenseSet<Value> seen;
  while (!stack.empty()) {
    Value next = stack.pop_back_val();
    Operation *source = next.getDefiningOp();
    if (!source || !follows(next) || !seen.insert(next).second)
      continue;
    if (is(source))
      return true;
    stack.append(source->operand_begin(), source->operand_end());
  }
  return false;
}

static bool isComputed(Value subscript) {
  return anyBehind(subscript, [](Value) { return true; }, llvm::IsaPred<ir::ReadOp, ir::ReduceOp>);
}

bool gathersRows(ir::FreeIndices &free, Value value, Value index) {
  return anyBehind(value, [&](Value behind) { return free.depends(behind, index); }, [](Operation *op) {
    auto read = dyn_cast<ir::ReadOp>(op);
    return read && llvm::any_of(read.getSubscripts(), isComputed);
  });
}

} // namespace mercer::transforms
