// Scores and denoisers of mixtures, their products and steps; distillation of score models.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Results.h"

#include <cmath>
#include <numbers>

namespace mercer::stdlib::generative {

inline constexpr auto gaussian_mixture_score = define(
    Spec<5>{
        .name = "gaussian_mixture_score",
        .summary = "Gradient of the log density of an isotropic Gaussian mixture after time t of an "
                   "Ornstein-Uhlenbeck "
                   "process: means exp(-t) mu, variances exp(-2t) s2 + 1 - exp(-2t).",
        .source = "Cole and Lu, Score-based Generative Models Break the Curse of Dimensionality, ICLR 2024",
        .parameters = {{points("x", "b,k", "points"), probabilities("a", "c", "weights of the components"),
                        points("mu", "c,k", "means"), positive("s2", "c", "variances"),
                        number("t", 0.5, 0.0, 1e30, "time")}},
        .known = {R"({"x": [[0.5]], "a": [0.5, 0.5], "mu": [[1], [-1]], "s2": [1, 1], "t": 0})",
                  "[[-0.03788284273999021]]"},
    },
    [](const Tensor &x, const Tensor &a, const Tensor &mu, const Tensor &s2, const Expr &t) {
      Index b("b"), c("c"), k("k"), l("k");
      Expr alpha = exp(-t);
      Tensor spread(c, square(alpha) * s2(c) - expm1(-2.0 * t));
      Expr squared = sum(l, square(x(b, l) - alpha * mu(c, l))) / spread(c);
      Expr log_weight = log_or_zero(a(c)) - 0.5 * (to_real(extent(x, 1)) * log(spread(c)) + squared);
      return Tensor({b, k},
                    sum(c, softmax(c, log_weight, a(c) != 0.0) * (alpha * mu(c, k) - x(b, k)) / spread(c)));
    });

inline constexpr auto binary_gmm_optimal_denoiser = define(
    Spec<4>{
        .name = "binary_gmm_optimal_denoiser",
        .summary = "E[x1 | x_t = x] for x_t = (1-t) x0 + t x1, x0 standard normal and x1 from half N(mu, v "
                   "I), half N(-mu, v I).",
        .source = "Cui et al., Analysis of Learning a Flow-based Generative Model from Limited Sample "
                  "Complexity, ICLR 2024",
        .parameters = {{points("x", "b,k", "points x_t"), points("mu", "k", "mean of the positive mode"),
                        number("v", 1.0, 0.0, 1e30, "variance of a mode"),
                        number("t", 0.3, 0.0, 1.0, "time")}},
        .known = {R"({"x": [[0.2, 0.4]], "mu": [1, 0], "v": 0.25})",
                  "[[0.14069306286329203, 0.05853658536585366]]"},
    },
    [](const Tensor &x, const Tensor &mu, const Expr &v, const Expr &t) {
      Index b("b"), k("k");
      Expr noise = square(1.0 - t), spread = noise + square(t) * v;
      Expr side = tanh(t * dot(mu, x[b]) / spread);
      return Tensor({b, k}, (t * v * x(b, k) + noise * mu(k) * side) / spread);
    });

inline constexpr auto low_rank_gaussian_mixture_denoiser = define(
    Spec<5>{
        .name = "low_rank_gaussian_mixture_denoiser",
        .summary = "E[x0 | x_t] for x_t = s x0 + g noise and x0 from a mixture of N(0, U_k U_k^T) with "
                   "orthonormal columns.",
        .source = "Wang et al., Diffusion Models Learn Low-Dimensional Distributions via Subspace "
                  "Clustering, arXiv "
                  "2409.02426, 2024",
        .parameters = {{points("xt", "i,d", "noisy points"),
                        points("U", "k,d,r", "bases, orthonormal columns"),
                        probabilities("pi", "k", "weights of the components"),
                        number("s", 1.0, 0.0, 1e30, "scale of the data"),
                        number("g", 1.0, 0.0, 1e30, "scale of the noise")}},
        .known = {R"({"xt": [[1, 2]], "U": [[[1], [0]], [[0], [1]]], "pi": [0.5, 0.5]})",
                  "[[0.16041065041230348, 0.679178699175393]]"},
    },
    [](const Tensor &xt, const Tensor &u, const Tensor &pi, const Expr &s, const Expr &g) {
      Index i("i"), k("k"), d("d"), e("d"), r("r"), q("r");
      Tensor coordinate({i, k, r}, sum(e, u(k, e, r) * xt(i, e)));
      Expr total = square(s) + square(g);
      // log((s^2 + g^2) / g^2) is the same of every component where all have one rank.
      Expr log_weight =
          log_or_zero(pi(k)) + square(s) / (2.0 * square(g) * total) * sum(q, square(coordinate(i, k, q)));
      Tensor weight({i, k}, softmax(k, log_weight, pi(k) != 0.0));
      Tensor projection({i, k, d}, sum(r, u(k, d, r) * coordinate(i, k, r)));
      return Tensor({i, d}, s / total * sum(k, weight(i, k) * projection(i, k, d)));
    });

inline constexpr auto mixture_score_identity = define(
    Spec<4>{
        .name = "mixture_score_identity",
        .summary = "Score of a p + (1-a) q from those of p and q: r sp + (1-r) sq with r = sigmoid(log(a / "
                   "(1-a)) + l).",
        .source = "Jayashankar et al., Score-of-Mixture Training, ICML 2025",
        .parameters = {{points("sp", "b,k", "score of p"), points("sq", "b,k", "score of q"),
                        points("l", "b", "log p - log q"), number("a", 0.5, 0.0, 1.0, "weight of p")}},
        .known = {R"({"sp": [[1.2]], "sq": [[-0.5]], "l": [1.3862943611198906], "a": 0.3})",
                  "[[0.5736842105263158]]"},
    },
    [](const Tensor &sp, const Tensor &sq, const Tensor &l, const Expr &a) {
      Index b("b"), k("k");
      Expr logit = log(a) - log1p(-a) + l(b);
      return Tensor({b, k}, sigmoid(logit) * sp(b, k) + sigmoid(-logit) * sq(b, k));
    });

inline constexpr auto mixture_score_matching = define(
    Spec<8>{
        .name = "mixture_score_matching",
        .summary = "a |s_real + e_real / sig|^2 + (1-a) |s_fake + e_fake / sig|^2: score matching of a "
                   "mixture of data and a "
                   "generator's samples; sig2: times sig^2.",
        .source = "Jayashankar et al., Score-of-Mixture Training, ICML 2025, eq. 7-8",
        .parameters = {{points("s_real", "b,k", "score at noised data"),
                        points("s_fake", "b,k", "score at noised samples"),
                        points("e_real", "b,k", "standard normal noise of the data"),
                        points("e_fake", "b,k", "standard normal noise of the samples"),
                        positive("sig", "b", "standard deviation of the noise"),
                        positive("a", "b", "weight of the data, in [0, 1]"),
                        option("weight", "one", "one|sig2"), reduction()}},
        .known =
            {R"({"s_real": [[1]], "s_fake": [[-1]], "e_real": [[0.2]], "e_fake": [[0.1]], "sig": [0.5], "a": [0.25]})",
             "0.97"},
        .properties = non_negative,
    },
    [](const Tensor &s_real, const Tensor &s_fake, const Tensor &e_real, const Tensor &e_fake,
       const Tensor &sig, const Tensor &a, const std::string &weight, const Reduction &reduction) {
      check_option("mixture_score_matching", "weight", weight, {"one", "sig2"});
      Index b("b"), k("k");
      auto error = [&](const Tensor &s, const Tensor &e) {
        return sum(k, square(weight == "sig2" ? sig(b) * s(b, k) + e(b, k) : s(b, k) + e(b, k) / sig(b)));
      };
      return Loss(b, a(b) * error(s_real, e_real) + (1.0 - a(b)) * error(s_fake, e_fake), reduction);
    });

inline constexpr auto smt_generator_update = define(
    Spec<7>{
        .name = "smt_generator_update",
        .summary = "Surrogate whose gradient by a generator's samples x is w (s0 - sa) / a: the divergence "
                   "of its law from a "
                   "mixture; w = a |s0 - s1| / |s0 - sa|, or one.",
        .source = "Jayashankar et al., Score-of-Mixture Training, ICML 2025, eq. 6 and 9",
        .parameters = {{points("x", "b,k", "generated samples"),
                        detached(points("s0", "b,k", "score of the generator's law")),
                        detached(points("sa", "b,k", "score of the mixture")),
                        detached(positive("a", "b", "weight of the data in it, in (0, 1]")),
                        detached(points("s1", "b,k", "score of the data")),
                        option("weight", "w_a", "w_a|one"), reduction()}},
        .known =
            {R"({"x": [[1, 2], [0, -1]], "s0": [[0.5, 0], [1, 1]], "sa": [[0, 0.5], [0.5, 2]], "a": [0.5, 1], "s1": [[1, 0], [0, 1]]})",
             "0.27043690020332106"},
    },
    [](const Tensor &x, const Tensor &s0, const Tensor &sa, const Tensor &a, const Tensor &s1,
       const std::string &weight, const Reduction &reduction) {
      check_option("smt_generator_update", "weight", weight, {"w_a", "one"});
      Index b("b"), k("k");
      // a cancels in w_a / a.
      Expr factor = weight == "one" ? 1.0 / maximum(a(b), 1e-8)
                                    : distance(s0[b], s1[b]) / maximum(distance(s0[b], sa[b]), 1e-8);
      Expr direction = stop_gradient(factor * (s0(b, k) - sa(b, k)));
      return Loss(b, sum(k, x(b, k) * direction), reduction);
    });

inline constexpr auto gm_u_to_x0 = define(
    Spec<4>{
        .name = "gm_u_to_x0",
        .summary = "A Gaussian mixture over the velocity u of x_t = (1-s) x_0 + s noise as one over x_0: "
                   "means x_t - s mu_u, "
                   "deviations times s; the weights stay.",
        .source = "Chen et al., Gaussian Mixture Flow Matching Models, ICML 2025; Lakonik/GMFlow",
        .parameters = {{points("mu_u", "b,k,c,p", "means of the velocity"),
                        points("ls_u", "b", "log of its deviation"), points("x_t", "b,c,p", "noisy data"),
                        positive("s", "b", "noise level, in (0, 1]")}},
        .known = {R"({"mu_u": [[[[2]]]], "ls_u": [0], "x_t": [[[1]]], "s": [0.25]})", "[[[[0.5]]]]"},
        .smoothness = Smoothness::once, // the bound of s
    },
    [](const Tensor &mu_u, const Tensor &ls_u, const Tensor &x_t, const Tensor &s) {
      Index b("b"), k("k"), c("c"), p("p");
      return Components{Tensor({b, k, c, p}, x_t(b, c, p) - s(b) * mu_u(b, k, c, p)),
                        Tensor(b, ls_u(b) + log(maximum(s(b), 1e-6)))};
    });

inline constexpr auto gm_reverse_transition = define(
    Spec<6>{
        .name = "gm_reverse_transition",
        .summary = "The Gaussian mixture of x at noise level r given x_high at level s and a mixture over "
                   "x_0: means c1 x_high "
                   "+ c2 mu0; the weights stay.",
        .source = "Chen et al., Gaussian Mixture Flow Matching Models, ICML 2025; Lakonik/GMFlow",
        .parameters = {{points("mu0", "b,k,c,p", "means of x_0"),
                        points("ls0", "b", "log of their deviation"),
                        points("x_high", "b,c,p", "the noisier sample"),
                        fractions("s", "b", "its noise level, at most 1"),
                        fractions("r", "b", "the lower level, below s"),
                        number("eps", 1e-6, 0.0, 1.0, "bound of divisors")}},
        .known = {R"({"mu0": [[[[1]]]], "ls0": [0], "x_high": [[[1]]], "s": [0.8], "r": [0.4]})",
                  "[[[[0.6666666666666667]]]]"},
        .smoothness = Smoothness::once,
    },
    [](const Tensor &mu0, const Tensor &ls0, const Tensor &x_high, const Tensor &s, const Tensor &r,
       const Expr &eps) {
      Index b("b"), k("k"), c("c"), p("p");
      Expr high = s(b), low = r(b), kept = 1.0 - low;
      Expr q = low / maximum(high, eps), h = (1.0 - high) / maximum(kept, eps);
      Expr beta = (1.0 - q * h) * (1.0 + q * h);
      Expr c1 = square(q) * h, c2 = beta * kept, c3 = beta * square(low);
      Expr from_data = 2.0 * (ls0(b) + log(maximum(c2, eps))), from_noise = log(maximum(c3, eps));
      Index source("source", 2);
      return Components{Tensor({b, k, c, p}, c1 * x_high(b, c, p) + c2 * mu0(b, k, c, p)),
                        Tensor(b, 0.5 * logsumexp(source, where(source == 0, from_data, from_noise)))};
    });

inline constexpr auto gm_ode_mean = define(
    Spec<8>{
        .name = "gm_ode_mean",
        .summary = "E[x_0] at x_t and noise level t from a Gaussian mixture over x_0 that was predicted at "
                   "x_s and level s.",
        .source = "Chen et al., Gaussian Mixture Flow Matching Models, ICML 2025; Lakonik/GMFlow",
        .parameters = {{points("mu", "k,c", "means of x_0"), scalar("v", 0.25, 0.0, 1e30, "their variance"),
                        points("lw", "k", "log weights"), points("x_s", "c", "sample of the prediction"),
                        points("x_t", "c", "current sample"),
                        scalar("s", 0.8, 0.0, 1.0, "noise level of the prediction"),
                        scalar("t", 0.4, 0.0, 1.0, "current noise level, at most s"),
                        number("eps", 1e-6, 0.0, 1.0, "bound of the divisor, which is 0 for s = t")}},
        .known =
            {R"({"mu": [[0], [2]], "v": 0.25, "lw": [0, 0], "x_s": [0.5], "x_t": [0.9], "s": 0.8, "t": 0.4})",
             "[1.543415237396629]"},
        .tolerance = 1e-9,
    },
    [](const Tensor &mu, const Expr &v, const Tensor &lw, const Tensor &x_s, const Tensor &x_t, const Expr &s,
       const Expr &t, const Expr &eps) {
      Index k("k"), c("c"), d("c");
      Expr a = (1.0 - t) * s, b = (1.0 - s) * t;
      // (a - b)(a + b): a = b for s = t.
      Expr divisor = maximum((s - t) * (a + b), eps);
      Tensor bridge(c, (a * s * x_t(c) - b * t * x_s(c)) / divisor);
      Expr spread = square(t * s) / divisor, total = v + spread;
      Expr weight = softmax(k, lw(k) - 0.5 * sum(d, square(mu(k, d) - bridge(d))) / total);
      return Tensor(c, bridge(c) + spread / total * (sum(k, weight * mu(k, c)) - bridge(c)));
    });

inline constexpr auto em_distillation_m_step = define(
    Spec<7>{
        .name = "em_distillation_m_step",
        .summary = "w |x_K - c - alpha g(z)|^2 / (2 sigma^2): a one-step generator follows the end of a "
                   "Langevin chain, less "
                   "the noise c that the chain added.",
        .source = "Xie et al., EM Distillation for One-step Diffusion Models, NeurIPS 2024",
        .parameters = {{detached(points("xK", "b,d", "end of the chain")),
                        points("gz", "b,d", "the generator's output at its end"),
                        detached(points("c", "b,d", "noise that the chain added")),
                        number("w", 1.0, 0.0, 1e30, "weight of the time"),
                        number("alpha", 1.0, 0.0, 1e30, "scale of the data"),
                        number("sigma", 1.0, 0.0, 1e30, "scale of the noise"), reduction()}},
        .known = {R"({"xK": [[1, 2]], "gz": [[0.5, 1]], "c": [[0, 0.5]], "sigma": 0.5})", "1"},
        .properties = non_negative,
    },
    [](const Tensor &x, const Tensor &gz, const Tensor &c, const Expr &w, const Expr &alpha,
       const Expr &sigma, const Reduction &reduction) {
      Index b("b"), d("d");
      Expr residual = stop_gradient(x(b, d) - c(b, d)) - alpha * gz(b, d);
      return Loss(b, 0.5 * w * sum(d, square(residual)) / square(sigma), reduction);
    });

inline constexpr auto fif_loss = define(
    Spec<7>{
        .name = "fif_loss",
        .summary = "beta |x - xh|^2 - log N(z; 0, I) less a surrogate whose gradient is that of half the log "
                   "determinant of the "
                   "encoder's Jacobian: the mean over probes of vjp . jvp, jvp without gradient.",
        .source =
            "Sorrenson et al., Lifting Architectural Constraints of Injective Flows, ICLR 2024; vislearn/FFF",
        .parameters = {{points("x", "b,D", "data"), points("xh", "b,D", "decoded latents"),
                        points("z", "b,d", "latents"),
                        points("vjp", "b,k,D", "probes times the encoder's Jacobian"),
                        detached(points("jvp", "b,k,D", "the decoder's Jacobian times the probes")),
                        number("beta", 10.0, 0.0, 1e30, "weight of the reconstruction"), reduction("none")}},
        .known =
            {R"({"x": [[1, 0]], "xh": [[0.5, 0]], "z": [[2]], "vjp": [[[1, 2]]], "jvp": [[[0.5, 0.25]]]})",
             "[4.4189385332046722]"},
    },
    [](const Tensor &x, const Tensor &xh, const Tensor &z, const Tensor &vjp, const Tensor &jvp,
       const Expr &beta, const Reduction &reduction) {
      Index b("b"), k("k"), d("D");
      Expr surrogate = mean(k, sum(d, vjp(b, k, d) * stop_gradient(jvp(b, k, d))));
      Expr negative_log =
          0.5 * (squared_norm(z[b]) + to_real(extent(z, 1)) * std::log(2.0 * std::numbers::pi));
      return Loss(b, beta * squared_distance(x[b], xh[b]) + negative_log - surrogate, reduction);
    });

} // namespace mercer::stdlib::generative
