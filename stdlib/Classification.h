// Losses on class scores and labels.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Scores.h"

#include <cmath>

namespace mercer::stdlib::classification {

inline constexpr auto cross_entropy = define(
    Spec<6>{
        .name = "cross_entropy",
        .summary =
            "Softmax cross entropy of scores and labels, with class weights, an ignored label, smoothing.",
        .source = "torch.nn.functional.cross_entropy",
        .parameters =
            {{points("input", "n,c", "scores (logits)"),
              labels("target", "n", "labels, < c"),
              {.name = "weight", .shape = "c", .doc = "weight of a class; all 1 when left out", .low = 0},
              option("ignore_index", -100.0, "the label that counts for nothing"),
              number("label_smoothing", 0.0, 0.0, 1.0, "share of the uniform distribution"),
              reduction()}},
        .known = {R"({"input": [[0, 0], [0, 0]], "target": [1, -100]})", "0.6931471805599453"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &input, const Tensor &target, const std::optional<Tensor> &weight, int ignore_index,
       const Expr &label_smoothing, const Reduction &reduction) {
      Index n("n"), c("c");
      Expr kept = target(n) != ignore_index;
      auto weight_of = [&](const Expr &label) { return weight ? (*weight)(label) : Expr(1.0); };
      Expr normalizer = logsumexp(c, input(n, c));
      Expr at_label = weight_of(target(n)) * (normalizer - input(n, target(n)));
      Expr uniform = mean(c, weight_of(c) * (normalizer - input(n, c)));
      Expr loss = where(kept, (1.0 - label_smoothing) * at_label + label_smoothing * uniform, 0.0);
      Expr counted = sum(n, where(kept, weight_of(target(n)), 0.0));
      return Loss(n, loss, reduction, sum(n, loss) / counted);
    });

inline constexpr auto focal_loss = define(
    Spec<5>{
        .name = "focal_loss",
        .summary = "Binary cross entropy of logits, weighted by (1 - p_t)^gamma.",
        .source =
            "Lin et al., Focal Loss for Dense Object Detection, ICCV 2017; torchvision sigmoid_focal_loss",
        .parameters = {{points("z", "b", "logits"), binary("y", "b", "labels, 0 or 1"),
                        number("gamma", 2.0, 0.0, 1e30, "focus"),
                        number("alpha", -1.0, -1.0, 1.0, "weight of the label 1; below 0: none"),
                        reduction()}},
        .known = {R"({"z": [2, -1], "y": [1, 1]})", "0.3518359331233127"},
        .properties = non_negative,
    },
    [](const Tensor &z, const Tensor &y, const Expr &gamma, const Expr &alpha, const Reduction &reduction) {
      Index b("b");
      Expr away = -(2.0 * y(b) - 1.0) * z(b); // 1 - p_t is its sigmoid
      Expr weight = where(alpha < 0.0, 1.0, alpha * y(b) + (1.0 - alpha) * (1.0 - y(b)));
      return Loss(b, weight * exp(gamma * log_sigmoid(away)) * softplus(away), reduction);
    });

inline constexpr auto focal_loss_softmax = define(
    Spec<5>{
        .name = "focal_loss_softmax",
        .summary = "Softmax cross entropy weighted by (1 - p_y)^gamma.",
        .source = "Lin et al., Focal Loss for Dense Object Detection, ICCV 2017; kornia.losses.focal_loss",
        .parameters = {{points("z", "n,c", "logits"), labels("y", "n", "labels, < c"),
                        number("gamma", 2.0, 0.0, 1e30, "focus"),
                        option("alpha", 1.0, "weight of the classes: one for all, or one each"),
                        reduction()}},
        .known = {R"({"z": [[2, 1, -0.5]], "y": [0]})", "0.035780477250086144"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &z, const Tensor &y, const Expr &gamma, const std::vector<double> &alpha,
       const Reduction &reduction) {
      Index n("n"), c("c");
      Expr weight = alpha.at(0);
      for (std::size_t label = 1; label < alpha.size(); ++label)
        weight = where(y(n) == static_cast<int>(label), alpha[label], weight);
      Expr normalizer = logsumexp(c, z(n, c));
      // log(1 - p_y) from the other classes: 1 - p_y cancels where p_y is near 1.
      Expr log_rest = logsumexp(c, z(n, c), c != y(n)) - normalizer;
      return Loss(n, weight * exp(gamma * log_rest) * (normalizer - z(n, y(n))), reduction);
    });

inline constexpr auto generalized_cross_entropy = define(
    Spec<4>{
        .name = "generalized_cross_entropy",
        .summary = "(1 - p_y^q) / q: between cross entropy (q to 0) and 1 - p_y (q = 1).",
        .source = "Zhang and Sabuncu, Generalized Cross Entropy Loss, NeurIPS 2018",
        .parameters = {{points("h", "b,c", "scores"), labels("y", "b", "labels, < c"),
                        number("q", 0.7, 0.0, 1.0, "above 0"), reduction()}},
        .known = {R"({"h": [[0, 0]], "y": [0], "q": 1})", "0.5"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &h, const Tensor &y, const Expr &q, const Reduction &reduction) {
      Index b("b"), c("c");
      Expr negative_log = logsumexp(c, h(b, c)) - h(b, y(b));
      return Loss(b, -expm1(-q * negative_log) / q, reduction);
    });

inline constexpr auto symmetric_cross_entropy = define(
    Spec<5>{
        .name = "symmetric_cross_entropy",
        .summary = "(1 - b) (-log p_y) + b A (1 - p_y).",
        .source = "Wang et al., Symmetric Cross Entropy, ICCV 2019; Optimization-AI/ICML2023_LDR",
        .parameters = {{points("f", "i,k", "logits"), labels("y", "i", "labels, < k"),
                        number("b", 0.5, 0.0, 1.0, "share of the reverse term"),
                        number("A", 4.0, 0.0, 1e30, "minus the logarithm taken of 0"), reduction()}},
        .known = {R"({"f": [[2, 0.5, -1]], "y": [0]})", "0.5494615791500268"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &f, const Tensor &y, const Expr &b, const Expr &a, const Reduction &reduction) {
      Index i("i"), k("k");
      Expr negative_log = logsumexp(k, f(i, k)) - f(i, y(i));
      return Loss(i, (1.0 - b) * negative_log - b * a * expm1(-negative_log), reduction);
    });

inline constexpr auto logit_adjusted_cross_entropy = define(
    Spec<6>{
        .name = "logit_adjusted_cross_entropy",
        .summary = "Cross entropy of z / T + tau log(prior).",
        .source = "Menon et al., Long-Tail Learning via Logit Adjustment, ICLR 2021; "
                  "bluecdm/Long-tailed-recognition",
        .parameters = {{points("z", "i,c", "logits"), labels("y", "i", "labels, < c"),
                        positive("prior", "c", "class frequencies"),
                        number("T", 0.03333333333333333, 0.0, 1e30, "temperature; 1 for ordinary logits"),
                        number("tau", 1.0, 0.0, 1e30, "strength"), reduction()}},
        .known = {R"({"z": [[1, 2]], "y": [1], "prior": [0.8, 0.2], "T": 1})", "0.9048324415544479"},
        .properties = non_negative,
    },
    [](const Tensor &z, const Tensor &y, const Tensor &prior, const Expr &t, const Expr &tau,
       const Reduction &reduction) {
      Index i("i"), c("c");
      // A class without samples is never the answer: the derivative of its logarithm is not looked at.
      Expr known = prior(c) > 0.0;
      Expr log_prior = where(known, log(where(known, prior(c), 1.0)), -HUGE_VAL);
      Tensor adjusted({i, c}, z(i, c) / t + tau * log_prior);
      return Loss(i, logsumexp(c, adjusted(i, c)) - adjusted(i, y(i)), reduction);
    });

inline constexpr auto arcface_logits = define(
    Spec<4>{
        .name = "arcface_logits",
        .summary = "Scores s cos(theta), with the margin m added to the angle of the label; past pi, cos - m "
                   "sin(m).",
        .source = "Deng et al., ArcFace, CVPR 2019; insightface, pytorch-metric-learning ArcFaceLoss",
        .parameters = {{cosines("cos", "n,k", "cosines"), labels("y", "n", "labels, < k"),
                        number("m", 0.5, 0.0, 3.14, "margin, radians"),
                        number("s", 64.0, 0.0, 1e30, "scale")}},
        .known = {R"({"cos": [[1, 0.5]], "y": [0], "m": 0, "s": 2})", "[[2, 1]]"},
        .tolerance = 1e-8,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"cos": [[1, 0.5]], "y": [0], "m": 0.5, "s": 2})", "[[1.7551651237807455, 2]]"},
    },
    [](const Tensor &cosine, const Tensor &y, const Expr &m, const Expr &s) {
      Index n("n"), k("k");
      Expr c = cosine(n, k);
      return Tensor({n, k}, s * where(k == y(n), cosine_with_margin(c, m), c));
    });

inline constexpr auto cosface_logits = define(
    Spec<4>{
        .name = "cosface_logits",
        .summary = "Scores s cos(theta), with the margin m taken from the cosine of the label.",
        .source = "Wang et al., CosFace, CVPR 2018; mk-minchul/AdaFace head.py",
        .parameters = {{cosines("cos", "n,k", "cosines"), labels("y", "n", "labels, < k"),
                        number("m", 0.4, 0.0, 2.0, "margin"), number("s", 64.0, 0.0, 1e30, "scale")}},
        .known = {R"({"cos": [[0.5, 0.25]], "y": [1], "m": 0.25, "s": 2})", "[[1, 0]]"},
    },
    [](const Tensor &cosine, const Tensor &y, const Expr &m, const Expr &s) {
      Index n("n"), k("k");
      return Tensor({n, k}, s * where(k == y(n), cosine(n, k) - m, cosine(n, k)));
    });

inline constexpr auto entmax_loss = define(
    Spec<5>{
        .name = "entmax_loss",
        .summary = "(1 - sum of p^alpha) / (alpha (alpha - 1)) + <p - e_y, z> of the alpha-entmax p of the scores, whose gradient is p - e_y; "
                   "alpha = 2 is the sparsemax loss, and towards 1 it is cross entropy.",
        .source = "Peters, Niculae and Martins, Sparse Sequence-to-Sequence Models, ACL 2019; deep-spin/entmax",
        .parameters = {{points("z", "n,c", "scores"), labels("y", "n", "labels, < c"), option("alpha", 1.5, "exponent, 1.01 to 100"),
                        option("n_iter", 24.0, "steps of bisection, 1 to 100, no more than 24 of which are taken; two of Newton's follow"),
                        reduction()}},
        .known = {R"({"z": [[1.2, 0.8, -0.5, 0.1]], "y": [0]})", "0.22788567056726197"},
        .properties = shift_invariant,
        .smoothness = Smoothness::once,
    },
    [](const Tensor &z, const Tensor &y, double alpha, int steps, const Reduction &reduction) {
      check_entmax("entmax_loss", alpha, steps);
      Index n("n"), c("c");
      Entmax entmax(z, n, alpha, steps);
      Expr p = entmax.probability(c);
      Expr entropy = (1.0 - sum(c, power_or_zero(p, alpha))) / (alpha * (alpha - 1.0));
      return Loss(n, entropy + sum(c, p * (z(n, c) - z(n, y(n)))), reduction);
    });

} // namespace mercer::stdlib::classification
