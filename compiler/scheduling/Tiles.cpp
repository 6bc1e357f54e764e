// Values that a loop would compute again in each iteration, computed before it and kept.
#include "compiler/scheduling/NestWriter.h"
#include "compiler/scheduling/Work.h"

using namespace mlir;

namespace mercer::scheduling {

bool NestWriter::isOpen(Value index) {
  return llvm::any_of(scopes_, [&](const Scope &scope) { return scope.index == index; });
}

/// The operations of one evaluation of a value, without what does not depend on the index: that is computed outside of loops over it.
int64_t NestWriter::workOf(Value value, Value index) {
  constexpr int64_t many = 1000; // a loop of its own
  int64_t work = 0;
  DenseSet<Operation *> seen;
  SmallVector<Value> stack{value};
  while (!stack.empty() && work < many) {
    Value part = stack.pop_back_val();
    if (Value same = direct(part))
      part = same;
    Operation *op = part.getDefiningOp();
    if (!op || !free_.depends(part, index) || !seen.insert(op).second)
      continue;
    if (auto apply = dyn_cast<ir::ApplyOp>(op))
      work += operationsOf(apply.getFunction().getValue());
    if (isa<ir::ReduceOp>(op))
      work += many;
    if (auto read = dyn_cast<ir::ReadOp>(op)) {
      bool gathers = laneIndex_ == nestIndex_ && free_.depends(part, nestIndex_) && read.getSubscripts().back() != nestIndex_;
      work += gathers ? 16 : 1;
    }
    for (Value operand : op->getOperands())
      if (!isa<ir::ArrayType>(operand.getType()))
        stack.push_back(operand);
  }
  return work;
}

/// Is reading it back from memory cheaper than computing it again?
bool NestWriter::isWorthKeeping(Value value, Value index) {
  bool inLanes = laneIndex_ != nestIndex_ || free_.depends(value, nestIndex_);
  return workOf(value, index) > (inLanes ? 2 : 6); // one number for all lanes: computed beside the vectors
}

/// The values under `roots` that do not depend on the index of a loop but are used in it for all positions of another index.
void NestWriter::findKept(Value index, ArrayRef<Value> roots, llvm::MapVector<Value, SmallVector<Value>> &kept) {
  SmallVector<Value> stack(roots);
  DenseSet<Value> seen;
  while (!stack.empty()) {
    Value value = stack.pop_back_val();
    if (Value same = direct(value))
      value = same;
    Operation *op = value.getDefiningOp();
    if (!op || !seen.insert(value).second || isa<ir::ConstantOp, ir::SizeOp, ir::IndexOp>(op) || known(value))
      continue;
    auto operands = llvm::make_filter_range(op->getOperands(), [](Value v) { return !isa<ir::ArrayType>(v.getType()); });
    if (free_.depends(value, index)) {
      // A reduction over an index of a loop around it means another variable of the same name.
      auto reduce = dyn_cast<ir::ReduceOp>(op);
      if (!reduce || (reduce.getOver()[0] != index && !isOpen(reduce.getOver()[0])))
        llvm::append_range(stack, operands);
      continue;
    }
    Value missing;
    unsigned count = 0;
    for (Value free : free_.of(value))
      if (!isOpen(free))
        missing = free, ++count;
    if (count == 0 || tileOf(value, false))
      continue; // computed before the loop anyway
    if (count == 1 && isWorthKeeping(value, missing))
      kept[missing].push_back(value);
    else if (!isa<ir::ReduceOp>(op))
      llvm::append_range(stack, operands);
  }
}

void NestWriter::prepare(Value index, ArrayRef<Value> roots) {
  llvm::MapVector<Value, SmallVector<Value>> kept;
  findKept(index, roots, kept);
  for (auto &[over, values] : kept)
    fill(over, values);
}

void NestWriter::fill(Value index, ArrayRef<Value> values) {
  SmallVector<Tile> tiles;
  Value extent = emit(index.getDefiningOp<ir::IndexOp>().getExtent());
  for (Value value : values) {
    auto type = ir::ArrayType::get(value.getContext(), 1, value.getType());
    Value memory = ir::TileOp::create(scopes_.back().builder, value.getLoc(), type, "kept", ValueRange{extent});
    tiles.push_back({memory, index});
  }
  openLoop(index, values, values[0].getLoc());
  for (auto [value, tile] : llvm::zip_equal(values, tiles)) {
    Value element = emit(value);
    ir::StoreOp::create(scopes_.back().builder, value.getLoc(), element, tile.memory, ValueRange{emit(index)});
  }
  closeLoop({});
  for (auto [value, tile] : llvm::zip_equal(values, tiles))
    scopes_.back().tiles.insert({value, tile});
}

/// The tile that keeps a value; with `open`, only where a loop over the tile's index is open inside of the tile's scope.
const NestWriter::Tile *NestWriter::tileOf(Value value, bool open) {
  DenseSet<Value> inner; // indices of the scopes further in
  for (Scope &scope : llvm::reverse(scopes_)) {
    if (auto found = scope.tiles.find(value); found != scope.tiles.end()) {
      Value over = found->second.index;
      // An index that is bound again further in is another one than the tile was filled for.
      bool same = llvm::none_of(free_.of(value), [&](Value index) { return index != over && inner.contains(index); });
      return same && (!open || inner.contains(over)) ? &found->second : nullptr;
    }
    inner.insert(scope.index);
  }
  return nullptr;
}

} // namespace mercer::scheduling
