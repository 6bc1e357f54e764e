// Runs a program: every reduction and array is computed for all of its free indices, what lies between point
// by point.
#pragma once

#include "compiler/interpreter/Body.h"
#include "compiler/interpreter/Interpreter.h"
#include "compiler/interpreter/Reductions.h"

#include "llvm/ADT/DenseSet.h"

#include <memory>

namespace mercer::interpreter {

/// Derivatives of derivatives of ... that one value may have.
inline constexpr int maxDerivatives = 3;
/// Elements of one stored value.
inline constexpr std::int64_t maxElements = std::int64_t{1} << 27;

template <class Number>
class Run {
public:
  /// The direction of a derivative: what is added to the elements of an array where it is read. One element
  /// when `position` is given, else all, row-major.
  struct Seed {
    mlir::Value array;
    std::int64_t position = -1;
    std::vector<Number> amounts;
  };

  Run(ir::ProgramOp program, llvm::ArrayRef<Input> inputs) : program_(program), inputs_(inputs) {}

  std::vector<Seed> seeds;
  std::string error; ///< then nothing else means anything

  std::optional<Violation> check(std::optional<unsigned> wanted = {}) {
    unsigned number = 0;
    for (auto op : program_.getBlock().getOps<ir::CheckOp>()) {
      if (!wanted || *wanted == number)
        if (std::optional<Violation> violation = check(op, number))
          return violation;
      ++number;
    }
    return std::nullopt;
  }

  std::vector<Output> outputs() {
    std::vector<Output> results;
    for (auto op : program_.getBlock().getOps<ir::OutputOp>()) {
      Stored<Number> stored = compute(op.getValue(), llvm::to_vector_of<mlir::Value, 4>(op.getIndices()));
      Output output{stored.shape, {}, std::move(stored.integers)};
      for (const Number &number : stored.reals)
        output.reals.push_back(to_double(number));
      results.push_back(std::move(output));
    }
    return results;
  }

  /// The values for all values of `indices`.
  Stored<Number> compute(mlir::Value value, llvm::ArrayRef<mlir::Value> indices) {
    bool real = llvm::isa<mlir::FloatType>(value.getType());
    Body<Number> body = compile({value}, indices);
    Stored<Number> stored = emptyStored(indices, real);
    if (!error.empty())
      return stored;
    unsigned slot = body.slotOf.lookup(value);
    size_t position = 0;
    loop(body, stored.shape, [&](llvm::ArrayRef<std::int64_t>) {
      if (real)
        stored.reals[position] = body.slots[slot].real;
      else
        stored.integers[position] = body.slots[slot].integer;
      ++position;
      return true;
    });
    return stored;
  }

  /// Free indices of a value.
  llvm::ArrayRef<mlir::Value> indicesOf(mlir::Value value) { return free_.of(value); }

  /// Forgets what depends on the seeds, before they change.
  void forget(const llvm::DenseSet<mlir::Value> &values) {
    for (mlir::Value value : values)
      stored_.erase(value);
  }

  std::vector<std::int64_t> shapeOf(mlir::Value array) {
    std::vector<std::int64_t> shape;
    for (unsigned n = 0; n < llvm::cast<ir::ArrayType>(array.getType()).getRank(); ++n)
      shape.push_back(sizeOf(array, n));
    return shape;
  }

private:
  using Op = mlir::Operation;

  std::int64_t fail(const llvm::Twine &message) {
    if (error.empty())
      error = message.str();
    return 0;
  }

  std::int64_t sizeOf(mlir::Value array, unsigned dimension) {
    while (auto gradient = array.getDefiningOp<ir::GradientOp>())
      array = gradient.getVariable();
    if (auto op = array.getDefiningOp<ir::ArrayOp>())
      return extent(op.getIndices()[dimension]);
    return inputs_[llvm::cast<mlir::BlockArgument>(array).getArgNumber()].shape[dimension];
  }

  std::int64_t extent(mlir::Value index) {
    auto found = extents_.find(index);
    if (found != extents_.end())
      return found->second;
    Stored<Number> stored = compute(index.getDefiningOp<ir::IndexOp>().getExtent(), {});
    std::int64_t result = error.empty() ? std::max<std::int64_t>(0, stored.integers[0]) : 0;
    return extents_[index] = result;
  }

  Stored<Number> emptyStored(llvm::ArrayRef<mlir::Value> indices, bool real) {
    Stored<Number> stored;
    stored.indices.assign(indices.begin(), indices.end());
    std::int64_t size = 1;
    for (mlir::Value index : indices)
      stored.shape.push_back(extent(index));
    if (llvm::is_contained(stored.shape, 0))
      return stored;
    for (std::int64_t count : stored.shape)
      size = count > maxElements / size ? maxElements + 1 : size * count;
    if (size > maxElements)
      fail("the interpreter keeps at most " + llvm::Twine(maxElements) + " elements of one value");
    if (!error.empty())
      size = 1;
    if (real)
      stored.reals.resize(static_cast<size_t>(size));
    else
      stored.integers.resize(static_cast<size_t>(size));
    return stored;
  }

  //===- Compiling a body
  //-----------------------------------------------------------------------------------===//

  static bool isStored(Op *op) {
    return llvm::isa<ir::ReduceOp, ir::ArrayOp, ir::GradientOp, ir::TangentOp>(op);
  }

  void store(Op *op) {
    Stored<Number> stored;
    if (auto reduction = llvm::dyn_cast<ir::ReduceOp>(op))
      stored = reduce(reduction);
    else if (auto array = llvm::dyn_cast<ir::ArrayOp>(op))
      stored = compute(array.getValue(), llvm::to_vector_of<mlir::Value, 4>(array.getIndices()));
    else if (auto derivative = llvm::dyn_cast<ir::GradientOp>(op))
      stored = gradient(derivative);
    else
      stored = tangent(llvm::cast<ir::TangentOp>(op));
    stored_[op->getResult(0)] = std::make_unique<Stored<Number>>(std::move(stored));
  }

  /// Stores reductions, arrays and derivatives below some values, each after those that it needs.
  void prepare(llvm::ArrayRef<mlir::Value> roots) {
    llvm::SmallVector<std::pair<Op *, bool>> stack;
    llvm::DenseSet<Op *> seen;
    auto push = [&](mlir::Value value) {
      if (Op *op = value.getDefiningOp(); op && !stored_.count(op->getResult(0)))
        stack.push_back({op, false});
    };
    for (mlir::Value root : roots)
      push(root);
    while (!stack.empty() && error.empty()) {
      auto [op, finished] = stack.pop_back_val();
      if (finished) {
        if (isStored(op) && !stored_.count(op->getResult(0)))
          store(op);
        continue;
      }
      if (!seen.insert(op).second)
        continue;
      stack.push_back({op, true});
      for (mlir::Value operand : op->getOperands())
        push(operand);
    }
  }

  Body<Number> compile(llvm::ArrayRef<mlir::Value> roots, llvm::ArrayRef<mlir::Value> loops) {
    for (mlir::Value loop : loops)
      extent(loop);
    prepare(roots);
    Body<Number> body;
    for (auto [position, loop] : llvm::enumerate(loops))
      body.loopSlots.push_back(body.define(loop, static_cast<unsigned>(position) + 1));
    llvm::SmallVector<std::pair<mlir::Value, bool>> stack;
    for (mlir::Value root : llvm::reverse(roots))
      stack.push_back({root, false});
    while (!stack.empty() && error.empty()) {
      auto [value, finished] = stack.pop_back_val();
      if (body.slotOf.count(value))
        continue;
      Op *op = value.getDefiningOp();
      if (auto index = llvm::dyn_cast<ir::IndexOp>(op)) {
        fail("index '" + index.getName() + "' is free where the program has no value for it");
      } else if (llvm::isa<ir::ConstantOp, ir::SizeOp>(op)) {
        unsigned slot = body.define(value, 0);
        setConstant(body.slots[slot], op);
      } else if (finished) {
        body.add(decode(op, body), value);
      } else {
        stack.push_back({value, true});
        if (isStored(op)) {
          for (mlir::Value index : stored_.find(value)->second->indices)
            stack.push_back({index, false});
        } else {
          for (mlir::Value operand : op->getOperands())
            if (!llvm::isa<ir::ArrayType>(operand.getType()))
              stack.push_back({operand, false});
        }
      }
    }
    body.finish();
    return body;
  }

  void setConstant(Slot<Number> &slot, Op *op) {
    if (auto size = llvm::dyn_cast<ir::SizeOp>(op)) {
      slot.integer = sizeOf(size.getArray(), static_cast<unsigned>(size.getDimension()));
      return;
    }
    mlir::Attribute value = llvm::cast<ir::ConstantOp>(op).getValue();
    if (auto number = llvm::dyn_cast<mlir::FloatAttr>(value))
      slot.real = Number(number.getValueAsDouble());
    else if (auto integer = llvm::dyn_cast<mlir::IntegerAttr>(value))
      slot.integer = integer.getType().isInteger(1) ? !integer.getValue().isZero() : integer.getInt();
  }

  Instruction<Number> decode(Op *op, Body<Number> &body) {
    Instruction<Number> instruction;
    auto take = [&](auto values) {
      for (mlir::Value operand : values)
        instruction.operands.push_back(body.slotOf.lookup(operand));
    };
    instruction.real = llvm::isa<mlir::FloatType>(op->getResult(0).getType());
    if (auto apply = llvm::dyn_cast<ir::ApplyOp>(op)) {
      instruction.kind = Instruction<Number>::apply;
      instruction.function = apply.getFunction().getValue();
      instruction.realOperands = llvm::isa<mlir::FloatType>(apply.getOperands()[0].getType());
      take(apply.getOperands());
    } else if (auto read = llvm::dyn_cast<ir::ReadOp>(op)) {
      instruction.array = read.getArray();
      if (auto argument = llvm::dyn_cast<mlir::BlockArgument>(read.getArray())) {
        instruction.kind = Instruction<Number>::readInput;
        instruction.input = argument.getArgNumber();
      } else {
        instruction.kind = Instruction<Number>::readStored;
        instruction.stored = stored_.find(read.getArray())->second.get();
      }
      take(read.getSubscripts());
      if (read.getGuard())
        instruction.guard = static_cast<int>(body.slotOf.lookup(read.getGuard()));
    } else if (isStored(op)) {
      instruction.kind = Instruction<Number>::readStored;
      instruction.stored = stored_.find(op->getResult(0))->second.get();
      take(llvm::ArrayRef<mlir::Value>(instruction.stored->indices));
    } else {
      fail("'" + op->getName().getStringRef() + "' is no value of a program");
    }
    return instruction;
  }

  //===- Running a body
  //-------------------------------------------------------------------------------------===//

  template <class Visit>
  void loop(Body<Number> &body, llvm::ArrayRef<std::int64_t> extents, Visit visit) {
    body.loop(extents, [&](const Instruction<Number> &i) { execute(body, i); }, visit);
  }

  void execute(Body<Number> &body, const Instruction<Number> &instruction) {
    Slot<Number> &result = body.slots[instruction.result];
    if (instruction.kind == Instruction<Number>::apply)
      return apply(instruction.function, instruction.real, instruction.realOperands, body.slots,
                   instruction.operands, result);
    const Input *input =
        instruction.kind == Instruction<Number>::readInput ? &inputs_[instruction.input] : nullptr;
    llvm::ArrayRef<std::int64_t> shape = input ? input->shape : instruction.stored->shape;
    std::int64_t offset = 0, rowMajor = 0;
    bool inside = instruction.guard < 0 || body.slots[static_cast<unsigned>(instruction.guard)].integer;
    for (size_t dimension = 0; inside && dimension < shape.size(); ++dimension) {
      std::int64_t at = body.slots[instruction.operands[dimension]].integer;
      inside = at >= 0 && at < shape[dimension];
      rowMajor = inside ? rowMajor * shape[dimension] + at : 0;
      if (inside && input)
        offset += at * input->strides[dimension];
    }
    if (!instruction.real) {
      result.integer = !inside ? 0
                       : input ? loadInteger(input->dtype, input->data, offset)
                               : instruction.stored->integers[static_cast<size_t>(rowMajor)];
      return;
    }
    if (!inside)
      result.real = Number(0.0);
    else if (input)
      result.real = Number(loadReal(input->dtype, input->data, offset));
    else
      result.real = instruction.stored->reals[static_cast<size_t>(rowMajor)];
    if constexpr (derivatives<Number> > 0)
      if (inside && instruction.array)
        perturb(instruction.array, rowMajor, result.real);
  }

  void perturb(mlir::Value array, std::int64_t position, Number &element) {
    for (const Seed &seed : seeds)
      if (seed.array == array && (seed.position < 0 || seed.position == position))
        element = call(dsl::Function::add, element,
                       seed.amounts[seed.position < 0 ? static_cast<size_t>(position) : 0]);
  }

  //===- Reductions
  //-----------------------------------------------------------------------------------------===//

  Stored<Number> reduce(ir::ReduceOp op) {
    ir::IndexSet kept = free_.of(op.getResult());
    dsl::Reduction kind = op.getKind().getValue();
    llvm::SmallVector<mlir::Value> loops(kept.begin(), kept.end()), roots{op.getValue()};
    llvm::append_range(loops, op.getOver());
    if (op.getPredicate())
      roots.push_back(op.getPredicate());
    Body<Number> body = compile(roots, loops);
    Stored<Number> stored = emptyStored(kept, llvm::isa<mlir::FloatType>(op.getResult().getType()));
    std::vector<std::int64_t> extents = stored.shape;
    std::int64_t terms = 1;
    for (mlir::Value index : op.getOver()) {
      extents.push_back(extent(index));
      terms =
          extents.back() && terms > maxElements / extents.back() ? maxElements + 1 : terms * extents.back();
    }
    if (terms > maxElements)
      fail("the interpreter reduces at most " + llvm::Twine(maxElements) + " terms at once");
    if (!error.empty())
      return stored;
    bool real = llvm::isa<mlir::FloatType>(op.getValue().getType());
    bool position = kind == dsl::Reduction::argmin || kind == dsl::Reduction::argmax;
    Terms<Number> collected;
    auto finish = [&](size_t at) {
      if (position)
        stored.integers[at] = winner(kind, real, collected);
      else if (real)
        stored.reals[at] = reduce_reals(kind, llvm::ArrayRef<Number>(collected.reals));
      else
        stored.integers[at] = reduce_integers(kind, collected.integers);
    };
    if (terms == 0)
      for (size_t n = 0; n < std::max(stored.reals.size(), stored.integers.size()); ++n)
        finish(n);
    unsigned value = body.slotOf.lookup(op.getValue());
    unsigned predicate = op.getPredicate() ? body.slotOf.lookup(op.getPredicate()) : 0;
    size_t element = 0;
    std::int64_t seen = 0;
    loop(body, extents, [&](llvm::ArrayRef<std::int64_t> at) {
      if (!op.getPredicate() || body.slots[predicate].integer) {
        if (real)
          collected.reals.push_back(body.slots[value].real);
        else
          collected.integers.push_back(body.slots[value].integer);
        if (position)
          collected.positions.push_back(at.back());
      }
      if (++seen == terms) {
        finish(element++);
        collected.clear();
        seen = 0;
      }
      return true;
    });
    return stored;
  }

  //===- Derivatives
  //----------------------------------------------------------------------------------------===//

  /// A run with one more derivative, in whose direction `seeds.back()` points.
  template <class Child>
  void lift(Child &child, mlir::Value array) {
    for (const Seed &seed : seeds) {
      typename Child::Seed lifted{seed.array, seed.position, {}};
      for (const Number &amount : seed.amounts)
        lifted.amounts.emplace_back(amount, Number(0.0));
      child.seeds.push_back(std::move(lifted));
    }
    child.seeds.push_back({array, -1, {}});
  }

  /// What depends on any of these arrays.
  llvm::DenseSet<mlir::Value> dependents(mlir::ValueRange arrays) {
    llvm::DenseSet<mlir::Value> result;
    for (Op &op : program_.getBlock())
      for (mlir::Value operand : op.getOperands())
        if (op.getNumResults() && (llvm::is_contained(arrays, operand) || result.contains(operand)))
          result.insert(op.getResult(0));
    return result;
  }

  Stored<Number> gradient(ir::GradientOp op) {
    Stored<Number> stored;
    stored.shape = shapeOf(op.getVariable());
    std::int64_t size = 1;
    for (std::int64_t count : stored.shape)
      size = count && size > maxElements / count ? maxElements + 1 : size * count;
    if (size > maxElements)
      fail("the interpreter keeps at most " + llvm::Twine(maxElements) + " elements of one value");
    if (!error.empty())
      return stored;
    if constexpr (derivatives<Number> < maxDerivatives) {
      llvm::DenseSet<mlir::Value> dependent = dependents(op.getVariable());
      Run<Dual<Number>> child(program_, inputs_);
      lift(child, op.getVariable());
      child.seeds.back().amounts.push_back(Dual<Number>(Number(0.0), Number(1.0)));
      ir::IndexSet indices(free_.of(op.getValue()));
      for (std::int64_t position = 0; position < size; ++position) {
        child.seeds.back().position = position;
        child.forget(dependent);
        std::vector<Number> tangents;
        for (Dual<Number> &number : child.compute(op.getValue(), indices).reals)
          tangents.push_back(std::move(number.tangent));
        if (!child.error.empty()) {
          fail(child.error);
          return stored;
        }
        stored.reals.push_back(sum_of(llvm::ArrayRef<Number>(tangents)));
      }
    } else {
      fail("the interpreter takes at most " + llvm::Twine(maxDerivatives) + " derivatives of derivatives");
    }
    return stored;
  }

  /// All elements of an array, with what the outer derivatives add to them.
  std::vector<Number> elements(mlir::Value array) {
    std::vector<std::int64_t> shape = shapeOf(array), at(shape.size(), 0);
    std::vector<Number> result;
    if (llvm::is_contained(shape, 0))
      return result;
    auto argument = llvm::dyn_cast<mlir::BlockArgument>(array);
    if (!argument)
      result = stored_.find(array)->second->reals;
    for (std::int64_t position = 0;; ++position) {
      if (argument) {
        const Input &input = inputs_[argument.getArgNumber()];
        std::int64_t offset = 0;
        for (size_t n = 0; n < at.size(); ++n)
          offset += at[n] * input.strides[n];
        result.push_back(Number(loadReal(input.dtype, input.data, offset)));
      }
      perturb(array, position, result[static_cast<size_t>(position)]);
      size_t level = at.size();
      while (level > 0 && ++at[level - 1] == shape[level - 1])
        at[--level] = 0;
      if (level == 0)
        return result;
    }
  }

  Stored<Number> tangent(ir::TangentOp op) {
    ir::IndexSet indices(free_.of(op.getValue()));
    Stored<Number> stored = emptyStored(indices, true);
    if constexpr (derivatives<Number> < maxDerivatives) {
      Run<Dual<Number>> child(program_, inputs_);
      for (auto [n, variable] : llvm::enumerate(op.getVariables())) {
        mlir::Value direction = op.getTangents()[n];
        if (shapeOf(variable) != shapeOf(direction)) {
          fail("a tangent has another shape than its variable");
          return stored;
        }
        if (n == 0)
          lift(child, variable);
        else
          child.seeds.push_back({variable, -1, {}});
        for (Number &amount : elements(direction))
          child.seeds.back().amounts.push_back(Dual<Number>(Number(0.0), std::move(amount)));
      }
      Stored<Dual<Number>> values = child.compute(op.getValue(), indices);
      fail(child.error);
      for (size_t n = 0; error.empty() && n < values.reals.size(); ++n)
        stored.reals[n] = std::move(values.reals[n].tangent);
    } else {
      fail("the interpreter takes at most " + llvm::Twine(maxDerivatives) + " derivatives of derivatives");
    }
    return stored;
  }

  //===- Checks
  //---------------------------------------------------------------------------------------------===//

  std::optional<Violation> check(ir::CheckOp op, unsigned number) {
    llvm::SmallVector<mlir::Value> loops(op.getIndices()), roots{op.getSubscript(), op.getSize()};
    if (op.getGuard())
      roots.push_back(op.getGuard());
    std::vector<std::int64_t> extents;
    for (mlir::Value index : loops)
      extents.push_back(extent(index));
    Body<Number> body = compile(roots, loops);
    std::optional<Violation> violation;
    if (!error.empty())
      return violation;
    auto slot = [&](mlir::Value value) { return body.slots[body.slotOf.lookup(value)].integer; };
    loop(body, extents, [&](llvm::ArrayRef<std::int64_t> at) {
      if (op.getGuard() && !slot(op.getGuard()))
        return true;
      std::int64_t value = slot(op.getSubscript()), size = slot(op.getSize());
      if (value >= 0 && value < size)
        return true;
      violation = Violation{number, value, size, {}};
      for (auto [index, position] : llvm::zip_equal(loops, at))
        violation->indices.emplace_back(mlir::Value(index).getDefiningOp<ir::IndexOp>().getName().str(),
                                        position);
      return false;
    });
    return violation;
  }

  ir::ProgramOp program_;
  llvm::ArrayRef<Input> inputs_;
  ir::FreeIndices free_;
  llvm::DenseMap<mlir::Value, std::int64_t> extents_;
  llvm::DenseMap<mlir::Value, std::unique_ptr<Stored<Number>>> stored_;
};

} // namespace mercer::interpreter
