#include "compiler/scheduling/Panels.h"

using namespace mlir;

namespace mercer::scheduling {
namespace {

/// A typical number of iterations.
double lengthOf(ir::LoopOp loop) {
  constexpr double unbounded = 4096;
  std::optional<int64_t> most = ir::upperBound(loop.getUpper());
  return most ? std::max<double>(1, static_cast<double>(*most) / 2) : unbounded;
}

/// Bytes of the largest part of an array that a loop reads for each vector again.
double sharedBytes(ir::NestOp nest, ir::LoopOp loop) {
  double bytes = 0;
  DenseSet<std::pair<Value, Operation *>> seen; // each array once in each loop
  for (ir::ReadOp read : sharedReads(nest, loop)) {
    if (!seen.insert({read.getArray(), read->getParentOp()}).second)
      continue;
    double length = cast<ir::ArrayType>(read.getArray().getType()).getElement().getIntOrFloatBitWidth() / 8.0;
    for (auto inner = dyn_cast<ir::LoopOp>(read->getParentOp()); inner; inner = dyn_cast<ir::LoopOp>(inner->getParentOp())) {
      bool used = llvm::is_contained(read.getSubscripts(), inner.getIndex());
      length *= used ? lengthOf(inner) : 1;
    }
    bytes = std::max(bytes, length);
  }
  return bytes;
}

} // namespace

bool isLong(ir::NestOp nest, ir::LoopOp loop) {
  auto inside = [&](Value bound) { return nest.getBody().isAncestor(bound.getParentRegion()); };
  return !loop.getLanes() && !ir::upperBound(loop.getUpper()) && !inside(loop.getLower()) && !inside(loop.getUpper());
}

SmallVector<ir::ReadOp> sharedReads(ir::NestOp nest, ir::LoopOp loop) {
  SmallVector<ir::ReadOp> reads;
  loop.walk([&](ir::ReadOp read) {
    bool memory = isa<BlockArgument>(read.getArray()) || read.getArray().getDefiningOp<ir::AllocateOp>();
    if (memory && !llvm::is_contained(read.getSubscripts(), nest.getIndex()))
      reads.push_back(read);
  });
  return reads;
}

void shareReads(ir::PlanOp plan, const Machine &machine, Choices &choices) {
  constexpr double nearCache = 512 << 10; // half of a usual second-level one
  constexpr int64_t most = 4;
  for (auto nest : plan.getBlock().getOps<ir::NestOp>()) {
    const auto lanes = static_cast<int64_t>(nest.getLanes());
    if (lanes == 0)
      continue;
    double shared = 0;
    for (auto loop : nest.getBlock().getOps<ir::LoopOp>())
      if (isLong(nest, loop))
        shared = std::max(shared, sharedBytes(nest, loop));
    // What a chunk adds up depends on its length, which follows from what is shared alone; few iterations are too few for long chunks.
    const bool sums = !nest.getBlock().getOps<ir::AccumulateOp>().empty() || nest->getNumResults() > 0;
    std::optional<int64_t> iterations = ir::upperBound(nest.getExtent());
    const bool few = iterations && *iterations <= ir::shortestClass;
    if (sums && !few && shared > nearCache)
      nest.setChunk(std::max<uint64_t>(nest.getChunk(), static_cast<uint64_t>(most * lanes)));
    int64_t panels = most;
    while ((sums || few) && panels > 1 && static_cast<int64_t>(nest.getChunk()) % (panels * lanes) != 0)
      panels /= 2;
    if (shared == 0 || panels == 1)
      continue;
    nest.setPanels(choices.chooseNumber("panels", {1, panels}, shared > nearCache ? panels : 1, true));
    if (nest.getChunk() % (nest.getPanels() * lanes) != 0)
      nest.setChunk(nest.getPanels() * lanes);
  }
}

} // namespace mercer::scheduling
