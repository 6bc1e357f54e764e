// Several vectors of a nest's iterations beside each other: a long loop runs a part of its range for all of them before the
// next part, so that what the part reads is in a near cache for all but the first.
//
// The body of the nest is cut into segments: long loops, and what lies between them. Each segment runs for one panel (one
// vector of iterations) after the other. What a segment computes for later ones, and the running states of a long loop between
// its parts, lie in slots of the scratch memory.
#include "compiler/lowering/Lanes.h"
#include "compiler/scheduling/Panels.h"

#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace mercer::lowering {
namespace {

/// Values of one running state at most.
constexpr unsigned mostStates = 4;

struct Segment {
  SmallVector<Operation *> ops;
  ir::LoopOp split; ///< null: no long loop
};

SmallVector<Segment> segmentsOf(ir::NestOp nest) {
  SmallVector<Segment> segments(1);
  for (Operation &op : nest.getBlock()) {
    auto loop = dyn_cast<ir::LoopOp>(op);
    bool split = loop && scheduling::isLong(nest, loop);
    if (split || segments.back().split)
      segments.emplace_back();
    segments.back().ops.push_back(&op);
    if (split)
      segments.back().split = loop;
  }
  return segments;
}

/// Where values of the nest's block that other segments use lie, and which each segment uses.
struct Crossing {
  llvm::MapVector<Value, unsigned> slots;
  SmallVector<SmallVector<Value>> used;
};

Crossing crossingOf(ArrayRef<Segment> segments) {
  Crossing crossing;
  DenseMap<Operation *, size_t> segmentOf;
  for (auto [n, segment] : llvm::enumerate(segments))
    for (Operation *op : segment.ops)
      segmentOf[op] = n;
  for (auto [n, segment] : llvm::enumerate(segments)) {
    SmallVector<Value> &used = crossing.used.emplace_back();
    auto use = [&, n = n](Value value) {
      Operation *op = value.getDefiningOp();
      auto found = op ? segmentOf.find(op) : segmentOf.end();
      if (found == segmentOf.end() || found->second == n || isa<ir::ArrayType>(value.getType()) ||
          isa<ir::ConstantOp, ir::SizeOp>(op))
        return;
      crossing.slots.insert({value, static_cast<unsigned>(crossing.slots.size())});
      if (!llvm::is_contained(used, value))
        used.push_back(value);
    };
    for (Operation *op : segment.ops)
      op->walk([&](Operation *inner) {
        llvm::for_each(inner->getOperands(), use);
        if (auto sum = dyn_cast<ir::ApplyOp>(inner))
          if (std::optional<Product> product = productIn(sum)) // of another segment perhaps, and computed anew, fused
            use(product->first), use(product->second);
      });
  }
  return crossing;
}

/// The arrays that long loops read for each panel again.
llvm::SetVector<Value> sharedArrays(ir::NestOp nest) {
  llvm::SetVector<Value> arrays;
  for (auto loop : nest.getBlock().getOps<ir::LoopOp>())
    if (scheduling::isLong(nest, loop))
      for (ir::ReadOp read : scheduling::sharedReads(nest, loop))
        arrays.insert(read.getArray());
  return arrays;
}

} // namespace

int64_t slotsOf(ir::NestOp nest) {
  SmallVector<Segment> segments = segmentsOf(nest);
  size_t slots = crossingOf(segments).slots.size();
  for (Segment &segment : segments)
    if (segment.split)
      slots += mostStates * segment.split.getNumResults();
  return static_cast<int64_t>(slots);
}

class Panels {
public:
  /// `shares`: whether parts are worth it; `shared`: bytes that long loops read for each panel.
  Panels(Codegen &code, ir::NestOp nest, Value slots, Value shares, Value shared, Value partBytes,
         llvm::function_ref<void(ir::AccumulateOp, Lane)> accumulate)
      : code_(code), b_(code.b), nest_(nest), memory_(slots), shares_(shares), shared_(shared), partBytes_(partBytes),
        accumulate_(accumulate), segments_(segmentsOf(nest)), crossing_(crossingOf(segments_)), lanes_(static_cast<int64_t>(nest.getLanes())),
        nextSlot_(static_cast<unsigned>(crossing_.slots.size())) {}

  /// Iterations [first, last) of the nest, of which [.., end) exist.
  void run(MutableArrayRef<Running> totals, Value first, Value last, Value end) {
    first_ = first, last_ = last, end_ = end;
    for (auto [segment, used] : llvm::zip_equal(segments_, crossing_.used)) {
      used_ = used;
      segment.split ? longLoop(segment.split) : straight(segment, totals);
    }
    code_.mask = {};
  }

private:
  void forPanels(MutableArrayRef<Running> states, llvm::function_ref<void()> body) {
    code_.carry(states, first_, last_, code_.i64(lanes_), [&](Value position) {
      Location loc = code_.loc();
      Value offset = arith::SubIOp::create(b_, loc, position, first_);
      panel_ = arith::DivUIOp::create(b_, loc, offset, code_.i64(lanes_));
      index_ = {Lane::linear, position, 1};
      code_.define(nest_.getIndex(), index_);
      code_.mask = code_.tailMask(position, end_);
      code_.selectPanel(panel_);
      for (Value value : used_)
        code_.define(value, reload(value));
      body();
    });
  }

  void straight(Segment &segment, MutableArrayRef<Running> totals) {
    forPanels(totals, [&] {
      for (Operation *op : segment.ops)
        code_.one(*op, [&](ir::AccumulateOp add) { accumulate_(add, index_); });
      for (Operation *op : segment.ops)
        save(op->getResults());
    });
  }

  void longLoop(ir::LoopOp loop) {
    SmallVector<Running> states;
    unsigned slot = nextSlot_;
    nextSlot_ += mostStates * loop.getNumResults();
    forPanels({}, [&] {
      states = code_.beginLoop(loop);
      storeStates(states, slot);
    });
    code_.setLoc(loop.getLoc());
    Value upper = code_.scalar(loop.getUpper());
    Value lower = code_.scalar(loop.getLower());
    Value whole = arith::MaxSIOp::create(b_, code_.loc(), arith::SubIOp::create(b_, code_.loc(), upper, lower), code_.i64(1));
    Value length = arith::SelectOp::create(b_, code_.loc(), shares_, partOf(loop, whole), whole);
    code_.carry({}, lower, upper, length, [&](Value from) {
      Value next = arith::AddIOp::create(b_, code_.loc(), from, length);
      Value to = arith::MinSIOp::create(b_, code_.loc(), next, upper);
      forPanels({}, [&] {
        loadStates(states, slot);
        code_.runLoop(loop, states, from, to);
        storeStates(states, slot);
      });
    });
    if (loop.getNumResults() == 0)
      return;
    forPanels({}, [&] {
      loadStates(states, slot);
      code_.endLoop(loop, states);
      save(loop.getResults());
    });
  }

  /// Iterations, of `whole`, that run for one panel after the other: as many as read `partBytes`, in whole blocks, so that sums go
  /// through the same blocks as without parts.
  Value partOf(ir::LoopOp loop, Value whole) {
    Location loc = code_.loc();
    bool blocks = !loop.getBlock().getOps<ir::TileOp>().empty(); // each iteration is a block
    Value block = code_.i64(blocks ? 1 : pairedLoops(loop).empty() ? blockTerms : tileRows);
    Value each = arith::MaxSIOp::create(b_, loc, arith::DivSIOp::create(b_, loc, shared_, whole), code_.i64(1)); // bytes
    Value count = arith::DivSIOp::create(b_, loc, arith::DivSIOp::create(b_, loc, partBytes_, each), block);
    return arith::MulIOp::create(b_, loc, arith::MaxSIOp::create(b_, loc, count, code_.i64(1)), block);
  }

  /// The slot's place for the panel.
  Value place(unsigned slot) {
    int64_t bytes = 8 * lanes_, panels = static_cast<int64_t>(nest_.getPanels());
    Value position = arith::AddIOp::create(b_, code_.loc(), panel_, code_.i64(slot * panels));
    Value offset = arith::MulIOp::create(b_, code_.loc(), position, code_.i64(bytes));
    return code_.element(memory_, b_.getI8Type(), offset);
  }
  void store(Value value, unsigned slot) { LLVM::StoreOp::create(b_, code_.loc(), value, place(slot), 8); }
  Value load(Type type, unsigned slot) { return LLVM::LoadOp::create(b_, code_.loc(), type, place(slot), 8); }

  void save(ValueRange values) {
    for (Value value : values)
      if (auto found = crossing_.slots.find(value); found != crossing_.slots.end()) {
        kinds_[value] = code_.lane(value);
        store(kinds_[value].value, found->second);
      }
  }

  Lane reload(Value value) {
    Lane lane = kinds_.lookup(value);
    lane.value = load(lane.value.getType(), crossing_.slots.lookup(value));
    return lane;
  }

  void storeStates(ArrayRef<Running> states, unsigned slot) {
    for (const Running &running : states)
      for (Value part : running.state)
        store(part, slot++);
  }
  void loadStates(MutableArrayRef<Running> states, unsigned slot) {
    for (Running &running : states)
      for (Value &part : running.state)
        part = load(part.getType(), slot++);
  }

  Codegen &code_;
  OpBuilder &b_;
  ir::NestOp nest_;
  Value memory_, shares_, shared_, partBytes_;
  llvm::function_ref<void(ir::AccumulateOp, Lane)> accumulate_;
  SmallVector<Segment> segments_;
  Crossing crossing_;
  int64_t lanes_;
  unsigned nextSlot_;
  Value first_, last_, end_, panel_;
  Lane index_;
  ArrayRef<Value> used_;
  DenseMap<Value, Lane> kinds_; // how a saved value varies over the lanes
};

void Codegen::panels(ir::NestOp nest, MutableArrayRef<Running> totals, Value begin, Value end,
                     llvm::function_ref<void(ir::AccumulateOp, Lane)> accumulate) {
  Value shared = i64(0);
  for (Value array : sharedArrays(nest))
    shared = arith::AddIOp::create(b, loc(), shared, bytes(array));
  Value shares = arith::CmpIOp::create(b, loc(), arith::CmpIPredicate::sgt, shared, i64(target_.nearCache));
  int64_t lanes = static_cast<int64_t>(nest.getLanes()), panels = static_cast<int64_t>(nest.getPanels());
  Value step = arith::SelectOp::create(b, loc(), shares, i64(lanes * panels), i64(lanes));
  carry(totals, begin, end, step, [&](Value first) {
    Value last = arith::MinSIOp::create(b, loc(), arith::AddIOp::create(b, loc(), first, step), end);
    Panels(*this, nest, slots_, shares, shared, i64(target_.nearCache / 2), accumulate).run(totals, first, last, end);
    for (Running &running : totals)
      endBlock(running);
  });
}

} // namespace mercer::lowering
