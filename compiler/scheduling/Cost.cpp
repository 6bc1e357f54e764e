#include "compiler/scheduling/Cost.h"

using namespace mlir;

namespace mercer::scheduling {

//===- Extents ------------------------------------------------------------------------------------------===//

Cost::Cost(ir::PlanOp plan, const SizeOf &known, Symbols &symbols)
    : plan_(plan), known_(known), symbols_(symbols) {
  SmallVector<Operation *> bodies; // outer before inner
  plan.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<ir::NestOp, ir::LoopOp>(op))
      bodies.push_back(op);
  });
  for (Operation *op : bodies)
    ranges_[op->getRegion(0).getArgument(0)].symbol =
        symbols_.index(op->getAttrOfType<StringAttr>("name").getValue().str());
  for (Operation *op : bodies) {
    Range &range = ranges_[op->getRegion(0).getArgument(0)];
    if (auto nest = dyn_cast<ir::NestOp>(op)) {
      range.upper = amount(nest.getExtent());
    } else {
      auto loop = cast<ir::LoopOp>(op);
      range.lower = amount(loop.getLower());
      // What runs on occasion is expected not to, unless it says so.
      bool idle = ir::occasionOf(loop) && !loop->hasAttr(ir::expectedAttribute);
      range.upper = idle ? range.lower : amount(ir::wholeUpper(loop));
    }
    // How many values it has in all: from the least lower bound to the greatest upper one.
    Quantity least = range.lower, greatest = range.upper;
    for (Operation *outer = op->getParentOp(); isa<ir::NestOp, ir::LoopOp>(outer);
         outer = outer->getParentOp()) {
      const Range &around = ranges_[outer->getRegion(0).getArgument(0)];
      least = symbols_.least(least, around.symbol, around.lower, around.upper);
      greatest = symbols_.greatest(greatest, around.symbol, around.lower, around.upper);
    }
    range.count = greatest - least;
  }
}

Quantity Cost::applied(ir::ApplyOp op) {
  using Kind = Symbols::Kind;
  if (!llvm::all_of(op.getOperandTypes(), [](Type type) { return type.isInteger(64); }))
    return symbols_.unknown();
  Quantity x = amounts_[op.getOperands().front()], y = amounts_[op.getOperands().back()];
  switch (op.getFunction().getValue()) {
  case dsl::Function::add:
    return x + y;
  case dsl::Function::sub:
    return x - y;
  case dsl::Function::mul: // a formula of a higher degree says nothing
    return x.degree() + y.degree() > 16 ? symbols_.unknown() : x * y;
  case dsl::Function::neg:
    return x * Quantity(-1);
  case dsl::Function::minimum:
    return symbols_.made(Kind::minimum, x, y);
  case dsl::Function::maximum:
    return symbols_.made(Kind::maximum, x, y);
  case dsl::Function::floor_div:
    return symbols_.made(Kind::divided_down, x, y);
  default:
    return symbols_.unknown();
  }
}

Quantity Cost::amount(Value root) {
  SmallVector<Value> stack{root};
  while (!stack.empty()) {
    Value value = stack.back();
    auto apply = value.getDefiningOp<ir::ApplyOp>();
    bool complete = true;
    for (Value operand : apply ? ValueRange(apply.getOperands()) : ValueRange())
      if (!amounts_.count(operand)) {
        stack.push_back(operand);
        complete = false;
      }
    if (!complete)
      continue;
    stack.pop_back();
    if (amounts_.count(value))
      continue;
    Quantity result;
    if (auto index = ranges_.find(value); index != ranges_.end())
      result = index->second.symbol;
    else if (std::optional<int64_t> number = ir::integerConstant(value))
      result = Quantity(static_cast<double>(*number));
    else if (auto size = value.getDefiningOp<ir::SizeOp>())
      result = this->size(size.getArray(), static_cast<unsigned>(size.getDimension()));
    else
      result = apply ? applied(apply) : symbols_.unknown();
    amounts_[value] = result;
  }
  return amounts_[root];
}

Quantity Cost::size(Value array, unsigned dimension) {
  auto argument = dyn_cast<BlockArgument>(array);
  if (!argument) {
    for (Value size : ValueRange(array.getDefiningOp()->getOperands()).drop_front(dimension))
      return amount(size); // allocate, tile, accumulator: the operands are the sizes
    return symbols_.unknown();
  }
  unsigned number = argument.getArgNumber();
  auto same = plan_->getAttrOfType<ArrayAttr>(ir::sizesAttribute);
  if (same && number < same.size())
    if (auto first = dyn_cast<DenseI64ArrayAttr>(same[number]); first && 2 * dimension + 1 < first.size()) {
      number = static_cast<unsigned>(first[2 * dimension]);
      dimension = static_cast<unsigned>(first[2 * dimension + 1]);
    }
  if (std::optional<int64_t> size = known_ ? known_(number, dimension) : std::nullopt)
    return Quantity(static_cast<double>(*size));
  return symbols_.size(number, dimension);
}

//===- Bytes --------------------------------------------------------------------------------------------===//

/// The index in index + constant, index * constant.
static Value onlyIndex(Value subscript) {
  while (auto apply = subscript.getDefiningOp<ir::ApplyOp>()) {
    dsl::Function function = apply.getFunction().getValue();
    bool linear =
        function == dsl::Function::add || function == dsl::Function::sub || function == dsl::Function::mul;
    if (!linear)
      return {};
    bool first = ir::integerConstant(apply.getOperands()[0]).has_value();
    if (!first && !ir::integerConstant(apply.getOperands()[1]))
      return {};
    subscript = apply.getOperands()[first];
  }
  return subscript;
}

/// As many as there are elements of the arrays that it is read from, one for each value of the indices there;
/// none: it is not read.
std::optional<Quantity> Cost::valuesOfData(Value subscript) {
  bool read = false;
  Quantity values(1);
  SmallVector<Value> stack{subscript};
  DenseSet<Value> seen;
  while (!stack.empty()) {
    Value value = stack.pop_back_val();
    if (isa<ir::ArrayType>(value.getType()) || !seen.insert(value).second)
      continue;
    if (auto index = ranges_.find(value); index != ranges_.end()) {
      if (values.degree() + index->second.count.degree() > 16)
        return std::nullopt;
      values = values * index->second.count;
      continue;
    }
    Operation *op = value.getDefiningOp();
    if (isa_and_nonnull<ir::LoopOp>(op)) // depends on whatever its body uses
      return std::nullopt;
    read |= isa_and_nonnull<ir::ReadOp>(op);
    if (op)
      llvm::append_range(stack, op->getOperands());
  }
  return read ? std::optional(values) : std::nullopt;
}

Cost::Part &Cost::touch(Parts &parts, Value array, ValueRange subscripts) {
  Part &part = parts[array];
  part.resize(subscripts.size());
  for (auto [at, subscript] : llvm::zip_equal(part, subscripts)) {
    Value index = onlyIndex(subscript);
    auto range = index ? ranges_.find(index) : ranges_.end();
    bool first = !std::exchange(at.any, true);
    at.index = first || at.index == subscript ? subscript : Value();
    if (std::optional<int64_t> constant = ir::integerConstant(subscript)) {
      if (!llvm::is_contained(at.constants, *constant))
        at.constants.push_back(*constant);
    } else if (range != ranges_.end()) {
      if (!llvm::is_contained(at.counts, range->second.count))
        at.counts.push_back(range->second.count);
    } else {
      std::optional<Quantity> values = valuesOfData(subscript);
      at.most = !at.whole || at.most == values ? values : std::nullopt;
      at.whole = true;
    }
  }
  return part;
}

Quantity Cost::bytes(Value array, Part &part) {
  Quantity result(ir::bytesOf(cast<ir::ArrayType>(array.getType()).getElement()));
  for (auto [dimension, at] : llvm::enumerate(part)) {
    bool again = at.index && ranges_.count(at.index) &&
                 llvm::any_of(ArrayRef(part).take_front(dimension),
                              [&](const Dimension &other) { return other.index == at.index; });
    if (again) // a diagonal
      continue;
    if (at.whole && at.most && at.counts.empty() && at.constants.empty())
      result = result *
               symbols_.made(Symbols::Kind::minimum, size(array, static_cast<unsigned>(dimension)), *at.most);
    else if (at.whole || at.counts.size() > 1)
      result = result * size(array, static_cast<unsigned>(dimension));
    else if (!at.counts.empty())
      result = result * at.counts[0];
    else
      result = result * Quantity(static_cast<double>(at.constants.size()));
  }
  return result;
}

Quantity Cost::bytes(Value array) {
  auto type = cast<ir::ArrayType>(array.getType());
  Quantity result(ir::bytesOf(type.getElement()));
  for (unsigned dimension = 0; dimension < type.getRank(); ++dimension)
    result = result * size(array, dimension);
  return result;
}

Quantity Cost::inputs() {
  Quantity result;
  for (BlockArgument input : plan_.getBlock().getArguments().take_front(plan_.getInputs()))
    result += bytes(input);
  return result;
}

Quantity Cost::outputs() {
  Quantity result;
  for (BlockArgument output : plan_.getBlock().getArguments().drop_front(plan_.getInputs())) {
    auto written = allWrites_.find(output);
    result += written == allWrites_.end() ? bytes(output) : bytes(output, written->second);
  }
  return result;
}

Quantity Cost::stored() {
  Quantity result;
  for (auto memory : plan_.getBlock().getOps<ir::AllocateOp>())
    result += bytes(memory.getResult());
  return result;
}

//===- Nests --------------------------------------------------------------------------------------------===//

Quantity Cost::operations(Block &block) {
  Quantity result(static_cast<double>(operationsOf(block)));
  for (auto loop : block.getOps<ir::LoopOp>()) {
    const Range &range = ranges_[loop.getIndex()];
    result += symbols_.sum(operations(loop.getBlock()), range.symbol, range.lower, range.upper);
  }
  return result;
}

void Cost::collect(Block &block, NestCost &cost) {
  auto nest = dyn_cast<ir::NestOp>(block.getParentOp());
  if (!nest)
    nest = block.getParentOp()->getParentOfType<ir::NestOp>();
  for (Operation &op : block) {
    if (auto read = dyn_cast<ir::ReadOp>(op)) {
      if (!read.getArray().getDefiningOp<ir::TileOp>() && !read.getArray().getDefiningOp<ir::AccumulatorOp>())
        touch(reads_, read.getArray(), read.getSubscripts());
    } else if (auto store = dyn_cast<ir::StoreOp>(op)) {
      if (!store.getArray().getDefiningOp<ir::TileOp>())
        touch(writes_, store.getArray(), store.getSubscripts());
    } else if (auto accumulate = dyn_cast<ir::AccumulateOp>(op)) {
      if (accumulate.getArray().getDefiningOp<ir::AccumulatorOp>())
        continue;
      Part &part = touch(writes_, accumulate.getArray(), accumulate.getSubscripts());
      for (Dimension &at : part) // also what no term reaches
        at.whole = true, at.most = {};
      if (part.empty()) // a value and a position
        cost.partials += Quantity(16) * symbols_.made(Symbols::Kind::divided_up, amount(nest.getExtent()),
                                                      Quantity(static_cast<double>(nest.getChunk())));
      else
        tables_.insert(accumulate.getArray());
    } else if (isa<ir::TileOp, ir::AccumulatorOp>(op)) {
      double lanes = std::max<double>(1, static_cast<double>(nest.getLanes())); // a copy a lane
      for (auto loop = dyn_cast<ir::LoopOp>(op.getParentOp()); loop; loop = dyn_cast<ir::LoopOp>(loop->getParentOp()))
        lanes = std::max(lanes, static_cast<double>(loop.getLanes()));
      double copies = op.getParentOp() == nest ? static_cast<double>(nest.getPanels()) : 1;
      cost.scratch += bytes(op.getResult(0)) * Quantity(lanes * copies);
    } else if (auto loop = dyn_cast<ir::LoopOp>(op)) {
      collect(loop.getBlock(), cost);
    }
  }
}

/// Bytes of the tables of all chunks.
Quantity Cost::tables(ir::NestOp nest) {
  if (tables_.empty())
    return {};
  using Kind = Symbols::Kind;
  Quantity bytes;
  for (Value array : tables_)
    bytes += this->bytes(array) * Quantity(static_cast<double>(ir::planesOf(array)));
  auto number = [](int64_t value) { return Quantity(static_cast<double>(value)); };
  Quantity chunks =
      symbols_.made(Kind::divided_up, amount(nest.getExtent()), number(static_cast<int64_t>(nest.getChunk())));
  Quantity most = symbols_.made(Kind::minimum, chunks, number(ir::mostTables));
  for (Value array : tables_)
    if (auto picked = ir::pickedDimensions(nest, array)) {
      Quantity positions = number(ir::termsForTable);
      for (unsigned dimension : *picked)
        positions = positions * size(array, dimension);
      most = symbols_.made(Kind::minimum, most, number(1) + symbols_.made(Kind::divided_down, amount(nest.getExtent()), positions));
    }
  Quantity all = bytes * most;
  return symbols_.made(Kind::minimum, all, symbols_.made(Kind::maximum, bytes, number(ir::mostTableBytes)));
}

NestCost Cost::of(ir::NestOp nest) {
  NestCost cost;
  const Range &range = ranges_[nest.getIndex()];
  cost.operations = symbols_.sum(operations(nest.getBlock()), range.symbol, range.lower, range.upper);
  reads_.clear();
  writes_.clear();
  tables_.clear();
  collect(nest.getBlock(), cost);
  cost.partials += tables(nest);
  for (auto &[array, part] : reads_)
    cost.read += bytes(array, part);
  for (auto &[array, part] : writes_)
    cost.written += bytes(array, part);
  // A later nest may write other elements of the same output: what all nests write is its size.
  for (auto &[array, part] : writes_) {
    Part &all = allWrites_[array];
    all.resize(part.size());
    for (auto [to, from] : llvm::zip_equal(all, part)) {
      for (int64_t constant : from.constants)
        if (!llvm::is_contained(to.constants, constant))
          to.constants.push_back(constant);
      for (const Quantity &values : from.counts)
        if (!llvm::is_contained(to.counts, values))
          to.counts.push_back(values);
      to.index = to.any && to.index != from.index ? Value() : from.index;
      to.any = true;
      to.most = !to.whole || to.most == from.most ? from.most : std::nullopt;
      to.whole |= from.whole;
    }
  }
  return cost;
}

} // namespace mercer::scheduling
