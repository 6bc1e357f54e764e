// Runs a plan as its ops say: nests in order, iterations in order, one element at a time.
#include "compiler/interpreter/Apply.h"
#include "compiler/interpreter/Interpreter.h"
#include "compiler/interpreter/Memory.h"
#include "compiler/interpreter/Reductions.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mercer::interpreter {
namespace {

class PlanRun {
public:
  PlanRun(ir::PlanOp plan, bool single) : plan_(plan), single_(single) {}

  Result run(llvm::ArrayRef<Input> inputs, llvm::ArrayRef<std::vector<std::int64_t>> outputShapes) {
    mlir::Block &block = plan_.getBlock();
    for (mlir::BlockArgument argument : block.getArguments()) {
      Memory &memory = memory_[argument];
      size_t n = argument.getArgNumber();
      mlir::Type element = llvm::cast<ir::ArrayType>(argument.getType()).getElement();
      bool fits = n < inputs.size() ? memory.load(element, inputs[n])
                                    : memory.allocate(element, outputShapes[n - inputs.size()]);
      if (!fits)
        fail("an array has too many elements");
    }
    plan_.walk([&](mlir::Operation *op) {
      for (mlir::Value result : op->getResults())
        if (!llvm::isa<ir::ArrayType>(result.getType()))
          slotOf_[result] = static_cast<unsigned>(slotOf_.size());
      for (mlir::Region &region : op->getRegions())
        for (mlir::BlockArgument argument : region.getArguments())
          slotOf_.try_emplace(argument, static_cast<unsigned>(slotOf_.size()));
    });
    slots_.resize(slotOf_.size());
    runBlock(block);
    if (!result_.error.empty() || result_.violation)
      return std::move(result_);
    for (size_t n = inputs.size(); n < block.getNumArguments(); ++n)
      result_.outputs.push_back(std::move(memory_[block.getArgument(static_cast<unsigned>(n))]).output());
    return std::move(result_);
  }

private:
  /// What `mercer.accumulate` has collected for each element of an array of the plan.
  struct Collected {
    dsl::Reduction kind;
    bool real;
    std::vector<Terms<double>> elements;
  };

  void fail(const llvm::Twine &message) {
    if (result_.error.empty())
      result_.error = message.str();
  }
  bool ended() const { return !result_.error.empty() || result_.violation; }

  void countIteration() {
    constexpr std::int64_t most = std::int64_t{1} << 26;
    if (++iterations_ > most)
      fail("the interpreter runs at most " + llvm::Twine(most) + " iterations of a plan");
  }

  Slot<double> &slot(mlir::Value value) { return slots_[slotOf_.find(value)->second]; }
  static bool isReal(mlir::Value value) { return llvm::isa<mlir::FloatType>(value.getType()); }

  void runBlock(mlir::Block &block) {
    for (mlir::Operation &op : block) {
      if (ended())
        return;
      runOp(op);
      if (single_)
        for (mlir::Value result : op.getResults())
          if (result.getType().isF32())
            slot(result).real = static_cast<float>(slot(result).real);
    }
  }

  void runOp(mlir::Operation &op) {
    llvm::TypeSwitch<mlir::Operation *>(&op)
        .Case([&](ir::ConstantOp constant) { runConstant(constant); })
        .Case([&](ir::SizeOp size) {
          slot(size.getResult()).integer = memory_[size.getArray()].shape[size.getDimension()];
        })
        .Case([&](ir::ApplyOp apply) { runApply(apply); })
        .Case([&](ir::ReadOp read) { runRead(read); })
        .Case<ir::AllocateOp, ir::TileOp, ir::AccumulatorOp>([&](auto allocation) { allocate(allocation); })
        .Case([&](ir::NestOp nest) { runNest(nest); })
        .Case([&](ir::LoopOp loop) { runLoop(loop); })
        .Case([&](ir::StoreOp store) { runStore(store); })
        .Case([&](ir::AccumulateOp accumulate) { runAccumulate(accumulate); })
        .Case([&](ir::FailOp check) {
          const Memory &flag = memory_[check.getFlag()];
          if (flag.integers.empty() || flag.integers[0])
            result_.violation = Violation{static_cast<unsigned>(check.getCheck()), 0, 0, {}};
        })
        .Case([](ir::YieldOp) {})
        .Default([&](mlir::Operation *other) {
          fail("'" + other->getName().getStringRef() + "' has no meaning in a plan");
        });
  }

  void runConstant(ir::ConstantOp op) {
    if (auto number = llvm::dyn_cast<mlir::FloatAttr>(op.getValue()))
      slot(op.getResult()).real = number.getValueAsDouble();
    else if (auto integer = llvm::dyn_cast<mlir::IntegerAttr>(op.getValue()))
      slot(op.getResult()).integer =
          integer.getType().isInteger(1) ? !integer.getValue().isZero() : integer.getInt();
  }

  void runApply(ir::ApplyOp op) {
    llvm::SmallVector<unsigned, 3> operands;
    for (mlir::Value operand : op.getOperands())
      operands.push_back(slotOf_.find(operand)->second);
    apply(op.getFunction().getValue(), isReal(op.getResult()), isReal(op.getOperands()[0]), slots_, operands,
          slot(op.getResult()));
  }

  /// The element that subscripts name; none, and the run fails, when they are out of range.
  std::optional<size_t> element(mlir::Operation *op, const Memory &memory, mlir::ValueRange subscripts) {
    std::int64_t offset = 0;
    for (auto [dimension, subscript] : llvm::enumerate(subscripts)) {
      std::int64_t at = slot(subscript).integer, size = memory.shape[dimension];
      if (at < 0 || at >= size) {
        fail("'" + op->getName().getStringRef() + "' has subscript " + llvm::Twine(at) + " in dimension " +
             llvm::Twine(dimension) + " of size " + llvm::Twine(size));
        return std::nullopt;
      }
      offset = offset * size + at;
    }
    return static_cast<size_t>(offset);
  }

  void runRead(ir::ReadOp op) {
    Slot<double> &result = slot(op.getResult());
    result = {};
    if (op.getGuard() && !slot(op.getGuard()).integer)
      return;
    const Memory &memory = memory_[op.getArray()];
    std::optional<size_t> at = element(op, memory, op.getSubscripts());
    if (!at)
      return;
    if (memory.isReal())
      result.real = memory.reals[*at];
    else
      result.integer = memory.integers[*at];
  }

  template <class Allocation>
  void allocate(Allocation op) {
    std::vector<std::int64_t> shape;
    for (mlir::Value size : op.getSizes())
      shape.push_back(std::max<std::int64_t>(0, slot(size).integer));
    mlir::Type element = llvm::cast<ir::ArrayType>(op.getResult().getType()).getElement();
    Memory &memory = memory_[op.getResult()];
    if (!memory.allocate(element, shape))
      return fail("array '" + op.getName() + "' has too many elements");
    if (std::is_same_v<Allocation, ir::AccumulatorOp>) {
      Slot<double> empty = reduce(ir::combinedBy(op.getResult()), memory.isReal(), {});
      std::fill(memory.reals.begin(), memory.reals.end(), empty.real);
      std::fill(memory.integers.begin(), memory.integers.end(), empty.integer);
    }
  }

  void runStore(ir::StoreOp op) {
    Memory &memory = memory_[op.getArray()];
    if (std::optional<size_t> at = element(op, memory, op.getSubscripts()))
      memory.store(*at, slot(op.getValue()).real, slot(op.getValue()).integer);
  }

  void runNest(ir::NestOp op) {
    nestIndex_ = op.getIndex();
    op.walk([&](ir::AccumulateOp accumulate) {
      if (accumulate.getArray().getDefiningOp<ir::AccumulatorOp>())
        return;
      Memory &memory = memory_[accumulate.getArray()];
      collected_[accumulate.getArray()] = {accumulate.getKind().getValue(), isReal(accumulate.getValue()),
                                std::vector<Terms<double>>(memory.count())};
    });
    std::int64_t extent = slot(op.getExtent()).integer;
    for (std::int64_t n = 0; n < extent && !ended(); ++n) {
      countIteration();
      slot(op.getIndex()).integer = n;
      runBlock(op.getBlock());
    }
    for (auto &[array, collected] : collected_) {
      Memory &memory = memory_[array];
      for (auto [at, terms] : llvm::enumerate(collected.elements)) {
        Slot<double> value = reduce(collected.kind, collected.real, terms);
        memory.store(at, value.real, value.integer);
      }
    }
    collected_.clear();
  }

  static Slot<double> reduce(dsl::Reduction kind, bool real, const Terms<double> &terms) {
    if (kind == dsl::Reduction::argmin || kind == dsl::Reduction::argmax)
      return {0.0, winner(kind, real, terms)};
    if (real)
      return {reduce_reals(kind, llvm::ArrayRef<double>(terms.reals)), 0};
    return {0.0, reduce_integers(kind, terms.integers)};
  }

  void collect(Terms<double> &terms, mlir::Value value, std::int64_t position) {
    if (isReal(value))
      terms.reals.push_back(slot(value).real);
    else
      terms.integers.push_back(slot(value).integer);
    terms.positions.push_back(position);
  }

  void runLoop(ir::LoopOp op) {
    std::vector<Terms<double>> terms(op.getNumResults());
    std::int64_t upper = slot(op.getUpper()).integer;
    for (std::int64_t n = slot(op.getLower()).integer; n < upper && !ended(); ++n) {
      countIteration();
      slot(op.getIndex()).integer = n;
      runBlock(op.getBlock());
      mlir::Operation *yield = op.getYield();
      for (unsigned k = 0; k < terms.size() && !ended(); ++k)
        if (slot(yield->getOperand(2 * k + 1)).integer)
          collect(terms[k], yield->getOperand(2 * k), n);
    }
    for (unsigned k = 0; k < terms.size() && !ended(); ++k)
      slot(op.getResult(k)) = reduce(llvm::cast<ir::ReductionAttr>(op.getKinds()[k]).getValue(),
                                     isReal(op.getYield()->getOperand(2 * k)), terms[k]);
  }

  void runAccumulate(ir::AccumulateOp op) {
    if (op.getPredicate() && !slot(op.getPredicate()).integer)
      return;
    Memory &memory = memory_[op.getArray()];
    std::optional<size_t> at = element(op, memory, op.getSubscripts());
    if (!at)
      return;
    auto found = collected_.find(op.getArray());
    if (found != collected_.end())
      return collect(found->second.elements[*at], op.getValue(), slot(nestIndex_).integer);
    Terms<double> terms;
    if (memory.isReal())
      terms.reals = {memory.reals[*at], slot(op.getValue()).real};
    else
      terms.integers = {memory.integers[*at], slot(op.getValue()).integer};
    Slot<double> both = reduce(op.getKind().getValue(), memory.isReal(), terms);
    memory.store(*at, both.real, both.integer);
  }

  ir::PlanOp plan_;
  bool single_;
  std::int64_t iterations_ = 0;
  Result result_;
  mlir::Value nestIndex_;
  llvm::DenseMap<mlir::Value, unsigned> slotOf_;
  std::vector<Slot<double>> slots_;
  llvm::MapVector<mlir::Value, Memory> memory_;
  llvm::MapVector<mlir::Value, Collected> collected_; // by array
};

} // namespace

Result interpret(ir::PlanOp plan, llvm::ArrayRef<Input> inputs,
                 llvm::ArrayRef<std::vector<std::int64_t>> outputShapes, bool single) {
  mlir::Block &block = plan.getBlock();
  Result result;
  bool fits =
      plan.getInputs() == inputs.size() && inputs.size() + outputShapes.size() == block.getNumArguments();
  for (unsigned n = 0; fits && n < block.getNumArguments(); ++n)
    fits = llvm::cast<ir::ArrayType>(block.getArgument(n).getType()).getRank() ==
           (n < inputs.size() ? inputs[n].shape : outputShapes[n - inputs.size()]).size();
  if (!fits) {
    result.error = "the plan takes other inputs or outputs than those given";
    return result;
  }
  return PlanRun(plan, single).run(inputs, outputShapes);
}

} // namespace mercer::interpreter
