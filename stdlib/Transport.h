// Entropic optimal transport by a number of Sinkhorn's steps.
#pragma once

#include "mercer/language.h"

namespace mercer::stdlib {

/// log of a mass: -inf, with derivative 0, where there is none.
Expr log_mass(const Expr &mass);
/// exp(u_i + v_j - cost_ij), an element of the plan, after `steps` steps from u = 0, each of which makes the columns right and then the
/// rows; masses by their logarithms. Costs are over the weight of the entropy.
Tensor sinkhorn_plan(const Tensor &cost, const Tensor &log_rows, const Tensor &log_columns, int steps);

} // namespace mercer::stdlib
