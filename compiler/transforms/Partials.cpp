#include "compiler/transforms/Partials.h"

#include "compiler/transforms/Formula.h"

#include <cmath>
#include <numbers>

using namespace mlir;

namespace mercer::transforms {
namespace {

using dsl::Function;

/// Writes the formulas of slopes.
class Slope : public Formula {
public:
  Slope(OpBuilder &builder, ir::ApplyOp op) : Formula(builder, op.getLoc(), op.getResult().getType()) {}

  Value reciprocal(Value a) { return call(Function::reciprocal, {a}); }
  Value square(Value a) { return call(Function::square, {a}); }
  Value isNot(Value a, double value) { return call(Function::ne, {a, number(value)}); }
  /// Null: everywhere, by the structure of `a`.
  Value awayFromZero(Value a) { return positive(a) ? Value() : isNot(a, 0); }
  Value negated(Value condition) { return call(Function::logical_not, {condition}); }
  /// (1 - a) (1 + a)
  Value oneMinusSquare(Value a) { return mul(sub(number(1), a), add(number(1), a)); }
};

} // namespace

SmallVector<Partial, 2> partials(OpBuilder &builder, ir::ApplyOp op) {
  Slope f(builder, op);
  OperandRange x = op.getOperands();
  Value r = op.getResult();
  switch (op.getFunction().getValue()) {
  case Function::add:
    return {{0, {}, {}}, {1, {}, {}}};
  case Function::sub:
    return {{0, {}, {}}, {1, f.number(-1), {}}};
  case Function::mul:
    return {{0, x[1], {}}, {1, x[0], {}}};
  case Function::div:
    return {{0, f.reciprocal(x[1]), {}}, {1, f.neg(f.div(r, x[1])), {}}};
  case Function::neg:
    return {{0, f.number(-1), {}}};
  case Function::mod:
    return {{0, {}, {}}, {1, f.neg(f.call(Function::floor_div, {x[0], x[1]})), {}}};
  case Function::minimum:
  case Function::maximum: {
    bool smaller = op.getFunction().getValue() == Function::minimum;
    Value first = f.call(smaller ? Function::le : Function::ge, {x[0], x[1]});
    return {{0, {}, first}, {1, {}, f.negated(first)}};
  }
  case Function::abs:
    return {{0, f.call(Function::sign, {x[0]}), {}}};
  case Function::square:
    return {{0, f.scale(2, x[0]), {}}};
  case Function::reciprocal:
    return {{0, f.neg(f.square(r)), {}}};
  case Function::select:
    return {{1, {}, x[0]}, {2, {}, f.negated(x[0])}};
  case Function::sqrt:
    return {{0, f.div(f.number(0.5), r), {}, f.awayFromZero(x[0])}};
  case Function::root:
    return {{0, f.div(f.number(0.5), r), f.isNot(x[0], 0)}};
  case Function::rsqrt:
    return {{0, f.scale(-0.5, f.mul(r, f.square(r))), {}}};
  case Function::cbrt:
    return {{0, f.reciprocal(f.scale(3, f.square(r))), {}, f.awayFromZero(x[0])}};
  case Function::pow: {
    Value lower = f.call(Function::pow, {x[0], f.sub(x[1], f.number(1))});
    return {{0, f.mul(x[1], lower), f.isNot(x[1], 0)}, {1, f.mul(r, f.log(x[0])), f.isNot(x[0], 0)}};
  }
  case Function::hypot:
    return {{0, f.div(x[0], r), f.isNot(r, 0)}, {1, f.div(x[1], r), f.isNot(r, 0)}};
  case Function::exp:
    return {{0, r, {}}};
  case Function::exp2:
    return {{0, f.scale(std::numbers::ln2, r), {}}};
  case Function::expm1:
    return {{0, f.exp(x[0]), {}}};
  case Function::log:
    return {{0, f.reciprocal(x[0]), {}}};
  case Function::log2:
    return {{0, f.div(f.number(std::numbers::log2e), x[0]), {}}};
  case Function::log1p:
    return {{0, f.reciprocal(f.add(f.number(1), x[0])), {}}};
  case Function::log1mexp:
    return {{0, f.reciprocal(f.call(Function::expm1, {x[0]})), {}}};
  case Function::sigmoid: // not r (1 - r), which cancels
    return {{0, f.mul(r, f.call(Function::sigmoid, {f.neg(x[0])})), {}}};
  case Function::log_sigmoid:
    return {{0, f.call(Function::sigmoid, {f.neg(x[0])}), {}}};
  case Function::softplus:
    return {{0, f.call(Function::sigmoid, {x[0]}), {}}};
  case Function::xlogx:
    return {{0, f.add(f.log(x[0]), f.number(1)), {}, f.awayFromZero(x[0])}};
  case Function::xlogy: {
    Value here = f.isNot(x[0], 0);
    Value either = f.call(Function::logical_or, {here, f.call(Function::gt, {x[1], f.number(0)})});
    return {{0, f.log(x[1]), either}, {1, f.div(x[0], x[1]), here}};
  }
  case Function::sin:
    return {{0, f.call(Function::cos, {x[0]}), {}}};
  case Function::cos:
    return {{0, f.neg(f.call(Function::sin, {x[0]})), {}}};
  case Function::tan:
    return {{0, f.add(f.number(1), f.square(r)), {}}};
  case Function::asin:
  case Function::acos: {
    Value rest = f.oneMinusSquare(x[0]), slope = f.call(Function::rsqrt, {rest});
    bool rises = op.getFunction().getValue() == Function::asin;
    return {{0, rises ? slope : f.neg(slope), {}, f.isNot(rest, 0)}};
  }
  case Function::atan:
    return {{0, f.reciprocal(f.add(f.number(1), f.square(x[0]))), {}}};
  case Function::atan2: {
    Value squares = f.add(f.square(x[0]), f.square(x[1])), away = f.isNot(squares, 0);
    return {{0, f.div(x[1], squares), away}, {1, f.neg(f.div(x[0], squares)), away}};
  }
  case Function::sinh:
    return {{0, f.call(Function::cosh, {x[0]}), {}}};
  case Function::cosh:
    return {{0, f.call(Function::sinh, {x[0]}), {}}};
  case Function::tanh: { // 4 e^-2x / (1 + e^-2x)^2, not (1 - r) (1 + r), which cancels: of one exponential
    Value twice = f.scale(2, x[0]);
    return {{0, f.scale(4, f.mul(f.call(Function::sigmoid, {twice}), f.call(Function::sigmoid, {f.neg(twice)}))), {}}};
  }
  case Function::asinh:
    return {{0, f.reciprocal(f.call(Function::hypot, {x[0], f.number(1)})), {}}};
  case Function::acosh: {
    Value product = f.mul(f.sub(x[0], f.number(1)), f.add(x[0], f.number(1)));
    return {{0, f.call(Function::rsqrt, {product}), {}, f.isNot(product, 0)}};
  }
  case Function::atanh:
    return {{0, f.reciprocal(f.oneMinusSquare(x[0])), {}}};
  case Function::erf:
    return {{0, f.scale(2 / std::sqrt(std::numbers::pi), f.exp(f.neg(f.square(x[0])))), {}}};
  case Function::erfc:
    return {{0, f.scale(-2 / std::sqrt(std::numbers::pi), f.exp(f.neg(f.square(x[0])))), {}}};
  case Function::normal_cdf:
    return {{0, f.scale(1 / std::sqrt(2 * std::numbers::pi), f.exp(f.scale(-0.5, f.square(x[0])))), {}}};
  case Function::log_normal_cdf: // density / probability, as one exponential
    return {{0, f.scale(1 / std::sqrt(2 * std::numbers::pi), f.exp(f.sub(f.scale(-0.5, f.square(x[0])), r))), {}}};
  case Function::with_gradient_of:
    return {{1, {}, {}}};
  case Function::floor_div: // steps: the derivative is 0
  case Function::sign:
  case Function::floor:
  case Function::ceil:
  case Function::round:
  case Function::stop_gradient:
  case Function::to_real: // of an integer
  case Function::to_integer:
  case Function::eq:
  case Function::ne:
  case Function::lt:
  case Function::le:
  case Function::gt:
  case Function::ge:
  case Function::logical_and:
  case Function::logical_or:
  case Function::logical_not:
    return {};
  }
  return {};
}

} // namespace mercer::transforms
