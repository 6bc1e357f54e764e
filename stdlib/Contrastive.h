// Self-supervised and supervised contrastive losses.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"

namespace mercer::stdlib::contrastive {

inline constexpr auto info_nce = define(
    Spec<3>{
        .name = "info_nce",
        .summary = "Cross entropy of each row of scores against its diagonal element; further columns are "
                   "negatives.",
        .source = "van den Oord, Li and Vinyals, arXiv 1807.03748, 2018",
        .parameters = {{points("s", "i,i", "scores, as many columns as rows or more"),
                        number("tau", 0.05, 0.0, 1e30, "temperature"), reduction()}},
        .known = {R"({"s": [[2, 0.5], [1.5, 1]], "tau": 1})", "0.5877451310814296"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &s, const Expr &tau, const Reduction &reduction) {
      Index i("i", extent(s, 0)), j("j");
      return Loss(i, logsumexp(j, s(i, j) / tau) - s(i, i) / tau, reduction);
    });

inline constexpr auto nt_xent = define(
    Spec<4>{
        .name = "nt_xent",
        .summary = "SimCLR's loss: each view against its partner among all other views, by cosine.",
        .source = "Chen et al., A Simple Framework for Contrastive Learning, ICML 2020",
        .parameters = {{points("z", "i,k", "embeddings of both views, normalised inside"),
                        partners("pos", "i", "row of the other view"),
                        number("tau", 0.5, 0.0, 1e30, "temperature"), reduction()}},
        .known = {R"({"z": [[1, 0], [1, 0]], "pos": [1, 0]})", "0"},
        .properties = non_negative | scale_invariant,
    },
    [](const Tensor &z, const Tensor &pos, const Expr &tau, const Reduction &reduction) {
      Index i("i"), j("j");
      Tensor unit = normalize(z);
      auto score = [&](const Expr &a, const Expr &b) { return dot(unit[a], unit[b]) / tau; };
      return Loss(i, logsumexp(j, score(i, j), j != i) - score(i, pos(i)), reduction);
    });

inline constexpr auto clip_loss = define(
    Spec<3>{
        .name = "clip_loss",
        .summary = "Mean of the cross entropies image to text and text to image of the scores s <a_i, b_j>.",
        .source = "Radford et al., CLIP, ICML 2021; DAMO-NLP-SG/Inf-CLIP",
        .parameters = {{points("a", "i,d", "image features, unit vectors"),
                        points("b", "i,d", "text features, unit vectors"),
                        scalar("s", 14.285714285714285, 0.0, 100.0, "scale, exp(logit_scale)")}},
        .known = {R"({"a": [[1, 0]], "b": [[0, 1]], "s": 5})", "0"},
        .properties = non_negative | symmetric,
    },
    [](const Tensor &a, const Tensor &b, const Expr &s) {
      Index i("i"), j("j");
      Expr score = s * dot(a[i], b[j]);
      // log(1 + sum over the others of exp(difference)): nothing cancels at large scales.
      Expr to_text = softplus(logsumexp(j, score, j != i) - s * dot(a[i], b[i]));
      Expr to_image = softplus(logsumexp(i, score, i != j) - s * dot(a[j], b[j]));
      return 0.5 * (mean(i, to_text) + mean(j, to_image));
    });

inline constexpr auto supcon_loss = define(
    Spec<5>{
        .name = "supcon_loss",
        .summary =
            "Supervised contrastive loss: each anchor against all of its label; anchors without are skipped.",
        .source = "Khosla et al., Supervised Contrastive Learning, NeurIPS 2020 (L_out); UnMixMatch",
        .parameters = {{points("f", "a,d", "features, unit vectors"),
                        labels("g", "a", "labels or sample numbers"),
                        number("tau", 0.07, 0.0, 1e30, "temperature"),
                        number("tau_base", 0.07, 0.0, 1e30, "the loss is scaled by tau / tau_base"),
                        reduction()}},
        .known = {R"({"f": [[1, 0], [1, 0]], "g": [3, 3]})", "0"},
        .properties = non_negative,
    },
    [](const Tensor &f, const Tensor &g, const Expr &tau, const Expr &tau_base, const Reduction &reduction) {
      Index a("a"), b("b"), c("c");
      auto score = [&](const Index &other) { return dot(f[a], f[other]) / tau; };
      Expr mate = b != a && g(b) == g(a);
      Expr mates = count(b, mate);
      Expr pull = average_of(sum(b, score(b), mate), mates);
      Expr loss = where(mates > 0, (tau / tau_base) * (logsumexp(c, score(c), c != a) - pull), 0.0);
      return Loss(a, loss, reduction, average_of(sum(a, loss), count(a, mates > 0)));
    });

inline constexpr auto debiased_contrastive = define(
    Spec<5>{
        .name = "debiased_contrastive",
        .summary =
            "NT-Xent with the negatives corrected for the share tau_plus that are of the anchor's class.",
        .source = "Chuang et al., Debiased Contrastive Learning, NeurIPS 2020",
        .parameters = {{points("z", "i,k", "embeddings of both views, unit vectors"),
                        partners("pos", "i", "row of the other view"),
                        number("tau", 0.5, 0.0, 1e30, "temperature"),
                        number("tau_plus", 0.1, 0.0, 1.0, "share of false negatives, below 1"), reduction()}},
        .known = {R"({"z": [[1, 0], [1, 0]], "pos": [1, 0]})", "0"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &z, const Tensor &pos, const Expr &tau, const Expr &tau_plus,
       const Reduction &reduction) {
      Index i("i"), j("j");
      Expr partner = dot(z[i], z[pos(i)]) / tau;
      Expr negatives = logsumexp(j, dot(z[i], z[j]) / tau, j != i && j != pos(i));
      Expr n = to_real(extent(z, 0) - 2);
      // Both bounds relative to the positive: exp of differences only.
      Expr corrected = (exp(negatives - partner) - tau_plus * n) / (1.0 - tau_plus);
      Expr least = n * exp(-1.0 / tau - partner);
      return Loss(i, log1p(maximum(corrected, least)), reduction);
    });

inline constexpr auto barlow_twins = define(
    Spec<4>{
        .name = "barlow_twins",
        .summary = "Cross correlation of two views pulled to the identity.",
        .source = "Zbontar et al., Barlow Twins, ICML 2021; facebookresearch/barlowtwins",
        .parameters = {{points("ZA", "b,i", "embeddings, view A"), points("ZB", "b,i", "embeddings, view B"),
                        number("lambda", 0.0051, 0.0, 1e30, "weight off the diagonal"),
                        number("eps", 1e-5, 0.0, 1e30, "added to the variance")}},
        .known = {R"({"ZA": [[1], [-1]], "ZB": [[1], [-1]], "eps": 0})", "0"},
        .properties = non_negative | symmetric | shift_invariant,
        .tolerance = 1e-9,
    },
    [](const Tensor &za, const Tensor &zb, const Expr &weight, const Expr &eps) {
      Index b("b"), c("c"), i("i"), j("j");
      auto standard = [&](const Tensor &z) {
        return Tensor({b, i}, (z(b, i) - mean(c, z(c, i))) / sqrt(variance(c, z(c, i)) + eps));
      };
      Tensor a = standard(za), t = standard(zb);
      Tensor correlation({i, j}, mean(b, a(b, i) * t(b, j)));
      return sum(i, square(1.0 - correlation(i, i))) +
             weight * sum({i, j}, square(correlation(i, j)), i != j);
    });

inline constexpr auto vicreg = define(
    Spec<6>{
        .name = "vicreg",
        .summary = "Invariance of two views, a floor under each feature's deviation, and decorrelation.",
        .source = "Bardes, Ponce and LeCun, VICReg, ICLR 2022; facebookresearch/vicreg",
        .parameters = {{points("z1", "b,k", "embeddings, view 1"), points("z2", "b,k", "embeddings, view 2"),
                        number("lambda", 25.0, 0.0, 1e30, "weight of invariance"),
                        number("mu", 25.0, 0.0, 1e30, "weight of variance"),
                        number("nu", 1.0, 0.0, 1e30, "weight of covariance"),
                        number("eps", 1e-4, 0.0, 1e30, "added to the variance")}},
        .known = {R"({"z1": [[3], [-3]], "z2": [[3], [-3]]})", "0"},
        .properties = non_negative | symmetric,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"z1": [[-1], [0], [1]], "z2": [[-1], [0], [1]], "eps": 0})", "[[0], [0], [0]]"},
    },
    [](const Tensor &z1, const Tensor &z2, const Expr &invariance, const Expr &variation,
       const Expr &covariation, const Expr &eps) {
      Index b("b"), c("c"), k("k"), l("l");
      Expr n = to_real(extent(z1, 0)), d = to_real(extent(z1, 1));
      auto floor_of = [&](const Tensor &z) {
        return mean(k, relu(1.0 - sqrt(variance(b, z(b, k), true, 1) + eps)));
      };
      auto spread_of = [&](const Tensor &z) {
        Tensor centred({b, k}, z(b, k) - mean(c, z(c, k)));
        return sum({k, l}, square(sum(b, centred(b, k) * centred(b, l)) / (n - 1.0)), k != l) / d;
      };
      return invariance * mean({b, k}, square(z1(b, k) - z2(b, k))) +
             variation * 0.5 * (floor_of(z1) + floor_of(z2)) + covariation * (spread_of(z1) + spread_of(z2));
    });

inline constexpr auto align_loss = define(
    Spec<4>{
        .name = "align_loss",
        .summary = "Distance of partners to the power alpha.",
        .source =
            "Wang and Isola, Alignment and Uniformity on the Hypersphere, ICML 2020; SsnL/align_uniform",
        .parameters = {{points("x", "n,d", "features"), points("y", "n,d", "partners"),
                        number("alpha", 2.0, 0.0, 1e30, "exponent"), reduction()}},
        .known = {R"({"x": [[3, 0]], "y": [[0, 4]]})", "25"},
        .properties = non_negative | zero_when_equal | symmetric,
        .smoothness = Smoothness::once, // for alpha < 4 the power has no second derivative at 0
        .kink = {R"({"x": [[1, 2], [3, 0]], "y": [[1, 2], [0, 4]]})", "[[0, 0], [3, -4]]"},
    },
    [](const Tensor &x, const Tensor &y, const Expr &alpha, const Reduction &reduction) {
      Index n("n");
      return Loss(n, power_or_zero(squared_distance(x[n], y[n]), 0.5 * alpha), reduction);
    });

inline constexpr auto uniform_loss = define(
    Spec<2>{
        .name = "uniform_loss",
        .summary = "Logarithm of the mean Gaussian potential of pairs of different points; 0 of one point.",
        .source =
            "Wang and Isola, Alignment and Uniformity on the Hypersphere, ICML 2020; SsnL/align_uniform",
        .parameters = {{points("x", "n,d", "features, unit vectors, at least 2"),
                        number("t", 2.0, 0.0, 1e30, "inverse squared width")}},
        .known = {R"({"x": [[1, 0], [0, 1]], "t": 1})", "-2"},
        .properties = shift_invariant,
    },
    [](const Tensor &x, const Expr &t) {
      Index i("i"), j("j");
      Expr n = extent(x, 0);
      return log_mean_exp({i, j}, -t * squared_distance(x[i], x[j]), floor_div(n * (n - 1), 2), i < j);
    });

inline constexpr auto spectral_contrastive = define(
    Spec<3>{
        .name = "spectral_contrastive",
        .summary = "-2 mean <z_i, z'_i> + mu^2 times the mean of <z_i, z'_j>^2 over i != j.",
        .source = "HaoChen et al., Spectral Contrastive Loss, NeurIPS 2021; "
                  "jhaochenz/spectral_contrastive_learning",
        .parameters = {{points("z", "i,k", "embeddings, view 1"), points("zp", "i,k", "embeddings, view 2"),
                        number("mu", 1.0, 0.0, 1e30, "scale of the negatives")}},
        .known = {R"({"z": [[1, 0], [0, 1]], "zp": [[1, 0], [1, 1]]})", "-1.5"},
    },
    [](const Tensor &z, const Tensor &zp, const Expr &mu) {
      Index i("i"), j("j");
      Expr n = to_real(extent(z, 0));
      return -2.0 * mean(i, dot(z[i], zp[i])) +
             square(mu) * sum({i, j}, square(dot(z[i], zp[j])), i != j) / (n * (n - 1.0));
    });

} // namespace mercer::stdlib::contrastive
