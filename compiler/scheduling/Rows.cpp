#include "compiler/scheduling/Rows.h"

#include "compiler/scheduling/Operations.h"
#include "compiler/scheduling/Panels.h"

using namespace mlir;

namespace mercer::scheduling {
namespace {

using Values = DenseSet<Value>;

/// The values of a nest that differ from one of its iterations to the next.
Values varyingIn(ir::NestOp nest) {
  Values varying{nest.getIndex()};
  auto varies = [&](Value value) { return varying.contains(value); };
  nest.walk([&](Operation *op) { // loops after their bodies
    bool any = isa<ir::TileOp, ir::AccumulatorOp>(op) || llvm::any_of(op->getOperands(), varies);
    if (auto loop = dyn_cast<ir::LoopOp>(op))
      any |= llvm::any_of(loop.getYield()->getOperands(), varies);
    if (any)
      varying.insert_range(op->getResults());
  });
  return varying;
}

bool contains(ir::NestOp nest, llvm::function_ref<bool(Operation *)> is) {
  return nest.walk([&](Operation *op) { return is(op) ? WalkResult::interrupt() : WalkResult::advance(); }).wasInterrupted();
}

/// Do the bounds of a loop differ from one iteration to the next? Such loops run over all that some iteration of a vector wants.
bool hasVaryingBounds(ir::NestOp nest, const Values &varying) {
  return contains(nest, [&](Operation *op) {
    auto loop = dyn_cast<ir::LoopOp>(op);
    return loop && !ir::occasionOf(loop) && (varying.contains(loop.getLower()) || varying.contains(loop.getUpper()));
  });
}

/// Do iterations add something up together? Its order of terms is that of vectors.
bool addsUp(ir::NestOp nest) {
  return contains(nest, [](Operation *op) {
    auto accumulate = dyn_cast<ir::AccumulateOp>(op);
    return accumulate && !accumulate.getArray().getDefiningOp<ir::AccumulatorOp>();
  });
}

/// Are its products added in pairs? They come in vectors of one length.
bool hasPairs(ir::NestOp nest) {
  return contains(nest, [](Operation *op) {
    auto loop = dyn_cast<ir::LoopOp>(op);
    return loop && loop.getPairs();
  });
}

/// Does a loop load, for each vector again, what is the same in all its lanes?
bool loadsForAll(ir::NestOp nest, const Values &varying) {
  for (auto loop : nest.getBlock().getOps<ir::LoopOp>())
    for (ir::ReadOp read : sharedReads(nest, loop))
      if (llvm::none_of(read.getSubscripts(), [&](Value subscript) { return varying.contains(subscript); }))
        return true;
  return false;
}

/// Are the loops long? Two vectors are twice the code, and share loads that are then little of it.
bool hasLongLoops(ir::NestOp nest) {
  constexpr int64_t longest = 250; // those of the workloads of test/bench have at most 120
  int64_t operations = 0;
  nest.walk([&](ir::LoopOp loop) { operations += operationsOf(loop.getBlock()); });
  return operations > longest;
}

/// The registers that one vector of iterations needs in an innermost loop: running values, what comes from outside, and results on the way.
int64_t registersOf(ir::LoopOp loop, const Values &varying) {
  constexpr int64_t onTheWay = 2;
  Values outside;
  int64_t states = 0;
  loop.walk([&](Operation *op) {
    for (Value operand : op->getOperands())
      if (varying.contains(operand) && !isa<ir::ArrayType>(operand.getType()) && !loop.getBody().isAncestor(operand.getParentRegion()))
        outside.insert(operand);
  });
  for (auto kind : loop.getKinds().getAsRange<ir::ReductionAttr>())
    states += kind.getValue() == dsl::Reduction::logsumexp ? 2 : 1; // a reference and a sum
  return states + static_cast<int64_t>(outside.size()) + onTheWay;
}

/// Have the innermost loops room for two vectors?
bool fitsTwice(ir::NestOp nest, const Values &varying, const Machine &machine) {
  bool fits = true;
  nest.walk([&](ir::LoopOp loop) {
    fits &= !loop.getBlock().getOps<ir::LoopOp>().empty() || 2 * registersOf(loop, varying) <= machine.registers;
  });
  return fits;
}

/// Do the tiles of an iteration stay small, whatever the sizes of a call?
bool hasSmallTiles(ir::NestOp nest) {
  bool small = true;
  nest.walk([&](ir::TileOp tile) {
    small &= llvm::all_of(tile.getSizes(), [](Value size) { return ir::upperBound(size).has_value(); });
  });
  return small;
}

} // namespace

void widenNests(ir::PlanOp plan, const Machine &machine, Choices &choices) {
  const auto lanes = static_cast<uint64_t>(machine.lanes);
  for (auto nest : plan.getBlock().getOps<ir::NestOp>()) {
    if (nest.getLanes() != lanes || nest.getChunk() % (2 * lanes) != 0 || hasPairs(nest))
      continue;
    Values varying = varyingIn(nest);
    if (hasVaryingBounds(nest, varying))
      continue;
    int64_t preferred = loadsForAll(nest, varying) && hasSmallTiles(nest) && !hasLongLoops(nest) && fitsTwice(nest, varying, machine) ? 2 : 1;
    nest.setLanes(lanes * static_cast<uint64_t>(choices.chooseNumber("rows", {1, 2}, preferred, !addsUp(nest))));
  }
}

} // namespace mercer::scheduling
