#include "compiler/interpreter/Interpreter.h"

#include "compiler/dialect/FreeIndices.h"
#include "compiler/interpreter/Number.h"

#include <algorithm>
#include <cmath>

using namespace mlir;

namespace mercer::interpreter {
namespace {

using dsl::Function;
using dsl::Reduction;

/// A value of any kind: a boolean is the integer 0 or 1.
template <class Number> struct Slot {
  Number real{};
  std::int64_t integer = 0;
};

/// A value that has been computed for all of its free indices, row-major over them.
template <class Number> struct Stored {
  ir::IndexSet indices;
  std::vector<std::int64_t> shape;
  std::vector<Number> reals;
  std::vector<std::int64_t> integers;
};

/// What one instruction of a loop body does.
struct Instruction {
  enum Kind { apply, readInput, readStored, loadStored } kind;
  ir::ApplyOp op;
  Function function{};
  bool real = false;           // the result is a real number
  bool realOperands = false;   // of a comparison or conversion
  const void *stored = nullptr;
  unsigned input = 0;
  std::vector<unsigned> operands; // slots
  int guard = -1;
  unsigned result = 0;
  unsigned level = 0; // the innermost loop that it depends on; 0: outside of all
};

template <class Number> class Run {
public:
  Run(ir::ProgramOp program, ArrayRef<Input> inputs) : program_(program), inputs_(inputs) {}

  std::optional<Violation> check() {
    unsigned number = 0;
    for (auto op : program_.getBlock().getOps<ir::CheckOp>()) {
      if (std::optional<Violation> violation = check(op, number))
        return violation;
      ++number;
    }
    return std::nullopt;
  }

  std::vector<Output> outputs() {
    std::vector<Output> results;
    for (auto op : program_.getBlock().getOps<ir::OutputOp>()) {
      Stored<Number> stored = compute(op.getValue(), llvm::to_vector_of<Value, 4>(op.getIndices()));
      Output output{stored.shape, {}, std::move(stored.integers)};
      for (const Number &number : stored.reals)
        output.reals.push_back(to_double(number));
      results.push_back(std::move(output));
    }
    return results;
  }

private:
  /// The instructions that compute some values at one point of a loop nest.
  struct Body {
    std::vector<Instruction> instructions; // by level, then in order
    std::vector<Slot<Number>> slots;
    std::vector<unsigned> loopSlots; // of the index of each loop
    DenseMap<Value, unsigned> slotOf;
  };

  std::int64_t extent(Value index) {
    auto found = extents_.find(index);
    if (found != extents_.end())
      return found->second;
    Value value = index.getDefiningOp<ir::IndexOp>().getExtent();
    std::int64_t result = std::max<std::int64_t>(0, compute(value, {}).integers[0]);
    return extents_[index] = result;
  }

  /// Values of arrays and reductions that a body reads must be there before it runs.
  const Stored<Number> &storedReduction(ir::ReduceOp op) {
    auto &slot = stored_[op.getResult()];
    if (!slot)
      slot = std::make_unique<Stored<Number>>(reduce(op));
    return *slot;
  }

  const Stored<Number> &storedArray(ir::ArrayOp op) {
    auto &slot = stored_[op.getResult()];
    if (!slot)
      slot = std::make_unique<Stored<Number>>(compute(op.getValue(), llvm::to_vector_of<Value, 4>(op.getIndices())));
    return *slot;
  }

  //===- Compiling a body -----------------------------------------------------------------------------------===//

  unsigned newSlot(Body &body) {
    body.slots.emplace_back();
    return static_cast<unsigned>(body.slots.size() - 1);
  }

  /// Reductions and arrays below some values, in an order in which each needs earlier ones only.
  void prepare(ArrayRef<Value> roots) {
    SmallVector<std::pair<Operation *, bool>> stack;
    DenseSet<Operation *> seen;
    auto push = [&](Value value) {
      if (Operation *op = value.getDefiningOp(); op && !stored_.count(op->getResult(0)))
        stack.push_back({op, false});
    };
    for (Value root : roots)
      push(root);
    while (!stack.empty()) {
      auto [op, finished] = stack.pop_back_val();
      if (finished) {
        if (auto reduction = dyn_cast<ir::ReduceOp>(op))
          storedReduction(reduction);
        else if (auto array = dyn_cast<ir::ArrayOp>(op))
          storedArray(array);
        continue;
      }
      if (!seen.insert(op).second)
        continue;
      stack.push_back({op, true});
      for (Value operand : op->getOperands())
        push(operand);
    }
  }

  Body compile(ArrayRef<Value> roots, ArrayRef<Value> loops) {
    prepare(roots);
    Body body;
    std::vector<unsigned> levelOf; // of slots
    auto define = [&](Value value, unsigned level) {
      unsigned slot = newSlot(body);
      body.slotOf[value] = slot;
      levelOf.resize(body.slots.size());
      levelOf[slot] = level;
      return slot;
    };
    for (auto [position, loop] : llvm::enumerate(loops))
      body.loopSlots.push_back(define(loop, static_cast<unsigned>(position) + 1));
    SmallVector<std::pair<Value, bool>> stack;
    for (Value root : llvm::reverse(roots))
      stack.push_back({root, false});
    while (!stack.empty()) {
      auto [value, finished] = stack.pop_back_val();
      if (body.slotOf.count(value))
        continue;
      Operation *op = value.getDefiningOp();
      if (!finished) {
        stack.push_back({value, true});
        if (isa<ir::ReduceOp>(op)) {
          for (Value index : stored_.find(value)->second->indices)
            stack.push_back({index, false});
        } else {
          for (Value operand : op->getOperands())
            if (!isa<ir::ArrayType>(operand.getType()))
              stack.push_back({operand, false});
        }
        continue;
      }
      if (isa<ir::ConstantOp, ir::SizeOp>(op)) {
        unsigned slot = define(value, 0);
        setConstant(body.slots[slot], op);
        continue;
      }
      Instruction instruction = decode(op, body);
      for (unsigned operand : instruction.operands)
        instruction.level = std::max(instruction.level, levelOf[operand]);
      if (instruction.guard >= 0)
        instruction.level = std::max(instruction.level, levelOf[instruction.guard]);
      instruction.result = define(value, instruction.level);
      body.instructions.push_back(std::move(instruction));
    }
    llvm::sort(body.instructions, [](const Instruction &a, const Instruction &b) {
      return std::pair(a.level, a.result) < std::pair(b.level, b.result); // results are numbered in order
    });
    return body;
  }

  void setConstant(Slot<Number> &slot, Operation *op) {
    if (auto size = dyn_cast<ir::SizeOp>(op)) {
      slot.integer = inputs_[cast<BlockArgument>(size.getArray()).getArgNumber()].shape[size.getDimension()];
      return;
    }
    Attribute value = cast<ir::ConstantOp>(op).getValue();
    if (auto number = dyn_cast<FloatAttr>(value))
      slot.real = Number(number.getValueAsDouble());
    else
      slot.integer = cast<IntegerAttr>(value).getType().isInteger(1) ? !cast<IntegerAttr>(value).getValue().isZero()
                                                                     : cast<IntegerAttr>(value).getInt();
  }

  Instruction decode(Operation *op, Body &body) {
    Instruction instruction;
    auto take = [&](ValueRange values) {
      for (Value operand : values)
        instruction.operands.push_back(body.slotOf.lookup(operand));
    };
    instruction.real = isa<FloatType>(op->getResult(0).getType());
    if (auto apply = dyn_cast<ir::ApplyOp>(op)) {
      instruction.kind = Instruction::apply;
      instruction.function = apply.getFunction().getValue();
      instruction.realOperands = isa<FloatType>(apply.getOperands()[0].getType());
      take(apply.getOperands());
    } else if (auto read = dyn_cast<ir::ReadOp>(op)) {
      if (auto argument = dyn_cast<BlockArgument>(read.getArray())) {
        instruction.kind = Instruction::readInput;
        instruction.input = argument.getArgNumber();
      } else {
        instruction.kind = Instruction::readStored;
        instruction.stored = stored_.find(read.getArray())->second.get();
      }
      take(read.getSubscripts());
      if (read.getGuard())
        instruction.guard = static_cast<int>(body.slotOf.lookup(read.getGuard()));
    } else {
      const Stored<Number> *stored = stored_.find(op->getResult(0))->second.get();
      instruction.kind = Instruction::loadStored;
      instruction.stored = stored;
      take(ArrayRef<Value>(stored->indices));
    }
    return instruction;
  }

  //===- Running a body -------------------------------------------------------------------------------------===//

  /// Runs a body for all values of its loops, outermost first; `visit` after each innermost point.
  template <class Visit> void loop(Body &body, ArrayRef<std::int64_t> extents, Visit visit) {
    std::vector<size_t> levelEnd(extents.size() + 1);
    for (size_t level = 0; level <= extents.size(); ++level)
      levelEnd[level] = static_cast<size_t>(
          std::upper_bound(body.instructions.begin(), body.instructions.end(), level,
                           [](size_t wanted, const Instruction &i) { return wanted < i.level; }) -
          body.instructions.begin());
    run(body, 0, levelEnd[0]);
    if (llvm::is_contained(extents, 0))
      return;
    std::vector<std::int64_t> at(extents.size(), 0);
    size_t changed = 0; // loops from here on have new values
    while (true) {
      for (size_t level = changed; level < at.size(); ++level)
        body.slots[body.loopSlots[level]].integer = at[level];
      run(body, levelEnd[changed], levelEnd[at.size()]);
      if (!visit(at))
        return;
      size_t level = at.size();
      while (level > 0 && ++at[level - 1] == extents[level - 1])
        at[--level] = 0;
      if (level == 0)
        return;
      changed = level - 1;
    }
  }

  void run(Body &body, size_t begin, size_t end) {
    for (size_t n = begin; n < end; ++n)
      execute(body, body.instructions[n]);
  }

  void execute(Body &body, const Instruction &instruction) {
    Slot<Number> &result = body.slots[instruction.result];
    switch (instruction.kind) {
    case Instruction::apply:
      return apply(body, instruction, result);
    case Instruction::readInput:
      return readInput(body, instruction, result);
    case Instruction::readStored:
    case Instruction::loadStored: {
      auto &stored = *static_cast<const Stored<Number> *>(instruction.stored);
      std::int64_t offset = 0;
      bool inside = instruction.guard < 0 || body.slots[instruction.guard].integer;
      for (auto [dimension, slot] : llvm::enumerate(instruction.operands)) {
        std::int64_t at = body.slots[slot].integer;
        inside &= at >= 0 && at < stored.shape[dimension];
        offset = offset * stored.shape[dimension] + at;
      }
      if (instruction.real)
        result.real = inside ? stored.reals[static_cast<size_t>(offset)] : Number(0.0);
      else
        result.integer = inside ? stored.integers[static_cast<size_t>(offset)] : 0;
    }
    }
  }

  void readInput(Body &body, const Instruction &instruction, Slot<Number> &result) {
    const Input &input = inputs_[instruction.input];
    std::int64_t offset = 0;
    bool inside = instruction.guard < 0 || body.slots[instruction.guard].integer;
    for (auto [dimension, slot] : llvm::enumerate(instruction.operands)) {
      std::int64_t at = body.slots[slot].integer;
      inside &= at >= 0 && at < input.shape[dimension];
      offset += at * input.strides[dimension];
    }
    if (instruction.real)
      result.real = inside ? Number(loadReal(input.dtype, input.data, offset)) : Number(0.0);
    else
      result.integer = inside ? loadInteger(input.dtype, input.data, offset) : 0;
  }

  void apply(Body &body, const Instruction &instruction, Slot<Number> &result) {
    auto operand = [&](unsigned n) -> Slot<Number> & { return body.slots[instruction.operands[n]]; };
    Function function = instruction.function;
    switch (function) {
    case Function::logical_and:
      result.integer = operand(0).integer & operand(1).integer;
      return;
    case Function::logical_or:
      result.integer = operand(0).integer | operand(1).integer;
      return;
    case Function::logical_not:
      result.integer = !operand(0).integer;
      return;
    case Function::select:
      if (instruction.real)
        result.real = operand(operand(0).integer ? 1 : 2).real;
      else
        result.integer = operand(operand(0).integer ? 1 : 2).integer;
      return;
    case Function::to_real:
      if (instruction.realOperands)
        result.real = operand(0).real;
      else
        from_integer(result.real, operand(0).integer);
      return;
    case Function::to_integer:
      result.integer = instruction.realOperands ? to_integer(operand(0).real) : operand(0).integer;
      return;
    case Function::eq: case Function::ne: case Function::lt: case Function::le: case Function::gt: case Function::ge:
      if (instruction.realOperands)
        result.integer = compare(function, operand(0).real, operand(1).real);
      else
        result.integer = compareIntegers(function, operand(0).integer, operand(1).integer);
      return;
    default:
      break;
    }
    if (!instruction.real) {
      std::int64_t operands[2] = {operand(0).integer, instruction.operands.size() > 1 ? operand(1).integer : 0};
      result.integer = evaluate_integer(function, operands);
      return;
    }
    Number operands[2] = {operand(0).real, instruction.operands.size() > 1 ? operand(1).real : Number(0.0)};
    result.real = evaluate(function, operands);
  }

  static bool compareIntegers(Function function, std::int64_t a, std::int64_t b) {
    switch (function) {
    case Function::eq: return a == b;
    case Function::ne: return a != b;
    case Function::lt: return a < b;
    case Function::le: return a <= b;
    case Function::gt: return a > b;
    default: return a >= b;
    }
  }

  //===- Values over all of their indices -------------------------------------------------------------------===//

  Stored<Number> emptyStored(ArrayRef<Value> indices, bool real) {
    Stored<Number> stored;
    stored.indices.assign(indices.begin(), indices.end());
    size_t size = 1;
    for (Value index : indices) {
      stored.shape.push_back(extent(index));
      size *= static_cast<size_t>(stored.shape.back());
    }
    if (real)
      stored.reals.resize(size);
    else
      stored.integers.resize(size);
    return stored;
  }

  Stored<Number> compute(Value value, ArrayRef<Value> indices) {
    bool real = isa<FloatType>(value.getType());
    Stored<Number> stored = emptyStored(indices, real);
    Body body = compile({value}, indices);
    unsigned slot = body.slotOf.lookup(value);
    size_t position = 0;
    loop(body, stored.shape, [&](ArrayRef<std::int64_t>) {
      if (real)
        stored.reals[position] = body.slots[slot].real;
      else
        stored.integers[position] = body.slots[slot].integer;
      ++position;
      return true;
    });
    return stored;
  }

  /// The terms of one reduction, then its value.
  struct Terms {
    std::vector<Number> reals;
    std::vector<std::int64_t> integers, positions;
    void clear() { reals.clear(), integers.clear(), positions.clear(); }
  };

  Stored<Number> reduce(ir::ReduceOp op) {
    ir::IndexSet kept = free_.of(op.getResult());
    Stored<Number> stored = emptyStored(kept, isa<FloatType>(op.getResult().getType()));
    SmallVector<Value> loops(kept.begin(), kept.end());
    llvm::append_range(loops, op.getOver());
    SmallVector<Value> roots{op.getValue()};
    if (op.getPredicate())
      roots.push_back(op.getPredicate());
    Body body = compile(roots, loops);
    std::vector<std::int64_t> extents = stored.shape;
    std::int64_t terms = 1;
    for (Value index : op.getOver()) {
      extents.push_back(extent(index));
      terms *= extents.back();
    }
    bool real = isa<FloatType>(op.getValue().getType());
    unsigned value = body.slotOf.lookup(op.getValue());
    int predicate = op.getPredicate() ? static_cast<int>(body.slotOf.lookup(op.getPredicate())) : -1;
    Terms collected;
    size_t position = 0;
    std::int64_t seen = 0;
    if (terms == 0)
      for (size_t n = 0; n < std::max(stored.reals.size(), stored.integers.size()); ++n)
        finish(op.getKind().getValue(), real, collected, stored, n);
    loop(body, extents, [&](ArrayRef<std::int64_t> at) {
      if (predicate < 0 || body.slots[predicate].integer) {
        if (real)
          collected.reals.push_back(body.slots[value].real);
        else
          collected.integers.push_back(body.slots[value].integer);
        collected.positions.push_back(at.empty() ? 0 : at.back());
      }
      if (++seen == terms) {
        finish(op.getKind().getValue(), real, collected, stored, position++);
        collected.clear();
        seen = 0;
      }
      return true;
    });
    return stored;
  }

  static bool isNan(const Number &number) { return compare(Function::ne, number, number); }

  static Number call(Function function, Number a, Number b = Number(0.0)) {
    Number operands[2] = {std::move(a), std::move(b)};
    return evaluate(function, operands);
  }

  void finish(Reduction kind, bool real, const Terms &terms, Stored<Number> &stored, size_t at) {
    if (kind == Reduction::argmin || kind == Reduction::argmax)
      stored.integers[at] = position(kind, real, terms);
    else if (real)
      stored.reals[at] = reduceReals(kind, terms.reals);
    else
      stored.integers[at] = reduceIntegers(kind, terms.integers);
  }

  static Number sum(ArrayRef<Number> terms) {
    Number total(0.0), lost(0.0); // Neumaier's compensated sum
    for (const Number &term : terms) {
      Number next = call(Function::add, total, term);
      bool larger = compare(Function::ge, call(Function::abs, total), call(Function::abs, term));
      const Number &big = larger ? total : term, &small = larger ? term : total;
      lost = call(Function::add, lost, call(Function::add, call(Function::sub, big, next), small));
      total = next;
    }
    Number result = call(Function::add, total, lost);
    return isNan(result) ? total : result; // infinities make the compensation NaN
  }

  static Number extremum(Function better, ArrayRef<Number> terms, double empty) {
    Number best(empty);
    for (const Number &term : terms) {
      if (isNan(term))
        return term;
      if (compare(better, term, best))
        best = term;
    }
    return best;
  }

  static Number reduceReals(Reduction kind, ArrayRef<Number> terms) {
    switch (kind) {
    case Reduction::sum:
      return sum(terms);
    case Reduction::prod: {
      Number product(1.0);
      for (const Number &term : terms)
        product = call(Function::mul, product, term);
      return product;
    }
    case Reduction::min:
      return extremum(Function::lt, terms, HUGE_VAL);
    case Reduction::max:
      return extremum(Function::gt, terms, -HUGE_VAL);
    default: { // logsumexp
      Number largest = extremum(Function::gt, terms, -HUGE_VAL);
      if (isNan(largest) || isInfinite(largest))
        return largest;
      std::vector<Number> shares;
      for (const Number &term : terms)
        shares.push_back(call(Function::exp, call(Function::sub, term, largest)));
      return call(Function::add, largest, call(Function::log, sum(shares)));
    }
    }
  }

  static bool isInfinite(const Number &number) {
    Number half = call(Function::div, number, Number(2.0));
    return !isNan(number) && compare(Function::eq, half, number) && !compare(Function::eq, number, Number(0.0));
  }

  static std::int64_t reduceIntegers(Reduction kind, ArrayRef<std::int64_t> terms) {
    std::int64_t result = 0;
    switch (kind) {
    case Reduction::sum:
      for (std::int64_t term : terms)
        result = static_cast<std::int64_t>(static_cast<std::uint64_t>(result) + static_cast<std::uint64_t>(term));
      return result;
    case Reduction::prod:
      result = 1;
      for (std::int64_t term : terms)
        result = static_cast<std::int64_t>(static_cast<std::uint64_t>(result) * static_cast<std::uint64_t>(term));
      return result;
    case Reduction::min:
      return terms.empty() ? INT64_MAX : *std::min_element(terms.begin(), terms.end());
    case Reduction::max:
      return terms.empty() ? INT64_MIN : *std::max_element(terms.begin(), terms.end());
    case Reduction::any:
      return llvm::is_contained(terms, 1);
    default: // all
      return !llvm::is_contained(terms, 0);
    }
  }

  static std::int64_t position(Reduction kind, bool real, const Terms &terms) {
    bool smallest = kind == Reduction::argmin;
    size_t count = terms.positions.size(), best = 0;
    if (count == 0)
      return -1;
    for (size_t n = 0; n < count; ++n) {
      if (real) {
        if (isNan(terms.reals[n]))
          return terms.positions[n];
        if (compare(smallest ? Function::lt : Function::gt, terms.reals[n], terms.reals[best]))
          best = n;
      } else if (smallest ? terms.integers[n] < terms.integers[best] : terms.integers[n] > terms.integers[best]) {
        best = n;
      }
    }
    return terms.positions[best];
  }

  //===- Checks ---------------------------------------------------------------------------------------------===//

  std::optional<Violation> check(ir::CheckOp op, unsigned number) {
    SmallVector<Value> loops(op.getIndices()), roots{op.getSubscript(), op.getSize()};
    if (op.getGuard())
      roots.push_back(op.getGuard());
    std::vector<std::int64_t> extents;
    for (Value index : loops)
      extents.push_back(extent(index));
    Body body = compile(roots, loops);
    auto slot = [&](Value value) -> std::int64_t & { return body.slots[body.slotOf.lookup(value)].integer; };
    std::optional<Violation> violation;
    loop(body, extents, [&](ArrayRef<std::int64_t> at) {
      if (op.getGuard() && !slot(op.getGuard()))
        return true;
      std::int64_t value = slot(op.getSubscript()), size = slot(op.getSize());
      if (value >= 0 && value < size)
        return true;
      violation = Violation{number, value, size, {}};
      for (auto [index, position] : llvm::zip_equal(loops, at))
        violation->indices.emplace_back(index.getDefiningOp<ir::IndexOp>().getName().str(), position);
      return false;
    });
    return violation;
  }

  ir::ProgramOp program_;
  ArrayRef<Input> inputs_;
  ir::FreeIndices free_;
  DenseMap<Value, std::int64_t> extents_;
  DenseMap<Value, std::unique_ptr<Stored<Number>>> stored_;
};

template <class Number> Result run(ir::ProgramOp program, ArrayRef<Input> inputs) {
  Run<Number> run(program, inputs);
  if (std::optional<Violation> violation = run.check())
    return {{}, violation};
  return {run.outputs(), std::nullopt};
}

} // namespace

Result interpret(ir::ProgramOp program, ArrayRef<Input> inputs, int bits) {
  if (bits <= 53)
    return run<double>(program, inputs);
  BigFloat::bits = bits;
  mpfr_set_emin(mpfr_get_emin_min()), mpfr_set_emax(mpfr_get_emax_max());
  return run<BigFloat>(program, inputs);
}

std::optional<Violation> firstViolation(ir::ProgramOp program, ArrayRef<Input> inputs) {
  return Run<double>(program, inputs).check();
}

} // namespace mercer::interpreter
