#include "compiler/scheduling/Lanes.h"

#include "compiler/scheduling/Operations.h"

using namespace mlir;

namespace mercer::scheduling {
namespace {

/// The work of a nest when one index runs in vectors, in operations on vectors.
class LaneWork {
public:
  LaneWork(Value nest, Value index, int64_t lanes, ir::FreeIndices &free)
      : nest_(nest), index_(index), free_(free) {
    width_ = std::clamp(ir::guessedLength(index), 1.0, static_cast<double>(lanes));
  }

  double of(Operation *op) {
    if (auto apply = dyn_cast<ir::ApplyOp>(op))
      return times(free_.of(apply.getResult())) *
             static_cast<double>(operationsOf(apply.getFunction().getValue()));
    if (auto read = dyn_cast<ir::ReadOp>(op))
      return access(read.getSubscripts(), free_.of(read.getResult()));
    if (auto output = dyn_cast<ir::OutputOp>(op))
      return access(output.getIndices(), ir::IndexSet(output.getIndices()));
    if (auto array = dyn_cast<ir::ArrayOp>(op))
      return additions(array);
    auto reduce = dyn_cast<ir::ReduceOp>(op);
    if (!reduce)
      return 0;
    constexpr double horizontal = 12; // combining the lanes
    const ir::IndexSet &free = free_.of(reduce.getResult());
    return reduce.getOver()[0] == index_ ? times(free) * horizontal
                                         : times(ir::unite(free, reduce.getOver()[0]));
  }

private:
  /// How often code runs that depends on some indices: once for each vector of the index in lanes. Scalar
  /// code beside vector code is nearly as dear.
  double times(ArrayRef<Value> indices) {
    double result = llvm::is_contained(indices, nest_) ? 1 : length(nest_);
    for (Value index : indices)
      result *= length(index);
    return result;
  }
  double length(Value index) {
    return index == index_ ? ir::guessedLength(index) / width_ : ir::guessedLength(index);
  }

  double access(ValueRange subscripts, ArrayRef<Value> indices) {
    bool varies = llvm::is_contained(indices, index_);
    if (!varies || runsAlong(subscripts, index_, free_))
      return times(indices) * (varies ? 1 : 0.5); // a broadcast is part of what uses it
    return times(indices) * width_;               // element by element
  }

  /// Terms that go each to its element of an array.
  double additions(ir::ArrayOp array) {
    constexpr double operations = 7;
    transforms::Scatter scatter = scatterOf(free_, array);
    ir::IndexSet indices(scatter.over.begin(), scatter.over.end());
    SmallVector<Value> subscripts;
    for (Value index : array.getIndices()) {
      auto place = llvm::find_if(scatter.at, [&](auto other) { return other.first == index; });
      subscripts.push_back(place == scatter.at.end() ? index : place->second);
      if (place == scatter.at.end())
        indices.push_back(index);
    }
    return operations * access(subscripts, indices);
  }

  Value nest_, index_;
  ir::FreeIndices &free_;
  double width_;
};

} // namespace

Value chooseLanes(Value nest, ArrayRef<Value> roots, ArrayRef<ir::OutputOp> outputs,
                  ArrayRef<ir::ArrayOp> scattered, int64_t lanes, Dependences &dependences,
                  ir::FreeIndices &free, Choices &choices) {
  llvm::SetVector<Operation *> ops = dependences.closure(roots);
  llvm::SetVector<Value> candidates;
  candidates.insert(nest);
  auto candidate = [&](ValueRange subscripts) {
    if (subscripts.size() > 1 && subscripts.back().getDefiningOp<ir::IndexOp>() &&
        llvm::is_contained(subscripts, nest))
      candidates.insert(subscripts.back());
  };
  for (Operation *op : ops)
    if (auto read = dyn_cast<ir::ReadOp>(op))
      candidate(read.getSubscripts());
  for (ir::OutputOp output : outputs) {
    candidate(output.getIndices());
    ops.insert(output);
  }
  ops.insert(scattered.begin(), scattered.end());
  Value best;
  double least = 0;
  for (Value index : candidates) {
    LaneWork work(nest, index, lanes, free);
    double sum = 0;
    for (Operation *op : ops)
      sum += work.of(op);
    if (!best || sum < least)
      best = index, least = sum;
  }
  return chooseIndex(choices, "lanes", candidates.getArrayRef(), best);
}

} // namespace mercer::scheduling
