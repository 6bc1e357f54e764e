// Sums of products that share a factor, such as derivatives of a polynomial times an exponential: of like terms that cancel only the difference
// is computed.
#include "compiler/transforms/LikeTerms.h"
#include "compiler/transforms/Stabilize.h"
#include "compiler/transforms/Terms.h"

#include "llvm/ADT/SetOperations.h"

#include <cmath>

using namespace mlir;

namespace mercer::transforms {
namespace {

using dsl::Function;

using Polynomial = SmallVector<Monomial, 8>;

constexpr size_t mostMonomials = 32;
/// Operations that are looked through: two operands each, so that what is looked at doubles with each.
constexpr unsigned deepest = 8;

/// The terms of a sum, each multiplied out; empty where they are too many.
Polynomial polynomialOf(ArrayRef<SignedTerm> terms, unsigned depth = deepest);

Polynomial product(const Polynomial &a, const Polynomial &b) {
  Polynomial result;
  for (const Monomial &x : a)
    for (const Monomial &y : b) {
      result.push_back({x.number * y.number, x.factors});
      llvm::append_range(result.back().factors, y.factors);
    }
  return result;
}

/// Products, squares, signs, and sums of terms of one sign, multiplied out; empty where that has too many monomials.
///
/// The sum of the monomials' sizes is then that of the products that are there, and like monomials only make it smaller when they are
/// added up: so does the bound of the rounding error. A difference that may be far smaller than its terms stays one value.
Polynomial polynomialOf(Value value, unsigned depth) {
  if (auto number = ir::realConstant(value))
    return {{*number, {}}};
  if (depth == 0)
    return {{1, {value}}};
  if (is(value, Function::neg))
    return product(polynomialOf(operand(value), depth - 1), {{-1, {}}});
  if (is(value, Function::mul) || is(value, Function::square)) {
    Polynomial a = polynomialOf(operand(value), depth - 1);
    Polynomial b = is(value, Function::square) ? a : polynomialOf(operand(value, 1), depth - 1);
    return a.size() * b.size() > mostMonomials ? Polynomial() : product(a, b);
  }
  Terms terms = termsOf(value, 8);
  auto sign = [](const SignedTerm &term) { return (term.negative ? -1 : 1) * signOf(term.value, 16); };
  if (terms.size() < 2 || sign(terms[0]) == 0 || !llvm::all_of(terms, [&](const SignedTerm &term) { return sign(term) == sign(terms[0]); }))
    return {{1, {value}}};
  return polynomialOf(terms, depth - 1);
}

Polynomial polynomialOf(ArrayRef<SignedTerm> terms, unsigned depth) {
  Polynomial sum;
  for (auto [value, negative] : terms) {
    Polynomial term = polynomialOf(value, depth);
    if (term.empty() || sum.size() + term.size() > mostMonomials)
      return {};
    sum.append(negative ? product(term, {{-1, {}}}) : term);
  }
  return sum;
}

/// Adds up like monomials. @returns whether some of opposite signs met
bool combine(Polynomial &terms, double rounding) {
  llvm::DenseMap<Value, size_t> order; // of appearance: the same in every run
  for (const Monomial &term : terms)
    for (Value factor : term.factors)
      order.try_emplace(factor, order.size());
  bool cancels = false;
  Polynomial result;
  for (Monomial &term : terms) {
    llvm::sort(term.factors, [&](Value a, Value b) { return order.at(a) < order.at(b); });
    auto *like = llvm::find_if(result, [&](const Monomial &other) { return other.factors == term.factors; });
    if (like == result.end()) {
      result.push_back(term);
      continue;
    }
    cancels |= like->number * term.number < 0;
    double larger = std::max(std::fabs(like->number), std::fabs(term.number));
    like->number += term.number;
    if (std::fabs(like->number) <= rounding * larger) // what is left is the numbers' own rounding
      like->number = 0;
  }
  llvm::erase_if(result, [](const Monomial &term) { return term.number == 0; });
  terms = std::move(result);
  return cancels;
}

/// The values that a polynomial is made of.
llvm::SmallDenseSet<Value> factorsOf(const Polynomial &terms) {
  llvm::SmallDenseSet<Value> factors;
  for (const Monomial &term : terms)
    factors.insert_range(term.factors);
  return factors;
}

/// Horner's scheme in the value that most monomials have.
Value write(Formula &f, Polynomial terms) {
  Value common;
  size_t most = 1;
  for (const Monomial &term : terms)
    for (Value factor : term.factors) {
      size_t count = llvm::count_if(terms, [&](const Monomial &other) { return llvm::is_contained(other.factors, factor); });
      if (count > most) {
        common = factor;
        most = count;
      }
    }
  Polynomial inner, outer;
  for (Monomial &term : terms)
    if (auto *factor = llvm::find(term.factors, common); common && factor != term.factors.end()) {
      term.factors.erase(factor);
      inner.push_back(term);
    } else {
      outer.push_back(term);
    }
  Value sum = inner.empty() ? Value() : f.mul(common, write(f, inner));
  for (const Monomial &term : outer) {
    Value value;
    for (Value factor : term.factors)
      value = f.mul(value, factor);
    value = value ? f.scale(std::fabs(term.number), value) : f.number(std::fabs(term.number));
    sum = term.number < 0 ? f.sub(sum, value) : f.add(sum, value);
  }
  return sum;
}

/// Is one value a factor of all terms as they are written? Most sums have none, and nothing of them need be multiplied out.
bool haveCommonFactor(ArrayRef<SignedTerm> terms) {
  llvm::SmallDenseSet<Value> common;
  for (const auto &[n, term] : llvm::enumerate(terms)) {
    llvm::SmallDenseSet<Value> factors;
    factors.insert_range(Monomial::of(term.value).factors);
    if (n == 0)
      common = std::move(factors);
    else
      llvm::set_intersect(common, factors);
    if (common.empty())
      return false;
  }
  return true;
}

/// c - c (1 + x) -> -c x: with all terms multiplied out, and more of them
template <Function function>
struct CancelledTerms : FormulaPattern<CancelledTerms<function>, function> {
  using FormulaPattern<CancelledTerms<function>, function>::FormulaPattern;
  static constexpr const char *otherwise = "no products that share a factor and have like terms of opposite signs";

  Value rewrite(Formula &f, OperandRange x) const {
    auto type = dyn_cast<FloatType>(x[0].getType());
    if (!type)
      return {};
    Terms sum = termsOf(x[0], 8), right = termsOf(x[1], 8);
    if (sum.empty() || right.empty())
      return {};
    for (auto [value, negative] : right)
      sum.push_back({value, negative != (function == Function::sub)});
    if (!haveCommonFactor(sum))
      return {};
    Polynomial terms = polynomialOf(sum);
    if (terms.empty())
      return {};
    // Without a factor that all share these are the user's own terms, to be added as they stand.
    auto shared = [&](Value factor) { return llvm::all_of(terms, [&](const Monomial &term) { return llvm::is_contained(term.factors, factor); }); };
    const llvm::SmallDenseSet<Value> before = factorsOf(terms);
    if (llvm::none_of(terms.front().factors, shared) || !combine(terms, type.isF64() ? 0x1p-50 : 0x1p-21))
      return {};
    // What is NaN stays NaN: no value may be gone.
    return factorsOf(terms).size() < before.size() ? Value() : write(f, terms);
  }
};

} // namespace

void addPolynomialPatterns(RewritePatternSet &patterns) {
  patterns.add<CancelledTerms<Function::add>, CancelledTerms<Function::sub>>(patterns.getContext());
}

} // namespace mercer::transforms
