// Measures of scores, of probabilities, of weights and of samples.
#pragma once

#include "mercer/stdlib/Metric.h"

namespace mercer::stdlib::metric {

inline constexpr auto auc_mann_whitney = define(
    Spec<2>{
        .name = "auc_mann_whitney",
        .summary = "Share of the pairs whose positive scores higher, ties by half: the area under the ROC "
                   "curve; 0.5 "
                   "without one of both.",
        .source = "Hanley and McNeil, Radiology 143(1), 1982; sklearn.metrics.roc_auc_score",
        .parameters = {{points("s", "i", "scores"),
                        labels("y", "i", "1 or another number for positives, 0 for negatives")}},
        .known = {R"({"s": [2, 1, 0.5, 1.5], "y": [1, 1, 0, 0]})", "0.75"},
        .properties = non_negative | at_most_one | scale_invariant | shift_invariant,
    },
    [](const Tensor &s, const Tensor &y) {
      Index i("i"), j("j");
      Expr pair = y(i) != 0 && y(j) == 0;
      Expr won = where(s(i) > s(j), 1.0, where(s(i) == s(j), 0.5, 0.0));
      return where(any({i, j}, pair), mean({i, j}, won, pair), 0.5);
    });

inline constexpr auto effective_sample_size = define(
    Spec<1>{
        .name = "effective_sample_size",
        .summary = "(sum of weights)^2 / sum of squared weights.",
        .source =
            "Kong, A Note on Importance Sampling Using Standardized Weights, Univ. Chicago TR 348, 1992",
        .parameters = {{points("logw", "i", "logarithms of the weights")}},
        .known = {R"({"logw": [0, 0, 0, 0]})", "4"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &logw) {
      Index i("i");
      Expr total = logsumexp(i, logw(i));
      return exp(-logsumexp(i, 2.0 * (logw(i) - total)));
    });

inline constexpr auto expected_calibration_error = define(
    Spec<3>{
        .name = "expected_calibration_error",
        .summary = "Mean distance of accuracy and confidence in equal bins of the largest probability.",
        .source = "Naeini, Cooper and Hauskrecht, Obtaining Well Calibrated Probabilities Using Bayesian "
                  "Binning, AAAI "
                  "2015; cvlab-yonsei/RankMixup",
        .parameters = {{probabilities("p", "i,c", "probabilities"), labels("y", "i", "labels"),
                        option("B", 15.0, "number of bins (b / B, (b + 1) / B]")}},
        .known = {R"({"p": [[0.75, 0.25], [0.375, 0.625]], "y": [0, 0], "B": 2})", "0.1875"},
        .properties = non_negative | at_most_one,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &p, const Tensor &y, int bins) {
      check_whole("expected_calibration_error", "B", bins, 1, 10000);
      Index i("i"), c("c"), b("b", bins);
      Tensor confidence(i, max(c, p(i, c))), right(i, to_real(argmax(c, p(i, c)) == y(i)));
      Expr inside = confidence(i) > to_real(b) / bins && confidence(i) <= to_real(b + 1) / bins;
      return sum(b, abs(sum(i, confidence(i) - right(i), inside))) / to_real(extent(p, 0));
    });

inline constexpr auto inception_score = define(
    Spec<2>{
        .name = "inception_score",
        .summary =
            "exp of the mean divergence of the rows from their mean, averaged over consecutive splits.",
        .source = "Salimans et al., Improved Techniques for Training GANs, NeurIPS 2016; mbinkowski/MMD-GAN",
        .parameters = {{probabilities("p", "i,c", "probabilities"),
                        option("splits", 10.0, "number of splits; those that are empty do not count")}},
        .known = {R"({"p": [[0.7, 0.3], [0.2, 0.8]], "splits": 1})", "1.1416852393037578"},
        .properties = non_negative,
    },
    [](const Tensor &p, int splits) {
      check_whole("inception_score", "splits", splits, 1, 10000);
      Index i("i", extent(p, 0)), c("c"), h("h", splits);
      Expr inside = floor_div(i * splits, extent(p, 0)) == h;
      Tensor middle({h, c}, mean(i, p(i, c), inside));
      Tensor score(h, exp(mean(i, sum(c, xlogx(p(i, c)) - xlogy(p(i, c), middle(h, c))), inside)));
      return mean(h, score(h), any(i, inside));
    });

inline constexpr auto kernel_inception_distance = define(
    Spec<4>{
        .name = "kernel_inception_distance",
        .summary = "Mean over subsets of the unbiased squared maximum mean discrepancy by the kernel (<x, y> "
                   "/ d + 1)^3.",
        .source = "Binkowski et al., Demystifying MMD GANs, ICLR 2018; mbinkowski/MMD-GAN",
        .parameters = {{points("X", "i,d", "features of one sample, at least 2"),
                        points("Y", "j,d", "features of the other, at least 2"),
                        labels("subsets_X", "r,s",
                               "rows of X of each subset, drawn without replacement; all without"),
                        labels("subsets_Y", "r,s", "rows of Y of each subset")}},
        .known = {R"({"X": [[0, 0], [1, 0], [0, 2]], "Y": [[1, 1], [2, 0], [0, 1]]})", "-2.0694444444444446"},
        .properties = symmetric,
    },
    // The subsets are drawn by the caller, hence no n_subsets and subset_size.
    [](const Tensor &x, const Tensor &y, const std::optional<Tensor> &subsets_x,
       const std::optional<Tensor> &subsets_y) {
      if (subsets_x.has_value() != subsets_y.has_value())
        throw Error(ErrorCode::missing_input,
                    "kernel_inception_distance, arguments 'subsets_X' and 'subsets_Y': "
                    "expected both or none of them");
      auto kernel = [](const Tensor &a, const Tensor &b, const Expr &d) {
        Expr base = dot(a, b) / to_real(d) + 1.0;
        return base * square(base);
      };
      auto discrepancy = [&](const Tensor &a, const Tensor &b) {
        Index i("i"), j("j");
        Expr m = to_real(extent(a, 0)), n = to_real(extent(b, 0)), d = extent(x, 1);
        return sum({i, j}, kernel(a[i], a[j], d), i != j) / (m * (m - 1.0)) +
               sum({i, j}, kernel(b[i], b[j], d), i != j) / (n * (n - 1.0)) -
               2.0 * mean({i, j}, kernel(a[i], b[j], d));
      };
      if (!subsets_x)
        return discrepancy(x, y);
      Index r("r"), s("s"), t("t"), k("k");
      Expr m = to_real(extent(*subsets_x, 1)), d = extent(x, 1);
      auto of_x = [&](const Index &at) { return x[(*subsets_x)(r, at)]; };
      auto of_y = [&](const Index &at) { return y[(*subsets_y)(r, at)]; };
      Expr within = sum({s, t}, kernel(of_x(s), of_x(t), d) + kernel(of_y(s), of_y(t), d), s != t);
      return mean(r, within / (m * (m - 1.0)) - 2.0 * mean({s, t}, kernel(of_x(s), of_y(t), d)));
    });

inline constexpr auto layerwise_cosine_gradient_distance = define(
    Spec<4>{
        .name = "layerwise_cosine_gradient_distance",
        .summary = "Sum over a layer's output units of 1 - cosine of two gradients; sum the layers.",
        .source = "Zhao, Mopuri and Bilen, Dataset Condensation with Gradient Matching, ICLR 2021; "
                  "Saehyung-Lee/DCC",
        .parameters = {{points("Gs", "o,r",
                               "gradient by one tensor of weights of the loss of synthetic data"),
                        detached(points("Gr", "o,r", "that of real data, without gradient")),
                        option("metric", "ours",
                               "ours|mse|cos: by output unit; squared distance; cosine of the whole tensors"),
                        number("eps", 1e-6, 0.0, 1e30, "added to the product of the lengths")}},
        .known = {R"({"Gs": [[3, 4], [1, 0]], "Gr": [[4, 3], [0, 2]], "eps": 0})", "1.04"},
        .tolerance = 1e-9,
        .smoothness = Smoothness::detached,
    },
    // Tensors of one dimension, biases and scales of norms, count nothing and are left to the caller.
    [](const Tensor &gs, const Tensor &gr, const std::string &metric, const Expr &eps) {
      check_option("layerwise_cosine_gradient_distance", "metric", metric, {"ours", "mse", "cos"});
      Index o("o"), r("r");
      Tensor real = map(gr, [](const Expr &e) { return stop_gradient(e); });
      if (metric == "mse")
        return sum({o, r}, square(gs(o, r) - real(o, r)));
      if (metric == "ours")
        return sum(o, 1.0 - dot(gs[o], real[o]) / (norm(gs[o]) * norm(real[o]) + eps));
      Expr product = sum({o, r}, gs(o, r) * real(o, r));
      Expr lengths = sqrt(sum({o, r}, square(gs(o, r)))) * sqrt(sum({o, r}, square(real(o, r))));
      return 1.0 - product / (lengths + eps);
    });

inline constexpr auto embedding_utilization = define(
    Spec<2>{
        .name = "embedding_utilization",
        .summary = "Mean squared distance of the queries to their nearest training embedding.",
        .source = "Venkataramanan et al., It Takes Two to Tango: Mixup for Deep Metric Learning, ICLR 2022",
        .parameters = {{points("Q", "q,k", "embeddings of the queries"),
                        points("X", "i,k", "embeddings of training")}},
        .known = {R"({"Q": [[1, 0], [0, 3]], "X": [[0, 0], [1, 1]]})", "3"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &queries, const Tensor &x) {
      Index q("q"), i("i");
      return mean(q, min(i, squared_distance(queries[q], x[i])));
    });

} // namespace mercer::stdlib::metric
