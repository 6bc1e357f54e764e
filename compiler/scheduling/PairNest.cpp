// The nest of reductions over pairs: blocks of rows in parallel, blocks of columns inside.
//
// For each two blocks what all pairs have goes into tiles of the second cache, rows in vectors. Scalars of rows are reduced on the way, those of
// columns from a tile; what sums of vectors take from a tile is a product of matrices, with the index of the factors in vectors. Rows are
// combined in scratch memory, columns in tables of the chunks.
#include "compiler/scheduling/NestWriter.h"

using namespace mlir;

namespace mercer::scheduling {

/// So many rows that a table's elements, which are far away, get many terms at once; so many columns that this holds of
/// the rows' sums, which are near.
static constexpr int64_t rowsLength = 256, columnsLength = 128;
/// Of the rows of tiles: where those are as long as a power of two, few parts of a cache serve all of them.
static constexpr int64_t gap = 16;

void NestWriter::pairs(const PairGroup &pairs, ArrayRef<ir::ArrayOp> arrays) {
  nestIndex_ = laneIndex_ = {};
  nestArrays_.clear();
  lanes_ = 2 * machine_.lanes; // a number that two vectors share is loaded once
  SmallVector<ir::ReduceOp> reductions;
  for (ir::ArrayOp array : arrays)
    reductions.push_back(array.getValue().getDefiningOp<ir::ReduceOp>());
  collectReductions(termsOf(reductions));
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
  SmallVector<PairPart> parts = partsOf(pairs, arrays);
  DenseMap<Value, Tile> packed = packRows(parts, pairs);
  auto columns = pairs.columns.getDefiningOp<ir::IndexOp>();
  OpBuilder program(columns);
  Value block = ir::IndexOp::create(program, loc, (columns.getName() + " block").str(), columns.getExtent());
  openLoop(block, {}, loc, {}, {zero(), blocksOf(pairs.columns, columnsLength)});
  openPart(pairs.columns, block, columnsLength);
  computePairs(parts, pairs, packed);
  combineColumns(parts, pairs);
  for (const PairPart &part : parts)
    if (!part.isScalar())
      addVectors(part);
  closeLoop({});
  for (const auto &[part, array] : llvm::zip_equal(parts, arrays))
    if (part.ofRows)
      storeRows(part, memory_.lookup(array));
  parts_.clear();
  scopes_.pop_back();
  scopes_[0].builder.setInsertionPointAfter(nest);
}

SmallVector<NestWriter::PairPart> NestWriter::partsOf(const PairGroup &pairs, ArrayRef<ir::ArrayOp> arrays) {
  SmallVector<PairPart> parts;
  for (ir::ArrayOp array : arrays) {
    PairReduction pair = *pairReductionOf(array.getValue().getDefiningOp<ir::ReduceOp>(), free_);
    PairPart part{pair, memory_.lookup(array), pair.row == pairs.rows};
    if (part.ofRows) {
      SmallVector<Value> sizes{number(rowsLength)};
      if (pair.along)
        sizes.push_back(emit(pair.along.getDefiningOp<ir::IndexOp>().getExtent()));
      auto type = ir::ArrayType::get(array.getContext(), static_cast<unsigned>(sizes.size()), pair.reduce.getType());
      part.memory = ir::AccumulatorOp::create(scopes_.back().builder, array.getLoc(), type, "sums", sizes);
    }
    parts.push_back(part);
  }
  return parts;
}

/// The largest parts of some values that depend on all of some indices and not on another one; nothing of `end`.
llvm::SetVector<Value> NestWriter::partsOver(ArrayRef<Value> roots, ArrayRef<Value> indices, Value without, Value end) {
  llvm::SetVector<Value> parts;
  SmallVector<Value> stack(roots);
  DenseSet<Value> seen;
  while (!stack.empty()) {
    Value value = stack.pop_back_val();
    // What one of the indices is not free in has no part where it is.
    if (value == end || !seen.insert(value).second || !llvm::all_of(indices, [&](Value index) { return free_.depends(value, index); }))
      continue;
    if (free_.depends(value, without))
      llvm::append_range(stack, ir::scalarOperands(value.getDefiningOp()));
    else
      parts.insert(value);
  }
  return parts;
}

/// What the reductions in the pairwise values read of the rows: for all rows of the block, in the order in which they take it.
DenseMap<Value, NestWriter::Tile> NestWriter::packRows(ArrayRef<PairPart> parts, const PairGroup &pairs) {
  llvm::MapVector<Value, llvm::SetVector<Value>> kept; // by the reduced index
  for (const PairPart &part : parts)
    for (ir::ReduceOp reduction : part.pair.reductions) {
      Value over = reduction.getOver()[0];
      for (Value value : partsOver(termsOf(reduction), {pairs.rows, over}, pairs.columns))
        kept[over].insert(value);
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

/// What all pairs of two blocks have, as far as it is used by columns or vectors, and what scalars of rows make of it.
void NestWriter::computePairs(ArrayRef<PairPart> parts, const PairGroup &pairs, const DenseMap<Value, Tile> &packed) {
  llvm::SetVector<Value> kept, reductions;
  SmallVector<const PairPart *> rows;
  SmallVector<ir::ReduceOp> ofRows;
  for (const PairPart &part : parts) {
    for (ir::ReduceOp reduction : part.pair.reductions)
      reductions.insert(reduction.getResult());
    if (part.isScalar() && part.ofRows) {
      rows.push_back(&part);
      ofRows.push_back(part.pair.reduce);
    } else {
      kept.insert(part.pair.pair);
    }
  }
  DenseMap<Value, Tile> tiles;
  for (Value value : kept)
    tiles[value] = tile(value, {pairs.columns, pairs.rows}, {number(columnsLength), number(rowsLength + gap)});
  SmallVector<Value> roots(kept.getArrayRef());
  llvm::append_range(roots, termsOf(ofRows));
  Location loc = roots[0].getLoc();
  laneIndex_ = pairs.rows;
  openLoop(pairs.rows, roots, loc);
  scopes_.back().tiles.insert(packed.begin(), packed.end());
  // By themselves, so that several columns share what is read of the rows, and what follows needs few registers.
  if (!reductions.empty())
    fill(pairs.columns, reductions.getArrayRef(), number(columnsLength), parts_.lookup(pairs.columns).range);
  ir::LoopOp loop = openLoop(pairs.columns, roots, loc, ofRows);
  for (Value value : kept)
    storeInTile(value, tiles[value]);
  closeLoop(emitTerms(ofRows));
  for (auto [part, value] : llvm::zip_equal(rows, loop.getResults()))
    combine(*part, value, positionIn(scopes_.back(), {pairs.rows, parts_.lookup(pairs.rows).range.lower}));
  closeLoop({});
  scopes_.back().tiles.insert(tiles.begin(), tiles.end());
}

/// What the pairs of two blocks make of scalars of columns.
void NestWriter::combineColumns(ArrayRef<PairPart> parts, const PairGroup &pairs) {
  SmallVector<const PairPart *> columns;
  SmallVector<ir::ReduceOp> reductions;
  for (const PairPart &part : parts)
    if (part.isScalar() && !part.ofRows) {
      columns.push_back(&part);
      reductions.push_back(part.pair.reduce);
    }
  if (columns.empty())
    return;
  Location loc = reductions[0].getLoc();
  laneIndex_ = pairs.rows;
  const int64_t before = std::exchange(lanes_, machine_.lanes);
  openLoop(pairs.columns, {}, loc);
  ir::LoopOp loop = openLoop(pairs.rows, {}, loc, reductions);
  closeLoop(emitTerms(reductions));
  for (auto [part, value] : llvm::zip_equal(columns, loop.getResults()))
    combine(*part, value, emit(pairs.columns));
  closeLoop({});
  lanes_ = before;
}

void NestWriter::combine(const PairPart &part, Value value, Value row) {
  SmallVector<Value> at{row};
  if (part.pair.along)
    at.push_back(emit(part.pair.along));
  ir::ReduceOp reduce = part.pair.reduce;
  ir::AccumulateOp::create(scopes_.back().builder, reduce.getLoc(), reduce.getKindAttr(), value, part.memory, at, Value());
}

/// What the pairs of two blocks add to a sum of vectors.
void NestWriter::addVectors(const PairPart &part) {
  const PairReduction &pair = part.pair;
  ir::ReduceOp reduce = pair.reduce;
  laneIndex_ = pair.along;
  openLoop(pair.along, reduce.getValue(), reduce.getLoc());
  // Beside each other in the first cache, of which rows that are as long as a power of two would fall on few parts.
  if (auto factors = partsOver(termsOf(reduce), {pair.over, pair.along}, pair.row, pair.pair); !factors.empty()) {
    const Part &over = parts_.lookup(pair.over);
    fill(pair.over, factors.getArrayRef(), number(over.length), over.range);
  }
  openLoop(pair.row, reduce.getValue(), reduce.getLoc());
  ir::LoopOp loop = openLoop(pair.over, reduce.getValue(), reduce.getLoc(), reduce);
  closeLoop(emitTerms(reduce));
  Scope &scope = scopes_.back();
  combine(part, loop.getResult(0), part.ofRows ? positionIn(scope, {pair.row, parts_.lookup(pair.row).range.lower}) : emit(pair.row));
  closeLoop({});
  closeLoop({});
}

void NestWriter::storeRows(const PairPart &part, Value memory) {
  const PairReduction &pair = part.pair;
  ir::ReduceOp reduce = pair.reduce;
  laneIndex_ = part.isScalar() ? pair.row : pair.along;
  openLoop(pair.row, {}, reduce.getLoc());
  if (pair.along)
    openLoop(pair.along, {}, reduce.getLoc());
  Scope &scope = scopes_.back();
  SmallVector<Value> at{positionIn(scope, {pair.row, parts_.lookup(pair.row).range.lower})};
  if (pair.along)
    at.push_back(emit(pair.along));
  Value value = ir::ReadOp::create(scope.builder, reduce.getLoc(), reduce.getType(), part.memory, at, Value());
  at[0] = emit(pair.row);
  ir::StoreOp::create(scope.builder, reduce.getLoc(), value, memory, at);
  if (pair.along)
    closeLoop({});
  closeLoop({});
}

} // namespace mercer::scheduling
