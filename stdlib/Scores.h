// Class scores against a label, and scores that fall to 0: what several losses share.
#pragma once

#include "mercer/language.h"

#include <functional>
#include <optional>
#include <string_view>

namespace mercer::stdlib {

/// log((1 - p_y) / p_y) of the softmax p of scores, here z(n, :), where the predicate holds: logsumexp of the others less the score of the
/// label. With it, -log p_y is its softplus, 1 - p_y its sigmoid: nothing cancels where p_y is near 1. One
/// class: -inf.
Expr log_odds_against(const Index &over, const std::function<Expr(const Expr &)> &score, const Expr &label,
                      const std::optional<Expr> &predicate = {});
Expr log_odds_against(const Tensor &z, const Index &n, const Expr &label);
/// -log p_y of the softmax of the scores; 0 without others.
Expr cross_entropy_of(const Index &over, const std::function<Expr(const Expr &)> &score, const Expr &label,
                      const std::optional<Expr> &predicate = {});
Expr cross_entropy_of(const Tensor &z, const Index &n, const Expr &label);
/// (exp(r u) - 1) / r, u where r is 0: with its derivative by r there.
Expr exponential_ratio(const Expr &u, const Expr &r);
/// Cross entropy of the logit z against a target in [0, 1].
Expr binary_cross_entropy_of(const Expr &z, const Expr &target);
/// total / weight, 0 where nothing has weight.
Expr weighted_average(const Expr &total, const Expr &weight);

/// The sparsemax of the scores z(n, :): the nearest point of the simplex.
struct Sparsemax {
  Sparsemax(const Tensor &z, const Index &n);
  Expr probability(const Expr &c) const;    ///< of class c
  Expr shifted(const Expr &c) const;        ///< the score less the largest
  Expr largest() const { return largest_; } ///< without a gradient
  /// max over p of <p, z - max z> - |p|^2 / 2, with the gradient p.
  Expr conjugate() const;

private:
  Tensor z_;
  Index n_;
  Expr largest_, threshold_;
};

/// Checks `alpha` and `n_iter`. @throws Error(bad_option)
void check_entmax(std::string_view entry, double alpha, int steps);

/// The alpha-entmax of the scores z(n, :), alpha > 1: [(alpha - 1) z - tau]_+^(1 / (alpha - 1)), with the tau that makes its sum 1. Steps of
/// bisection find tau, then two of Newton's, through which its derivatives pass.
class Entmax {
public:
  Entmax(const Tensor &z, const Index &n, double alpha, int steps);
  Expr probability(const Expr &c) const; ///< of class c

private:
  Expr excess(const Expr &threshold, const Expr &c) const;

  Tensor z_;
  Index n_;
  double scale_; ///< alpha - 1
  Tensor largest_, threshold_;
};

} // namespace mercer::stdlib
