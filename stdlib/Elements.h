// Losses that take tensors of any rank: an index for each dimension.
#pragma once

#include "mercer/language.h"

namespace mercer::stdlib {

/// An index for each dimension of `x`.
std::vector<Index> indices_of(const Tensor &x);
/// The element of `x` at these indices.
Expr at(const Tensor &x, const std::vector<Index> &indices);
/// base^exponent of a base that may be 0, where its value and its derivative are 0.
Expr power_or_zero(const Expr &base, const Expr &exponent);
/// total / count, 0 where nothing is counted.
Expr average_of(const Expr &total, const Expr &count);

} // namespace mercer::stdlib
