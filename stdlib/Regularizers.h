// Penalties on images, weights and gradients.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"

namespace mercer::stdlib::regularizers {

inline constexpr auto total_variation = define(
    Spec<3>{
        .name = "total_variation",
        .summary = "Differences of neighbours: 2 (mean dv^2 + mean dh^2), sum |dv| + |dh|, or sum sqrt(dv^2 "
                   "+ dh^2 + "
                   "eps), where a difference past the edge is 0.",
        .source = "Rudin, Osher and Fatemi, Physica D 60, 1992; xl-tang01/UAUDeblur TVLoss (squared)",
        .parameters = {{points("x", "i,j", "image"),
                        option("kind", "squared", "squared|anisotropic|isotropic"),
                        number("eps", 0.0, 0.0, 1e30, "under the root of the isotropic kind")}},
        .known = {R"({"x": [[0, 1], [2, 3]]})", "10"},
        .properties = non_negative | shift_invariant,
        .kink = {R"({"x": [[1, 1], [3, 1]], "kind": "anisotropic"})", "[[-1, 0], [2, -1]]"},
    },
    [](const Tensor &x, const std::string &kind, const Expr &eps) {
      Index i("i"), j("j"), below("i", extent(x, 0) - 1), right("j", extent(x, 1) - 1);
      auto down = [&](const Expr &row, const Expr &column) { return x(row + 1, column) - x(row, column); };
      auto across = [&](const Expr &row, const Expr &column) { return x(row, column + 1) - x(row, column); };
      if (kind == "squared")
        return 2.0 * (mean({below, j}, square(down(below, j))) + mean({i, right}, square(across(i, right))));
      if (kind == "anisotropic")
        return sum({below, j}, abs(down(below, j))) + sum({i, right}, abs(across(i, right)));
      check_option("total_variation", "kind", kind, {"squared", "anisotropic", "isotropic"});
      Expr dv = where(i + 1 < extent(x, 0), down(i, j), 0.0),
           dh = where(j + 1 < extent(x, 1), across(i, j), 0.0);
      return sum({i, j}, sqrt(square(dv) + square(dh) + eps));
    });

inline constexpr auto gradient_penalty = define(
    Spec<3>{
        .name = "gradient_penalty",
        .summary =
            "lambda times the mean of (|grad| - 1)^2 over samples, the norm over all of a sample's elements; "
            "one-sided: of relu(|grad| - 1)^2.",
        .source = "Gulrajani et al., Improved Training of Wasserstein GANs, NeurIPS 2017; "
                  "igul222/improved_wgan_training",
        .parameters = {{points("grad", "n,...", "gradients of the critic by its inputs"),
                        number("lambda", 10.0, 0.0, 1e30, "weight"),
                        option("two_sided", 1.0, "false: norms below 1 cost nothing")}},
        .known = {R"({"grad": [[0.6, 0.8], [1.2, 0], [0, 0]]})", "3.466666666666667"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"grad": [[0, 0], [0, 3]]})", "[[0, 0], [0, 20]]"},
    },
    [](const Tensor &grad, const Expr &lambda, bool two_sided) {
      auto i = indices_of(grad);
      Expr excess = sqrt(sum_of_sample(i, square(at(grad, i)))) - 1.0;
      return lambda * mean(i.front(), square(two_sided ? excess : relu(excess)));
    });

inline constexpr auto expert_gradient_penalty = define(
    Spec<4>{
        .name = "expert_gradient_penalty",
        .summary = "decay times a cross entropy, plus Lambda times the mean of (|gx| - 1)^2, the norm over "
                   "the channels of "
                   "each pixel.",
        .source = "Shen et al., Efficient Dataset Distillation through Alignment with Smooth and "
                  "High-Quality Expert "
                  "Trajectories, arXiv 2310.10541, 2023; shenjiyuan123/AST-Alignment-with-Smooth-Expert",
        .parameters = {{points("gx", "b,c,h,w", "gradients of the summed logits by the images"),
                        scalar("ce", 0.0, 0.0, 1e30, "cross entropy of the batch"),
                        number("Lambda", 2.0, 0.0, 1e30, "weight of the penalty"),
                        number("decay", 1.0, 0.0, 1e30,
                               "weight of the cross entropy; below 1 in the first epochs")}},
        .known = {R"({"gx": [[[[3]], [[4]]]], "ce": 0.5})", "32.5"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"gx": [[[[0]], [[0]]]]})", "[[[[0]], [[0]]]]"},
    },
    [](const Tensor &gx, const Expr &ce, const Expr &lambda, const Expr &decay) {
      Index b("b"), c("c"), h("h"), w("w");
      return decay * ce + lambda * mean({b, h, w}, square(sqrt(sum(c, square(gx(b, c, h, w)))) - 1.0));
    });

inline constexpr auto l21_norm = define(
    Spec<2>{
        .name = "l21_norm",
        .summary = "Sum of the Euclidean norms of the rows; a row of zeros has no gradient.",
        .source =
            "Ding et al., R1-PCA, ICML 2006; Nie et al., Efficient and Robust Feature Selection via Joint "
            "l2,1-Norms Minimization, NeurIPS 2010",
        .parameters = {{points("E", "l,n", "rows"), number("eps", 0.0, 0.0, 1e30, "under the root")}},
        .known = {R"({"E": [[3, 4], [0, 0], [1, 2]]})", "7.23606797749979"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"E": [[3, 4], [0, 0]]})", "[[0.6, 0.8], [0, 0]]"},
    },
    [](const Tensor &e, const Expr &eps) {
      Index l("l"), n("n");
      return sum(l, sqrt(sum(n, square(e(l, n))) + eps));
    });

inline constexpr auto l2_sp = define(
    Spec<5>{
        .name = "l2_sp",
        .summary =
            "|w_b - w_pre|^2 / (2 lambda_b) + |w_c|^2 / (2 lambda_c): the backbone stays near its pretrained "
            "weights, the head near 0.",
        .source = "Li, Grandvalet and Davoine, Explicit Inductive Bias for Transfer Learning, ICML 2018; "
                  "tufts-ml/data-emphasized-ELBo",
        .parameters = {{points("w_b", "p", "weights of the backbone"),
                        detached(points("w_pre", "p", "pretrained weights")),
                        points("w_c", "q", "weights of the head"),
                        number("lambda_b", 1.0, 0.0, 1e30, "variance of the backbone's prior"),
                        number("lambda_c", 1.0, 0.0, 1e30, "variance of the head's prior")}},
        .known =
            {R"({"w_b": [0.5, -0.3, 0.2], "w_pre": [0.4, 0, 0], "w_c": [1, -1], "lambda_b": 0.5, "lambda_c": 4})",
             "0.39"},
        .properties = non_negative,
    },
    [](const Tensor &w_b, const Tensor &w_pre, const Tensor &w_c, const Expr &lambda_b,
       const Expr &lambda_c) {
      Index p("p"), q("q");
      return sum(p, square(w_b(p) - stop_gradient(w_pre(p)))) / (2.0 * lambda_b) +
             sum(q, square(w_c(q))) / (2.0 * lambda_c);
    });

inline constexpr auto ewc_l2_regularizers = define(
    Spec<4>{
        .name = "ewc_l2_regularizers",
        .summary = "lambda times the sum of F (theta - theta0)^2 (elastic weight consolidation); without F: "
                   "of the plain "
                   "squares.",
        // The editing repository squares F as well; this is the published form.
        .source =
            "Kirkpatrick et al., Overcoming Catastrophic Forgetting in Neural Networks, PNAS 114(13), 2017; "
            "Hewitt et al., Model Editing with Canonical Examples, 2024",
        .parameters = {{points("theta", "p", "parameters"),
                        detached(points("theta0", "p", "parameters before")),
                        {.name = "F",
                         .shape = "p",
                         .doc = "diagonal of the Fisher information, without gradient; all 1 when left out",
                         .low = 0,
                         .detached = true},
                        number("lambda", 1.0, 0.0, 1e30, "weight")}},
        .known = {R"({"theta": [3, 1], "theta0": [0, 1], "lambda": 2})", "18"},
        .properties = non_negative | zero_when_equal,
    },
    [](const Tensor &theta, const Tensor &theta0, const std::optional<Tensor> &f, const Expr &lambda) {
      Index p("p");
      Expr squared = square(theta(p) - stop_gradient(theta0(p)));
      return lambda * sum(p, f ? stop_gradient((*f)(p)) * squared : squared);
    });

inline constexpr auto weight_skew_kurtosis_regularizer = define(
    Spec<5>{
        .name = "weight_skew_kurtosis_regularizer",
        .summary = "Squared differences of each layer's skewness and kurtosis from their targets, averaged "
                   "over layers.",
        .source = "Xu et al., EQ-Net: Elastic Quantization Neural Networks, ICCV 2023; xuke225/EQ-Net",
        .parameters = {{points("w", "l,p", "weights by layer, at least 2 of each"),
                        number("kurt_target", 1.8, -1e30, 1e30,
                               "kurtosis wanted; 1.8 is that of a uniform distribution"),
                        number("skew_target", 0.0, -1e30, 1e30, "skewness wanted"),
                        number("rate_s", 1.0, 0.0, 1e30, "weight of the skewness"),
                        number("rate_k", 0.015, 0.0, 1e30, "weight of the kurtosis")}},
        .known = {R"({"w": [[0.1, -0.4, 1.2, 0.3, -0.8]]})", "0.08414352900160194"},
        .properties = non_negative | scale_invariant | shift_invariant,
        .tolerance = 1e-9,
    },
    [](const Tensor &w, const Expr &kurt_target, const Expr &skew_target, const Expr &rate_s,
       const Expr &rate_k) {
      Index l("l"), p("p");
      Tensor centre(l, mean(p, w(l, p))), spread(l, variance(p, w(l, p), true, 1));
      // A layer of equal weights has skewness and kurtosis 0.
      auto moment = [&](int degree) {
        Expr deviation = w(l, p) - centre(l), positive = spread(l) > 0.0;
        Expr standard = deviation * rsqrt(where(positive, spread(l), 1.0));
        return mean(p, degree == 3 ? square(standard) * standard : square(square(standard)));
      };
      return rate_s * mean(l, square(moment(3) - skew_target)) +
             rate_k * mean(l, square(moment(4) - kurt_target));
    });

inline constexpr auto f1_norm_bound = define(
    Spec<4>{
        .name = "f1_norm_bound",
        .summary = "Path norm of a block V relu(W x + b): the sum over neurons of |V(:,i)| |(W(i,:), b(i))|; "
                   "decay: half "
                   "the sum of all squares, an upper bound of it.",
        .source = "Jacot, Choi and Wen, How DNNs Break the Curse of Dimensionality, ICLR 2025; Neyshabur, "
                  "Tomioka and "
                  "Srebro, Norm-Based Capacity Control in Neural Networks, COLT 2015",
        .parameters = {{points("V", "o,i", "output weights"), points("W", "i,k", "input weights"),
                        points("b", "i", "biases"), option("form", "path", "path|decay")}},
        .known = {R"({"V": [[2]], "W": [[3, 4]], "b": [0]})", "10"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"V": [[1, 0]], "W": [[3, 4], [0, 0]], "b": [0, 0]})", "[[5, 0]]"},
    },
    [](const Tensor &v, const Tensor &w, const Tensor &b, const std::string &form) {
      check_option("f1_norm_bound", "form", form, {"path", "decay"});
      Index i("i"), o("o"), k("k");
      Expr outward = sum(o, square(v(o, i))), inward = sum(k, square(w(i, k))) + square(b(i));
      return form == "path" ? sum(i, sqrt(outward) * sqrt(inward)) : 0.5 * sum(i, outward + inward);
    });

inline constexpr auto input_sensitivity = define(
    Spec<2>{
        .name = "input_sensitivity",
        .summary = "|z| |grad f(z)|: how much a relative change of the input changes the output.",
        .source = "Bombari, Kiyani and Mondelli, Beyond the Universal Law of Robustness, ICML 2023",
        .parameters = {{points("z", "k", "input"), points("grad", "k", "gradient of the model there")}},
        .known = {R"({"z": [3, 4], "grad": [1, -1]})", "7.0710678118654755"},
        .properties = non_negative | symmetric,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"z": [0, 0], "grad": [3, 4]})", "[0, 0]"},
    },
    [](const Tensor &z, const Tensor &grad) { return norm(z) * norm(grad); });

inline constexpr auto dcp_diversity_channel_score = define(
    Spec<1>{
        .name = "dcp_diversity_channel_score",
        .summary =
            "Each channel's variance over edit directions of its absolute gradient, averaged over latents.",
        .source = "Chung et al., Diversity-aware Channel Pruning for StyleGAN Compression, CVPR 2024; "
                  "jiwoogit/DCP-GAN",
        .parameters = {{positive("g", "n,r,c", "mean absolute gradients by latent, direction and channel")}},
        .known = {R"({"g": [[[1, 2, 0], [3, 2, 1]]]})", "[1, 0, 0.25]"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &g) {
      Index n("n"), r("r"), c("c");
      return Tensor(c, mean(n, variance(r, g(n, r, c))));
    });

} // namespace mercer::stdlib::regularizers
