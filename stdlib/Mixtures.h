// Gaussian mixtures with diagonal covariances.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"

namespace mercer::stdlib::mixtures {

/// log w_k N(x; mu_k, s_k^2) of one point and one component. The logarithm of the deviation is one number,
/// one for each component, or one for each component and dimension.
inline Expr log_component(const Tensor &x, const Tensor &mu, const Tensor &lw, const Tensor &ls,
                          const Index &n, const Index &k) {
  Index c("c");
  Expr dimensions = to_real(extent(x, 1));
  Expr log_normalizer = dimensions * half_log_two_pi;
  if (ls.rank() == 2) {
    Expr exponent = sum(c, 0.5 * square((x(n, c) - mu(k, c)) * exp(-ls(k, c))) + ls(k, c));
    return lw(k) - exponent - log_normalizer;
  }
  Expr deviation = ls.rank() == 0 ? ls() : ls(k);
  return lw(k) - 0.5 * squared_distance(x[n], mu[k]) * exp(-2.0 * deviation) - dimensions * deviation -
         log_normalizer;
}

inline constexpr auto gm_logprob = define(
    Spec<4>{
        .name = "gm_logprob",
        .summary = "Logarithm of the density of a Gaussian mixture at the points x.",
        .source = "Chen et al., Gaussian Mixture Flow Matching Models, ICML 2025; Lakonik/GMFlow",
        .parameters = {{points("x", "n,c", "points"), points("mu", "k,c", "means"),
                        points("lw", "k", "logarithms of the weights"),
                        points("ls", "k", "logarithms of the deviations: k, k,c or one number")}},
        .known = {R"({"x": [[0, 0]], "mu": [[0, 0]], "lw": [0], "ls": [0]})", "[-1.8378770664093453]"},
    },
    [](const Tensor &x, const Tensor &mu, const Tensor &lw, const Tensor &ls) {
      Index n("n"), k("k");
      return Tensor(n, logsumexp(k, log_component(x, mu, lw, ls, n, k)));
    });

inline constexpr auto responsibilities = define(
    Spec<4>{
        .name = "responsibilities",
        .summary = "Probability of each component of a Gaussian mixture given each point.",
        .source = "Dempster, Laird and Rubin, J. R. Statist. Soc. B 39(1), 1977",
        .parameters = {{points("x", "n,c", "points"), points("mu", "k,c", "means"),
                        points("lw", "k", "logarithms of the weights"),
                        points("ls", "k", "logarithms of the deviations: k, k,c or one number")}},
        .known = {R"({"x": [[0]], "mu": [[1], [-1]], "lw": [0, 0], "ls": [0, 0]})", "[[0.5, 0.5]]"},
        .properties = non_negative | at_most_one,
    },
    [](const Tensor &x, const Tensor &mu, const Tensor &lw, const Tensor &ls) {
      Index n("n"), k("k");
      return Tensor({n, k}, softmax(k, log_component(x, mu, lw, ls, n, k)));
    });

} // namespace mercer::stdlib::mixtures
