// What each kind of reduction makes of its terms, in order.
#pragma once

#include "compiler/interpreter/Dual.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace mercer::interpreter {

/// The terms of one reduction for which its predicate holds, and their positions along the last index.
template <class Number>
struct Terms {
  std::vector<Number> reals;
  std::vector<std::int64_t> integers, positions;
  void clear() { reals.clear(), integers.clear(), positions.clear(); }
};

template <class Number>
bool is_nan(const Number &number) {
  return compare(dsl::Function::ne, number, number);
}

/// Neumaier's compensated sum; of big numbers the same, which costs little beside their own arithmetic.
template <class Number>
Number sum_of(llvm::ArrayRef<Number> terms) {
  using F = dsl::Function;
  Number total(0.0), lost(0.0);
  for (const Number &term : terms) {
    Number next = call(F::add, total, term);
    bool larger = compare(F::ge, call(F::abs, total), call(F::abs, term));
    const Number &big = larger ? total : term, &small = larger ? term : total;
    lost = call(F::add, lost, call(F::add, call(F::sub, big, next), small));
    total = next;
  }
  Number result = call(F::add, total, lost);
  return is_nan(result) ? total : result; // infinities make the compensation NaN
}

template <class Part>
Dual<Part> sum_of(llvm::ArrayRef<Dual<Part>> terms) {
  std::vector<Part> values, tangents;
  for (const Dual<Part> &term : terms)
    values.push_back(term.value), tangents.push_back(term.tangent);
  return {sum_of(llvm::ArrayRef<Part>(values)), sum_of(llvm::ArrayRef<Part>(tangents))};
}

/// The first winner or the first NaN; `empty` of no terms.
template <class Number>
Number extremum(dsl::Function better, llvm::ArrayRef<Number> terms, double empty) {
  if (terms.empty())
    return Number(empty);
  const Number *best = &terms.front();
  for (const Number &term : terms) {
    if (is_nan(term))
      return term;
    if (compare(better, term, *best))
      best = &term;
  }
  return *best;
}

/// log(sum(exp)), relative to the largest term, whose derivative cancels.
template <class Number>
Number log_sum_exp(llvm::ArrayRef<Number> terms) {
  using F = dsl::Function;
  Number largest = extremum(F::gt, terms, -HUGE_VAL);
  if (is_nan(largest) || std::isinf(to_double(largest)))
    if (compare(F::eq, largest, Number(HUGE_VAL)) || compare(F::eq, largest, Number(-HUGE_VAL)) ||
        is_nan(largest))
      return largest;
  largest = call(F::stop_gradient, largest);
  std::vector<Number> shares;
  for (const Number &term : terms)
    shares.push_back(call(F::exp, call(F::sub, term, largest)));
  return call(F::add, largest, call(F::log, sum_of(llvm::ArrayRef<Number>(shares))));
}

template <class Number>
Number reduce_reals(dsl::Reduction kind, llvm::ArrayRef<Number> terms) {
  switch (kind) {
  case dsl::Reduction::sum:
    return sum_of(terms);
  case dsl::Reduction::prod: {
    Number product(1.0);
    for (const Number &term : terms)
      product = call(dsl::Function::mul, product, term);
    return product;
  }
  case dsl::Reduction::min:
    return extremum(dsl::Function::lt, terms, HUGE_VAL);
  case dsl::Reduction::max:
    return extremum(dsl::Function::gt, terms, -HUGE_VAL);
  default:
    return log_sum_exp(terms);
  }
}

/// Of integers and of truth values, which are 0 and 1.
inline std::int64_t reduce_integers(dsl::Reduction kind, llvm::ArrayRef<std::int64_t> terms) {
  using dsl::Reduction;
  std::uint64_t result = kind == Reduction::prod;
  switch (kind) {
  case Reduction::sum:
    for (std::int64_t term : terms)
      result += static_cast<std::uint64_t>(term);
    return static_cast<std::int64_t>(result);
  case Reduction::prod:
    for (std::int64_t term : terms)
      result *= static_cast<std::uint64_t>(term);
    return static_cast<std::int64_t>(result);
  case Reduction::min:
    return terms.empty() ? INT64_MAX : *std::min_element(terms.begin(), terms.end());
  case Reduction::max:
    return terms.empty() ? INT64_MIN : *std::max_element(terms.begin(), terms.end());
  case Reduction::any:
    return llvm::is_contained(terms, 1);
  default: // all
    return !llvm::is_contained(terms, 0);
  }
}

/// argmin, argmax.
template <class Number>
std::int64_t winner(dsl::Reduction kind, bool real, const Terms<Number> &terms) {
  bool smallest = kind == dsl::Reduction::argmin;
  size_t best = 0;
  if (terms.positions.empty())
    return -1;
  for (size_t n = 0; n < terms.positions.size(); ++n) {
    if (real) {
      if (is_nan(terms.reals[n]))
        return terms.positions[n];
      if (compare(smallest ? dsl::Function::lt : dsl::Function::gt, terms.reals[n], terms.reals[best]))
        best = n;
    } else if (smallest ? terms.integers[n] < terms.integers[best]
                        : terms.integers[n] > terms.integers[best]) {
      best = n;
    }
  }
  return terms.positions[best];
}

} // namespace mercer::interpreter
