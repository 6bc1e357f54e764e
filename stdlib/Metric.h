// Losses on labelled embeddings.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"

namespace mercer::stdlib::metric {

inline constexpr auto triplet_margin_loss = define(
    Spec<4>{
        .name = "triplet_margin_loss",
        .summary =
            "relu(d(a,p) - d(a,n) + margin), averaged over the triplets of the labels where it is positive.",
        .source = "Schroff et al., FaceNet, CVPR 2015; pytorch-metric-learning TripletMarginLoss",
        .parameters = {{points("f", "i,d", "embeddings, taken as they are"), labels("y", "i", "labels"),
                        number("margin", 0.05, 0.0, 1e30, "margin"),
                        number("p", 2.0, 1.0, 1e30, "exponent of the norm")}},
        .known = {R"({"f": [[0], [1], [-1.3]], "y": [0, 0, 1], "margin": 0.5})", "0.2"},
        .properties = non_negative | shift_invariant,
        .tolerance = 1e-7,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"f": [[0], [1], [-1.5]], "y": [0, 0, 1], "margin": 0.5})", "[[0], [0], [0]]"},
    },
    [](const Tensor &f, const Tensor &y, const Expr &margin, const Expr &p) {
      Index a("a"), q("p"), n("n"), k("k");
      auto length = [&](const Index &other) {
        Expr general = power_or_zero(sum(k, power_or_zero(abs(f(a, k) - f(other, k)), p)), 1.0 / p);
        return where(p == 2.0, distance(f[a], f[other]), general);
      };
      Expr triplet = a != q && y(a) == y(q) && y(a) != y(n);
      Expr loss = length(q) - length(n) + margin;
      return average_of(sum({a, q, n}, relu(loss), triplet), count({a, q, n}, triplet && loss > 0.0));
    });

inline constexpr auto batch_hard_triplet_loss = define(
    Spec<4>{
        .name = "batch_hard_triplet_loss",
        .summary = "relu(margin + farthest positive - nearest negative) of each anchor that has both.",
        .source = "Hermans, Beyer and Leibe, In Defense of the Triplet Loss, arXiv 1703.07737, 2017",
        .parameters = {{points("f", "i,d", "embeddings, taken as they are"), labels("y", "i", "labels"),
                        number("margin", 0.2, 0.0, 1e30, "margin"), reduction()}},
        .known = {R"({"f": [[0], [1], [-1.5]], "y": [0, 0, 1], "margin": 1})", "0.25"},
        .properties = non_negative | shift_invariant,
        .tolerance = 1e-9,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"f": [[0], [1], [-1], [2]], "y": [0, 0, 0, 1], "margin": 2})",
                 "[[0], [1.3333333333333333], [-0.3333333333333333], [-1]]"},
    },
    [](const Tensor &f, const Tensor &y, const Expr &margin, const Reduction &reduction) {
      Index a("a"), j("j");
      Expr mate = j != a && y(j) == y(a), other = y(j) != y(a);
      // The hardest are chosen by their squares, so that the root and its derivative are taken of two
      // distances only.
      Expr farthest = sqrt(max(j, squared_distance(f[a], f[j]), mate));
      Expr nearest = sqrt(min(j, squared_distance(f[a], f[j]), other));
      Expr valid = any(j, mate) && any(j, other);
      Expr loss = where(valid, relu(margin + where(valid, farthest, 0.0) - where(valid, nearest, 0.0)), 0.0);
      return Loss(a, loss, reduction, average_of(sum(a, loss), count(a, valid)));
    });

inline constexpr auto contrastive_loss = define(
    Spec<4>{
        .name = "contrastive_loss",
        .summary =
            "Distances of one label above m_pos, of different labels below m_neg, each averaged where not 0.",
        .source = "Hadsell, Chopra and LeCun, CVPR 2006; pytorch-metric-learning ContrastiveLoss",
        .parameters = {{points("z", "i,k", "embeddings, normalised inside"), labels("y", "i", "labels"),
                        number("m_pos", 0.0, 0.0, 1e30, "margin of pairs of one label"),
                        number("m_neg", 1.0, 0.0, 1e30, "margin of the others")}},
        .known = {R"({"z": [[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8]], "y": [0, 0, 1, 1], "m_neg": 0.5})",
                  "0.6324555320336759"},
        .properties = non_negative | scale_invariant,
        .tolerance = 1e-7,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"z": [[1, 0], [2, 0], [0, 1]], "y": [0, 0, 1]})", "[[0, 0], [0, 0], [0, 0]]"},
    },
    [](const Tensor &z, const Tensor &y, const Expr &m_pos, const Expr &m_neg) {
      Index i("i"), j("j");
      Tensor unit = normalize(z);
      Expr d = distance(unit[i], unit[j]);
      Expr mate = i != j && y(i) == y(j), other = y(i) != y(j);
      Expr pull = average_of(sum({i, j}, relu(d - m_pos), mate), count({i, j}, mate && d > m_pos));
      Expr push = average_of(sum({i, j}, relu(m_neg - d), other), count({i, j}, other && d < m_neg));
      return pull + push;
    });

inline constexpr auto multi_similarity = define(
    Spec<6>{
        .name = "multi_similarity",
        .summary = "Soft maxima of the cosines to the own label and to the others, around base.",
        .source =
            "Wang et al., Multi-Similarity Loss, CVPR 2019; pytorch-metric-learning MultiSimilarityLoss",
        .parameters = {{points("z", "i,k", "embeddings, normalised inside"), labels("y", "i", "labels"),
                        number("alpha", 2.0, 0.0, 1e30, "sharpness of the positives"),
                        number("beta", 50.0, 0.0, 1e30, "sharpness of the negatives"),
                        number("base", 0.5, -1.0, 1.0, "cosine around which they are weighed"), reduction()}},
        .known = {R"({"z": [[1, 0], [1, 0]], "y": [0, 0], "alpha": 1, "base": 1})", "0.6931471805599453"},
        .properties = non_negative | scale_invariant,
    },
    [](const Tensor &z, const Tensor &y, const Expr &alpha, const Expr &beta, const Expr &base,
       const Reduction &reduction) {
      Index i("i"), j("j");
      Tensor unit = normalize(z);
      Expr s = dot(unit[i], unit[j]) - base;
      Expr pull = softplus(logsumexp(j, -alpha * s, j != i && y(j) == y(i))) / alpha;
      Expr push = softplus(logsumexp(j, beta * s, y(j) != y(i))) / beta;
      return Loss(i, pull + push, reduction);
    });

inline constexpr auto circle_loss = define(
    Spec<4>{
        .name = "circle_loss",
        .summary =
            "Circle loss of each anchor over the pairs of a batch, averaged over those that are not 0.",
        .source = "Sun et al., Circle Loss, CVPR 2020; pytorch-metric-learning CircleLoss",
        .parameters = {{points("f", "a,k", "embeddings, normalised inside"), labels("y", "a", "labels"),
                        number("m", 0.4, 0.0, 1.0, "relaxation"), number("gamma", 80.0, 0.0, 1e30, "scale")}},
        .known = {R"({"f": [[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8]], "y": [0, 0, 1, 1], "gamma": 8})",
                  "0.7489661601201213"},
        .properties = non_negative | scale_invariant,
        .smoothness = Smoothness::detached, // the weights of the pairs, as in the paper
    },
    [](const Tensor &f, const Tensor &y, const Expr &m, const Expr &gamma) {
      Index a("a"), j("j");
      Tensor unit = normalize(f);
      Expr s = dot(unit[a], unit[j]);
      Expr mate = j != a && y(j) == y(a), other = y(j) != y(a);
      Expr pull = logsumexp(j, -gamma * relu(1.0 + m - stop_gradient(s)) * (s - (1.0 - m)), mate);
      Expr push = logsumexp(j, gamma * relu(stop_gradient(s) + m) * (s - m), other);
      Tensor loss(a, where(any(j, mate) && any(j, other), softplus(pull + push), 0.0));
      return average_of(sum(a, loss(a)), count(a, loss(a) > 0.0));
    });

inline constexpr auto proxy_anchor = define(
    Spec<5>{
        .name = "proxy_anchor",
        .summary =
            "Each class's proxy against the batch: soft maxima over its own and over the other embeddings.",
        .source = "Kim et al., Proxy Anchor Loss, CVPR 2020; pytorch-metric-learning ProxyAnchorLoss",
        .parameters = {{points("z", "i,k", "embeddings, normalised inside"), labels("y", "i", "labels, < c"),
                        points("p", "c,k", "proxies, normalised inside"),
                        number("alpha", 32.0, 0.0, 1e30, "scale"), number("delta", 0.1, 0.0, 1.0, "margin")}},
        .known = {R"({"z": [[1, 0]], "y": [0], "p": [[1, 0]], "alpha": 1, "delta": 1})",
                  "0.6931471805599453"},
        .properties = non_negative | scale_invariant,
    },
    [](const Tensor &z, const Tensor &y, const Tensor &p, const Expr &alpha, const Expr &delta) {
      Index i("i"), c("c", extent(p, 0));
      Tensor unit = normalize(z), proxy = normalize(p);
      Expr s = dot(unit[i], proxy[c]);
      Expr pull = softplus(logsumexp(i, -alpha * (s - delta), y(i) == c));
      Expr push = softplus(logsumexp(i, alpha * (s + delta), y(i) != c));
      Expr classes = to_real(extent(p, 0));
      return average_of(sum(c, pull), count(c, any(i, y(i) == c))) + sum(c, push) / classes;
    });

inline constexpr auto prototypical_loss = define(
    Spec<2>{
        .name = "prototypical_loss",
        .summary = "Each class's first embedding against the means of the others, by squared distance.",
        .source = "Snell, Swersky and Zemel, Prototypical Networks, NeurIPS 2017; clovaai/voxceleb_trainer",
        .parameters = {{points("x", "i,v,k", "embeddings by class, at least 2 of each"), reduction()}},
        .known = {R"({"x": [[[1, 0], [0.8, 0.2], [0.9, -0.1]], [[0, 1], [0.2, 0.9], [-0.1, 1.1]]]})",
                  "0.16124968168323783"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &x, const Reduction &reduction) {
      Index i("i"), j("j"), k("k"), v("v", extent(x, 1) - 1);
      Tensor prototype({j, k}, mean(v, x(j, v + 1, k)));
      auto squared = [&](const Index &other) { return squared_distance(x[i][0], prototype[other]); };
      return Loss(i, squared(i) + logsumexp(j, -squared(j)), reduction);
    });

} // namespace mercer::stdlib::metric
