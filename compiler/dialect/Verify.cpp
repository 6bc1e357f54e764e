// Verifiers. Each line names the constraint of the op's description that it checks.
#include "compiler/dialect/FreeIndices.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace mercer::ir {
namespace {

bool isReal(Type type) { return isa<Float32Type, Float64Type>(type); }
bool isNumber(Type type) { return isReal(type) || type.isInteger(64); }

/// Each is the result of a mercer.index, none twice.
LogicalResult verifyIndices(Operation *op, ValueRange indices, StringRef what) {
  DenseSet<Value> seen;
  for (Value index : indices) {
    if (!index.getDefiningOp<IndexOp>())
      return op->emitOpError() << what << " must be results of mercer.index";
    if (!seen.insert(index).second)
      return op->emitOpError() << what << " name an index twice";
  }
  return success();
}

/// The arithmetic value that elements of a storage type become: any real for floats.
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
    return op->emitOpError() << "has " << block.getNumArguments() << " arguments, but " << names.size() << " names";
  for (BlockArgument argument : block.getArguments())
    if (!isa<ArrayType>(argument.getType()))
      return op->emitOpError() << "argument " << argument.getArgNumber() << " must be an array, but is "
                               << argument.getType();
  return success();
}

LogicalResult verifySizes(Operation *op, Type type, ValueRange sizes) {
  unsigned rank = cast<ArrayType>(type).getRank();
  if (sizes.size() != rank)
    return op->emitOpError() << "an array of rank " << rank << " takes " << rank << " sizes, but got " << sizes.size();
  return success();
}

} // namespace

//===- Programs -------------------------------------------------------------------------------------------------===//

LogicalResult ProgramOp::verifyRegions() {
  if (failed(verifyNames(*this, getBlock(), getNames()))) // C1
    return failure();
  llvm::StringSet<> outputs;
  for (OutputOp output : getBlock().getOps<OutputOp>())
    if (!outputs.insert(output.getName()).second) // C3
      return emitOpError() << "output '" << output.getName() << "' occurs twice";
  if (outputs.empty()) // C2
    return emitOpError() << "has no output";
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

/// What the values of a reduction may be: part of its row's meaning.
static LogicalResult verifyReduction(Operation *op, dsl::Reduction kind, Type value, Type result) {
  using dsl::Reduction;
  bool logical = kind == Reduction::any || kind == Reduction::all;
  bool position = kind == Reduction::argmin || kind == Reduction::argmax;
  bool fits = logical ? value.isInteger(1) : kind == Reduction::logsumexp ? isReal(value) : isNumber(value);
  if (!fits)
    return op->emitOpError() << "'" << ReductionAttr::nameOf(kind) << "' does not take values of type " << value;
  if (position ? !result.isInteger(64) : result != value)
    return op->emitOpError() << "'" << ReductionAttr::nameOf(kind) << "' of " << value << " cannot give " << result;
  return success();
}

LogicalResult ReduceOp::verify() {
  dsl::Reduction kind = getKind().getValue();
  if (failed(verifyIndices(*this, getOver(), "reduced indices")) || // C1
      failed(verifyReduction(*this, kind, getValue().getType(), getResult().getType()))) // C2, C4
    return failure();
  bool position = kind == dsl::Reduction::argmin || kind == dsl::Reduction::argmax;
  if (position && getOver().size() != 1) // C3
    return emitOpError() << "'" << ReductionAttr::nameOf(kind) << "' takes one index, but got " << getOver().size();
  return success();
}

LogicalResult ArrayOp::verify() {
  ArrayType type = getResult().getType();
  if (type.getRank() != getIndices().size())
    return emitOpError() << "has " << getIndices().size() << " indices, but rank " << type.getRank();
  if (!holds(type.getElement(), getValue().getType()))
    return emitOpError() << "values of type " << getValue().getType() << " cannot be elements of " << type;
  return verifyIndices(*this, getIndices(), "indices"); // C1
}

LogicalResult GradientOp::verify() {
  ArrayType variable = getVariable().getType(), result = getResult().getType();
  if (!isa<FloatType>(variable.getElement())) // C1
    return emitOpError() << "the variable's elements must be real, but are " << variable.getElement();
  if (variable.getRank() != result.getRank() || result.getElement() != getValue().getType()) // C2
    return emitOpError() << "the derivative of " << getValue().getType() << " by " << variable << " cannot be "
                         << result;
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
  return success();
}

LogicalResult CheckOp::verify() { return verifyIndices(*this, getIndices(), "indices"); } // C1

LogicalResult OutputOp::verify() {
  if (failed(verifyIndices(*this, getIndices(), "indices"))) // C1
    return failure();
  // C2 costs a walk over everything that the value is made of: asked of programs as they are imported (the importer binds every
  // index) and of text, which mercer-opt reads, through the program's verifier would be quadratic; here only the value itself.
  if (auto index = getValue().getDefiningOp<IndexOp>(); index && !llvm::is_contained(getIndices(), getValue()))
    return emitOpError() << "index '" << index.getName() << "' is free in the value";
  return success();
}

//===- Plans ----------------------------------------------------------------------------------------------------===//

LogicalResult PlanOp::verifyRegions() {
  if (failed(verifyNames(*this, getBlock(), getNames()))) // C1
    return failure();
  if (getInputs() > getBlock().getNumArguments())
    return emitOpError() << "has " << getInputs() << " inputs, but " << getBlock().getNumArguments() << " arguments";
  return success();
}

LogicalResult AllocateOp::verify() { return verifySizes(*this, getResult().getType(), getSizes()); } // C1
LogicalResult TileOp::verify() { return verifySizes(*this, getResult().getType(), getSizes()); }     // C1

LogicalResult AccumulatorOp::verify() {
  Type element = cast<ArrayType>(getResult().getType()).getElement();
  if (!isNumber(element)) // C2
    return emitOpError() << "elements are f32, f64 or i64, but not " << element;
  return verifySizes(*this, getResult().getType(), getSizes()); // C1
}

static LogicalResult verifyLanes(Operation *op, uint64_t lanes) {
  if (lanes != 0 && (lanes > 64 || !llvm::isPowerOf2_64(lanes)))
    return op->emitOpError() << "lanes must be 0 or a power of two of at most 64, but are " << lanes;
  if (lanes == 0)
    return success();
  for (Operation *outer = op->getParentOp(); outer && !isa<PlanOp>(outer); outer = outer->getParentOp()) {
    auto nest = dyn_cast<NestOp>(outer);
    auto loop = dyn_cast<LoopOp>(outer);
    if ((nest && nest.getLanes()) || (loop && loop.getLanes()))
      return op->emitOpError() << "has lanes inside of another index with lanes";
  }
  return success();
}

static LogicalResult verifyIndexArgument(Operation *op, Block &block) {
  if (block.getNumArguments() != 1 || !block.getArgument(0).getType().isInteger(64))
    return op->emitOpError() << "takes one block argument of type i64";
  return success();
}

LogicalResult NestOp::verifyRegions() {
  if (failed(verifyIndexArgument(*this, getBlock()))) // C1
    return failure();
  return verifyLanes(*this, getLanes()); // C2, C3
}

LogicalResult LoopOp::verifyRegions() {
  if (failed(verifyIndexArgument(*this, getBlock())) || failed(verifyLanes(*this, getLanes()))) // C1
    return failure();
  auto yield = dyn_cast<YieldOp>(getBlock().getTerminator());
  if (!yield || yield.getOperands().size() != 2 * getKinds().size() || getKinds().size() != getNumResults()) // C2
    return emitOpError() << "has " << getKinds().size() << " reductions and " << getNumResults()
                         << " results; it must yield a value and a predicate for each";
  for (auto [position, kind] : llvm::enumerate(getKinds().getAsRange<ReductionAttr>())) {
    Type value = yield.getOperands()[2 * position].getType();
    if (!yield.getOperands()[2 * position + 1].getType().isInteger(1))
      return emitOpError() << "the predicate of reduction " << position << " must be i1";
    if (failed(verifyReduction(*this, kind.getValue(), value, getResult(position).getType()))) // C3
      return failure();
  }
  return success();
}

LogicalResult AccumulateOp::verify() { return verifySubscripts(*this, getArray().getType(), getSubscripts()); }
LogicalResult StoreOp::verify() { return verifySubscripts(*this, getArray().getType(), getSubscripts()); } // C1

} // namespace mercer::ir
