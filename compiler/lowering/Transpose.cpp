// Stores of several iterations side by side, one beside the other in memory, while the lanes lie far apart: a block of values is
// transposed in registers, and each lane's part of it is written at once.
#include "compiler/lowering/Lanes.h"

using namespace mlir;

namespace mercer::lowering {

/// An element of a row of an array of the plan for each lane, and one after the other for the iterations?
bool Codegen::isTransposed(ir::StoreOp op) {
  OperandRange subscripts = op.getSubscripts();
  size_t copies = copies_.size();
  if (subscripts.size() < 2 || copies < 4 || width < copies || op.getArray().getDefiningOp<ir::TileOp>() ||
      op.getValue().getType() != op.getArray().getType().getElement() || !isa<FloatType>(op.getValue().getType()))
    return false;
  auto index = dyn_cast<BlockArgument>(subscripts.back());
  auto loop = index ? dyn_cast<ir::LoopOp>(index.getOwner()->getParentOp()) : ir::LoopOp();
  if (!loop || !copied_.contains(index) || loop.getLanes())
    return false;
  unsigned inLanes = 0;
  for (Value subscript : subscripts.drop_back()) {
    if (copied_.contains(subscript))
      return false;
    Lane lane = this->lane(subscript);
    if (lane.kind == Lane::varying)
      return false;
    inLanes += lane.kind == Lane::linear;
  }
  return inLanes == 1;
}

void Codegen::storeTransposed(ir::StoreOp op) {
  setLoc(op.getLoc());
  if (!mask)
    return storeBlock(op);
  // Where some lanes do not exist, element by element.
  Value all = vector::ReductionOp::create(b, loc(), vector::CombiningKind::AND, mask);
  auto branch = scf::IfOp::create(b, loc(), TypeRange(), all, true);
  OpBuilder::InsertionGuard saved(b);
  b.setInsertionPointToStart(&branch.getThenRegion().front());
  storeBlock(op);
  b.setInsertionPointToStart(&branch.getElseRegion().front());
  forCopies(true, [&] { one(*op, [](ir::AccumulateOp) {}); });
}

void Codegen::storeBlock(ir::StoreOp op) {
  Type type = op.getValue().getType();
  SmallVector<Value> block;
  forCopies(true, [&] { block.push_back(vector(lane(op.getValue()), type)); });
  Value offset = i64(0), apart;
  for (auto [dimension, subscript] : llvm::enumerate(op.getSubscripts())) {
    Lane lane = this->lane(subscript); // of the first iteration
    Value stride = this->stride(op.getArray(), static_cast<unsigned>(dimension));
    Value part = stride ? Value(arith::MulIOp::create(b, loc(), lane.value, stride)) : lane.value;
    offset = arith::AddIOp::create(b, loc(), offset, part);
    if (lane.kind == Lane::linear)
      apart = arith::MulIOp::create(b, loc(), stride, i64(lane.stride));
  }
  Value at = element(pointer(op.getArray()), type, offset);
  storeRows(std::move(block), type, at, apart, Value());
}

void Codegen::storeRows(SmallVector<Value> block, Type type, Value at, Value apart, Value present) {
  auto copies = static_cast<unsigned>(block.size());
  // The places of elements in the block are numbers of log2(copies) + log2(width) bits. A step moves the first bit to the end.
  SmallVector<int64_t> low, high;
  for (unsigned n = 0; n < width / 2; ++n) {
    low.append({n, n + width});
    high.append({n + width / 2, n + width / 2 + width});
  }
  for (unsigned step = 1; step < copies; step *= 2) {
    SmallVector<Value> next;
    for (unsigned n = 0; n < copies / 2; ++n)
      for (ArrayRef<int64_t> half : {ArrayRef(low), ArrayRef(high)})
        next.push_back(vector::ShuffleOp::create(b, loc(), block[n], block[n + copies / 2], half));
    block = std::move(next);
  }
  for (unsigned first = 0; first < width; ++first) {
    unsigned place = first * copies % width;
    SmallVector<int64_t> part;
    for (unsigned n = 0; n < copies; ++n)
      part.push_back(place + n);
    Value whole = block[first * copies / width];
    Value row = copies == width ? whole : Value(vector::ShuffleOp::create(b, loc(), whole, whole, part));
    if (present)
      LLVM::MaskedStoreOp::create(b, loc(), row, at, present, b.getI32IntegerAttr(bytesOf(type)));
    else
      LLVM::StoreOp::create(b, loc(), row, at, bytesOf(type));
    if (first + 1 < width)
      at = element(at, type, apart);
  }
}

} // namespace mercer::lowering
