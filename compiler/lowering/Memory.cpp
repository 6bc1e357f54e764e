// Reads and writes: in order where the subscripts are, else by gather and scatter.
#include "compiler/lowering/Lanes.h"

#include "mlir/IR/Matchers.h"

#include <numeric>

using namespace mlir;

namespace mercer::lowering {

static Type pointerType(OpBuilder &b) { return LLVM::LLVMPointerType::get(b.getContext()); }

/// How an element lies in memory: truth values take a byte. bf16 is read as an integer: LLVM calls library
/// functions for values of that type where the processor has no instructions for it.
static Type inMemory(Type element) {
  unsigned bits = element.isInteger(1) ? 8 : element.isBF16() ? 16 : 0;
  return bits ? Type(IntegerType::get(element.getContext(), bits)) : element;
}

Value Codegen::element(Value pointer, Type type, Value offset) {
  return LLVM::GEPOp::create(b, loc(), pointerType(b), inMemory(type), pointer, ValueRange{offset});
}

int64_t OwnWords::placeOf(int64_t position) {
  auto place = llvm::find(positions, position);
  if (place == positions.end())
    place = positions.insert(place, position);
  return static_cast<int64_t>(numbers.size()) + (place - positions.begin());
}

Value Codegen::word(int64_t position) { return wordAt(own ? own->placeOf(position) : position); }

Value Codegen::wordAt(int64_t place) {
  if (prologue)
    if (Value known = loadedWords_.lookup(place))
      return known;
  OpBuilder::InsertionGuard saved(b);
  if (prologue)
    b.setInsertionPoint(prologue);
  Value at = LLVM::GEPOp::create(b, loc(), pointerType(b), b.getI64Type(), frame,
                                 ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(place)});
  Value value = LLVM::LoadOp::create(b, loc(), b.getI64Type(), at, 8);
  if (prologue)
    loadedWords_[place] = value;
  return value;
}

Value Codegen::placeTiles(ir::NestOp nest) {
  Value bytes = i64(0);
  int64_t panels = static_cast<int64_t>(nest.getPanels());
  panelTiles_.clear();
  nest.walk([&](Operation *tile) {
    if (!isa<ir::TileOp, ir::AccumulatorOp>(tile))
      return;
    Type element = cast<ir::ArrayType>(tile->getResult(0).getType()).getElement();
    unsigned lanes = static_cast<unsigned>(nest.getLanes());
    for (auto loop = tile->getParentOfType<ir::LoopOp>(); loop; loop = loop->getParentOfType<ir::LoopOp>())
      lanes = std::max(lanes, static_cast<unsigned>(loop.getLanes()));
    Value memory = scratch ? this->element(scratch, b.getI8Type(), bytes) : Value();
    Value array = tile->getResult(0);
    Value count = arith::MulIOp::create(b, loc(), elements(array), i64(std::max(lanes, 1u)));
    bool sums = isa<ir::AccumulatorOp>(tile);
    if (sums)
      count = padded(count);
    if (scratch) {
      tiles_[array] = {memory, lanes > 0};
      if (sums)
        tables_[array] = {memory, count, ir::combinedBy(array)};
    }
    Value size = arith::MulIOp::create(b, loc(), count, i64(bytesOf(element) * (sums ? planesOf(array) : 1)));
    size = arith::AndIOp::create(b, loc(), arith::AddIOp::create(b, loc(), size, i64(63)), i64(-64));
    if (panels > 1 && tile->getParentOp() == nest) {
      panelTiles_.push_back({array, memory, size});
      size = arith::MulIOp::create(b, loc(), size, i64(panels));
    }
    bytes = arith::AddIOp::create(b, loc(), bytes, size);
  });
  if (target_.pairs == Pairs::tiles)
    nest.walk([&](ir::LoopOp loop) {
      if (!loop.getPairs())
        return;
      if (scratch)
        pairBlocks_[loop].memory = this->element(scratch, b.getI8Type(), bytes);
      Value size = i64(loop.getNumResults() * tileRows * static_cast<int64_t>(nest.getLanes()) * bytesOf(b.getF32Type()));
      bytes = arith::AddIOp::create(b, loc(), bytes, size);
    });
  if (panels > 1) {
    if (scratch)
      slots_ = this->element(scratch, b.getI8Type(), bytes);
    int64_t size = slotsOf(nest) * panels * 8 * static_cast<int64_t>(nest.getLanes());
    bytes = arith::AddIOp::create(b, loc(), bytes, i64(size));
  }
  return bytes;
}

void Codegen::selectPanel(Value panel) {
  for (const PanelTile &own : panelTiles_) {
    Value offset = arith::MulIOp::create(b, loc(), panel, own.bytes);
    tiles_[own.tile].pointer = element(own.first, b.getI8Type(), offset);
    if (auto sums = tables_.find(own.tile); sums != tables_.end())
      sums->second.pointer = tiles_[own.tile].pointer;
  }
}

Value Codegen::pointer(Value array) {
  if (auto tile = tiles_.find(array); tile != tiles_.end())
    return tile->second.pointer;
  auto argument = dyn_cast<BlockArgument>(array);
  int64_t position = argument ? layout_.arguments[argument.getArgNumber()] : words_.lookup(array);
  return LLVM::IntToPtrOp::create(b, loc(), pointerType(b), word(position));
}

/// The stride of a dimension in elements; null: 1.
Value Codegen::stride(Value array, unsigned dimension) {
  if (Operation *made = array.getDefiningOp()) { // an allocation or a tile: row-major
    Value stride;
    for (Value size : made->getOperands().drop_front(dimension + 1))
      stride = stride ? Value(arith::MulIOp::create(b, loc(), stride, scalar(size))) : scalar(size);
    return stride;
  }
  auto argument = cast<BlockArgument>(array);
  unsigned rank = cast<ir::ArrayType>(array.getType()).getRank();
  bool output = argument.getArgNumber() >= plan_.getInputs();
  if (dimension + 1 == rank && (output || target_.contiguous))
    return {};
  if (auto lists = plan_->getAttrOfType<ArrayAttr>(ir::knownSizesAttribute); lists && !output && target_.contiguous) {
    auto sizes = cast<DenseI64ArrayAttr>(lists[argument.getArgNumber()]).asArrayRef().drop_front(dimension + 1);
    if (!llvm::is_contained(sizes, -1))
      return i64(std::accumulate(sizes.begin(), sizes.end(), int64_t(1), std::multiplies<>()));
  }
  return word(layout_.arguments[argument.getArgNumber()] + 1 + rank + dimension);
}

Value Codegen::convertLoaded(Value value, Type stored, Type result) {
  if (stored == result && !stored.isInteger(1)) // a boolean is a byte in memory
    return value;
  auto wide = dyn_cast<VectorType>(value.getType());
  auto shaped = [&](Type element) {
    return wide ? Type(VectorType::get(wide.getShape(), element)) : element;
  };
  Type type = shaped(result);
  if (stored.isBF16()) {
    Value bits = arith::ExtUIOp::create(b, loc(), shaped(b.getI32Type()), value);
    bits = arith::ShLIOp::create(b, loc(), bits, number(bits.getType(), 16));
    value = arith::BitcastOp::create(b, loc(), shaped(b.getF32Type()), bits);
    return result.isF32() ? value : Value(arith::ExtFOp::create(b, loc(), type, value));
  }
  if (stored.isInteger(1))
    return arith::CmpIOp::create(b, loc(), arith::CmpIPredicate::ne, value, number(value.getType(), 0));
  if (isa<IntegerType>(stored))
    return arith::ExtSIOp::create(b, loc(), type, value);
  if (stored.getIntOrFloatBitWidth() > result.getIntOrFloatBitWidth())
    return arith::TruncFOp::create(b, loc(), type, value);
  return arith::ExtFOp::create(b, loc(), type, value);
}

/// value = rest + constant: what iterations side by side have of an index.
static std::pair<Value, int64_t> splitConstant(Value value) {
  APInt constant;
  auto sum = value.getDefiningOp<arith::AddIOp>();
  if (sum && matchPattern(sum.getRhs(), m_ConstantInt(&constant)))
    return {sum.getLhs(), constant.getSExtValue()};
  return {value, 0};
}

/// Rounded to the type of an array's elements, as they lie in memory. To bf16 by integers: the processor's instruction makes subnormal
/// numbers 0.
Value Codegen::convertStored(Value value, Type stored) {
  auto wide = dyn_cast<VectorType>(value.getType());
  auto shaped = [&](Type element) { return wide ? Type(VectorType::get(wide.getShape(), element)) : element; };
  Type type = getElementTypeOrSelf(value.getType());
  if (stored.isInteger(1))
    return arith::ExtUIOp::create(b, loc(), shaped(inMemory(stored)), value);
  if (isa<IntegerType>(stored))
    return type == stored ? value : Value(arith::TruncIOp::create(b, loc(), shaped(stored), value));
  Type rounded = stored.isBF16() ? b.getF32Type() : stored;
  if (type.getIntOrFloatBitWidth() > rounded.getIntOrFloatBitWidth())
    value = arith::TruncFOp::create(b, loc(), shaped(rounded), value);
  else if (type != rounded)
    value = arith::ExtFOp::create(b, loc(), shaped(rounded), value);
  if (!stored.isBF16())
    return value;
  Type word = shaped(b.getI32Type());
  Value bits = arith::BitcastOp::create(b, loc(), word, value);
  Value odd = arith::AndIOp::create(b, loc(), arith::ShRUIOp::create(b, loc(), bits, number(word, 16)), number(word, 1));
  Value nearest = arith::AddIOp::create(b, loc(), arith::AddIOp::create(b, loc(), bits, odd), number(word, 0x7fff));
  Value quiet = arith::OrIOp::create(b, loc(), bits, number(word, 1 << 22));
  bits = arith::SelectOp::create(b, loc(), cmp(arith::CmpFPredicate::UNO, value, value), quiet, nearest);
  return arith::TruncIOp::create(b, loc(), shaped(inMemory(stored)), arith::ShRUIOp::create(b, loc(), bits, number(word, 16)));
}

Value Codegen::load(Value array, ArrayRef<Lane> subscripts, Lane guard, Type result, Lane &made) {
  Type stored = cast<ir::ArrayType>(array.getType()).getElement(), type = inMemory(stored);
  Value memory = pointer(array);
  const bool wideTile = tiles_.lookup(array).wide;
  const int64_t unit = wideTile ? width : 1;
  // A constant part is left to the instruction where the stride is known. Elsewhere each iteration has its pointer: a pointer shared with
  // a second one for the index would take an instruction more.
  int64_t displacement = 0;
  auto at = [&](Value offset) {
    Value address = element(memory, type, offset);
    return displacement ? element(address, type, i64(displacement)) : address;
  };
  Value base = i64(0), varying;
  Value step; // of lanes, when only linear subscripts vary
  bool inOrder = true, anyLinear = false;
  for (auto [dimension, lane] : llvm::enumerate(subscripts)) {
    Value stride = this->stride(array, static_cast<unsigned>(dimension));
    auto scaled = [&](Value value) {
      if (!stride)
        return value;
      Value factor =
          isa<VectorType>(value.getType()) ? vector({Lane::uniform, stride}, b.getI64Type()) : stride;
      return Value(arith::MulIOp::create(b, loc(), value, factor));
    };
    if (lane.kind == Lane::varying) {
      Value part = scaled(lane.value);
      varying = varying ? Value(arith::AddIOp::create(b, loc(), varying, part)) : part;
      continue;
    }
    APInt known(64, 1);
    auto [value, constant] = !stride || matchPattern(stride, m_ConstantInt(&known)) ? splitConstant(lane.value)
                                                                                    : std::pair(lane.value, int64_t(0));
    base = arith::AddIOp::create(b, loc(), base, scaled(value));
    displacement += constant * known.getSExtValue() * unit;
    if (lane.kind == Lane::linear) {
      inOrder &= !stride && lane.stride == 1 && !anyLinear;
      anyLinear = true;
      Value part =
          stride ? Value(arith::MulIOp::create(b, loc(), i64(lane.stride), stride)) : i64(lane.stride);
      step = step ? Value(arith::AddIOp::create(b, loc(), step, part)) : part;
    }
  }
  if (inPairs(array)) {
    made.kind = Lane::varying;
    Value loaded = loadOfPair(array, arith::AddIOp::create(b, loc(), base, i64(displacement / unit)));
    return result.isF32() ? loaded : Value(arith::ExtFOp::create(b, loc(), widened(result), loaded));
  }
  if (wideTile) {
    made.kind = Lane::varying;
    Value address = at(arith::MulIOp::create(b, loc(), base, i64(width)));
    Value loaded = LLVM::LoadOp::create(b, loc(), VectorType::get({width}, type), address, bytesOf(type) * width);
    return convertLoaded(loaded, stored, result);
  }
  bool guarded = guard.value != nullptr;
  if (!varying && !anyLinear && (!guarded || guard.kind == Lane::uniform)) {
    made.kind = Lane::uniform;
    auto read = [&](OpBuilder &builder) {
      return LLVM::LoadOp::create(builder, loc(), type, at(base), bytesOf(type));
    };
    if (!guarded)
      return convertLoaded(read(b), stored, result);
    auto branch = scf::IfOp::create(b, loc(), TypeRange{type}, guard.value, true);
    {
      OpBuilder::InsertionGuard saved(b);
      b.setInsertionPointToStart(&branch.getThenRegion().front());
      Value value = read(b);
      scf::YieldOp::create(b, loc(), value);
      b.setInsertionPointToStart(&branch.getElseRegion().front());
      Value zero = number(type, 0);
      scf::YieldOp::create(b, loc(), zero);
    }
    return convertLoaded(branch.getResult(0), stored, result);
  }
  made.kind = Lane::varying;
  auto wide = VectorType::get({width}, type);
  Value active = both(mask, guarded ? vector(guard, b.getI1Type()) : Value());
  if (!varying && anyLinear && inOrder) {
    Value address = at(base);
    Value loaded = active ? Value(LLVM::MaskedLoadOp::create(b, loc(), wide, address, active, number(wide, 0),
                                                             b.getI32IntegerAttr(bytesOf(type))))
                          : Value(LLVM::LoadOp::create(b, loc(), wide, address, bytesOf(type)));
    return convertLoaded(loaded, stored, result);
  }
  Value offsets = vector({Lane::uniform, base}, b.getI64Type());
  if (displacement)
    memory = element(memory, type, i64(displacement));
  if (anyLinear) {
    Value lanes = vector({Lane::linear, i64(0), 1}, b.getI64Type());
    Value scaled = arith::MulIOp::create(b, loc(), lanes, vector({Lane::uniform, step}, b.getI64Type()));
    offsets = arith::AddIOp::create(b, loc(), offsets, scaled);
  }
  if (varying)
    offsets = arith::AddIOp::create(b, loc(), offsets, varying);
  Value pointers = LLVM::GEPOp::create(b, loc(), VectorType::get({width}, pointerType(b)), type, memory,
                                       ValueRange{offsets});
  Value loaded = LLVM::masked_gather::create(b, loc(), wide, pointers, active ? active : i1(true, true),
                                             ValueRange{number(wide, 0)}, b.getI32IntegerAttr(bytesOf(type)));
  return convertLoaded(loaded, stored, result);
}

Lane Codegen::read(ir::ReadOp op) {
  if (op.getArray().getDefiningOp<ir::AccumulatorOp>())
    return accumulated(op);
  SmallVector<Lane> subscripts;
  for (Value subscript : op.getSubscripts())
    subscripts.push_back(lane(subscript));
  Lane made, guard = op.getGuard() ? lane(op.getGuard()) : Lane();
  made.value = load(op.getArray(), subscripts, guard, op.getType(), made);
  return made;
}

void Codegen::store(Value array, ArrayRef<Lane> subscripts, Lane value, bool streamed) {
  Type stored = cast<ir::ArrayType>(array.getType()).getElement(), type = inMemory(stored);
  bool lanes = llvm::any_of(subscripts, [](const Lane &lane) { return lane.kind != Lane::uniform; });
  Type from = getElementTypeOrSelf(value.value.getType());
  Value offset = i64(0), memory = pointer(array);
  if (!lanes) {
    for (auto [dimension, lane] : llvm::enumerate(subscripts)) {
      Value stride = this->stride(array, static_cast<unsigned>(dimension));
      Value part = stride ? Value(arith::MulIOp::create(b, loc(), lane.value, stride)) : lane.value;
      offset = arith::AddIOp::create(b, loc(), offset, part);
    }
    if (inPairs(array))
      return storeOfPair(vector(value, from), array, offset);
    if (tiles_.lookup(array).wide) {
      Value at = element(memory, type, arith::MulIOp::create(b, loc(), offset, i64(width)));
      LLVM::StoreOp::create(b, loc(), convertStored(vector(value, from), stored), at, bytesOf(type) * width);
      return;
    }
    LLVM::StoreOp::create(b, loc(), convertStored(value.value, stored), element(memory, type, offset), bytesOf(type));
    return;
  }
  Value data = convertStored(vector(value, from), stored);
  bool inOrder = !stride(array, static_cast<unsigned>(subscripts.size()) - 1) &&
                 subscripts.back().kind == Lane::linear && subscripts.back().stride == 1;
  for (const Lane &lane : subscripts.drop_back())
    inOrder &= lane.kind == Lane::uniform;
  Value offsets;
  for (auto [dimension, lane] : llvm::enumerate(subscripts)) {
    Value stride = this->stride(array, static_cast<unsigned>(dimension));
    if (inOrder) {
      Value part = stride ? Value(arith::MulIOp::create(b, loc(), lane.value, stride)) : lane.value;
      offset = arith::AddIOp::create(b, loc(), offset, part);
      continue;
    }
    Value part = vector(lane, b.getI64Type());
    if (stride)
      part = arith::MulIOp::create(b, loc(), part, vector({Lane::uniform, stride}, b.getI64Type()));
    offsets = offsets ? Value(arith::AddIOp::create(b, loc(), offsets, part)) : part;
  }
  if (inOrder) {
    Value at = element(memory, type, offset);
    if (mask)
      LLVM::MaskedStoreOp::create(b, loc(), data, at, mask, b.getI32IntegerAttr(bytesOf(type)));
    else
      LLVM::StoreOp::create(b, loc(), data, at, bytesOf(type) * (streamed ? width : 1), /*isVolatile=*/false, streamed);
    return;
  }
  Value pointers = LLVM::GEPOp::create(b, loc(), VectorType::get({width}, pointerType(b)), type, memory,
                                       ValueRange{offsets});
  LLVM::masked_scatter::create(b, loc(), data, pointers, mask ? mask : i1(true, true),
                               b.getI32IntegerAttr(bytesOf(type)));
}

/// The value of an accumulator's element.
Lane Codegen::accumulated(ir::ReadOp op) {
  Value array = op.getArray();
  Type element = op.getType();
  const Table table = tables_.find(array)->second;
  SmallVector<Lane> subscripts;
  for (Value subscript : op.getSubscripts())
    subscripts.push_back(lane(subscript));
  Lane made;
  SmallVector<Value> parts;
  for (int64_t part = 0; part < planesOf(array); ++part) {
    tiles_[array].pointer = partAt(table, element, i64(0), static_cast<size_t>(part));
    parts.push_back(load(array, subscripts, Lane(), element, made));
  }
  tiles_[array].pointer = table.pointer;
  if (table.kind == dsl::Reduction::sum) {
    made.value = isa<FloatType>(element) ? closed(parts[0], parts[1]) : parts[0];
    return made;
  }
  Running running = begin(table.kind, element, isa<VectorType>(parts[0].getType()));
  for (auto [part, value] : llvm::zip_equal(running.kept(), parts))
    *part = value;
  made.value = finish(running, false);
  return made;
}

} // namespace mercer::lowering
