// Alignment and uniformity of embeddings, decorrelation, and distributions over neighbours.
#pragma once

#include "mercer/stdlib/Contrastive.h"

namespace mercer::stdlib::contrastive {

inline constexpr auto align_uniform_loss = define(
    Spec<6>{
        .name = "align_uniform_loss",
        .summary = "w_a times the alignment of two views plus w_u times the mean of their uniformities.",
        .source =
            "Wang and Isola, Alignment and Uniformity on the Hypersphere, ICML 2020; SsnL/align_uniform",
        .parameters = {{points("x", "n,d", "view 1, unit vectors"),
                        points("y", "n,d", "view 2, unit vectors"),
                        number("w_a", 1.0, 0.0, 1e30, "weight of the alignment"),
                        number("w_u", 1.0, 0.0, 1e30, "weight of the uniformity"),
                        number("alpha", 2.0, 0.0, 1e30, "exponent of the alignment"),
                        number("t", 2.0, 0.0, 1e30, "inverse squared width of the uniformity")}},
        .known = {R"({"x": [[1, 0], [0, 1]], "y": [[0, 1], [1, 0]], "t": 1, "w_u": 0.5})", "1"},
        .properties = symmetric,
        .smoothness = Smoothness::once, // as align_loss
    },
    [](const Tensor &x, const Tensor &y, const Expr &w_a, const Expr &w_u, const Expr &alpha, const Expr &t) {
      return w_a * align_loss(x, y, alpha) + w_u * 0.5 * (uniform_loss(x, t) + uniform_loss(y, t));
    });

inline constexpr auto align_uniform = define(
    Spec<5>{
        .name = "align_uniform",
        .summary =
            "Alignment of two views plus lambda times the mean of their uniformities, normalised inside.",
        .source =
            "Wang and Isola, Alignment and Uniformity on the Hypersphere, ICML 2020; Dufumier et al., ICML "
            "2023",
        .parameters = {{points("z", "i,k", "view 1, normalised inside"),
                        points("zp", "i,k", "view 2, normalised inside"),
                        number("alpha", 2.0, 0.0, 1e30, "exponent of the alignment"),
                        number("t", 2.0, 0.0, 1e30, "inverse squared width of the uniformity"),
                        number("lambda", 1.0, 0.0, 1e30, "weight of the uniformity")}},
        .known = {R"({"z": [[2, 0], [0, 1]], "zp": [[0, 3], [1, 0]], "t": 1, "lambda": 0.5})", "1"},
        .properties = symmetric | scale_invariant,
        .smoothness = Smoothness::once, // as align_loss
    },
    [](const Tensor &z, const Tensor &zp, const Expr &alpha, const Expr &t, const Expr &weight) {
      return align_uniform_loss(normalize(z), normalize(zp), 1.0, weight, alpha, t);
    });

inline constexpr auto decoupled_uniformity = define(
    Spec<2>{
        .name = "decoupled_uniformity",
        .summary = "Uniformity of the means of each sample's views, which align by being long.",
        .source =
            "Dufumier et al., Integrating Prior Knowledge in Contrastive Learning with Kernel, ICML 2023",
        .parameters = {{points("z", "i,v,k", "views of each sample, normalised inside"),
                        number("t", 2.0, 0.0, 1e30, "inverse squared width")}},
        .known = {R"({"z": [[[2, 0], [0, 1]], [[-2, 0], [0, -1]]]})", "-4"},
        .properties = scale_invariant,
    },
    [](const Tensor &z, const Expr &t) {
      Index i("i"), v("v"), k("k");
      Tensor unit = normalize(z);
      return uniform_loss(Tensor({i, k}, mean(v, unit(i, v, k))), t);
    });

inline constexpr auto barlow_twins_simplified = define(
    Spec<2>{
        .name = "barlow_twins_simplified",
        .summary =
            "Squared distance of the symmetrised cross moment of two views from the identity; nothing is "
            "centred or normalised.",
        .source = "Simon et al., On the Stepwise Nature of Self-Supervised Learning, ICML 2023",
        .parameters = {{points("z1", "b,k", "view 1"), points("z2", "b,k", "view 2")}},
        .known = {R"({"z1": [[1, 0], [0, 2]], "z2": [[2, 0], [0, 1]]})", "0"},
        .properties = non_negative | symmetric,
    },
    [](const Tensor &z1, const Tensor &z2) {
      Index b("b"), k("k"), l("l");
      Tensor moment({k, l}, 0.5 * mean(b, z1(b, k) * z2(b, l) + z2(b, k) * z1(b, l)));
      return sum({k, l}, square(moment(k, l) - to_real(k == l)));
    });

inline constexpr auto icon_loss = define(
    Spec<4>{
        .name = "icon_loss",
        .summary = "Divergence of each row of learned neighbour probabilities from the given ones.",
        .source = "Alshammari et al., I-Con: A Unifying Framework for Representation Learning, ICLR 2025",
        .parameters = {{detached(probabilities("p", "i,j", "given probabilities, without gradient")),
                        points("log_q", "i,j", "logarithms of the learned probabilities"),
                        option("divergence", "kl",
                               "kl|rkl|js: KL(p, q), KL(q, p) with p at least 1e-10, or "
                               "Jensen-Shannon"),
                        reduction()}},
        .known = {R"({"p": [[1, 0], [0.5, 0.5]], "log_q": [[-1, -2], [0, 0]]})", "0.15342640972002736"},
        .smoothness = Smoothness::detached,
    },
    // The reference drops p log p and leaves p <= 1e-10 out.
    [](const Tensor &p, const Tensor &log_q, const std::string &divergence, const Reduction &reduction) {
      check_option("icon_loss", "divergence", divergence, {"kl", "rkl", "js"});
      Index i("i"), j("j");
      Expr given = stop_gradient(p(i, j)), l = log_q(i, j), q = exp(l);
      // Terms of probability 0 are 0, whatever the logarithm there is.
      auto times = [](const Expr &probability, const Expr &logarithm) {
        return where(probability > 0.0, probability * logarithm, 0.0);
      };
      if (divergence == "kl")
        return Loss(i, sum(j, xlogx(given) - times(given, l)), reduction);
      if (divergence == "rkl")
        return Loss(i, sum(j, times(q, l - log(maximum(given, 1e-10)))), reduction);
      Expr middle = log(0.5 * (given + q));
      return Loss(i, 0.5 * sum(j, xlogx(given) - times(given, middle) + times(q, l - middle)), reduction);
    });

inline constexpr auto icon_uniform_debias = define(
    Spec<2>{
        .name = "icon_uniform_debias",
        .summary = "(1 - alpha) p + alpha / N: neighbour probabilities mixed with the uniform ones of a row.",
        .source = "Alshammari et al., I-Con: A Unifying Framework for Representation Learning, ICLR 2025",
        .parameters = {{probabilities("p", "i,j", "neighbour probabilities of each row"),
                        number("alpha", 0.1, 0.0, 1.0, "share of the uniform distribution; 0.1 to 0.8")}},
        .known = {R"({"p": [[0, 0.75, 0.25]], "alpha": 0.6})", "[[0.2, 0.5, 0.3]]"},
        .properties = non_negative | at_most_one,
    },
    [](const Tensor &p, const Expr &alpha) {
      Index i("i"), j("j");
      return Tensor({i, j}, (1.0 - alpha) * p(i, j) + alpha / to_real(extent(p, 1)));
    });

inline constexpr auto label_neighbour_distribution = define(
    Spec<1>{
        .name = "label_neighbour_distribution",
        .summary =
            "1 / (others of the label) for each other sample of the label, else 0; a row without is 0.",
        .source = "Alshammari et al., I-Con: A Unifying Framework for Representation Learning, ICLR 2025",
        .parameters = {{labels("y", "i", "labels or sample numbers")}},
        .known = {R"({"y": [0, 0, 1, 0]})",
                  "[[0, 0.5, 0, 0.5], [0.5, 0, 0, 0.5], [0, 0, 0, 0], [0.5, 0.5, 0, 0]]"},
        .properties = non_negative | at_most_one,
    },
    // The form by nearest neighbours needs distances, which this entry is not given.
    [](const Tensor &y) {
      Index i("i"), j("j"), l("l");
      Expr mates = count(l, l != i && y(l) == y(i));
      return Tensor({i, j}, where(j != i && y(j) == y(i), 1.0 / to_real(mates), 0.0));
    });

inline constexpr auto mrl_retrieval_score = define(
    Spec<5>{
        .name = "mrl_retrieval_score",
        .summary =
            "Negative Kullback-Leibler divergence of diagonal Gaussians up to terms of the query alone.",
        .source = "Zamani and Bendersky, Multivariate Representation Learning for Information Retrieval, "
                  "SIGIR 2023, "
                  "eq. 10",
        .parameters = {{points("mq", "q,k", "means of the queries"), positive("sq", "q,k", "their variances"),
                        points("md", "d,k", "means of the documents"),
                        positive("sd", "d,k", "their variances"),
                        option("variant", "trace",
                               "trace|paper: sum of the variances' ratios, or the ratio of their products as "
                               "printed in the paper")}},
        .known = {R"({"mq": [[1]], "sq": [[1]], "md": [[0]], "sd": [[2]]})", "[[-0.8465735902799727]]"},
    },
    [](const Tensor &mq, const Tensor &sq, const Tensor &md, const Tensor &sd, const std::string &variant) {
      check_option("mrl_retrieval_score", "variant", variant, {"trace", "paper"});
      Index q("q"), d("d"), k("k");
      Expr distance = sum(k, log(sd(d, k)) + square(mq(q, k) - md(d, k)) / sd(d, k));
      // The product of the ratios: products of many variances leave the range of numbers.
      Expr ratio = variant == "trace" ? sum(k, sq(q, k) / sd(d, k)) : prod(k, sq(q, k) / sd(d, k));
      return Tensor({q, d}, -0.5 * (distance + ratio));
    });

} // namespace mercer::stdlib::contrastive
