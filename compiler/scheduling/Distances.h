// Squared distances as products.
#pragma once

#include "compiler/scheduling/Choices.h"
#include "compiler/dialect/Mercer.h"

namespace mercer::scheduling {

/// Computes `sum(k, square(x(i, k) - y(j, k)))` of many pairs as `|x_i|^2 + |y_j|^2 - 2 sum(k, x(i, k) y(j, k))`, one operation a
/// term in place of two, where that has not cancelled, and as differences on the other pairs alone. Decision `distance`.
void expandDistances(ir::PlanOp plan, Choices &choices);

} // namespace mercer::scheduling
