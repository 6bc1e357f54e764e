// A plan in words.
#include "compiler/scheduling/Schedule.h"

#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace mercer::scheduling {
namespace {

class Explanation {
public:
  explicit Explanation(ir::PlanOp plan) : plan_(plan), stream_(text_) {}

  std::string run() {
    stream_ << "plan of " << plan_.getSymName() << "\n";
    for (Operation &op : plan_.getBlock()) {
      if (auto memory = dyn_cast<ir::AllocateOp>(op))
        stream_ << "  stores " << memory.getName() << " of rank " << memory.getType().getRank() << " ("
                << memory.getType().getElement() << ")\n";
      if (auto nest = dyn_cast<ir::NestOp>(op)) {
        stream_ << "  nest over " << nest.getName() << " in parallel, " << nest.getChunk() << " a chunk";
        if (nest.getLanes())
          stream_ << ", " << nest.getLanes() << " in a vector";
        stream_ << "\n";
        body(nest.getBlock(), 2);
      }
      if (auto fail = dyn_cast<ir::FailOp>(op))
        stream_ << "  ends with an error when check " << fail.getCheck() << " fails\n";
    }
    return text_;
  }

private:
  void body(Block &block, unsigned depth) {
    unsigned functions = 0, reads = 0;
    for (Operation &op : block) {
      functions += isa<ir::ApplyOp>(op);
      reads += isa<ir::ReadOp>(op);
    }
    indent(depth) << reads << " reads, " << functions << " operations each time\n";
    for (Operation &op : block) {
      if (auto loop = dyn_cast<ir::LoopOp>(op)) {
        indent(depth) << (loop.getKinds().empty() ? "loop" : "pass") << " over " << loop.getName();
        if (loop.getLanes())
          stream_ << ", " << loop.getLanes() << " in a vector";
        for (Attribute kind : loop.getKinds())
          stream_ << " " << ir::ReductionAttr::nameOf(cast<ir::ReductionAttr>(kind).getValue());
        stream_ << "\n";
        body(loop.getBlock(), depth + 1);
      }
      if (auto sum = dyn_cast<ir::AccumulateOp>(op))
        indent(depth) << ir::ReductionAttr::nameOf(sum.getKind().getValue()) << " over the nest, chunks combined in order\n";
    }
  }

  llvm::raw_ostream &indent(unsigned depth) { return stream_.indent(2 * depth); }

  ir::PlanOp plan_;
  std::string text_;
  llvm::raw_string_ostream stream_;
};

} // namespace

std::string explain(ir::PlanOp plan) { return Explanation(plan).run(); }

} // namespace mercer::scheduling
