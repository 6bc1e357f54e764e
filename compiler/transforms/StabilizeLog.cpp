// Logarithms of sums, products and quotients of exponentials.
#include "compiler/transforms/LogDomain.h"
#include "compiler/transforms/Stabilize.h"

using namespace mlir;

namespace mercer::transforms {
namespace {

using dsl::Function;
using dsl::Reduction;

/// Is a logarithm that of x in x log x or x (log x - ...), where 0 log 0 is meant to be 0?
bool isEntropyTerm(Value log) {
  auto times = [](Value value, Value x) {
    return llvm::any_of(value.getUsers(), [&](Operation *user) {
      auto apply = dyn_cast<ir::ApplyOp>(user);
      return apply && apply.getFunction().getValue() == Function::mul &&
             llvm::is_contained(apply.getOperands(), x);
    });
  };
  Value x = operand(log);
  if (times(log, x))
    return true;
  return llvm::any_of(log.getUsers(), [&](Operation *user) {
    return isa<ir::ApplyOp>(user) && is(user->getResult(0), Function::sub) && times(user->getResult(0), x);
  });
}

/// log(x), x made of exponentials -> its logarithm by LogDomain
struct LogOfExps : OpRewritePattern<ir::ApplyOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ir::ApplyOp op, PatternRewriter &rewriter) const override {
    if (op.getFunction().getValue() != Function::log)
      return rewriter.notifyMatchFailure(op, "not a logarithm");
    if (isEntropyTerm(op.getResult()))
      return rewriter.notifyMatchFailure(op, "part of x log x");
    Formula formula(rewriter, op.getLoc(), op.getResult().getType());
    LogDomain logs(formula);
    if (!logs.gains(op.getOperands()[0]))
      return rewriter.notifyMatchFailure(op,
                                         "the argument is not made of exponentials, or is shifted already");
    rewriter.replaceOp(op, logs.of(op.getOperands()[0]));
    return success();
  }
};

/// log(1 + x) -> log1p(x);  log(1 - x) -> log1p(-x)
struct LogOnePlus : FormulaPattern<LogOnePlus, Function::log> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "not of 1 + x";
  Value rewrite(Formula &f, OperandRange x) const {
    auto isOne = [](Value side) { return isNumber(side, 1); };
    if (Value rest = besides(x[0], Function::add, isOne))
      return f.call(Function::log1p, {rest});
    if (!is(x[0], Function::sub))
      return {};
    if (isOne(operand(x[0], 0)))
      return f.call(Function::log1p, {f.neg(operand(x[0], 1))});
    return {};
  }
};

/// log1p(exp(x)) -> softplus(x);  log1p(-exp(x)) -> log1mexp(-x);  log1p(-sigmoid(x)) -> log_sigmoid(-x);
/// log1p(sum(exp(x))) -> softplus(logsumexp(x))
struct LogOnePlusExp : FormulaPattern<LogOnePlusExp, Function::log1p> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "not of an exponential or of sigmoid";
  Value rewrite(Formula &f, OperandRange x) const {
    LogDomain logs(f);
    if (is(x[0], Function::neg)) {
      Value inner = operand(x[0]);
      if (is(inner, Function::exp))
        return f.call(Function::log1mexp, {f.neg(operand(inner))});
      if (is(inner, Function::sigmoid))
        return f.call(Function::log_sigmoid, {f.neg(operand(inner))});
      return {};
    }
    if (is(x[0], Function::exp))
      return f.call(Function::softplus, {operand(x[0])});
    if (reductionOf(x[0], Reduction::sum) && nonNegative(x[0]) && logs.gains(x[0]))
      return f.call(Function::softplus, {logs.of(x[0])});
    return {};
  }
};

/// softplus(x) - x -> softplus(-x);  x - softplus(x) -> log_sigmoid(x)
struct SoftplusDifference : FormulaPattern<SoftplusDifference, Function::sub> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "not the difference of x and softplus(x)";
  Value rewrite(Formula &f, OperandRange x) const {
    if (is(x[0], Function::softplus) && operand(x[0]) == x[1])
      return f.call(Function::softplus, {f.neg(x[1])});
    if (is(x[1], Function::softplus) && operand(x[1]) == x[0])
      return f.call(Function::log_sigmoid, {x[0]});
    return {};
  }
};

/// -log_sigmoid(x) -> softplus(-x);  -softplus(x) -> log_sigmoid(-x)
struct NegatedSoftplus : FormulaPattern<NegatedSoftplus, Function::neg> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "not of log_sigmoid";
  Value rewrite(Formula &f, OperandRange x) const {
    return is(x[0], Function::log_sigmoid) ? f.call(Function::softplus, {f.neg(operand(x[0]))}) : Value();
  }
};

/// x log(x) -> xlogx(x);  x log(x / y) -> xlogy(x, x / y), 0 where both are 0;  x (log(x) - b) -> xlogx(x) -
/// xlogy(x, y)
struct EntropyTerm : FormulaPattern<EntropyTerm, Function::mul> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "not x log(x), nor x log(x / y)";
  Value rewrite(Formula &f, OperandRange x) const {
    for (unsigned side : {0u, 1u})
      if (Value value = of(f, x[side], x[1 - side]))
        return value;
    return {};
  }

  static Value of(Formula &f, Value x, Value factor) {
    if (is(factor, Function::log)) {
      if (operand(factor) == x)
        return self(f, x);
      Value ratio = operand(factor);
      if (!is(ratio, Function::div) || operand(ratio, 0) != x)
        return {};
      Value zero = f.number(0), y = operand(ratio, 1);
      Value neither = f.both(f.call(Function::eq, {x, zero}), f.call(Function::eq, {y, zero}));
      return f.select(neither, zero, f.call(Function::xlogy, {x, ratio}));
    }
    if (!is(factor, Function::sub) || !is(operand(factor, 0), Function::log) ||
        operand(operand(factor, 0)) != x)
      return {};
    Value other = operand(factor, 1);
    if (is(x, Function::exp)) // log(x) is the exponent
      return nonzero(f, x, f.sub(operand(x), other));
    if (is(other, Function::log))
      return f.sub(self(f, x), f.call(Function::xlogy, {x, operand(other)}));
    return f.sub(self(f, x), f.mul(x, other));
  }

  static Value self(Formula &f, Value x) {
    return is(x, Function::exp) ? nonzero(f, x, operand(x)) : f.call(Function::xlogx, {x});
  }
  static Value nonzero(Formula &f, Value x, Value log) {
    return f.select(f.call(Function::eq, {x, f.number(0)}), f.number(0), f.mul(x, log));
  }
};

} // namespace

void addLogPatterns(RewritePatternSet &patterns) {
  patterns.add<LogOfExps, EntropyTerm>(patterns.getContext(), /*benefit=*/2);
  patterns.add<LogOnePlus, LogOnePlusExp, SoftplusDifference, NegatedSoftplus>(patterns.getContext());
}

} // namespace mercer::transforms
