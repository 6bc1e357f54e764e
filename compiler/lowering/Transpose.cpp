// Reads and stores of several iterations side by side, one beside the other in memory, while the lanes lie far apart: each lane's part of a
// block of values is read or written at once, and the block is transposed in registers.
#include "compiler/lowering/Lanes.h"

using namespace mlir;

namespace mercer::lowering {

/// An element of a row of an array of the plan for each lane, and one after the other for the iterations?
bool Codegen::isTransposed(Operation *op) {
  auto store = dyn_cast<ir::StoreOp>(op);
  auto read = dyn_cast<ir::ReadOp>(op);
  if (!store && (!read || read.getGuard()))
    return false;
  Value array = store ? store.getArray() : read.getArray();
  OperandRange subscripts = store ? store.getSubscripts() : read.getSubscripts();
  Type type = store ? store.getValue().getType() : read.getType();
  size_t copies = copies_.size();
  if (subscripts.size() < 2 || copies < 4 || width < copies || isa_and_nonnull<ir::TileOp, ir::AccumulatorOp>(array.getDefiningOp()) ||
      type != cast<ir::ArrayType>(array.getType()).getElement() || !isa<FloatType>(type) || (read && !isa<Float32Type, Float64Type>(type)) ||
      stride(array, static_cast<unsigned>(subscripts.size() - 1)))
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
  // Where some lanes do not exist, element by element, or, where that would be a branch for each, row by row.
  Value all = vector::ReductionOp::create(b, loc(), vector::CombiningKind::AND, mask);
  auto branch = scf::IfOp::create(b, loc(), TypeRange(), all, true);
  OpBuilder::InsertionGuard saved(b);
  b.setInsertionPointToStart(&branch.getThenRegion().front());
  storeBlock(op);
  b.setInsertionPointToStart(&branch.getElseRegion().front());
  if (target_.avx512)
    forCopies(true, [&] { one(*op, [](ir::AccumulateOp) {}); });
  else
    storeBlock(op, lanesIn(mask));
}

/// How many lanes a mask has.
Value Codegen::lanesIn(Value mask) {
  Value bits = LLVM::BitcastOp::create(b, loc(), b.getIntegerType(width), mask);
  Value count = math::CtPopOp::create(b, loc(), bits);
  return width < 64 ? Value(arith::ExtUIOp::create(b, loc(), b.getI64Type(), count)) : count;
}

/// For lanes that do not exist the last one's row is read.
void Codegen::readTransposed(ir::ReadOp op) {
  setLoc(op.getLoc());
  auto [at, apart] = firstOfBlock(op.getArray(), op.getSubscripts());
  Value last;
  if (mask)
    last = arith::SubIOp::create(b, loc(), lanesIn(mask), i64(1));
  SmallVector<Value> block = loadRows(op.getType(), static_cast<int64_t>(copies_.size()), at, apart, Value(), last);
  forCopies(true, [&] { define(op, {Lane::varying, block[copy_]}); });
}

/// The element of the first lane and iteration, and how far apart lanes are.
std::pair<Value, Value> Codegen::firstOfBlock(Value array, OperandRange subscripts) {
  Value offset = i64(0), apart;
  for (auto [dimension, subscript] : llvm::enumerate(subscripts)) {
    Lane lane = this->lane(subscript);
    Value stride = this->stride(array, static_cast<unsigned>(dimension));
    Value part = stride ? Value(arith::MulIOp::create(b, loc(), lane.value, stride)) : lane.value;
    offset = arith::AddIOp::create(b, loc(), offset, part);
    if (lane.kind == Lane::linear)
      apart = arith::MulIOp::create(b, loc(), stride, i64(lane.stride));
  }
  return {element(pointer(array), cast<ir::ArrayType>(array.getType()).getElement(), offset), apart};
}

void Codegen::storeBlock(ir::StoreOp op, Value rows) {
  Type type = op.getValue().getType();
  SmallVector<Value> block;
  forCopies(true, [&] { block.push_back(vector(lane(op.getValue()), type)); });
  auto [at, apart] = firstOfBlock(op.getArray(), op.getSubscripts());
  storeRows(std::move(block), type, at, apart, Value(), rows);
}

void Codegen::storeRows(SmallVector<Value> block, Type type, Value at, Value apart, Value present, Value rows) {
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
    {
      OpBuilder::InsertionGuard saved(b);
      if (rows) {
        Value exists = arith::CmpIOp::create(b, loc(), arith::CmpIPredicate::sgt, rows, i64(first));
        b.setInsertionPointToStart(&scf::IfOp::create(b, loc(), TypeRange(), exists, false).getThenRegion().front());
      }
      if (present)
        LLVM::MaskedStoreOp::create(b, loc(), row, at, present, b.getI32IntegerAttr(bytesOf(type)));
      else
        LLVM::StoreOp::create(b, loc(), row, at, bytesOf(type));
    }
    if (first + 1 < width)
      at = element(at, type, apart);
  }
}

} // namespace mercer::lowering
