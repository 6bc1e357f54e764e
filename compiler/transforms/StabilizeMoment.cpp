// Roots of squares, and squares that cancel.
#include "compiler/transforms/Formula.h"
#include "compiler/transforms/Stabilize.h"

using namespace mlir;

namespace mercer::transforms {
namespace {

using dsl::Function;
using dsl::Reduction;

/// x of square(x) or x * x; null when it is neither.
Value squared(Value value) {
  if (is(value, Function::square))
    return operand(value);
  return is(value, Function::mul) && operand(value, 0) == operand(value, 1) ? operand(value) : Value();
}

/// Is a value a square, or a sum or the largest or smallest of such: not negative, and without a slope where it is 0?
bool isFlatAtZero(Value value, unsigned &budget) {
  if (budget == 0 || !isa<FloatType>(value.getType()))
    return false;
  --budget;
  if (squared(value))
    return true;
  for (Reduction kind : {Reduction::sum, Reduction::max, Reduction::min})
    if (ir::ReduceOp reduce = reductionOf(value, kind))
      return isFlatAtZero(reduce.getValue(), budget);
  auto isFlatOrZero = [&](unsigned n) {
    return isNumber(operand(value, n), 0) || isFlatAtZero(operand(value, n), budget);
  };
  if (is(value, Function::add))
    return isFlatOrZero(0) && isFlatOrZero(1);
  if (is(value, Function::mul))
    for (unsigned side : {0u, 1u}) {
      auto scale = ir::realConstant(operand(value, side));
      if ((scale ? *scale > 0 : nonNegative(operand(value, side), 32)) &&
          isFlatAtZero(operand(value, 1 - side), budget))
        return true;
    }
  if (is(value, Function::div))
    return nonNegative(operand(value, 1), 32) && isFlatAtZero(operand(value, 0), budget);
  if (is(value, Function::select))
    return isFlatOrZero(1) && isFlatOrZero(2);
  Value kept = besides(value, Function::maximum, [](Value side) { return isNumber(side, 0); });
  return kept && isFlatAtZero(kept, budget);
}

bool flatAtZero(Value value) {
  unsigned budget = 128;
  return isFlatAtZero(value, budget);
}

/// sqrt(x^2) -> abs(x);  sqrt(sum of squares) -> root(sum of squares)
struct RootOfSquares : FormulaPattern<RootOfSquares, Function::sqrt> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "not of a sum of squares";
  Value rewrite(Formula &f, OperandRange x) const {
    if (Value base = squared(x[0]))
      return f.call(Function::abs, {base});
    return flatAtZero(x[0]) ? f.call(Function::root, {x[0]}) : Value();
  }
};

/// root(x^2) -> abs(x)
struct RootOfSquare : FormulaPattern<RootOfSquare, Function::root> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "not of a square";
  Value rewrite(Formula &f, OperandRange x) const {
    Value base = squared(x[0]);
    return base ? f.call(Function::abs, {base}) : Value();
  }
};

/// The parts of a mean: sum(value where p) / terms, or select(terms > 0, that, 0).
struct Mean {
  ir::ReduceOp sum;
  Value terms, condition;

  static std::optional<Mean> of(Value value) {
    Mean result;
    if (is(value, Function::select) && isNumber(operand(value, 2), 0)) {
      result.condition = operand(value, 0);
      value = operand(value, 1);
    }
    if (is(value, Function::div)) {
      result.sum = reductionOf(operand(value, 0), Reduction::sum);
      result.terms = operand(value, 1);
    }
    if (!result.sum || !isa<FloatType>(value.getType()) || !result.counts())
      return std::nullopt;
    return result;
  }

  /// Is `terms` the number of terms of the sum? An E[x^2] - E[x]^2 with another weight is not a variance.
  bool counts() {
    Value count = is(terms, Function::to_real) ? operand(terms) : terms;
    if (ir::ReduceOp ones = reductionOf(count, Reduction::sum))
      return isNumber(ones.getValue(), 1) && ones.getPredicate() == sum.getPredicate() &&
             llvm::equal(ones.getOver(), sum.getOver());
    if (sum.getPredicate())
      return false;
    SmallVector<Value> extents, factors{count};
    for (Value index : sum.getOver())
      extents.push_back(index.getDefiningOp<ir::IndexOp>().getExtent());
    while (!factors.empty()) {
      Value factor = factors.pop_back_val();
      auto found = llvm::find_if(extents, [&](Value extent) { return sameValue(extent, factor); });
      if (found != extents.end())
        extents.erase(found);
      else if (is(factor, Function::mul))
        factors.append({operand(factor, 0), operand(factor, 1)});
      else if (!isNumber(factor, 1))
        return false;
    }
    return extents.empty();
  }
};

/// mean(x^2) - mean(x)^2 -> mean((x - mean(x))^2)
struct Variance : FormulaPattern<Variance, Function::sub> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "not mean(x^2) - mean(x)^2 over the same terms";
  Value rewrite(Formula &f, OperandRange x) const {
    Value center = squared(x[1]);
    std::optional<Mean> squares = Mean::of(x[0]), mean = center ? Mean::of(center) : std::nullopt;
    if (!squares || !mean || squares->terms != mean->terms || squares->condition != mean->condition ||
        squares->sum.getPredicate() != mean->sum.getPredicate() ||
        !llvm::equal(squares->sum.getOver(), mean->sum.getOver()))
      return {};
    if (squared(squares->sum.getValue()) != mean->sum.getValue() || !isSmall(center, 2000))
      return {};
    ir::FreeIndices free;
    if (llvm::any_of(mean->sum.getOver(), [&](Value index) { return free.depends(center, index); }))
      return {};
    Value deviation = f.call(Function::square, {f.sub(mean->sum.getValue(), center)});
    Value result = f.div(f.reduce(mean->sum, Reduction::sum, deviation), mean->terms);
    return mean->condition ? f.select(mean->condition, result, f.number(0)) : result;
  }
};

/// A sum with a sign, as parts of an expanded square.
struct SignedSum {
  ir::ReduceOp sum;
  double factor;
};

/// |a|^2 + |b|^2 - 2 a.b -> |a - b|^2, in any order of the terms
template <Function root>
struct ExpandedDistance : FormulaPattern<ExpandedDistance<root>, root> {
  using FormulaPattern<ExpandedDistance<root>, root>::FormulaPattern;
  static constexpr const char *otherwise = "not the expanded square of a difference";

  Value rewrite(Formula &f, OperandRange x) const {
    SmallVector<SignedSum, 4> parts;
    bool minus = root == Function::sub;
    if (!collect(x[0], 1, parts) || !collect(x[1], minus ? -1 : 1, parts) || parts.size() != 3)
      return {};
    auto cross = llvm::find_if(parts, [](const SignedSum &part) { return part.factor == -2; });
    if (cross == parts.end() || !is(cross->sum.getValue(), Function::mul))
      return {};
    ir::ReduceOp product = cross->sum;
    parts.erase(cross);
    Value a = operand(product.getValue(), 0), b = operand(product.getValue(), 1);
    Value first = square(parts[0], product), second = square(parts[1], product);
    if (!first || !second || !((first == a && second == b) || (first == b && second == a)))
      return {};
    return f.reduce(product, Reduction::sum, f.call(Function::square, {f.sub(a, b)}));
  }

  /// Base of a sum of squares over the same terms as `like`; null when it is none.
  static Value square(SignedSum part, ir::ReduceOp like) {
    bool same = part.factor == 1 && part.sum.getPredicate() == like.getPredicate() &&
                llvm::equal(part.sum.getOver(), like.getOver());
    return same ? squared(part.sum.getValue()) : Value();
  }

  /// Adds the terms of a sum of up to three reductions; false when there is another term.
  static bool collect(Value value, double factor, SmallVectorImpl<SignedSum> &parts) {
    SmallVector<std::pair<Value, double>> stack{{value, factor}};
    while (!stack.empty()) {
      auto [part, sign] = stack.pop_back_val();
      if (parts.size() + stack.size() > 3)
        return false;
      if (ir::ReduceOp sum = reductionOf(part, Reduction::sum)) {
        parts.push_back({sum, sign});
      } else if (is(part, Function::add) || is(part, Function::sub)) {
        stack.push_back({operand(part, 0), sign});
        stack.push_back({operand(part, 1), is(part, Function::sub) ? -sign : sign});
      } else if (is(part, Function::neg)) {
        stack.push_back({operand(part), -sign});
      } else if (Value rest = besides(part, Function::mul,
                                      [](Value side) { return isNumber(side, 2) || isNumber(side, -2); })) {
        stack.push_back(
            {rest, sign * *ir::realConstant(operand(part, 0) == rest ? operand(part, 1) : operand(part, 0))});
      } else {
        return false;
      }
    }
    return true;
  }
};

/// 1 - cos(x) -> 2 sin(x / 2)^2;  sqrt(b + c) - sqrt(b) -> c / (sqrt(b + c) + sqrt(b))
struct Cancelling : FormulaPattern<Cancelling, Function::sub> {
  using FormulaPattern::FormulaPattern;
  static constexpr const char *otherwise = "neither a difference of roots of near values nor 1 - cos(x)";
  Value rewrite(Formula &f, OperandRange x) const {
    if (isNumber(x[0], 1) && is(x[1], Function::cos))
      return f.scale(2, f.call(Function::square, {f.call(Function::sin, {f.scale(0.5, operand(x[1]))})}));
    bool roots = is(x[0], Function::sqrt) && is(x[1], Function::sqrt);
    if (!roots)
      return {};
    if (auto step = constantStep(operand(x[0]), operand(x[1])))
      return f.div(f.number(*step), f.add(x[0], x[1]));
    return {};
  }

  /// c of b + c and b, a constant; none when they differ otherwise.
  static std::optional<double> constantStep(Value a, Value b) {
    auto over = [](Value sum, Value base) {
      Value constant = besides(sum, Function::add, [&](Value side) { return side == base; });
      return constant ? ir::realConstant(constant) : std::nullopt;
    };
    if (auto step = over(a, b))
      return step;
    auto back = over(b, a);
    return back ? std::optional(-*back) : std::nullopt;
  }
};

} // namespace

void addMomentPatterns(RewritePatternSet &patterns) {
  patterns.add<RootOfSquares, RootOfSquare, Variance, ExpandedDistance<Function::add>,
               ExpandedDistance<Function::sub>, Cancelling>(patterns.getContext());
}

} // namespace mercer::transforms
