// Divergences by their generator: any convex function of one number.
#pragma once

#include "mercer/language.h"

namespace mercer::divergences {

/// sum_v q f(p / q) of the rows of two matrices: the f-divergence of a convex f with f(1) = 0. Terms with q =
/// 0 are left out, since their limit needs the slope of f at infinity. `by_generator(p, q, [](const Expr &r)
/// { return r * log(r); })`
Tensor by_generator(const Tensor &p, const Tensor &q, const std::function<Expr(const Expr &)> &f);
/// sum_v phi(p) - phi(q) - phi'(q) (p - q) of the rows of two matrices: the Bregman divergence of a convex
/// phi.
Tensor bregman_by_generator(const Tensor &p, const Tensor &q, const std::function<Expr(const Expr &)> &phi);

} // namespace mercer::divergences
