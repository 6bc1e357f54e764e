#include "compiler/scheduling/Lanes.h"

using namespace mlir;

namespace mercer::scheduling {

/// Is an index known to have fewer values than half a vector? Lanes over the nest's index are full then.
static bool fillsNoVector(Value index, int64_t lanes) {
  std::optional<int64_t> extent = ir::integerConstant(index.getDefiningOp<ir::IndexOp>().getExtent());
  return extent && *extent * 2 < lanes;
}

/// Is the element that is read used inside a loop over an index that it does not depend on?
static bool reusedInside(ir::ReadOp read, Value nest, ir::FreeIndices &free) {
  const ir::IndexSet &own = free.of(read.getResult());
  SmallVector<Operation *> stack{read};
  DenseSet<Operation *> seen;
  while (!stack.empty()) {
    Operation *op = stack.pop_back_val();
    if (!seen.insert(op).second || isa<ir::ArrayOp, ir::OutputOp>(op))
      continue;
    if (op->getNumResults() == 1)
      for (Value index : free.of(op->getResult(0)))
        if (index != nest && !llvm::is_contained(own, index))
          return true;
    if (isa<ir::ReduceOp>(op))
      continue;
    for (Operation *user : op->getUsers())
      stack.push_back(user);
  }
  return false;
}

/// Does an element of an output need a reduction of its own? Then storing it is little beside that.
static bool reducesForEach(ir::OutputOp output, Dependences &dependences, ir::FreeIndices &free) {
  return llvm::any_of(dependences.closure(output.getValue()), [&](Operation *op) {
    auto reduce = dyn_cast<ir::ReduceOp>(op);
    return reduce && llvm::all_of(output.getIndices(), [&](Value index) { return free.depends(reduce.getResult(), index); });
  });
}

Value chooseLanes(Value nest, ArrayRef<Value> roots, ArrayRef<ir::OutputOp> outputs, int64_t lanes, Dependences &dependences,
                  ir::FreeIndices &free) {
  llvm::MapVector<Value, unsigned> votes;
  unsigned own = 0;
  auto vote = [&](ValueRange subscripts) {
    if (subscripts.size() < 2 || !llvm::is_contained(subscripts, nest))
      return;
    Value last = subscripts.back();
    if (last == nest)
      ++own;
    else if (last.getDefiningOp<ir::IndexOp>() && !fillsNoVector(last, lanes))
      ++votes[last];
  };
  for (Operation *op : dependences.closure(roots)) {
    auto read = dyn_cast<ir::ReadOp>(op);
    if (read && isa<BlockArgument>(read.getArray()) && !reusedInside(read, nest, free))
      vote(read.getSubscripts());
  }
  for (ir::OutputOp output : outputs)
    if (!reducesForEach(output, dependences, free))
      vote(output.getIndices());
  Value best;
  for (auto [index, count] : votes)
    if (!best || count > votes.lookup(best))
      best = index;
  return best && votes.lookup(best) >= own ? best : nest;
}

} // namespace mercer::scheduling
