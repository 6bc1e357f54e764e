// Loops that carry running states: in blocks, over lanes, several iterations side by side.
#include "compiler/lowering/Lanes.h"

#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;

namespace mercer::lowering {

using dsl::Reduction;

/// Is the loop inside of one that takes iterations in groups? Of the plan, not of how many run side by side: the order of a
/// sum must not depend on that, nor on whether an iteration is one of those left after the last group.
static bool insideGroup(ir::LoopOp op) {
  auto around = dyn_cast<ir::LoopOp>(op->getParentOp());
  return around && around.getTogether() > 1;
}

SmallVector<Value> partsOf(ArrayRef<Running> states) {
  SmallVector<Value> parts;
  for (const Running &running : states)
    llvm::append_range(parts, running.state);
  return parts;
}

void setParts(MutableArrayRef<Running> states, ValueRange parts) {
  size_t position = 0;
  for (Running &running : states)
    for (Value &part : running.state)
      part = parts[position++];
}

void Codegen::carry(MutableArrayRef<Running> states, Value lower, Value upper, Value step,
                    llvm::function_ref<void(Value)> body) {
  SmallVector<Value> all = partsOf(states), next;
  auto loop = scf::ForOp::create(b, loc(), lower, upper, step, all);
  {
    OpBuilder::InsertionGuard saved(b);
    Block *block = loop.getBody();
    if (all.empty() && !block->empty())
      block->getTerminator()->erase();
    b.setInsertionPointToEnd(block);
    setParts(states, loop.getRegionIterArgs());
    body(loop.getInductionVar());
    next = partsOf(states);
    scf::YieldOp::create(b, loc(), next);
  }
  // What the body leaves alone stays what it was: of the sum of one block, the total is known to be zero, of one of many, the block.
  auto areEqual = [](Value x, Value y) {
    Attribute ofX, ofY;
    return matchPattern(x, m_Constant(&ofX)) && matchPattern(y, m_Constant(&ofY)) && ofX == ofY;
  };
  SmallVector<Value> results;
  for (auto [before, argument, after, result] : llvm::zip_equal(all, loop.getRegionIterArgs(), next, loop.getResults()))
    results.push_back(after == argument || areEqual(before, after) ? before : Value(result));
  setParts(states, results);
}

void Codegen::carryBlocks(MutableArrayRef<Running> states, Value lower, Value upper, int64_t step,
                          llvm::function_ref<void(Value)> body, int64_t turns) {
  if (llvm::none_of(states, [](const Running &running) { return running.blocked; }))
    return carry(states, lower, upper, i64(step), body);
  APInt first, last;
  if (matchPattern(lower, m_ConstantInt(&first)) && matchPattern(upper, m_ConstantInt(&last)) &&
      last.getSExtValue() - first.getSExtValue() <= turns * step)
    return carry(states, lower, upper, i64(step), body); // one block, which `finish` ends
  Value length = i64(turns * step), single = i64(step);
  carry(states, lower, upper, length, [&](Value base) {
    Value end = arith::MinSIOp::create(b, loc(), arith::AddIOp::create(b, loc(), base, length), upper);
    carry(states, base, end, single, body);
    for (Running &running : states)
      endBlock(running);
  });
}

/// The largest or smallest of a bound's values in the lanes.
Value Codegen::extreme(Value bound, bool largest) {
  Lane lane = this->lane(bound);
  if (lane.kind == Lane::uniform || (lane.kind == Lane::linear && (lane.stride > 0) != largest))
    return lane.value;
  if (lane.kind == Lane::linear)
    return arith::AddIOp::create(b, loc(), lane.value, i64(lane.stride * (width - 1)));
  auto kind = largest ? vector::CombiningKind::MAXSI : vector::CombiningKind::MINSI;
  return vector::ReductionOp::create(b, loc(), kind, lane.value);
}

/// Does a condition hold in any lane of any of the iterations side by side?
Value Codegen::anywhere(Value condition) {
  // That something is not so anywhere: comparisons that all hold are one mask, to which each adds itself.
  auto apply = condition.getDefiningOp<ir::ApplyOp>();
  const bool negated = apply && apply.getFunction().getValue() == dsl::Function::logical_not;
  Value asked = negated ? apply.getOperands()[0] : condition;
  SmallVector<Lane> here;
  forCopies(copied_.contains(asked), [&] { here.push_back(lane(asked)); });
  auto inSome = [&](llvm::function_ref<Value(Lane)> valueOf) { // of the iterations
    Value some;
    for (Lane one : here) {
      Value value = valueOf(one);
      some = !some ? value : negated ? Value(arith::AndIOp::create(b, loc(), some, value)) : Value(arith::OrIOp::create(b, loc(), some, value));
    }
    return negated ? Value(arith::XOrIOp::create(b, loc(), some, number(some.getType(), 1))) : some;
  };
  if (llvm::all_of(here, [](Lane one) { return one.kind == Lane::uniform; }))
    return inSome([](Lane one) { return one.value; });
  // Masks of several vectors in one register would be put together for each comparison.
  auto comparison = asked.getDefiningOp<ir::ApplyOp>();
  Type compared = comparison ? comparison.getOperands()[0].getType() : b.getI64Type();
  const unsigned together = std::min(width, (target_.avx512 ? 512 : 256) / std::max(compared.getIntOrFloatBitWidth(), 8u));
  Value anywhere;
  for (unsigned first = 0; first < width; first += together) {
    Value any = inSome([&](Lane one) { return part(vector(one, b.getI1Type()), first, together); });
    if (mask) // what lanes have that do not exist is nothing to go by
      any = arith::AndIOp::create(b, loc(), any, part(mask, first, together));
    anywhere = anywhere ? Value(arith::OrIOp::create(b, loc(), anywhere, any)) : any;
  }
  return vector::ReductionOp::create(b, loc(), vector::CombiningKind::OR, anywhere);
}

void Codegen::loop(ir::LoopOp op) {
  if (op.getPairs())
    return target_.pairs == Pairs::tiles ? takeFromTiles(op) : addPairs(op);
  std::optional<ir::Occasion> occasion = ir::occasionOf(op);
  if (ir::ApplyOp choice = ir::choiceOf(op); choice && !op.getLanes())
    return onOccasion(op, *occasion, choice);
  Value lower = extreme(op.getLower(), false);
  Value upper = extreme(ir::wholeUpper(op), true);
  if (occasion)
    upper = arith::SelectOp::create(b, loc(), anywhere(occasion->condition), upper, lower);
  unsigned lanes = static_cast<unsigned>(op.getLanes());
  if (lanes)
    width = lanes;
  SmallVector<Running> states = beginLoop(op);
  runLoop(op, states, lower, upper);
  endLoop(op, states);
  if (lanes)
    width = 0;
}

/// A loop that is there for few lanes and iterations: it runs for all of them, or for none, who then have what they would take instead.
void Codegen::onOccasion(ir::LoopOp op, const ir::Occasion &occasion, ir::ApplyOp choice) {
  Value lower = extreme(op.getLower(), false), upper = extreme(occasion.upper, true), any = anywhere(occasion.condition);
  bool copied = copied_.contains(choice.getResult());
  Type type = widened(choice.getType());
  auto valueOf = [&](Value value) { return width ? vector(lane(value), choice.getType()) : lane(value).value; };
  SmallVector<Type> types(copied ? copies_.size() : 1, type);
  auto branch = scf::IfOp::create(b, loc(), types, any, /*withElseRegion=*/true);
  {
    OpBuilder::InsertionGuard saved(b);
    SmallVector<Value> chosen;
    b.setInsertionPointToEnd(&branch.getThenRegion().front());
    SmallVector<Running> states = beginLoop(op);
    runLoop(op, states, lower, upper);
    endLoop(op, states);
    forCopies(copied, [&] {
      define(choice.getResult(), apply(choice));
      chosen.push_back(valueOf(choice.getResult()));
    });
    scf::YieldOp::create(b, loc(), chosen);
    chosen.clear();
    b.setInsertionPointToEnd(&branch.getElseRegion().front());
    forCopies(copied, [&] { chosen.push_back(valueOf(choice.getOperands()[1])); });
    scf::YieldOp::create(b, loc(), chosen);
  }
  forCopies(copied, [&] { define(choice.getResult(), {width ? Lane::varying : Lane::uniform, branch.getResult(copied ? static_cast<unsigned>(copy_) : 0)}); });
}

/// What is known of how often a loop runs: it may run over a block of an index.
static std::optional<int64_t> mostTurns(ir::LoopOp op) {
  if (std::optional<int64_t> most = ir::upperBound(ir::wholeUpper(op)))
    return most;
  auto end = op.getUpper().getDefiningOp<ir::ApplyOp>();
  if (!end || end.getFunction().getValue() != dsl::Function::minimum)
    return std::nullopt;
  for (Value bound : end.getOperands()) {
    auto next = bound.getDefiningOp<ir::ApplyOp>();
    if (next && next.getFunction().getValue() == dsl::Function::add && next.getOperands()[0] == op.getLower())
      if (std::optional<int64_t> length = ir::integerConstant(next.getOperands()[1]))
        return length;
  }
  return std::nullopt;
}

SmallVector<Running> Codegen::beginLoop(ir::LoopOp op) {
  auto yield = cast<ir::YieldOp>(op.getYield());
  bool inner = insideGroup(op);
  SmallVector<Running> states;
  for (auto [n, kind] : llvm::enumerate(op.getKinds().getAsRange<ir::ReductionAttr>()))
    // Inside of a jammed loop each copy has its own state of what depends on that loop's index.
    forCopies(copied_.contains(op.getResult(static_cast<unsigned>(n))), [&] {
      states.push_back(begin(kind.getValue(), yield.getOperands()[2 * n].getType(), width > 0, ir::upperBound(op.getUpper())));
      states.back().compensated = !inner || !mostTurns(op);
      states.back().acrossLanes = op.getLanes() > 0;
    });
  return states;
}

/// A value that does not vary in a loop and that its index is compared with for equality, and these comparisons; null: none.
static std::pair<Value, SmallVector<ir::ApplyOp>> singledOut(ir::LoopOp op) {
  Value position;
  SmallVector<ir::ApplyOp> comparisons;
  for (auto apply : op.getBlock().getOps<ir::ApplyOp>()) {
    dsl::Function function = apply.getFunction().getValue();
    if (function != dsl::Function::eq && function != dsl::Function::ne)
      continue;
    Value x = apply.getOperands()[0], y = apply.getOperands()[1];
    Value other = x == op.getIndex() ? y : y == op.getIndex() ? x : Value();
    if (!other || op.getBody().isAncestor(other.getParentRegion()) || (position && other != position))
      continue;
    position = other;
    comparisons.push_back(apply);
  }
  return {position, comparisons};
}

/// A loop over lanes in which one position is singled out: for the vectors before and after the one that has it, the outcome of the
/// comparisons is known.
void Codegen::aroundPosition(Value position, ArrayRef<ir::ApplyOp> comparisons, Value lower, Value upper, Value step,
                             llvm::function_ref<void(Value)> body) {
  using arith::CmpIPredicate;
  auto select = [&](Value condition, Value x, Value y) -> Value {
    return arith::SelectOp::create(b, loc(), condition, x, y);
  };
  Value at = lane(position).value, distance = arith::SubIOp::create(b, loc(), at, lower);
  Value inside = both(arith::CmpIOp::create(b, loc(), CmpIPredicate::sge, at, lower),
                      arith::CmpIOp::create(b, loc(), CmpIPredicate::slt, at, upper));
  Value start = arith::SubIOp::create(b, loc(), at, arith::RemSIOp::create(b, loc(), distance, step));
  Value first = select(inside, start, upper);
  Value next = select(inside, arith::AddIOp::create(b, loc(), start, step), upper);
  carry({}, i64(0), i64(2), i64(1), [&](Value turn) {
    Value before = arith::CmpIOp::create(b, loc(), CmpIPredicate::eq, turn, i64(0));
    Value end = select(before, first, upper);
    for (ir::ApplyOp comparison : comparisons)
      outcomes_[comparison] = comparison.getFunction().getValue() == dsl::Function::ne;
    carry({}, select(before, lower, next), end, step, body);
    outcomes_.clear();
    carry({}, end, select(before, next, upper), step, body);
  });
}

void Codegen::runLoop(ir::LoopOp op, MutableArrayRef<Running> states, Value lower, Value upper) {
  if (target_.pairs != Pairs::tiles || pairedLoops(op).empty())
    return runPart(op, states, lower, upper);
  // Products of a block of rows at once, then what the loop does with them.
  carry(states, lower, upper, i64(tileRows), [&](Value from) {
    for (ir::LoopOp inner : pairedLoops(op))
      multiplyTiles(inner, from);
    Value to = arith::MinSIOp::create(b, loc(), arith::AddIOp::create(b, loc(), from, i64(tileRows)), upper);
    runPart(op, states, from, to);
  });
}

void Codegen::runPart(ir::LoopOp op, MutableArrayRef<Running> states, Value lower, Value upper) {
  unsigned lanes = static_cast<unsigned>(op.getLanes());
  auto yield = cast<ir::YieldOp>(op.getYield());
  bool inner = insideGroup(op);
  // Bounds may differ from lane to lane: then the loop runs over all that some lane wants.
  std::optional<ir::Occasion> occasion = ir::occasionOf(op);
  const bool chosen = ir::choiceOf(op) != nullptr; // who does not need it does not take it
  Lane from = lane(op.getLower()), to = lane(ir::wholeUpper(op));
  auto counts = [&](Value predicate, Lane index) -> Lane {
    Lane result = lane(predicate);
    Lane needed = occasion && !chosen ? lane(occasion->condition) : Lane();
    if (needed.value && (needed.kind != Lane::uniform || copied_.contains(occasion->condition))) { // else it does not run where it is false
      bool always = matchPattern(result.value, m_One());
      if (needed.kind == Lane::uniform && result.kind == Lane::uniform)
        result.value = both(always ? Value() : result.value, needed.value);
      else
        result = {Lane::varying, both(always ? Value() : vector(result, b.getI1Type()), vector(needed, b.getI1Type()))};
    }
    if (from.kind == Lane::uniform && to.kind == Lane::uniform)
      return result;
    Value part = matchPattern(result.value, m_One()) ? Value() : vector(result, b.getI1Type());
    auto holds = [&](arith::CmpIPredicate relation, Lane bound) {
      if (bound.kind != Lane::uniform)
        part = both(part, arith::CmpIOp::create(b, loc(), relation, vector(index, b.getI64Type()),
                                                vector(bound, b.getI64Type())));
    };
    holds(arith::CmpIPredicate::sge, from);
    holds(arith::CmpIPredicate::slt, to);
    return {Lane::varying, part};
  };
  auto combine = [&](bool copied, Lane index) { // the results of the current copy, or those that all share
    setLoc(op.getLoc());
    size_t first = 0;
    for (unsigned n = 0; n < op.getNumResults(); ++n) {
      bool ofCopies = copied_.contains(op.getResult(n));
      if (ofCopies == copied) {
        Value value = yield.getOperands()[2 * n], predicate = yield.getOperands()[2 * n + 1];
        update(states[first + (copied ? copy_ : 0)], lane(value), counts(predicate, index), index);
      }
      first += ofCopies ? copies_.size() : 1;
    }
  };
  auto body = [&](Value position) {
    Lane index{lanes ? Lane::linear : Lane::uniform, position, lanes ? 1 : 0};
    define(op.getIndex(), index);
    block(op.getBlock(), [](ir::AccumulateOp) {}, [&] { combine(true, index); });
    combine(false, index);
  };
  auto masked = [&](Value position) {
    mask = tailMask(position, upper);
    body(position);
    mask = {};
  };
  if (lanes && !op.getBlock().getOps<ir::LoopOp>().empty()) // the loops inside take the time: one copy of them
    return carryBlocks(states, lower, upper, lanes, masked, inner ? innerTerms : blockTerms);
  Value whole = upper;
  if (lanes) {
    Value count = arith::SubIOp::create(b, loc(), upper, lower);
    whole = arith::SubIOp::create(b, loc(), upper, arith::RemSIOp::create(b, loc(), count, i64(lanes)));
  }
  if (op.getTogether() > 1 && !inner)
    grouped(op, states, lower, whole, body, counts);
  else if (!lanes)
    carryBlocks(states, lower, whole, 1, body, inner ? innerTerms : blockTerms);
  else
    streaming(op.getBlock(), op.getIndex(), lower, states, [&] {
      if (auto [position, comparisons] = singledOut(op); states.empty() && position)
        aroundPosition(position, comparisons, lower, whole, i64(lanes), body);
      else
        carryBlocks(states, lower, whole, lanes, body, inner ? innerTerms : blockTerms);
    });
  if (lanes) // The tail is a loop of at most one turn, so that states pass through it.
    carry(states, whole, upper, i64(lanes), masked);
}

void Codegen::endLoop(ir::LoopOp op, MutableArrayRef<Running> states) {
  bool lanes = op.getLanes() > 0;
  SmallVector<Value> finished = finish(states, lanes);
  size_t n = 0;
  for (OpResult result : op.getResults())
    forCopies(copied_.contains(result), [&] {
      define(result, {states[n].vectors && !lanes ? Lane::varying : Lane::uniform, finished[n]});
      ++n;
    });
}

/// Groups of iterations (with lanes, of vectors), as many side by side as the plan says, then the rest one by one. The order of terms depends on the
/// group alone.
void Codegen::grouped(ir::LoopOp op, MutableArrayRef<Running> states, Value lower, Value upper,
                      llvm::function_ref<void(Value)> body, llvm::function_ref<Lane(Value, Lane)> counts) {
  int64_t group = op.getTogether(), factor = op.getJam(), single = std::max<int64_t>(op.getLanes(), 1);
  auto yield = cast<ir::YieldOp>(op.getYield());
  Value count = arith::MaxSIOp::create(b, loc(), arith::SubIOp::create(b, loc(), upper, lower), i64(0));
  Value rest = arith::RemSIOp::create(b, loc(), count, i64(group * single));
  Value whole = arith::SubIOp::create(b, loc(), upper, rest);
  // A log-sum-exp looks once at its reference for a group, so that its terms must be there at once.
  bool exponentials =
      llvm::any_of(states, [](const Running &running) { return running.kind == Reduction::logsumexp; });
  int64_t step = exponentials ? group : factor;
  jam(op, factor);
  auto several = [&](Value position) {
    SmallVector<SmallVector<Value>> terms(states.size());
    SmallVector<SmallVector<Best>> best(states.size());
    Lane start;
    for (int64_t first = 0; first < step; first += factor) {
      forCopies(true, [&] {
        Value offset = i64((first + static_cast<int64_t>(copy_)) * single);
        define(op.getIndex(), {op.getLanes() ? Lane::linear : Lane::uniform,
                               arith::AddIOp::create(b, loc(), position, offset), op.getLanes() ? 1 : 0});
      });
      block(op.getBlock(), [](ir::AccumulateOp) {}, [&] { // the order is that of the loop
        setLoc(op.getLoc());
        Lane index = lane(op.getIndex());
        const int64_t offset = first + static_cast<int64_t>(copy_);
        if (offset == 0)
          start = index;
        for (auto [n, state] : llvm::enumerate(states)) {
          Lane value = lane(yield.getOperands()[2 * n]);
          Lane predicate = counts(yield.getOperands()[2 * n + 1], index);
          if (state.kind == Reduction::logsumexp)
            terms[n].push_back(exponentOf(state, value, predicate));
          else if (auto [term, counts] = termOf(state, value, predicate); isPosition(state.kind) && !counts)
            addToBest(state, best[n], term, offset * single);
          else
            update(state, value, predicate, index);
        }
      });
    }
    for (auto [state, some] : llvm::zip_equal(states, terms))
      if (!some.empty())
        addExponentials(state, some);
    for (auto [state, some] : llvm::zip_equal(states, best))
      if (!some.empty())
        takeBest(state, some, start);
  };
  carryBlocks(states, lower, whole, step * single, several, std::max<int64_t>(blockTerms / step, 1));
  unjam();
  carry(states, whole, upper, i64(single), body);
}

} // namespace mercer::lowering
