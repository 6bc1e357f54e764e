// Penalties on features, class means, codebooks and attention maps.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"

namespace mercer::stdlib::regularizers {

inline constexpr auto nc1_within_class_loss = define(
    Spec<3>{
        .name = "nc1_within_class_loss",
        .summary =
            "Mean squared distance of each class's features from its learned mean, clamped to [1e-12, 1e12], "
            "averaged over classes; a class without features gives the bound.",
        .source = "Liu et al., Inducing Neural Collapse in Deep Long-tailed Learning, AISTATS 2023; "
                  "Pepper-lll/NCfeature",
        .parameters = {{points("x", "b,k", "features"), points("M", "c,k", "means of the classes"),
                        labels("y", "b", "labels, < c")}},
        .known =
            {R"({"x": [[0.9, 0.2], [1.2, -0.1], [0, 0.7]], "M": [[1, 0], [0, 1], [-1, -0.5]], "y": [0, 0, 1]})",
             "0.04666666666616667"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"x": [[1, 0], [3, 4]], "M": [[1, 0], [3, 4]], "y": [0, 1]})", "[[0, 0], [0, 0]]"},
    },
    [](const Tensor &x, const Tensor &m, const Tensor &y) {
      Index b("b"), c("c", extent(m, 0));
      Expr own = y(b) == c;
      Expr spread = sum(b, squared_distance(x[b], m[c]), own) / (to_real(count(b, own)) + 1e-10);
      return sum(c, clamp(spread, 1e-12, 1e12)) / to_real(extent(m, 0));
    });

/// Unit vectors along the rows of `m` less their mean.
inline Tensor centred_directions(const Tensor &m) {
  Index c("c"), k("k"), other("c");
  return normalize(Tensor({c, k}, m(c, k) - mean(other, m(other, k))));
}

inline constexpr auto nc2_min_angle_loss = define(
    Spec<2>{
        .name = "nc2_min_angle_loss",
        .summary = "Less each class's smallest angle to another (v0: averaged over classes, v1: the smallest "
                   "of all), "
                   "between the centred class means; one class has the angle 0.",
        .source = "Liu et al., Inducing Neural Collapse in Deep Long-tailed Learning, AISTATS 2023; "
                  "Pepper-lll/NCfeature",
        .parameters = {{points("M", "c,k", "means of the classes, at least 2"),
                        option("version", "v0", "v0|v1")}},
        .known = {R"({"M": [[1, 0], [0, 1], [-1, -0.5]]})", "-1.8768963129205034"},
        .properties = shift_invariant | scale_invariant,
        .tolerance = 1e-8,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"M": [[1, 0], [-1, 0]]})", "[[0, 0], [0, 0]]"},
    },
    [](const Tensor &m, const std::string &version) {
      check_option("nc2_min_angle_loss", "version", version, {"v0", "v1"});
      Index c("c"), other("d");
      Tensor unit = centred_directions(m);
      Expr cosine = dot(unit[c], unit[other]), several = extent(m, 0) > 1;
      // The bounds keep the derivative of the angle finite.
      auto angle = [&](const Expr &largest) {
        return where(several, acos(clamp(where(several, largest, 0.0), -0.99999, 0.99999)), 0.0);
      };
      if (version == "v1")
        return -angle(max({c, other}, cosine, c != other));
      return -mean(c, angle(max(other, cosine, other != c)));
    });

inline constexpr auto nc2_etf_frobenius = define(
    Spec<1>{
        .name = "nc2_etf_frobenius",
        .summary = "Distance of the cosines between centred class means from -1/(C-1), those of a simplex, "
                   "over all pairs "
                   "of classes.",
        // The repository's matrix has the cosines off its diagonal and -1/(C-1) on it, which pulls cosines to
        // 0.
        .source = "Liu et al., Inducing Neural Collapse in Deep Long-tailed Learning, AISTATS 2023; "
                  "Pepper-lll/NCfeature",
        .parameters = {{points("M", "c,k", "means of the classes, at least 2")}},
        .known = {R"({"M": [[1, 0], [0, 1], [-1, -0.5]]})", "0.5801852794981884"},
        .properties = non_negative | shift_invariant | scale_invariant,
        .tolerance = 1e-8,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"M": [[1, 0], [-1, 0]]})", "[[0, 0], [0, 0]]"},
    },
    [](const Tensor &m) {
      Index c("c"), other("d");
      Tensor unit = centred_directions(m);
      Expr wanted = -1.0 / to_real(maximum(extent(m, 0) - 1, 1));
      return sqrt(sum({c, other}, square(dot(unit[c], unit[other]) - wanted), c != other));
    });

inline constexpr auto part_orthogonality_loss = define(
    Spec<1>{
        .name = "part_orthogonality_loss",
        .summary = "Squared differences of the cosines between a sample's part features from the identity, "
                   "averaged over "
                   "all pairs of parts.",
        .source = "van der Klis et al., PDiscoNet, ICCV 2023; robertdvdk/part_detection",
        .parameters = {{points("v", "b,k,c", "features of the parts, the background's included")}},
        .known = {R"({"v": [[[1, 0], [0.6, 0.8], [0, 1]]]})", "0.2222222222222222"},
        .properties = non_negative | scale_invariant,
    },
    [](const Tensor &v) {
      Index b("b"), k("k"), l("l");
      Tensor unit = normalize(v);
      return mean({b, k, l}, square(dot(unit[b][k], unit[b][l]) - to_real(k == l)));
    });

inline constexpr auto part_equivariance_loss = define(
    Spec<2>{
        .name = "part_equivariance_loss",
        .summary = "1 less the mean cosine between each part's attention map and that of the transformed "
                   "image, warped "
                   "back.",
        .source = "van der Klis et al., PDiscoNet, ICCV 2023; robertdvdk/part_detection",
        .parameters = {{points("A", "b,k,h,w", "maps of the parts, without the background's"),
                        points("B", "b,k,h,w", "maps of the transformed image, warped back")}},
        .known = {R"({"A": [[[[1, 0]], [[1, 1]]]], "B": [[[[1, 0]], [[1, 0]]]]})", "0.14644660940672627"},
        .properties = non_negative | zero_when_equal | symmetric | scale_invariant,
    },
    [](const Tensor &a, const Tensor &b) {
      Index i("b"), k("k"), h("h"), w("w");
      auto inner = [&](const Tensor &u, const Tensor &v) {
        return sum({h, w}, u(i, k, h, w) * v(i, k, h, w));
      };
      auto length = [&](const Tensor &u) { return maximum(sqrt(inner(u, u)), 1e-8); };
      return 1.0 - mean({i, k}, inner(a, b) / (length(a) * length(b)));
    });

inline constexpr auto codebook_cosine_regularizer = define(
    Spec<2>{
        .name = "codebook_cosine_regularizer",
        .summary = "gamma times the sum of the positive cosines between the codewords of each codebook.",
        .source = "Zhu et al., Unified Multivariate Gaussian Mixture for Efficient Neural Image Compression, "
                  "CVPR 2022; "
                  "xiaosu-zhu/McQuic",
        .parameters = {{points("C", "m,k,d", "codebooks"), number("gamma", 1.0, 0.0, 1e30, "weight")}},
        .known = {R"({"C": [[[0.9, 0.1], [0, 1], [-1, 0], [0.5, 0.5]]]})", "1.5984071167044243"},
        .properties = non_negative | scale_invariant,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"C": [[[1, 0], [0, 2], [0, 0]]]})", "[[[0, 0], [0, 0], [0, 0]]]"},
    },
    [](const Tensor &codebook, const Expr &gamma) {
      Index m("m"), i("i"), j("j");
      Tensor unit = normalize(codebook);
      return gamma * sum({m, i, j}, relu(dot(unit[m][i], unit[m][j])), i < j);
    });

inline constexpr auto topic_covariance_penalty = define(
    Spec<2>{
        .name = "topic_covariance_penalty",
        .summary =
            "weight times the mean of the absolute cosines of all pairs of topics less their variance.",
        .source = "Xu et al., vONTSS: vMF based Semi-supervised Neural Topic Modeling with Optimal "
                  "Transport, Findings of "
                  "ACL 2023",
        .parameters = {{points("E", "t,e", "embeddings of the topics"),
                        number("weight", 1.0, 0.0, 1e30, "weight")}},
        .known = {R"({"E": [[1, 0], [0.6, 0.8], [0, 1]]})", "0.5041975308641975"},
        .properties = non_negative | scale_invariant,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"E": [[1, 0], [0, 2]]})", "[[0, 0], [0, 0]]"},
    },
    [](const Tensor &e, const Expr &weight) {
      Index s("s"), t("t");
      Tensor unit = normalize(e);
      Expr size = abs(dot(unit[s], unit[t]));
      return weight * (mean({s, t}, size) - variance({s, t}, size));
    });

inline constexpr auto individual_representation_calibration = define(
    Spec<3>{
        .name = "individual_representation_calibration",
        .summary = "Mean distance, or squared distance, of features from a frozen network's.",
        .source = "Zhang et al., When Noisy Labels Meet Long Tail Dilemmas: A Representation Calibration "
                  "Method, ICCV 2023",
        .parameters = {{points("z", "i,d", "features"),
                        detached(points("z0", "i,d", "features of the frozen network")),
                        option("squared", 0.0, "true: squared distances")}},
        .known = {R"({"z": [[3, 4], [1, 1]], "z0": [[0, 0], [1, 1]]})", "2.5"},
        .properties = non_negative | zero_when_equal,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"z": [[3, 4], [1, 1]], "z0": [[0, 0], [1, 1]]})", "[[0.3, 0.4], [0, 0]]"},
    },
    [](const Tensor &z, const Tensor &z0, bool squared) {
      Index i("i"), d("d");
      Expr apart = sum(d, square(z(i, d) - stop_gradient(z0(i, d))));
      return mean(i, squared ? apart : sqrt(apart));
    });

} // namespace mercer::stdlib::regularizers
