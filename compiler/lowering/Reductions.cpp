// The running states of reductions.
//
// Sums add in blocks of 16 terms; the blocks are added with the rounding errors kept, so that the error does not
// grow with the number of terms. Log-sum-exp runs against a reference that follows the maximum
// only when a term exceeds it by 40: one exponential a term and no rescaling. The order depends on the
// extents alone.
#include "compiler/lowering/Lanes.h"

#include "mlir/IR/Matchers.h"

#include <cfloat>
#include <numbers>

using namespace mlir;

namespace mercer::lowering {

using dsl::Reduction;

/// How far a term of a log-sum-exp may be above the reference: exp(40) is far from the largest number.
static constexpr double lead = 40;

static bool wantsSmallest(Reduction kind) { return kind == Reduction::argmin || kind == Reduction::min; }

static double largestFinite(Type type) { return getElementTypeOrSelf(type).isF32() ? FLT_MAX : DBL_MAX; }

Running Codegen::begin(Reduction kind, Type type, bool vectors, std::optional<int64_t> below) {
  Running running{.kind = kind, .type = type, .vectors = vectors};
  auto shaped = [&](Type element) { return vectors ? Type(VectorType::get({width}, element)) : element; };
  bool real = isa<FloatType>(type);
  auto start = [&](Type element, double value) { running.state.push_back(number(shaped(element), value)); };
  auto startInteger = [&](int64_t value) {
    Value constant = i64(value);
    running.state.push_back(
        vectors ? Value(vector::BroadcastOp::create(b, loc(), shaped(b.getI64Type()), constant)) : constant);
  };
  double extreme = wantsSmallest(kind) ? HUGE_VAL : -HUGE_VAL;
  int64_t extremeInteger = wantsSmallest(kind) ? INT64_MAX : INT64_MIN;
  switch (kind) {
  case Reduction::sum:
    running.blocked = real;
    if (real) {
      Type element = target_.accumulateInF64 ? Type(b.getF64Type()) : type;
      for (int n = 0; n < 3; ++n)
        start(element, 0);
    } else {
      startInteger(0);
    }
    break;
  case Reduction::prod:
    real ? start(type, 1) : startInteger(1);
    break;
  case Reduction::min:
  case Reduction::max:
    real ? start(type, extreme) : startInteger(extremeInteger);
    break;
  case Reduction::logsumexp:
    running.blocked = true;
    start(type, -largestFinite(type));
    for (int n = 0; n < 3; ++n)
      start(type, 0);
    break;
  case Reduction::any:
  case Reduction::all:
    running.state.push_back(vectors ? i1(kind == Reduction::all, true) : i1(kind == Reduction::all, false));
    break;
  case Reduction::argmin:
  case Reduction::argmax: {
    real ? start(type, extreme) : startInteger(extremeInteger);
    constexpr int64_t fit = 1 << 30; // lanes after the last one have positions too
    running.narrow = vectors && type.isF32() && below && *below <= fit;
    running.state.push_back(number(shaped(running.narrow ? b.getI32Type() : b.getI64Type()), -1));
    break;
  }
  }
  return running;
}

Value Codegen::timesLog2e(Value value) {
  return arith::MulFOp::create(b, loc(), value, number(value.getType(), std::numbers::log2e));
}

/// An iteration's index as the running state has positions: beside vectors of f32 in 32 bits where that is enough, so that a position
/// takes as many registers as its value and is chosen by the same mask.
Value Codegen::position(const Running &running, Lane index) {
  if (!running.narrow)
    return running.vectors ? vector(index, b.getI64Type()) : index.value;
  Value base = arith::TruncIOp::create(b, loc(), b.getI32Type(), index.value);
  return vector({index.kind, base, index.stride}, b.getI32Type());
}

/// The same in 64 bits.
Value Codegen::widePosition(Value position) {
  if (getElementTypeOrSelf(position.getType()).isInteger(64))
    return position;
  auto shape = dyn_cast<VectorType>(position.getType());
  Type wide = shape ? Type(VectorType::get(shape.getShape(), b.getI64Type())) : b.getI64Type();
  return arith::ExtSIOp::create(b, loc(), wide, position);
}

/// state = better ? values : state
void Codegen::take(Running &running, Value better, ArrayRef<Value> values) {
  for (auto [state, value] : llvm::zip_equal(running.state, values))
    state = arith::SelectOp::create(b, loc(), better, value, state);
}

/// A term as the running state takes it, and where it counts (null: everywhere).
std::pair<Value, Value> Codegen::termOf(const Running &running, Lane value, Lane predicate) {
  auto shaped = [&](Lane lane, Type element) { return running.vectors ? vector(lane, element) : lane.value; };
  Value term = shaped(value, running.type), counts;
  if (predicate.value && !matchPattern(predicate.value, m_One()))
    counts = shaped(predicate, b.getI1Type());
  return {term, running.acrossLanes ? both(counts, mask) : counts};
}

Value Codegen::exponentOf(const Running &running, Lane value, Lane predicate) {
  auto [term, counts] = termOf(running, value, predicate);
  Value nothing = number(term.getType(), -HUGE_VAL);
  return counts ? Value(arith::SelectOp::create(b, loc(), counts, term, nothing)) : term;
}

void Codegen::update(Running &running, Lane value, Lane predicate, Lane index) {
  if (running.kind == Reduction::logsumexp)
    return addExponentials(running, exponentOf(running, value, predicate));
  auto [v, p] = termOf(running, value, predicate);
  auto where = [&, p = p](Value term, Value otherwise) -> Value {
    return p ? Value(arith::SelectOp::create(b, loc(), p, term, otherwise)) : term;
  };
  auto &state = running.state;
  Type type = v.getType();
  bool real = isa<FloatType>(running.type);
  switch (running.kind) {
  case Reduction::sum: {
    if (!real) {
      state[0] = arith::AddIOp::create(b, loc(), state[0], where(v, number(type, 0)));
      break;
    }
    if (v.getType() != state[0].getType())
      v = arith::ExtFOp::create(b, loc(), state[0].getType(), v);
    Value product; // of a multiplication: one rounding, where that is an instruction
    if (auto factor = v.getDefiningOp<arith::MulFOp>(); factor && target_.fma && v.use_empty())
      product = math::FmaOp::create(b, loc(), factor.getLhs(), factor.getRhs(), state[0]);
    Value next = product ? product : Value(arith::AddFOp::create(b, loc(), state[0], v));
    state[0] = where(next, state[0]);
    break;
  }
  case Reduction::prod:
    state[0] = where(real ? Value(arith::MulFOp::create(b, loc(), state[0], v))
                          : Value(arith::MulIOp::create(b, loc(), state[0], v)),
                     state[0]);
    break;
  case Reduction::min:
    state[0] = where(real ? Value(arith::MinimumFOp::create(b, loc(), state[0], v))
                          : Value(arith::MinSIOp::create(b, loc(), state[0], v)),
                     state[0]);
    break;
  case Reduction::max:
    state[0] = where(real ? Value(arith::MaximumFOp::create(b, loc(), state[0], v))
                          : Value(arith::MaxSIOp::create(b, loc(), state[0], v)),
                     state[0]);
    break;
  case Reduction::any:
    state[0] = arith::OrIOp::create(b, loc(), state[0], p ? both(v, p) : v);
    break;
  case Reduction::all:
    state[0] = where(arith::AndIOp::create(b, loc(), state[0], v), state[0]);
    break;
  case Reduction::argmin:
  case Reduction::argmax:
    takeBetter(running, v, position(running, index), p);
    break;
  case Reduction::logsumexp:
    break; // above
  }
}

/// Does an argmin or argmax take a term in place of an earlier one?
Value Codegen::isBetter(const Running &running, Value term, Value before) {
  const bool smallest = wantsSmallest(running.kind);
  if (!isa<FloatType>(running.type))
    return arith::CmpIOp::create(b, loc(), smallest ? arith::CmpIPredicate::slt : arith::CmpIPredicate::sgt, term, before);
  auto unordered = smallest ? arith::CmpFPredicate::ULT : arith::CmpFPredicate::UGT; // also a NaN, but nothing after one
  return both(cmp(unordered, term, before), cmp(arith::CmpFPredicate::ORD, before, before));
}

/// A term of an argmin or argmax at a position, where it counts (null: everywhere) and is better than the state or the first one.
void Codegen::takeBetter(Running &running, Value term, Value position, Value counts) {
  const auto &state = running.state;
  Value none = arith::CmpIOp::create(b, loc(), arith::CmpIPredicate::slt, state[1], number(state[1].getType(), 0));
  take(running, both(arith::OrIOp::create(b, loc(), isBetter(running, term, state[0]), none), counts), {term, position});
}

/// One more term of an argmin or argmax, of the iteration `offset` after the first one: pairs of terms, then pairs of these.
void Codegen::addToBest(const Running &running, SmallVectorImpl<Best> &best, Value term, int64_t offset) {
  best.push_back({term, number(running.state[1].getType(), static_cast<double>(offset)), 1});
  while (best.size() > 1 && best.end()[-1].terms == best.end()[-2].terms)
    mergeBest(running, best);
}

/// Makes one of the last two.
void Codegen::mergeBest(const Running &running, SmallVectorImpl<Best> &best) {
  Best later = best.pop_back_val(), &earlier = best.back();
  Value better = isBetter(running, later.term, earlier.term);
  earlier.term = arith::SelectOp::create(b, loc(), better, later.term, earlier.term);
  earlier.offset = arith::SelectOp::create(b, loc(), better, later.offset, earlier.offset);
  earlier.terms += later.terms;
}

void Codegen::takeBest(Running &running, SmallVectorImpl<Best> &best, Lane first) {
  while (best.size() > 1)
    mergeBest(running, best);
  takeBetter(running, best[0].term, arith::AddIOp::create(b, loc(), position(running, first), best[0].offset));
}

/// Terms of a log-sum-exp: one look at the reference for all.
void Codegen::addExponentials(Running &running, ArrayRef<Value> terms) {
  auto &state = running.state;
  Type type = terms[0].getType();
  Value largest = terms[0];
  for (Value term : terms.drop_front())
    largest = arith::SelectOp::create(b, loc(), cmp(arith::CmpFPredicate::OGT, largest, term), largest, term);
  Value limit = arith::AddFOp::create(b, loc(), state[0], number(type, lead));
  Value beyond = cmp(arith::CmpFPredicate::OGT, largest, limit);
  Value any = running.vectors
                  ? Value(vector::ReductionOp::create(b, loc(), vector::CombiningKind::OR, beyond))
                  : beyond;
  auto branch = scf::IfOp::create(b, loc(), ValueRange(state).getTypes(), any, true);
  {
    OpBuilder::InsertionGuard saved(b);
    b.setInsertionPointToStart(&branch.getThenRegion().front());
    Value finite = arith::MinNumFOp::create(b, loc(), largest, number(type, largestFinite(type)));
    Value reference = arith::SelectOp::create(b, loc(), beyond, finite, state[0]);
    Value shrink = call("exp2_of_term", timesLog2e(arith::SubFOp::create(b, loc(), state[0], reference)));
    SmallVector<Value> next{reference};
    for (Value part : ArrayRef(state).drop_front())
      next.push_back(arith::MulFOp::create(b, loc(), part, shrink));
    scf::YieldOp::create(b, loc(), next);
    b.setInsertionPointToStart(&branch.getElseRegion().front());
    scf::YieldOp::create(b, loc(), state);
  }
  state.assign(branch.getResults().begin(), branch.getResults().end());
  for (Value term : terms) {
    Value exponent = timesLog2e(arith::SubFOp::create(b, loc(), term, state[0]));
    state[1] = arith::AddFOp::create(b, loc(), state[1], call("exp2_of_term", exponent));
  }
}

void Codegen::endBlock(Running &running) {
  if (!running.blocked)
    return;
  size_t first = running.kind == Reduction::logsumexp;
  Value &block = running.state[first], &total = running.state[first + 1], &lost = running.state[first + 2];
  if (matchPattern(block, m_PosZeroFloat()))
    return; // has been ended
  if (matchPattern(total, m_PosZeroFloat())) {
    total = block; // the first and only block of a short loop
  } else if (running.compensated) {
    // Exact where the total is the larger one. Where a block is, what is kept of it may be off by an ulp of the
    // block: over all blocks still a part of the sum of their sizes that does not grow with their number.
    Value sum = arith::AddFOp::create(b, loc(), total, block);
    Value kept = arith::SubFOp::create(b, loc(), sum, total);
    lost = arith::AddFOp::create(b, loc(), lost, arith::SubFOp::create(b, loc(), block, kept));
    total = sum;
  } else {
    total = arith::AddFOp::create(b, loc(), total, block);
  }
  block = number(block.getType(), 0);
}

/// x + y and its rounding error.
std::pair<Value, Value> Codegen::addExactly(Value x, Value y) {
  auto add = [&](Value x, Value y) -> Value { return arith::AddFOp::create(b, loc(), x, y); };
  auto sub = [&](Value x, Value y) -> Value { return arith::SubFOp::create(b, loc(), x, y); };
  Value sum = add(x, y), part = sub(sum, x);
  return {sum, add(sub(x, sub(sum, part)), sub(y, part))};
}

/// total + lost; infinities make what was lost NaN.
Value Codegen::closed(Value total, Value lost) {
  if (matchPattern(lost, m_PosZeroFloat()))
    return total;
  Value sum = arith::AddFOp::create(b, loc(), total, lost);
  return arith::SelectOp::create(b, loc(), cmp(arith::CmpFPredicate::UNO, lost, lost), total, sum);
}

/// `count` lanes from `first` on.
Value Codegen::part(Value lanes, unsigned first, unsigned count) {
  SmallVector<int64_t> numbers;
  for (unsigned n = 0; n < count; ++n)
    numbers.push_back(first + n);
  return vector::ShuffleOp::create(b, loc(), lanes, lanes, numbers);
}

Value Codegen::finish(Running &running, bool overLanes, Value *extremum) {
  auto &state = running.state;
  endBlock(running);
  if (running.kind == Reduction::sum && running.blocked) {
    Value total = state[1], lost = state[2];
    if (overLanes)
      std::tie(total, lost) = addLanes(total, lost);
    return narrowed(running, closed(total, lost));
  }
  if (running.kind == Reduction::logsumexp) {
    Value reference = state[0], sum = closed(state[2], state[3]);
    if (overLanes) {
      Value largest = largestLane(reference);
      Value all = vector::BroadcastOp::create(b, loc(), reference.getType(), largest);
      Value shrink = call("exp2_of_term", timesLog2e(arith::SubFOp::create(b, loc(), reference, all)));
      state = {arith::MulFOp::create(b, loc(), sum, shrink)};
      running.kind = Reduction::sum;
      sum = combineLanes(running, nullptr);
      running.kind = Reduction::logsumexp;
      reference = largest;
    }
    return arith::AddFOp::create(b, loc(), reference, call("log", sum));
  }
  if (overLanes)
    return combineLanes(running, extremum);
  if (extremum)
    *extremum = state[0];
  return isPosition(running.kind) ? widePosition(state[1]) : state[0];
}

/// Of numbers that are not NaN, in one instruction a step: LLVM's own reduction goes from lane to lane.
Value Codegen::largestLane(Value lanes) {
  for (unsigned half = width / 2; half >= 1; half /= 2) {
    Value x = part(lanes, 0, half), y = part(lanes, half, half);
    lanes = arith::SelectOp::create(b, loc(), cmp(arith::CmpFPredicate::OGT, x, y), x, y);
  }
  return vector::ExtractOp::create(b, loc(), lanes, ArrayRef<int64_t>{0});
}

/// One step of a tree over the lanes, of which each sum has `lanes`: halves against halves, with the rounding errors kept. Two vectors
/// of sums become one, so that several sums take little more than one.
LaneSums Codegen::halved(const LaneSums &x, const LaneSums *y, unsigned lanes) {
  const auto size = static_cast<unsigned>(x.sums.size()) * lanes;
  // Within 128 bits a shuffle of two registers is one instruction, and so is one of whole 128 bits.
  const unsigned row = 128 / getElementTypeOrSelf(x.total.getType()).getIntOrFloatBitWidth();
  const unsigned together = y && lanes <= row ? std::min(row, size) : size;
  LaneSums made;
  SmallVector<int64_t> low, high;
  auto take = [&](const LaneSums &from, unsigned base, unsigned first) {
    for (unsigned at = first; at < first + together; at += lanes) {
      made.sums.push_back(from.sums[at / lanes]);
      for (unsigned lane = 0; lane < lanes / 2; ++lane) {
        low.push_back(base + at + lane);
        high.push_back(low.back() + lanes / 2);
      }
    }
  };
  for (unsigned first = 0; first < size; first += together) {
    take(x, 0, first);
    if (y)
      take(*y, size, first);
  }
  auto halves = [&](Value of, Value other) {
    auto shuffle = [&](ArrayRef<int64_t> positions) -> Value { return vector::ShuffleOp::create(b, loc(), of, other, positions); };
    return std::pair(shuffle(low), shuffle(high));
  };
  auto [a, c] = halves(x.total, (y ? y : &x)->total);
  auto [aLost, cLost] = halves(x.lost, (y ? y : &x)->lost);
  auto [sum, error] = addExactly(a, c);
  made.total = sum;
  Value lost = arith::AddFOp::create(b, loc(), aLost, cLost);
  made.lost = arith::AddFOp::create(b, loc(), lost, error);
  return made;
}

/// Sums over the lanes of values of one type, each in a lane of one of the vectors.
SmallVector<LaneSums> Codegen::addLanes(ArrayRef<std::pair<Value, Value>> states) {
  SmallVector<LaneSums> all;
  for (auto [n, state] : llvm::enumerate(states))
    all.push_back({state.first, state.second, {n}});
  for (unsigned lanes = width; lanes > 1; lanes /= 2) {
    SmallVector<LaneSums> next;
    for (size_t n = 0; n < all.size(); n += 2) // an odd one beside itself, so that vectors stay alike
      next.push_back(halved(all[n], all.size() > 1 ? &all[std::min(n + 1, all.size() - 1)] : nullptr, lanes));
    all = std::move(next);
  }
  return all;
}

/// The sum over the lanes and what rounding it lost.
std::pair<Value, Value> Codegen::addLanes(Value total, Value lost) {
  LaneSums sum = addLanes({{total, lost}}).front();
  auto only = [&](Value value) -> Value { return vector::ExtractOp::create(b, loc(), value, ArrayRef<int64_t>{0}); };
  return {only(sum.total), only(sum.lost)};
}

SmallVector<Value> Codegen::finish(MutableArrayRef<Running> states, bool overLanes) {
  SmallVector<Value> values(states.size());
  llvm::MapVector<Type, SmallVector<size_t>> sums;
  for (auto [n, running] : llvm::enumerate(states)) {
    if (!overLanes || running.kind != Reduction::sum || !running.blocked) {
      values[n] = finish(running, overLanes);
      continue;
    }
    endBlock(running);
    sums[running.state[1].getType()].push_back(n);
  }
  for (const auto &[type, members] : sums) {
    SmallVector<std::pair<Value, Value>> parts;
    for (size_t n : members)
      parts.emplace_back(states[n].state[1], states[n].state[2]);
    for (const LaneSums &some : addLanes(parts)) {
      Value closedSums = closed(some.total, some.lost);
      for (auto [lane, member] : llvm::enumerate(some.sums)) {
        Value sum = vector::ExtractOp::create(b, loc(), closedSums, ArrayRef<int64_t>{static_cast<int64_t>(lane)});
        values[members[member]] = narrowed(states[members[member]], sum);
      }
    }
  }
  return values;
}

/// A sum in the type that is wanted of it.
Value Codegen::narrowed(const Running &running, Value sum) {
  Type element = getElementTypeOrSelf(sum.getType());
  if (element == running.type)
    return sum;
  auto shape = dyn_cast<VectorType>(sum.getType());
  return arith::TruncFOp::create(b, loc(), shape ? Type(shape.clone(running.type)) : running.type, sum);
}

/// Halves against halves: a tree whose shape is fixed.
Value Codegen::combineLanes(Running &running, Value *extremum) {
  SmallVector<Value, 2> state(running.state.begin(), running.state.end());
  bool real = isa<FloatType>(running.type);
  for (unsigned half = width / 2; half >= 1; half /= 2) {
    SmallVector<Value> low, high;
    for (Value lanes : state) {
      low.push_back(part(lanes, 0, half));
      high.push_back(part(lanes, half, half));
    }
    Value x = low[0], y = high[0];
    switch (running.kind) {
    case Reduction::sum:
      state[0] =
          real ? Value(arith::AddFOp::create(b, loc(), x, y)) : Value(arith::AddIOp::create(b, loc(), x, y));
      break;
    case Reduction::prod:
      state[0] =
          real ? Value(arith::MulFOp::create(b, loc(), x, y)) : Value(arith::MulIOp::create(b, loc(), x, y));
      break;
    case Reduction::min:
      state[0] = real ? Value(arith::MinimumFOp::create(b, loc(), x, y))
                      : Value(arith::MinSIOp::create(b, loc(), x, y));
      break;
    case Reduction::max:
      state[0] = real ? Value(arith::MaximumFOp::create(b, loc(), x, y))
                      : Value(arith::MaxSIOp::create(b, loc(), x, y));
      break;
    case Reduction::any:
      state[0] = arith::OrIOp::create(b, loc(), x, y);
      break;
    case Reduction::all:
      state[0] = arith::AndIOp::create(b, loc(), x, y);
      break;
    default: { // argmin, argmax: the better value, of equal ones the lower position; NaN before all
      bool smallest = wantsSmallest(running.kind);
      auto is = [&](arith::CmpIPredicate predicate, Value a, Value c) -> Value {
        return arith::CmpIOp::create(b, loc(), predicate, a, c);
      };
      auto either = [&](Value a, Value c) -> Value { return arith::OrIOp::create(b, loc(), a, c); };
      Value zero = number(low[1].getType(), 0);
      Value better, equal;
      if (real) {
        Value nanX = cmp(arith::CmpFPredicate::UNO, x, x), nanY = cmp(arith::CmpFPredicate::UNO, y, y);
        Value ordered = cmp(smallest ? arith::CmpFPredicate::OLT : arith::CmpFPredicate::OGT, y, x);
        Value notNanX = cmp(arith::CmpFPredicate::ORD, x, x);
        better = either(ordered, both(nanY, notNanX));
        equal = either(cmp(arith::CmpFPredicate::OEQ, x, y), both(nanX, nanY));
      } else {
        better = is(smallest ? arith::CmpIPredicate::slt : arith::CmpIPredicate::sgt, y, x);
        equal = is(arith::CmpIPredicate::eq, x, y);
      }
      Value first = is(arith::CmpIPredicate::slt, high[1], low[1]);
      Value wins = either(better, both(equal, first));
      Value onlyY = is(arith::CmpIPredicate::slt, low[1], zero);
      Value someY = is(arith::CmpIPredicate::sge, high[1], zero);
      Value useY = both(someY, either(onlyY, wins));
      for (unsigned n : {0u, 1u})
        state[n] = arith::SelectOp::create(b, loc(), useY, high[n], low[n]);
    }
    }
  }
  for (Value &lanes : state)
    lanes = vector::ExtractOp::create(b, loc(), lanes, ArrayRef<int64_t>{0});
  if (extremum)
    *extremum = state[0];
  return isPosition(running.kind) ? widePosition(state[1]) : state[0];
}

} // namespace mercer::lowering
