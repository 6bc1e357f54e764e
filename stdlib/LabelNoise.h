// Classification of mixed samples and of labels that may be wrong.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Results.h"
#include "mercer/stdlib/Scores.h"

#include <cmath>

namespace mercer::stdlib::classification {

inline constexpr auto hard_bootstrapping = define(
    Spec<4>{
        .name = "hard_bootstrapping",
        .summary = "(1 - w) times -log of the label's probability plus w times that of the largest.",
        .source = "Reed et al., Training Deep Neural Networks on Noisy Labels with Bootstrapping, 2014; "
                  "PaulAlbert31/LabelNoiseCorrection",
        .parameters = {{points("logits", "i,c", "logits"), labels("y", "i", "labels, < c"),
                        detached(fractions("w", "i", "weight of the prediction; 0.2 for all in the paper")),
                        reduction()}},
        .known = {R"({"logits": [[2, 0.5, -1], [0.2, 0.1, 0.3]], "y": [1, 2], "w": [0.2, 0.2]})",
                  "1.2216270724432008"},
        .properties = shift_invariant,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &logits, const Tensor &y, const Tensor &w, const Reduction &reduction) {
      Index i("i"), c("c");
      Expr weight = stop_gradient(w(i));
      Expr own = cross_entropy_of(logits, i, argmax(c, logits(i, c))),
           of_label = cross_entropy_of(logits, i, y(i));
      return Loss(i, of_label + weight * (own - of_label), reduction);
    });

inline constexpr auto soft_bootstrapping = define(
    Spec<5>{
        .name = "soft_bootstrapping",
        .summary = "(1 - w) times -log of the label's probability plus w times the cross entropy of the "
                   "softmax at the "
                   "temperature Temp, which passes no gradient.",
        .source = "Reed et al., Training Deep Neural Networks on Noisy Labels with Bootstrapping, 2014; "
                  "PaulAlbert31/LabelNoiseCorrection",
        .parameters = {{points("logits", "i,c", "logits"), labels("y", "i", "labels, < c"),
                        detached(fractions("w", "i", "weight of the prediction; 0.05 for all in the paper")),
                        number("Temp", 1.0, 1e-30, 1e30, "temperature of the prediction, above 0"),
                        reduction()}},
        .known = {R"({"logits": [[2, 0.5, -1], [0.2, 0.1, 0.3]], "y": [1, 2], "w": [0.2, 0.2]})",
                  "1.2689888452878604"},
        .properties = shift_invariant,
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &logits, const Tensor &y, const Tensor &w, const Expr &temperature,
       const Reduction &reduction) {
      Index i("i"), c("c");
      Expr weight = stop_gradient(w(i));
      Expr prediction = stop_gradient(softmax(c, logits(i, c) / temperature));
      Expr own = -sum(c, prediction * log_softmax(c, logits(i, c))),
           of_label = cross_entropy_of(logits, i, y(i));
      return Loss(i, of_label + weight * (own - of_label), reduction);
    });

inline constexpr auto mixup_bootstrapping = define(
    Spec<7>{
        .name = "mixup_bootstrapping",
        .summary = "Soft bootstrapping of mixed samples: both sources' labels, each weighed against its own "
                   "prediction, "
                   "plus reg times the divergence of the uniform from the mean prediction.",
        .source = "Arazo et al., Unsupervised Label Noise Modeling and Loss Correction, ICML 2019; "
                  "PaulAlbert31/LabelNoiseCorrection",
        .parameters = {{points("logits_mix", "i,c", "logits of the mixed samples"),
                        detached(probabilities("zp", "i,c", "predictions of the samples before mixing")),
                        labels("y", "i", "labels, < c"), partners("perm", "i", "partner of each sample"),
                        detached(fractions("B", "i", "probability that a label is wrong")),
                        number("lam", 0.5, 0.0, 1.0, "share of the sample itself in its mixture"),
                        number("reg", 1.0, 0.0, 1e30, "weight of the divergence")}},
        .known =
            {R"({"logits_mix": [[1, 0], [1, 0]], "zp": [[0.5, 0.5], [0.5, 0.5]], "y": [0, 1], "perm": [0, 1],
                      "B": [0, 1], "lam": 0.3, "reg": 0})",
             "0.5632616875182228"},
        .properties = shift_invariant,
    },
    [](const Tensor &logits, const Tensor &zp, const Tensor &y, const Tensor &perm, const Tensor &b,
       const Expr &lam, const Expr &reg) {
      Index i("i"), c("c");
      Tensor log_p({i, c}, log_softmax(c, logits(i, c)));
      auto loss_of = [&](const Expr &source) {
        Expr wrong = stop_gradient(b(source));
        Expr own = -sum(c, stop_gradient(zp(source, c)) * log_p(i, c));
        Expr of_label = cross_entropy_of(logits, i, y(source));
        return of_label + wrong * (own - of_label);
      };
      Expr classes = to_real(extent(logits, 1)), n = to_real(extent(logits, 0));
      Expr divergence = -mean(c, log(classes) + logsumexp(i, log_p(i, c)) - log(n));
      return mean(i, loss_of(perm(i)) + lam * (loss_of(i) - loss_of(perm(i)))) + reg * divergence;
    });

inline constexpr auto pls_weighted_soft_ce = define(
    Spec<7>{
        .name = "pls_weighted_soft_ce",
        .summary = "Cross entropies against the targets of both sources of a mixture, each a mean weighed by "
                   "w, plus "
                   "prior times the divergence of the uniform from the mean prediction.",
        .source =
            "Albert et al., An Accurate Detection Is Not All You Need to Combat Label Noise, ECCV 2024; "
            "PaulAlbert31/LSA",
        .parameters = {{points("Z", "b,c", "logits of the mixed samples"),
                        probabilities("Ya", "b,c", "targets of the samples"),
                        probabilities("Yb", "b,c", "targets of the partners"),
                        detached(fractions("w", "b", "weights of the samples")),
                        {.name = "wb",
                         .shape = "b",
                         .doc = "weights of the partners; w when left out",
                         .low = 0,
                         .detached = true},
                        scalar("lam", 0.5, 0.0, 1.0, "share of the sample itself in its mixture"),
                        number("prior", 0.0, 0.0, 1e30, "weight of the divergence")}},
        .known =
            {R"({"Z": [[0, 0], [1, 0]], "Ya": [[1, 0], [1, 0]], "Yb": [[0, 1], [0, 1]], "w": [1, 0], "lam": 0.5})",
             "0.6931471805599453"},
        .properties = shift_invariant,
    },
    [](const Tensor &z, const Tensor &ya, const Tensor &yb, const Tensor &w, const std::optional<Tensor> &wb,
       const Expr &lam, const Expr &prior) {
      Index b("b"), c("c");
      Tensor log_p({b, c}, log_softmax(c, z(b, c)));
      auto loss_of = [&](const Tensor &target, const Tensor &weights) {
        Expr weight = stop_gradient(weights(b));
        return weighted_average(sum(b, -weight * sum(c, target(b, c) * log_p(b, c))), sum(b, weight));
      };
      Expr classes = to_real(extent(z, 1)), n = to_real(extent(z, 0));
      Expr divergence = -mean(c, log(classes) + logsumexp(b, log_p(b, c)) - log(n));
      return lam * loss_of(ya, w) + (1.0 - lam) * loss_of(yb, wb ? *wb : w) + prior * divergence;
    });

inline constexpr auto mixup_loss = define(
    Spec<4>{
        .name = "mixup_loss",
        .summary = "Logistic loss of a linear score on the mixtures of every pair of samples.",
        .source = "Zhang et al., mixup, ICLR 2018; Oh and Yun, Provable Benefit of Mixup, ICML 2023",
        .parameters = {{points("X", "i,d", "samples"), fractions("y", "i", "labels, 0 to 1"),
                        fractions("lam", "i,i", "share of sample i in the mixture of i and j"),
                        points("w", "d", "weights of the score")}},
        .known = {R"({"X": [[1, 2], [1, 2]], "y": [1, 1], "lam": [[0.5, 0.3], [0.7, 0.5]], "w": [2, -1]})",
                  "0.6931471805599453"},
        .properties = non_negative,
    },
    [](const Tensor &x, const Tensor &y, const Tensor &lam, const Tensor &w) {
      Index i("i"), j("j");
      Tensor score(i, dot(x[i], w));
      auto mixed = [&](const Tensor &of) { return of(j) + lam(i, j) * (of(i) - of(j)); };
      return mean({i, j}, binary_cross_entropy_of(mixed(score), mixed(y)));
    });

inline constexpr auto mask_mixup_loss = define(
    Spec<6>{
        .name = "mask_mixup_loss",
        .summary = "Logistic loss of a linear score on samples whose masked features are their own, the "
                   "others their "
                   "partner's; labels mix by the share of the mask.",
        .source = "Yun et al., CutMix, ICCV 2019; Oh and Yun, Provable Benefit of Mixup, ICML 2023",
        .parameters = {{binary("M", "i,d", "mask, 0 or 1"), points("X", "i,d", "samples"),
                        fractions("y", "i", "labels, 0 to 1"),
                        partners("perm", "i", "partner of each sample"),
                        points("w", "d", "weights of the score"), reduction()}},
        .known =
            {R"({"M": [[1, 0], [0, 0]], "X": [[1, 0], [0, 2]], "y": [1, 0], "perm": [1, 1], "w": [1, -0.5]})",
             "0.5032044340393841"},
        .properties = non_negative,
    },
    [](const Tensor &m, const Tensor &x, const Tensor &y, const Tensor &perm, const Tensor &w,
       const Reduction &reduction) {
      Index i("i"), d("d");
      Expr score = sum(d, w(d) * (m(i, d) * x(i, d) + (1.0 - m(i, d)) * x(perm(i), d)));
      Expr share = mean(d, m(i, d));
      Expr target = share * y(i) + (1.0 - share) * y(perm(i));
      return Loss(i, binary_cross_entropy_of(score, target), reduction);
    });

inline constexpr auto mixup_ranking_loss = define(
    Spec<7>{
        .name = "mixup_ranking_loss",
        .summary = "Cross entropy plus alpha times how far the largest logit of a mixed sample comes above "
                   "that of the "
                   "raw one less m; samples whose mixed target is one class do not count in that.",
        .source = "Noh et al., RankMixup: Ranking-Based Mixup Training for Network Calibration, ICCV 2023",
        .parameters = {{points("f", "i,c", "logits"), points("g", "i,c", "logits of the mixed samples"),
                        labels("y", "i", "labels, < c"),
                        detached(probabilities("ymix", "i,c", "targets of the mixed samples")),
                        number("m", 0.1, 0.0, 1e30, "margin"), number("alpha", 0.1, 0.0, 1e30, "weight"),
                        reduction()}},
        .known = {R"({"f": [[0, 0]], "g": [[3, 0]], "y": [0], "ymix": [[0.5, 0.5]], "m": 0, "alpha": 1})",
                  "3.6931471805599454"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &f, const Tensor &g, const Tensor &y, const Tensor &ymix, const Expr &m,
       const Expr &alpha, const Reduction &reduction) {
      // The authors' code multiplies means over the batch, which is the same only where all targets are
      // mixed.
      Index i("i"), c("c");
      Expr mixed = max(c, ymix(i, c)) < 1.0;
      Expr above = relu(max(c, g(i, c)) - max(c, f(i, c)) + m);
      return Loss(i, cross_entropy_of(f, i, y(i)) + alpha * where(mixed, above, 0.0), reduction);
    });

inline constexpr auto m_ndcg_loss = define(
    Spec<6>{
        .name = "m_ndcg_loss",
        .summary = "Cross entropy plus alpha times 1 - NDCG of the confidences of a sample and its mixtures, "
                   "ranked by "
                   "the largest share of their targets.",
        .source = "Noh et al., RankMixup: Ranking-Based Mixup Training for Network Calibration, ICCV 2023",
        .parameters = {{points("f", "i,c", "logits"), points("g", "t,i,c", "logits of the mixed versions"),
                        detached(probabilities("ymix", "t,i,c", "their targets")),
                        labels("y", "i", "labels, < c"), number("alpha", 0.1, 0.0, 1e30, "weight"),
                        reduction()}},
        .known = {R"({"f": [[0, 0]], "g": [[[0, 0]]], "ymix": [[[0.5, 0.5]]], "y": [0], "alpha": 1})",
                  "1.0732409472758797"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &f, const Tensor &g, const Tensor &ymix, const Tensor &y, const Expr &alpha,
       const Reduction &reduction) {
      Index i("i"), c("c"), t("t"), s("s", extent(g, 0));
      Tensor share({t, i}, stop_gradient(max(c, ymix(t, i, c))));
      // The raw sample is the first; equal shares keep their order.
      Expr position = to_real(
          2 + count(s, s != t && (share(s, i) > share(t, i) || (share(s, i) == share(t, i) && s < t))));
      Expr discount = 1.0 / log2(position + 1.0);
      Expr confidence = exp(max(c, f(i, c)) - logsumexp(c, f(i, c)));
      Expr of_mixed = exp(max(c, g(t, i, c)) - logsumexp(c, g(t, i, c)));
      Expr gain = confidence + sum(t, of_mixed * discount), ideal = 1.0 + sum(t, share(t, i) * discount);
      return Loss(i,
                  cross_entropy_of(f, i, y(i)) + alpha * (1.0 - minimum(gain, ideal) / maximum(gain, ideal)),
                  reduction);
    });

inline constexpr auto distribution_align_sharpen = define(
    Spec<5>{
        .name = "distribution_align_sharpen",
        .summary = "Predictions times the share of each class over its running share, to the power 1 / T, "
                   "normalised; "
                   "and the running shares to keep. Nothing passes a gradient.",
        .source = "Berthelot et al., ReMixMatch, ICLR 2020; ShuvenduRoy/UnMixMatch",
        .parameters = {{detached(points("logits", "i,c", "logits")),
                        detached(fractions("pt", "c", "shares of the classes in the labels")),
                        detached(fractions("pm", "c", "running shares of the predictions, above 0")),
                        number("T", 0.5, 1e-30, 1e30, "temperature, above 0"),
                        number("momentum", 0.999, 0.0, 1.0, "of the running shares")}},
        .known = {R"({"logits": [[0, 0]], "pt": [0.5, 0.5], "pm": [0.75, 0.25]})", "[[0.1, 0.9]]"},
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &logits, const Tensor &pt, const Tensor &pm, const Expr &t, const Expr &momentum) {
      Index i("i"), c("c");
      Expr aligned = log_softmax(c, logits(i, c)) + log(pt(c)) - log(pm(c));
      Expr running = momentum * pm(c) + (1.0 - momentum) * mean(i, softmax(c, logits(i, c)));
      return AlignedTargets{Tensor({i, c}, stop_gradient(softmax(c, aligned / t))),
                            Tensor(c, stop_gradient(running))};
    });

} // namespace mercer::stdlib::classification
