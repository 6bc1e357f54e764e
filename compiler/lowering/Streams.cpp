// Large outputs are stored past the caches: a plain store first reads from memory the line that it overwrites.
#include "compiler/lowering/Lanes.h"

using namespace mlir;

namespace mercer::lowering {

/// What the index of a nest or loop, or a constant, is known to be less than.
static std::optional<int64_t> boundOf(Value subscript) {
  auto argument = dyn_cast<BlockArgument>(subscript);
  Operation *owner = argument ? argument.getOwner()->getParentOp() : nullptr;
  if (auto nest = dyn_cast_or_null<ir::NestOp>(owner); nest && argument == nest.getIndex())
    return ir::upperBound(nest.getExtent());
  if (auto loop = dyn_cast_or_null<ir::LoopOp>(owner); loop && argument == loop.getIndex())
    return ir::upperBound(loop.getUpper());
  return ir::integerConstant(subscript) ? std::optional<int64_t>(1) : std::nullopt;
}

/// Are the extents of what is stored known to be so small that no call would take the version past the caches?
static bool areSmall(ArrayRef<ir::StoreOp> streams, int64_t streamed) {
  int64_t left = streamed;
  for (ir::StoreOp store : streams) {
    int64_t size = bytesOf(cast<ir::ArrayType>(store.getArray().getType()).getElement());
    for (Value subscript : store.getSubscripts()) {
      std::optional<int64_t> bound = boundOf(subscript);
      if (!bound || llvm::MulOverflow(size, *bound, size) || size > left)
        return false;
    }
    left -= size;
  }
  return true;
}

/// The stores of a body that go through an output in the order of `index`, where nothing reads the output.
static SmallVector<ir::StoreOp> streamsOf(Block &block, Value index, ir::PlanOp plan) {
  SmallVector<ir::StoreOp> streams;
  for (auto store : block.getOps<ir::StoreOp>()) {
    auto output = dyn_cast<BlockArgument>(store.getArray());
    bool inOrder = output && output.getArgNumber() >= plan.getInputs() && !store.getSubscripts().empty() &&
                   store.getSubscripts().back() == index &&
                   !llvm::is_contained(store.getSubscripts().drop_back(), index);
    if (inOrder && llvm::none_of(output.getUsers(), llvm::IsaPred<ir::ReadOp>))
      streams.push_back(store);
  }
  return streams;
}

/// Are the outputs large, and does each vector begin at a multiple of its size, where those of the index begin `first` and
/// whole vectors after it?
Value Codegen::canStream(ArrayRef<ir::StoreOp> streams, Value first) {
  auto rest = [&](Value value, int64_t size) -> Value { return arith::AndIOp::create(b, loc(), value, i64(size - 1)); };
  auto either = [&](Value x, Value y) -> Value { return arith::OrIOp::create(b, loc(), x, y); };
  Value total = i64(0), misplaced = rest(first, width);
  llvm::SetVector<Value> outputs;
  for (ir::StoreOp store : streams)
    outputs.insert(store.getArray());
  for (Value output : outputs) {
    int64_t size = bytesOf(cast<ir::ArrayType>(output.getType()).getElement());
    Value places = LLVM::PtrToIntOp::create(b, loc(), b.getI64Type(), pointer(output));
    for (unsigned dimension = 0; dimension + 1 < cast<ir::ArrayType>(output.getType()).getRank(); ++dimension)
      places = either(places, arith::MulIOp::create(b, loc(), stride(output, dimension), i64(size)));
    misplaced = either(misplaced, rest(places, width * size));
    total = arith::AddIOp::create(b, loc(), total, bytes(output));
  }
  using arith::CmpIPredicate;
  return both(arith::CmpIOp::create(b, loc(), CmpIPredicate::eq, misplaced, i64(0)),
              arith::CmpIOp::create(b, loc(), CmpIPredicate::sgt, total, i64(target_.streamed)));
}

void Codegen::streaming(Block &block, Value index, Value first, MutableArrayRef<Running> states,
                        llvm::function_ref<void()> code) {
  SmallVector<ir::StoreOp> streams = streamsOf(block, index, plan_);
  if (streams.empty() || target_.streamed == neverStreamed || areSmall(streams, target_.streamed))
    return code();
  SmallVector<Value> before = partsOf(states);
  auto branch = scf::IfOp::create(b, loc(), TypeRange(ValueRange(before)), canStream(streams, first), /*withElseRegion=*/true);
  {
    OpBuilder::InsertionGuard saved(b);
    for (Region *version : {&branch.getThenRegion(), &branch.getElseRegion()}) {
      if (before.empty())
        version->front().getTerminator()->erase();
      b.setInsertionPointToEnd(&version->front());
      setParts(states, before);
      if (version == &branch.getThenRegion())
        streamed_.insert_range(streams);
      code();
      streamed_.clear();
      scf::YieldOp::create(b, loc(), partsOf(states));
    }
  }
  setParts(states, branch.getResults());
  storesPastCaches_ = true;
}

void Codegen::endStreams() {
  if (!storesPastCaches_)
    return;
  // Others may read what the chunk has stored once it is done.
  LLVM::CallIntrinsicOp::create(b, loc(), b.getStringAttr("llvm.x86.sse.sfence"), ValueRange());
}

} // namespace mercer::lowering
