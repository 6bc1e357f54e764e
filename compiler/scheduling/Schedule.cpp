#include "compiler/scheduling/Schedule.h"

#include "compiler/dialect/FreeIndices.h"
#include "compiler/scheduling/Dependences.h"

#include <map>

using namespace mlir;

namespace mercer::scheduling {
namespace {

/// The values of a program inside the block of the plan that is being written: one scope for the plan, the nest, each loop.
struct Scope {
  Scope(Value index, Block &block) : index(index), builder(OpBuilder::atBlockEnd(&block)) {}

  Value index; // of the program; null for the plan
  OpBuilder builder;
  DenseMap<Value, Value> values; // program value -> plan value
};

/// What a nest computes.
struct Demand {
  SmallVector<ir::ArrayOp> arrays;
  SmallVector<ir::OutputOp> outputs;
};

class Scheduler {
public:
  Scheduler(ir::ProgramOp program, const Machine &machine)
      : program_(program), machine_(machine), builder_(program) {}

  void run() {
    makePlan();
    // A check must hold before anything is read by its subscript: one round of nests for each check, then the rest.
    SmallVector<ir::OutputOp> rest;
    for (auto output : program_.getBlock().getOps<ir::OutputOp>()) {
      if (output->hasAttr(ir::checkAttribute))
        round(output);
      else
        rest.push_back(output);
    }
    round(rest);
  }

private:
  void makePlan() {
    Block &block = program_.getBlock();
    SmallVector<StringRef> names;
    for (Attribute name : program_.getNames())
      names.push_back(cast<StringAttr>(name).getValue());
    SmallVector<ir::OutputOp> outputs;
    for (auto output : block.getOps<ir::OutputOp>())
      if (!output->hasAttr(ir::checkAttribute)) {
        outputs.push_back(output);
        names.push_back(output.getName());
      }
    plan_ = ir::PlanOp::create(builder_, program_.getLoc(), program_.getSymName(), builder_.getStrArrayAttr(names),
                               static_cast<int64_t>(block.getNumArguments()));
    Block &body = plan_.getBody().emplaceBlock();
    scopes_.emplace_back(Value(), body);
    for (BlockArgument argument : block.getArguments())
      scopes_[0].values[argument] = body.addArgument(argument.getType(), argument.getLoc());
    for (ir::OutputOp output : outputs) {
      auto type = ir::ArrayType::get(builder_.getContext(), static_cast<unsigned>(output.getIndices().size()),
                                     output.getValue().getType());
      outputs_[output] = body.addArgument(type, output.getLoc());
    }
    for (ir::OutputOp output : outputs)
      writeOut(output);
  }

  /// An output over a few constant positions of a further index becomes one output for each: their reductions share a pass.
  void writeOut(ir::OutputOp output) {
    SmallVector<SmallVector<Value>> elements{{}};
    SmallVector<Value> loops;
    for (auto [position, index] : llvm::enumerate(output.getIndices())) {
      auto extent = ir::integerConstant(index.getDefiningOp<ir::IndexOp>().getExtent());
      bool few = position > 0 && extent && *extent > 0 && *extent * static_cast<int64_t>(elements.size()) <= 64;
      if (!few)
        loops.push_back(index);
      SmallVector<SmallVector<Value>> longer;
      OpBuilder builder(output);
      for (int64_t at = 0; at < (few ? *extent : 1); ++at) {
        Value subscript = few ? ir::integer(builder, output.getLoc(), at) : index;
        for (const SmallVector<Value> &element : elements) {
          longer.push_back(element);
          longer.back().push_back(subscript);
        }
      }
      elements = std::move(longer);
    }
    if (elements.size() == 1)
      return;
    OpBuilder builder(output);
    for (const SmallVector<Value> &element : elements) {
      llvm::SmallDenseMap<Value, Value> map;
      for (auto [index, subscript] : llvm::zip_equal(output.getIndices(), element))
        if (index != subscript)
          map[index] = subscript;
      Value value = ir::substitute(builder, free_, output.getValue(), map);
      auto part = ir::OutputOp::create(builder, output.getLoc(), output.getName(), loops, value);
      outputs_[part] = outputs_.lookup(output);
      subscripts_[part] = element;
    }
    outputs_.erase(output);
    output.erase();
  }

  //===- Which nests ----------------------------------------------------------------------------------------===//

  void round(ArrayRef<ir::OutputOp> roots) {
    std::map<unsigned, SmallVector<std::pair<Value, Demand>>> stages;
    auto nest = [&](unsigned stage, Value index) -> Demand & {
      for (auto &[other, demand] : stages[stage])
        if (other == index)
          return demand;
      return stages[stage].emplace_back(index, Demand()).second;
    };
    SmallVector<ir::OutputOp> scalars;
    SmallVector<Value> values;
    for (ir::OutputOp output : roots) {
      values.push_back(output.getValue());
      if (output.getIndices().empty())
        scalars.push_back(output);
      else
        nest(dependences_.stageOf(output.getValue(), output.getIndices()[0]), output.getIndices()[0])
            .outputs.push_back(output);
    }
    for (ir::ArrayOp array : neededArrays(values)) {
      Place place = dependences_.placeOf(array);
      nest(place.stage, place.index).arrays.push_back(array);
    }
    for (auto &[stage, nests] : stages)
      for (auto &[index, demand] : nests)
        emitNest(index, demand);
    for (ir::OutputOp output : scalars)
      emitScalarOutput(output);
  }

  /// Arrays that some values need and that no earlier round has computed, each after what it needs.
  SmallVector<ir::ArrayOp> neededArrays(ArrayRef<Value> roots) {
    SmallVector<ir::ArrayOp> order;
    DenseSet<Operation *> seen;
    SmallVector<std::pair<ir::ArrayOp, bool>> stack;
    auto push = [&](ArrayRef<Value> values) {
      for (ir::ReadOp read : dependences_.arrayReads(values))
        if (auto array = read.getArray().getDefiningOp<ir::ArrayOp>(); !memory_.count(array))
          stack.push_back({array, false});
    };
    push(roots);
    while (!stack.empty()) {
      auto [array, finished] = stack.pop_back_val();
      if (finished) {
        order.push_back(array);
        continue;
      }
      if (!seen.insert(array).second)
        continue;
      stack.push_back({array, true});
      push(array.getValue());
    }
    return order;
  }

  /// The arrays of a nest whose elements something outside of it reads.
  bool readElsewhere(ir::ArrayOp array) {
    Place place = dependences_.placeOf(array);
    for (Operation *user : array->getUsers()) {
      auto read = dyn_cast<ir::ReadOp>(user);
      if (!read)
        continue;
      if (array.getIndices().empty() || read.getSubscripts()[0] != place.index)
        return true;
      if (!onlyWithin(read, place))
        return true;
    }
    return false;
  }

  /// Is everything that uses a read computed in this place?
  bool onlyWithin(ir::ReadOp read, Place place) {
    SmallVector<Operation *> stack{read};
    DenseSet<Operation *> seen;
    while (!stack.empty()) {
      Operation *op = stack.pop_back_val();
      if (!seen.insert(op).second)
        continue;
      if (auto array = dyn_cast<ir::ArrayOp>(op)) {
        if (dependences_.placeOf(array) != place)
          return false;
        continue;
      }
      if (auto output = dyn_cast<ir::OutputOp>(op)) {
        if (output.getIndices().empty() || output.getIndices()[0] != place.index ||
            dependences_.stageOf(output.getValue(), place.index) != place.stage)
          return false;
        continue;
      }
      for (Operation *user : op->getUsers())
        stack.push_back(user);
    }
    return true;
  }

  //===- One nest -------------------------------------------------------------------------------------------===//

  void emitNest(Value index, Demand &demand) {
    nestIndex_ = index;
    nestArrays_.clear();
    nestArrays_.insert_range(demand.arrays);
    SmallVector<Value> roots;
    for (ir::ArrayOp array : demand.arrays)
      roots.push_back(array.getValue());
    for (ir::OutputOp output : demand.outputs)
      roots.push_back(output.getValue());
    allocate(demand.arrays);
    laneIndex_ = chooseLanes(index, roots, demand);
    Location loc = roots[0].getLoc();
    bool inLanes = laneIndex_ == index;
    Value extent = emit(index.getDefiningOp<ir::IndexOp>().getExtent());
    OpBuilder &outer = scopes_[0].builder;
    int64_t chunk = hasLoops(roots, demand) ? 4 * machine_.lanes : 512 * machine_.lanes;
    auto nest = ir::NestOp::create(outer, loc, index.getDefiningOp<ir::IndexOp>().getName(), extent, chunk,
                                   inLanes ? machine_.lanes : 0, StringAttr());
    Block &body = nest.getBody().emplaceBlock();
    Value argument = body.addArgument(outer.getI64Type(), loc);
    outer.setInsertionPoint(nest); // what does not depend on the index goes before the nest
    scopes_.emplace_back(index, body);
    scopes_.back().values[index] = argument;
    collectReductions(roots);
    for (ir::ArrayOp array : demand.arrays)
      emitArray(array);
    emitOutputs(demand.outputs);
    scopes_.pop_back();
    scopes_[0].builder.setInsertionPointAfter(nest);
  }

  void allocate(ArrayRef<ir::ArrayOp> arrays) {
    for (ir::ArrayOp array : arrays) {
      if (!readElsewhere(array) && !array.getIndices().empty())
        continue;
      SmallVector<Value> sizes;
      for (Value index : array.getIndices())
        sizes.push_back(emit(index.getDefiningOp<ir::IndexOp>().getExtent()));
      memory_[array] = ir::AllocateOp::create(scopes_[0].builder, array.getLoc(), array.getType(), array.getName(), sizes);
    }
  }

  void emitArray(ir::ArrayOp array) {
    if (array.getIndices().empty()) {
      auto reduce = array.getValue().getDefiningOp<ir::ReduceOp>();
      Value value = emit(reduce.getValue());
      Value predicate = reduce.getPredicate() ? emit(reduce.getPredicate()) : Value();
      ir::AccumulateOp::create(scopes_.back().builder, array.getLoc(), reduce.getKindAttr(), value,
                               memory_.lookup(array), ValueRange(), predicate);
      return;
    }
    Value value = emit(array.getValue());
    if (Value memory = memory_.lookup(array))
      ir::StoreOp::create(scopes_.back().builder, array.getLoc(), value, memory, emit(array.getIndices()[0]));
  }

  /// Outputs over the same further indices share their loops.
  void emitOutputs(ArrayRef<ir::OutputOp> outputs) {
    SmallVector<ir::OutputOp> open(outputs.begin(), outputs.end());
    while (!open.empty()) {
      SmallVector<ir::OutputOp> together, others;
      for (ir::OutputOp output : open)
        (output.getIndices() == open[0].getIndices() ? together : others).push_back(output);
      emitOutputLoops(together, 1);
      open = others;
    }
  }

  void emitOutputLoops(ArrayRef<ir::OutputOp> outputs, size_t position) {
    OperandRange indices = ir::OutputOp(outputs[0]).getIndices();
    if (position < indices.size()) {
      openLoop(indices[position], {}, outputs[0]->getLoc());
      emitOutputLoops(outputs, position + 1);
      closeLoop({});
      return;
    }
    for (ir::OutputOp output : outputs) {
      Value value = emit(output.getValue());
      SmallVector<Value> subscripts, wanted = subscripts_.lookup(output);
      if (wanted.empty())
        wanted.assign(output.getIndices().begin(), output.getIndices().end());
      for (Value subscript : wanted)
        subscripts.push_back(emit(subscript));
      ir::StoreOp::create(scopes_.back().builder, output.getLoc(), value, outputs_.lookup(output), subscripts);
    }
  }

  void emitScalarOutput(ir::OutputOp output) {
    nestIndex_ = {};
    nestArrays_.clear();
    reductions_.clear();
    Value value = emit(output.getValue());
    OpBuilder &builder = scopes_[0].builder;
    Value memory = outputs_.lookup(output);
    auto check = output->getAttrOfType<IntegerAttr>(ir::checkAttribute);
    if (check) {
      auto type = ir::ArrayType::get(builder.getContext(), 0, value.getType());
      memory = ir::AllocateOp::create(builder, output.getLoc(), type, output.getName(), ValueRange());
    }
    ir::StoreOp::create(builder, output.getLoc(), value, memory, ValueRange());
    if (check)
      ir::FailOp::create(builder, output.getLoc(), memory, check);
  }

  //===- Values ---------------------------------------------------------------------------------------------===//

  /// The scope that a value belongs to: the innermost of its free indices.
  Scope &scopeOf(Value value) {
    const ir::IndexSet &free = free_.of(value);
    for (Scope &scope : llvm::reverse(scopes_))
      if (!scope.index || llvm::is_contained(free, scope.index))
        return scope;
    return scopes_[0];
  }

  /// A loop may bind an index again that a loop around it has bound: what depends on it is not known from outside.
  Value known(Value value) {
    const ir::IndexSet &free = free_.of(value);
    for (Scope &scope : llvm::reverse(scopes_)) {
      if (auto found = scope.values.find(value); found != scope.values.end())
        return found->second;
      if (scope.index && llvm::is_contained(free, scope.index))
        return {};
    }
    return {};
  }

  /// A read of an element that this very nest computes: the value itself.
  Value direct(Value value) {
    auto read = value.getDefiningOp<ir::ReadOp>();
    auto array = read ? read.getArray().getDefiningOp<ir::ArrayOp>() : ir::ArrayOp();
    if (array && !array.getIndices().empty() && nestArrays_.contains(array) && read.getSubscripts()[0] == nestIndex_)
      return array.getValue();
    return {};
  }

  /// The value in the plan: made where its innermost index is, so that nothing is computed in a loop that need not be.
  Value emit(Value root) {
    SmallVector<Value> stack{root};
    while (!stack.empty()) {
      Value value = stack.back();
      if (known(value)) {
        stack.pop_back();
        continue;
      }
      if (Value same = direct(value)) {
        if (Value made = known(same)) {
          scopeOf(value).values[value] = made;
          stack.pop_back();
        } else {
          stack.push_back(same);
        }
        continue;
      }
      Operation *op = value.getDefiningOp();
      if (auto reduce = dyn_cast<ir::ReduceOp>(op)) {
        emitReduction(reduce);
        continue;
      }
      bool complete = true;
      for (Value operand : op->getOperands())
        if (!isa<ir::ArrayType>(operand.getType()) && !known(operand)) {
          stack.push_back(operand);
          complete = false;
        }
      if (!complete)
        continue;
      Scope &scope = scopeOf(value);
      IRMapping mapping;
      for (Value operand : op->getOperands())
        mapping.map(operand, isa<ir::ArrayType>(operand.getType()) ? memoryOf(operand) : known(operand));
      scope.values[value] = scope.builder.clone(*op, mapping)->getResult(0);
      stack.pop_back();
    }
    return known(root);
  }

  Value memoryOf(Value array) {
    if (auto op = array.getDefiningOp<ir::ArrayOp>())
      return memory_.lookup(op);
    return scopes_[0].values.lookup(array);
  }

  //===- Reductions -----------------------------------------------------------------------------------------===//

  /// Reductions that run in one loop: over one index, in one scope, with none that waits for another.
  struct Pass {
    Value over;
    Value scope;    // the innermost free index
    unsigned depth; // reductions that must be finished before
    bool operator==(const Pass &) const = default;
  };

  void collectReductions(ArrayRef<Value> roots) {
    reductions_.clear();
    for (Operation *op : dependences_.closure(roots)) // the roots have the values of all the nest's arrays
      if (auto reduce = dyn_cast<ir::ReduceOp>(op))
        reductions_.push_back(reduce);
    depths_.clear();
    // Operands before users, so that the depths below are known.
    llvm::sort(reductions_, [](ir::ReduceOp a, ir::ReduceOp b) { return a->isBeforeInBlock(b); });
    for (ir::ReduceOp reduce : reductions_)
      depths_[reduce] = depthOf(reduce);
  }

  unsigned depthOf(ir::ReduceOp reduce) {
    unsigned depth = 0;
    SmallVector<Value> all = termsOf(reduce);
    for (size_t n = 0; n < all.size(); ++n)
      for (Operation *op : dependences_.closure(all[n])) {
        if (Value same = op->getNumResults() ? direct(op->getResult(0)) : Value(); same && !llvm::is_contained(all, same))
          all.push_back(same);
        if (auto inner = dyn_cast<ir::ReduceOp>(op)) {
          bool inside = free_.depends(inner.getResult(), reduce.getOver()[0]);
          depth = std::max(depth, depths_.lookup(inner) + !inside);
        }
      }
    return depth;
  }

  Pass passOf(ir::ReduceOp reduce) {
    return {reduce.getOver()[0], scopeOf(reduce.getResult()).index, depths_.lookup(reduce)};
  }

  bool inScope(Value value) {
    return llvm::all_of(free_.of(value), [&](Value index) {
      return llvm::any_of(scopes_, [&](const Scope &scope) { return scope.index == index; });
    });
  }

  void emitReduction(ir::ReduceOp wanted) {
    SmallVector<ir::ReduceOp> together{wanted};
    Pass pass = passOf(wanted);
    for (ir::ReduceOp other : reductions_)
      if (other != wanted && !known(other.getResult()) && inScope(other.getResult()) && passOf(other) == pass)
        together.push_back(other);
    // The loop belongs to the scope of its results: scopes further in wait.
    SmallVector<Scope> waiting;
    while (scopes_.back().index != pass.scope)
      waiting.push_back(std::move(scopes_.back())), scopes_.pop_back();
    SmallVector<Attribute> kinds;
    for (ir::ReduceOp reduce : together)
      kinds.push_back(reduce.getKindAttr());
    auto loop = openLoop(pass.over, kinds, wanted.getLoc(), together);
    SmallVector<Value> yielded;
    for (ir::ReduceOp reduce : together) {
      yielded.push_back(emit(reduce.getValue()));
      yielded.push_back(reduce.getPredicate() ? emit(reduce.getPredicate()) : always());
    }
    closeLoop(yielded);
    for (auto [reduce, result] : llvm::zip_equal(together, loop.getResults()))
      scopes_.back().values[reduce.getResult()] = result;
    while (!waiting.empty())
      scopes_.push_back(std::move(waiting.back())), waiting.pop_back();
  }

  Value always() {
    Scope &plan = scopes_[0];
    if (!always_)
      always_ = ir::boolean(plan.builder, plan_.getLoc(), true);
    return always_;
  }

  ir::LoopOp openLoop(Value index, ArrayRef<Attribute> kinds, Location loc, ArrayRef<ir::ReduceOp> reductions = {}) {
    auto source = index.getDefiningOp<ir::IndexOp>();
    Value extent = emit(source.getExtent());
    Value zero = emitZero();
    Scope &scope = scopes_.back();
    SmallVector<Type> types;
    for (ir::ReduceOp reduce : reductions)
      types.push_back(reduce.getType());
    bool lanes = laneIndex_ == index && nestIndex_ != index &&
                 llvm::none_of(scopes_, [&](const Scope &outer) { return outer.index && outer.index == laneIndex_; });
    auto loop = ir::LoopOp::create(scope.builder, loc, types, source.getName(),
                                   scope.builder.getArrayAttr(kinds), zero, extent, lanes ? machine_.lanes : 0, false);
    Block &body = loop.getBody().emplaceBlock();
    Value argument = body.addArgument(scope.builder.getI64Type(), loc);
    scope.builder.setInsertionPoint(loop);
    loops_.push_back(loop);
    Scope inner(index, body);
    inner.values[index] = argument;
    scopes_.push_back(std::move(inner));
    return loop;
  }

  void closeLoop(ArrayRef<Value> yielded) {
    ir::YieldOp::create(scopes_.back().builder, loops_.back().getLoc(), yielded);
    scopes_.pop_back();
    scopes_.back().builder.setInsertionPointAfter(loops_.back());
    loops_.pop_back();
  }

  Value emitZero() {
    if (!zero_)
      zero_ = ir::integer(scopes_[0].builder, plan_.getLoc(), 0);
    return zero_;
  }

  //===- Lanes ----------------------------------------------------------------------------------------------===//

  /// Does one iteration of the nest run a loop? Then few of them are work for a thread.
  bool hasLoops(ArrayRef<Value> roots, const Demand &demand) {
    if (llvm::any_of(demand.outputs, [](ir::OutputOp output) { return output.getIndices().size() > 1; }))
      return true;
    return llvm::any_of(dependences_.closure(roots), [&](Operation *op) {
      auto reduce = dyn_cast<ir::ReduceOp>(op);
      return reduce && reduce.getOver()[0] != nestIndex_;
    });
  }

  /// Is an index known to have fewer values than half a vector? Lanes over the nest's index are full then.
  bool fillsNoVector(Value index) {
    std::optional<int64_t> extent = ir::integerConstant(index.getDefiningOp<ir::IndexOp>().getExtent());
    return extent && *extent * 2 < machine_.lanes;
  }

  /// The index whose iterations run in a vector: the nest's own, so that reductions are lane by lane; but where data over the nest's
  /// index and a loop's is read once, with the loop's index last in memory, that one, so that memory is read in order.
  Value chooseLanes(Value nest, ArrayRef<Value> roots, const Demand &demand) {
    llvm::MapVector<Value, unsigned> votes;
    unsigned own = 0;
    auto vote = [&](ValueRange subscripts) {
      if (subscripts.size() < 2 || !llvm::is_contained(subscripts, nest))
        return;
      Value last = subscripts.back();
      if (last == nest)
        ++own;
      else if (last.getDefiningOp<ir::IndexOp>() && !fillsNoVector(last))
        ++votes[last];
    };
    for (Operation *op : dependences_.closure(roots)) {
      auto read = dyn_cast<ir::ReadOp>(op);
      if (read && isa<BlockArgument>(read.getArray()) && !reusedInside(read, nest))
        vote(read.getSubscripts());
    }
    for (ir::OutputOp output : demand.outputs)
      vote(output.getIndices());
    Value best;
    for (auto [index, count] : votes)
      if (!best || count > votes.lookup(best))
        best = index;
    return best && votes.lookup(best) >= own ? best : nest;
  }

  /// Is the element that is read used inside a loop over an index that it does not depend on?
  bool reusedInside(ir::ReadOp read, Value nest) {
    const ir::IndexSet &own = free_.of(read.getResult());
    SmallVector<Operation *> stack{read};
    DenseSet<Operation *> seen;
    while (!stack.empty()) {
      Operation *op = stack.pop_back_val();
      if (!seen.insert(op).second || isa<ir::ArrayOp, ir::OutputOp>(op))
        continue;
      if (op->getNumResults() == 1)
        for (Value index : free_.of(op->getResult(0)))
          if (index != nest && !llvm::is_contained(own, index))
            return true;
      if (isa<ir::ReduceOp>(op))
        continue;
      for (Operation *user : op->getUsers())
        stack.push_back(user);
    }
    return false;
  }

  ir::ProgramOp program_;
  Machine machine_;
  ir::FreeIndices free_;
  Dependences dependences_;
  OpBuilder builder_;
  ir::PlanOp plan_;
  SmallVector<Scope> scopes_;
  SmallVector<ir::LoopOp> loops_;
  DenseMap<Operation *, Value> memory_, outputs_;
  DenseMap<Operation *, SmallVector<Value>> subscripts_; // of outputs that are elements of larger ones
  Value nestIndex_;                 // of the nest that is being written
  DenseSet<Operation *> nestArrays_; // what it computes
  Value laneIndex_, zero_, always_;
  SmallVector<ir::ReduceOp> reductions_;
  DenseMap<Operation *, unsigned> depths_;
};

} // namespace

LogicalResult schedule(ModuleOp module, const Machine &machine) {
  auto programs = module.getOps<ir::ProgramOp>();
  if (programs.empty())
    return module.emitError("has no mercer.program to schedule");
  ir::ProgramOp program = *programs.begin();
  Scheduler(program, machine).run();
  program.erase();
  return success();
}

} // namespace mercer::scheduling
