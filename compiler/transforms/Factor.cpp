// mercer-factor: what does not depend on a reduced index leaves the reduction; an index that a predicate
// fixes is replaced.
#include "compiler/transforms/Bounds.h"
#include "compiler/transforms/CommonFactor.h"
#include "compiler/transforms/Formula.h"
#include "compiler/transforms/Passes.h"
#include "compiler/transforms/Simplify.h"
#include "compiler/transforms/Terms.h"

#include <cmath>

using namespace mlir;

namespace mercer::transforms {

#define GEN_PASS_DEF_FACTOR
#include "compiler/transforms/Passes.h.inc"

namespace {

using dsl::Function;
using dsl::Reduction;

class Factoring {
public:
  explicit Factoring(ir::ProgramOp program) : program_(program), builder_(program.getContext()) {}

  void run() {
    // Ops are erased at the end only, so that no new op takes an address that free_ knows.
    for (ir::ReduceOp op : program_.getBlock().getOps<ir::ReduceOp>())
      work_.push_back(op);
    std::reverse(work_.begin(), work_.end());
    while (!work_.empty()) {
      ir::ReduceOp op = work_.pop_back_val();
      if (op.getResult().use_empty())
        continue;
      builder_.setInsertionPoint(op);
      if (Value value = rewrite(op))
        op.getResult().replaceAllUsesWith(value);
    }
    orderAndUnify(program_);
  }

private:
  Value rewrite(ir::ReduceOp op) {
    if (Value value = fixedIndex(op))
      return value;
    if (Value value = outerCondition(op))
      return value;
    orientBounds(op);
    if (op.getKind().getValue() != Reduction::sum)
      return {};
    if (Value value = repeatedTerm(op))
      return value;
    if (!isa<FloatType>(op.getResult().getType()))
      return {};
    if (Value value = choice(op))
      return value;
    if (Value value = singleTerm(op))
      return value;
    if (Value value = outerFactors(op))
      return value;
    return outerTerms(op);
  }

  Formula formula(Value like) { return Formula(builder_, loc(), like.getType()); }
  Value call(Function function, ValueRange operands) {
    return ir::apply(builder_, loc(), function, operands);
  }
  Location loc() { return builder_.getInsertionPoint()->getLoc(); }

  /// A reduction like another, which is looked at again.
  Value reduce(ir::ReduceOp like, ValueRange over, Value value, Value predicate) {
    Value result = ir::reduce(builder_, like.getLoc(), like.getKind().getValue(), over, value, predicate);
    work_.push_back(result.getDefiningOp<ir::ReduceOp>());
    return result;
  }

  bool dependsOnAny(Value value, ValueRange indices) {
    return llvm::any_of(indices, [&](Value index) { return free_.depends(value, index); });
  }

  /// What a reduction of nothing gives; null where no constant of the type says so.
  Value empty(ir::ReduceOp op) {
    Type type = op.getResult().getType();
    bool real = isa<FloatType>(type);
    switch (op.getKind().getValue()) {
    case Reduction::sum:
      return real ? number(type, 0) : ir::integer(builder_, loc(), 0);
    case Reduction::prod:
      return real ? number(type, 1) : ir::integer(builder_, loc(), 1);
    case Reduction::min:
      return real ? number(type, INFINITY) : ir::integer(builder_, loc(), INT64_MAX);
    case Reduction::max:
      return real ? number(type, -INFINITY) : ir::integer(builder_, loc(), INT64_MIN);
    case Reduction::logsumexp:
      return number(type, -INFINITY);
    case Reduction::any:
      return ir::boolean(builder_, loc(), false);
    case Reduction::all:
      return ir::boolean(builder_, loc(), true);
    default:
      return ir::integer(builder_, loc(), -1);
    }
  }
  Value number(Type type, double value) { return ir::real(builder_, loc(), type, value); }

  /// reduce(j, v where j == e && p) -> v and p at j = e where that is in range
  Value fixedIndex(ir::ReduceOp op) {
    Reduction kind = op.getKind().getValue();
    if (kind == Reduction::argmin || kind == Reduction::argmax)
      return {};
    SmallVector<Value, 4> conditions = conjuncts(op.getPredicate());
    for (Value &condition : conditions) {
      if (!is(condition, Function::eq) || !operand(condition).getType().isInteger(64))
        continue;
      for (unsigned side : {0u, 1u}) {
        Value index = operand(condition, side), e = operand(condition, 1 - side);
        if (!llvm::is_contained(op.getOver(), index) || free_.depends(e, index))
          continue;
        conditions.erase(&condition);
        return substituted(op, index, e, conditions);
      }
    }
    return {};
  }

  Value substituted(ir::ReduceOp op, Value index, Value e, ArrayRef<Value> conditions) {
    Value extent = index.getDefiningOp<ir::IndexOp>().getExtent(), inRange;
    auto other = e.getDefiningOp<ir::IndexOp>();
    if (!other || !sameValue(other.getExtent(), extent)) {
      inRange = call(Function::lt, {e, extent});
      if (!other)
        inRange =
            call(Function::logical_and, {call(Function::ge, {e, ir::integer(builder_, loc(), 0)}), inRange});
    }
    ir::Substitution at(builder_, free_, {{index, e}}, inRange);
    Value value = at(op.getValue());
    SmallVector<Value> here;
    if (inRange)
      here.push_back(inRange);
    for (Value condition : conditions)
      here.push_back(at(condition));
    SmallVector<Value> over;
    for (Value kept : op.getOver())
      if (kept != index)
        over.push_back(kept);
    Value predicate = conjunction(builder_, loc(), here);
    if (!over.empty())
      return reduce(op, over, value, predicate);
    return predicate ? call(Function::select, {predicate, value, empty(op)}) : value;
  }

  /// reduce(j, v where p && q) -> p ? reduce(j, v where q) : empty, p without j
  Value outerCondition(ir::ReduceOp op) {
    SmallVector<Value> inside, outside;
    for (Value condition : conjuncts(op.getPredicate()))
      (dependsOnAny(condition, op.getOver()) ? inside : outside).push_back(condition);
    if (outside.empty())
      return {};
    Value rest = reduce(op, op.getOver(), op.getValue(), conjunction(builder_, loc(), inside));
    return call(Function::select, {conjunction(builder_, loc(), outside), rest, empty(op)});
  }

  /// where i > j && q(j) and j is reduced -> where j < i && q(j): bounds of the reduced index come first,
  /// with it on the left
  void orientBounds(ir::ReduceOp op) {
    SmallVector<Value, 4> bounds, rest;
    bool changed = false;
    for (Value condition : conjuncts(op.getPredicate())) {
      bool turned = false, bound = false;
      if (auto apply = condition.getDefiningOp<ir::ApplyOp>();
          apply && isOrder(apply.getFunction().getValue()))
        for (unsigned side : {0u, 1u}) {
          Value index = apply.getOperands()[side], e = apply.getOperands()[1 - side];
          if (bound || !llvm::is_contained(op.getOver(), index) || free_.depends(e, index))
            continue;
          bound = true;
          turned = side == 1;
          if (turned)
            condition = call(ir::exchanged(apply.getFunction().getValue()), {index, e});
        }
      changed |= turned || (bound && !rest.empty());
      (bound ? bounds : rest).push_back(condition);
    }
    if (!changed)
      return;
    bounds.append(rest);
    op.getPredicateMutable().assign(conjunction(builder_, loc(), bounds));
  }

  static bool isOrder(Function function) {
    return function == Function::lt || function == Function::le || function == Function::gt ||
           function == Function::ge;
  }

  /// sum(select(c, v, 0) where p) -> sum(v where p && c)
  Value choice(ir::ReduceOp op) {
    Value value = op.getValue();
    if (!is(value, Function::select) || !isNumber(operand(value, 2), 0))
      return {};
    Value condition = operand(value, 0);
    if (op.getPredicate())
      condition = call(Function::logical_and, {op.getPredicate(), condition});
    return reduce(op, op.getOver(), operand(value, 1), condition);
  }

  /// Is a value select(j == e, v, 0) with a reduced index j that e does not depend on?
  bool isSingle(Value value, ValueRange over) {
    if (!is(value, Function::select) || !isNumber(operand(value, 2), 0))
      return false;
    return llvm::any_of(conjuncts(operand(value, 0)), [&](Value condition) {
      if (!is(condition, Function::eq) || !operand(condition).getType().isInteger(64))
        return false;
      return llvm::any_of(ArrayRef<unsigned>{0u, 1u}, [&](unsigned side) {
        Value index = operand(condition, side);
        return llvm::is_contained(over, index) && !free_.depends(operand(condition, 1 - side), index);
      });
    });
  }

  /// sum((a +- select(j == e, v, 0)) w) -> sum(a w) +- sum(v w where j == e), which fixedIndex makes one term
  Value singleTerm(ir::ReduceOp op) {
    // Down through one-sided products to a sum with such a term.
    SmallVector<std::pair<Value, bool>, 4> factors; // true: divides
    bool negative = false;
    Value core = op.getValue();
    for (int depth = 0; depth < 16; ++depth) {
      if (is(core, Function::neg)) {
        negative = !negative;
        core = operand(core);
        continue;
      }
      if (is(core, Function::div)) {
        factors.push_back({operand(core, 1), true});
        core = operand(core, 0);
        continue;
      }
      if (!is(core, Function::mul))
        break;
      bool left = hasSingle(operand(core, 0), op.getOver());
      if (!left && !hasSingle(operand(core, 1), op.getOver()))
        return {};
      factors.push_back({operand(core, left ? 1 : 0), false});
      core = operand(core, left ? 0 : 1);
    }
    auto times = [&](Value part, bool minus) {
      Value value = part;
      for (auto [factor, divides] : llvm::reverse(factors))
        value = call(divides ? Function::div : Function::mul, {value, factor});
      return minus != negative ? call(Function::neg, {value}) : value;
    };
    if (isSingle(core, op.getOver())) {
      if (factors.empty() && !negative)
        return {};
      Value condition = operand(core, 0);
      if (op.getPredicate())
        condition = call(Function::logical_and, {op.getPredicate(), condition});
      return reduce(op, op.getOver(), times(operand(core, 1), false), condition);
    }
    bool difference = is(core, Function::sub);
    if (!difference && !is(core, Function::add))
      return {};
    if (!hasSingle(core, op.getOver()))
      return {};
    Value first = reduce(op, op.getOver(), times(operand(core, 0), false), op.getPredicate());
    Value second = reduce(op, op.getOver(), times(operand(core, 1), difference), op.getPredicate());
    return call(Function::add, {first, second});
  }

  /// Is there such a select among the terms of a sum, or in its products?
  bool hasSingle(Value value, ValueRange over, unsigned depth = 6) {
    if (isSingle(value, over))
      return true;
    if (depth == 0)
      return false;
    if (is(value, Function::neg) || is(value, Function::div))
      return hasSingle(operand(value), over, depth - 1);
    if (is(value, Function::add) || is(value, Function::sub) || is(value, Function::mul))
      return hasSingle(operand(value, 0), over, depth - 1) || hasSingle(operand(value, 1), over, depth - 1);
    return false;
  }

  /// Is a value finite whatever the inputs hold?
  static bool isFinite(Value value) {
    if (auto constant = ir::realConstant(value))
      return std::isfinite(*constant);
    return is(value, Function::to_real);
  }

  using Factors = SmallVector<std::pair<Value, bool>, 4>; // true: divides

  Value product(const Factors &factors) {
    Value result;
    for (auto [factor, divides] : factors)
      if (!divides)
        result = result ? call(Function::mul, {result, factor}) : factor;
    for (auto [factor, divides] : factors)
      if (divides)
        result = result ? call(Function::div, {result, factor}) : call(Function::reciprocal, {factor});
    return result;
  }

  /// sum(j, v where p) -> v times the number of j where p holds, 0 if that is 0; v without j. Where only the data can tell the
  /// number, one sum of integers serves all such v.
  Value repeatedTerm(ir::ReduceOp op) {
    bool real = isa<FloatType>(op.getResult().getType());
    auto times = [&](Value value, Value count) -> Value {
      if (!real)
        return isNumber(value, 1) ? count : call(Function::mul, {value, count});
      Value number =
          ir::ApplyOp::create(builder_, loc(), value.getType(),
                              ir::FunctionAttr::get(builder_.getContext(), Function::to_real), count);
      if (isFinite(value))
        return call(Function::mul, {value, number});
      Value some = call(Function::gt, {count, ir::integer(builder_, loc(), 0)});
      return call(Function::select, {some, call(Function::mul, {value, number}), empty(op)});
    };
    for (Value index : op.getOver()) {
      if (free_.depends(op.getValue(), index))
        continue;
      SmallVector<Value> own, others, over;
      for (Value condition : conjuncts(op.getPredicate()))
        (free_.depends(condition, index) ? own : others).push_back(condition);
      std::optional<Value> count = countTerms(builder_, free_, conjunction(builder_, loc(), own), index);
      if (!count)
        continue;
      llvm::copy_if(op.getOver(), std::back_inserter(over), [&](Value other) { return other != index; });
      Value predicate = conjunction(builder_, loc(), others);
      if (dependsOnAny(*count, over))
        return reduce(op, over, times(op.getValue(), *count), predicate);
      if (!over.empty())
        return times(reduce(op, over, op.getValue(), predicate), *count);
      Value value = times(op.getValue(), *count);
      return predicate ? call(Function::select, {predicate, value, empty(op)}) : value;
    }
    if (dependsOnAny(op.getValue(), op.getOver()) || (!real && isNumber(op.getValue(), 1)))
      return {};
    Value one = ir::integer(builder_, loc(), 1);
    return times(op.getValue(), ir::reduce(builder_, op.getLoc(), Reduction::sum, op.getOver(), one, op.getPredicate()));
  }

  /// sum(j, c(i) x(i, j)) -> c(i) sum(j, x(i, j)); where c may be infinite or NaN, 0 if there are no terms
  Value outerFactors(ir::ReduceOp op) {
    Factors outside, unsafe, inside;
    bool negative = false;
    SmallVector<std::pair<Value, bool>> stack{{op.getValue(), false}};
    while (!stack.empty()) {
      auto [part, divides] = stack.pop_back_val();
      if (!dependsOnAny(part, op.getOver())) {
        bool safe =
            isFinite(part) && (!divides || !isNumber(part, 0)) && (!divides || ir::realConstant(part));
        (safe ? outside : unsafe).push_back({part, divides});
      } else if (is(part, Function::neg)) {
        negative = !negative;
        stack.push_back({operand(part), divides});
      } else if ((is(part, Function::mul) || is(part, Function::div)) && inside.size() + stack.size() < 64) {
        stack.push_back({operand(part, 1), divides != is(part, Function::div)});
        stack.push_back({operand(part, 0), divides});
      } else if (auto [common, rest] = commonFactor(formula(part), free_, part, op.getOver()); common) {
        stack.push_back({rest, divides});
        stack.push_back({common, divides});
      } else {
        inside.push_back({part, divides});
      }
    }
    std::optional<Value> some = unsafe.empty() ? std::nullopt : someTerm(builder_, free_, op);
    (some ? outside : inside).append(unsafe);
    if ((outside.empty() && !negative) || inside.empty())
      return {};
    Value value = reduce(op, op.getOver(), product(inside), op.getPredicate());
    if (Value factor = product(outside))
      value = call(Function::mul, {factor, value});
    if (negative)
      value = call(Function::neg, {value});
    return some && *some ? call(Function::select, {*some, value, number(value.getType(), 0)}) : value;
  }

  /// sum(j, x(i, j) + c(i)) -> sum(j, x(i, j)) + sum(j, c(i)), which is a multiple or one sum for many of the whole
  Value outerTerms(ir::ReduceOp op) {
    OuterTerms terms = OuterTerms::of(free_, op);
    if (terms.outer.empty())
      return {};
    auto sum = [&](const Terms &part) {
      return reduce(op, op.getOver(), sumOf(formula(op.getValue()), part), op.getPredicate());
    };
    bool subtracted = terms.outer[0].negative;
    for (SignedTerm &term : terms.outer)
      term.negative ^= subtracted;
    Value inner = sum(terms.inner), outer = sum(terms.outer);
    return call(subtracted ? Function::sub : Function::add, {inner, outer});
  }

  ir::ProgramOp program_;
  OpBuilder builder_;
  ir::FreeIndices free_;
  SmallVector<ir::ReduceOp> work_;
};

struct FactorPass : impl::FactorBase<FactorPass> {
  void runOnOperation() override { Factoring(getOperation()).run(); }
};

} // namespace
} // namespace mercer::transforms
