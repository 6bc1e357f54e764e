// Values that a loop would compute again in each iteration, computed before it and kept.
#include "compiler/scheduling/NestWriter.h"
#include "compiler/scheduling/Operations.h"

using namespace mlir;

namespace mercer::scheduling {

/// Terms of a block: a value for each, in all lanes, fills half of a first-level cache.
static constexpr int64_t blockLength = 256;

bool NestWriter::isOpen(Value index) {
  return llvm::any_of(scopes_, [&](const Scope &scope) { return scope.index == index; });
}

/// The work of a loop of its own.
static constexpr int64_t many = 1000;

/// The operations of one evaluation of a value, without what does not depend on the index: that is computed
/// outside of loops over it.
int64_t NestWriter::workOf(Value value, Value index) {
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
      bool gathers = laneIndex_ == nestIndex_ && free_.depends(part, nestIndex_) &&
                     !runsAlong(read.getSubscripts(), nestIndex_, free_);
      work += gathers ? 16 : 1;
    }
    llvm::append_range(stack, ir::scalarOperands(op));
  }
  return work;
}

/// Is reading it back from memory cheaper than computing it again? What has loops is never computed again: that would multiply the work.
bool NestWriter::isWorthKeeping(Value value, Value index) {
  auto [decided, isNew] = kept_.try_emplace({value, index}, false);
  if (!isNew)
    return decided->second;
  bool inLanes = laneIndex_ != nestIndex_ || free_.depends(value, nestIndex_);
  int64_t work = workOf(value, index);
  bool isWorthIt = work > (inLanes ? 2 : 6); // one number for all lanes: computed beside the vectors
  return decided->second = work == 0 || work >= many ? isWorthIt : choices_.decide("keep", isWorthIt, false);
}

/// The values under `roots` that do not depend on the index of a loop but are used in it for all positions of
/// another index (with `pairs`, also of two others).
NestWriter::Kept NestWriter::findKept(Value index, ArrayRef<Value> roots, bool pairs) {
  Kept kept;
  SmallVector<Value> stack(roots);
  DenseSet<Value> seen;
  while (!stack.empty()) {
    Value value = stack.pop_back_val();
    if (Value same = direct(value))
      value = same;
    Operation *op = value.getDefiningOp();
    if (!op || !seen.insert(value).second || isa<ir::ConstantOp, ir::SizeOp, ir::IndexOp>(op) ||
        known(value) || tileOf(value, false))
      continue;
    if (free_.depends(value, index)) {
      // A reduction over an index of a loop around it means another variable of the same name.
      auto reduce = dyn_cast<ir::ReduceOp>(op);
      if (!reduce || (reduce.getOver()[0] != index && !isOpen(reduce.getOver()[0])))
        llvm::append_range(stack, ir::scalarOperands(op));
      continue;
    }
    SmallVector<Value> missing;
    llvm::copy_if(free_.of(value), std::back_inserter(missing), [&](Value free) { return !isOpen(free); });
    if (missing.empty())
      continue; // computed before the loop anyway
    bool few = missing.size() == 1 || (missing.size() == 2 && pairs && !isa<ir::ReadOp>(op));
    if (few && isWorthKeeping(value, missing.back()))
      kept[{missing.size() == 2 ? missing[0] : Value(), missing.back()}].push_back(value);
    else if (!isa<ir::ReduceOp>(op))
      llvm::append_range(stack, ir::scalarOperands(op));
  }
  return kept;
}

/// Do the values that are kept over an index flow only into sums over it, which depend on `index` too? These
/// sums; else none. With `outer`, sums over that of sums over it.
SmallVector<ir::ReduceOp> NestWriter::sumsOver(Value outer, Value over, Value index, ArrayRef<Value> kept,
                                               ArrayRef<Value> roots) {
  SmallVector<ir::ReduceOp> sums;
  SmallVector<Value> stack(roots);
  DenseSet<Value> seen;
  auto isSum = [](ir::ReduceOp reduce, Value of) {
    return reduce && reduce.getOver()[0] == of && reduce.getKind().getValue() == dsl::Reduction::sum;
  };
  while (!stack.empty()) {
    Value value = stack.pop_back_val();
    if (Value same = direct(value))
      value = same;
    Operation *op = value.getDefiningOp();
    if (!op || !seen.insert(value).second)
      continue;
    if (llvm::is_contained(kept, value))
      return {};
    if (!free_.depends(value, index) || known(value) || tileOf(value, false))
      continue;
    if (auto reduce = dyn_cast<ir::ReduceOp>(op); reduce && reduce.getOver()[0] == (outer ? outer : over)) {
      bool fits = llvm::all_of(free_.of(value), [&](Value free) { return free == index || isOpen(free); });
      fits &= isSum(reduce, outer ? outer : over);
      if (outer)
        fits &= !reduce.getPredicate() && isSum(reduce.getValue().getDefiningOp<ir::ReduceOp>(), over);
      if (!fits)
        return {};
      sums.push_back(reduce);
      continue;
    }
    llvm::append_range(stack, ir::scalarOperands(op));
  }
  return sums;
}

/// Values of two more indices: only where they flow into sums over both, in either order.
bool NestWriter::accumulatePairs(Value index, ArrayRef<Value> roots) {
  if (index == laneIndex_)
    return false;
  for (auto &[indices, values] : findKept(index, roots, true))
    for (auto [outer, over] : {indices, std::pair(indices.second, indices.first)}) {
      if (!outer || !over || outer == laneIndex_ || over == laneIndex_)
        continue;
      if (SmallVector<ir::ReduceOp> sums = sumsOver(outer, over, index, values, roots); !sums.empty()) {
        accumulate(outer, over, index, blockLength, values, sums);
        return true;
      }
    }
  return false;
}

void NestWriter::prepare(Value index, ArrayRef<Value> roots) {
  while (accumulatePairs(index, roots)) {
  }
  Kept kept = findKept(index, roots, false);
  SmallVector<std::pair<Value, int64_t>> later; // what sums in blocks use must be there before
  for (auto &[indices, values] : kept) {
    Value over = indices.second, extent = over.getDefiningOp<ir::IndexOp>().getExtent();
    if (auto part = parts_.find(over); part != parts_.end()) {
      fill(over, values, number(part->second.length), part->second.range);
      continue;
    }
    std::optional<int64_t> most = ir::upperBound(extent);
    // What is only read is kept whole: it serves other loops too.
    bool computed = llvm::any_of(values, [&](Value value) { return !value.getDefiningOp<ir::ReadOp>(); });
    bool inBlocks = computed && !(most && *most <= blockLength) &&
                    ir::guessedLength(index) <= ir::guessedLength(over) && index != laneIndex_ &&
                    !sumsOver({}, over, index, values, roots).empty();
    int64_t length = inBlocks ? choices_.chooseNumber("block", {0, 64, 128, blockLength, 512}, blockLength, false) : 0;
    if (length)
      later.push_back({over, length});
    else
      fill(over, values, emit(extent));
  }
  for (auto [over, length] : later) {
    SmallVector<Value> values = kept.lookup({Value(), over});
    accumulate({}, over, index, length, values, sumsOver({}, over, index, values, roots));
  }
}

/// A loop that computes the values for all positions of an index, or for those of a block, and adds up some
/// sums on the way.
ir::LoopOp NestWriter::fill(Value index, ArrayRef<Value> values, Value extent, Range range,
                            ArrayRef<ir::ReduceOp> sums) {
  SmallVector<Tile> tiles;
  for (Value value : values) {
    tiles.push_back(tile(value, index, extent));
    tiles.back().axes[0].base = range.lower;
  }
  SmallVector<Value> roots(values);
  llvm::append_range(roots, termsOf(sums));
  ir::LoopOp loop = openLoop(index, roots, values[0].getLoc(), sums, range);
  for (auto [value, tile] : llvm::zip_equal(values, tiles))
    storeInTile(value, tile);
  closeLoop(emitTerms(sums));
  for (auto [value, tile] : llvm::zip_equal(values, tiles))
    scopes_.back().tiles.insert({value, tile});
  return loop;
}

Value NestWriter::number(int64_t value) { return ir::integer(scopes_[0].builder, plan_.getLoc(), value); }

/// How many blocks of a length an index has.
Value NestWriter::blocksOf(Value index, int64_t length) {
  OpBuilder &plan = scopes_[0].builder;
  Value extent = emit(index.getDefiningOp<ir::IndexOp>().getExtent());
  Value padded = ir::apply(plan, extent.getLoc(), dsl::Function::add, {extent, number(length - 1)});
  return ir::apply(plan, extent.getLoc(), dsl::Function::floor_div, {padded, number(length)});
}

/// The positions of an index in an iteration of the loop over its blocks.
NestWriter::Range NestWriter::rangeOf(Value index, Value block, int64_t length) {
  Scope &scope = scopes_.back();
  auto apply = [&](dsl::Function function, ValueRange operands) {
    return ir::apply(scope.builder, index.getLoc(), function, operands);
  };
  Value extent = emit(index.getDefiningOp<ir::IndexOp>().getExtent());
  Value lower = apply(dsl::Function::mul, {emit(block), number(length)});
  Value end = apply(dsl::Function::add, {lower, number(length)});
  return {lower, apply(dsl::Function::minimum, {end, extent})};
}

/// From here on, loops over an index are over one of its blocks.
void NestWriter::openPart(Value index, Value block, int64_t length) {
  parts_[index] = {rangeOf(index, block, length), length};
}

NestWriter::Tile NestWriter::tile(Value value, ArrayRef<Value> indices, ValueRange sizes) {
  auto type = ir::ArrayType::get(value.getContext(), static_cast<unsigned>(indices.size()), value.getType());
  Tile tile{ir::TileOp::create(scopes_.back().builder, value.getLoc(), type, "kept", sizes), {}};
  for (Value index : indices)
    tile.axes.push_back({index, parts_.lookup(index).range.lower});
  return tile;
}

void NestWriter::storeInTile(Value value, const Tile &tile) {
  Value element = emit(value);
  SmallVector<Value> at;
  for (const Axis &axis : tile.axes)
    at.push_back(positionIn(scopes_.back(), axis));
  ir::StoreOp::create(scopes_.back().builder, value.getLoc(), element, tile.memory, at);
}

/// Sums that a pass over the same index would compute next to another one: they may share what that keeps.
SmallVector<ir::ReduceOp> NestWriter::sumsBeside(ir::ReduceOp other) {
  SmallVector<ir::ReduceOp> sums;
  for (ir::ReduceOp reduce : reductions_) {
    Pass pass{other.getOver()[0], scopes_.back().index, depths_.lookup(other)};
    if (reduce.getKind().getValue() == dsl::Reduction::sum && loops_.empty() && isPending(reduce, pass))
      sums.push_back(reduce);
  }
  return sums;
}

/// Sums over a long index for all positions of another one: for one block of terms after the other, what does
/// not depend on the other index is computed and kept in a tile that fits in the first cache, and then added
/// to all of the sums.
void NestWriter::accumulate(Value outer, Value over, Value index, int64_t length, ArrayRef<Value> kept,
                            ArrayRef<ir::ReduceOp> sums) {
  Location loc = ir::ReduceOp(sums[0]).getLoc();
  SmallVector<ir::ReduceOp> inner; // over the blocked index
  for (ir::ReduceOp sum : sums)
    inner.push_back(outer ? sum.getValue().getDefiningOp<ir::ReduceOp>() : sum);
  if (!outer)
    prepare(over, kept); // what serves all blocks
  Value positions = emit(index.getDefiningOp<ir::IndexOp>().getExtent());
  SmallVector<ir::ReduceOp> beside = outer ? SmallVector<ir::ReduceOp>() : sumsBeside(sums[0]);
  SmallVector<Value> memories, single;
  auto accumulator = [&](ir::ReduceOp sum, Value size) -> Value {
    auto type = ir::ArrayType::get(loc.getContext(), 1, sum.getType());
    return ir::AccumulatorOp::create(scopes_.back().builder, sum.getLoc(), type, "sums", ValueRange{size});
  };
  auto add = [&](Value memory, Value value, Value at) {
    auto kind = ir::ReduceOp(sums[0]).getKindAttr();
    ir::AccumulateOp::create(scopes_.back().builder, loc, kind, value, memory, at, Value());
  };
  for (ir::ReduceOp sum : sums)
    memories.push_back(accumulator(sum, positions));
  for (ir::ReduceOp sum : beside)
    single.push_back(accumulator(sum, number(1)));
  // The loop over blocks has an index that no value of the program depends on.
  auto source = over.getDefiningOp<ir::IndexOp>();
  OpBuilder program(source);
  Value block = ir::IndexOp::create(program, loc, (source.getName() + " block").str(), source.getExtent());
  Value count = blocksOf(over, length);
  if (outer) {
    openLoop(outer, {}, loc);
    prepare(over, kept);
  }
  openLoop(block, {}, loc, {}, {zero(), count});
  Range range = rangeOf(over, block, length);
  ir::LoopOp filled = fill(over, kept, number(length), range, beside);
  for (auto [memory, result] : llvm::zip_equal(single, filled.getResults()))
    add(memory, result, zero());
  openLoop(index, {}, loc);
  ir::LoopOp loop = openLoop(over, termsOf(inner), loc, inner, range);
  closeLoop(emitTerms(inner));
  Value at = emit(index);
  for (auto [memory, result] : llvm::zip_equal(memories, loop.getResults()))
    add(memory, result, at);
  closeLoop({});
  closeLoop({});
  if (outer)
    closeLoop({});
  for (auto [n, memory] : llvm::enumerate(memories))
    scopes_.back().tiles.insert({ir::ReduceOp(sums[n]).getResult(), Tile{memory, {{index, Value()}}}});
  for (auto [n, memory] : llvm::enumerate(single)) {
    Value sum = ir::ReduceOp(beside[n]).getResult();
    Value at = zero();
    scopes_.back().values[sum] =
        ir::ReadOp::create(scopes_.back().builder, sum.getLoc(), sum.getType(), memory, at, Value());
  }
}

/// Where the element of a tile is that belongs to the open loops, on one of its axes.
Value NestWriter::positionIn(Scope &scope, const Axis &axis) {
  Value at = known(axis.index);
  return axis.base ? ir::apply(scope.builder, at.getLoc(), dsl::Function::sub, {at, axis.base}) : at;
}

/// The tile that keeps a value; with `open`, only where the loops over the tile's indices are open, in the tile's scope
/// or inside of it.
const NestWriter::Tile *NestWriter::tileOf(Value value, bool open) {
  DenseSet<Value> inner; // indices of the scopes further in
  for (Scope &scope : llvm::reverse(scopes_)) {
    if (auto found = scope.tiles.find(value); found != scope.tiles.end()) {
      ArrayRef<Axis> axes = found->second.axes;
      // An index that is bound again further in is another one than the tile was filled for.
      bool same = llvm::none_of(free_.of(value), [&](Value index) {
        return inner.contains(index) && llvm::none_of(axes, [&](const Axis &axis) { return axis.index == index; });
      });
      bool reached = llvm::all_of(
          axes, [&](const Axis &axis) { return inner.contains(axis.index) || scope.index == axis.index; });
      return same && (!open || reached) ? &found->second : nullptr;
    }
    inner.insert(scope.index);
  }
  return nullptr;
}

} // namespace mercer::scheduling
