// PyTorch's losses of given pairs and triplets.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"

namespace mercer::stdlib::metric {

/// relu(d(a, p) - d(a, n) + margin) of each triplet n, of a distance of its rows; with `swap` d(p, n) counts
/// where it is smaller than d(a, n).
inline Loss triplet_margin_of(const Tensor &anchor, const Tensor &positive, const Tensor &negative,
                              const std::function<Expr(const Tensor &, const Tensor &)> &distance,
                              const Expr &margin, bool swap, const Reduction &reduction) {
  Index n("n");
  Expr far = distance(anchor[n], negative[n]);
  if (swap)
    far = minimum(far, distance(positive[n], negative[n]));
  return Loss(n, relu(distance(anchor[n], positive[n]) - far + margin), reduction);
}

inline constexpr auto triplet_margin = define(
    Spec<8>{
        .name = "triplet_margin",
        .also = "TripletMarginLoss",
        .summary = "max(0, d(a, p) - d(a, n) + margin) of given triplets, d the p-norm of the difference "
                   "plus eps: torch's "
                   "triplet_margin_loss.",
        .source = "torch.nn.functional.triplet_margin_loss; Balntas et al., BMVC 2016",
        .parameters = {{points("anchor", "n,d", "anchors"), points("positive", "n,d", "positives"),
                        points("negative", "n,d", "negatives"), number("margin", 1.0, -1e30, 1e30, "margin"),
                        number("p", 2.0, 1.0, 1e30, "exponent of the norm"),
                        number("eps", 1e-6, 0.0, 1e30, "added to each difference"),
                        option("swap", 0.0, "whether d(p, n) counts where it is smaller than d(a, n)"),
                        reduction()}},
        .known = {R"({"anchor": [[0]], "positive": [[3]], "negative": [[1]], "eps": 0, "swap": 1})", "3"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"anchor": [[0, 0]], "positive": [[0, 0]], "negative": [[1, 0]], "eps": 0})", "[[0, 0]]"},
    },
    [](const Tensor &anchor, const Tensor &positive, const Tensor &negative, const Expr &margin,
       const Expr &p, const Expr &eps, bool swap, const Reduction &reduction) {
      auto length = [&](const Tensor &a, const Tensor &b) {
        Index d("d");
        Tensor apart(d, a(d) - b(d) + eps);
        Expr general = power_or_zero(sum(d, power_or_zero(abs(apart(d)), p)), 1.0 / p);
        return where(p == 2.0, norm(apart), general);
      };
      return triplet_margin_of(anchor, positive, negative, length, margin, swap, reduction);
    });

inline constexpr auto triplet_margin_with_distance_loss = define(
    Spec<7>{
        .name = "triplet_margin_with_distance_loss",
        .also = "TripletMarginWithDistanceLoss",
        .summary = "max(0, d(a, p) - d(a, n) + margin) of given triplets, with a distance by name.",
        .source = "torch.nn.functional.triplet_margin_with_distance_loss",
        .parameters =
            {{points("anchor", "n,d", "anchors"), points("positive", "n,d", "positives"),
              points("negative", "n,d", "negatives"),
              option("distance_function", "euclidean",
                     "euclidean|squared_euclidean|manhattan|chebyshev|cosine: the last is 1 - cosine"),
              number("margin", 1.0, -1e30, 1e30, "margin"),
              option("swap", 0.0, "whether d(p, n) counts where it is smaller than d(a, n)"), reduction()}},
        .known =
            {R"({"anchor": [[0]], "positive": [[3]], "negative": [[1]], "distance_function": "squared_euclidean"})",
             "9"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"anchor": [[0, 0]], "positive": [[0, 0]], "negative": [[1, 0]]})", "[[0, 0]]"},
    },
    [](const Tensor &anchor, const Tensor &positive, const Tensor &negative,
       const std::string &distance_function, const Expr &margin, bool swap, const Reduction &reduction) {
      check_option("triplet_margin_with_distance_loss", "distance_function", distance_function,
                   {"euclidean", "squared_euclidean", "manhattan", "chebyshev", "cosine"});
      auto length = [&](const Tensor &a, const Tensor &b) {
        Index d("d");
        if (distance_function == "manhattan")
          return sum(d, abs(a(d) - b(d)));
        if (distance_function == "chebyshev")
          return max(d, abs(a(d) - b(d)));
        if (distance_function == "cosine")
          return 1.0 - cosine(a, b);
        return distance_function == "euclidean" ? distance(a, b) : squared_distance(a, b);
      };
      return triplet_margin_of(anchor, positive, negative, length, margin, swap, reduction);
    });

inline constexpr auto cosine_embedding_loss = define(
    Spec<5>{
        .name = "cosine_embedding_loss",
        .also = "CosineEmbeddingLoss",
        .summary = "1 - cosine of pairs that belong together (1), max(0, cosine - margin) of those that do "
                   "not (-1).",
        .source = "torch.nn.functional.cosine_embedding_loss",
        .parameters = {{points("input1", "n,d", "vectors"), points("input2", "n,d", "vectors"),
                        detached(signs("target", "n", "1 where they belong together, else -1")),
                        number("margin", 0.0, -1.0, 1.0, "margin"), reduction()}},
        .known =
            {R"({"input1": [[3, 4], [1, 0]], "input2": [[4, 3], [2, 0]], "target": [1, -1], "margin": 0.5})",
             "0.27"},
        .properties = non_negative | symmetric,
        .tolerance = 1e-9,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &input1, const Tensor &input2, const Tensor &target, const Expr &margin,
       const Reduction &reduction) {
      Index n("n");
      // As torch has it, smooth where a vector is 0.
      auto size = [&](const Tensor &x) { return sqrt(squared_norm(x[n]) + 1e-12); };
      Expr similarity = dot(input1[n], input2[n]) / (size(input1) * size(input2));
      Expr t = stop_gradient(target(n));
      Expr apart = where(t == -1.0, relu(similarity - margin), 0.0);
      return Loss(n, where(t == 1.0, 1.0 - similarity, apart), reduction);
    });

} // namespace mercer::stdlib::metric
