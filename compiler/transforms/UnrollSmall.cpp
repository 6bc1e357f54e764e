// Reductions and outputs over a few constant positions, written out.
#include "compiler/transforms/Formula.h"
#include "compiler/transforms/Gathers.h"
#include "compiler/transforms/Passes.h"

#include <cmath>

using namespace mlir;

namespace mercer::transforms {

#define GEN_PASS_DEF_UNROLLSMALL
#include "compiler/transforms/Passes.h.inc"

namespace {

using dsl::Function;
using dsl::Reduction;

constexpr int64_t exponential = 20;

/// About how many instructions an op becomes; a reduction is a loop.
int64_t instructions(Operation *op) {
  auto apply = dyn_cast<ir::ApplyOp>(op);
  bool polynomial = apply && isa<FloatType>(apply.getType()) && isPolynomial(apply.getFunction().getValue());
  return polynomial || isa<ir::ReduceOp>(op) ? exponential : 1;
}

std::optional<int64_t> constantExtent(Value index) {
  return ir::integerConstant(index.getDefiningOp<ir::IndexOp>().getExtent());
}

class Unroll {
public:
  Unroll(OpBuilder &builder, ir::ReduceOp op) : builder_(builder), op_(op), loc_(op.getLoc()) {}

  /// The reduction over its first small index written out, or null.
  Value run(ir::FreeIndices &free, int64_t limit) {
    Reduction kind = op_.getKind().getValue();
    if (kind == Reduction::argmin || kind == Reduction::argmax)
      return {}; // carried better by a loop's state
    if (kind == Reduction::logsumexp && op_.getOver().size() > 1)
      return {}; // one reference for all terms
    for (Value index : op_.getOver()) {
      std::optional<int64_t> extent = constantExtent(index);
      // Beside other indices a longer one fills vectors: written out, its elements would be gathered. For
      // each pair of two long indices the terms of a longer one written out wait for each other; loops run
      // such sums side by side. Of rows at computed positions each element written out is a gather.
      constexpr int64_t mostBesideOthers = 4, mostForPairs = 8, mostOfGathers = 4;
      int64_t most = limit;
      if (op_.getOver().size() > 1)
        most = std::min(most, mostBesideOthers);
      else if (isForPairs(free, limit))
        most = std::min(most, mostForPairs);
      if (gathersRows(free, op_.getValue(), index))
        most = std::min(most, mostOfGathers);
      if (!extent || *extent < 0 || *extent > most || !fits(free, index, *extent))
        continue;
      SmallVector<Value> others;
      for (Value other : op_.getOver())
        if (other != index)
          others.push_back(other);
      SmallVector<Value> terms;
      for (int64_t position = 0; position < *extent; ++position) {
        ir::Substitution at(builder_, free, {{index, ir::integer(builder_, loc_, position)}});
        Value term = at(op_.getValue()), predicate = op_.getPredicate() ? at(op_.getPredicate()) : Value();
        if (predicate)
          term = call(Function::select, {predicate, term, empty(kind)});
        terms.push_back(term);
      }
      if (kind == Reduction::logsumexp)
        return *extent > 0 ? logOfSum(terms, index) : empty(kind);
      Value result = empty(kind);
      for (auto [position, term] : llvm::enumerate(terms))
        result = position == 0 ? term : combine(kind, result, term);
      return others.empty() ? result : ir::reduce(builder_, loc_, kind, others, result, Value());
    }
    return {};
  }

private:
  /// Is there a sum for each pair of two indices that stay loops?
  bool isForPairs(ir::FreeIndices &free, int64_t limit) {
    return llvm::count_if(free.of(op_.getResult()), [&](Value index) {
             std::optional<int64_t> extent = constantExtent(index);
             return !extent || *extent > limit;
           }) > 1;
  }

  /// Is what the copies of the summand write out small enough that straight code beats a loop? Reductions
  /// inside of it that have been written out count with all of their ops, so that nests of small loops do not
  /// multiply.
  bool fits(ir::FreeIndices &free, Value index, int64_t extent) {
    constexpr int64_t most = 256;
    int64_t one = op_.getKind().getValue() == Reduction::logsumexp ? exponential : 0;
    SmallVector<Value> stack{op_.getValue()};
    if (op_.getPredicate())
      stack.push_back(op_.getPredicate());
    DenseSet<Value> seen;
    while (!stack.empty()) {
      Value value = stack.pop_back_val();
      Operation *source = value.getDefiningOp();
      if (!source || !free.depends(value, index) || !seen.insert(value).second)
        continue;
      one += instructions(source);
      if (one * extent > most)
        return false;
      stack.append(source->operand_begin(), source->operand_end());
    }
    return true;
  }

  /// log(sum(exp(x_c))) as m + log(s), s = sum(exp(x_c - m)), m the largest term. Weights `exp(x(c) -
  /// log(sum))` become `exp(x(c) - m) / s`: the exponentials are those of the sum.
  Value logOfSum(ArrayRef<Value> terms, Value index) {
    Formula f(builder_, loc_, op_.getType());
    const llvm::fltSemantics &semantics = cast<FloatType>(op_.getType()).getFloatSemantics();
    // What is NaN may get lost here: its term is NaN as well. Of infinite terms differences would be NaN.
    Value largest = terms[0], sum;
    for (Value term : terms.drop_front())
      largest = f.select(call(Function::gt, {largest, term}), largest, term);
    double most = llvm::APFloat::getLargest(semantics).convertToDouble();
    largest = call(Function::maximum, {call(Function::minimum, {largest, f.number(most)}), f.number(-most)});
    for (Value term : terms)
      sum = f.add(sum, f.exp(f.sub(term, largest)));
    if (!op_.getPredicate())
      shareExponentials(index, largest, most, sum);
    return f.add(largest, f.log(sum));
  }

  /// The differences to the reduction, or to no less than the lowest number, where these are of one of its
  /// terms.
  void shareExponentials(Value index, Value largest, double most, Value sum) {
    SmallVector<ir::ApplyOp> weights;
    auto calls = [](Value of, Function function) {
      SmallVector<Value> found;
      for (Operation *user : of.getUsers())
        if (isa<ir::ApplyOp>(user) && is(user->getResult(0), function))
          found.push_back(user->getResult(0));
      return found;
    };
    SmallVector<Value> logarithms{op_.getResult()};
    for (Value atLeast : calls(op_.getResult(), Function::maximum))
      if (std::optional<double> bound = ir::realConstant(operand(atLeast, 1)); bound && *bound <= -most)
        logarithms.push_back(atLeast);
    for (Value logarithm : logarithms)
      for (Value difference : calls(logarithm, Function::sub)) {
        unsigned budget = 256;
        Value at;
        if (operand(difference, 1) == logarithm &&
            isTerm(operand(difference), op_.getValue(), index, at, budget))
          for (Value weight : calls(difference, Function::exp))
            weights.push_back(weight.getDefiningOp<ir::ApplyOp>());
      }
    if (weights.empty())
      return;
    const llvm::fltSemantics &semantics = cast<FloatType>(op_.getType()).getFloatSemantics();
    // The sum is 0 where all terms are -infinity, else about 1 at least.
    Formula before(builder_, loc_, op_.getType());
    double least = llvm::APFloat::getSmallestNormalized(semantics).convertToDouble();
    Value inverse = call(Function::reciprocal, {call(Function::maximum, {sum, before.number(least)})});
    for (ir::ApplyOp weight : weights) {
      OpBuilder builder(weight);
      Formula f(builder, weight.getLoc(), op_.getType());
      Value term = operand(operand(weight.getResult()));
      weight.getResult().replaceAllUsesWith(f.mul(f.exp(f.sub(term, largest)), inverse));
    }
  }

  /// Is a value the reduction's one at a position `at` of its index: of another index of that extent?
  static bool isTerm(Value value, Value reduced, Value index, Value &at, unsigned &budget) {
    Operation *op = value.getDefiningOp(), *like = reduced.getDefiningOp();
    if (reduced == index && !at && isa_and_nonnull<ir::IndexOp>(op) &&
        constantExtent(value) == constantExtent(index))
      at = value;
    if (reduced == index)
      return value == at;
    if (value == reduced)
      return true;
    if (budget == 0 || !op || !like || op->getName() != like->getName())
      return false;
    --budget;
    return budget > 0 && !isa<ir::IndexOp>(op) && !isa<ir::ReduceOp>(op) &&
           op->getAttrs() == like->getAttrs() && op->getNumOperands() == like->getNumOperands() &&
           llvm::all_of(llvm::zip_equal(op->getOperands(), like->getOperands()), [&](auto pair) {
             return isTerm(std::get<0>(pair), std::get<1>(pair), index, at, budget);
           });
  }

  Value call(Function function, ValueRange operands) { return ir::apply(builder_, loc_, function, operands); }

  Value combine(Reduction kind, Value a, Value b) {
    switch (kind) {
    case Reduction::sum:
      return call(Function::add, {a, b});
    case Reduction::prod:
      return call(Function::mul, {a, b});
    case Reduction::min:
      return call(Function::minimum, {a, b});
    case Reduction::max:
      return call(Function::maximum, {a, b});
    case Reduction::any:
      return call(Function::logical_or, {a, b});
    default:
      return call(Function::logical_and, {a, b});
    }
  }

  Value empty(Reduction kind) {
    Type type = op_.getValue().getType();
    if (kind == Reduction::any || kind == Reduction::all)
      return ir::boolean(builder_, loc_, kind == Reduction::all);
    bool extreme = kind == Reduction::min || kind == Reduction::max || kind == Reduction::logsumexp,
         smallest = kind == Reduction::min;
    if (isa<FloatType>(type))
      return ir::real(builder_, loc_, type,
                      extreme ? (smallest ? HUGE_VAL : -HUGE_VAL) : kind == Reduction::prod);
    return ir::integer(builder_, loc_,
                       extreme ? (smallest ? INT64_MAX : INT64_MIN) : kind == Reduction::prod);
  }

  OpBuilder &builder_;
  ir::ReduceOp op_;
  Location loc_;
};

struct UnrollSmallPass : impl::UnrollSmallBase<UnrollSmallPass> {
  using UnrollSmallBase::UnrollSmallBase;
  void runOnOperation() override {
    Block &block = getOperation().getBlock();
    // Inner reductions come first in the block, so that outer ones copy them written out. A program that
    // would become too large stays as it is from there on: loops do the rest.
    size_t operations = block.getOperations().size(), most = operations + 2000;
    for (Operation &op : llvm::make_early_inc_range(block)) {
      auto reduce = dyn_cast<ir::ReduceOp>(op);
      if (!reduce || block.getOperations().size() > most)
        continue;
      OpBuilder builder(reduce);
      ir::FreeIndices free;
      if (Value unrolled = Unroll(builder, reduce).run(free, limit)) {
        reduce.getResult().replaceAllUsesWith(unrolled);
        reduce.erase();
      }
    }
  }
};

} // namespace
} // namespace mercer::transforms
