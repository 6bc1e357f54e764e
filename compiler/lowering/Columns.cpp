// Reads and writes of several columns of the rows that the lanes stand for: each lane's part of its row is
// loaded or stored as a whole, and the block is transposed in registers. Element by element that would be a
// gather or scatter for each column.
#include "compiler/lowering/Lanes.h"

#include "llvm/ADT/bit.h"

using namespace mlir;

namespace mercer::lowering {

/// As many columns as a block is worth: without AVX-512 its alternative for a store is an instruction a lane.
static size_t fewestColumns(const Target &target) { return target.avx512 ? 4 : 2; }

static OperandRange subscriptsOf(Operation *op) {
  auto read = dyn_cast<ir::ReadOp>(op);
  return read ? read.getSubscripts() : cast<ir::StoreOp>(op).getSubscripts();
}

static int64_t columnOf(Operation *op) { return *ir::integerConstant(subscriptsOf(op).back()); }

/// The array whose rows an op reads or writes in lanes, at a constant column; null: it does not.
Value Codegen::rowsOf(Operation &op) {
  auto read = dyn_cast<ir::ReadOp>(op);
  auto store = dyn_cast<ir::StoreOp>(op);
  if (read ? read.getGuard() != nullptr : !store)
    return {};
  auto array = dyn_cast<BlockArgument>(read ? read.getArray() : store.getArray());
  if (!array || (array.getArgNumber() < plan_.getInputs()) != bool(read))
    return {};
  auto type = cast<ir::ArrayType>(array.getType());
  OperandRange subscripts = subscriptsOf(&op);
  Type value = read ? read.getType() : store.getValue().getType();
  if (type.getRank() < 2 || value != type.getElement() || !isa<Float32Type, Float64Type>(value) ||
      stride(array, type.getRank() - 1) || ir::integerConstant(subscripts.back()).value_or(-1) < 0)
    return {};
  unsigned inLanes = 0;
  for (Value subscript : subscripts.drop_back()) {
    Operation *source = subscript.getDefiningOp();
    if (source && source->getBlock() == op.getBlock()) // not known yet
      return {};
    Lane lane = this->lane(subscript);
    if (lane.kind == Lane::varying || (lane.kind == Lane::linear && lane.stride != 1))
      return {};
    inLanes += lane.kind == Lane::linear;
  }
  return inLanes == 1 ? Value(array) : Value();
}

void Codegen::findColumns(Block &block) {
  SmallVector<Columns> rows; // all columns of one array's rows
  for (Operation &op : block) {
    Value array = rowsOf(op);
    if (!array)
      continue;
    auto *same = llvm::find_if(rows, [&](const Columns &columns) {
      return columns.array == array &&
             subscriptsOf(columns.ops[0]).drop_back() == subscriptsOf(&op).drop_back();
    });
    if (same == rows.end())
      same = &rows.emplace_back(Columns{array, {}, 0, 0});
    same->ops.push_back(&op);
  }
  for (Columns &all : rows) {
    // Stores wait for the last one, so that there must be no others.
    bool stores = isa<ir::StoreOp>(all.ops[0]);
    if (stores && static_cast<size_t>(range_size(all.array.getUsers())) != all.ops.size())
      continue;
    auto [least, most] = std::ranges::minmax(all.ops, {}, columnOf);
    int64_t first = columnOf(least), span = columnOf(most) + 1 - first;
    // Without AVX-512 a masked store takes some processors a dozen cycles: whole vectors and powers of two then.
    const int64_t even = llvm::divideCeil(span, llvm::divideCeil(span, width));
    auto lengthOf = [&](int64_t rest) {
      return target_.avx512 ? std::min(even, rest) : std::min<int64_t>(width, llvm::bit_floor(static_cast<uint64_t>(rest)));
    };
    for (int64_t begin = first, length = 0; begin < first + span; begin += length) {
      length = lengthOf(first + span - begin);
      Columns part{all.array, {}, begin, length};
      llvm::copy_if(all.ops, std::back_inserter(part.ops),
                    [&](Operation *op) { return columnOf(op) >= begin && columnOf(op) < begin + length; });
      DenseSet<int64_t> columns;
      for (Operation *op : part.ops)
        columns.insert(columnOf(op));
      bool dense = columns.size() >= fewestColumns(target_) && static_cast<int64_t>(2 * columns.size()) > part.count;
      if (!dense || (stores && columns.size() < part.ops.size()))
        continue;
      for (Operation *op : part.ops)
        columns_[op] = part;
    }
  }
}

bool Codegen::inColumns(Operation &op) {
  auto found = columns_.find(&op);
  if (found == columns_.end())
    return false;
  const Columns columns = found->second;
  bool reads = isa<ir::ReadOp>(op);
  if (&op != (reads ? columns.ops.front() : columns.ops.back()))
    return true; // read with the first, stored with the last
  auto singly = [&] {
    SmallVector<Value> values;
    for (Operation *each : columns.ops) {
      columns_.erase(each);
      one(*each, [](ir::AccumulateOp) {});
      columns_[each] = columns;
      if (reads)
        values.push_back(lane(each->getResult(0)).value);
    }
    return values;
  };
  auto together = [&](Value rows = {}) {
    return reads ? loadColumns(columns) : (storeColumns(columns, rows), SmallVector<Value>());
  };
  SmallVector<Value> values;
  if (!mask) {
    values = together();
  } else if (!reads && !target_.avx512) {
    together(lanesIn(mask)); // one by one each lane would be a branch for each column
  } else if (op.getBlock()->getOps<ir::LoopOp>().empty()) {
    values = singly(); // in a tail
  } else {
    Value all = vector::ReductionOp::create(b, loc(), vector::CombiningKind::AND, mask);
    SmallVector<Type> types;
    for (Operation *each : columns.ops)
      if (reads)
        types.push_back(widened(each->getResult(0).getType()));
    auto branch = scf::IfOp::create(b, loc(), types, all, /*withElseRegion=*/true);
    OpBuilder::InsertionGuard saved(b);
    for (Region *version : {&branch.getThenRegion(), &branch.getElseRegion()}) {
      if (!reads)
        version->front().getTerminator()->erase();
      b.setInsertionPointToEnd(&version->front());
      SmallVector<Value> yielded = version == &branch.getThenRegion() ? together() : singly();
      scf::YieldOp::create(b, loc(), yielded);
    }
    llvm::append_range(values, branch.getResults());
  }
  for (auto [each, value] : llvm::zip(columns.ops, values))
    define(each->getResult(0), {Lane::varying, value});
  return true;
}

std::pair<Value, Value> Codegen::firstRow(const Columns &columns) {
  Value offset = i64(columns.first), apart;
  for (auto [dimension, subscript] : llvm::enumerate(subscriptsOf(columns.ops[0]).drop_back())) {
    Lane lane = this->lane(subscript);
    Value stride = this->stride(columns.array, static_cast<unsigned>(dimension));
    offset = arith::AddIOp::create(b, loc(), offset, arith::MulIOp::create(b, loc(), lane.value, stride));
    if (lane.kind == Lane::linear)
      apart = stride;
  }
  Type type = cast<ir::ArrayType>(columns.array.getType()).getElement();
  return {element(pointer(columns.array), type, offset), apart};
}

static Value lanesOf(OpBuilder &b, Location loc, ArrayRef<bool> lanes) {
  auto type = VectorType::get({static_cast<int64_t>(lanes.size())}, b.getI1Type());
  return arith::ConstantOp::create(b, loc, DenseElementsAttr::get(type, lanes));
}

SmallVector<Value> Codegen::loadColumns(const Columns &columns) {
  Type type = cast<ir::ArrayType>(columns.array.getType()).getElement();
  auto places = static_cast<int64_t>(llvm::bit_ceil(static_cast<uint64_t>(columns.count)));
  auto [at, apart] = firstRow(columns);
  SmallVector<bool> present(places, false);
  std::fill_n(present.begin(), columns.count, true);
  SmallVector<Value> block = loadRows(type, places, at, apart, columns.count == places ? Value() : lanesOf(b, loc(), present));
  return llvm::map_to_vector(columns.ops, [&](Operation *op) { return block[columnOf(op) - columns.first]; });
}

SmallVector<Value> Codegen::loadRows(Type type, int64_t places, Value at, Value apart, Value present, Value last) {
  auto part = VectorType::get({places}, type);
  Value first = at;
  SmallVector<Value> block;
  for (int64_t row = 0; row < width; ++row) {
    if (last)
      at = element(first, type, arith::MulIOp::create(b, loc(), arith::MinSIOp::create(b, loc(), i64(row), last), apart));
    block.push_back(present ? Value(LLVM::MaskedLoadOp::create(b, loc(), part, at, present, number(part, 0),
                                                              b.getI32IntegerAttr(bytesOf(type))))
                            : Value(LLVM::LoadOp::create(b, loc(), part, at, bytesOf(type))));
    if (!last && row + 1 < width)
      at = element(at, type, apart);
  }
  // Whole vectors, of several rows each.
  for (int64_t length = places; length < width; length *= 2) {
    SmallVector<int64_t> both(2 * length);
    std::iota(both.begin(), both.end(), 0);
    SmallVector<Value> joined;
    for (size_t n = 0; n < block.size(); n += 2)
      joined.push_back(vector::ShuffleOp::create(b, loc(), block[n], block[n + 1], both));
    block = std::move(joined);
  }
  // Places of elements are numbers of log2(width) bits for the row, then log2(places) for the column. A step
  // moves the last bit to the front.
  SmallVector<int64_t> even, odd;
  for (int64_t n = 0; n < width; ++n) {
    even.push_back(2 * n);
    odd.push_back(2 * n + 1);
  }
  for (int64_t step = 1; step < places; step *= 2) {
    SmallVector<Value> next;
    for (ArrayRef<int64_t> half : {ArrayRef(even), ArrayRef(odd)})
      for (size_t n = 0; n < block.size(); n += 2)
        next.push_back(vector::ShuffleOp::create(b, loc(), block[n], block[n + 1], half));
    block = std::move(next);
  }
  return block;
}

void Codegen::storeColumns(const Columns &columns, Value rows) {
  Type type = cast<ir::ArrayType>(columns.array.getType()).getElement();
  auto places = static_cast<int64_t>(llvm::bit_ceil(static_cast<uint64_t>(columns.count)));
  SmallVector<Value> block(places, LLVM::PoisonOp::create(b, loc(), widened(type)));
  SmallVector<bool> present(places, false);
  for (Operation *op : columns.ops) {
    int64_t column = columnOf(op) - columns.first;
    block[column] = vector(lane(cast<ir::StoreOp>(op).getValue()), type);
    present[column] = true;
  }
  auto [at, apart] = firstRow(columns);
  storeRows(std::move(block), type, at, apart,
            columns.ops.size() == present.size() ? Value() : lanesOf(b, loc(), present), rows);
}

} // namespace mercer::lowering
