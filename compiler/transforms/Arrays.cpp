#include "compiler/transforms/Arrays.h"

using namespace mlir;

namespace mercer::transforms {

void inlineArrays(Block &block, llvm::function_ref<bool(ir::ArrayOp)> wanted, Operation *end) {
  // In order, so that an array's own value has no such reads left when it is written out elsewhere.
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (&op == end)
      return;
    auto read = dyn_cast<ir::ReadOp>(op);
    auto array = read ? read.getArray().getDefiningOp<ir::ArrayOp>() : ir::ArrayOp();
    if (!array || !wanted(array))
      continue;
    OpBuilder builder(read);
    ir::FreeIndices free;
    llvm::SmallDenseMap<Value, Value> map;
    for (auto [index, subscript] : llvm::zip_equal(array.getIndices(), read.getSubscripts()))
      map[index] = subscript;
    Value element = ir::substitute(builder, free, array.getValue(), map, read.getGuard());
    if (Value guard = read.getGuard()) {
      Value zero = ir::real(builder, read.getLoc(), element.getType(), 0);
      element = ir::apply(builder, read.getLoc(), dsl::Function::select, {guard, element, zero});
    }
    read.getResult().replaceAllUsesWith(element);
    read.erase();
  }
}

} // namespace mercer::transforms
