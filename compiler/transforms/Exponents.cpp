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
      if (std::optional<Multiple> multiple = multipleOf(exponent))
        op.setOperand(0, f.mul(multiple->value, inBase2(f, *multiple)));
      else if (isRounded(exponent))
        op.setOperand(0, f.mul(exponent, f.number(std::numbers::log2e)));
      else
        continue;
      op.setFunctionAttr(ir::FunctionAttr::get(op.getContext(), Function::exp2));
    }
  }

private:
  static bool isRounded(Value x) {
    return llvm::any_of(std::array{Function::add, Function::sub, Function::mul, Function::div, Function::square},
                        [&](Function function) { return is(x, function); });
  }

  bool fewerIndices(Value a, Value b) { return free_.of(a).size() < free_.of(b).size(); }

  /// The factor has fewer indices than the product: what is done to it is done less often.
  std::optional<Multiple> multipleOf(Value x) {
    Value all = x;
    double sign = 1;
    for (; is(x, Function::neg); x = operand(x))
      sign = -sign;
    if (is(x, Function::div) && fewerIndices(operand(x, 1), all))
      return Multiple{operand(x, 0), operand(x, 1), sign, true};
    if (is(x, Function::mul))
      for (unsigned side : {1u, 0u})
        if (fewerIndices(operand(x, side), all))
          return Multiple{operand(x, 1 - side), operand(x, side), sign, false};
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
