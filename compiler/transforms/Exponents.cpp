// Exponentials to base 2. Of multiples the conversion goes into the factor, and out of loops with it. Of what else is rounded already it
// is one more factor, whose product is rounded alike, relative to its size.
#include "compiler/transforms/Formula.h"
#include "compiler/transforms/Passes.h"

#include <cfloat>
#include <cmath>
#include <numbers>

using namespace mlir;

namespace mercer::transforms {

#define GEN_PASS_DEF_EXPONENTS
#include "compiler/transforms/Passes.h.inc"

namespace {

using dsl::Function;

/// `sign` * value * factor, or over the factor.
struct Multiple {
  Value value, factor;
  double sign;
  bool quotient;
};

class Exponents {
public:
  explicit Exponents(Block &block) : block_(block) {}

  void run() {
    for (ir::ApplyOp op : llvm::make_early_inc_range(block_.getOps<ir::ApplyOp>())) {
      if (op.getFunction().getValue() != Function::exp)
        continue;
      OpBuilder builder(op);
      Formula f(builder, op.getLoc(), op.getType());
      Value exponent = op.getOperands()[0];
      const bool atMostOne = isNotPositive(exponent);
      if (std::optional<Multiple> multiple = multipleOf(exponent))
        op.setOperand(0, f.mul(multiple->value, inBase2(f, *multiple)));
      else if (auto [value, sign] = withoutNegations(exponent); isRounded(value))
        op.setOperand(0, f.mul(value, f.number(sign * std::numbers::log2e)));
      else
        continue;
      op.setFunctionAttr(ir::FunctionAttr::get(op.getContext(), Function::exp2));
      if (atMostOne)
        op->setAttr(ir::atMostOneAttribute, builder.getUnitAttr());
    }
  }

private:
  /// What is inside of the negations around it, and what they multiply that by.
  static std::pair<Value, double> withoutNegations(Value x) {
    double sign = 1;
    for (; is(x, Function::neg); x = operand(x))
      sign = -sign;
    return {x, sign};
  }

  static bool isRounded(Value x) {
    return llvm::any_of(std::array{Function::add, Function::sub, Function::mul, Function::div, Function::square},
                        [&](Function function) { return is(x, function); });
  }

  /// Is it never positive by its structure, or a term of a log-sum-exp less that?
  static bool isNotPositive(Value x) {
    if (signOf(x) < 0)
      return true;
    if (!is(x, Function::sub))
      return false;
    Value atLeast = operand(x, 1); // a bound from below makes it no smaller
    if (Value bounded = besides(atLeast, Function::maximum, [](Value value) { return ir::realConstant(value).has_value(); }))
      atLeast = bounded;
    ir::ReduceOp sum = reductionOf(atLeast, dsl::Reduction::logsumexp);
    return sum && sum.getValue() == operand(x) && !sum.getPredicate();
  }

  bool fewerIndices(Value a, Value b) { return free_.of(a).size() < free_.of(b).size(); }

  /// The factor has fewer indices than the product: what is done to it is done less often.
  std::optional<Multiple> multipleOf(Value x) {
    auto [value, sign] = withoutNegations(x);
    if (is(value, Function::div) && fewerIndices(operand(value, 1), x))
      return Multiple{operand(value, 0), operand(value, 1), sign, true};
    if (is(value, Function::mul))
      for (unsigned side : {1u, 0u})
        if (fewerIndices(operand(value, side), x))
          return Multiple{operand(value, 1 - side), operand(value, side), sign, false};
    return std::nullopt;
  }

  /// The factor times log2 e. A finite one stays finite: the exponential of 0 times it is 1.
  Value inBase2(Formula &f, const Multiple &multiple) {
    double log2e = multiple.sign * std::numbers::log2e;
    Value factor = multiple.factor;
    double largest = factor.getType().isF32() ? FLT_MAX : DBL_MAX;
    if (auto constant = ir::realConstant(factor)) {
      double scaled = multiple.quotient ? log2e / *constant : log2e * *constant;
      return f.number(std::isinf(*constant) || *constant == 0 ? scaled : std::clamp(scaled, -largest, largest));
    }
    Value scaled = multiple.quotient ? f.div(f.number(log2e), factor) : f.mul(factor, f.number(log2e));
    Value least = f.call(Function::maximum, {scaled, f.number(-largest)});
    Value finite = f.call(Function::minimum, {least, f.number(largest)});
    Value exact = multiple.quotient ? f.call(Function::eq, {factor, f.number(0)})
                                    : f.call(Function::eq, {f.call(Function::abs, {factor}), f.number(HUGE_VAL)});
    return f.select(exact, scaled, finite);
  }

  Block &block_;
  ir::FreeIndices free_;
};

struct ExponentsPass : impl::ExponentsBase<ExponentsPass> {
  void runOnOperation() override { Exponents(getOperation().getBlock()).run(); }
};

} // namespace
} // namespace mercer::transforms
