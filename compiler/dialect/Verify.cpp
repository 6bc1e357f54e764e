// Verifiers of programs. Each line names the constraint of the op's description that it checks.
#include "compiler/dialect/Constraints.h"
#include "compiler/dialect/FreeIndices.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace mercer::ir {

bool isReal(Type type) { return isa<Float32Type, Float64Type>(type); }
bool isNumber(Type type) { return isReal(type) || type.isInteger(64); }

bool holds(Type element, Type scalar) {
  if (isa<FloatType>(element))
    return isReal(scalar);
  return element.isInteger(1) ? scalar.isInteger(1) : scalar.isInteger(64);
}

LogicalResult verifySubscripts(Operation *op, ArrayType array, ValueRange subscripts) {
  if (subscripts.size() != array.getRank())
    return op->emitOpError() << "an array of rank " << array.getRank() << " takes " << array.getRank()
                             << " subscripts, but got " << subscripts.size();
  return success();
}

LogicalResult verifyNames(Operation *op, Block &block, ArrayAttr names) {
  if (names.size() != block.getNumArguments())
    return op->emitOpError() << "has " << block.getNumArguments() << " arguments, but " << names.size()
                             << " names";
  for (BlockArgument argument : block.getArguments())
    if (!isa<ArrayType>(argument.getType()))
      return op->emitOpError() << "argument " << argument.getArgNumber() << " must be an array, but is "
                               << argument.getType();
  return success();
}

LogicalResult verifySizesAttribute(Operation *op, ArrayRef<BlockArgument> inputs) {
  Attribute attribute = op->getAttr(sizesAttribute);
  if (!attribute)
    return success();
  auto lists = dyn_cast<ArrayAttr>(attribute);
  bool fits = lists && lists.size() == inputs.size();
  auto rank = [&](size_t input) { return cast<ArrayType>(inputs[input].getType()).getRank(); };
  for (size_t input = 0; fits && input < lists.size(); ++input) {
    auto same = dyn_cast<DenseI64ArrayAttr>(lists[input]);
    fits = same && same.size() == 2 * rank(input);
    for (int64_t n = 0; fits && n < same.size(); n += 2)
      fits = same[n] >= 0 && same[n] < static_cast<int64_t>(inputs.size()) && same[n + 1] >= 0 &&
             same[n + 1] < rank(static_cast<size_t>(same[n]));
  }
  if (!fits)
    return op->emitOpError() << "'" << sizesAttribute
                             << "' must list an input and a dimension for each dimension of each input";
  return success();
}

LogicalResult verifyKnownSizesAttribute(Operation *op, ArrayRef<BlockArgument> inputs) {
  Attribute attribute = op->getAttr(knownSizesAttribute);
  if (!attribute)
    return success();
  auto lists = dyn_cast<ArrayAttr>(attribute);
  bool fits = lists && lists.size() == inputs.size();
  for (size_t input = 0; fits && input < lists.size(); ++input) {
    auto sizes = dyn_cast<DenseI64ArrayAttr>(lists[input]);
    fits = sizes && sizes.size() == cast<ArrayType>(inputs[input].getType()).getRank() &&
           llvm::all_of(sizes.asArrayRef(), [](int64_t size) { return size >= -1; });
  }
  if (!fits)
    return op->emitOpError() << "'" << knownSizesAttribute << "' must list the size, or -1, of each dimension of each input";
  return success();
}

LogicalResult verifyReduction(Operation *op, dsl::Reduction kind, Type value, Type result) {
  using dsl::Reduction;
  bool logical = kind == Reduction::any || kind == Reduction::all;
  bool position = kind == Reduction::argmin || kind == Reduction::argmax;
  bool fits = logical ? value.isInteger(1) : kind == Reduction::logsumexp ? isReal(value) : isNumber(value);
  if (!fits)
    return op->emitOpError() << "'" << ReductionAttr::nameOf(kind) << "' does not take values of type "
                             << value;
  if (position ? !result.isInteger(64) : result != value)
    return op->emitOpError() << "'" << ReductionAttr::nameOf(kind) << "' of " << value << " cannot give "
                             << result;
  return success();
}

//===- The whole program --------------------------------------------------------------------------------===//

/// Values before their uses, all in the program's block: what the search for free indices needs to end. Where
/// this does not hold the dominance check, which comes after this, says so.
static bool isOrdered(Block &block) {
  for (Operation &op : block)
    for (Value operand : op.getOperands()) {
      Operation *source = operand.getDefiningOp();
      if (source && (source->getBlock() != &block || !source->isBeforeInBlock(&op)))
        return false;
    }
  return true;
}

/// No index is free in `values` but these.
static LogicalResult verifyFree(Operation *op, FreeIndices &free, ValueRange values, ValueRange bound,
                                StringRef what) {
  for (Value value : values)
    for (Value index : free.of(value))
      if (!llvm::is_contained(bound, index))
        return op->emitOpError() << "index '" << index.getDefiningOp<IndexOp>().getName()
                                 << "' is free in the " << what;
  return success();
}

static LogicalResult verifyFreeIndices(Operation *op, FreeIndices &free) {
  if (auto index = dyn_cast<IndexOp>(op)) // C1
    return verifyFree(op, free, index.getExtent(), {}, "extent");
  if (auto array = dyn_cast<ArrayOp>(op)) // C3
    return verifyFree(op, free, array.getValue(), array.getIndices(), "value");
  if (auto output = dyn_cast<OutputOp>(op)) // C2
    return verifyFree(op, free, output.getValue(), output.getIndices(), "value");
  if (auto check = dyn_cast<CheckOp>(op)) // C2
    return verifyFree(op, free, check.getOperands().drop_front(check.getIndices().size()), check.getIndices(),
                      "check");
  return success();
}

LogicalResult ProgramOp::verifyRegions() {
  Block &block = getBlock();
  if (failed(verifyNames(*this, block, getNames())) ||
      failed(verifySizesAttribute(*this, block.getArguments())) ||
      failed(verifyKnownSizesAttribute(*this, block.getArguments()))) // C1, C5
    return failure();
  llvm::StringSet<> outputs;
  for (Operation &op : block) {
    if (!isa<ConstantOp, SizeOp, IndexOp, ApplyOp, ReadOp, ReduceOp, ArrayOp, GradientOp, TangentOp, CheckOp,
             OutputOp>(op)) // C4
      return op.emitOpError() << "is no op of a program";
    if (auto output = dyn_cast<OutputOp>(op); output && !outputs.insert(output.getName()).second) // C3
      return emitOpError() << "output '" << output.getName() << "' occurs twice";
  }
  if (outputs.empty()) // C2
    return emitOpError() << "has no output";
  FreeIndices free;
  if (isOrdered(block))
    for (Operation &op : block)
      if (failed(verifyFreeIndices(&op, free)))
        return failure();
  return success();
}

//===- Its ops ------------------------------------------------------------------------------------------===//

/// Each is the result of a mercer.index, none twice.
static LogicalResult verifyIndices(Operation *op, ValueRange indices, StringRef what) {
  DenseSet<Value> seen;
  for (Value index : indices) {
    if (!index.getDefiningOp<IndexOp>())
      return op->emitOpError() << what << " must be results of mercer.index";
    if (!seen.insert(index).second)
      return op->emitOpError() << what << " name an index twice";
  }
  return success();
}

LogicalResult ConstantOp::verify() {
  if (!isa<FloatAttr, IntegerAttr>(getValue())) // C1
    return emitOpError() << "the value must be one number, but is " << getValue();
  return success();
}

LogicalResult SizeOp::verify() {
  unsigned rank = getArray().getType().getRank();
  if (getDimension() >= rank) // C1
    return emitOpError() << "dimension " << getDimension() << " is not below the rank, " << rank;
  return success();
}

LogicalResult ApplyOp::verify() {
  dsl::Function function = getFunction().getValue();
  StringRef name = FunctionAttr::nameOf(function), kind = signature(function);
  OperandRange operands = getOperands();
  if (operands.size() != operandCount(function)) // C1
    return emitOpError() << "'" << name << "' takes " << operandCount(function) << " operands, but got "
                         << operands.size();
  Type first = operands.front().getType(), last = operands.back().getType(), result = getResult().getType();
  bool same = operands.size() < 2 || operands[operands.size() - 2].getType() == last;
  bool fits = true; // C2
  if (kind == "rr" || kind == "rnd")
    fits = same && isReal(last) && result == last;
  else if (kind == "nn")
    fits = same && isNumber(last) && result == last;
  else if (kind == "ii")
    fits = same && last.isInteger(64) && result == last;
  else if (kind == "cmp")
    fits = same && result.isInteger(1);
  else if (kind == "bb")
    fits = same && last.isInteger(1) && result.isInteger(1);
  else if (kind == "sel")
    fits = first.isInteger(1) && same && result == last;
  else if (kind == "any2real")
    fits = isReal(result);
  else if (kind == "any2int")
    fits = result.isInteger(64);
  if (!fits)
    return emitOpError() << "'" << name << "' does not take (" << operands.getTypes() << ") to " << result;
  return success();
}

LogicalResult ReadOp::verify() {
  ArrayType array = getArray().getType();
  if (failed(verifySubscripts(*this, array, getSubscripts()))) // C1
    return failure();
  if (!holds(array.getElement(), getResult().getType())) // C2
    return emitOpError() << "reading elements of type " << array.getElement() << " cannot give "
                         << getResult().getType();
  return success();
}

LogicalResult ReduceOp::verify() {
  dsl::Reduction kind = getKind().getValue();
  if (getOver().empty())
    return emitOpError() << "has no index to reduce over";
  if (failed(verifyIndices(*this, getOver(), "reduced indices")) ||                      // C1
      failed(verifyReduction(*this, kind, getValue().getType(), getResult().getType()))) // C2, C4
    return failure();
  bool position = kind == dsl::Reduction::argmin || kind == dsl::Reduction::argmax;
  if (position && getOver().size() != 1) // C3
    return emitOpError() << "'" << ReductionAttr::nameOf(kind) << "' takes one index, but got "
                         << getOver().size();
  return success();
}

LogicalResult ArrayOp::verify() {
  ArrayType type = getResult().getType();
  if (type.getRank() != getIndices().size())
    return emitOpError() << "has " << getIndices().size() << " indices, but rank " << type.getRank();
  if (!holds(type.getElement(), getValue().getType())) // C2
    return emitOpError() << "values of type " << getValue().getType() << " cannot be elements of " << type;
  return verifyIndices(*this, getIndices(), "indices"); // C1
}

LogicalResult GradientOp::verify() {
  ArrayType variable = getVariable().getType(), result = getResult().getType();
  if (!isa<FloatType>(variable.getElement())) // C1
    return emitOpError() << "the variable's elements must be real, but are " << variable.getElement();
  if (variable.getRank() != result.getRank() || result.getElement() != getValue().getType()) // C2
    return emitOpError() << "the derivative of " << getValue().getType() << " by " << variable
                         << " cannot be " << result;
  return success();
}

LogicalResult TangentOp::verify() {
  bool fits = getVariables().size() == getTangents().size(); // C1
  if (fits)
    for (auto [variable, tangent] : llvm::zip(getVariables(), getTangents())) {
      auto a = cast<ArrayType>(variable.getType()), b = cast<ArrayType>(tangent.getType());
      fits &= a.getRank() == b.getRank() && isa<FloatType>(a.getElement()) && isa<FloatType>(b.getElement());
    }
  if (!fits)
    return emitOpError() << "takes a real tangent of equal rank for each variable";
  if (!llvm::all_of(getVariables(), [](Value variable) { return isa<BlockArgument>(variable); })) // C2
    return emitOpError() << "the variables must be inputs of the program";
  return success();
}

LogicalResult CheckOp::verify() { return verifyIndices(*this, getIndices(), "indices"); } // C1

LogicalResult OutputOp::verify() {
  if (failed(verifyIndices(*this, getIndices(), "indices"))) // C1
    return failure();
  if (Attribute element = (*this)->getAttr(elementAttribute)) { // C4
    auto type = dyn_cast<TypeAttr>(element);
    if (!type || !isa<FloatType>(type.getValue()) || !isa<FloatType>(getValue().getType()))
      return emitOpError() << "'" << elementAttribute << "' must be a type of real numbers of an output of such, but is " << element;
  }
  Attribute check = (*this)->getAttr(checkAttribute);
  if (!check)
    return success();
  auto position = dyn_cast<IntegerAttr>(check); // C3
  if (!position || !position.getType().isInteger(64) || position.getInt() < 0)
    return emitOpError() << "'" << checkAttribute << "' must be the position of a check, but is " << check;
  if (!getValue().getType().isInteger(1) || !getIndices().empty())
    return emitOpError() << "stands for a check, so it must be a truth value without indices";
  if (Attribute round = (*this)->getAttr(roundAttribute)) {
    auto number = dyn_cast<IntegerAttr>(round);
    if (!number || !number.getType().isInteger(64) || number.getInt() < 0 || number.getInt() > INT32_MAX)
      return emitOpError() << "'" << roundAttribute << "' must be a number below 2^31, but is " << round;
  }
  return success();
}

} // namespace mercer::ir
