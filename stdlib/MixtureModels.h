// Steps and layers of mixture models: products, signed mixtures, sequential averages, mixtures of kernels.
#pragma once

#include "mercer/stdlib/MixtureLosses.h"
#include "mercer/stdlib/Results.h"

namespace mercer::stdlib::mixtures {

inline constexpr auto gm_mul_gaussian = define(
    Spec<7>{
        .name = "gm_mul_gaussian",
        .summary =
            "Means, log weights and variance of an isotropic Gaussian mixture to the power a times a "
            "Gaussian to the "
            "power b, renormalised; one after the other in the first result. The variance is that for a = 1.",
        .source = "Chen et al., Gaussian Mixture Flow Matching Models, ICML 2025; Lakonik/GMFlow "
                  "gm_mul_iso_gaussian",
        .parameters = {{points("mu", "k,c", "means"),
                        scalar("v", 1.0, 0.0, 1e30, "variance of the components"),
                        points("lw", "k", "logarithms of the weights"),
                        points("m", "c", "mean of the Gaussian"),
                        scalar("v_g", 1.0, -1e30, 1e30, "its variance"),
                        number("a", 1.0, 1e-30, 1e30, "power of the mixture"),
                        number("b", 1.0, -1e30, 1e30, "power of the Gaussian; -1 divides")}},
        .known =
            {R"({"mu": [[0], [2]], "v": 1, "lw": [-0.6931471805599453, -0.6931471805599453], "m": [1.5], "v_g": 1})",
             "[0.75, 1.75, -0.974076984180107, -0.4740769841801067, 0.5]"},
    },
    [](const Tensor &mu, const Expr &v, const Tensor &lw, const Tensor &m, const Expr &v_g, const Expr &a,
       const Expr &b) {
      Index k("k"), c("c");
      Expr rho = b / a, divisor = maximum(v_g + rho * v, 1e-6);
      return GaussianProduct{
          Tensor({k, c}, (v_g * mu(k, c) + rho * v * m(c)) / divisor),
          Tensor(k, log_softmax(k, lw(k) - 0.5 * rho * squared_distance(mu[k], m) / divisor)),
          scalar_tensor(v * v_g / divisor)};
    });

/// log|sum of weight exp(log_value)| over `over`; weights of any sign, relative to the largest exponential.
inline Expr log_abs_sum(const Indices &over, const Expr &weight, const Expr &log_value) {
  Expr largest = stop_gradient(max(over, log_value));
  return largest + log(abs(sum(over, weight * exp(log_value - largest))));
}

inline constexpr auto squared_gaussian_mixture = define(
    Spec<4>{
        .name = "squared_gaussian_mixture",
        .summary = "Logarithm of the density (sum_m c_m N(x; mu_m, s_m^2))^2 / Z with weights c of any sign, "
                   "diagonal "
                   "covariances, s = exp(log_s) + 1e-5.",
        .source =
            "Loconte et al., Subtractive Mixture Models via Squaring, ICLR 2024; april-tools/squared-npcs",
        .parameters = {{points("X", "b,k", "data"),
                        Parameter{.name = "c",
                                  .shape = "m",
                                  .doc = "weights, of any sign",
                                  .draw = Draw::positive,
                                  .input = true},
                        points("mu", "m,k", "means"),
                        points("log_s", "m,k", "logarithms of the deviations")}},
        .known = {R"({"X": [[0.5], [2]], "c": [1, -0.4], "mu": [[0], [1]], "log_s": [[0], [-0.5]]})",
                  "[-1.8178239093905901, -6.807486180812625]"},
    },
    [](const Tensor &x, const Tensor &c, const Tensor &mu, const Tensor &log_s) {
      Index b("b"), m("m"), n("n"), k("k");
      auto variance = [&](const Index &at) { return square(exp(log_s(at, k)) + 1e-5); };
      Expr component = sum(k, log_normal(x(b, k), mu(m, k), variance(m)));
      Expr overlap = sum(k, log_normal(mu(m, k), mu(n, k), variance(m) + variance(n)));
      return Tensor(b, 2.0 * log_abs_sum(m, c(m), component) - log_abs_sum({m, n}, c(m) * c(n), overlap));
    });

inline constexpr auto squared_categorical_embedding = define(
    Spec<3>{
        .name = "squared_categorical_embedding",
        .summary = "Logarithm of the probability (sum_c w_c V_cx)^2, normalised over the categories x.",
        .source =
            "Loconte et al., Subtractive Mixture Models via Squaring, ICLR 2024; april-tools/squared-npcs",
        .parameters = {{points("V", "c,x", "embeddings of the categories"), points("w", "c", "weights"),
                        labels("x", "b", "categories")}},
        .known = {R"({"V": [[1, 2], [0, 1]], "w": [1, -3], "x": [0, 1]})",
                  "[-0.6931471805599453, -0.6931471805599453]"},
    },
    [](const Tensor &v, const Tensor &w, const Tensor &x) {
      Index b("b"), c("c"), y("y");
      Tensor root(y, sum(c, w(c) * v(c, y)));
      return Tensor(b, 2.0 * log(abs(root(x(b)))) - log(sum(y, square(root(y)))));
    });

inline constexpr auto squared_circuit_cp_layer = define(
    Spec<3>{
        .name = "squared_circuit_cp_layer",
        .summary = "Layer of a circuit with signed values: sum over c of W_oc times the product over h of "
                   "the inputs, as "
                   "(log of the absolute value, sign) on the last axis.",
        .source = "Loconte et al., Subtractive Mixture Models via Squaring, ICLR 2024; "
                  "april-tools/squared-npcs BornCPLayer",
        .parameters = {{points("logx", "b,h,c", "logarithms of the inputs' absolute values"),
                        detached(points("sign", "b,h,c", "signs of the inputs")),
                        points("W", "o,c", "weights")}},
        .known =
            {R"({"logx": [[[0.1, 0.4], [-0.2, 0.3]]], "sign": [[[1, -1], [1, 1]]], "W": [[0.5, -1.2], [0.3, 0.8]]})",
             "[[[1.0539363348106916, 1], [0.2923344388170056, -1]]]"},
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &logx, const Tensor &signs, const Tensor &w) {
      Index b("b"), h("h"), c("c"), o("o"), part("part", 2);
      Tensor total({b, c}, sum(h, logx(b, h, c))), turn({b, c}, prod(h, stop_gradient(sign(signs(b, h, c)))));
      Expr largest = stop_gradient(max(c, total(b, c)));
      Tensor value({b, o}, sum(c, w(o, c) * turn(b, c) * exp(total(b, c) - largest)));
      return Tensor({b, o, part}, where(part == 0, largest + log(abs(value(b, o))), sign(value(b, o))));
    });

inline constexpr auto bayes_mixture_log_loss = define(
    Spec<2>{
        .name = "bayes_mixture_log_loss",
        .summary = "Cumulative logarithmic loss of the Bayesian mixture of hypotheses h over examples t, and "
                   "the logarithms "
                   "of their posterior probabilities.",
        .source = "Cesa-Bianchi and Lugosi, Prediction, Learning, and Games, Cambridge 2006, ch. 9",
        .parameters = {{points("logq", "t,h", "log likelihood of example t under hypothesis h"),
                        points("logp", "h", "logarithms of the prior")}},
        .known = {R"({"logq": [[-1, -2], [-0.5, -0.1]], "logp": [-0.6931471805599453, -0.6931471805599453]})",
                  "1.7556592300740599"},
    },
    [](const Tensor &logq, const Tensor &logp) {
      Index t("t"), h("h");
      Tensor score(h, logp(h) + sum(t, logq(t, h)));
      return BayesMixture{scalar_tensor(-logsumexp(h, score(h))), Tensor(h, log_softmax(h, score(h)))};
    });

inline constexpr auto stick_breaking_weights = define(
    Spec<1>{
        .name = "stick_breaking_weights",
        .summary = "v_c times the product of 1 - v_l over l < c.",
        .source = "Sethuraman, Statistica Sinica 4, 1994",
        .parameters = {{positive("v", "c", "fractions of the stick, from 0 to 1")}},
        .known = {R"({"v": [0.4, 0.5, 0.3]})", "[0.4, 0.3, 0.09]"},
        .properties = non_negative | at_most_one,
    },
    [](const Tensor &v) {
      Index c("c"), l("l");
      return Tensor(c, v(c) * prod(l, 1.0 - v(l), l < c));
    });

inline constexpr auto vmf_topic_elbo = define(
    Spec<4>{
        .name = "vmf_topic_elbo",
        .summary = "-sum_w count log(sum_t theta beta + 1e-10) of each document; with kl, its mean over the "
                   "batch is added.",
        .source = "Xu et al., vONTSS: vMF Based Semi-Supervised Neural Topic Modeling, ACL Findings 2023",
        .parameters =
            {{positive("count", "b,w", "bags of words"), probabilities("theta", "b,t", "topic proportions"),
              positive("beta", "t,w", "topics"),
              Parameter{
                  .name = "kl",
                  .shape = "b",
                  .doc = "divergences of the directions from the uniform distribution; none when left out"}}},
        .known = {R"({"count": [[2, 1]], "theta": [[0, 1]], "beta": [[0.9, 0.1], [0.5, 0.5]]})",
                  "[2.079441541079836]"},
    },
    [](const Tensor &count, const Tensor &theta, const Tensor &beta, const std::optional<Tensor> &kl) {
      Index b("b"), w("w"), t("t"), a("a");
      Expr reconstruction = -sum(w, count(b, w) * log(sum(t, theta(b, t) * beta(t, w)) + 1e-10));
      return Tensor(b, kl ? reconstruction + mean(a, (*kl)(a)) : reconstruction);
    });

inline constexpr auto hierarchical_mixture_of_kernels = define(
    Spec<9>{
        .name = "hierarchical_mixture_of_kernels",
        .summary =
            "Mixture by three softmaxes of a Gaussian and a polynomial kernel, and of a mixture of Gaussians "
            "and one "
            "with a precision matrix. The polynomial keeps negative bases, as the published values do.",
        .source = "Das et al., DPO Kernels, arXiv 2501.03271, 2025",
        .parameters = {{points("local_logits", "2", "of the Gaussian and the polynomial"),
                        points("global_logits", "2", "of the mixture and the kernel with a precision matrix"),
                        points("top_logits", "2", "of the two pairs"),
                        number("sigma", 1.0, 0.0, 1e30, "bandwidth"),
                        number("c", 1.0, -1e30, 1e30, "constant of the polynomial"),
                        option("degree", 2.0, "degree of the polynomial, from 0 to 100"),
                        option("lambdas", {1.0, 0.5}, "weights of the mixture"),
                        option("alphas", {1.0, 0.1}, "rates of the mixture, exp(-alpha |x-y|^2)"),
                        Parameter{.name = "maha_inv",
                                  .shape = "k,k",
                                  .doc = "precision matrix; the identity when left out"}}},
        .known = {R"({"X": [[0, 0], [1, 2]], "Y": [[1, 0], [0, -1], [2, 2]], "local_logits": [0, 0],)"
                  R"( "global_logits": [0, 0], "top_logits": [0, 0]})",
                  "[[0.7583398674036723, 0.7583398674036723, 0.3154078056159954],"
                  " [1.1560365570949447, 0.29936525362841365, 12.758339867403672]]"},
    },
    [](const Tensor &local, const Tensor &global, const Tensor &top, const Expr &sigma, const Expr &c,
       int degree, const std::vector<double> &lambdas, const std::vector<double> &alphas,
       const std::optional<Tensor> &precision) {
      check_whole("hierarchical_mixture_of_kernels", "degree", degree, 0, 100);
      if (lambdas.size() != alphas.size())
        reject_parameter("hierarchical_mixture_of_kernels", "lambdas", std::to_string(alphas.size()) + " weights, as there are alphas",
                         std::to_string(lambdas.size()));
      return Kernel([=](const Tensor &x, const Tensor &y) {
        auto blend = [](const Tensor &logits, const Expr &a, const Expr &b) {
          Expr share = sigmoid(logits(0) - logits(1));
          return share * a + (1.0 - share) * b;
        };
        Expr squared = squared_distance(x, y), base = dot(x, y) + c;
        Expr power = 1.0, spectral = 0.0;
        for (int factor = 0; factor < degree; ++factor)
          power = factor == 0 ? base : power * base;
        for (std::size_t m = 0; m < alphas.size(); ++m)
          spectral = spectral + lambdas[m] * exp(-alphas[m] * squared);
        Expr maha = precision ? kernels::mahalanobis_rbf(*precision)(x, y) : exp(-0.5 * squared);
        return blend(top, blend(local, exp(-squared / (2.0 * square(sigma))), power),
                     blend(global, spectral, maha));
      });
    });

inline constexpr auto slot_mixture_step = define(
    Spec<7>{
        .name = "slot_mixture_step",
        .summary =
            "Steps of a mixture of slots: shares of the inputs by exp(-|k - mu|^2 / sigma^2 / sqrt(dimensions)) + eps times pi, then means and "
            "log deviations of the values by the shares; mean shares; and the shares.",
        .source = "Kirilenko et al., Object-Centric Learning with Slot Mixture Module, ICLR 2024",
        .parameters = {{points("k", "n,c", "keys of the inputs"), points("v", "n,c", "their values"), points("mu", "s,c", "means of the slots"),
                        points("logsig", "s,c", "logarithms of their deviations"), probabilities("pi", "s", "their weights"),
                        option("iters", 1.0, "steps, 1 to 20"), number("eps", 1e-10, 0.0, 1e30, "added to densities and variances")}},
        .known = {R"({"k": [[0, 0], [1, 0], [0.9, 0.2]], "v": [[0, 0], [1, 0], [0.9, 0.2]], "mu": [[0.1, 0], [1, 0.1]],
                      "logsig": [[0, 0], [0, 0]], "pi": [0.5, 0.5]})",
                  "[[0.5002791480813376, 0.05438145699358088], [0.752497739354896, 0.07766939995740067]]"},
        .smoothness = Smoothness::once, // where values coincide their variance is eps
    },
    // The networks between the steps are the caller's. As in the authors' code the densities have no determinants.
    [](const Tensor &k, const Tensor &v, const Tensor &mu, const Tensor &log_deviation, const Tensor &pi, int steps, const Expr &eps) {
      check_whole("slot_mixture_step", "iters", steps, 1, 20);
      Index s("s"), other("s"), n("n"), c("c"), d("c");
      Tensor mean_of = mu, log_deviation_of = log_deviation, weight = pi, share = pi;
      for (int step = 0; step < steps; ++step) {
        Expr scaled = (k(n, d) - mean_of(s, d)) * exp(-log_deviation_of(s, d));
        Tensor density({s, n}, exp(-sum(d, square(scaled)) * rsqrt(to_real(extent(k, 1)))) + eps);
        // A slot's share of an input over its weight, which cancels in the means.
        Tensor relative({s, n}, density(s, n) / sum(other, density(other, n) * weight(other)));
        Tensor total(s, sum(n, relative(s, n)));
        Tensor among({s, n}, relative(s, n) / total(s));
        share = Tensor({s, n}, relative(s, n) * weight(s));
        mean_of = Tensor({s, c}, sum(n, among(s, n) * v(n, c)));
        log_deviation_of = Tensor({s, c}, 0.5 * log(sum(n, among(s, n) * (square(v(n, c) - mean_of(s, c)) + eps))));
        weight = Tensor(s, weight(s) * total(s) / to_real(extent(k, 0)));
      }
      return MixtureStep{mean_of, log_deviation_of, weight, share};
    });

} // namespace mercer::stdlib::mixtures
