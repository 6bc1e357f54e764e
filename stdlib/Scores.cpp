// Class scores against a label.
#include "mercer/stdlib/Scores.h"
#include "mercer/stdlib/Elements.h"

#include <algorithm>
#include <cmath>

namespace mercer::stdlib {

Expr log_odds_against(const Index &over, const std::function<Expr(const Expr &)> &score, const Expr &label, const std::optional<Expr> &predicate) {
  Expr other = over != label;
  return logsumexp(over, score(over), predicate ? *predicate && other : other) - score(label);
}

Expr log_odds_against(const Tensor &z, const Index &n, const Expr &label) {
  return log_odds_against(
      Index("c"), [&](const Expr &c) { return z(n, c); }, label);
}

Expr cross_entropy_of(const Index &over, const std::function<Expr(const Expr &)> &score, const Expr &label, const std::optional<Expr> &predicate) {
  return softplus(log_odds_against(over, score, label, predicate));
}

Expr cross_entropy_of(const Tensor &z, const Index &n, const Expr &label) {
  return softplus(log_odds_against(z, n, label));
}

Expr exponential_ratio(const Expr &u, const Expr &r) {
  return where(r == 0.0, u + 0.5 * r * square(u), expm1(r * u) / where(r == 0.0, 1.0, r));
}

Expr binary_cross_entropy_of(const Expr &z, const Expr &target) {
  return target * softplus(-z) + (1.0 - target) * softplus(z);
}

Expr weighted_average(const Expr &total, const Expr &weight) {
  return total / where(weight == 0.0, 1.0, weight);
}

namespace {

Expr largest_of(const Tensor &z, const Index &n) {
  Index c("c");
  return stop_gradient(max(c, z(n, c))); // the loss does not change when all scores do
}

/// The number that, taken from the scores, leaves positive parts that sum to 1.
Expr threshold_of(const Tensor &z, const Index &n, const Expr &largest) {
  Index c("c"), other("l");
  // Without sorting: a class is in the support when those above it are so by less than 1 in all.
  Tensor is_above(c, sum(other, relu(z(n, other) - z(n, c))));
  Expr inside = is_above(c) < 1.0;
  return (sum(c, z(n, c) - largest, inside) - 1.0) / to_real(count(c, inside));
}

} // namespace

Sparsemax::Sparsemax(const Tensor &z, const Index &n)
    : z_(z), n_(n), largest_(largest_of(z, n)), threshold_(threshold_of(z, n, largest_)) {}

Expr Sparsemax::shifted(const Expr &c) const { return z_(n_, c) - largest_; }

Expr Sparsemax::probability(const Expr &c) const { return relu(shifted(c) - threshold_); }

Expr Sparsemax::conjugate() const {
  Index c("c");
  Expr s = shifted(c);
  return 0.5 * sum(c, (s - threshold_) * (s + threshold_), s > threshold_);
}

void check_entmax(std::string_view entry, double alpha, int steps) {
  if (!(alpha >= 1.01 && alpha <= 100.0))
    reject_parameter(entry, "alpha", "a number from 1.01 to 100", to_text(Expr(alpha)));
  check_whole(entry, "n_iter", steps, 1, 100);
}

Entmax::Entmax(const Tensor &z, const Index &n, double alpha, int steps)
    : z_(z), n_(n), scale_(alpha - 1.0), largest_(n, largest_of(z, n)), threshold_(n, Expr(-1.0)) {
  Index c("c");
  // The largest score alone makes the sum 1 or more at -1, all together make it 1 or less at the other end.
  const Expr width = 1.0 - pow(to_real(extent(z, 1)), -scale_);
  // Each is code of its own, and Newton's steps make 14 digits and 28 of the 7 that 24 give.
  for (int step = 1; step <= std::min(steps, 24); ++step) {
    Expr middle = threshold_(n) + std::ldexp(1.0, -step) * width;
    Expr total = sum(c, power_or_zero(excess(middle, c), 1.0 / scale_));
    threshold_ = Tensor(n, stop_gradient(where(total >= 1.0, middle, threshold_(n))));
  }
  // Each step of Newton's doubles the order of the derivatives that are right.
  for (int step = 0; step < 2; ++step) {
    Expr part = excess(threshold_(n), c);
    Expr slope = sum(c, power_or_zero(part, 1.0 / scale_ - 1.0) / scale_, part > 0.0);
    threshold_ = Tensor(n, threshold_(n) + (sum(c, power_or_zero(part, 1.0 / scale_)) - 1.0) / slope);
  }
}

Expr Entmax::excess(const Expr &threshold, const Expr &c) const { return relu(scale_ * (z_(n_, c) - largest_(n_)) - threshold); }

Expr Entmax::probability(const Expr &c) const { return power_or_zero(excess(threshold_(n_), c), 1.0 / scale_); }

} // namespace mercer::stdlib
