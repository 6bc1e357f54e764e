// Penalties on a classifier's outputs.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"

#include <numbers>

namespace mercer::stdlib::regularizers {

inline constexpr auto class_prior_kl = define(
    Spec<2>{
        .name = "class_prior_kl",
        .summary = "Kullback-Leibler divergence of a prior over classes from the batch's mean softmax.",
        .source = "Tanaka et al., Joint Optimization Framework for Learning with Noisy Labels, CVPR 2018; "
                  "PaulAlbert31/LabelNoiseCorrection",
        .parameters = {{points("logits", "i,c", "scores"),
                        {.name = "pi", .shape = "c", .doc = "prior; uniform when left out", .low = 0}}},
        .known = {R"({"logits": [[2, 0, 0], [1, 0, 0]]})", "0.2541432687812304"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &logits, const std::optional<Tensor> &pi) {
      Index i("i"), c("c"), d("c");
      Expr log_mean = logsumexp(i, log_softmax(c, logits(i, c))) - log(to_real(extent(logits, 0)));
      if (!pi) {
        Expr classes = to_real(extent(logits, 1));
        return -log(classes) - sum(c, log_mean) / classes;
      }
      Expr prior = (*pi)(c);
      return sum(c, xlogx(prior) - where(prior > 0.0, prior * log_mean, 0.0));
    });

inline constexpr auto kl_to_reference = define(
    Spec<3>{
        .name = "kl_to_reference",
        .summary = "lambda / B times the sum over sequences and tokens of KL(softmax Z0 || softmax Z): a new "
                   "model stays "
                   "near the original.",
        .source = "Hewitt et al., Model Editing with Canonical Examples, arXiv 2402.06155, 2024 (torch "
                  "kl_div, batchmean)",
        .parameters = {{points("Z", "b,t,v", "logits"),
                        detached(points("Z0", "b,t,v", "logits of the original model")),
                        number("lambda", 1.0, 0.0, 1e30, "weight")}},
        .known = {R"({"Z": [[[0.4, 0.1, 0.3], [1, 0.2, -1]]], "Z0": [[[0.5, 0, 0.2], [1, 0, -1]]]})",
                  "0.008655755698228771"},
        .properties = non_negative | zero_when_equal | shift_invariant,
    },
    [](const Tensor &z, const Tensor &z0, const Expr &lambda) {
      Index b("b"), t("t"), v("v");
      Expr log_p = log_softmax(v, z(b, t, v)), log_p0 = log_softmax(v, stop_gradient(z0(b, t, v)));
      return lambda * mean(b, sum({t, v}, exp(log_p0) * (log_p0 - log_p)));
    });

inline constexpr auto regmixup_loss = define(
    Spec<7>{
        .name = "regmixup_loss",
        .summary = "Cross entropy of clean samples plus eta times that of mixed ones: lam of the own label, "
                   "1 - lam of the "
                   "partner's.",
        // The repository averages both over 2N samples: half of this for eta = 1.
        .source = "Pinto et al., Using Mixup as a Regularizer Can Surprisingly Improve Accuracy and "
                  "Out-of-Distribution "
                  "Robustness, NeurIPS 2022",
        .parameters = {{points("z_clean", "n,c", "scores of the samples"),
                        points("z_mix", "n,c", "scores of the mixtures"), labels("y", "n", "labels, < c"),
                        partners("perm", "n", "partner of each sample in its mixture"),
                        scalar("lam", 0.5, 0.0, 1.0, "share of the sample itself"),
                        number("eta", 1.0, 0.0, 1e30, "weight of the mixtures"), reduction()}},
        .known =
            {R"({"z_clean": [[2, 0], [0, 1]], "z_mix": [[1, 0], [0.5, 0.5]], "y": [0, 1], "perm": [1, 0], "lam": 0.7})",
             "0.8732992833196818"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &z_clean, const Tensor &z_mix, const Tensor &y, const Tensor &perm, const Expr &lam,
       const Expr &eta, const Reduction &reduction) {
      Index n("n"), c("c");
      auto normaliser = [&](const Tensor &z) { return logsumexp(c, z(n, c)); };
      Expr clean = normaliser(z_clean) - z_clean(n, y(n));
      Expr mixed = normaliser(z_mix) - lam * z_mix(n, y(n)) - (1.0 - lam) * z_mix(n, y(perm(n)));
      return Loss(n, clean + eta * mixed, reduction);
    });

inline constexpr auto coupled_categorical_consensus = define(
    Spec<3>{
        .name = "coupled_categorical_consensus",
        .summary =
            "For each pair of arms: lam times the squared distance of their log posteriors, scaled by each "
            "category's spread over the batch, plus both negative entropies and a constant.",
        .source = "Marghi et al., Mixture Representation Learning with Coupled Autoencoders, NeurIPS 2021 "
                  "(cpl-mixVAE); "
                  "AllenInstitute/MMIDAS",
        .parameters = {{probabilities("q", "a,i,k", "posteriors of the arms, at least 2 samples"),
                        number("lam", 1.0, 0.0, 1e30, "weight of the distance"),
                        number("eps", 1e-9, 0.0, 1.0, "added to probabilities and variances")}},
        .known =
            {R"({"q": [[[0.7, 0.2, 0.1], [0.2, 0.5, 0.3], [0.1, 0.1, 0.8]], [[0.6, 0.3, 0.1], [0.1, 0.7, 0.2], [0.2, 0.2, 0.6]]]})",
             "23.685689365526322"},
    },
    [](const Tensor &q, const Expr &lam, const Expr &eps) {
      Index a("a"), b("b"), i("i"), k("k");
      Tensor spread({a, k}, variance(i, q(a, i, k), true, 1));
      Tensor scaled({a, i, k}, log(q(a, i, k) + eps) / sqrt(spread(a, k) + eps));
      Tensor negative_entropy(a, mean(i, sum(k, q(a, i, k) * log(q(a, i, k) + eps))));
      Expr apart = mean(i, sum(k, square(scaled(a, i, k) - scaled(b, i, k))));
      Expr constant = 0.5 * (to_real(extent(q, 2)) * log(2.0 * std::numbers::pi) - log(2.0 * lam));
      return sum({a, b}, lam * apart + negative_entropy(a) + negative_entropy(b) + constant, a < b);
    });

inline constexpr auto greedy_ensemble_diversity = define(
    Spec<4>{
        .name = "greedy_ensemble_diversity",
        .summary = "logsumexp over earlier members of -(lambda / M) times their mean squared difference of "
                   "probabilities "
                   "from the new one.",
        .source =
            "Tiulpin and Blaschko, Greedy Bayesian Posterior Approximation with Deep Ensembles, TMLR 2022; "
            "Oulu-IMEDS/greedy_ensembles_training",
        .parameters = {{points("logits", "b,c", "the new member's scores of probe inputs"),
                        detached(
                            probabilities("P", "j,b,c", "the earlier members' probabilities, at least one")),
                        number("lambda", 3.0, 0.0, 1e30, "weight"),
                        number("M", 1.0, 0.0, 1e30, "size of the ensemble")}},
        .known = {R"({"logits": [[0, 0], [0, 0]], "P": [[[1, 0], [0.5, 0.5]]], "lambda": 2})", "-0.5"},
        .properties = shift_invariant,
    },
    [](const Tensor &logits, const Tensor &p, const Expr &lambda, const Expr &m) {
      Index b("b"), c("c"), j("j");
      Expr apart = sum(c, square(softmax(c, logits(b, c)) - stop_gradient(p(j, b, c))));
      return logsumexp(j, -(lambda / m) * mean(b, apart));
    });

inline constexpr auto mdca_loss = define(
    Spec<2>{
        .name = "mdca_loss",
        .summary =
            "Absolute difference of each class's mean confidence and its frequency, averaged over classes.",
        .source = "Hebbalaguppe et al., A Stitch in Time Saves Nine: A Train-Time Regularizing Loss for "
                  "Improved Neural "
                  "Network Calibration, CVPR 2022; cvlab-yonsei/RankMixup",
        .parameters = {{points("f", "i,c", "scores"), labels("y", "i", "labels, < c")}},
        .known = {R"({"f": [[3, 1, 0], [0.5, 2, 0]], "y": [0, 1]})", "0.04989335876760389"},
        .properties = non_negative | at_most_one | shift_invariant,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"f": [[0, 0], [0, 0]], "y": [0, 1]})", "[[0, 0], [0, 0]]"},
    },
    [](const Tensor &f, const Tensor &y) {
      Index i("i"), c("c");
      return mean(c, abs(mean(i, softmax(c, f(i, c)) - to_real(y(i) == c))));
    });

} // namespace mercer::stdlib::regularizers
