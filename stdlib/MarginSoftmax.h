// Softmax losses of embeddings against a weight vector, or several, of each class, by cosine.
#pragma once

#include "mercer/stdlib/Metric.h"

#include <cmath>
#include <functional>
#include <numbers>

namespace mercer::stdlib::metric {

/// Cross entropy of scaled cosines of the embeddings to the classes' weights; `own` makes the own class's
/// cosine another.
inline Loss margin_softmax(const Tensor &x, const Tensor &w, const Tensor &y, const Expr &scale,
                           const Reduction &reduction, const std::function<Expr(const Expr &)> &own) {
  Index b("b"), j("j", extent(w, 0));
  Tensor unit = normalize(x), weight = normalize(w);
  Expr others = logsumexp(j, scale * dot(unit[b], weight[j]), j != y(b));
  return Loss(b, softplus(others - scale * own(dot(unit[b], weight[y(b)]))), reduction);
}

/// cos(margin theta) of a cosine, continued past each pi / margin so that it falls throughout, as the paper's
/// psi.
inline Expr multiplied_angle(const Expr &cosine, int margin) {
  // Chebyshev's polynomial, whose derivative is finite where the vectors are parallel.
  Expr before = 1.0, value = cosine, turns = 0;
  for (int n = 1; n < margin; ++n) {
    Expr next = 2.0 * cosine * value - before;
    before = value;
    value = next;
  }
  for (int n = 1; n < margin; ++n)
    turns = turns + to_integer(cosine <= std::cos(n * std::numbers::pi / margin));
  return where(turns % 2 == 0, value, -value) - 2.0 * to_real(turns);
}

inline constexpr auto am_softmax = define(
    Spec<6>{
        .name = "am_softmax",
        .summary =
            "Cross entropy of scaled cosines to the classes' weights, the margin taken from the own class's.",
        .source = "Wang et al., Additive Margin Softmax, IEEE SPL 25(7), 2018; clovaai/voxceleb_trainer, "
                  "pytorch-metric-learning CosFaceLoss",
        .parameters = {{points("x", "b,k", "embeddings, normalised inside"),
                        points("W", "j,k", "weights of the classes, normalised inside"),
                        labels("y", "b", "labels, < j"), number("m", 0.2, 0.0, 2.0, "margin"),
                        number("s", 30.0, 0.0, 1e30, "scale"), reduction()}},
        .known = {R"({"x": [[2, 0]], "W": [[1, 0], [0, 1]], "y": [0], "m": 0.5, "s": 2})",
                  "0.3132616875182228"},
        .properties = non_negative | scale_invariant,
    },
    [](const Tensor &x, const Tensor &w, const Tensor &y, const Expr &m, const Expr &s,
       const Reduction &reduction) {
      return margin_softmax(x, w, y, s, reduction, [&](const Expr &c) { return c - m; });
    });

inline constexpr auto aam_softmax = define(
    Spec<7>{
        .name = "aam_softmax",
        .summary = "Cross entropy of scaled cosines to the classes' weights, the margin added to the own "
                   "class's angle.",
        .source =
            "Deng et al., ArcFace, CVPR 2019; clovaai/voxceleb_trainer, pytorch-metric-learning ArcFaceLoss",
        .parameters = {{points("x", "b,k", "embeddings, normalised inside"),
                        points("W", "j,k", "weights of the classes, normalised inside"),
                        labels("y", "b", "labels, < j"),
                        number("m", 0.3, 0.0, 1.5707963267948966, "margin, radians"),
                        number("s", 15.0, 0.0, 1e30, "scale"),
                        option("easy_margin", 0.0, "true: no margin where the cosine is negative"),
                        reduction()}},
        .known = {R"({"x": [[2, 0]], "W": [[1, 0], [0, 1]], "y": [1], "m": 0.5, "s": 2})",
                  "3.009428678504548"},
        .properties = non_negative | scale_invariant,
        .tolerance = 1e-9,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &x, const Tensor &w, const Tensor &y, const Expr &m, const Expr &s, bool easy_margin,
       const Reduction &reduction) {
      return margin_softmax(x, w, y, s, reduction, [&](const Expr &c) {
        Expr turned = cosine_with_margin(c, m);
        return easy_margin ? where(c > 0.0, turned, c) : turned;
      });
    });

inline constexpr auto arcface_loss = define(
    Spec<6>{
        .name = "arcface_loss",
        .summary = "pytorch-metric-learning's ArcFaceLoss: aam_softmax with the margin in degrees.",
        .source = "Deng et al., ArcFace, CVPR 2019; pytorch-metric-learning ArcFaceLoss",
        .parameters = {{points("embeddings", "b,k", "embeddings, normalised inside"),
                        points("W", "j,k", "weights of the classes, one a row, normalised inside"),
                        labels("labels", "b", "labels, < j"),
                        number("margin", 28.6, 0.0, 90.0, "margin, degrees"),
                        number("scale", 64.0, 0.0, 1e30, "scale"), reduction()}},
        .known =
            {R"({"embeddings": [[2, 0]], "W": [[1, 0], [0, 1]], "labels": [1], "margin": 30, "scale": 2})",
             "3.0485873515737416"},
        .properties = non_negative | scale_invariant,
        .tolerance = 1e-9,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &x, const Tensor &w, const Tensor &y, const Expr &margin, const Expr &scale,
       const Reduction &reduction) {
      return aam_softmax(x, w, y, margin * (std::numbers::pi / 180), scale, false, reduction);
    });

inline constexpr auto cosface_loss = define(
    Spec<6>{
        .name = "cosface_loss",
        .summary = "pytorch-metric-learning's CosFaceLoss: am_softmax with its names and defaults.",
        .source = "Wang et al., CosFace, CVPR 2018; pytorch-metric-learning CosFaceLoss",
        .parameters = {{points("embeddings", "b,k", "embeddings, normalised inside"),
                        points("W", "j,k", "weights of the classes, one a row, normalised inside"),
                        labels("labels", "b", "labels, < j"), number("margin", 0.35, 0.0, 2.0, "margin"),
                        number("scale", 64.0, 0.0, 1e30, "scale"), reduction()}},
        .known =
            {R"({"embeddings": [[2, 0]], "W": [[1, 0], [0, 1]], "labels": [0], "margin": 0.5, "scale": 2})",
             "0.3132616875182228"},
        .properties = non_negative | scale_invariant,
    },
    [](const Tensor &x, const Tensor &w, const Tensor &y, const Expr &margin, const Expr &scale,
       const Reduction &reduction) { return am_softmax(x, w, y, margin, scale, reduction); });

inline constexpr auto subcenter_arcface_loss = define(
    Spec<6>{
        .name = "subcenter_arcface_loss",
        .summary = "ArcFace with several centres of a class, the nearest of which counts.",
        .source = "Deng et al., Sub-center ArcFace, ECCV 2020; pytorch-metric-learning SubCenterArcFaceLoss",
        .parameters = {{points("embeddings", "b,k", "embeddings, normalised inside"),
                        points("W", "j,c,k", "centres of the classes, normalised inside"),
                        labels("labels", "b", "labels, < j"),
                        number("margin", 28.6, 0.0, 90.0, "margin, degrees"),
                        number("scale", 64.0, 0.0, 1e30, "scale"), reduction()}},
        .known = {R"({"embeddings": [[2, 0]], "W": [[[1, 0], [-1, 0]], [[0, 1], [0, -1]]], "labels": [1],
                      "margin": 30, "scale": 2})",
                  "3.0485873515737416"},
        .properties = non_negative | scale_invariant,
        .tolerance = 1e-9,
        .smoothness = Smoothness::kinked,
    },
    // The number of sub-centres is the size of the dimension c.
    [](const Tensor &x, const Tensor &w, const Tensor &y, const Expr &margin, const Expr &scale,
       const Reduction &reduction) {
      Index b("b"), j("j", extent(w, 0)), c("c");
      Tensor unit = normalize(x), centre = normalize(w);
      Tensor nearest({b, j}, max(c, dot(unit[b], centre[j][c])));
      auto score = [&](const Expr &of) { return scale * nearest(b, of); };
      Expr own = scale * cosine_with_margin(nearest(b, y(b)), margin * (std::numbers::pi / 180));
      return Loss(b, softplus(logsumexp(j, score(j), j != y(b)) - own), reduction);
    });

inline constexpr auto normalized_softmax_loss = define(
    Spec<5>{
        .name = "normalized_softmax_loss",
        .summary = "Cross entropy of the cosines to the classes' weights over the temperature.",
        .source = "Zhai and Wu, Classification is a Strong Baseline for Deep Metric Learning, BMVC 2019; "
                  "pytorch-metric-learning NormalizedSoftmaxLoss",
        .parameters = {{points("embeddings", "b,k", "embeddings, normalised inside"),
                        points("W", "j,k", "weights of the classes, one a row, normalised inside"),
                        labels("labels", "b", "labels, < j"),
                        number("temperature", 0.05, 0.0, 1e30, "temperature"), reduction()}},
        .known = {R"({"embeddings": [[2, 0]], "W": [[1, 0], [0, 1]], "labels": [0], "temperature": 0.5})",
                  "0.1269280110429727"},
        .properties = non_negative | scale_invariant,
    },
    [](const Tensor &x, const Tensor &w, const Tensor &y, const Expr &temperature,
       const Reduction &reduction) {
      return margin_softmax(x, w, y, 1.0 / temperature, reduction, [](const Expr &c) { return c; });
    });

inline constexpr auto soft_triple_loss = define(
    Spec<7>{
        .name = "soft_triple_loss",
        .summary = "Cross entropy of each class's soft largest cosine to its centres, with a margin of the "
                   "own class.",
        .source = "Qian et al., SoftTriple Loss, ICCV 2019; pytorch-metric-learning SoftTripleLoss",
        .parameters = {{points("embeddings", "b,k", "embeddings, normalised inside"),
                        points("fc", "j,c,k", "centres of the classes, normalised inside"),
                        labels("labels", "b", "labels, < j"), number("la", 20.0, 0.0, 1e30, "scale"),
                        number("gamma", 0.1, 0.0, 1e30, "temperature of the choice among centres"),
                        number("margin", 0.01, 0.0, 2.0, "margin"), reduction()}},
        .known =
            {R"({"embeddings": [[2, 0]], "fc": [[[1, 0], [1, 0]], [[0, 1], [0, -1]]], "labels": [0], "la": 2,
                      "margin": 0.5})",
             "0.3132616875182228"},
        .properties = non_negative | scale_invariant,
    },
    // The number of centres of a class is the size of the dimension c.
    [](const Tensor &x, const Tensor &fc, const Tensor &y, const Expr &la, const Expr &gamma,
       const Expr &margin, const Reduction &reduction) {
      Index b("b"), j("j", extent(fc, 0)), c("c");
      Tensor unit = normalize(x), centre = normalize(fc);
      Tensor cosine({b, j, c}, dot(unit[b], centre[j][c]));
      Tensor relaxed({b, j}, sum(c, softmax(c, cosine(b, j, c) / gamma) * cosine(b, j, c)));
      Expr others = logsumexp(j, la * relaxed(b, j), j != y(b));
      return Loss(b, softplus(others - la * (relaxed(b, y(b)) - margin)), reduction);
    });

inline constexpr auto large_margin_softmax_loss = define(
    Spec<6>{
        .name = "large_margin_softmax_loss",
        .summary = "Cross entropy of inner products with the classes' weights, the own class's angle "
                   "multiplied by the "
                   "margin.",
        .source = "Liu et al., Large-Margin Softmax Loss, ICML 2016; pytorch-metric-learning "
                  "LargeMarginSoftmaxLoss",
        .parameters = {{points("embeddings", "b,k", "embeddings"),
                        points("W", "j,k", "weights of the classes"), labels("labels", "b", "labels, < j"),
                        option("margin", 4.0, "factor of the angle, 1 or more"),
                        number("scale", 1.0, 0.0, 1e30, "scale"), reduction()}},
        .known = {R"({"embeddings": [[2, 0]], "W": [[1, 1], [0, 1]], "labels": [0], "margin": 2})",
                  "0.6931471805599452"},
        .properties = non_negative,
        .tolerance = 1e-9,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &x, const Tensor &w, const Tensor &y, int margin, const Expr &scale,
       const Reduction &reduction) {
      check_whole("large_margin_softmax_loss", "margin", margin, 1, 100);
      Index b("b"), j("j", extent(w, 0));
      auto size = [&](const Expr &of) { return scale * norm(x[b]) * norm(w[of]); };
      Tensor unit = normalize(x), weight = normalize(w);
      Expr others = logsumexp(j, scale * dot(x[b], w[j]), j != y(b));
      Expr own = multiplied_angle(dot(unit[b], weight[y(b)]), margin);
      return Loss(b, softplus(others - size(y(b)) * own), reduction);
    });

inline constexpr auto sphereface_loss = define(
    Spec<6>{
        .name = "sphereface_loss",
        .summary = "Large-margin softmax with weights of length 1: scores |x| cos(theta).",
        .source = "Liu et al., SphereFace, CVPR 2017; pytorch-metric-learning SphereFaceLoss",
        .parameters = {{points("embeddings", "b,k", "embeddings"),
                        points("W", "j,k", "weights of the classes, normalised inside"),
                        labels("labels", "b", "labels, < j"),
                        option("margin", 4.0, "factor of the angle, 1 or more"),
                        number("scale", 1.0, 0.0, 1e30, "scale"), reduction()}},
        .known = {R"({"embeddings": [[2, 0]], "W": [[1, 1], [0, 1]], "labels": [0], "margin": 2})",
                  "0.6931471805599453"},
        .properties = non_negative,
        .tolerance = 1e-9,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &x, const Tensor &w, const Tensor &y, int margin, const Expr &scale,
       const Reduction &reduction) {
      check_whole("sphereface_loss", "margin", margin, 1, 100);
      return large_margin_softmax_loss(x, normalize(w), y, margin, scale, reduction);
    });

inline constexpr auto p2s_grad_loss = define(
    Spec<4>{
        .name = "p2s_grad_loss",
        .summary = "Squared distance of the cosines to the classes' weights from the one-hot label, over the "
                   "classes.",
        .source = "Zhang et al., P2SGrad, CVPR 2019; pytorch-metric-learning P2SGradLoss",
        .parameters = {{points("embeddings", "b,k", "embeddings, normalised inside"),
                        points("weight", "j,k", "weights of the classes, one a row, normalised inside"),
                        labels("labels", "b", "labels, < j"), reduction()}},
        .known = {R"({"embeddings": [[2, 0]], "weight": [[1, 0], [0, 1]], "labels": [1]})", "1"},
        .properties = non_negative | scale_invariant,
    },
    [](const Tensor &x, const Tensor &w, const Tensor &y, const Reduction &reduction) {
      Index b("b"), j("j");
      Tensor unit = normalize(x), weight = normalize(w);
      return Loss(b, mean(j, square(dot(unit[b], weight[j]) - to_real(j == y(b)))), reduction);
    });

inline constexpr auto partial_margin_softmax = define(
    Spec<8>{
        .name = "partial_margin_softmax",
        .summary = "ArcFace over sampled classes and sampled features; the margin changes the value, not the "
                   "gradient.",
        .source = "An et al., Unicom: Universal and Compact Representation Learning for Image Retrieval, "
                  "ICLR 2023; "
                  "deepglint/unicom",
        .parameters = {{points("x", "b,k", "embeddings"), points("W", "j,k", "prototypes of the classes"),
                        labels("y", "b", "labels, < j"),
                        labels("C", "c", "sampled classes, every label among them"),
                        labels("F", "f", "sampled features"), number("s", 32.0, 0.0, 1e30, "scale"),
                        number("m2", 0.3, 0.0, 3.14, "margin, radians"), reduction()}},
        .known =
            {R"({"x": [[1, 0.2, 0.5, 0]], "W": [[1, 0, 0.3, 0.1], [0, 1, 0, 0.2], [0.5, 0.5, 0, 1]], "y": [0],
                      "C": [0, 2], "F": [0, 2]})",
             "0.756698147772191"},
        .properties = non_negative | scale_invariant,
        .smoothness = Smoothness::detached, // the gradient is that of the cosine without margin
    },
    // The classes and features are drawn by the caller, hence no sample_rate and num_feat. Past an angle of
    // pi the reference has no guard.
    [](const Tensor &x, const Tensor &w, const Tensor &y, const Tensor &classes, const Tensor &features,
       const Expr &s, const Expr &m2, const Reduction &reduction) {
      Index b("b"), c("c"), f("f");
      Tensor unit = normalize(Tensor({b, f}, x(b, features(f))));
      Tensor prototype = normalize(Tensor({c, f}, w(classes(c), features(f))));
      Tensor cosine({b, c}, clamp(dot(unit[b], prototype[c]), -1.0, 1.0));
      Expr target = argmax(c, to_real(classes(c) == y(b)), classes(c) == y(b));
      Expr own = with_gradient_of(cos(acos(stop_gradient(cosine(b, target))) + m2), cosine(b, target));
      Expr loss = softplus(logsumexp(c, s * cosine(b, c), c != target) - s * own);
      return Loss(b, minimum(loss, -std::log(1e-30)), reduction);
    });

} // namespace mercer::stdlib::metric
