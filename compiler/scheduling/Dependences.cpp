#include "compiler/scheduling/Dependences.h"

using namespace mlir;

namespace mercer::scheduling {

SmallVector<Value> termsOf(ir::ReduceOp reduce) {
  SmallVector<Value> terms{reduce.getValue()};
  if (reduce.getPredicate())
    terms.push_back(reduce.getPredicate());
  return terms;
}

llvm::SetVector<Operation *> Dependences::closure(ArrayRef<Value> roots) {
  llvm::SetVector<Operation *> result;
  SmallVector<Operation *> stack;
  auto push = [&](Value value) {
    if (Operation *op = value.getDefiningOp(); op && !isa<ir::ArrayOp>(op) && result.insert(op))
      stack.push_back(op);
  };
  for (Value root : roots)
    push(root);
  while (!stack.empty())
    for (Value operand : stack.pop_back_val()->getOperands())
      push(operand);
  return result;
}

SmallVector<ir::ReadOp> Dependences::arrayReads(ArrayRef<Value> roots) {
  SmallVector<ir::ReadOp> reads;
  for (Operation *op : closure(roots))
    if (auto read = dyn_cast<ir::ReadOp>(op); read && read.getArray().getDefiningOp<ir::ArrayOp>())
      reads.push_back(read);
  return reads;
}

unsigned Dependences::stageOf(ArrayRef<Value> roots, Value index) {
  unsigned stage = 0;
  for (ir::ReadOp read : arrayReads(roots)) {
    const Place &place = placeOf(read.getArray().getDefiningOp<ir::ArrayOp>());
    bool here = index && !read.getSubscripts().empty() && place.index == index && read.getSubscripts()[0] == index;
    stage = std::max(stage, place.stage + !here);
  }
  return stage;
}

const Place &Dependences::placeOf(ir::ArrayOp array) {
  // Arrays refer to earlier ones only: the recursion is as deep as the chain of stored results.
  if (auto found = places_.find(array); found != places_.end())
    return found->second;
  Place place;
  auto reduce = array.getValue().getDefiningOp<ir::ReduceOp>();
  SmallVector<Value> roots{array.getValue()};
  if (!array.getIndices().empty()) {
    place.index = array.getIndices()[0];
  } else if (reduce) {
    place.index = reduce.getOver()[0];
    roots = termsOf(reduce);
  }
  place.stage = stageOf(roots, place.index);
  return places_[array] = place;
}

} // namespace mercer::scheduling
