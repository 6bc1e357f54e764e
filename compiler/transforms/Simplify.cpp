// mercer-simplify: identities that keep every NaN and infinity, then one order of operands and one op for
// equal values.
#include "compiler/transforms/Simplify.h"
#include "compiler/transforms/LikeTerms.h"
#include "compiler/transforms/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include <cmath>

using namespace mlir;

namespace mercer::transforms {

#define GEN_PASS_DEF_SIMPLIFY
#include "compiler/transforms/Passes.h.inc"

namespace {

using dsl::Function;
using dsl::Reduction;

bool isReal(Value value) { return isa<FloatType>(value.getType()); }

/// x * 1 -> x;  x * -1 -> -x;  x * x -> square(x);  -a * b -> -(a * b);  (x * c) * d -> x * (c d)
struct Product : FormulaPattern<Product, Function::mul> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "no factor is 1, -1, a sign or the other factor";
  Value rewrite(Formula &f, OperandRange x) const {
    if (x[0] == x[1])
      return f.call(Function::square, {x[0]});
    for (unsigned side : {0u, 1u}) {
      Value a = x[side], b = x[1 - side];
      if (isNumber(b, 1))
        return a;
      if (isNumber(b, -1))
        return f.call(Function::neg, {a});
      if (!isReal(a))
        continue;
      if (is(a, Function::neg)) {
        if (is(b, Function::neg))
          return f.mul(operand(a), operand(b));
        if (auto constant = ir::realConstant(b))
          return f.mul(operand(a), f.number(-*constant));
        return f.call(Function::neg, {f.mul(operand(a), b)});
      }
      auto outer = ir::realConstant(b);
      if (!outer || !is(a, Function::mul))
        continue;
      auto inner = ir::realConstant(operand(a, 1));
      double both = inner ? *inner * *outer : 0;
      if (std::isnormal(static_cast<float>(both)))
        return f.mul(operand(a, 0), f.number(both));
    }
    return {};
  }
};

/// x + 0 -> x;  x + -y -> x - y;  2 x y + 3 y x -> 5 x y;  select(c, x, 0) + select(c, 0, y) -> select(c, x, y)
struct Sum : FormulaPattern<Sum, Function::add> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "no side is 0, negated or like the other, nor are they alternatives";
  Value rewrite(Formula &f, OperandRange x) const {
    for (unsigned side : {0u, 1u}) {
      if (isNumber(x[side], 0))
        return x[1 - side];
      if (is(x[side], Function::neg))
        return f.call(Function::sub, {x[1 - side], operand(x[side])});
    }
    if (Value both = combineLikeTerms(f, x[0], x[1], false))
      return both;
    return alternatives(f, x[0], x[1]);
  }

  /// Of two choices by one condition only one is not 0.
  static Value alternatives(Formula &f, Value a, Value b) {
    for (Value choice : {a, b})
      if (!is(choice, Function::select) || !choice.hasOneUse())
        return {};
    if (operand(a, 0) != operand(b, 0))
      return {};
    if (isNumber(operand(a, 1), 0) && isNumber(operand(b, 2), 0))
      std::swap(a, b);
    if (!isNumber(operand(a, 2), 0) || !isNumber(operand(b, 1), 0))
      return {};
    return f.select(operand(a, 0), operand(a, 1), operand(b, 2));
  }
};

/// x - 0 -> x;  0 - x -> -x;  x - -y -> x + y;  -x - y -> -(x + y);  -2 x - 3 x -> -5 x
struct Difference : FormulaPattern<Difference, Function::sub> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "no side is 0, negated or like the other";
  Value rewrite(Formula &f, OperandRange x) const {
    if (isNumber(x[1], 0))
      return x[0];
    if (isNumber(x[0], 0))
      return f.call(Function::neg, {x[1]});
    if (is(x[1], Function::neg))
      return f.call(Function::add, {x[0], operand(x[1])});
    if (is(x[0], Function::neg))
      return f.call(Function::neg, {f.call(Function::add, {operand(x[0]), x[1]})});
    return combineLikeTerms(f, x[0], x[1], true);
  }
};

/// x / 1 -> x;  1 / x -> reciprocal(x);  -a / b -> -(a / b);  x / 2^k -> x * 2^-k;  x / reciprocal(y) -> x *
/// y
struct Quotient : FormulaPattern<Quotient, Function::div> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "no side is a power of two, a sign or a reciprocal";
  Value rewrite(Formula &f, OperandRange x) const {
    if (auto constant = ir::realConstant(x[1])) {
      if (*constant == 1)
        return x[0];
      int exponent = 0;
      bool power = std::isnormal(*constant) && std::fabs(std::frexp(*constant, &exponent)) == 0.5;
      if (power && std::abs(exponent) < 126)
        return f.mul(x[0], f.number(1 / *constant));
      if (is(x[0], Function::neg))
        return f.div(operand(x[0]), f.number(-*constant));
    }
    if (isNumber(x[0], 1))
      return f.call(Function::reciprocal, {x[1]});
    if (is(x[1], Function::reciprocal))
      return f.mul(x[0], operand(x[1]));
    for (unsigned side : {0u, 1u})
      if (is(x[side], Function::neg)) {
        Value a = side == 0 ? operand(x[0]) : Value(x[0]), b = side == 0 ? Value(x[1]) : operand(x[1]);
        return f.call(Function::neg, {f.div(a, b)});
      }
    return {};
  }
};

/// 1 / (1 / x) -> x;  1 / (a / b) -> b / a;  1 / exp(x) -> exp(-x);  1 / sqrt(x) -> rsqrt(x);  1 / -x -> -(1
/// / x)
struct Reciprocal : FormulaPattern<Reciprocal, Function::reciprocal> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "not of a quotient, an exponential, a square root or a sign";
  Value rewrite(Formula &f, OperandRange x) const {
    if (is(x[0], Function::reciprocal))
      return operand(x[0]);
    if (is(x[0], Function::div))
      return f.div(operand(x[0], 1), operand(x[0], 0));
    if (is(x[0], Function::exp))
      return f.exp(f.neg(operand(x[0])));
    if (is(x[0], Function::sqrt))
      return f.call(Function::rsqrt, {operand(x[0])});
    if (is(x[0], Function::neg))
      return f.call(Function::neg, {f.call(Function::reciprocal, {operand(x[0])})});
    return {};
  }
};

/// --x -> x;  -(a - b) -> b - a;  -(x * c) -> x * -c;  -(c / x) -> -c / x
struct Sign : FormulaPattern<Sign, Function::neg> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "not of a sign, a difference or a multiple";
  Value rewrite(Formula &f, OperandRange x) const {
    if (is(x[0], Function::neg))
      return operand(x[0]);
    // A difference that others use too is not computed twice.
    if (is(x[0], Function::sub) && x[0].hasOneUse())
      return f.call(Function::sub, {operand(x[0], 1), operand(x[0], 0)});
    if (is(x[0], Function::mul))
      for (unsigned side : {0u, 1u})
        if (auto constant = ir::realConstant(operand(x[0], side)))
          return f.mul(operand(x[0], 1 - side), f.number(-*constant));
    if (is(x[0], Function::div))
      if (auto constant = ir::realConstant(operand(x[0], 0)))
        return f.div(f.number(-*constant), operand(x[0], 1));
    return {};
  }
};

/// even(-x) -> even(x);  abs(x) -> x for x >= 0;  max(x, x) -> x
struct Even : OpRewritePattern<ir::ApplyOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ir::ApplyOp op, PatternRewriter &rewriter) const override {
    Function function = op.getFunction().getValue();
    Value x = op.getOperands()[0];
    bool extreme = function == Function::minimum || function == Function::maximum;
    if ((extreme && x == op.getOperands()[1]) || (function == Function::abs && isReal(x) && nonNegative(x))) {
      rewriter.replaceOp(op, x);
      return success();
    }
    bool even = function == Function::square || function == Function::abs || function == Function::cos ||
                function == Function::cosh;
    if (!even ||
        !(is(x, Function::neg) || (function == Function::square && isReal(x) && is(x, Function::abs))))
      return rewriter.notifyMatchFailure(op, "not an even function of a negated value");
    rewriter.replaceOp(op, ir::apply(rewriter, op.getLoc(), function, {operand(x)}));
    return success();
  }
};

Function inverse(Function function) {
  switch (function) {
  case Function::eq:
    return Function::ne;
  case Function::ne:
    return Function::eq;
  case Function::lt:
    return Function::ge;
  case Function::ge:
    return Function::lt;
  case Function::le:
    return Function::gt;
  default:
    return Function::le;
  }
}

bool isComparison(Function function) { return ir::signature(function) == "cmp"; }

/// !!a -> a;  !(a < b) -> a >= b of integers, !(a == b) -> a != b of anything
struct Negation : FormulaPattern<Negation, Function::logical_not> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "not of a negation or a comparison that may be turned";
  Value rewrite(Formula &f, OperandRange x) const {
    if (is(x[0], Function::logical_not))
      return operand(x[0]);
    auto op = x[0].getDefiningOp<ir::ApplyOp>();
    if (!op || !isComparison(op.getFunction().getValue()))
      return {};
    Function function = op.getFunction().getValue();
    bool equality = function == Function::eq || function == Function::ne;
    // NaN: neither a < b nor a >= b.
    if (isReal(op.getOperands()[0]) && !equality)
      return {};
    return f.call(inverse(function), op.getOperands());
  }
};

/// x < x -> false, x == x -> true of integers;  0 <= i -> true, i < extent -> true of an index
struct KnownComparison : OpRewritePattern<ir::ApplyOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ir::ApplyOp op, PatternRewriter &rewriter) const override {
    Function function = op.getFunction().getValue();
    if (!isComparison(function) || !op.getOperands()[0].getType().isInteger(64))
      return rewriter.notifyMatchFailure(op, "not a comparison of integers");
    std::optional<bool> known = result(function, op.getOperands()[0], op.getOperands()[1]);
    if (!known)
      return rewriter.notifyMatchFailure(op, "the outcome depends on the values");
    rewriter.replaceOp(op, ir::boolean(rewriter, op.getLoc(), *known));
    return success();
  }

  static std::optional<bool> result(Function function, Value a, Value b) {
    if (a == b)
      return function == Function::eq || function == Function::le || function == Function::ge;
    if (below(a, b) && function != Function::eq)
      return function == Function::lt || function == Function::le || function == Function::ne;
    if (below(b, a) && function != Function::eq)
      return function == Function::gt || function == Function::ge || function == Function::ne;
    if (below(a, b) || below(b, a))
      return false;
    if (isNumber(b, 0) && natural(a) && (function == Function::ge || function == Function::lt))
      return function == Function::ge;
    if (isNumber(a, 0) && natural(b) && (function == Function::le || function == Function::gt))
      return function == Function::le;
    return std::nullopt;
  }

  static bool natural(Value value) {
    return value.getDefiningOp<ir::IndexOp>() || value.getDefiningOp<ir::SizeOp>();
  }
  static bool below(Value index, Value extent) {
    auto op = index.getDefiningOp<ir::IndexOp>();
    return op && sameValue(op.getExtent(), extent);
  }
};

/// select(!c, a, b) -> select(c, b, a);  select(c, select(c, a, b), d) -> select(c, a, d);
/// select(c, select(d, a, 0), 0) -> select(c && d, a, 0);  select(c, -a, 0) -> -select(c, a, 0)
struct Choice : FormulaPattern<Choice, Function::select> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "no choice inside repeats this one";
  Value rewrite(Formula &f, OperandRange x) const {
    Value condition = x[0], yes = x[1], no = x[2];
    if (is(condition, Function::logical_not))
      return f.select(operand(condition), no, yes);
    if (is(yes, Function::select)) {
      if (operand(yes, 0) == condition)
        return f.select(condition, operand(yes, 1), no);
      if (operand(yes, 2) == no)
        return f.select(f.both(condition, operand(yes, 0)), operand(yes, 1), no);
    }
    if (is(no, Function::select) && operand(no, 0) == condition)
      return f.select(condition, yes, operand(no, 2));
    if (isReal(yes) && is(yes, Function::neg) && isNumber(no, 0))
      return f.call(Function::neg, {f.select(condition, operand(yes), no)});
    if (yes.getType().isInteger(1) && ir::booleanConstant(no) == false)
      return f.both(condition, yes);
    return {};
  }
};

/// a && !a -> false;  a && (a && b) -> a && b
struct Conjunction : FormulaPattern<Conjunction, Function::logical_and> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "no operand repeats or contradicts the other";
  Value rewrite(Formula &f, OperandRange x) const {
    for (unsigned side : {0u, 1u}) {
      Value a = x[side], b = x[1 - side];
      if (is(a, Function::logical_not) && operand(a) == b)
        return ir::boolean(f.builder(), f.loc(), false);
      if (is(b, Function::logical_and) && (operand(b, 0) == a || operand(b, 1) == a))
        return b;
    }
    return {};
  }
};

/// (a && b) || (a && !b) -> a
struct Disjunction : FormulaPattern<Disjunction, Function::logical_or> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "not two cases of one condition";
  Value rewrite(Formula &f, OperandRange x) const {
    auto isNegation = [](Value a, Value b) { return is(a, Function::logical_not) && operand(a) == b; };
    if (!is(x[0], Function::logical_and) || !is(x[1], Function::logical_and))
      return {};
    for (unsigned a : {0u, 1u})
      for (unsigned b : {0u, 1u}) {
        Value one = operand(x[0], 1 - a), other = operand(x[1], 1 - b);
        if (operand(x[0], a) == operand(x[1], b) && (isNegation(one, other) || isNegation(other, one)))
          return operand(x[0], a);
      }
    return {};
  }
};

/// A read or a reduction under a constant condition: without it, or not at all.
struct KnownGuard : OpRewritePattern<ir::ReadOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ir::ReadOp op, PatternRewriter &rewriter) const override {
    auto known = op.getGuard() ? ir::booleanConstant(op.getGuard()) : std::nullopt;
    if (!known)
      return rewriter.notifyMatchFailure(op, "the guard is not known");
    if (*known)
      rewriter.modifyOpInPlace(op, [&] { op.getGuardMutable().clear(); });
    else if (isReal(op.getResult()))
      rewriter.replaceOp(op, ir::real(rewriter, op.getLoc(), op.getResult().getType(), 0));
    else if (op.getResult().getType().isInteger(1))
      rewriter.replaceOp(op, ir::boolean(rewriter, op.getLoc(), false));
    else
      rewriter.replaceOp(op, ir::integer(rewriter, op.getLoc(), 0));
    return success();
  }
};

/// reduce(v where true) -> reduce(v);  sum(select(c, v, 0) where p) -> sum(v where p && c);  sum(-v) ->
/// -sum(v)
struct ReducedChoice : OpRewritePattern<ir::ReduceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ir::ReduceOp op, PatternRewriter &rewriter) const override {
    if (op.getPredicate() && ir::booleanConstant(op.getPredicate()) == true) {
      rewriter.modifyOpInPlace(op, [&] { op.getPredicateMutable().clear(); });
      return success();
    }
    Value value = op.getValue();
    if (op.getKind().getValue() != Reduction::sum)
      return rewriter.notifyMatchFailure(op, "not a sum");
    Formula f(rewriter, op.getLoc(), value.getType());
    if (is(value, Function::select))
      for (unsigned side : {1u, 2u})
        if (isNumber(operand(value, 3 - side), 0)) {
          Value condition = operand(value, 0);
          if (side == 2)
            condition = f.call(Function::logical_not, {condition});
          rewriter.replaceOp(op, ir::reduce(rewriter, op.getLoc(), Reduction::sum, op.getOver(),
                                            operand(value, side), f.both(op.getPredicate(), condition)));
          return success();
        }
    if (!is(value, Function::neg) || !isReal(value))
      return rewriter.notifyMatchFailure(op, "neither a choice with 0 nor a sign inside");
    rewriter.replaceOp(op, f.call(Function::neg, {f.reduce(op, Reduction::sum, operand(value))}));
    return success();
  }
};

struct SimplifyPass : impl::SimplifyBase<SimplifyPass> {
  void runOnOperation() override {
    orderAndUnify(getOperation());
    useExtents(getOperation());
    RewritePatternSet patterns(&getContext());
    patterns.add<Product, Sum, Difference, Quotient, Reciprocal, Sign, Even, Negation, KnownComparison,
                 Choice, Conjunction, Disjunction, KnownGuard, ReducedChoice>(&getContext());
    GreedyRewriteConfig config;
    config.setUseTopDownTraversal().setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      getOperation().emitWarning("mercer-simplify stopped before it was done");
    orderAndUnify(getOperation());
  }
};

} // namespace
} // namespace mercer::transforms
