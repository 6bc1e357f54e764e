// Reductions into the elements of an array of the plan, whatever the subscripts: each chunk of the nest combines into a table
// of its own, the tables are combined in the order of the chunks. Accumulators are tables in scratch memory.
//
// A table has a plane for each part of a running state (`Running::kept`): of sums, and of what their roundings have lost; of references,
// sums and losses of log-sum-exps. Planes are padded, so that there is an element that nobody reads: what must not count goes there.
#include "compiler/lowering/Lanes.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace mercer::lowering {

using dsl::Reduction;

/// Elements that are cleared and combined at once.
static constexpr int64_t padding = 16;

static Type elementOf(Value array) { return cast<ir::ArrayType>(array.getType()).getElement(); }

bool isTotal(ir::AccumulateOp op) {
  return op.getSubscripts().empty() && !op.getArray().getDefiningOp<ir::AccumulatorOp>();
}

llvm::SetVector<Value> tablesOf(ir::NestOp nest) {
  llvm::SetVector<Value> arrays;
  nest.walk([&](ir::AccumulateOp op) {
    if (!op.getArray().getDefiningOp<ir::AccumulatorOp>() && !isTotal(op))
      arrays.insert(op.getArray());
  });
  return arrays;
}

Value Codegen::extent(Value array, unsigned dimension) {
  auto argument = dyn_cast<BlockArgument>(array);
  Value size = argument ? word(layout_.arguments[argument.getArgNumber()] + 1 + dimension)
                        : scalar(array.getDefiningOp()->getOperand(dimension));
  return arith::MaxSIOp::create(b, loc(), size, i64(0));
}

Value Codegen::elements(Value array) {
  Value count = i64(1);
  for (unsigned n = 0; n < cast<ir::ArrayType>(array.getType()).getRank(); ++n)
    count = arith::MulIOp::create(b, loc(), count, extent(array, n));
  return count;
}

Value Codegen::bytes(Value array) {
  return arith::MulIOp::create(b, loc(), elements(array), i64(bytesOf(elementOf(array))));
}

/// Elements of a plane: at least one more than the array has.
Value Codegen::planeOf(Value array) {
  return padded(arith::AddIOp::create(b, loc(), elements(array), i64(1)));
}

Value Codegen::padded(Value elements) {
  Value more = arith::AddIOp::create(b, loc(), elements, i64(padding - 1));
  return arith::AndIOp::create(b, loc(), more, i64(-padding));
}

Value Codegen::tableBytes(Value array) {
  Type element = elementOf(array);
  return arith::MulIOp::create(b, loc(), planeOf(array), i64(planesOf(array) * bytesOf(element)));
}

void Codegen::openTable(Value array, Value memory, Value chunk) {
  Type element = elementOf(array);
  Value plane = planeOf(array);
  Value size = arith::MulIOp::create(b, loc(), plane, i64(planesOf(array)));
  Value own = this->element(memory, element, arith::MulIOp::create(b, loc(), chunk, size));
  tables_[array] = {own, plane, ir::combinedBy(array)};
  clear(array);
}

void Codegen::clear(Value array) {
  Type element = elementOf(array);
  const Table &table = tables_.find(array)->second;
  SmallVector<Value> empty;
  if (table.kind == Reduction::sum) {
    empty.assign(static_cast<size_t>(planesOf(array)), number(element, 0));
  } else {
    Running running = begin(table.kind, element, false);
    for (Value *part : running.kept())
      empty.push_back(*part);
  }
  for (auto [part, value] : llvm::enumerate(empty)) {
    Value nothing = vector::BroadcastOp::create(b, loc(), VectorType::get({padding}, element), value);
    carry({}, i64(0), table.plane, i64(padding), [&, part = part](Value position) {
      LLVM::StoreOp::create(b, loc(), nothing, partAt(table, element, position, part), bytesOf(element));
    });
  }
}

Value Codegen::loadActive(Type type, Value from, Value active) {
  unsigned bytes = bytesOf(getElementTypeOrSelf(type));
  if (active)
    return LLVM::MaskedLoadOp::create(b, loc(), type, from, active, number(type, 0), b.getI32IntegerAttr(static_cast<int32_t>(bytes)));
  return LLVM::LoadOp::create(b, loc(), type, from, bytes);
}

void Codegen::storeActive(Value value, Value to, Value active) {
  unsigned bytes = bytesOf(getElementTypeOrSelf(value.getType()));
  if (active)
    LLVM::MaskedStoreOp::create(b, loc(), value, to, active, b.getI32IntegerAttr(static_cast<int32_t>(bytes)));
  else
    LLVM::StoreOp::create(b, loc(), value, to, bytes);
}

void Codegen::addInMemory(Value sum, Value losses, Value term, Value lost, Value active) {
  Type type = term.getType();
  if (!isa<FloatType>(getElementTypeOrSelf(type)))
    return storeActive(arith::AddIOp::create(b, loc(), loadActive(type, sum, active), term), sum, active);
  auto [total, error] = addExactly(loadActive(type, sum, active), term);
  if (lost)
    error = arith::AddFOp::create(b, loc(), error, lost);
  storeActive(total, sum, active);
  storeActive(arith::AddFOp::create(b, loc(), loadActive(type, losses, active), error), losses, active);
}

/// Where a part of an element's state is.
Value Codegen::partAt(const Table &table, Type element, Value position, size_t part) {
  for (size_t n = 0; n < part; ++n)
    position = arith::AddIOp::create(b, loc(), position, table.plane);
  return this->element(table.pointer, element, position);
}

/// The state of an element, or of a vector of them; not of sums.
Running Codegen::loadState(const Table &table, Type type, Value position, Value active) {
  Type element = getElementTypeOrSelf(type);
  Running running = begin(table.kind, element, isa<VectorType>(type));
  for (auto [n, part] : llvm::enumerate(running.kept()))
    *part = loadActive(type, partAt(table, element, position, n), active);
  return running;
}

void Codegen::combineAt(const Table &table, Value position, Value term, Value lost, Value active) {
  Type type = term.getType(), element = getElementTypeOrSelf(type);
  if (table.kind == Reduction::sum) {
    Value losses;
    if (isa<FloatType>(element)) // others have no second plane
      losses = partAt(table, element, position, 1);
    return addInMemory(partAt(table, element, position, 0), losses, term, lost, active);
  }
  Running running = loadState(table, type, position, active);
  update(running, {isa<VectorType>(type) ? Lane::varying : Lane::uniform, term}, {}, {});
  endBlock(running);
  for (auto [n, part] : llvm::enumerate(running.kept()))
    storeActive(*part, partAt(table, element, position, n), active);
}

void Codegen::addToTable(ir::AccumulateOp op) {
  Lane where = op.getPredicate() ? lane(op.getPredicate()) : Lane();
  if (where.value && matchPattern(where.value, m_One()))
    where = {};
  SmallVector<Lane> subscripts;
  for (Value subscript : op.getSubscripts())
    subscripts.push_back(lane(subscript));
  Lane value = lane(op.getValue());
  if (!where.value || where.kind != Lane::uniform)
    return addTerms(op, subscripts, value, where);
  auto branch = scf::IfOp::create(b, loc(), where.value, false);
  OpBuilder::InsertionGuard saved(b);
  b.setInsertionPointToStart(&branch.getThenRegion().front());
  addTerms(op, subscripts, value, {});
}

void Codegen::addTerms(ir::AccumulateOp op, ArrayRef<Lane> subscripts, Lane value, Lane where) {
  Value array = op.getArray();
  Type element = elementOf(array);
  const Table &table = tables_.find(array)->second;
  bool alike = llvm::all_of(subscripts, [](const Lane &lane) { return lane.kind == Lane::uniform; });
  bool inOrder = subscripts.back().kind == Lane::linear && subscripts.back().stride == 1 &&
                 llvm::all_of(subscripts.drop_back(), [](const Lane &lane) { return lane.kind == Lane::uniform; });
  Value position;
  for (auto [dimension, lane] : llvm::enumerate(subscripts)) {
    Value stride = this->stride(array, static_cast<unsigned>(dimension));
    Value part = alike || inOrder ? lane.value : vector(lane, b.getI64Type());
    if (stride && !alike && !inOrder)
      stride = vector({Lane::uniform, stride}, b.getI64Type());
    if (stride)
      part = arith::MulIOp::create(b, loc(), part, stride);
    position = position ? Value(arith::AddIOp::create(b, loc(), position, part)) : part;
  }
  if (!width)
    return combineAt(table, position, value.value);
  Value terms = vector(value, element);
  if (tiles_.lookup(array).wide) { // an element for each lane
    Value counts = where.value ? vector(where, b.getI1Type()) : Value();
    return combineAt(table, arith::MulIOp::create(b, loc(), position, i64(width)), terms, {}, counts);
  }
  Value active = both(mask, where.value ? vector(where, b.getI1Type()) : Value());
  if (inOrder)
    return combineAt(table, position, terms, {}, active);
  if (alike && table.kind != Reduction::sum) { // all lanes into one element
    Running running = begin(table.kind, element, true);
    update(running, {Lane::varying, terms}, active ? Lane{Lane::varying, active} : Lane(), {});
    return combineAt(table, position, finish(running, true));
  }
  if (alike) {
    Value nothing = number(terms.getType(), 0);
    if (active)
      terms = arith::SelectOp::create(b, loc(), active, terms, nothing);
    if (!isa<FloatType>(element))
      return combineAt(table, position, vector::ReductionOp::create(b, loc(), vector::CombiningKind::ADD, terms));
    auto [total, lost] = addLanes(terms, nothing);
    return combineAt(table, position, total, lost);
  }
  // Two lanes may mean the same element: one after the other.
  if (active) {
    Value nowhere = arith::SubIOp::create(b, loc(), table.plane, i64(1));
    position = arith::SelectOp::create(b, loc(), active, position,
                                       vector({Lane::uniform, nowhere}, b.getI64Type()));
  }
  for (int64_t n = 0; n < width; ++n)
    combineAt(table, vector::ExtractOp::create(b, loc(), position, ArrayRef<int64_t>{n}),
              vector::ExtractOp::create(b, loc(), terms, ArrayRef<int64_t>{n}));
}

/// The sums of all chunks' tables, of which the first one is given, for a vector of elements.
Value Codegen::sumOfTables(const Table &first, Type element, Value count, Value position) {
  bool real = isa<FloatType>(element);
  Type type = widened(element);
  Value planes = i64(real ? 2 : 1);
  auto load = [&](Value chunk, int64_t part) -> Value {
    Value skipped = arith::AddIOp::create(b, loc(), arith::MulIOp::create(b, loc(), chunk, planes), i64(part));
    Value at = arith::AddIOp::create(b, loc(), arith::MulIOp::create(b, loc(), skipped, first.plane), position);
    return LLVM::LoadOp::create(b, loc(), type, this->element(first.pointer, element, at), bytesOf(element));
  };
  Running sums{.kind = Reduction::sum, .type = element};
  sums.state.assign(real ? 2 : 1, number(type, 0));
  carry(sums, i64(0), count, i64(1), [&](Value chunk) {
    if (!real) {
      sums.state[0] = arith::AddIOp::create(b, loc(), sums.state[0], load(chunk, 0));
      return;
    }
    auto [total, error] = addExactly(sums.state[0], load(chunk, 0));
    sums.state[0] = total;
    Value lost = arith::AddFOp::create(b, loc(), load(chunk, 1), error);
    sums.state[1] = arith::AddFOp::create(b, loc(), sums.state[1], lost);
  });
  return real ? closed(sums.state[0], sums.state[1]) : sums.state[0];
}

/// The same of other kinds: the values of the tables are the terms.
Value Codegen::combinedOfTables(const Table &first, Type element, Value count, Value position) {
  Running all = begin(first.kind, element, true);
  Value size = arith::MulIOp::create(b, loc(), first.plane, i64(static_cast<int64_t>(all.kept().size())));
  carry(all, i64(0), count, i64(1), [&](Value chunk) {
    Value at = arith::AddIOp::create(b, loc(), arith::MulIOp::create(b, loc(), chunk, size), position);
    Running one = loadState(first, widened(element), at);
    update(all, {Lane::varying, finish(one, false)}, {}, {});
    endBlock(all);
  });
  return finish(all, false);
}

void Codegen::combineTables(Value array, Value memory, Value count, Value begin, Value end) {
  Type element = elementOf(array);
  width = 64 / bytesOf(element);
  Table first{memory, planeOf(array), ir::combinedBy(array)};
  Value to = pointer(array);
  carry({}, begin, end, i64(width), [&](Value position) {
    Value value = first.kind == Reduction::sum ? sumOfTables(first, element, count, position)
                                               : combinedOfTables(first, element, count, position);
    LLVM::MaskedStoreOp::create(b, loc(), value, this->element(to, element, position), tailMask(position, end),
                                b.getI32IntegerAttr(bytesOf(element)));
  });
  width = 0;
}

} // namespace mercer::lowering
