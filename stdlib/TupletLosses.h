// Metric losses over triplets and tuplets that the labels of a batch make.
#pragma once

#include "mercer/stdlib/Metric.h"

#include <numbers>

namespace mercer::stdlib::metric {

inline constexpr auto tuplet_margin_loss = define(
    Spec<5>{
        .name = "tuplet_margin_loss",
        .summary = "log(1 + sum over the anchor's negatives of exp(scale (cos - cos(theta - margin)))) of "
                   "each pair of one "
                   "label.",
        .source =
            "Yu and Tao, Deep Metric Learning with Tuplet Margin Loss, ICCV 2019; pytorch-metric-learning "
            "TupletMarginLoss",
        .parameters = {{points("embeddings", "i,k", "embeddings, normalised inside"),
                        labels("labels", "i", "labels"),
                        number("margin", 5.73, 0.0, 180.0, "slack of the positive's angle, degrees"),
                        number("scale", 64.0, 0.0, 1e30, "scale"), reduction()}},
        .known =
            {R"({"embeddings": [[1, 0], [0.8, 0.6], [0, 1]], "labels": [0, 0, 1], "margin": 30, "scale": 2})",
             "0.2521125385612186"},
        .properties = non_negative | scale_invariant,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &z, const Tensor &y, const Expr &margin, const Expr &scale, const Reduction &reduction) {
      Index a("a"), p("p"), n("n");
      Expr angle = margin * (std::numbers::pi / 180);
      Tensor unit = normalize(z);
      Tensor push(a, logsumexp(n, scale * dot(unit[a], unit[n]), y(n) != y(a)));
      Expr cosine = dot(unit[a], unit[p]), mate = a != p && y(a) == y(p);
      // The sine's derivative is infinite where the vectors are parallel.
      Expr turned = cosine * cos(angle) + sqrt(maximum(1.0 - square(cosine), 1e-9)) * sin(angle);
      Expr loss = where(mate, softplus(push(a) - scale * turned), 0.0);
      return Loss({a, p}, loss, reduction, mean({a, p}, loss, mate));
    });

inline constexpr auto angular_loss = define(
    Spec<4>{
        .name = "angular_loss",
        .summary = "log(1 + sum over the anchor's negatives of exp(4 t^2 <a + p, n> - 2 (1 + t^2) <a, p>)) "
                   "of each pair "
                   "of one label, t = tan(alpha).",
        .source = "Wang et al., Deep Metric Learning with Angular Loss, ICCV 2017; pytorch-metric-learning "
                  "AngularLoss",
        .parameters = {{points("embeddings", "i,k", "embeddings, normalised inside"),
                        labels("labels", "i", "labels"), number("alpha", 40.0, 0.0, 89.9, "angle, degrees"),
                        reduction()}},
        .known = {R"({"embeddings": [[1, 0], [0.8, 0.6], [0, 1]], "labels": [0, 0, 1], "alpha": 45})",
                  "0.3711006659477777"},
        .properties = non_negative | scale_invariant,
    },
    // All are normalised; pytorch-metric-learning leaves the negatives as they are.
    [](const Tensor &z, const Tensor &y, const Expr &alpha, const Reduction &reduction) {
      Index a("a"), p("p"), n("n");
      Tensor unit = normalize(z);
      Tensor s({a, p}, dot(unit[a], unit[p]));
      Expr t2 = square(tan(alpha * (std::numbers::pi / 180))), mate = a != p && y(a) == y(p);
      Expr push = logsumexp(n, 4.0 * t2 * (s(a, n) + s(p, n)), y(n) != y(a));
      Expr loss = where(mate, softplus(push - 2.0 * (1.0 + t2) * s(a, p)), 0.0);
      return Loss({a, p}, loss, reduction, mean({a, p}, loss, mate));
    });

inline constexpr auto margin_loss = define(
    Spec<5>{
        .name = "margin_loss",
        .summary = "relu(d - beta + margin) of positives and relu(beta - d + margin) of negatives over all "
                   "triplets, "
                   "divided by how many are positive.",
        .source = "Wu et al., Sampling Matters in Deep Embedding Learning, ICCV 2017; "
                  "pytorch-metric-learning MarginLoss",
        .parameters = {{points("embeddings", "i,k", "embeddings, normalised inside"),
                        labels("labels", "i", "labels"),
                        scalar("beta", 1.2, -1e30, 1e30, "boundary between the pairs, which may be learned"),
                        number("margin", 0.2, 0.0, 1e30, "margin around it"),
                        number("nu", 0.0, 0.0, 1e30, "weight of beta itself, where it is learned")}},
        .known =
            {R"({"embeddings": [[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8]], "labels": [0, 0, 1, 1], "beta": 0.7})",
             "0.10707898742695757"},
        .properties = scale_invariant,
        .tolerance = 1e-7,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &z, const Tensor &y, const Expr &beta, const Expr &margin, const Expr &nu) {
      Index a("a"), j("j");
      Tensor unit = normalize(z);
      Tensor mates(a, count(j, j != a && y(j) == y(a))), others(a, count(j, y(j) != y(a)));
      Expr d = distance(unit[a], unit[j]), mate = j != a && y(j) == y(a), other = y(j) != y(a);
      Expr pull = relu(d - beta + margin), push = relu(beta - d + margin);
      // A positive pair is in as many triplets as its anchor has negatives, and the other way round.
      Expr total =
          sum({a, j}, to_real(others(a)) * pull, mate) + sum({a, j}, to_real(mates(a)) * push, other);
      Expr active = sum({a, j}, where(pull > 0.0, others(a), 0), mate) +
                    sum({a, j}, where(push > 0.0, mates(a), 0), other);
      return average_of(total, active) + nu * beta;
    });

inline constexpr auto n_pairs_loss = define(
    Spec<3>{
        .name = "n_pairs_loss",
        .summary =
            "Cross entropy of each label's first embedding against the second ones of all labels, by cosine.",
        .source = "Sohn, Improved Deep Metric Learning with Multi-class N-pair Loss Objective, NeurIPS 2016; "
                  "pytorch-metric-learning NPairsLoss",
        .parameters = {{points("embeddings", "i,k", "embeddings, normalised inside"),
                        labels("labels", "i", "labels"), reduction()}},
        .known = {R"({"embeddings": [[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8]], "labels": [0, 0, 1, 1]})",
                  "0.40927813965002136"},
        .properties = non_negative | scale_invariant,
    },
    // Normalised as pytorch-metric-learning's distance does; the paper keeps the lengths and penalises them.
    [](const Tensor &z, const Tensor &y, const Reduction &reduction) {
      Index a("a"), b("b"), j("j");
      Tensor unit = normalize(z);
      Tensor second(a, argmax(j, to_real(y(j) == y(a)), j > a && y(j) == y(a)));
      Tensor anchor(a, !any(j, y(j) == y(a), j < a) && second(a) >= 0);
      auto score = [&](const Index &of) { return dot(unit[a], unit[where(anchor(of), second(of), of)]); };
      Expr others = logsumexp(b, score(b), b != a && anchor(b));
      Expr loss = where(anchor(a), softplus(others - score(a)), 0.0);
      return Loss(a, loss, reduction, mean(a, loss, anchor(a)));
    });

inline constexpr auto ranked_list_loss = define(
    Spec<8>{
        .name = "ranked_list_loss",
        .summary = "Weighted means of how far positives are outside of the radius alpha - margin and "
                   "negatives inside of "
                   "alpha.",
        .source =
            "Wang et al., Ranked List Loss for Deep Metric Learning, CVPR 2019; pytorch-metric-learning "
            "RankedListLoss",
        .parameters =
            {{points("embeddings", "i,k", "embeddings, normalised inside"), labels("labels", "i", "labels"),
              number("margin", 0.4, 0.0, 1e30, "margin between positives and negatives"),
              number("Tn", 10.0, 0.0, 1e30, "sharpness of the negatives' weights"),
              number("imbalance", 0.5, 0.0, 1.0, "weight of the negatives"),
              number("alpha", {}, 0.0, 1e30, "least distance of negatives; 1 + margin / 2 when left out"),
              number("Tp", 0.0, 0.0, 1e30, "sharpness of the positives' weights"), reduction()}},
        .known =
            {R"({"embeddings": [[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8]], "labels": [0, 0, 1, 1], "margin": 0.8,
                      "Tn": 1, "alpha": 1.3})",
             "0.16761561580672418"},
        .properties = non_negative | scale_invariant,
        .tolerance = 1e-7,
        .smoothness = Smoothness::kinked,
    },
    // The sums of weights have 1e-5 of every sample added, and the weights are differentiated, as in
    // pytorch-metric-learning, which has no defaults for margin and Tn: these are the paper's.
    [](const Tensor &z, const Tensor &y, const Expr &margin, const Expr &t_n, const Expr &imbalance,
       const std::optional<Expr> &alpha, const Expr &t_p, const Reduction &reduction) {
      Index i("i"), j("j");
      Expr outer = alpha ? *alpha : 1.0 + 0.5 * margin, inner = outer - margin;
      Tensor unit = normalize(z);
      Expr d = distance(unit[i], unit[j]), extra = 1e-5 * to_real(extent(z, 0));
      auto weighed = [&](const Expr &excess, const Expr &sharpness, const Expr &pair) {
        Expr weight = exp(sharpness * relu(excess)), active = pair && !(excess <= 0.0);
        return sum(j, weight * excess, active) / (sum(j, weight, active) + extra);
      };
      Expr pull = weighed(d - inner, t_p, j != i && y(j) == y(i) && !(d <= 0.0));
      Expr push = weighed(outer - d, t_n, y(j) != y(i) && !(d <= 0.0));
      return Loss(i, (1.0 - imbalance) * pull + imbalance * push, reduction);
    });

} // namespace mercer::stdlib::metric
