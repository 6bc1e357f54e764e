// Names of the tables' rows, and functions that create ops with the types that the tables give.
#include "compiler/dialect/Mercer.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace mercer::ir {
namespace {

struct FunctionRow {
  StringRef name;
  unsigned operands;
  StringRef signature;
};

constexpr FunctionRow functions[] = {
#define MERCER_ELEMENTWISE(name, operands, signature, ...) {#name, operands, #signature},
#include "mercer/dsl/ops/Elementwise.def"
};

constexpr StringRef reductions[] = {
#define MERCER_REDUCTION(name, ...) #name,
#include "mercer/dsl/ops/Reductions.def"
};

const FunctionRow &row(dsl::Function function) { return functions[static_cast<unsigned>(function)]; }

} // namespace

std::optional<dsl::Function> functionNamed(StringRef name) {
  for (auto [position, function] : llvm::enumerate(functions))
    if (function.name == name)
      return static_cast<dsl::Function>(position);
  return std::nullopt;
}

std::optional<dsl::Reduction> reductionNamed(StringRef name) {
  for (auto [position, reduction] : llvm::enumerate(reductions))
    if (reduction == name)
      return static_cast<dsl::Reduction>(position);
  return std::nullopt;
}

unsigned operandCount(dsl::Function function) { return row(function).operands; }
StringRef signature(dsl::Function function) { return row(function).signature; }
dsl::Function exchanged(dsl::Function function) {
  using dsl::Function;
  switch (function) {
  case Function::lt:
    return Function::gt;
  case Function::gt:
    return Function::lt;
  case Function::le:
    return Function::ge;
  case Function::ge:
    return Function::le;
  default:
    return function;
  }
}

uint64_t lanesOf(Operation *op) {
  if (auto nest = dyn_cast<NestOp>(op))
    return nest.getLanes();
  auto loop = dyn_cast<LoopOp>(op);
  return loop ? loop.getLanes() : 0;
}

uint64_t activeLanes(Operation *op) {
  for (; op && !isa<PlanOp>(op); op = op->getParentOp())
    if (uint64_t lanes = lanesOf(op))
      return lanes;
  return 1;
}

unsigned bytesOf(Type element) { return (element.getIntOrFloatBitWidth() + 7) / 8; }

StringRef FunctionAttr::nameOf(dsl::Function function) { return row(function).name; }
StringRef ReductionAttr::nameOf(dsl::Reduction reduction) { return reductions[static_cast<unsigned>(reduction)]; }

Value apply(OpBuilder &builder, Location loc, dsl::Function function, ValueRange operands) {
  StringRef kind = signature(function);
  Type type = operands.back().getType();
  if (kind == "cmp" || kind == "bb")
    type = builder.getI1Type();
  else if (kind == "any2int")
    type = builder.getI64Type();
  return ApplyOp::create(builder, loc, type, FunctionAttr::get(builder.getContext(), function), operands);
}

Value real(OpBuilder &builder, Location loc, Type type, double value) {
  return ConstantOp::create(builder, loc, type, builder.getFloatAttr(type, value));
}

Value integer(OpBuilder &builder, Location loc, int64_t value) {
  return ConstantOp::create(builder, loc, builder.getI64Type(), builder.getI64IntegerAttr(value));
}

Value boolean(OpBuilder &builder, Location loc, bool value) {
  return ConstantOp::create(builder, loc, builder.getI1Type(), builder.getBoolAttr(value));
}

Value reduce(OpBuilder &builder, Location loc, dsl::Reduction kind, ValueRange over, Value value, Value predicate) {
  bool position = kind == dsl::Reduction::argmin || kind == dsl::Reduction::argmax;
  Type type = position ? builder.getI64Type() : value.getType();
  return ReduceOp::create(builder, loc, type, ReductionAttr::get(builder.getContext(), kind), over, value, predicate);
}

Value size(OpBuilder &builder, Location loc, Value array, unsigned dimension) {
  auto argument = cast<BlockArgument>(array);
  Operation *program = argument.getOwner()->getParentOp();
  unsigned input = argument.getArgNumber();
  auto sizes = program->getAttrOfType<ArrayAttr>(sizesAttribute);
  if (sizes && input < sizes.size())
    if (auto same = dyn_cast<DenseI64ArrayAttr>(sizes[input]); same && 2 * dimension + 1 < same.size()) {
      input = static_cast<unsigned>(same[2 * dimension]);
      dimension = static_cast<unsigned>(same[2 * dimension + 1]);
    }
  return SizeOp::create(builder, loc, argument.getOwner()->getArgument(input), dimension, IntegerAttr());
}

std::optional<double> realConstant(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  auto number = constant ? dyn_cast<FloatAttr>(constant.getValue()) : FloatAttr();
  return number ? std::optional(number.getValueAsDouble()) : std::nullopt;
}

std::optional<int64_t> integerConstant(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  auto number = constant ? dyn_cast<IntegerAttr>(constant.getValue()) : IntegerAttr();
  return number && number.getType().isInteger(64) ? std::optional(number.getInt()) : std::nullopt;
}

std::optional<int64_t> upperBound(Value value) {
  int64_t moved = 0;
  // Extents of convolutions and the like: a size less or plus a constant, or a fraction of it.
  while (auto op = value.getDefiningOp<ApplyOp>()) {
    std::optional<int64_t> constant = op.getOperands().size() == 2 ? integerConstant(op.getOperands()[1]) : std::nullopt;
    dsl::Function function = op.getFunction().getValue();
    if (!constant || *constant < 0 || *constant > (int64_t(1) << 32))
      return std::nullopt;
    if (function == dsl::Function::add)
      moved += *constant;
    else if (function == dsl::Function::sub)
      moved -= *constant;
    else if (function != dsl::Function::floor_div || *constant == 0)
      return std::nullopt;
    value = op.getOperands()[0];
  }
  if (std::optional<int64_t> constant = integerConstant(value))
    return *constant + moved;
  auto size = value.getDefiningOp<SizeOp>();
  std::optional<uint64_t> bound = size ? size.getAtMost() : std::nullopt;
  return bound ? std::optional(static_cast<int64_t>(*bound) + std::max<int64_t>(moved, 0)) : std::nullopt;
}

double guessedLength(Value index) {
  Value extent = index.getDefiningOp<IndexOp>().getExtent();
  if (std::optional<int64_t> constant = integerConstant(extent))
    return static_cast<double>(std::max<int64_t>(*constant, 1));
  std::optional<int64_t> most = upperBound(extent);
  return most ? static_cast<double>(std::max<int64_t>(*most / 4, 1)) : 4096;
}

std::optional<bool> booleanConstant(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  auto number = constant ? dyn_cast<IntegerAttr>(constant.getValue()) : IntegerAttr();
  return number && number.getType().isInteger(1) ? std::optional(!number.getValue().isZero()) : std::nullopt;
}

} // namespace mercer::ir
