// Losses on real targets.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Results.h"
#include "mercer/stdlib/Scores.h"

#include <cmath>

namespace mercer::stdlib::regression {

/// A loss of each element whose mean, with weights, is the weighted one; 0 where nothing has weight.
inline Loss weighted_loss(const std::vector<Index> &i, const Expr &loss, const std::optional<Tensor> &weight, const Reduction &reduction) {
  if (!weight)
    return Loss(i, loss, reduction);
  Expr w = at(*weight, i);
  return Loss(i, w * loss, reduction, weighted_average(sum(i, w * loss), sum(i, w)));
}

inline constexpr auto mse = define(
    Spec<4>{
        .name = "mse",
        .also = "mse_loss",
        .summary = "Squared errors over all elements; with weights the mean is the weighted one.",
        .source = "torch.nn.functional.mse_loss",
        .parameters = {{points("input", "b,...", "prediction"),
                        points("target", "b,...", "target"),
                        reduction(),
                        {.name = "weight", .shape = "b,...", .doc = "weight of an element; all 1 when left out", .low = 0}}},
        .known = {R"({"input": [1, 2], "target": [0, 4], "weight": [1, 3]})", "3.25"},
        .properties = non_negative | zero_when_equal | symmetric,
    },
    [](const Tensor &input, const Tensor &target, const Reduction &reduction, const std::optional<Tensor> &weight) {
      auto i = indices_of(input);
      return weighted_loss(i, square(at(input, i) - at(target, i)), weight, reduction);
    });

inline constexpr auto mae = define(
    Spec<4>{
        .name = "mae",
        .also = "l1_loss",
        .summary = "Absolute errors over all elements; with weights the mean is the weighted one.",
        .source = "torch.nn.functional.l1_loss",
        .parameters = {{points("input", "b,...", "prediction"),
                        points("target", "b,...", "target"),
                        reduction(),
                        {.name = "weight", .shape = "b,...", .doc = "weight of an element; all 1 when left out", .low = 0}}},
        .known = {R"({"input": [1, 2], "target": [0, 4], "weight": [1, 3]})", "1.75"},
        .properties = non_negative | zero_when_equal | symmetric,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"input": [1, 2], "target": [1, 4]})", "[0, -0.5]"},
    },
    [](const Tensor &input, const Tensor &target, const Reduction &reduction, const std::optional<Tensor> &weight) {
      auto i = indices_of(input);
      return weighted_loss(i, abs(at(input, i) - at(target, i)), weight, reduction);
    });

inline constexpr auto huber_loss = define(
    Spec<3>{
        .name = "huber_loss",
        .summary =
            "Quadratic in the norm of a residual row up to kappa, linear beyond. A vector: in each element.",
        .source = "Huber, Ann. Math. Statist. 35(1), 1964, 73-101; Tonin et al., ICML 2023",
        .parameters = {{points("y", "i,k", "residual rows"),
                        number("kappa", 1.0, 0.0, 1e30, "where the tails start"), reduction("none")}},
        .known = {R"({"y": [[0.5], [2]]})", "[0.125, 1.5]"},
        .properties = non_negative,
        .smoothness = Smoothness::once,
        .kink = {R"({"y": [[1, 0], [0, 0], [3, 4]]})", "[[1, 0], [0, 0], [0.6, 0.8]]"},
    },
    [](const Tensor &y, const Expr &kappa, const Reduction &reduction) {
      Index i("i");
      Expr size = y.rank() == 1 ? abs(y(i)) : norm(y[i]);
      Expr squared = y.rank() == 1 ? square(y(i)) : squared_norm(y[i]);
      return Loss(i, where(size <= kappa, 0.5 * squared, kappa * (size - 0.5 * kappa)), reduction);
    });

inline constexpr auto pseudo_huber = define(
    Spec<5>{
        .name = "pseudo_huber",
        .summary =
            "A smooth Huber loss over all elements: sqrt(d^2 + c^2) - c, times 2c (huber), c (paper), 2 "
            "(smooth_l1).",
        .source = "Khrapov et al., Scheduled Pseudo-Huber Loss, arXiv 2403.16728; kohya-ss/sd-scripts",
        .parameters = {{points("x", "b,...", "prediction"), points("t", "b,...", "target"),
                        number("c", 0.1, 0.0, 1e30, "where the tails start"),
                        option("form", "huber", "paper|huber|smooth_l1"), reduction()}},
        .known = {R"({"x": [0.3], "t": [0]})", "0.04324555320336759"},
        .properties = non_negative | zero_when_equal | symmetric,
    },
    [](const Tensor &x, const Tensor &t, const Expr &c, const std::string &form, const Reduction &reduction) {
      check_option("pseudo_huber", "form", form, {"paper", "huber", "smooth_l1"});
      auto i = indices_of(x);
      Expr squared = square(at(x, i) - at(t, i));
      // sqrt(d^2 + c^2) - c cancels for small d.
      Expr excess = squared / (sqrt(squared + square(c)) + c);
      Expr factor = form == "huber" ? 2.0 * c : form == "paper" ? c : Expr(2.0);
      return Loss(i, factor * excess, reduction);
    });

inline constexpr auto cauchy_loss = define(
    Spec<4>{
        .name = "cauchy_loss",
        .summary = "log(1 + |x-t|^2 / (2 c^2)) of each sample, the norm over all its elements.",
        .source = "Barron, A General and Adaptive Robust Loss Function, CVPR 2019 (alpha = 0)",
        .parameters = {{points("x", "b,...", "prediction"), points("t", "b,...", "target"),
                        number("c", 1.0, 0.0, 1e30, "where the tails start"), reduction()}},
        .known = {R"({"x": [[0.9, 0.3]], "t": [[0, 0]], "c": 0.5})", "1.0296194171811581"},
        .properties = non_negative | zero_when_equal | symmetric,
    },
    [](const Tensor &x, const Tensor &t, const Expr &c, const Reduction &reduction) {
      auto i = indices_of(x);
      Expr squared = square((at(x, i) - at(t, i)) / c);
      if (x.rank() > 1)
        squared = sum(std::vector<Index>(i.begin() + 1, i.end()), squared);
      return Loss(i.front(), log1p(0.5 * squared), reduction);
    });

inline constexpr auto huber = define(
    Spec<5>{
        .name = "huber",
        .also = "HuberLoss",
        .summary = "Quadratic in an error up to delta, linear beyond, over all elements: torch's huber_loss; weights are factors, and the mean "
                   "is over all elements.",
        .source = "torch.nn.functional.huber_loss; Huber, Ann. Math. Statist. 35(1), 1964, 73-101",
        .parameters = {{points("input", "b,...", "prediction"),
                        points("target", "b,...", "target"),
                        number("delta", 1.0, 1e-30, 1e30, "where the tails start"),
                        reduction(),
                        {.name = "weight", .shape = "b,...", .doc = "weight of an element; all 1 when left out", .low = 0}}},
        .known = {R"({"input": [0.5, 3], "target": [0, 1], "weight": [2, 3]})", "2.375"},
        .properties = non_negative | zero_when_equal | symmetric,
        .smoothness = Smoothness::once,
        .kink = {R"({"input": [1, -1], "target": [0, 0]})", "[0.5, -0.5]"},
    },
    [](const Tensor &input, const Tensor &target, const Expr &delta, const Reduction &reduction, const std::optional<Tensor> &weight) {
      auto i = indices_of(input);
      Expr loss = huber_of(at(input, i) - at(target, i), delta);
      return Loss(i, weight ? at(*weight, i) * loss : loss, reduction);
    });

inline constexpr auto smooth_l1_loss = define(
    Spec<4>{
        .name = "smooth_l1_loss",
        .also = "SmoothL1Loss",
        .summary = "huber over beta: the slope beyond beta is 1. With beta = 0 absolute errors.",
        .source = "torch.nn.functional.smooth_l1_loss; Girshick, Fast R-CNN, ICCV 2015",
        .parameters = {{points("input", "b,...", "prediction"), points("target", "b,...", "target"),
                        number("beta", 1.0, 0.0, 1e30, "where the tails start"), reduction()}},
        .known = {R"({"input": [0.5, 3], "target": [0, 1], "beta": 2})", "0.53125"},
        .properties = non_negative | zero_when_equal | symmetric,
        .smoothness = Smoothness::once,
        .kink = {R"({"input": [2, -2], "target": [0, 0], "beta": 2})", "[0.5, -0.5]"},
    },
    [](const Tensor &input, const Tensor &target, const Expr &beta, const Reduction &reduction) {
      auto i = indices_of(input);
      Expr error = at(input, i) - at(target, i), size = abs(error);
      Expr inside = size < beta;
      return Loss(i, where(inside, 0.5 * square(error) / where(beta > 0.0, beta, 1.0), size - 0.5 * beta),
                  reduction);
    });

inline constexpr auto poisson_nll_loss = define(
    Spec<6>{
        .name = "poisson_nll_loss",
        .also = "PoissonNLLLoss",
        .summary = "exp(x) - t x of a logarithm x of a rate, or x - t log(x + eps) of a rate x, over all "
                   "elements; full "
                   "adds Stirling's formula for log t! where t > 1.",
        .source = "torch.nn.functional.poisson_nll_loss",
        .parameters = {{points("input", "b,...", "logarithm of the rate, or the rate"),
                        detached(positive("target", "b,...", "counts")),
                        option("log_input", 1.0, "whether the input is the logarithm"),
                        option("full", 0.0, "whether log t! is added"),
                        number("eps", 1e-8, 0.0, 1e30, "added to a rate before its logarithm"), reduction()}},
        .known = {R"({"input": [0, 0], "target": [0, 2], "full": 1})", "1.325903242302268"},
    },
    [](const Tensor &input, const Tensor &target, bool log_input, bool full, const Expr &eps,
       const Reduction &reduction) {
      auto i = indices_of(input);
      Expr x = at(input, i), t = stop_gradient(at(target, i));
      Expr loss = log_input ? exp(x) - t * x : x - t * log(x + eps);
      Expr many = where(t > 1.0, t, 1.0);
      Expr factorial = where(t > 1.0, many * log(many) - many + 0.5 * log(2.0 * M_PI * many), 0.0);
      return Loss(i, full ? loss + factorial : loss, reduction);
    });

inline constexpr auto gaussian_nll_loss = define(
    Spec<6>{
        .name = "gaussian_nll_loss",
        .also = "GaussianNLLLoss",
        .summary =
            "(log v + (x - t)^2 / v) / 2 over all elements, of variances v of at least eps, which pass their "
            "gradient below it, too; full adds log(2 pi) / 2.",
        .source = "torch.nn.functional.gaussian_nll_loss; Nix and Weigend, ICNN 1994",
        .parameters = {{points("input", "b,...", "mean"), points("target", "b,...", "target"),
                        positive("var", "b,...", "variance"),
                        option("full", 0.0, "whether the constant is added"),
                        number("eps", 1e-6, 1e-300, 1e30, "least variance"), reduction()}},
        .known = {R"({"input": [1, 0], "target": [3, 0], "var": [4, 1]})", "0.5965735902799727"},
        .smoothness = Smoothness::once, // below eps
    },
    [](const Tensor &input, const Tensor &target, const Tensor &var, bool full, const Expr &eps,
       const Reduction &reduction) {
      auto i = indices_of(input);
      Expr v = with_gradient_of(maximum(at(var, i), eps), at(var, i));
      Expr loss = 0.5 * (log(v) + square(at(input, i) - at(target, i)) / v);
      return Loss(i, full ? loss + 0.5 * std::log(2.0 * M_PI) : loss, reduction);
    });

inline constexpr auto epsilon_insensitive_squared = define(
    Spec<3>{
        .name = "epsilon_insensitive_squared",
        .summary = "max(|y| - eps, 0)^2 / 2 of the norm of a residual row. A vector: of each element.",
        .source = "Tonin et al., Extending Kernel PCA through Dualization, ICML 2023; scikit-learn LinearSVR "
                  "has no 1/2",
        .parameters = {{points("y", "i,k", "residual rows"),
                        number("eps", 0.1, 0.0, 1e30, "what is no error"), reduction("none")}},
        .known = {R"({"y": [[0.2], [1]], "eps": 0.3})", "[0, 0.245]"},
        .properties = non_negative,
        .smoothness = Smoothness::once,
        .kink = {R"({"y": [[0, 0], [3, 4]], "eps": 1})", "[[0, 0], [2.4, 3.2]]"},
    },
    [](const Tensor &y, const Expr &eps, const Reduction &reduction) {
      Index i("i");
      Expr size = y.rank() == 1 ? abs(y(i)) : norm(y[i]);
      return Loss(i, 0.5 * square(relu(size - eps)), reduction);
    });

inline constexpr auto data_emphasized_elbo = define(
    Spec<6>{
        .name = "data_emphasized_elbo",
        .summary =
            "Mean negative log-likelihood plus the divergence of the posterior N(w, sigma^2) from the prior "
            "N(mu, lambda) at its best lambda, over kappa N.",
        .source =
            "Harvey et al., Learning Hyperparameters via a Data-Emphasized Variational Objective, 2025; "
            "tufts-ml/data-emphasized-ELBo",
        .parameters = {{scalar("nll", 0.0, -1e30, 1e30, "mean negative log-likelihood of sampled weights"),
                        points("w", "p", "posterior means"), points("mu", "p", "prior means"),
                        scalar("sigma", 1.0, 1e-150, 1e150, "posterior deviation, above 0"),
                        scalar("N", 100.0, 1.0, 1e30, "size of the training set"),
                        number("kappa", {}, 1e-30, 1e30,
                               "emphasis on data; (number of weights) / N when left out")}},
        .known = {R"({"nll": 0, "w": [0.5, -0.3, 0.2], "mu": [0.4, 0, 0], "sigma": 0.1, "N": 50})",
                  "0.8673005276940531"},
    },
    [](const Expr &nll, const Tensor &w, const Tensor &mu, const Expr &sigma, const Expr &n,
       const std::optional<Expr> &kappa) {
      Expr d = to_real(extent(w, 0));
      // log(lambda / sigma^2) of the best lambda = |w - mu|^2 / d + sigma^2.
      Expr divergence = 0.5 * d * log1p(squared_distance(w, mu) / (d * square(sigma)));
      return nll + divergence / (kappa ? *kappa * n : d);
    });

inline constexpr auto suffix_nll = define(
    Spec<5>{
        .name = "suffix_nll",
        .summary = "Mean cross entropy of the marked next tokens of each sequence, averaged over the "
                   "sequences that have "
                   "any; its negative for examples to unlearn.",
        .source = "Hewitt et al., Model Editing with Canonical Examples, 2024; "
                  "john-hewitt/model-editing-canonical-examples",
        .parameters = {{points("Z", "b,t,v", "logits"), labels("x", "b,t", "tokens, < v"),
                        detached(binary("m", "b,t", "1 where the next token counts; the last does not")),
                        option("sign", "good", "good|bad: to learn, or to unlearn"), reduction()}},
        .known =
            {R"({"Z": [[[0, 0], [0, 0]], [[0, 0], [0, 0]]], "x": [[0, 1], [1, 1]], "m": [[1, 1], [0, 0]]})",
             "0.6931471805599453"},
    },
    [](const Tensor &z, const Tensor &x, const Tensor &m, const std::string &sign,
       const Reduction &reduction) {
      check_option("suffix_nll", "sign", sign, {"good", "bad"});
      Index b("b"), t("t", extent(x, 1) - 1), v("v");
      Expr counts = stop_gradient(m(b, t));
      Expr surprise = logsumexp(v, z(b, t, v)) - z(b, t, x(b, t + 1));
      Expr tokens = sum(t, counts);
      Expr loss = sum(t, counts * surprise) / maximum(tokens, 1.0);
      loss = sign == "good" ? loss : -loss;
      return Loss(b, loss, reduction, average_of(sum(b, loss), count(b, tokens > 0.0)));
    });

inline constexpr auto mixture_of_regressions_posterior_mean = define(
    Spec<6>{
        .name = "mixture_of_regressions_posterior_mean",
        .summary = "Prediction of a mixture of linear regressions from examples of one of them: components "
                   "weighed by "
                   "the likelihood of the examples; and these weights.",
        .source = "Pathak et al., Transformers Can Optimally Learn Regression Mixture Models, ICLR 2024",
        .parameters =
            {{points("W", "k,d", "regressors"),
              points("X", "t,d", "inputs of the examples"),
              points("y", "t", "their targets"),
              points("xq", "q,d", "queries"),
              number("s2", 0.25, 1e-30, 1e30, "variance of the noise, above 0"),
              {.name = "prior", .shape = "k", .doc = "weights before; equal when left out", .low = 0}}},
        .known = {R"({"W": [[1, 0], [0, 1], [-1, 1]], "X": [[1, 0.5], [-0.3, 0.8]], "y": [0.9, -0.2],
                      "xq": [[0.4, -0.6]]})",
                  "[0.30637375735487404]"},
    },
    [](const Tensor &w, const Tensor &x, const Tensor &y, const Tensor &xq, const Expr &s2,
       const std::optional<Tensor> &prior) {
      Index k("k"), other("l"), t("t"), q("q");
      Expr misfit = sum(t, square(y(t) - dot(w[k], x[t]))) / (2.0 * s2);
      Expr prior_of = prior ? (*prior)(k) : Expr(1.0), possible = prior_of > 0.0;
      Tensor score(k, where(possible, log(where(possible, prior_of, 1.0)) - misfit, -HUGE_VAL));
      // The odds of each against the others: derivatives of weights near 0 and 1 do not cancel.
      Tensor weight(k, sigmoid(score(k) - logsumexp(other, score(other), other != k)));
      return MixturePrediction{Tensor(q, sum(k, weight(k) * dot(w[k], xq[q]))), weight};
    });

inline constexpr auto single_neuron_surrogate = define(
    Spec<5>{
        .name = "single_neuron_surrogate",
        .summary = "Convex surrogate of fitting a ReLU neuron, mean of max(0, z)^2 / 2 - y z, whose gradient has no "
                   "derivative of the ReLU in it; and the weights after T steps of it.",
        .source = "Wang et al., Robustly Learning a Single Neuron via Sharpness, ICML 2023; Kakade et al., "
                  "NeurIPS 2011",
        .parameters = {{points("x", "i,d", "inputs"), points("y", "i", "targets"), points("w", "d", "weights"),
                        number("eta", 0.1, 0.0, 1e30, "length of a step"), option("T", 1.0, "steps, 0 to 1000")}},
        .known = {R"({"x": [[1, 0], [1, 1]], "y": [1, 2], "w": [1, 0]})", "-1"},
        .smoothness = Smoothness::once,
    },
    [](const Tensor &x, const Tensor &y, const Tensor &w, const Expr &eta, int steps) {
      check_whole("single_neuron_surrogate", "T", steps, 0, 1000);
      Index i("i"), d("d");
      Expr z = dot(x[i], w);
      Tensor weights = w;
      for (int step = 0; step < steps; ++step)
        weights = Tensor(d, weights(d) - eta * mean(i, (relu(dot(x[i], weights)) - y(i)) * x(i, d)));
      return NeuronStep{mean(i, 0.5 * square(relu(z)) - y(i) * z), steps == 0 ? Tensor(d, w(d)) : weights};
    });

inline constexpr auto truncsm_score_matching = define(
    Spec<5>{
        .name = "truncsm_score_matching",
        .summary =
            "Score matching on a truncated domain: psi^2 g + 2 psi' g + 2 psi g' over the coordinates, g a "
            "distance to the boundary. g = 1 is twice Hyvarinen's objective.",
        .source = "Liu, Kanamori and Williams, JMLR 23, 2022; dannyjameswilliams/tksd truncsm.py",
        .parameters = {{points("psi", "i,l", "score"), points("dpsi", "i,l", "derivative of psi_l by x_l"),
                        positive("g", "i", "distance to the boundary"), points("dg", "i,l", "gradient of g"),
                        reduction()}},
        .known = {R"({"psi": [[-1, 2]], "dpsi": [[-1, -1]], "g": [1], "dg": [[0, 0]]})", "1"},
    },
    [](const Tensor &psi, const Tensor &dpsi, const Tensor &g, const Tensor &dg, const Reduction &reduction) {
      Index i("i"), l("l");
      Expr weighted = (square(psi(i, l)) + 2.0 * dpsi(i, l)) * g(i);
      return Loss(i, sum(l, weighted + 2.0 * psi(i, l) * dg(i, l)), reduction);
    });

} // namespace mercer::stdlib::regression
