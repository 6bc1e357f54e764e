#include "compiler/scheduling/Work.h"

#include <algorithm>
#include <cmath>

using namespace mlir;

namespace mercer::scheduling {
namespace {

/// Instructions in which lanes are combined: of a sum with what its roundings have lost, of anything else.
constexpr double combinedSum = 40, combinedLanes = 12;
/// Instructions in which a term goes into a sum in memory, with its rounding.
constexpr double addedInMemory = 6;

bool isSum(dsl::Reduction kind) { return kind == dsl::Reduction::sum || kind == dsl::Reduction::logsumexp; }

double bitsOf(Type type) { return 8.0 * ir::bytesOf(type); }

/// A product that becomes part of the addition that takes it.
bool isFused(ir::ApplyOp op) {
  dsl::Function function = op.getFunction().getValue();
  if ((function != dsl::Function::mul && function != dsl::Function::square) || !isa<FloatType>(op.getType()) ||
      !op.getResult().hasOneUse())
    return false;
  OpOperand &use = *op.getResult().use_begin();
  if (use.getOwner()->getBlock() != op->getBlock())
    return false;
  if (auto user = dyn_cast<ir::ApplyOp>(use.getOwner())) {
    dsl::Function outer = user.getFunction().getValue();
    return outer == dsl::Function::add || outer == dsl::Function::sub;
  }
  auto loop = dyn_cast<ir::LoopOp>(op->getParentOp());
  if (!loop || !isa<ir::YieldOp>(use.getOwner()))
    return false;
  auto kind = cast<ir::ReductionAttr>(loop.getKinds()[use.getOperandNumber() / 2]);
  return kind.getValue() == dsl::Reduction::sum;
}

double divisionsOf(dsl::Function function) {
  using enum dsl::Function;
  switch (function) {
  case div:
  case reciprocal:
  case sqrt:
  case root:
  case floor_div:
  case mod:
  case sigmoid:
  case tanh:
  case atan:
  case atan2:
  case sinh:
  case cosh:
  case atanh:
  case erfc:
  case normal_cdf:
    return 1;
  case hypot:
  case acosh:
    return 2;
  case asin:
  case acos:
  case asinh:
  case log_normal_cdf:
    return 3;
  default:
    return 0;
  }
}

bool isAlways(Value predicate) { return ir::booleanConstant(predicate) == std::optional(true); }

} // namespace

Forecaster::Forecaster(ir::PlanOp plan, Cost &cost, Symbols &symbols, int64_t lanes) : cost_(cost), symbols_(symbols) {
  bool wide = false;
  plan.walk([&](ir::ApplyOp op) { wide |= op.getType().isF64(); });
  vectorBits_ = static_cast<double>(lanes) * (wide ? 64 : 32);
}

//===- Kinds of values ------------------------------------------------------------------------------------===//

double Forecaster::width(Operation *op) { return static_cast<double>(ir::activeLanes(op->getParentOp())); }

/// A tile has an element for each lane of what is around it.
bool Forecaster::isWide(Value array) {
  Operation *op = array.getDefiningOp();
  return op && isa<ir::TileOp, ir::AccumulatorOp>(op) && width(op) > 1;
}

Forecaster::Kind Forecaster::kindOf(ValueRange values) {
  Kind kind = Kind::uniform;
  for (Value value : values)
    kind = std::max(kind, kindOf(value));
  return kind;
}

/// Values are asked for in the order of the plan, so operands are known: the recursion is one step deep but for what stands
/// outside of nests.
Forecaster::Kind Forecaster::kindOf(Value value) {
  if (auto found = kinds_.find(value); found != kinds_.end())
    return found->second;
  Kind kind = Kind::uniform;
  Operation *op = value.getDefiningOp();
  if (!op) {
    kind = ir::lanesOf(value.getParentBlock()->getParentOp()) ? Kind::linear : Kind::uniform;
  } else if (isa<ir::PlanOp>(op->getParentOp())) {
    kind = Kind::uniform;
  } else if (auto read = dyn_cast<ir::ReadOp>(op)) {
    bool differs = isWide(read.getArray()) || kindOf(read.getSubscripts()) != Kind::uniform ||
                   (read.getGuard() && kindOf(read.getGuard()) != Kind::uniform);
    kind = differs ? Kind::varying : Kind::uniform;
  } else if (isa<ir::LoopOp>(op)) {
    kind = width(op) > 1 ? Kind::varying : Kind::uniform;
  } else if (auto apply = dyn_cast<ir::ApplyOp>(op)) {
    kind = kindOf(apply.getOperands());
    using enum dsl::Function;
    dsl::Function function = apply.getFunction().getValue();
    bool staysLinear = value.getType().isInteger(64) && (function == add || function == sub || function == mul);
    if (kind == Kind::linear && !staysLinear)
      kind = Kind::varying;
  }
  return kinds_[value] = kind;
}

/// Registers that a value takes: what is one number, or a place in memory, takes one.
double Forecaster::registers(Operation *op, Type type, Kind kind) {
  return kind == Kind::varying && !type.isInteger(1) ? std::max(1.0, width(op) * bitsOf(type) / vectorBits_) : 1;
}

//===- Instructions ---------------------------------------------------------------------------------------===//

void Forecaster::countApply(ir::ApplyOp op, Work &work, double copies) {
  dsl::Function function = op.getFunction().getValue();
  Kind kind = kindOf(op.getResult());
  auto operations = static_cast<double>(operationsOf(function));
  bool ofIntegers = llvm::all_of(op.getOperandTypes(), [](Type type) { return !isa<FloatType>(type); });
  if (ofIntegers) {
    Type widest = op.getOperands().back().getType();
    constexpr double product = 3; // of 64-bit integers in vectors
    bool isProduct = function == dsl::Function::mul || function == dsl::Function::square;
    if (kind == Kind::varying)
      work.arithmetic += copies * registers(op, widest, kind) * (isProduct ? product : operations);
    else
      work.others += copies * operations;
    return;
  }
  if (isFused(op))
    return;
  copies *= registers(op, op.getType(), kind);
  double divisions = divisionsOf(function);
  // Polynomials are mostly multiply-adds, which `operationsOf` counts twice; those for f64 are longer.
  constexpr double called = 8, instructions = 0.7, longer = 1.4;
  if (operations > called)
    operations *= instructions * (op.getType().isF64() ? longer : 1);
  else
    operations -= 4 * divisions;
  work.arithmetic += copies * std::max(operations, 0.0);
  work.divisions += copies * divisions;
}

/// `port`: the instructions of the port that it goes through.
void Forecaster::countAccess(Value array, ValueRange subscripts, Type value, double copies, double &port, Work &work) {
  Operation *op = nest_;
  if (!subscripts.empty())
    op = subscripts[0].getDefiningOp() ? subscripts[0].getDefiningOp() : subscripts[0].getParentBlock()->getParentOp();
  Type stored = cast<ir::ArrayType>(array.getType()).getElement();
  Kind kind = kindOf(subscripts);
  bool inOrder = subscripts.empty() || (kindOf(subscripts.drop_back()) == Kind::uniform && kindOf(subscripts.back()) != Kind::varying);
  if (isWide(array))
    kind = Kind::varying, inOrder = true;
  // The lanes that are active at an access are those that some subscript differs in.
  double lanes = kind == Kind::uniform ? 1 : static_cast<double>(ir::activeLanes(op));
  double vectors = std::max(1.0, lanes * bitsOf(stored) / vectorBits_);
  if (!inOrder) { // an element at a time, and vectors of their addresses
    port += copies * lanes;
    work.arithmetic += copies * 2 * lanes * 64 / vectorBits_;
  } else {
    port += copies * vectors;
  }
  if (stored != value)
    work.arithmetic += copies * std::max(1.0, lanes * bitsOf(value) / vectorBits_);
}

void Forecaster::countAccumulate(ir::AccumulateOp op, Work &work, double copies) {
  if (op.getSubscripts().empty()) { // a running state of the nest
    work.arithmetic += copies * (1 + static_cast<double>(operationsOf(op.getKind().getValue())));
    return;
  }
  bool elementwise = kindOf(op.getSubscripts().drop_back()) != Kind::uniform || kindOf(op.getSubscripts().back()) == Kind::varying;
  bool combined = !op.getArray().getDefiningOp<ir::AccumulatorOp>() && kindOf(op.getSubscripts()) == Kind::uniform && width(op) > 1;
  double times = copies * (elementwise ? width(op) : 1);
  const auto planes = static_cast<double>(ir::planesOf(op.getArray()));
  Work one = ofReduction(op.getKind().getValue(), op.getValue(), op.getPredicate());
  double arithmetic = op.getKind().getValue() == dsl::Reduction::sum ? addedInMemory : one.arithmetic;
  work.arithmetic += times * arithmetic + (combined ? copies * combinedSum : 0);
  work.loads += planes * times;
  work.stores += planes * times;
}

Work Forecaster::ofReduction(dsl::Reduction kind, Value value, Value predicate) {
  Work work;
  double extremes = 3; // NaN and signs of 0 are kept
  switch (kind) {
  case dsl::Reduction::logsumexp:
    work.arithmetic = 17, work.chain = 1;
    break;
  case dsl::Reduction::argmin:
  case dsl::Reduction::argmax:
    work.arithmetic = 4, work.chain = 2;
    break;
  case dsl::Reduction::min:
  case dsl::Reduction::max:
    work.arithmetic = extremes, work.chain = extremes;
    break;
  default:
    work.arithmetic = 1, work.chain = isa<FloatType>(value.getType()) ? 1 : 0.25;
  }
  if (!isAlways(predicate))
    work.arithmetic += 1;
  return work;
}

/// Are a block of values, one for each lane and iteration side by side, written row by row (lowering/Transpose.cpp)?
bool Forecaster::isTransposed(ir::StoreOp op, const Copies &copies) {
  OperandRange subscripts = op.getSubscripts();
  constexpr double fewest = 4;
  return copies.count >= fewest && copies.count <= width(op) && subscripts.size() > 1 && !isWide(op.getArray()) &&
         isa<BlockArgument>(subscripts.back()) && copies.values.contains(subscripts.back()) && isa<FloatType>(op.getValue().getType()) &&
         kindOf(subscripts.drop_back()) == Kind::linear &&
         llvm::none_of(subscripts.drop_back(), [&](Value subscript) { return copies.values.contains(subscript); });
}

void Forecaster::count(Operation &op, Work &work, const Copies &copies) {
  double times = op.getNumResults() ? copies.of(op.getResult(0)) : 1;
  if (auto apply = dyn_cast<ir::ApplyOp>(op)) {
    countApply(apply, work, times);
  } else if (auto read = dyn_cast<ir::ReadOp>(op)) {
    auto sums = read.getArray().getDefiningOp<ir::AccumulatorOp>();
    double pieces = sums ? static_cast<double>(ir::planesOf(sums)) : 1;
    countAccess(read.getArray(), read.getSubscripts(), read.getType(), pieces * times, work.loads, work);
  } else if (auto store = dyn_cast<ir::StoreOp>(op)) {
    bool copied = llvm::any_of(store->getOperands(), [&](Value operand) { return copies.values.contains(operand); });
    if (copied && isTransposed(store, copies)) {
      work.stores += width(store);
      work.arithmetic += copies.count * std::log2(copies.count);
    } else {
      countAccess(store.getArray(), store.getSubscripts(), store.getValue().getType(), copied ? copies.count : 1, work.stores, work);
    }
  } else if (auto accumulate = dyn_cast<ir::AccumulateOp>(op)) {
    bool copied = llvm::any_of(op.getOperands(), [&](Value operand) { return copies.values.contains(operand); });
    countAccumulate(accumulate, work, copied ? copies.count : 1);
  }
}

//===- Arrays ---------------------------------------------------------------------------------------------===//

/// The loops whose indices a subscript depends on.
void Forecaster::indicesOf(Value subscript, Access::Dimension &dimension) {
  SmallVector<Value> stack{subscript};
  DenseSet<Value> seen;
  while (!stack.empty()) {
    Value value = stack.pop_back_val();
    if (isa<ir::ArrayType>(value.getType()) || !seen.insert(value).second)
      continue;
    if (auto found = loops_.find(value); found != loops_.end()) {
      if (!llvm::is_contained(dimension.loops, found->second))
        dimension.loops.push_back(found->second);
      // An index whose loop runs over a block takes its other values in the loop over blocks.
      if (auto loop = dyn_cast<ir::LoopOp>(value.getParentBlock()->getParentOp()); loop && !loop.getLanes())
        for (Value bound : {loop.getLower(), loop.getUpper()})
          if (kindOf(bound) == Kind::uniform)
            stack.push_back(bound);
      continue;
    }
    if (Operation *op = value.getDefiningOp()) {
      dimension.data |= isa<ir::ReadOp, ir::LoopOp>(op);
      llvm::append_range(stack, op->getOperands());
    }
  }
}

void Forecaster::touch(LoopForecast &body, Value array, ValueRange subscripts, bool written) {
  Access access;
  access.array = arrays_.try_emplace(array, static_cast<unsigned>(arrays_.size())).first->second;
  access.bytes = ir::bytesOf(cast<ir::ArrayType>(array.getType()).getElement()) * (isWide(array) ? width(array.getDefiningOp()) : 1);
  access.written = written;
  bool memory = isa<BlockArgument>(array) || array.getDefiningOp<ir::AllocateOp>();
  access.shared = memory;
  for (auto [n, subscript] : llvm::enumerate(subscripts)) {
    Access::Dimension dimension;
    dimension.size = cost_.size(array, static_cast<unsigned>(n));
    if (std::optional<int64_t> constant = ir::integerConstant(subscript))
      dimension.fixed.push_back(*constant);
    else
      indicesOf(subscript, dimension);
    access.shared &= !llvm::is_contained(dimension.loops, 0u);
    access.dimensions.push_back(std::move(dimension));
  }
  for (Access &other : body.accesses) {
    auto same = [](const Access::Dimension &a, const Access::Dimension &b) {
      return a.loops == b.loops && a.data == b.data && a.fixed.empty() == b.fixed.empty();
    };
    if (other.array != access.array || !llvm::equal(other.dimensions, access.dimensions, same))
      continue;
    other.written |= written;
    for (auto [mine, added] : llvm::zip_equal(other.dimensions, access.dimensions))
      for (int64_t constant : added.fixed)
        if (!llvm::is_contained(mine.fixed, constant))
          mine.fixed.push_back(constant);
    return;
  }
  body.accesses.push_back(std::move(access));
}

//===- Loops ----------------------------------------------------------------------------------------------===//

/// How often the code of a body runs in a whole nest.
Quantity Forecaster::turnsOf(Operation *body) {
  Quantity turns(1);
  for (Operation *op = body; !isa<ir::PlanOp>(op); op = op->getParentOp()) {
    const Cost::Range &range = cost_.rangeOf(op->getRegion(0).getArgument(0));
    auto loop = dyn_cast<ir::LoopOp>(op);
    uint64_t together = std::max<uint64_t>(ir::lanesOf(op), 1) * (loop ? static_cast<uint64_t>(loop.getJam()) : 1);
    Quantity all = symbols_.sum(turns, range.symbol, range.lower, range.upper);
    Quantity length = range.upper - range.lower;
    if (together == 1)
      turns = all;
    else if (all == turns * length)
      turns = turns * symbols_.made(Symbols::Kind::divided_up, length, Quantity(static_cast<double>(together)));
    else
      turns = all * Quantity(1.0 / static_cast<double>(together));
  }
  return turns;
}

void Forecaster::enter(ir::LoopOp loop, unsigned parent, Copies &copies) {
  auto at = static_cast<unsigned>(result_.loops.size());
  loops_[loop.getIndex()] = at;
  double jam = static_cast<double>(loop.getJam());
  bool jams = jam > 1 && copies.count == 1;
  if (jams) {
    copies.count = jam;
    copies.values.insert(loop.getIndex());
  }
  LoopForecast &made = result_.loops.emplace_back();
  made.parent = parent;
  made.turns = turnsOf(loop);
  made.width = std::max(static_cast<double>(loop.getLanes()), 1.0) * jam;
  visit(loop.getBlock(), at, copies);
  LoopForecast &body = result_.loops[at]; // loops inside have moved it
  Operation *yield = loop.getYield();
  bool inner = copies.count > 1 && !jams;
  double sums = 0, results = 0;
  for (auto [n, kind] : llvm::enumerate(loop.getKinds().getAsRange<ir::ReductionAttr>())) {
    Value value = yield->getOperand(2 * n), predicate = yield->getOperand(2 * n + 1);
    bool copied = copies.values.contains(value) || copies.values.contains(predicate);
    if (copied)
      copies.values.insert(loop.getResult(n));
    double times = copied || jams ? copies.count : 1;
    Work work = ofReduction(kind.getValue(), value, predicate);
    double chain = std::max(body.work.chain, work.chain * (jams ? times : 1));
    bool isVector = ir::activeLanes(loop) > 1;
    double vectors = isVector ? registers(yield, value.getType(), Kind::varying) : 1;
    body.work += work * (times * vectors);
    body.work.chain = chain;
    double states = vectors * (jams ? 1 : times);
    sums += isSum(kind.getValue()) && isa<FloatType>(value.getType()) ? states : 0;
    results += states;
  }
  constexpr double turn = 2; // counting and jumping
  body.work.others += turn;
  if (sums > 0) {
    constexpr double blockEnd = 4;
    body.restarts = inner ? ir::innerTerms : std::max(1.0, ir::blockTerms / jam);
    body.work.arithmetic += blockEnd * sums / body.restarts;
    body.work.others += turn / body.restarts;
  }
  bool combines = loop.getLanes() > 0;
  body.ends.arithmetic = sums * (combines ? combinedSum : 2) + (results - sums) * (combines ? combinedLanes : 1);
  body.ends.others = 4;
  if (jams)
    copies = Copies();
}

void Forecaster::visit(Block &block, unsigned at, Copies &copies) {
  Work work;
  for (Operation &op : block) {
    if (auto loop = dyn_cast<ir::LoopOp>(op)) {
      enter(loop, at, copies);
      continue;
    }
    if (llvm::any_of(op.getOperands(), [&](Value operand) { return copies.values.contains(operand); }))
      copies.values.insert(op.result_begin(), op.result_end());
    count(op, work, copies);
    LoopForecast &body = result_.loops[at];
    if (auto read = dyn_cast<ir::ReadOp>(op))
      touch(body, read.getArray(), read.getSubscripts(), false);
    else if (auto store = dyn_cast<ir::StoreOp>(op))
      touch(body, store.getArray(), store.getSubscripts(), true);
    else if (auto accumulate = dyn_cast<ir::AccumulateOp>(op); accumulate && !accumulate.getSubscripts().empty())
      touch(body, accumulate.getArray(), accumulate.getSubscripts(), true);
  }
  result_.loops[at].work += work;
}

NestForecast Forecaster::of(ir::NestOp nest) {
  nest_ = nest;
  result_ = NestForecast();
  kinds_.clear();
  loops_.clear();
  loops_[nest.getIndex()] = 0;
  result_.panels = static_cast<double>(nest.getPanels());
  LoopForecast &body = result_.loops.emplace_back();
  body.turns = turnsOf(nest);
  body.width = std::max(1.0, static_cast<double>(nest.getLanes()));
  Copies copies;
  visit(nest.getBlock(), 0, copies);
  constexpr double masks = 3, turn = 10;
  result_.loops[0].work.arithmetic += nest.getLanes() ? masks : 0;
  result_.loops[0].work.others += turn;
  return std::move(result_);
}

} // namespace mercer::scheduling
