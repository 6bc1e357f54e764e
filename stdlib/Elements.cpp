// Indices for every dimension; guarded powers and averages.
#include "mercer/stdlib/Elements.h"

namespace mercer::stdlib {

std::vector<Index> indices_of(const Tensor &x) {
  std::vector<Index> indices;
  for (int dimension = 0; dimension < x.rank(); ++dimension)
    indices.emplace_back("i" + std::to_string(dimension));
  return indices;
}

Expr at(const Tensor &x, const std::vector<Index> &indices) {
  return x.read(std::vector<Expr>(indices.begin(), indices.end()), std::source_location::current());
}

Expr power_or_zero(const Expr &base, const Expr &exponent) {
  // The power is taken of 1 where the base is 0: its derivative there would be infinite, and infinity times 0
  // is NaN.
  Expr positive = base > 0.0;
  return where(positive, pow(where(positive, base, 1.0), exponent), 0.0);
}

Expr average_of(const Expr &total, const Expr &count) { return total / to_real(maximum(count, 1)); }

} // namespace mercer::stdlib
