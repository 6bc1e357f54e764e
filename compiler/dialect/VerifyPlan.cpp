// Verifiers of plans. Each line names the constraint of the op's description that it checks.
#include "compiler/dialect/Constraints.h"

using namespace mlir;

namespace mercer::ir {

LogicalResult PlanOp::verifyRegions() {
  if (failed(verifyNames(*this, getBlock(), getNames()))) // C1
    return failure();
  if (getInputs() > getBlock().getNumArguments()) // C2
    return emitOpError() << "has " << getInputs() << " inputs, but " << getBlock().getNumArguments()
                         << " arguments";
  ArrayRef<BlockArgument> inputs = getBlock().getArguments().take_front(getInputs());
  if (failed(verifySizesAttribute(*this, inputs)) || failed(verifyKnownSizesAttribute(*this, inputs))) // C4
    return failure();
  for (Operation &op : getBlock())
    if (!isa<ConstantOp, SizeOp, ApplyOp, ReadOp, AllocateOp, NestOp, StoreOp, FailOp>(op)) // C3
      return op.emitOpError() << "is no op of a plan";
  return success();
}

//===- Memory -------------------------------------------------------------------------------------------===//

static LogicalResult verifySizes(Operation *op, ArrayType type, ValueRange sizes) {
  unsigned rank = type.getRank();
  if (sizes.size() != rank)
    return op->emitOpError() << "an array of rank " << rank << " takes " << rank << " sizes, but got "
                             << sizes.size();
  return success();
}

LogicalResult AllocateOp::verify() { return verifySizes(*this, getResult().getType(), getSizes()); } // C1
LogicalResult TileOp::verify() { return verifySizes(*this, getResult().getType(), getSizes()); }     // C1

LogicalResult AccumulatorOp::verify() {
  Type element = getResult().getType().getElement();
  if (!isNumber(element)) // C2
    return emitOpError() << "elements are f32, f64 or i64, but not " << element;
  return verifySizes(*this, getResult().getType(), getSizes()); // C1
}

/// An allocation or an output.
static bool isOfPlan(Value array) {
  if (array.getDefiningOp<AllocateOp>())
    return true;
  auto argument = dyn_cast<BlockArgument>(array);
  auto plan = argument ? dyn_cast<PlanOp>(argument.getOwner()->getParentOp()) : PlanOp();
  return plan && argument.getArgNumber() >= plan.getInputs();
}

LogicalResult StoreOp::verify() {
  ArrayType array = getArray().getType();
  if (failed(verifySubscripts(*this, array, getSubscripts()))) // C1
    return failure();
  if (!getArray().getDefiningOp<TileOp>() && !isOfPlan(getArray())) // C2
    return emitOpError() << "writes to a tile, an allocation or an output only";
  if (!holds(array.getElement(), getValue().getType())) // C3
    return emitOpError() << "values of type " << getValue().getType() << " cannot be elements of " << array;
  return success();
}

LogicalResult FailOp::verify() {
  ArrayType flag = getFlag().getType();
  if (flag.getRank() != 0 || !flag.getElement().isInteger(1)) // C1
    return emitOpError() << "the flag must be an array<0xi1>, but is " << flag;
  if (getCheck() > INT32_MAX) // C2; unsigned
    return emitOpError() << "the position of a check must be 0 to 2147483647";
  return success();
}

//===- Nests and loops ----------------------------------------------------------------------------------===//

static LogicalResult verifyLanes(Operation *op) {
  uint64_t lanes = lanesOf(op);
  if (lanes != 0 && (lanes > 64 || !llvm::isPowerOf2_64(lanes)))
    return op->emitOpError() << "lanes must be 0 or a power of two of at most 64, but are " << lanes;
  if (lanes == 0)
    return success();
  for (Operation *outer = op->getParentOp(); outer && !isa<PlanOp>(outer); outer = outer->getParentOp())
    if (lanesOf(outer))
      return op->emitOpError() << "has lanes inside of another index with lanes";
  return success();
}

static LogicalResult verifyBody(Operation *op, Block &block) {
  if (block.getNumArguments() != 1 || !block.getArgument(0).getType().isInteger(64))
    return op->emitOpError() << "takes one block argument of type i64";
  for (Operation &inner : block)
    if (!isa<ConstantOp, SizeOp, ApplyOp, ReadOp, TileOp, AccumulatorOp, LoopOp, StoreOp, AccumulateOp,
             YieldOp>(inner))
      return inner.emitOpError() << "is no op of a nest";
  return success();
}

LogicalResult NestOp::verifyRegions() {
  if (failed(verifyBody(*this, getBlock())) || failed(verifyLanes(*this))) // C1, C5, C2, C3
    return failure();
  if (getLanes() && getChunk() % getLanes() != 0) // C4
    return emitOpError() << "a chunk of " << getChunk() << " is no multiple of " << getLanes() << " lanes";
  if (getPanels() > 1 && (!getLanes() || getChunk() % (getLanes() * getPanels()) != 0)) // C4
    return emitOpError() << "has " << getPanels() << " panels of " << getLanes() << " lanes in a chunk of " << getChunk();
  DenseSet<Value> collected;
  bool twice = false;
  walk([&](AccumulateOp op) {
    bool one = op.getSubscripts().empty() && isOfPlan(op.getArray());
    twice |= one && !collected.insert(op.getArray()).second;
  });
  if (twice) // C6 of mercer.accumulate
    return emitOpError() << "accumulates into an array of rank 0 of the plan by two ops";
  return success();
}

/// The indices of the nest that a value is computed from.
static SmallVector<BlockArgument> indicesOf(Value root) {
  SmallVector<BlockArgument> indices;
  SmallVector<Value> stack{root};
  DenseSet<Value> seen;
  while (!stack.empty()) {
    Value value = stack.pop_back_val();
    if (isa<ArrayType>(value.getType()) || !seen.insert(value).second)
      continue;
    if (auto argument = dyn_cast<BlockArgument>(value))
      indices.push_back(argument);
    else if (Operation *op = value.getDefiningOp())
      stack.append(op->operand_begin(), op->operand_end());
  }
  return indices;
}

bool isOutsideNests(Value value) { return isa<PlanOp>(value.getParentBlock()->getParentOp()); }

std::optional<Occasion> occasionOf(LoopOp loop) {
  auto select = loop.getUpper().getDefiningOp<ApplyOp>();
  if (!select || select.getFunction().getValue() != dsl::Function::select || select.getOperands()[2] != loop.getLower())
    return std::nullopt;
  return Occasion{select.getOperands()[0], select.getOperands()[1]};
}

Value wholeUpper(LoopOp loop) {
  std::optional<Occasion> occasion = occasionOf(loop);
  return occasion ? occasion->upper : Value(loop.getUpper());
}

ApplyOp choiceOf(LoopOp loop) {
  std::optional<Occasion> occasion = occasionOf(loop);
  auto negated = occasion ? occasion->condition.getDefiningOp<ApplyOp>() : ApplyOp();
  if (!negated || negated.getFunction().getValue() != dsl::Function::logical_not || loop.getNumResults() != 1 || !loop.getResult(0).hasOneUse())
    return {};
  auto select = dyn_cast<ApplyOp>(*loop.getResult(0).getUsers().begin());
  bool chooses = select && select.getFunction().getValue() == dsl::Function::select && select->getBlock() == loop->getBlock() &&
                 select.getOperands()[0] == negated.getOperands()[0] && select.getOperands()[2] == loop.getResult(0);
  Operation *other = chooses ? select.getOperands()[1].getDefiningOp() : nullptr;
  bool isThere = chooses && (!other || other->getBlock() != loop->getBlock() || other->isBeforeInBlock(loop));
  return isThere ? select : ApplyOp();
}

LogicalResult LoopOp::verifyRegions() {
  if (failed(verifyBody(*this, getBlock())) || failed(verifyLanes(*this))) // C1, C6, C4
    return failure();
  auto yield = dyn_cast<YieldOp>(getBlock().getTerminator());
  if (!yield || yield.getOperands().size() != 2 * getKinds().size() ||
      getKinds().size() != getNumResults()) // C2
    return emitOpError() << "has " << getKinds().size() << " reductions and " << getNumResults()
                         << " results; it must yield a value and a predicate for each";
  for (auto [position, kind] : llvm::enumerate(getKinds().getAsRange<ReductionAttr>())) {
    Type value = yield.getOperands()[2 * position].getType();
    if (!yield.getOperands()[2 * position + 1].getType().isInteger(1))
      return emitOpError() << "the predicate of reduction " << position << " must be i1";
    if (failed(verifyReduction(*this, kind.getValue(), value, getResult(position).getType()))) // C3
      return failure();
  }
  auto isFactor = [](int64_t value) { return value >= 1 && value <= 16 && (value & (value - 1)) == 0; };
  int64_t jam = getJam(), group = getGroup();
  if (!isFactor(jam)) // C5
    return emitOpError() << "jam must be a power of two of at most 16, but is " << jam;
  if (group != 1 && (!isFactor(group) || group < jam)) // C7
    return emitOpError() << "group must be a power of two from jam to 16, but is " << group;
  if (getPairs() && pairedProducts(*this).empty()) // C8
    return emitOpError() << "with pairs must add up products of a row and a column of bf16, as long as the loop, and nothing else";
  if (jam == 1)
    return success();
  bool fixed = true;
  getBlock().walk([&](LoopOp inner) {
    fixed &= getLanes() == 0;
    for (Value bound : {Value(inner.getLower()), wholeUpper(inner)})
      fixed &= !llvm::is_contained(indicesOf(bound), getIndex());
  });
  if (!fixed) // C5
    return emitOpError() << "where loops are in a jammed loop, it has no lanes, and their bounds do not depend on its index but by a condition";
  return success();
}

//===- Accumulate ---------------------------------------------------------------------------------------===//

dsl::Reduction combinedBy(Value array) {
  for (Operation *user : array.getUsers())
    if (auto op = dyn_cast<AccumulateOp>(user))
      return op.getKind().getValue();
  return dsl::Reduction::sum;
}

/// Does a loop around an op of a nest have an index that is not one of `subscripts`?
static bool anyOtherLoop(Operation *op, ValueRange subscripts) {
  for (auto loop = dyn_cast<LoopOp>(op->getParentOp()); loop; loop = dyn_cast<LoopOp>(loop->getParentOp()))
    if (!llvm::is_contained(subscripts, loop.getIndex()))
      return true;
  return false;
}

std::optional<SmallVector<unsigned>> pickedDimensions(NestOp nest, Value array) {
  DenseSet<Operation *> adding; // loops around an accumulation
  std::optional<SmallVector<unsigned>> picked;
  bool only = true;
  nest.walk([&](Operation *op) { // loops after their bodies
    if (auto loop = dyn_cast<LoopOp>(op))
      only &= loop.getNumResults() == 0 && adding.contains(loop);
    auto add = dyn_cast<AccumulateOp>(op);
    if (!add)
      return;
    only &= !anyOtherLoop(add, add.getSubscripts());
    for (Operation *around = add->getParentOp(); isa<LoopOp>(around); around = around->getParentOp())
      adding.insert(around);
    if (add.getArray() != array || picked)
      return;
    picked.emplace();
    for (auto [dimension, subscript] : llvm::enumerate(add.getSubscripts())) {
      auto index = dyn_cast<BlockArgument>(subscript);
      if (!index || !isa<LoopOp>(index.getOwner()->getParentOp()))
        picked->push_back(static_cast<unsigned>(dimension));
    }
  });
  return only ? picked : std::nullopt;
}

int64_t planesOf(Value array) {
  dsl::Reduction kind = combinedBy(array);
  bool sum = kind == dsl::Reduction::sum && isa<FloatType>(cast<ArrayType>(array.getType()).getElement());
  return kind == dsl::Reduction::logsumexp ? 3 : sum ? 2 : 1;
}

/// Is a subscript an index, or that plus or minus what the index's loop does not change?
static bool runsWith(Value subscript, BlockArgument index) {
  auto apply = subscript.getDefiningOp<ApplyOp>();
  if (!apply)
    return subscript == index;
  dsl::Function function = apply.getFunction().getValue();
  Value first = apply.getOperands()[0], other = apply.getOperands().back();
  if (function == dsl::Function::add && other == index)
    std::swap(first, other);
  return (function == dsl::Function::add || function == dsl::Function::sub) && first == index &&
         !llvm::is_contained(indicesOf(other), index);
}

LogicalResult AccumulateOp::verify() {
  ArrayType array = getArray().getType();
  bool tile = getArray().getDefiningOp<AccumulatorOp>() != nullptr;
  if (failed(verifySubscripts(*this, array, getSubscripts()))) // C1
    return failure();
  if (!tile && !isOfPlan(getArray())) // C2
    return emitOpError() << "combines into an accumulator, an allocation or an output only";
  dsl::Reduction kind = getKind().getValue();
  using dsl::Reduction;
  bool one = llvm::is_contained({Reduction::any, Reduction::all, Reduction::argmin, Reduction::argmax}, kind);
  if (one && (tile || array.getRank() != 0)) // C3
    return emitOpError() << "'" << ReductionAttr::nameOf(kind)
                         << "' is combined into arrays of the plan of rank 0 only";
  if (failed(verifyReduction(*this, kind, getValue().getType(), array.getElement()))) // C4
    return failure();
  if (kind != combinedBy(getArray())) // C7
    return emitOpError() << "combines by '" << ReductionAttr::nameOf(kind) << "' where another op combines by '"
                         << ReductionAttr::nameOf(combinedBy(getArray())) << "'";
  Operation *memory = getArray().getDefiningOp();
  for (auto [dimension, subscript] : llvm::enumerate(getSubscripts())) {
    for (BlockArgument index : tile ? indicesOf(subscript) : SmallVector<BlockArgument>()) {
      Operation *loop = index.getOwner()->getParentOp();
      bool inOrder = runsWith(subscript, index) && dimension + 1 == array.getRank() && !loop->isAncestor(memory);
      if (lanesOf(loop) && !inOrder) // C5
        return emitOpError() << "a subscript into an accumulator depends on an index with lanes";
    }
    auto index = dyn_cast<BlockArgument>(subscript);
    if (!tile && index && isa<NestOp>(index.getOwner()->getParentOp())) // C6
      return emitOpError() << "a subscript is the nest's own index";
  }
  return success();
}

} // namespace mercer::ir
