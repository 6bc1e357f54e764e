// Sinkhorn's steps in logarithms.
#include "mercer/stdlib/Transport.h"

#include <limits>

namespace mercer::stdlib {

Expr log_mass(const Expr &mass) {
  Expr none = mass == 0.0;
  return where(none, -std::numeric_limits<double>::infinity(), log(where(none, 1.0, mass)));
}

Tensor sinkhorn_plan(const Tensor &cost, const Tensor &log_rows, const Tensor &log_columns, int steps) {
  Index i("i"), j("j");
  Tensor column(j, log_columns(j) - logsumexp(i, -cost(i, j)));
  Tensor row(i, log_rows(i) - logsumexp(j, column(j) - cost(i, j)));
  for (int step = 1; step < steps; ++step) {
    column = Tensor(j, log_columns(j) - logsumexp(i, row(i) - cost(i, j)));
    row = Tensor(i, log_rows(i) - logsumexp(j, column(j) - cost(i, j)));
  }
  return Tensor({i, j}, exp(row(i) + column(j) - cost(i, j)));
}

} // namespace mercer::stdlib
