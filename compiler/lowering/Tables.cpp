// Sums into the elements of an array of the plan, whatever the subscripts: each chunk of the nest adds into a table
// of its own, the tables are added in the order of the chunks. Accumulators are tables in scratch memory.
//
// A table has a plane of sums and, of real numbers, one of what their roundings have lost. Planes are padded, so that
// there is an element that nobody reads: what must not count goes there.
#include "compiler/lowering/Lanes.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace mercer::lowering {

/// Elements that are cleared and combined at once.
static constexpr int64_t padding = 16;

int64_t planesOf(Type element) { return isa<FloatType>(element) ? 2 : 1; }

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

Value Codegen::elements(Value array) {
  auto argument = dyn_cast<BlockArgument>(array);
  Value count = i64(1);
  for (unsigned n = 0; n < cast<ir::ArrayType>(array.getType()).getRank(); ++n) {
    Value size = argument ? word(layout_.arguments[argument.getArgNumber()] + 1 + n)
                          : scalar(array.getDefiningOp()->getOperand(n));
    count = arith::MulIOp::create(b, loc(), count, arith::MaxSIOp::create(b, loc(), size, i64(0)));
  }
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
  return arith::MulIOp::create(b, loc(), planeOf(array), i64(planesOf(element) * bytesOf(element)));
}

void Codegen::openTable(Value array, Value memory, Value chunk) {
  Type element = elementOf(array);
  Value plane = planeOf(array);
  Value size = arith::MulIOp::create(b, loc(), plane, i64(planesOf(element)));
  Value own = this->element(memory, element, arith::MulIOp::create(b, loc(), chunk, size));
  tables_[array] = {own, plane};
  clear(array);
}

void Codegen::clear(Value array) {
  Type element = elementOf(array);
  const Table &table = tables_.find(array)->second;
  Value size = arith::MulIOp::create(b, loc(), table.plane, i64(planesOf(element)));
  Value nothing = number(VectorType::get({padding}, element), 0);
  carry({}, i64(0), size, i64(padding), [&](Value position) {
    LLVM::StoreOp::create(b, loc(), nothing, this->element(table.pointer, element, position), bytesOf(element));
  });
}

void Codegen::addInMemory(Value sum, Value losses, Value term, Value lost, Value active) {
  Type type = term.getType(), scalar = getElementTypeOrSelf(type);
  auto load = [&](Value from) -> Value {
    if (active)
      return LLVM::MaskedLoadOp::create(b, loc(), type, from, active, number(type, 0),
                                        b.getI32IntegerAttr(bytesOf(scalar)));
    return LLVM::LoadOp::create(b, loc(), type, from, bytesOf(scalar));
  };
  auto save = [&](Value value, Value to) {
    if (active)
      LLVM::MaskedStoreOp::create(b, loc(), value, to, active, b.getI32IntegerAttr(bytesOf(scalar)));
    else
      LLVM::StoreOp::create(b, loc(), value, to, bytesOf(scalar));
  };
  if (!isa<FloatType>(scalar))
    return save(arith::AddIOp::create(b, loc(), load(sum), term), sum);
  auto [total, error] = addExactly(load(sum), term);
  if (lost)
    error = arith::AddFOp::create(b, loc(), error, lost);
  save(total, sum);
  save(arith::AddFOp::create(b, loc(), load(losses), error), losses);
}

void Codegen::addAt(const Table &table, Value position, Value term, Value lost, Value active) {
  Type scalar = getElementTypeOrSelf(term.getType());
  Value sum = element(table.pointer, scalar, position), losses;
  if (isa<FloatType>(scalar)) // others have no second plane
    losses = element(table.pointer, scalar, arith::AddIOp::create(b, loc(), position, table.plane));
  addInMemory(sum, losses, term, lost, active);
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
    return addAt(table, position, value.value);
  Value terms = vector(value, element);
  if (tiles_.lookup(array).wide) { // a sum for each lane
    if (where.value)
      terms = arith::SelectOp::create(b, loc(), vector(where, b.getI1Type()), terms, number(terms.getType(), 0));
    return addAt(table, arith::MulIOp::create(b, loc(), position, i64(width)), terms);
  }
  Value active = both(mask, where.value ? vector(where, b.getI1Type()) : Value());
  if (inOrder)
    return addAt(table, position, terms, {}, active);
  if (alike) { // all lanes into one element
    Value nothing = number(terms.getType(), 0);
    if (active)
      terms = arith::SelectOp::create(b, loc(), active, terms, nothing);
    if (!isa<FloatType>(element))
      return addAt(table, position, vector::ReductionOp::create(b, loc(), vector::CombiningKind::ADD, terms));
    auto [total, lost] = addLanes(terms, nothing);
    return addAt(table, position, total, lost);
  }
  // Two lanes may mean the same element: one after the other.
  if (active) {
    Value nowhere = arith::SubIOp::create(b, loc(), table.plane, i64(1));
    position = arith::SelectOp::create(b, loc(), active, position,
                                       vector({Lane::uniform, nowhere}, b.getI64Type()));
  }
  for (int64_t n = 0; n < width; ++n)
    addAt(table, vector::ExtractOp::create(b, loc(), position, ArrayRef<int64_t>{n}),
          vector::ExtractOp::create(b, loc(), terms, ArrayRef<int64_t>{n}));
}

void Codegen::combineTables(Value array, Value memory, Value count, Value begin, Value end) {
  Type element = elementOf(array);
  bool real = isa<FloatType>(element);
  width = 64 / bytesOf(element);
  Type type = widened(element);
  Value plane = planeOf(array), planes = i64(planesOf(element)), to = pointer(array);
  carry({}, begin, end, i64(width), [&](Value position) {
    auto load = [&](Value chunk, int64_t part) -> Value {
      Value skipped = arith::AddIOp::create(b, loc(), arith::MulIOp::create(b, loc(), chunk, planes), i64(part));
      Value at = arith::AddIOp::create(b, loc(), arith::MulIOp::create(b, loc(), skipped, plane), position);
      return LLVM::LoadOp::create(b, loc(), type, this->element(memory, element, at), bytesOf(element));
    };
    Running sums{.kind = dsl::Reduction::sum, .type = element};
    sums.state.assign(static_cast<size_t>(planesOf(element)), number(type, 0));
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
    Value sum = real ? closed(sums.state[0], sums.state[1]) : sums.state[0];
    LLVM::MaskedStoreOp::create(b, loc(), sum, this->element(to, element, position), tailMask(position, end),
                                b.getI32IntegerAttr(bytesOf(element)));
  });
  width = 0;
}

} // namespace mercer::lowering
