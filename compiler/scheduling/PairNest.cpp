// The nest of sums over pairs: blocks of rows in parallel, blocks of columns inside.
//
// For each two blocks the weights of all pairs go into a tile of the second cache, rows in vectors; what the sums of rows
// and those of columns take from it are two products of matrices, with the index of the factors in vectors. Rows are added
// up in scratch memory, columns in tables of the chunks.
#include "compiler/scheduling/NestWriter.h"

using namespace mlir;

namespace mercer::scheduling {

/// So many rows that a table's elements, which are far away, get many terms at once; so many columns that this holds of
/// the rows' sums, which are near.
static constexpr int64_t rowsLength = 256, columnsLength = 128;
/// Of the rows of tiles: where those are as long as a power of two, few parts of a cache serve all of them.
static constexpr int64_t gap = 16;

void NestWriter::pairs(const PairSums &pairs, ArrayRef<ir::ArrayOp> arrays) {
  nestIndex_ = laneIndex_ = {};
  nestArrays_.clear();
  lanes_ = 2 * machine_.lanes; // a number that two vectors share is loaded once
  SmallVector<PairSum> sums;
  SmallVector<Value> terms, memories;
  for (ir::ArrayOp array : arrays) {
    sums.push_back(*pairSumOf(array.getValue().getDefiningOp<ir::ReduceOp>(), free_));
    terms.push_back(sums.back().sum.getValue());
  }
  collectReductions(terms);
  allocate(arrays);
  auto source = pairs.block.getDefiningOp<ir::IndexOp>();
  Location loc = source.getLoc();
  Value count = blocksOf(pairs.rows, rowsLength);
  OpBuilder &outer = scopes_[0].builder;
  auto nest = ir::NestOp::create(outer, loc, source.getName(), count, 1, 0, StringAttr());
  Block &body = nest.getBody().emplaceBlock();
  Value argument = body.addArgument(outer.getI64Type(), loc);
  outer.setInsertionPoint(nest);
  scopes_.emplace_back(pairs.block, body);
  scopes_.back().values[pairs.block] = argument;
  openPart(pairs.rows, pairs.block, rowsLength);
  for (const auto &[sum, array] : llvm::zip_equal(sums, arrays)) {
    Value memory = memory_.lookup(array);
    if (sum.row == pairs.rows) {
      SmallVector<Value> sizes{number(rowsLength), emit(sum.along.getDefiningOp<ir::IndexOp>().getExtent())};
      auto type = ir::ArrayType::get(loc.getContext(), 2, ir::ReduceOp(sum.sum).getType());
      memory = ir::AccumulatorOp::create(scopes_.back().builder, loc, type, "sums", sizes);
    }
    memories.push_back(memory);
  }
  DenseMap<Value, Tile> packed = packRows(sums, pairs);
  auto columns = pairs.columns.getDefiningOp<ir::IndexOp>();
  OpBuilder program(columns);
  Value block = ir::IndexOp::create(program, loc, (columns.getName() + " block").str(), columns.getExtent());
  openLoop(block, {}, loc, {}, {zero(), blocksOf(pairs.columns, columnsLength)});
  openPart(pairs.columns, block, columnsLength);
  weigh(sums, pairs, packed);
  for (const auto &[sum, memory] : llvm::zip_equal(sums, memories))
    addPart(sum, memory, sum.row == pairs.rows);
  closeLoop({});
  for (const auto &[n, sum] : llvm::enumerate(sums))
    if (sum.row == pairs.rows)
      storeRows(sum, memories[n], memory_.lookup(arrays[n]));
  parts_.clear();
  scopes_.pop_back();
  scopes_[0].builder.setInsertionPointAfter(nest);
}

/// What the reductions in the weights read of the rows: for all rows of the block, in the order in which they take it.
DenseMap<Value, NestWriter::Tile> NestWriter::packRows(ArrayRef<PairSum> sums, const PairSums &pairs) {
  llvm::MapVector<Value, llvm::SetVector<Value>> kept; // by the reduced index
  for (const PairSum &sum : sums)
    for (ir::ReduceOp reduction : sum.reductions) {
      Value over = reduction.getOver()[0];
      SmallVector<Value> stack = termsOf(reduction);
      DenseSet<Value> seen;
      while (!stack.empty()) {
        Value value = stack.pop_back_val();
        if (!seen.insert(value).second)
          continue;
        if (free_.depends(value, pairs.columns))
          llvm::append_range(stack, ir::scalarOperands(value.getDefiningOp()));
        else if (free_.depends(value, pairs.rows) && free_.depends(value, over))
          kept[over].insert(value);
      }
    }
  DenseMap<Value, Tile> packed;
  laneIndex_ = pairs.rows;
  for (auto &[over, values] : kept) {
    Value extent = emit(over.getDefiningOp<ir::IndexOp>().getExtent());
    for (Value value : values)
      packed[value] = tile(value, {over, pairs.rows}, {extent, number(rowsLength + gap)});
    openLoop(pairs.rows, values.getArrayRef(), values[0].getLoc());
    openLoop(over, values.getArrayRef(), values[0].getLoc());
    for (Value value : values)
      storeInTile(value, packed[value]);
    closeLoop({});
    closeLoop({});
  }
  return packed;
}

/// The weights of all pairs of two blocks.
void NestWriter::weigh(ArrayRef<PairSum> sums, const PairSums &pairs, const DenseMap<Value, Tile> &packed) {
  llvm::SetVector<Value> weights, reductions;
  for (const PairSum &sum : sums) {
    weights.insert(sum.weight);
    for (ir::ReduceOp reduction : sum.reductions)
      reductions.insert(reduction.getResult());
  }
  DenseMap<Value, Tile> tiles;
  for (Value weight : weights)
    tiles[weight] = tile(weight, {pairs.columns, pairs.rows}, {number(columnsLength), number(rowsLength + gap)});
  Location loc = weights[0].getLoc();
  laneIndex_ = pairs.rows;
  openLoop(pairs.rows, weights.getArrayRef(), loc);
  scopes_.back().tiles.insert(packed.begin(), packed.end());
  // By themselves, so that several columns share what is read of the rows, and what follows needs few registers.
  fill(pairs.columns, reductions.getArrayRef(), number(columnsLength), parts_.lookup(pairs.columns).range);
  openLoop(pairs.columns, weights.getArrayRef(), loc);
  for (Value weight : weights)
    storeInTile(weight, tiles[weight]);
  closeLoop({});
  closeLoop({});
  scopes_.back().tiles.insert(tiles.begin(), tiles.end());
}

/// What the pairs of two blocks add to a sum.
void NestWriter::addPart(const PairSum &sum, Value memory, bool ofRows) {
  ir::ReduceOp reduce = sum.sum;
  laneIndex_ = sum.along;
  openLoop(sum.along, reduce.getValue(), reduce.getLoc());
  openLoop(sum.row, reduce.getValue(), reduce.getLoc());
  ir::LoopOp loop = openLoop(sum.over, reduce.getValue(), reduce.getLoc(), reduce);
  closeLoop(emitTerms(reduce));
  Scope &scope = scopes_.back();
  Value row = ofRows ? positionIn(scope, {sum.row, parts_.lookup(sum.row).range.lower}) : emit(sum.row);
  ir::AccumulateOp::create(scope.builder, reduce.getLoc(), reduce.getKindAttr(), loop.getResult(0), memory,
                           ValueRange{row, emit(sum.along)}, Value());
  closeLoop({});
  closeLoop({});
}

void NestWriter::storeRows(const PairSum &sum, Value sums, Value memory) {
  ir::ReduceOp reduce = sum.sum;
  laneIndex_ = sum.along;
  openLoop(sum.row, {}, reduce.getLoc());
  openLoop(sum.along, {}, reduce.getLoc());
  Scope &scope = scopes_.back();
  SmallVector<Value> at{positionIn(scope, {sum.row, parts_.lookup(sum.row).range.lower}), emit(sum.along)};
  Value value = ir::ReadOp::create(scope.builder, reduce.getLoc(), reduce.getType(), sums, at, Value());
  at[0] = emit(sum.row);
  ir::StoreOp::create(scope.builder, reduce.getLoc(), value, memory, at);
  closeLoop({});
  closeLoop({});
}

} // namespace mercer::scheduling
