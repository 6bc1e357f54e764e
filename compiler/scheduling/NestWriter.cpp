#include "compiler/scheduling/NestWriter.h"

#include "compiler/scheduling/Lanes.h"
#include "compiler/transforms/Bounds.h"

using namespace mlir;

namespace mercer::scheduling {

NestWriter::NestWriter(ir::PlanOp plan, ir::ProgramOp program, Dependences &dependences,
                       const Machine &machine, Choices &choices)
    : plan_(plan), dependences_(dependences), machine_(machine), choices_(choices) {
  scopes_.emplace_back(Value(), plan.getBlock());
  for (BlockArgument argument : program.getBlock().getArguments())
    scopes_[0].values[argument] = plan.getBlock().getArgument(argument.getArgNumber());
}

void NestWriter::nest(const Demand &demand, const DenseMap<Operation *, Target> &targets) {
  nestIndex_ = demand.index;
  nestArrays_.clear();
  nestArrays_.insert_range(demand.arrays);
  SmallVector<Value> roots;
  for (ir::ArrayOp array : demand.arrays)
    if (isScattered(array))
      llvm::append_range(roots, termsOf(scatterOf(free_, array)));
    else
      roots.push_back(array.getValue());
  for (ir::OutputOp output : demand.outputs)
    roots.push_back(output.getValue());
  allocate(demand.arrays);
  SmallVector<ir::ArrayOp> scattered;
  llvm::copy_if(demand.arrays, std::back_inserter(scattered), isScattered);
  lanes_ = machine_.lanes;
  laneIndex_ = chooseLanes(demand.index, roots, demand.outputs, scattered, machine_.lanes, dependences_, free_,
                           choices_);
  Location loc = roots[0].getLoc();
  auto source = demand.index.getDefiningOp<ir::IndexOp>();
  Value extent = emit(source.getExtent());
  OpBuilder &outer = scopes_[0].builder;
  int64_t chunk = chunkOf(demand, roots);
  auto nest = ir::NestOp::create(outer, loc, source.getName(), extent, chunk,
                                 laneIndex_ == demand.index ? lanes_ : 0, StringAttr());
  Block &body = nest.getBody().emplaceBlock();
  Value argument = body.addArgument(outer.getI64Type(), loc);
  outer.setInsertionPoint(nest); // what does not depend on the index goes before the nest
  scopes_.emplace_back(demand.index, body);
  scopes_.back().values[demand.index] = argument;
  collectReductions(roots);

  // What has loops of its own first: sums beside its sums come with them.
  for (ir::ArrayOp array : demand.arrays)
    if (array.getIndices().size() > 1 && !isScattered(array))
      storeArray(array);
  // Outputs over the same indices share their loops.
  SmallVector<ir::OutputOp> open;
  llvm::copy_if(demand.outputs, std::back_inserter(open),
                [](ir::OutputOp output) { return output.getIndices().size() > 1; });
  llvm::copy_if(demand.outputs, std::back_inserter(open),
                [](ir::OutputOp output) { return output.getIndices().size() == 1; });
  while (!open.empty()) {
    SmallVector<ir::OutputOp> together, others;
    SmallVector<Value> values;
    for (ir::OutputOp output : open)
      if (output.getIndices() == open[0].getIndices()) {
        together.push_back(output);
        values.push_back(output.getValue());
      } else {
        others.push_back(output);
      }
    storeAll(open[0].getIndices(), values, [&](size_t n) {
      const Target &target = targets.find(together[n])->second;
      ValueRange own = together[n].getIndices();
      store(values[n], target.memory, target.subscripts.empty() ? own : ValueRange(target.subscripts));
    });
    open = std::move(others);
  }
  for (ir::ArrayOp array : demand.arrays)
    if (array.getIndices().size() == 1 && !isScattered(array))
      storeArray(array);
    else if (array.getIndices().empty())
      total(array);
  scatter(scattered);
  scopes_.pop_back();
  scopes_[0].builder.setInsertionPointAfter(nest);
}

void NestWriter::scalar(ir::OutputOp output, Value memory) {
  nestIndex_ = laneIndex_ = {};
  nestArrays_.clear();
  reductions_.clear();
  Value value = emit(output.getValue());
  OpBuilder &builder = scopes_[0].builder;
  auto check = output->getAttrOfType<IntegerAttr>(ir::checkAttribute);
  if (check) {
    auto type = ir::ArrayType::get(builder.getContext(), 0, value.getType());
    memory = ir::AllocateOp::create(builder, output.getLoc(), type, output.getName(), ValueRange());
  }
  ir::StoreOp::create(builder, output.getLoc(), value, memory, ValueRange());
  if (check)
    ir::FailOp::create(builder, output.getLoc(), memory, check);
}

void NestWriter::allocate(ArrayRef<ir::ArrayOp> arrays) {
  for (ir::ArrayOp array : arrays) {
    if (hasMemory(array) || (!readElsewhere(array) && !array.getIndices().empty()))
      continue;
    SmallVector<Value> sizes;
    for (Value index : array.getIndices())
      sizes.push_back(emit(index.getDefiningOp<ir::IndexOp>().getExtent()));
    memory_[array] =
        ir::AllocateOp::create(scopes_[0].builder, array.getLoc(), array.getType(), array.getName(), sizes);
  }
}

/// An array of one index is computed even when it is not stored: the nest needs it.
void NestWriter::storeArray(ir::ArrayOp array) {
  Value memory = memory_.lookup(array);
  if (memory)
    storeAll(array.getIndices(), array.getValue(),
             [&](size_t) { store(array.getValue(), memory, array.getIndices()); });
  else if (array.getIndices().size() == 1)
    emit(array.getValue());
}

/// Loops over the indices that no scope has, around the stores of some values.
void NestWriter::storeAll(ValueRange indices, ArrayRef<Value> values,
                          llvm::function_ref<void(size_t)> store) {
  for (Value index : indices)
    if (!isOpen(index)) {
      openLoop(index, values, values[0].getLoc());
      storeAll(indices, values, store);
      closeLoop({});
      return;
    }
  for (size_t n = 0; n < values.size(); ++n)
    store(n);
}

void NestWriter::store(Value value, Value memory, ValueRange subscripts) {
  Value made = emit(value);
  SmallVector<Value> at;
  for (Value subscript : subscripts)
    at.push_back(emit(subscript));
  ir::StoreOp::create(scopes_.back().builder, value.getLoc(), made, memory, at);
}

void NestWriter::total(ir::ArrayOp array) {
  auto reduce = array.getValue().getDefiningOp<ir::ReduceOp>();
  Value value = emit(reduce.getValue());
  Value predicate = reduce.getPredicate() ? emit(reduce.getPredicate()) : Value();
  ir::AccumulateOp::create(scopes_.back().builder, array.getLoc(), reduce.getKindAttr(), value,
                           memory_.lookup(array), ValueRange(), predicate);
}

/// Loops inside of the nest around the terms of an array: over the other reduced indices, then over what is left of
/// the array's own.
static SmallVector<Value> loopsOf(ir::ArrayOp array, const transforms::Scatter &scatter) {
  SmallVector<Value> loops(ArrayRef(scatter.over).drop_front());
  for (Value index : array.getIndices())
    if (llvm::none_of(scatter.at, [&](auto place) { return place.first == index; }))
      loops.push_back(index);
  return loops;
}

/// Adds terms to the elements that they belong to. Arrays with the same loops share them.
void NestWriter::scatter(ArrayRef<ir::ArrayOp> arrays) {
  SmallVector<ir::ArrayOp> open(arrays);
  while (!open.empty()) {
    SmallVector<Value> loops = loopsOf(open[0], scatterOf(free_, open[0])), values;
    SmallVector<ir::ArrayOp> together, others;
    for (ir::ArrayOp array : open) {
      transforms::Scatter scatter = scatterOf(free_, array);
      bool same = loopsOf(array, scatter) == loops;
      (same ? together : others).push_back(array);
      if (same)
        values.push_back(scatter.value);
    }
    storeAll(loops, values, [&](size_t n) { addTerm(together[n]); });
    open = std::move(others);
  }
}

void NestWriter::addTerm(ir::ArrayOp array) {
  transforms::Scatter scatter = scatterOf(free_, array);
  auto sum = array.getValue().getDefiningOp<ir::ReduceOp>();
  OpBuilder program(sum);
  Value predicate = transforms::conjunction(program, array.getLoc(), scatter.conditions);
  llvm::SmallDenseMap<Value, Value> at(scatter.at.begin(), scatter.at.end());
  SmallVector<Value> subscripts;
  for (Value index : array.getIndices())
    subscripts.push_back(emit(at.count(index) ? at.lookup(index) : index));
  Value value = emit(scatter.value), where = predicate ? emit(predicate) : Value();
  ir::AccumulateOp::create(scopes_.back().builder, array.getLoc(), sum.getKindAttr(), value, memory_.lookup(array),
                           subscripts, where);
}

/// Iterations that one thread takes. What they add up is handed on by the chunk: then their number is part of the order.
/// Of a short index there are few chunks at best, so they are smaller.
int64_t NestWriter::chunkOf(const Demand &demand, ArrayRef<Value> roots) {
  std::optional<int64_t> bound = ir::upperBound(demand.index.getDefiningOp<ir::IndexOp>().getExtent());
  int64_t least = (bound && *bound <= ir::shortestClass ? 2 : 4) * machine_.lanes, most = 512 * machine_.lanes;
  bool sums = llvm::any_of(demand.arrays, [](ir::ArrayOp array) { return array.getIndices().empty() || isScattered(array); });
  return choices_.chooseNumber("chunk", {least, 4 * least, 16 * least, most}, hasLoops(roots, demand) ? least : most, !sums);
}

/// Does one iteration of the nest run a loop? Then few of them are work for a thread.
bool NestWriter::hasLoops(ArrayRef<Value> roots, const Demand &demand) {
  if (llvm::any_of(demand.outputs, [](ir::OutputOp output) { return output.getIndices().size() > 1; }))
    return true;
  for (ir::ArrayOp array : demand.arrays)
    if (isScattered(array) && !loopsOf(array, scatterOf(free_, array)).empty())
      return true;
  return llvm::any_of(dependences_.closure(roots), [&](Operation *op) {
    auto reduce = dyn_cast<ir::ReduceOp>(op);
    return reduce && reduce.getOver()[0] != nestIndex_;
  });
}

/// The arrays of a nest whose elements something outside of it reads.
bool NestWriter::readElsewhere(ir::ArrayOp array) {
  Place place = dependences_.placeOf(array);
  for (Operation *user : array->getUsers()) {
    auto read = dyn_cast<ir::ReadOp>(user);
    if (!read)
      continue;
    if (!readsOwnElement(read, array))
      return true;
    if (!onlyWithin(read, place))
      return true;
  }
  return false;
}

/// Is everything that uses a read computed in this place?
bool NestWriter::onlyWithin(ir::ReadOp read, Place place) {
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
      if (output.getIndices().empty() || dependences_.placeOf(output) != place)
        return false;
      continue;
    }
    for (Operation *user : op->getUsers())
      stack.push_back(user);
  }
  return true;
}

/// The scope that a value belongs to: the innermost of its free indices.
NestWriter::Scope &NestWriter::scopeOf(Value value) {
  const ir::IndexSet &free = free_.of(value);
  for (Scope &scope : llvm::reverse(scopes_))
    if (!scope.index || llvm::is_contained(free, scope.index))
      return scope;
  return scopes_[0];
}

/// A loop may bind an index again that a loop around it has bound: what depends on it is not known from
/// outside.
Value NestWriter::known(Value value) {
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
Value NestWriter::direct(Value value) {
  auto read = value.getDefiningOp<ir::ReadOp>();
  auto array = read ? read.getArray().getDefiningOp<ir::ArrayOp>() : ir::ArrayOp();
  return array && nestArrays_.contains(array) && readsOwnElement(read, array) ? array.getValue() : Value();
}

/// The value in the plan: made where its innermost index is, so that nothing is computed in a loop that need
/// not be.
Value NestWriter::emit(Value root) {
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
    if (const Tile *tile = tileOf(value, true)) {
      Scope &scope = scopeOf(value);
      SmallVector<Value> at;
      for (const Axis &axis : tile->axes)
        at.push_back(positionIn(scope, axis));
      scope.values[value] =
          ir::ReadOp::create(scope.builder, value.getLoc(), value.getType(), tile->memory, at, Value());
      stack.pop_back();
      continue;
    }
    Operation *op = value.getDefiningOp();
    if (auto reduce = dyn_cast<ir::ReduceOp>(op)) {
      emitReduction(reduce);
      continue;
    }
    bool complete = true;
    for (Value operand : ir::scalarOperands(op))
      if (!known(operand)) {
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

Value NestWriter::memoryOf(Value array) {
  if (auto op = array.getDefiningOp<ir::ArrayOp>())
    return memory_.lookup(op);
  return scopes_[0].values.lookup(array);
}

void NestWriter::collectReductions(ArrayRef<Value> roots) {
  reductions_.clear();
  for (Operation *op : dependences_.closure(roots)) // the roots have the values of all the nest's arrays
    if (auto reduce = dyn_cast<ir::ReduceOp>(op))
      reductions_.push_back(reduce);
  depths_.clear();
  heights_.clear();
  // Operands before users, so that the depths below are known.
  llvm::sort(reductions_, [](ir::ReduceOp a, ir::ReduceOp b) { return a->isBeforeInBlock(b); });
  for (ir::ReduceOp reduce : reductions_)
    measure(reduce);
}

/// The depth of a reduction in its nest, and how many reductions stand inside each other below it.
void NestWriter::measure(ir::ReduceOp reduce) {
  unsigned depth = 0, height = 0;
  SmallVector<Value> all = termsOf(reduce);
  for (size_t n = 0; n < all.size(); ++n)
    for (Operation *op : dependences_.closure(all[n])) {
      if (Value same = op->getNumResults() ? direct(op->getResult(0)) : Value();
          same && !llvm::is_contained(all, same))
        all.push_back(same);
      if (auto inner = dyn_cast<ir::ReduceOp>(op)) {
        bool inside = free_.depends(inner.getResult(), reduce.getOver()[0]);
        depth = std::max(depth, depths_.lookup(inner) + !inside);
        height = std::max(height, heights_.lookup(inner) + 1);
      }
    }
  depths_[reduce] = depth;
  heights_[reduce] = height;
}

/// May a pass that is written inside of others compute this reduction too? It must not need what these are
/// about to compute.
bool NestWriter::mayJoin(ir::ReduceOp other, ir::ReduceOp wanted) {
  bool lower = loops_.empty() || heights_.lookup(other) <= heights_.lookup(wanted);
  return lower && isPending(other, passOf(wanted));
}

/// Is it a reduction of a pass whose result is not there yet?
bool NestWriter::isPending(ir::ReduceOp reduce, const Pass &pass) {
  Value value = reduce.getResult();
  return !known(value) && !tileOf(value, false) && inScope(value) && passOf(reduce) == pass;
}

/// Value and predicate of each reduction, as a loop yields them; `first` is the predicate of the first one.
SmallVector<Value> NestWriter::emitTerms(ArrayRef<ir::ReduceOp> reductions, std::optional<Value> first) {
  SmallVector<Value> yielded;
  for (auto [n, reduce] : llvm::enumerate(reductions)) {
    ir::ReduceOp op = reduce;
    Value predicate = n == 0 && first ? *first : op.getPredicate();
    yielded.push_back(emit(op.getValue()));
    yielded.push_back(predicate ? emit(predicate) : always());
  }
  return yielded;
}

NestWriter::Pass NestWriter::passOf(ir::ReduceOp reduce) {
  return {reduce.getOver()[0], scopeOf(reduce.getResult()).index, depths_.lookup(reduce)};
}

bool NestWriter::inScope(Value value) {
  return llvm::all_of(free_.of(value), [&](Value index) {
    return llvm::any_of(scopes_, [&](const Scope &scope) { return scope.index == index; });
  });
}

void NestWriter::emitReduction(ir::ReduceOp wanted) {
  SmallVector<ir::ReduceOp> together{wanted};
  Pass pass = passOf(wanted);
  for (ir::ReduceOp other : reductions_)
    if (other != wanted && mayJoin(other, wanted))
      together.push_back(other);
  // The loop belongs to the scope of its results: scopes further in wait.
  SmallVector<Scope> waiting;
  while (scopes_.back().index != pass.scope)
    waiting.push_back(std::move(scopes_.back())), scopes_.pop_back();
  Value rest = wanted.getPredicate(); // what the bounds of the loop do not say
  Range range = boundsOf(together, rest);
  ir::LoopOp loop = openLoop(pass.over, termsOf(together), wanted.getLoc(), together, range);
  closeLoop(emitTerms(together, rest));
  for (auto [reduce, result] : llvm::zip_equal(together, loop.getResults()))
    scopes_.back().values[reduce.getResult()] = result;
  while (!waiting.empty())
    scopes_.push_back(std::move(waiting.back())), waiting.pop_back();
}

/// The part of an index's range outside of which the predicates of all of some reductions are false: `j < i`
/// ends the loop at i. Of a reduction by itself, `rest` becomes what the bounds leave of its predicate.
NestWriter::Range NestWriter::boundsOf(ArrayRef<ir::ReduceOp> reductions, Value &rest) {
  Range all;
  for (auto [n, reduce] : llvm::enumerate(reductions)) {
    ir::ReduceOp op = reduce;
    OpBuilder program(op);
    transforms::Bounds bounds = transforms::splitBounds(program, free_, op.getPredicate(), op.getOver()[0]);
    Scope &scope = scopes_.back();
    auto widen = [&](Value &bound, Value other, dsl::Function function) {
      if (!other || (n > 0 && !bound)) {
        bound = {};
        return;
      }
      Value value = emit(other);
      bound = n == 0 ? value : ir::apply(scope.builder, op.getLoc(), function, {bound, value});
    };
    widen(all.lower, bounds.lower, dsl::Function::minimum);
    widen(all.upper, bounds.upper, dsl::Function::maximum);
    if (reductions.size() == 1)
      rest = bounds.rest;
  }
  return all;
}

Value NestWriter::always() {
  Scope &plan = scopes_[0];
  if (!always_)
    always_ = ir::boolean(plan.builder, plan_.getLoc(), true);
  return always_;
}

Value NestWriter::zero() {
  if (!zero_)
    zero_ = ir::integer(scopes_[0].builder, plan_.getLoc(), 0);
  return zero_;
}

/// A loop over an index in which `roots` will be computed; what it would compute in vain again and again is
/// kept before it.
ir::LoopOp NestWriter::openLoop(Value index, ArrayRef<Value> roots, Location loc,
                                ArrayRef<ir::ReduceOp> reductions, Range range) {
  prepare(index, roots);
  auto source = index.getDefiningOp<ir::IndexOp>();
  if (auto part = parts_.find(index); part != parts_.end() && !range.upper)
    range = part->second.range;
  if (!range.lower)
    range.lower = zero();
  if (!range.upper)
    range.upper = emit(source.getExtent());
  Scope &scope = scopes_.back();
  SmallVector<Type> types;
  SmallVector<Attribute> kinds;
  for (ir::ReduceOp reduce : reductions) {
    types.push_back(reduce.getType());
    kinds.push_back(reduce.getKindAttr());
  }
  bool lanes = laneIndex_ == index && !isOpen(laneIndex_);
  auto loop =
      ir::LoopOp::create(scope.builder, loc, types, source.getName(), scope.builder.getArrayAttr(kinds),
                         range.lower, range.upper, lanes ? lanes_ : 0, 1);
  Block &body = loop.getBody().emplaceBlock();
  Value argument = body.addArgument(scope.builder.getI64Type(), loc);
  scope.builder.setInsertionPoint(loop);
  loops_.push_back(loop);
  Scope inner(index, body);
  inner.values[index] = argument;
  scopes_.push_back(std::move(inner));
  return loop;
}

void NestWriter::closeLoop(ArrayRef<Value> yielded) {
  ir::YieldOp::create(scopes_.back().builder, loops_.back().getLoc(), yielded);
  scopes_.pop_back();
  scopes_.back().builder.setInsertionPointAfter(loops_.back());
  loops_.pop_back();
}

} // namespace mercer::scheduling
