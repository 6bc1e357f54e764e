// Likelihoods of mixtures: Gaussian with diagonal covariances, truncated, discretised, signed; relaxed
// choices.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/KernelFunctions.h"
#include "mercer/stdlib/Loss.h"
#include "mercer/stdlib/SpectralKernels.h"

namespace mercer::stdlib::mixtures {

/// log N(x; mean, variance) of numbers.
inline Expr log_normal(const Expr &x, const Expr &mean, const Expr &variance) {
  return -0.5 * (square(x - mean) / variance + log(variance)) - half_log_two_pi;
}

/// logsumexp over k of log w_k + value: a component without weight counts for nothing, in gradients, too.
inline Expr log_mixture(const Index &k, const Expr &weight, const Expr &value) {
  return logsumexp(k, log_or_zero(weight) + value, weight != 0.0);
}

inline constexpr auto gmm_nll = define(
    Spec<5>{
        .name = "gmm_nll",
        .summary = "Minus the logarithm of the density of a Gaussian mixture with diagonal covariances, of "
                   "each sample.",
        .source = "Dempster, Laird and Rubin, J. R. Statist. Soc. B 39(1), 1977; scikit-learn "
                  "GaussianMixture(diag)",
        .parameters = {{points("X", "i,d", "data"), probabilities("pi", "k", "weights"),
                        points("mu", "k,d", "means"), positive("S", "k,d", "variances"), reduction()}},
        .known =
            {R"({"X": [[0, 0], [1, 1]], "pi": [0.3, 0.7], "mu": [[0, 0], [1, 2]], "S": [[1, 1], [0.5, 2]]})",
             "2.513807652620341"},
    },
    [](const Tensor &x, const Tensor &pi, const Tensor &mu, const Tensor &s, const Reduction &reduction) {
      Index i("i"), k("k"), d("d");
      return Loss(i, -log_mixture(k, pi(k), sum(d, log_normal(x(i, d), mu(k, d), s(k, d)))), reduction);
    });

inline constexpr auto gaussian_gated_moe_nll = define(
    Spec<9>{
        .name = "gaussian_gated_moe_nll",
        .summary = "Minus the logarithm of the density of y given x of a mixture of linear experts with "
                   "Gaussian gates, "
                   "diagonal covariances.",
        .source =
            "Xu, Jordan and Hinton, NeurIPS 1994; Nguyen et al., Electron. J. Statist. 16(2), 2022 (GLoME)",
        .parameters = {{points("x", "i,p", "covariates"), points("y", "i,d", "responses"),
                        probabilities("pi", "k", "weights"), points("c", "k,p", "means of the gates"),
                        positive("Gamma", "k,p", "variances of the gates"), points("A", "k,d,p", "slopes"),
                        points("b", "k,d", "intercepts"),
                        positive("Sigma", "k,d", "variances of the responses"), reduction()}},
        .known = {R"({"x": [[0.5]], "y": [[1]], "pi": [0.4, 0.6], "c": [[0], [1]], "Gamma": [[1], [0.5]],)"
                  R"( "A": [[[1]], [[-1]]], "b": [[0], [2]], "Sigma": [[0.25], [0.5]]})",
                  "0.7876713623904733"},
    },
    [](const Tensor &x, const Tensor &y, const Tensor &pi, const Tensor &c, const Tensor &gamma,
       const Tensor &a, const Tensor &b, const Tensor &sigma, const Reduction &reduction) {
      Index i("i"), k("k"), p("p"), d("d");
      Tensor gate({i, k}, sum(p, log_normal(x(i, p), c(k, p), gamma(k, p))));
      Expr expert = sum(d, log_normal(y(i, d), b(k, d) + sum(p, a(k, d, p) * x(i, p)), sigma(k, d)));
      return Loss(i, log_mixture(k, pi(k), gate(i, k)) - log_mixture(k, pi(k), gate(i, k) + expert),
                  reduction);
    });

inline constexpr auto ss_gmm_nll = define(
    Spec<7>{
        .name = "ss_gmm_nll",
        .summary = "Minus the log likelihood, summed, of labelled and unlabelled samples under Gaussian "
                   "components with "
                   "diagonal covariances that classes share; an impossible label gives infinity.",
        .source = "Miller and Uyar, A Mixture of Experts Classifier with Learning Based on Both Labelled and "
                  "Unlabelled "
                  "Data, NeurIPS 1996; Shu1L0n9/SemiOccam",
        .parameters = {{points("XL", "i,d", "labelled samples"), labels("y", "i", "their labels, < c"),
                        points("XU", "u,d", "unlabelled samples"), points("mu", "l,d", "means"),
                        positive("Sigma", "l,d", "variances"), probabilities("alpha", "l", "weights"),
                        positive("beta", "c,l", "probability of class c in component l")}},
        .known =
            {R"({"XL": [[0]], "y": [1], "XU": [[1]], "mu": [[0], [2]], "Sigma": [[1], [0.5]], "alpha": [0.3, 0.7],)"
             R"( "beta": [[0.2, 0.9], [0.8, 0.1]]})",
             "3.8623446117848754"},
    },
    [](const Tensor &xl, const Tensor &y, const Tensor &xu, const Tensor &mu, const Tensor &sigma,
       const Tensor &alpha, const Tensor &beta) {
      Index i("i"), l("l"), d("d");
      auto density = [&](const Tensor &x) { return sum(d, log_normal(x(i, d), mu(l, d), sigma(l, d))); };
      return -sum(i, log_mixture(l, alpha(l) * beta(y(i), l), density(xl))) -
             sum(i, log_mixture(l, alpha(l), density(xu)));
    });

inline constexpr auto class_gmm_loglik = define(
    Spec<4>{
        .name = "class_gmm_loglik",
        .summary = "Logarithm of the density of each sample under the Gaussian mixture of each class, "
                   "diagonal covariances.",
        .source = "Li et al., Hierarchical Visual Categories Modeling, ICCV 2023; Hastie and Tibshirani, J. "
                  "R. Statist. Soc. "
                  "B 58(1), 1996",
        .parameters = {{points("X", "i,d", "samples"), points("mu", "c,m,d", "means"),
                        positive("Sigma", "c,m,d", "variances"), probabilities("w", "c,m", "weights")}},
        .known =
            {R"({"X": [[1, 1]], "mu": [[[0, 0], [2, 1]]], "Sigma": [[[1, 1], [2, 0.5]]], "w": [[0.4, 0.6]]})",
             "[[-2.3249336807044423]]"},
    },
    [](const Tensor &x, const Tensor &mu, const Tensor &sigma, const Tensor &w) {
      Index i("i"), c("c"), m("m"), d("d");
      return Tensor({i, c},
                    log_mixture(m, w(c, m), sum(d, log_normal(x(i, d), mu(c, m, d), sigma(c, m, d)))));
    });

inline constexpr auto heteroscedastic_gmm_nll = define(
    Spec<6>{
        .name = "heteroscedastic_gmm_nll",
        .summary = "Minus the log likelihood of samples with known noise, of variance s2 each, under an "
                   "isotropic Gaussian "
                   "mixture.",
        .source = "Daras, Cherapanamjeri and Daskalakis, How Much Is a Noisy Image Worth?, 2024",
        .parameters = {{points("x", "i,d", "samples"), positive("s2", "i", "variances of their noise"),
                        points("mu", "k,d", "means"), positive("v", "k", "variances of the components"),
                        probabilities("w", "k", "weights"), reduction("sum")}},
        .known = {R"({"x": [[0.2], [1.5]], "s2": [0, 1], "mu": [[0], [2]], "v": [1, 1], "w": [0.5, 0.5]})",
                  "2.9952672927407633"},
    },
    [](const Tensor &x, const Tensor &s2, const Tensor &mu, const Tensor &v, const Tensor &w,
       const Reduction &reduction) {
      Index i("i"), k("k");
      Expr variance = v(k) + s2(i), half_d = 0.5 * to_real(extent(x, 1));
      Expr density =
          -0.5 * squared_distance(x[i], mu[k]) / variance - half_d * (log(variance) + 2 * half_log_two_pi);
      return Loss(i, -log_mixture(k, w(k), density), reduction);
    });

inline constexpr auto truncated_gaussian_mixture_nll = define(
    Spec<7>{
        .name = "truncated_gaussian_mixture_nll",
        .summary = "Minus the logarithm of the density of a Gaussian mixture on the line of which only [lo, "
                   "hi] is seen.",
        .source = "Tai and Aragam, Learning Mixtures of Gaussians with Censored Data, ICML 2023",
        .parameters = {{points("x", "b", "samples inside"), probabilities("w", "c", "weights"),
                        points("mu", "c", "means"), scalar("lo", -1.0, -1e30, 1e30, "lower end"),
                        scalar("hi", 1.0, -1e30, 1e30, "upper end, above lo"),
                        number("sig", 1.0, 0.0, 1e30, "deviation of all components"), reduction()}},
        .known = {R"({"x": [0.2, 0.9, 1.4], "w": [0.4, 0.6], "mu": [0, 1.5], "lo": 0, "hi": 2, "sig": 0.7})",
                  "0.6841301747604568"},
    },
    [](const Tensor &x, const Tensor &w, const Tensor &mu, const Expr &lo, const Expr &hi, const Expr &sig,
       const Reduction &reduction) {
      Index b("b"), c("c");
      Expr from = (lo - mu(c)) / sig, to = (hi - mu(c)) / sig;
      // In the tail on the left, where the logarithms of the two distribution functions are far from 0.
      Expr mirrored = from + to > 0.0;
      Expr lower = log_normal_cdf(where(mirrored, -to, from)),
           upper = log_normal_cdf(where(mirrored, -from, to));
      Expr seen = upper + log(-expm1(lower - upper));
      return Loss(b, log_mixture(c, w(c), seen) - log_mixture(c, w(c), log_normal(x(b), mu(c), square(sig))),
                  reduction);
    });

inline constexpr auto ugmm_layer = define(
    Spec<4>{
        .name = "ugmm_layer",
        .summary = "Log density of each unit: a mixture over its inputs, each under a Gaussian of its own.",
        .source = "Ali, uGMM-NN: Univariate Gaussian Mixture Model Neural Network, 2025; zakeria/uGMM",
        .parameters = {{points("x", "b,i", "inputs"), points("mu", "j,i", "means"),
                        points("ls", "j,i", "logarithms of the deviations"),
                        points("k", "j,i", "logits of the weights")}},
        .known = {R"({"x": [[0, 1]], "mu": [[0, 0]], "ls": [[0, 0]], "k": [[0, 0]]})",
                  "[[-1.1380087295846113]]"},
    },
    [](const Tensor &x, const Tensor &mu, const Tensor &ls, const Tensor &k) {
      Index b("b"), i("i"), j("j");
      Expr density = -0.5 * square((x(b, i) - mu(j, i)) * exp(-ls(j, i))) - ls(j, i) - half_log_two_pi;
      return Tensor({b, j}, logsumexp(i, k(j, i) + density) - logsumexp(i, k(j, i)));
    });

/// log of the probability of one of 256 levels of [-1, 1] under a logistic distribution.
inline Expr log_discretized_logistic(const Expr &x, const Expr &mean, const Expr &log_scale) {
  Expr ls = maximum(log_scale, -7.0), rate = exp(-ls), middle = (x - mean) * rate, half = rate / 255.0;
  Expr upper = middle + half, lower = middle - half;
  // sigmoid(upper) - sigmoid(lower), in logarithms.
  Expr between = log_sigmoid(upper) + log_sigmoid(-lower) + log(-expm1(-2.0 * half));
  Expr density = middle - ls - 2.0 * softplus(middle) - 4.848116207345137; // log(127.5)
  Expr inside = where(between > -11.512925464970229, between, density);    // log(1e-5)
  return where(x < -0.999, log_sigmoid(upper), where(x > 0.999, log_sigmoid(-lower), inside));
}

inline constexpr auto discretized_logistic_mixture_nll = define(
    Spec<5>{
        .name = "discretized_logistic_mixture_nll",
        .summary = "Minus the log likelihood of numbers on 256 levels of [-1, 1] under mixtures of logistic "
                   "distributions; "
                   "below a probability of 1e-5 the density times the width.",
        .source = "Salimans et al., PixelCNN++, ICLR 2017; openai/pixel-cnn discretized_mix_logistic_loss",
        .parameters = {{cosines("x", "i", "values"), points("pi", "i,k", "logits of the weights"),
                        points("mu", "i,k", "means"),
                        points("ls", "i,k", "logarithms of the scales, at least -7"), reduction("sum")}},
        .known =
            {R"({"x": [-1, 0.1, 1], "pi": [[0, 1], [0, 0], [1, 0]], "mu": [[-0.9, 0], [0.1, 0.2], [0.5, 0.9]],)"
             R"( "ls": [[-3, -2], [-4, -9], [-1, -2]]})",
             "7.726341976224118"},
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &x, const Tensor &pi, const Tensor &mu, const Tensor &ls, const Reduction &reduction) {
      Index i("i"), k("k");
      Expr value = logsumexp(k, pi(i, k) + log_discretized_logistic(x(i), mu(i, k), ls(i, k)));
      return Loss(i, logsumexp(k, pi(i, k)) - value, reduction);
    });

inline constexpr auto gumbel_softmax = define(
    Spec<4>{
        .name = "gumbel_softmax",
        .summary = "softmax((logits + g) / tau) with the Gumbel noise g = -log(-log u) of uniform u; hard: "
                   "the largest is 1, "
                   "with the gradient of the softmax.",
        .source = "Jang, Gu and Poole, Categorical Reparameterization with Gumbel-Softmax, ICLR 2017; torch "
                  "gumbel_softmax",
        .parameters = {{points("logits", "n,k", "logits"),
                        detached(positive("u", "n,k", "uniform numbers, kept within 1e-10 and 1 - 1e-7")),
                        number("tau", 1.0, 0.0, 1e30, "temperature"), option("hard", 0.0, "true: one-hot")}},
        .known =
            {R"({"logits": [[0.1, 0.4, -0.2]], "u": [[0.545239211892605, 0.25927686599082755, 0.7399340547836062]],)"
             R"( "tau": 0.5})",
             "[[0.2782863948905397, 0.10237584343794706, 0.6193377616715132]]"},
        .properties = non_negative | at_most_one | shift_invariant,
    },
    [](const Tensor &logits, const Tensor &u, const Expr &tau, bool hard) {
      Index n("n"), k("k"), largest("largest");
      auto score = [&](const Index &at) {
        Expr noise = -log(-log(clamp(stop_gradient(u(n, at)), 1e-10, 1 - 1e-7)));
        return (logits(n, at) + noise) / tau;
      };
      Expr soft = softmax(k, score(k));
      if (!hard)
        return Tensor({n, k}, soft);
      return Tensor({n, k}, with_gradient_of(where(k == argmax(largest, score(largest)), 1.0, 0.0), soft));
    });

} // namespace mercer::stdlib::mixtures
