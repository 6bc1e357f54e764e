// Reading and writing scalar formulas, for patterns.
#pragma once

#include "compiler/dialect/FreeIndices.h"

#include "mlir/IR/PatternMatch.h"

namespace mercer::transforms {

/// Is `value` an application of `function`?
bool is(mlir::Value value, dsl::Function function);

/// Does a function of reals take a polynomial? What is not correctly rounded does.
bool isPolynomial(dsl::Function function);

/// Operand `n` of the op that makes `value`, which is known to be an apply.
mlir::Value operand(mlir::Value value, unsigned n = 0);

/// Is `value` the constant `number`, of a real or integer type?
bool isNumber(mlir::Value value, double number);

/// The reduction of this kind that makes `value`; null when it is none.
ir::ReduceOp reductionOf(mlir::Value value, dsl::Reduction kind);

/// The other side of an add or mul for which `matches` holds for one side; null when there is none.
mlir::Value besides(mlir::Value value, dsl::Function function, llvm::function_ref<bool(mlir::Value)> matches);

/// Is a real value never negative (it may be NaN), by its structure alone? Looks at `budget` ops at most.
bool nonNegative(mlir::Value value, unsigned budget = 128);

/// 1 or -1 where a real value is never of the other sign (it may be 0 or NaN), by its structure alone; else 0. Looks at `budget` ops of each
/// factor and term at most.
int signOf(mlir::Value value, unsigned budget = 128);

/// Is a real value away from 0 by its structure alone, as a square plus a constant is (it may be NaN)? Looks `budget` ops deep.
bool positive(mlir::Value value, unsigned budget = 4);

/// Does a value depend on at most `most` ops? Patterns look at the indices of such alone: of larger ones at
/// each op would be quadratic.
bool isSmall(mlir::Value value, unsigned most = 200);

/// Is a value equal to `other` computed by the same ops on the same operands?
bool sameValue(mlir::Value a, mlir::Value b);

/// Is it the same value, or the size of the same dimension (whatever is known of it)?
bool sameExtent(mlir::Value a, mlir::Value b);

/// Writes formulas at the place of one op, in the simplest form that is the same number.
class Formula {
public:
  Formula(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type type)
      : builder_(builder), loc_(loc), type_(type) {}

  mlir::OpBuilder &builder() { return builder_; }
  mlir::Location loc() const { return loc_; }
  mlir::Value call(dsl::Function function, mlir::ValueRange operands) {
    return ir::apply(builder_, loc_, function, operands);
  }
  mlir::Value number(double value) { return ir::real(builder_, loc_, type_, value); }
  /// Null stands for 0 in sums, for 1 in products.
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, mlir::Value b);
  mlir::Value div(mlir::Value a, mlir::Value b);
  /// -a, with the sign put where it costs nothing.
  mlir::Value neg(mlir::Value a);
  mlir::Value scale(double factor, mlir::Value a);
  mlir::Value exp(mlir::Value a) { return call(dsl::Function::exp, {a}); }
  /// log(a); a number where it is one.
  mlir::Value log(mlir::Value a);
  mlir::Value select(mlir::Value condition, mlir::Value a, mlir::Value b) {
    return call(dsl::Function::select, {condition, a, b});
  }
  mlir::Value both(mlir::Value a, mlir::Value b);
  mlir::Value reduce(ir::ReduceOp like, dsl::Reduction kind, mlir::Value value) {
    return ir::reduce(builder_, loc_, kind, like.getOver(), value, like.getPredicate());
  }

private:
  mlir::OpBuilder &builder_;
  mlir::Location loc_;
  mlir::Type type_;
};

/// A pattern on one function: `rewrite` gives the new value, or null where it does not apply, having made no
/// op.
template <class Derived, dsl::Function root>
struct FormulaPattern : mlir::OpRewritePattern<ir::ApplyOp> {
  using OpRewritePattern::OpRewritePattern;

  llvm::LogicalResult matchAndRewrite(ir::ApplyOp op, mlir::PatternRewriter &rewriter) const final {
    if (op.getFunction().getValue() != root)
      return rewriter.notifyMatchFailure(op, "another function");
    Formula formula(rewriter, op.getLoc(), op.getResult().getType());
    mlir::Value value = static_cast<const Derived *>(this)->rewrite(formula, op.getOperands());
    if (!value)
      return rewriter.notifyMatchFailure(op, Derived::otherwise);
    rewriter.replaceOp(op, value);
    return llvm::success();
  }
};

} // namespace mercer::transforms
