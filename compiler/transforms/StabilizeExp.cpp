// Exponentials: a quotient of two is one, 1 - exp(x) does not cancel, the logistic and hyperbolic functions
// have names.
#include "compiler/transforms/Formula.h"
#include "compiler/transforms/LogDomain.h"
#include "compiler/transforms/Stabilize.h"

#include <cmath>

using namespace mlir;

namespace mercer::transforms {
namespace {

using dsl::Function;
using dsl::Reduction;

bool isExp(Value value) { return is(value, Function::exp); }

/// x of 1 + exp(x), in either order; null when it is no such sum.
Value onePlusExp(Value value) {
  Value power = besides(value, Function::add, [](Value side) { return isNumber(side, 1); });
  return power && isExp(power) ? operand(power) : Value();
}

/// exp(x) - 1 -> expm1(x);  1 - exp(x) -> -expm1(x);  1 - sigmoid(x) -> sigmoid(-x)
struct Complement : FormulaPattern<Complement, Function::sub> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "neither exp(x) - 1, nor 1 less exp or sigmoid";
  Value rewrite(Formula &f, OperandRange x) const {
    if (isExp(x[0]) && isNumber(x[1], 1))
      return f.call(Function::expm1, {operand(x[0])});
    if (!isNumber(x[0], 1))
      return {};
    if (isExp(x[1]))
      return f.neg(f.call(Function::expm1, {operand(x[1])}));
    return is(x[1], Function::sigmoid) ? f.call(Function::sigmoid, {f.neg(operand(x[1]))}) : Value();
  }
};

/// exp(x) + -1 -> expm1(x)
struct ExpPlusMinusOne : FormulaPattern<ExpPlusMinusOne, Function::add> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "not exp(x) + -1";
  Value rewrite(Formula &f, OperandRange x) const {
    for (unsigned side : {0u, 1u})
      if (isNumber(x[side], -1) && isExp(x[1 - side]))
        return f.call(Function::expm1, {operand(x[1 - side])});
    return {};
  }
};

/// reciprocal(1 + exp(x)) -> sigmoid(-x)
struct Logistic : FormulaPattern<Logistic, Function::reciprocal> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "not of 1 + exp(x)";
  Value rewrite(Formula &f, OperandRange x) const {
    Value exponent = onePlusExp(x[0]);
    return exponent ? f.call(Function::sigmoid, {f.neg(exponent)}) : Value();
  }
};

/// 1 / (1 + exp(x)) -> sigmoid(-x);  exp(x) / (1 + exp(x)) -> sigmoid(x);  a / (1 + exp(x)) -> a sigmoid(-x)
struct LogisticQuotient : FormulaPattern<LogisticQuotient, Function::div> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "the denominator is not 1 + exp(x)";
  Value rewrite(Formula &f, OperandRange x) const {
    Value exponent = onePlusExp(x[1]);
    if (!exponent)
      return {};
    if (isExp(x[0]) && operand(x[0]) == exponent)
      return f.call(Function::sigmoid, {exponent});
    Value share = f.call(Function::sigmoid, {f.neg(exponent)});
    return isNumber(x[0], 1) ? share : f.mul(x[0], share);
  }
};

/// w exp(a) / exp(b) -> w exp(a - b);  w exp(a) / sum(exp(b)) -> w exp(a - logsumexp(b))
struct ExpQuotient : FormulaPattern<ExpQuotient, Function::div> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "not a quotient of exponentials";
  Value rewrite(Formula &f, OperandRange x) const {
    LogDomain logs(f);
    std::optional<Product> above = Product::of(x[0]);
    if (!above || above->exponents.empty() || onePlusExp(x[1]) || !logs.gains(x[1]))
      return {};
    if (isExp(x[1]))
      above->exponents.push_back({operand(x[1]), true});
    else
      above->exponents.push_back({logs.of(x[1]), true});
    return f.mul(above->weight(f), f.exp(above->exponent(f)));
  }
};

/// sum(w exp(a)) / sum(exp(b)) -> sum(w exp(a - logsumexp(b)))
struct SumQuotient : FormulaPattern<SumQuotient, Function::div> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "not a sum of exponentials over another";
  Value rewrite(Formula &f, OperandRange x) const {
    ir::ReduceOp sum = reductionOf(x[0], Reduction::sum);
    if (!sum)
      return {};
    LogDomain logs(f);
    std::optional<Product> term = Product::of(sum.getValue());
    if (!term || term->exponents.empty() || !logs.gains(x[1]) || !isSmall(x[1], 2000))
      return {};
    ir::FreeIndices free;
    if (llvm::any_of(sum.getOver(), [&](Value index) { return free.depends(x[1], index); }))
      return {};
    Value exponent = f.sub(term->exponent(f), logs.of(x[1]));
    return f.reduce(sum, Reduction::sum, f.mul(term->weight(f), f.exp(exponent)));
  }
};

/// exp(a) exp(b) -> exp(a + b), where that takes no more exponentials
struct ExpProduct : FormulaPattern<ExpProduct, Function::mul> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "not two exponentials over the same indices";
  Value rewrite(Formula &f, OperandRange x) const {
    if (!isExp(x[0]) || !isExp(x[1]) || !isSmall(x[0]) || !isSmall(x[1]))
      return {};
    // exp(a(i)) exp(b(j)) is separable: n + m exponentials are fewer than n m.
    ir::FreeIndices free;
    ir::IndexSet a = free.of(x[0]), b = free.of(x[1]);
    if (!ir::subtract(a, b).empty() && !ir::subtract(b, a).empty())
      return {};
    if (x[0] == x[1])
      return f.exp(f.scale(2, operand(x[0])));
    return f.exp(f.add(operand(x[0]), operand(x[1])));
  }
};

/// w exp(a) * (1 / sum(exp(b))) -> w exp(a - logsumexp(b))
struct ExpTimesReciprocal : FormulaPattern<ExpTimesReciprocal, Function::mul> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "no exponential times the reciprocal of exponentials";
  Value rewrite(Formula &f, OperandRange x) const {
    LogDomain logs(f);
    for (unsigned side : {0u, 1u}) {
      Value quotient = x[side];
      bool over = is(quotient, Function::reciprocal) ||
                  (is(quotient, Function::div) && !reductionOf(operand(quotient), Reduction::sum));
      if (!over)
        continue;
      Value below = operand(quotient, is(quotient, Function::div) ? 1 : 0);
      std::optional<Product> above = Product::of(x[1 - side]);
      if (!above || above->exponents.empty() || !logs.gains(below) || onePlusExp(below))
        continue;
      above->exponents.push_back({logs.of(below), true});
      Value weight = above->weight(f);
      if (is(quotient, Function::div))
        weight = f.mul(weight, operand(quotient));
      return f.mul(weight, f.exp(above->exponent(f)));
    }
    return {};
  }
};

/// exp(log_sigmoid(x)) -> sigmoid(x);  exp(-softplus(x)) -> sigmoid(-x);  exp(log(x)) -> x for x >= 0
struct ExpOfLog : FormulaPattern<ExpOfLog, Function::exp> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "the exponent is no logarithm of a non-negative value";
  Value rewrite(Formula &f, OperandRange x) const {
    if (is(x[0], Function::log_sigmoid))
      return f.call(Function::sigmoid, {operand(x[0])});
    if (is(x[0], Function::neg) && is(operand(x[0]), Function::softplus))
      return f.call(Function::sigmoid, {f.neg(operand(operand(x[0])))});
    if (is(x[0], Function::log) && nonNegative(operand(x[0])))
      return operand(x[0]);
    Value power = besides(x[0], Function::mul,
                          [](Value side) { return is(side, Function::log) && nonNegative(operand(side)); });
    if (!power)
      return {};
    Value log = operand(x[0], 0) == power ? operand(x[0], 1) : operand(x[0], 0);
    return f.call(Function::pow, {operand(log), power});
  }
};

/// exp(c log1p(x)) -> (1 + x)^c for x >= 0 and c of 1, -1, 1/2 or -1/2: no error grows with the exponent. Not
/// where 1 is taken from it, which expm1 keeps from cancelling.
struct PowerOfOnePlus : OpRewritePattern<ir::ApplyOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ir::ApplyOp op, PatternRewriter &rewriter) const override {
    if (!isExp(op.getResult()))
      return rewriter.notifyMatchFailure(op, "another function");
    Value log = op.getOperands()[0];
    double power = 1;
    if (is(log, Function::neg)) {
      log = operand(log);
      power = -1;
    } else if (Value other = besides(log, Function::mul,
                                     [](Value side) { return ir::realConstant(side).has_value(); })) {
      power = *ir::realConstant(operand(log, operand(log) == other ? 1 : 0));
      log = other;
    }
    if (!is(log, Function::log1p) || !nonNegative(operand(log)) ||
        (std::fabs(power) != 1 && std::fabs(power) != 0.5))
      return rewriter.notifyMatchFailure(op, "not a simple power of 1 + x");
    for (Operation *user : op->getUsers())
      if (auto apply = dyn_cast<ir::ApplyOp>(user);
          apply && is(apply.getResult(), Function::sub) && isNumber(apply.getOperands()[0], 1))
        return rewriter.notifyMatchFailure(op, "1 is taken from it");
    Formula f(rewriter, op.getLoc(), op.getResult().getType());
    Value base = f.add(f.number(1), operand(log));
    if (power != 1)
      base = f.call(power == 0.5 ? Function::sqrt : power == -0.5 ? Function::rsqrt : Function::reciprocal, {base});
    rewriter.replaceOp(op, base);
    return success();
  }
};

/// expm1(log_sigmoid(x)) -> -sigmoid(-x);  expm1(-softplus(x)) -> -sigmoid(x);  expm1(log(x)) -> x - 1 for x >= 0
struct Expm1OfLog : FormulaPattern<Expm1OfLog, Function::expm1> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "the exponent is no logarithm of a non-negative value";
  Value rewrite(Formula &f, OperandRange x) const {
    if (is(x[0], Function::log_sigmoid))
      return f.neg(f.call(Function::sigmoid, {f.neg(operand(x[0]))}));
    if (is(x[0], Function::neg) && is(operand(x[0]), Function::softplus))
      return f.neg(f.call(Function::sigmoid, {operand(operand(x[0]))}));
    if (is(x[0], Function::log) && nonNegative(operand(x[0])))
      return f.sub(operand(x[0]), f.number(1));
    return {};
  }
};

/// The exponents of exp(a) + exp(b), or of exp(a) - exp(b).
bool twoExps(Value value, Function function, Value &a, Value &b) {
  if (!is(value, function) || !isExp(operand(value, 0)) || !isExp(operand(value, 1)))
    return false;
  a = operand(operand(value, 0)), b = operand(operand(value, 1));
  return true;
}

bool opposite(Value a, Value b) {
  return (is(a, Function::neg) && operand(a) == b) || (is(b, Function::neg) && operand(b) == a);
}

/// (exp(x) - exp(-x)) / (exp(x) + exp(-x)) -> tanh(x)
struct TanhQuotient : FormulaPattern<TanhQuotient, Function::div> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "not the quotient that is tanh";
  Value rewrite(Formula &f, OperandRange x) const {
    Value a, b, c, d;
    if (!twoExps(x[0], Function::sub, a, b) || !twoExps(x[1], Function::add, c, d) || !opposite(a, b))
      return {};
    if (!(a == c && b == d) && !(a == d && b == c))
      return {};
    return f.call(Function::tanh, {a});
  }
};

/// expm1(x) / (1 + exp(x)) -> tanh(x / 2), and with the signs turned
struct TanhOfHalf : FormulaPattern<TanhOfHalf, Function::div> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "not expm1(x) over 1 + exp(x)";
  Value rewrite(Formula &f, OperandRange x) const {
    Value exponent = onePlusExp(x[1]);
    bool negative = is(x[0], Function::neg);
    Value above = negative ? operand(x[0]) : Value(x[0]);
    if (!exponent || !is(above, Function::expm1) || operand(above) != exponent)
      return {};
    Value half = f.call(Function::tanh, {f.scale(negative ? -0.5 : 0.5, exponent)});
    return half;
  }
};

/// (exp(x) - exp(-x)) / 2 -> sinh(x);  (exp(x) + exp(-x)) / 2 -> cosh(x)
struct HalfOfExps {
  static Value rewrite(Formula &f, Value sum) {
    Value a, b;
    if (twoExps(sum, Function::sub, a, b) && opposite(a, b))
      return f.call(Function::sinh, {a});
    if (twoExps(sum, Function::add, a, b) && opposite(a, b))
      return f.call(Function::cosh, {is(a, Function::neg) ? b : a});
    return {};
  }
};

struct HalfQuotient : FormulaPattern<HalfQuotient, Function::div> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "not half of exp(x) and exp(-x)";
  Value rewrite(Formula &f, OperandRange x) const {
    return isNumber(x[1], 2) ? HalfOfExps::rewrite(f, x[0]) : Value();
  }
};

struct HalfProduct : FormulaPattern<HalfProduct, Function::mul> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "not half of exp(x) and exp(-x)";
  Value rewrite(Formula &f, OperandRange x) const {
    for (unsigned side : {0u, 1u})
      if (isNumber(x[side], 0.5))
        if (Value value = HalfOfExps::rewrite(f, x[1 - side]))
          return value;
    return {};
  }
};

} // namespace

void addExpPatterns(RewritePatternSet &patterns) {
  patterns.add<Complement, ExpPlusMinusOne, Logistic, ExpProduct, ExpOfLog, PowerOfOnePlus, Expm1OfLog,
               HalfQuotient, HalfProduct>(patterns.getContext());
  patterns.add<TanhQuotient, TanhOfHalf>(patterns.getContext(), /*benefit=*/4);
  patterns.add<LogisticQuotient>(patterns.getContext(), /*benefit=*/3);
  patterns.add<ExpQuotient, SumQuotient, ExpTimesReciprocal>(patterns.getContext(), /*benefit=*/2);
}

} // namespace mercer::transforms
