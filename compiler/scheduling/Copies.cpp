#include "compiler/scheduling/Copies.h"

using namespace mlir;

namespace mercer::scheduling {
namespace {

class Copies {
public:
  Copies(ir::PlanOp plan, Choices &choices) : plan_(plan), choices_(choices), builder_(plan) {}

  void run() {
    for (auto nest : llvm::make_early_inc_range(plan_.getBlock().getOps<ir::NestOp>())) {
      if (!runsAgain(nest))
        continue;
      SmallVector<ir::ReadOp> reads;
      nest.walk([&](ir::ReadOp read) { reads.push_back(read); });
      for (ir::ReadOp read : reads)
        if (std::optional<Copy> copy = copyFor(read))
          redirect(nest, read, *copy);
    }
  }

private:
  /// What a read would rather read from.
  struct Copy {
    Value input;
    SmallVector<unsigned> order; ///< the input's dimension of each one of the copy
    FloatType type;
    bool operator==(const Copy &) const = default;
  };

  /// Are there enough iterations, as far as anybody knows, that a copy is little beside them?
  static bool runsAgain(ir::NestOp nest) {
    constexpr int64_t fewest = 512;
    std::optional<int64_t> most = ir::upperBound(nest.getExtent());
    return !most || *most >= fewest;
  }

  /// How deep in the nest the loop is whose index that is; none for anything else that varies; 0: it is there before the nest.
  static std::optional<unsigned> depthOf(Value subscript) {
    if (ir::isOutsideNests(subscript))
      return 0;
    auto index = dyn_cast<BlockArgument>(subscript);
    auto loop = index ? dyn_cast<ir::LoopOp>(index.getOwner()->getParentOp()) : ir::LoopOp();
    if (!loop || loop.getLanes())
      return std::nullopt;
    unsigned depth = 1;
    while ((loop = dyn_cast<ir::LoopOp>(loop->getParentOp())))
      ++depth;
    return depth;
  }

  std::optional<Copy> copyFor(ir::ReadOp read) {
    auto argument = dyn_cast<BlockArgument>(read.getArray());
    auto loop = dyn_cast<ir::LoopOp>(read->getParentOp());
    if (!argument || argument.getOwner() != &plan_.getBlock() || argument.getArgNumber() >= plan_.getInputs() || !loop ||
        !loop.getBlock().getOps<ir::LoopOp>().empty() || ir::activeLanes(read) == 1)
      return std::nullopt;
    auto element = dyn_cast<FloatType>(cast<ir::ArrayType>(argument.getType()).getElement());
    SmallVector<unsigned> depths;
    for (Value subscript : read.getSubscripts()) {
      std::optional<unsigned> depth = depthOf(subscript);
      if (!depth || (*depth > 0 && llvm::is_contained(depths, *depth)))
        return std::nullopt;
      depths.push_back(*depth);
    }
    if (!element || depths.empty() || *llvm::max_element(depths) == 0)
      return std::nullopt;
    Copy copy{argument, llvm::to_vector(llvm::seq<unsigned>(0, static_cast<unsigned>(depths.size()))),
              element.getWidth() == 16 ? builder_.getF32Type() : element};
    if (stepsOverRows(read, depths))
      llvm::sort(copy.order, [&](unsigned a, unsigned b) { return std::pair(depths[a], a) < std::pair(depths[b], b); });
    if (copy.type == element && llvm::is_sorted(copy.order))
      return std::nullopt;
    return copy;
  }

  /// Does the innermost loop go over another dimension than the last one, which a loop around goes over, of rows that are long as far as
  /// anybody knows?
  static bool stepsOverRows(ir::ReadOp read, ArrayRef<unsigned> depths) {
    constexpr int64_t longRow = 512;
    auto innermost = cast<ir::LoopOp>(read->getParentOp());
    if (depths.back() == 0 || read.getSubscripts().back() == innermost.getIndex() ||
        !llvm::is_contained(read.getSubscripts(), innermost.getIndex()))
      return false;
    auto last = cast<ir::LoopOp>(cast<BlockArgument>(read.getSubscripts().back()).getOwner()->getParentOp());
    std::optional<int64_t> most = ir::upperBound(last.getUpper());
    return !most || *most >= longRow;
  }

  void redirect(ir::NestOp nest, ir::ReadOp read, const Copy &copy) {
    auto known = llvm::find_if(copies_, [&](const auto &made) { return made.first == copy; });
    if (known == copies_.end()) {
      Value memory = choices_.decide("copy", true, true) ? write(nest, copy, ir::activeLanes(read)) : Value();
      known = copies_.insert(known, {copy, memory});
    }
    if (!known->second)
      return;
    SmallVector<Value> subscripts =
        llvm::map_to_vector(copy.order, [&](unsigned dimension) -> Value { return read.getSubscripts()[dimension]; });
    read.getArrayMutable().assign(known->second);
    read.getSubscriptsMutable().assign(subscripts);
  }

  /// The nest is over the copy's first dimension; the input's last one, which lies in order, is in lanes.
  Value write(ir::NestOp before, const Copy &copy, uint64_t lanes) {
    constexpr uint64_t chunk = 64, iterations = 8;
    Value input = copy.input;
    OpBuilder::InsertionGuard saved(builder_);
    builder_.setInsertionPoint(before);
    Location loc = input.getLoc();
    auto rank = static_cast<unsigned>(copy.order.size());
    SmallVector<Value> sizes =
        llvm::map_to_vector(copy.order, [&](unsigned dimension) -> Value { return ir::size(builder_, loc, input, dimension); });
    Value memory = ir::AllocateOp::create(builder_, loc, ir::ArrayType::get(plan_.getContext(), rank, copy.type), "copy", sizes);
    auto lanesOf = [&](unsigned place) { return copy.order[place] == rank - 1 ? lanes : uint64_t(0); };
    auto nest = ir::NestOp::create(builder_, loc, "copy", sizes[0], chunk, lanesOf(0), StringAttr(), 1);
    Block *body = &nest.getBody().emplaceBlock();
    SmallVector<Value> places{body->addArgument(builder_.getI64Type(), loc)};
    SmallVector<Value> subscripts(rank);
    subscripts[copy.order[0]] = places[0];
    builder_.setInsertionPointToStart(body);
    for (unsigned place = 1; place < rank; ++place) {
      Value zero = ir::integer(builder_, loc, 0);
      // Where lanes lie apart in the copy, a block of them and of iterations is stored transposed.
      bool apart = place == rank - 1 && !lanesOf(place);
      auto loop = ir::LoopOp::create(builder_, loc, TypeRange(), builder_.getStringAttr("copy"), builder_.getArrayAttr({}), zero, sizes[place],
                                     lanesOf(place), apart ? iterations : 1, 1, false);
      body = &loop.getBody().emplaceBlock();
      places.push_back(body->addArgument(builder_.getI64Type(), loc));
      subscripts[copy.order[place]] = places.back();
      builder_.setInsertionPointToStart(body);
      ir::YieldOp::create(builder_, loc, ValueRange());
      builder_.setInsertionPointToStart(body);
    }
    Value element = ir::ReadOp::create(builder_, loc, copy.type, input, subscripts, Value());
    ir::StoreOp::create(builder_, loc, element, memory, places);
    return memory;
  }

  ir::PlanOp plan_;
  Choices &choices_;
  OpBuilder builder_;
  SmallVector<std::pair<Copy, Value>> copies_; // with their memory; null: it was decided against
};

} // namespace

void copyInputs(ir::PlanOp plan, Choices &choices) { Copies(plan, choices).run(); }

} // namespace mercer::scheduling
