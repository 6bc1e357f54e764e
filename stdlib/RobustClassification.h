// Losses that are worst cases over distributions, and the sparse losses.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Results.h"
#include "mercer/stdlib/Scores.h"

namespace mercer::stdlib::classification {

inline constexpr auto ldr_kl_loss = define(
    Spec<6>{
        .name = "ldr_kl_loss",
        .summary =
            "lam log mean_k exp((f_k - f_y + c [k != y]) / lam): the worst margin over label distributions "
            "near "
            "the uniform one. The logits are made positive and of mean 1 first, as in the authors' code.",
        .source = "Zhu, Ying and Yang, Label Distributionally Robust Losses, ICML 2023; "
                  "Optimization-AI/ICML2023_LDR",
        .parameters = {{points("f", "i,k", "logits"), labels("y", "i", "labels, < k"),
                        number("lam", 1.0, 1e-30, 1e30, "strength of the divergence, above 0"),
                        number("c", 2.0, -1e30, 1e30, "margin"),
                        option("normalise", "softplus_mean", "none|softplus_mean: of the logits"),
                        reduction()}},
        .known = {R"({"f": [[2, 0.5, -1]], "y": [0], "c": 0, "normalise": "none"})", "-0.8573009920109526"},
    },
    [](const Tensor &f, const Tensor &y, const Expr &lam, const Expr &c, const std::string &normalise,
       const Reduction &reduction) {
      check_option("ldr_kl_loss", "normalise", normalise, {"none", "softplus_mean"});
      Index i("i"), k("k"), l("l");
      Expr positive = softplus(f(i, k)) / mean(l, softplus(f(i, l)));
      Tensor z({i, k}, (normalise == "none" ? f(i, k) : positive) / lam + where(k == y(i), 0.0, c / lam));
      return Loss(i, lam * (cross_entropy_of(z, i, y(i)) - log(to_real(extent(f, 1)))), reduction);
    });

inline constexpr auto aldr_kl_loss = define(
    Spec<7>{
        .name = "aldr_kl_loss",
        .summary = "ldr_kl_loss with a temperature of its own for each sample, which follows its prediction: "
                   "the loss, "
                   "and the temperatures to keep, which pass no gradient.",
        .source = "Zhu, Ying and Yang, Label Distributionally Robust Losses, ICML 2023; "
                  "Optimization-AI/ICML2023_LDR",
        .parameters = {{points("f", "i,k", "logits"), labels("y", "i", "labels, < k"),
                        detached(positive("lam_state", "i", "temperatures so far, lam0 at first")),
                        number("lam0", 1.0, 1e-30, 1e30, "first temperature"),
                        number("alpha", 2.0, 1.000001, 1e30, "inertia of the temperature, above 1"),
                        number("c", 1.0, -1e30, 1e30, "margin"), reduction()}},
        .known = {R"({"f": [[2, 0.5, -1]], "y": [0], "lam_state": [1]})", "-0.4300704310458554"},
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &f, const Tensor &y, const Tensor &lam_state, const Expr &lam0, const Expr &alpha,
       const Expr &c, const Reduction &reduction) {
      Index i("i"), k("k"), l("l");
      Expr classes = to_real(extent(f, 1));
      Expr size = mean(l, abs(f(i, l)));
      Tensor z({i, k}, f(i, k) / where(size == 0.0, 1.0, size));
      Expr p = (softmax(k, z(i, k) / lam_state(i)) + 1e-5) / (1.0 + 1e-5 * classes);
      Expr divergence = sum(k, p * log(classes * p));
      // One class has no divergence.
      Expr log_classes = log(maximum(classes, 2.0));
      Tensor lam(i, stop_gradient(lam0 - lam0 * divergence / (alpha * log_classes)));
      Tensor scores({i, k}, (z(i, k) + where(k == y(i), 0.0, c)) / lam(i));
      Expr worst = lam(i) * (cross_entropy_of(scores, i, y(i)) - log(classes));
      Expr penalty = alpha * log(classes) / (2.0 * lam0) * square(lam(i) - lam0);
      return AdaptiveTemperature{Loss(i, worst - penalty, reduction), lam};
    });

inline constexpr auto wasserstein_robust_hinge = define(
    Spec<5>{
        .name = "wasserstein_robust_hinge",
        .summary =
            "Worst hinge of a linear score where moving a sample by d costs g d^2: max(0, 1 - y <theta, x> + "
            "|theta|^2 / (4 g)) of each sample, and the risk g eps + their mean.",
        .source = "Saberi et al., Out-Of-Domain Unlabeled Data Improves Generalization, ICLR 2024",
        .parameters = {{points("X", "i,k", "features"), detached(signs("y", "i", "labels, 1 or -1")),
                        points("theta", "k", "weights"),
                        number("g", 1.0, 1e-30, 1e30, "price of moving, above 0"),
                        number("eps", 0.1, 0.0, 1e30, "radius")}},
        .known = {R"({"X": [[0.4, 0.2], [-1, 0.3], [2, 0]], "y": [1, -1, -1], "theta": [1, -0.5], "g": 2})",
                  "[0.85625, 0.00625, 3.15625]"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &x, const Tensor &y, const Tensor &theta, const Expr &g, const Expr &eps) {
      Index i("i");
      Tensor phi(i, relu(1.0 - stop_gradient(y(i)) * dot(theta, x[i]) + squared_norm(theta) / (4.0 * g)));
      return RobustRisk{phi, g * eps + mean(i, phi(i))};
    });

/// Of minimax risk classifiers whose test points have weights.
inline constexpr std::array<Parameter, 5> minimax_risk_parameters = {
    points("Phi", "j,y,d", "joint features of a test point and a label"), fractions("alpha", "j", "weights of the test points"),
    points("tau", "d", "mean feature"), positive("lambda", "d", "confidence widths, at least 0"), points("mu", "d", "parameters")};

/// sum of lambda |mu| - tau mu: the price of the weights mu where the mean features are known to be within lambda of tau.
inline Expr confidence_term(const Tensor &tau, const Tensor &lambda, const Tensor &mu) {
  Index d("d");
  return sum(d, lambda(d) * abs(mu(d)) - tau(d) * mu(d));
}

inline constexpr auto mrc_objective_01 = define(
    Spec<5>{
        .name = "mrc_objective_01",
        .summary = "Upper bound of the worst 0-1 risk of a minimax risk classifier with weights of its samples.",
        .source = "Segovia-Martin, Mazuelas and Liu, Double-Weighting for Covariate Shift Adaptation, ICML 2023",
        .parameters = minimax_risk_parameters,
        .known = {R"({"Phi": [[[1, 0.5, 0, 0], [0, 0, 1, 0.5]], [[1, -1, 0, 0], [0, 0, 1, -1]]],
                      "alpha": [1, 0.8], "tau": [0.1, 0.2, 0.3, -0.1], "lambda": [0.05, 0.05, 0.05, 0.05],
                      "mu": [0.2, -0.3, 0.1, 0.4]})",
                  "0.7275"},
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &phi, const Tensor &alpha, const Tensor &tau, const Tensor &lambda, const Tensor &mu) {
      Index j("j"), y("y"), d("d"), l("l");
      Tensor score({j, y}, alpha(j) * sum(d, phi(j, y, d) * mu(d)));
      // The best set of classes is one of the largest scores: those at least as large as one of them.
      Expr as_large = l == y || score(j, l) >= score(j, y);
      Tensor best({j, y}, (sum(l, score(j, l), as_large) - 1.0) / to_real(count(l, as_large)));
      return mean(j, 1.0 + max(y, best(j, y))) + confidence_term(tau, lambda, mu);
    });

inline constexpr auto mrc_objective_log = define(
    Spec<5>{
        .name = "mrc_objective_log",
        .summary = "Upper bound of the worst log-risk of a minimax risk classifier with weights of its samples.",
        .source = "Segovia-Martin, Mazuelas and Liu, Double-Weighting for Covariate Shift Adaptation, ICML 2023",
        .parameters = minimax_risk_parameters,
        .known = {R"({"Phi": [[[1, 0.5, 0, 0], [0, 0, 1, 0.5]], [[1, -1, 0, 0], [0, 0, 1, -1]]],
                      "alpha": [1, 0.8], "tau": [0.1, 0.2, 0.3, -0.1], "lambda": [0.05, 0.05, 0.05, 0.05],
                      "mu": [0.2, -0.3, 0.1, 0.4]})",
                  "0.9497179650506889"},
        .tolerance = 1e-9,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &phi, const Tensor &alpha, const Tensor &tau, const Tensor &lambda, const Tensor &mu) {
      Index j("j"), y("y"), d("d");
      Expr score = alpha(j) * sum(d, phi(j, y, d) * mu(d));
      return mean(j, logsumexp(y, score)) + confidence_term(tau, lambda, mu);
    });

inline constexpr auto sparsemax_loss = define(
    Spec<3>{
        .name = "sparsemax_loss",
        .summary =
            "Loss whose gradient is sparsemax less the label's distribution; 0 where the label leads by 1.",
        .source = "Martins and Astudillo, From Softmax to Sparsemax, ICML 2016; deep-spin/entmax",
        .parameters = {{points("z", "n,c", "scores"), labels("y", "n", "labels, < c"), reduction()}},
        .known = {R"({"z": [[1.2, 0.8, -0.5, 0.1]], "y": [1]})", "0.49"},
        .properties = non_negative | shift_invariant,
        .smoothness = Smoothness::once,
    },
    [](const Tensor &z, const Tensor &y, const Reduction &reduction) {
      Index n("n");
      Sparsemax sparse(z, n);
      return Loss(n, sparse.conjugate() + 0.5 - sparse.shifted(y(n)), reduction);
    });

inline constexpr auto sparsemax_loss_multilabel = define(
    Spec<3>{
        .name = "sparsemax_loss_multilabel",
        .summary = "Sparsemax loss against a target distribution: its gradient is sparsemax less the target.",
        .source = "Martins and Astudillo, From Softmax to Sparsemax, ICML 2016, eq. 23",
        .parameters = {{points("z", "n,c", "scores"), probabilities("q", "n,c", "target distribution"),
                        reduction()}},
        .known = {R"({"z": [[1.2, 0.8, -0.5, 0.1]], "q": [[0.5, 0.5, 0, 0]]})", "0.04"},
        .properties = non_negative | shift_invariant,
        .smoothness = Smoothness::once,
    },
    [](const Tensor &z, const Tensor &q, const Reduction &reduction) {
      Index n("n"), c("c");
      Sparsemax sparse(z, n);
      Expr less_target = sum(c, q(n, c) * (0.5 * q(n, c) - sparse.shifted(c)));
      // Of targets that sum to 1 the last term has the derivative only.
      Expr rest = sparse.largest() * (1.0 - sum(c, q(n, c)));
      return Loss(n, sparse.conjugate() + less_target + rest, reduction);
    });

} // namespace mercer::stdlib::classification
