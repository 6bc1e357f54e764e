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

/// Bytes of arguments and stored arrays that a loop reads at subscripts without the nest's index.
double bytesOf(ir::LoopOp loop, Value nestIndex) {
  double bytes = 0;
  DenseSet<std::pair<Value, Operation *>> seen; // each array once in each loop
  loop.walk([&](ir::ReadOp read) {
    if (!isa<BlockArgument>(read.getArray()) && !read.getArray().getDefiningOp<ir::AllocateOp>())
      return;
    if (!seen.insert({read.getArray(), read->getParentOp()}).second || llvm::is_contained(read.getSubscripts(), nestIndex))
      return;
    double length = cast<ir::ArrayType>(read.getArray().getType()).getElement().getIntOrFloatBitWidth() / 8.0;
    for (auto inner = dyn_cast<ir::LoopOp>(read->getParentOp()); inner; inner = dyn_cast<ir::LoopOp>(inner->getParentOp())) {
      bool used = llvm::is_contained(read.getSubscripts(), inner.getIndex());
      length *= used ? lengthOf(inner) : 1;
    }
    bytes = std::max(bytes, length);
  });
  return bytes;
}

} // namespace

void shareReads(ir::PlanOp plan) {
  constexpr double nearCache = 512 << 10; // half of a usual second-level one
  constexpr int64_t panels = 4;
  for (auto nest : plan.getBlock().getOps<ir::NestOp>()) {
    if (!nest.getLanes() || nest.getChunk() % (panels * nest.getLanes()) != 0)
      continue;
    bool large = llvm::any_of(nest.getBlock().getOps<ir::LoopOp>(),
                              [&](ir::LoopOp loop) { return bytesOf(loop, nest.getIndex()) > nearCache; });
    if (large)
      nest.setPanels(panels);
  }
}

} // namespace mercer::scheduling
