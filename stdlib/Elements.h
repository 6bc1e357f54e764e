// Losses that take tensors of any rank: an index for each dimension.
#pragma once

#include "mercer/language.h"

#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string_view>

namespace mercer::stdlib {

/// log(sqrt(2 pi)), of the density of a normal number.
inline constexpr double half_log_two_pi = 0.9189385332046728;

/// An index for each dimension of `x`.
std::vector<Index> indices_of(const Tensor &x);
/// The element of `x` at these indices.
Expr at(const Tensor &x, const std::vector<Index> &indices);
/// base^exponent of a base that may be 0, where its value and its derivative are 0.
Expr power_or_zero(const Expr &base, const Expr &exponent);
/// log k of the value of a kernel: of an exponential its exponent, which may be below what exp can hold, else the
/// logarithm of at least `least`.
Expr log_of_kernel(const Expr &value, const Expr &least);
/// log of a weight; 0, with derivative 0, where the weight is 0 and what it weighs is left out.
Expr log_or_zero(const Expr &weight);
/// Huber's loss of an error: quadratic up to delta, linear beyond.
Expr huber_of(const Expr &error, const Expr &delta);
/// total / count, 0 where nothing is counted.
Expr average_of(const Expr &total, const Expr &count);
/// The sum, or the mean, over every index but the first: over a sample's elements.
Expr sum_of_sample(const std::vector<Index> &indices, const Expr &value);
Expr mean_of_sample(const std::vector<Index> &indices, const Expr &value);
/// log of the mean of exp(value) over the `count` values where the predicate holds; 0 where there are none.
Expr log_mean_exp(const Indices &over, const Expr &value, const Expr &count, const Expr &predicate = true);
/// cos(theta + margin) of a cosine, margin >= 0; past pi, where that would rise again, cos(theta) - margin
/// sin(margin).
Expr cosine_with_margin(const Expr &cosine, const Expr &margin);

/// cos(pi t) without the whole turns of t, which are exact: pi times a large t has no digit of its angle left.
Expr cos_pi(const Expr &t);
/// sin(pi t)^2, likewise without the half turns of t.
Expr squared_sin_pi(const Expr &t);

/// How many values come before that at `index`, in rising order; of equal ones the first comes first. `other`
/// runs over all.
Expr rank_of(const std::function<Expr(const Expr &)> &value, const Index &index, const Index &other, const std::optional<Expr> &predicate = {});

/// Throws what the checks below throw. @throws Error(bad_option)
[[noreturn]] void reject_parameter(std::string_view entry, std::string_view parameter,
                                   const std::string &expected, const std::string &given);
/// Checks a whole number. @throws Error(bad_option) naming the entry, the parameter, what was expected and
/// given
void check_whole(std::string_view entry, std::string_view parameter, int given, int least,
                 int most = std::numeric_limits<int>::max());
/// Checks the value of a text parameter. @throws Error(bad_option) naming the entry, the parameter, what was
/// expected and given
void check_option(std::string_view entry, std::string_view parameter, std::string_view given,
                  std::initializer_list<std::string_view> choices);

/// The smaller of two, whose derivative equal ones share by halves.
Expr shared_minimum(const Expr &a, const Expr &b);
/// What two numbers have in common, (|a + b| - |a - b|) / 2: below 0 where their signs differ.
Expr overlap(const Expr &a, const Expr &b);
/// The element of this list at `position`, an index over as many; at least one.
Expr one_of(const Index &position, const std::vector<Expr> &elements);

} // namespace mercer::stdlib
