// Metric losses of embeddings grouped by class, of prototypes and of triplets that are given.
#pragma once

#include "mercer/stdlib/Metric.h"
#include "mercer/stdlib/Scores.h"

namespace mercer::stdlib::metric {

inline constexpr auto angular_prototypical = define(
    Spec<4>{
        .name = "angular_prototypical",
        .summary = "Each class's first embedding against the means of the others by w cos + b.",
        .source = "Chung et al., In Defence of Metric Learning for Speaker Recognition, Interspeech 2020; "
                  "clovaai/voxceleb_trainer",
        .parameters = {{points("x", "i,v,k", "embeddings by class, at least 2 of each"),
                        scalar("w", 10.0, 0.0, 1e30, "scale"),
                        scalar("b", -5.0, -1e30, 1e30, "bias; it cancels"), reduction()}},
        .known = {R"({"x": [[[1, 0], [2, 0]], [[0, 1], [0, 3]]], "w": 2, "b": -5})", "0.1269280110429727"},
        .properties = non_negative | scale_invariant,
    },
    // The bias is the same in every score and cancels: its gradient is exactly 0.
    [](const Tensor &x, const Expr &w, const Expr &, const Reduction &reduction) {
      Index i("i"), j("j"), k("k"), v("v", extent(x, 1) - 1);
      Tensor query = normalize(Tensor({i, k}, x(i, 0, k)));
      Tensor prototype = normalize(Tensor({j, k}, mean(v, x(j, v + 1, k))));
      Tensor cosine({i, j}, dot(query[i], prototype[j]));
      auto score = [&](const Expr &of) { return w * cosine(i, of); };
      return Loss(i, cross_entropy_of(j, score, i), reduction);
    });

inline constexpr auto softmax_plus_angular_prototypical = define(
    Spec<6>{
        .name = "softmax_plus_angular_prototypical",
        .summary = "Cross entropy of a linear classifier over all embeddings, plus angular_prototypical.",
        .source = "Chung et al., In Defence of Metric Learning for Speaker Recognition, Interspeech 2020; "
                  "clovaai/voxceleb_trainer",
        .parameters = {{points("x", "i,v,k", "embeddings by class, at least 2 of each"),
                        labels("y", "i", "labels, < c"), points("Wfc", "c,k", "weights of the classifier"),
                        points("bfc", "c", "biases of the classifier"), scalar("w", 10.0, 0.0, 1e30, "scale"),
                        scalar("b", -5.0, -1e30, 1e30, "bias; it cancels")}},
        .known = {R"({"x": [[[1, 0], [2, 0]], [[0, 1], [0, 3]]], "y": [0, 1], "Wfc": [[0, 0], [0, 0]],
                      "bfc": [0, 0], "w": 2, "b": -5})",
                  "0.820075191602918"},
        .properties = non_negative,
    },
    [](const Tensor &x, const Tensor &y, const Tensor &weight, const Tensor &bias, const Expr &w,
       const Expr &b) {
      Index i("i"), v("v"), c("c");
      Tensor scores({i, v, c}, dot(x[i][v], weight[c]) + bias(c));
      auto score = [&](const Expr &of) { return scores(i, v, of); };
      return mean({i, v}, cross_entropy_of(c, score, y(i))) + angular_prototypical(x, w, b);
    });

inline constexpr auto ge2e_softmax = define(
    Spec<4>{
        .name = "ge2e_softmax",
        .summary = "Each embedding against the classes' means by w cos + b, the own class's mean without it.",
        .source = "Wan et al., Generalized End-to-End Loss for Speaker Verification, ICASSP 2018; "
                  "clovaai/voxceleb_trainer",
        .parameters = {{points("x", "j,v,k", "embeddings by class, at least 2 of each"),
                        scalar("w", 10.0, 0.0, 1e30, "scale"),
                        scalar("b", -5.0, -1e30, 1e30, "bias; it cancels"), reduction()}},
        .known = {R"({"x": [[[1, 0], [2, 0]], [[0, 1], [0, 3]]], "w": 2, "b": -5})", "0.1269282494490267"},
        .properties = non_negative | scale_invariant,
        .smoothness = Smoothness::kinked,
    },
    // Cosines are at least 1e-6, as in the authors' code; the paper has no such bound.
    [](const Tensor &x, const Expr &w, const Expr &, const Reduction &reduction) {
      Index j("j"), v("v"), k("k"), l("l"), u("u");
      Tensor unit = normalize(x);
      Tensor centre = normalize(Tensor({l, k}, mean(u, x(l, u, k))));
      Tensor without = normalize(Tensor({j, v, k}, mean(u, x(j, u, k), u != v)));
      auto score = [&](const Expr &cosine) { return w * maximum(cosine, 1e-6); };
      Tensor cosine({j, v, l}, dot(unit[j][v], centre[l]));
      Expr others = logsumexp(l, score(cosine(j, v, l)), l != j);
      return Loss({j, v}, softplus(others - score(dot(unit[j][v], without[j][v]))), reduction);
    });

inline constexpr auto proto_triplet_loss = define(
    Spec<6>{
        .name = "proto_triplet_loss",
        .summary = "relu(d to the own prototype - d to the nearest other + margin), d = sqrt(squared "
                   "distance + eps).",
        .source = "Mendez-Ruiz et al., SuSana Distancia Is All You Need, Entropy / arXiv 2305.09062, 2023",
        .parameters = {{points("q", "n,d", "queries"), points("c", "k,d", "prototypes, at least 2"),
                        labels("y", "n", "labels, < k"), number("margin", 0.5, 0.0, 1e30, "margin"),
                        number("eps", 1e-6, 0.0, 1e30, "added under the root"), reduction()}},
        .known = {R"({"q": [[0, 0]], "c": [[3, 4], [0, 4.5]], "y": [0], "margin": 0.25, "eps": 0})", "0.75"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &q, const Tensor &c, const Tensor &y, const Expr &margin, const Expr &eps,
       const Reduction &reduction) {
      Index n("n"), k("k");
      // The nearest is chosen by its square, so that the root is taken of two distances only.
      Expr nearest = min(k, squared_distance(q[n], c[k]), k != y(n));
      Expr own = sqrt(squared_distance(q[n], c[y(n)]) + eps);
      return Loss(n, relu(own - sqrt(nearest + eps) + margin), reduction);
    });

inline constexpr auto triplet_center_loss = define(
    Spec<5>{
        .name = "triplet_center_loss",
        .summary = "relu(D to the own centre + m - least D to another), D half the squared distance.",
        .source = "He et al., Triplet-Center Loss for Multi-View 3D Object Retrieval, CVPR 2018",
        .parameters = {{points("v", "i,d", "embeddings, as they are"), labels("y", "i", "labels, < k"),
                        points("c", "k,d", "centres, at least 2"), number("m", 5.0, 0.0, 1e30, "margin"),
                        reduction()}},
        .known = {R"({"v": [[0.4, 0.5]], "y": [0], "c": [[1, 0], [0, 1]], "m": 0.5})", "0.6"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &v, const Tensor &y, const Tensor &c, const Expr &m, const Reduction &reduction) {
      Index i("i"), k("k");
      Expr own = 0.5 * squared_distance(v[i], c[y(i)]);
      Expr nearest = 0.5 * min(k, squared_distance(v[i], c[k]), k != y(i));
      return Loss(i, relu(own + m - nearest), reduction);
    });

inline constexpr auto weighted_triplet = define(
    Spec<6>{
        .name = "weighted_triplet",
        .summary = "relu(gamma |a-p|^2 - |a-n|^2 + margin) of triplets that are given.",
        .source = "Yang, Parikh and Batra, Joint Unsupervised Learning of Deep Representations and Image "
                  "Clusters, CVPR "
                  "2016; jwyang/JULE.torch",
        .parameters = {{points("a", "i,k", "anchors"), points("p", "i,k", "positives"),
                        points("n", "i,k", "negatives"),
                        number("gamma", 1.0, 0.0, 1e30, "weight of the positive"),
                        number("margin", 0.2, 0.0, 1e30, "margin"), reduction()}},
        .known = {R"({"a": [[1, 0]], "p": [[0.5, 0.5]], "n": [[0, 0.2]], "gamma": 2})", "0.16"},
        .properties = non_negative,
        .tolerance = 1e-9,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"a": [[1, 0], [1, 0]], "p": [[1, 0], [0, 0]], "n": [[1, 0], [0, 0]], "margin": 0})",
                 "[[0, 0], [0, 0]]"},
    },
    [](const Tensor &a, const Tensor &p, const Tensor &n, const Expr &gamma, const Expr &margin,
       const Reduction &reduction) {
      Index i("i");
      Expr excess = gamma * squared_distance(a[i], p[i]) - squared_distance(a[i], n[i]) + margin;
      return Loss(i, relu(excess), reduction);
    });

inline constexpr auto speaker_triplet = define(
    Spec<5>{
        .name = "speaker_triplet",
        .summary =
            "Triplet loss of squared distances of unit vectors, the negative among the other classes' second "
            "embeddings.",
        .source = "Chung et al., In Defence of Metric Learning for Speaker Recognition, Interspeech 2020; "
                  "clovaai/voxceleb_trainer",
        .parameters =
            {{points("x", "i,v,k", "embeddings by class, normalised inside; the first two are taken"),
              partners("negative", "i", "class of each negative, random or semi-hard; without: by hard_rank"),
              number("margin", 0.1, 0.0, 1e30, "margin"),
              option("hard_rank", 0.0, "rank of the negative by distance; 0 is the nearest"), reduction()}},
        .known =
            {R"({"x": [[[1, 0], [0, 2]], [[0, 1], [1, 0]], [[3, 0], [0.6, 0.8]]], "margin": 0.5, "hard_rank": 1})",
             "1.2666666666666666"},
        .properties = non_negative | scale_invariant,
        .tolerance = 1e-9,
        .smoothness = Smoothness::kinked,
    },
    // Random negatives are drawn by the caller. The authors' code adds 1e-6 to every difference.
    [](const Tensor &x, const std::optional<Tensor> &negative, const Expr &margin, int hard_rank,
       const Reduction &reduction) {
      check_whole("speaker_triplet", "hard_rank", hard_rank, 0);
      Index i("i"), j("j"), l("l"), k("k");
      Tensor anchor = normalize(Tensor({i, k}, x(i, 0, k))), other = normalize(Tensor({i, k}, x(i, 1, k)));
      Tensor apart({i, j}, squared_distance(anchor[i], other[j]));
      auto score = [&](const Expr &at) { return apart(i, at); };
      Expr chosen = [&]() -> Expr {
        if (negative)
          return (*negative)(i);
        if (hard_rank == 0)
          return argmin(j, apart(i, j), j != i);
        return argmin(j, apart(i, j), j != i && rank_of(score, j, l, l != i) == hard_rank);
      }();
      return Loss(i, relu(apart(i, i) - apart(i, chosen) + margin), reduction);
    });

} // namespace mercer::stdlib::metric
