// Contrastive losses of samples without labels: a positive against negatives, alignment and uniformity.
#pragma once

#include "mercer/stdlib/Contrastive.h"
#include "mercer/stdlib/Scores.h"

#include <cmath>

namespace mercer::stdlib::contrastive {

inline constexpr auto moco_queue_info_nce = define(
    Spec<5>{
        .name = "moco_queue_info_nce",
        .summary = "Each query's key against a queue of negatives, by dot products of unit vectors.",
        .source = "He et al., Momentum Contrast, CVPR 2020; facebookresearch/moco",
        .parameters = {{points("q", "i,d", "queries, unit vectors"),
                        detached(points("k", "i,d", "keys of the queries, unit vectors, without gradient")),
                        detached(points("queue", "j,d", "negatives, unit vectors, without gradient")),
                        number("tau", 0.07, 0.0, 1e30, "temperature"), reduction()}},
        .known = {R"({"q": [[1, 0]], "k": [[0.8, 0.6]], "queue": [[0, 1], [-1, 0]], "tau": 0.5})",
                  "0.2063800174923073"},
        .properties = non_negative,
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &q, const Tensor &k, const Tensor &queue, const Expr &tau, const Reduction &reduction) {
      Index i("i"), j("j");
      Tensor key = map(k, [](const Expr &e) { return stop_gradient(e); });
      Tensor negative = map(queue, [](const Expr &e) { return stop_gradient(e); });
      Expr others = logsumexp(j, dot(q[i], negative[j]) / tau);
      return Loss(i, softplus(others - dot(q[i], key[i]) / tau), reduction);
    });

inline constexpr auto tiled_logsumexp_contrastive = define(
    Spec<4>{
        .name = "tiled_logsumexp_contrastive",
        .summary =
            "Cross entropy of each query's key among all keys, by dot products; the matrix of scores is "
            "never stored.",
        .source = "Cheng et al., Breaking the Memory Barrier, CVPR 2025; DAMO-NLP-SG/Inf-CLIP",
        .parameters = {{points("q", "i,d", "queries, times the scale"), points("k", "j,d", "keys"),
                        labels("label", "i", "row of the query's key"), reduction()}},
        .known = {R"({"q": [[1, 0]], "k": [[1, 2], [0, 5]], "label": [1]})", "1.3132616875182228"},
        .properties = non_negative,
    },
    // The tiles of the reference are the compiler's own: there is no parameter `tile`.
    [](const Tensor &q, const Tensor &k, const Tensor &label, const Reduction &reduction) {
      Index i("i"), j("j");
      auto score = [&](const Expr &key) { return dot(q[i], k[key]); };
      return Loss(i, cross_entropy_of(j, score, label(i)), reduction);
    });

inline constexpr auto mann_whitney_loss = define(
    Spec<4>{
        .name = "mann_whitney_loss",
        .summary =
            "softplus((s - s_ii) / tau) of each diagonal score against every score off the diagonal, of "
            "all rows.",
        .source = "AUC-Driven Learning for Robust Neural Retrieval, arXiv 2510.00137, 2025, eq. 3",
        .parameters = {{points("s", "i,i",
                               "similarities, positives on the diagonal; further columns are "
                               "negatives"),
                        number("tau", 1.0, 0.0, 1e30, "temperature"),
                        option("neg_reduction", "sum", "sum|mean over the negatives"), reduction()}},
        .known = {R"({"s": [[2, 0.5], [1.5, 1]]})", "1.0618221152615361"},
        .properties = non_negative,
    },
    [](const Tensor &s, const Expr &tau, const std::string &neg_reduction, const Reduction &reduction) {
      check_option("mann_whitney_loss", "neg_reduction", neg_reduction, {"sum", "mean"});
      Index i("i", extent(s, 0)), k("k"), j("j");
      Expr below = softplus((s(k, j) - s(i, i)) / tau), negative = j != k;
      return Loss(i, neg_reduction == "sum" ? sum({k, j}, below, negative) : mean({k, j}, below, negative),
                  reduction);
    });

inline constexpr auto focal_info_nce = define(
    Spec<5>{
        .name = "focal_info_nce",
        .summary = "(1 - p)^gamma (-log p), p the softmax probability of the positive column.",
        .source = "Hou and Li, Improving Contrastive Learning of Sentence Embeddings with Focal-InfoNCE, "
                  "Findings of EMNLP 2023; KaLM-Embedding-V2",
        .parameters = {{points("s", "i,j", "similarities over the temperature"),
                        labels("pos", "i", "column of the positive"),
                        number("gamma", 0.5, 0.0, 1e30, "focus; 0 is info_nce"),
                        option("detach_weight", 0.0, "true: the weight passes no gradient"), reduction()}},
        .known = {R"({"s": [[0, 0]], "pos": [1], "gamma": 2})", "0.17328679513998632"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &s, const Tensor &pos, const Expr &gamma, bool detach_weight,
       const Reduction &reduction) {
      Index i("i"), j("j");
      Expr found = extent(s, 1) > 1;
      // log(1 - p) = log_sigmoid of the margin: no power of a difference that rounds to 0.
      Expr margin = where(found, logsumexp(j, s(i, j), j != pos(i)) - s(i, pos(i)), 0.0);
      Expr weight = exp(gamma * log_sigmoid(margin));
      Expr loss = (detach_weight ? stop_gradient(weight) : weight) * softplus(margin);
      return Loss(i, where(found, loss, 0.0), reduction);
    });

inline constexpr auto global_contrastive_loss = define(
    Spec<4>{
        .name = "global_contrastive_loss",
        .summary = "tau log mean_j exp((s_ij - spos_i) / tau): the soft largest excess of the negatives.",
        .source = "Yuan et al., SogCLR, ICML 2022; Optimization-AI/LibAUC GCLoss",
        .parameters = {{points("s", "i,j", "similarities to the negatives"),
                        points("spos", "i", "similarity to the positive"),
                        number("tau", 0.1, 0.0, 1e30, "temperature"), reduction()}},
        .known = {R"({"s": [[-0.2, -0.5, -0.9]], "spos": [0], "tau": 0.2})", "-0.3745620478873021"},
    },
    [](const Tensor &s, const Tensor &spos, const Expr &tau, const Reduction &reduction) {
      Index i("i"), j("j");
      return Loss(i, tau * log_mean_exp(j, (s(i, j) - spos(i)) / tau, extent(s, 1)), reduction);
    });

inline constexpr auto robust_global_contrastive_loss = define(
    Spec<7>{
        .name = "robust_global_contrastive_loss",
        .summary =
            "Each sample's tau_i log mean_j exp((s_ij - spos_i) / tau_i) + tau_i rho, whose temperature is "
            "learned too.",
        .source = "Qiu et al., iSogCLR, ICML 2023; Optimization-AI/LibAUC",
        .parameters = {{points("s", "i,j", "similarities to the negatives"),
                        points("spos", "i", "similarity to the positive"),
                        positive("tau", "i", "temperatures, clamped to [tau_min, tau_max]"),
                        number("rho", 0.3, 0.0, 1e30, "radius of the divergence; 6 for two modalities"),
                        number("tau_min", 0.05, 1e-30, 1e30, "least temperature"),
                        number("tau_max", 0.7, 1e-30, 1e30, "largest temperature"), reduction()}},
        .known = {R"({"s": [[-0.2, -0.5, -0.9]], "spos": [0], "tau": [0.2]})", "-0.3145620478873021"},
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &s, const Tensor &spos, const Tensor &tau, const Expr &rho, const Expr &least,
       const Expr &most, const Reduction &reduction) {
      Index i("i"), j("j");
      Expr temperature = clamp(tau(i), least, most);
      Expr excess = log_mean_exp(j, (s(i, j) - spos(i)) / temperature, extent(s, 1));
      return Loss(i, temperature * (excess + rho), reduction);
    });

inline constexpr auto curl_logistic = define(
    Spec<5>{
        .name = "curl_logistic",
        .summary = "log(1 + sum_r exp(-v_r)), v_r = <f(x), f(x+) - f(x-_r)>, in units of log(log_base).",
        .source =
            "Arora et al., A Theoretical Analysis of Contrastive Unsupervised Representation Learning, ICML "
            "2019",
        .parameters = {{points("fx", "i,d", "anchors"), points("fp", "i,d", "positives"),
                        points("fn", "i,r,d", "negatives"),
                        number("log_base", 2.0, 1.000001, 1e30, "base of the logarithm"), reduction()}},
        .known = {R"({"fx": [[1]], "fp": [[0]], "fn": [[[-0.5], [1], [-2]]]})", "2.157091509595412"},
        .properties = non_negative,
    },
    [](const Tensor &fx, const Tensor &fp, const Tensor &fn, const Expr &base, const Reduction &reduction) {
      Index i("i"), r("r");
      Expr excess = logsumexp(r, dot(fx[i], fn[i][r])) - dot(fx[i], fp[i]);
      return Loss(i, softplus(excess) / log(base), reduction);
    });

inline constexpr auto curl_hinge = define(
    Spec<2>{
        .name = "curl_hinge",
        .summary = "relu(1 - min_r v_r) of the score differences to the negatives.",
        .source =
            "Arora et al., A Theoretical Analysis of Contrastive Unsupervised Representation Learning, ICML "
            "2019",
        .parameters = {{points("v", "i,r", "score of the positive minus that of each negative"),
                        reduction()}},
        .known = {R"({"v": [[0.5, -1, 2], [1.5, 2, 3]]})", "1"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"v": [[0.5, 0.5, 2], [1, 2, 3]]})", "[[-0.5, 0, 0], [0, 0, 0]]"},
    },
    [](const Tensor &v, const Reduction &reduction) {
      Index i("i"), r("r");
      return Loss(i, relu(1.0 - min(r, v(i, r))), reduction);
    });

inline constexpr auto curl_block = define(
    Spec<5>{
        .name = "curl_block",
        .summary = "CURL's loss of the mean of a block of positives against that of a block of negatives.",
        .source =
            "Arora et al., A Theoretical Analysis of Contrastive Unsupervised Representation Learning, ICML "
            "2019",
        .parameters = {{points("fx", "i,d", "anchors"), points("fp", "i,s,d", "blocks of positives"),
                        points("fn", "i,s,d", "blocks of negatives"),
                        option("form", "logistic", "logistic|hinge: base-2 logarithm, or relu(1 - v)"),
                        reduction()}},
        .known = {R"({"fx": [[1]], "fp": [[[1], [3]]], "fn": [[[2], [2]]]})", "1"},
        .properties = non_negative,
    },
    // The catalogue's block size b is the size of the dimension s.
    [](const Tensor &fx, const Tensor &fp, const Tensor &fn, const std::string &form,
       const Reduction &reduction) {
      check_option("curl_block", "form", form, {"logistic", "hinge"});
      Index i("i"), s("s");
      Expr v = mean(s, dot(fx[i], fp[i][s]) - dot(fx[i], fn[i][s]));
      return Loss(i, form == "logistic" ? softplus(-v) / log(Expr(2.0)) : relu(1.0 - v), reduction);
    });

inline constexpr auto pair_logistic_contrastive = define(
    Spec<4>{
        .name = "pair_logistic_contrastive",
        .summary = "softplus(-t <f, g>): logistic loss of whether two features belong together.",
        .source = "Ge et al., On the Provable Advantage of Unsupervised Pretraining, ICLR 2024",
        .parameters = {{points("f", "n,d", "features"), points("g", "n,d", "features of the partners"),
                        detached(points("t", "n", "1 for the same, -1 for different samples; no gradient")),
                        reduction()}},
        .known = {R"({"f": [[1]], "g": [[0.5]], "t": [1]})", "0.4740769841801067"},
        .properties = non_negative | symmetric,
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &f, const Tensor &g, const Tensor &t, const Reduction &reduction) {
      Index n("n");
      return Loss(n, softplus(-stop_gradient(t(n)) * dot(f[n], g[n])), reduction);
    });

inline constexpr auto wpc_loss = define(
    Spec<3>{
        .name = "wpc_loss",
        .summary =
            "Cross entropy of each row of critic scores against its diagonal, and lambda times the mean "
            "squared distance of the critic's gradient norms from 1.",
        .source = "Ozair et al., Wasserstein Dependency Measure for Representation Learning, NeurIPS 2019",
        .parameters = {{points("F", "i,i", "critic scores, as many columns as rows or more"),
                        points("gradnorm", "n", "norms of the critic's gradient by its inputs"),
                        number("lambda", 10.0, 0.0, 1e30, "weight of the penalty")}},
        .known = {R"({"F": [[0, 0], [0, 0]], "gradnorm": [0.5, 1], "lambda": 2})", "0.9431471805599453"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &scores, const Tensor &gradnorm, const Expr &weight) {
      Index i("i", extent(scores, 0)), j("j"), n("n");
      auto score = [&](const Expr &column) { return scores(i, column); };
      return mean(i, cross_entropy_of(j, score, i)) + weight * mean(n, square(gradnorm(n) - 1.0));
    });

inline constexpr auto f_contrastive_loss = define(
    Spec<3>{
        .name = "f_contrastive_loss",
        .summary = "Variational bound of an f-divergence between joint and product pairs, to be minimised.",
        .source = "Nguyen, Wainwright and Jordan, IEEE TIT 56(11), 2010; Lin and Mei, arXiv 2503.17538, 2025",
        .parameters =
            {{points("T_pos", "i", "critic on joint pairs"), points("T_neg", "j", "critic on product pairs"),
              option("f", "kl",
                     "kl|dv|chi2|js: exp(T - 1); Donsker-Varadhan's logarithm of the mean; T + T^2/4; "
                     "logistic")}},
        .known = {R"({"T_pos": [2], "T_neg": [1, 1]})", "-1"},
    },
    [](const Tensor &joint, const Tensor &product, const std::string &f) {
      check_option("f_contrastive_loss", "f", f, {"kl", "dv", "chi2", "js"});
      Index i("i"), j("j");
      if (f == "js")
        return mean(i, softplus(-joint(i))) + mean(j, softplus(product(j)));
      Expr conjugate = f == "kl"   ? mean(j, exp(product(j) - 1.0))
                       : f == "dv" ? log_mean_exp(j, product(j), extent(product, 0))
                                   : mean(j, product(j) + 0.25 * square(product(j)));
      return conjugate - mean(i, joint(i));
    });

inline constexpr auto hard_negative_mixing = define(
    Spec<6>{
        .name = "hard_negative_mixing",
        .summary =
            "Synthetic negatives: unit vectors along a mixture of two negatives, or of all by a softmax of "
            "their similarities.",
        .source = "Kalantidis et al., Hard Negative Mixing for Contrastive Learning, NeurIPS 2020; "
                  "KaLM-Embedding-V2",
        .parameters = {{points("n", "i,a,d", "hard negatives of each query"),
                        points("s", "i,a", "similarities of the query to them"),
                        number("tau_m", 1.0, 1e-30, 1e30, "temperature of the softmax"),
                        labels("first", "i,h", "one negative of each pair; without: the softmax of all"),
                        labels("second", "i,h", "the other one"),
                        probabilities("lam", "i,h", "weight of the first, uniform or beta distributed")}},
        .known = {R"({"n": [[[1, 0], [0, 1]]], "s": [[1, 1]]})",
                  "[[[0.7071067811865476, 0.7071067811865476]]]"},
    },
    [](const Tensor &n, const Tensor &s, const Expr &tau, const std::optional<Tensor> &first,
       const std::optional<Tensor> &second, const std::optional<Tensor> &lam) {
      Index i("i"), a("a"), d("d"), h("h");
      if (!first && !second && !lam) {
        Index one("h", 1);
        return normalize(Tensor({i, one, d}, sum(a, softmax(a, s(i, a) / tau) * n(i, a, d))));
      }
      if (!first || !second || !lam)
        throw Error(ErrorCode::missing_input, "hard_negative_mixing, arguments 'first', 'second' and 'lam': "
                                              "expected all three or none of them");
      Expr mixed = (*lam)(i, h) * n(i, (*first)(i, h), d) + (1.0 - (*lam)(i, h)) * n(i, (*second)(i, h), d);
      return normalize(Tensor({i, h, d}, mixed));
    });

inline constexpr auto matryoshka_info_nce = define(
    Spec<6>{
        .name = "matryoshka_info_nce",
        .summary =
            "Weighted sum over prefixes of the vectors, normalised each, of the cross entropy of each query "
            "against its passage.",
        .source =
            "Kusupati et al., Matryoshka Representation Learning, NeurIPS 2022; HITsz-TMG/KaLM-Embedding",
        .parameters = {{points("q", "i,d", "queries, as they are"),
                        points("p", "j,d",
                               "passages, as many as queries or more; the first are the queries' own"),
                        option("dims", {896.0, 512.0, 256.0, 128.0, 64.0},
                               "lengths of the prefixes; a longer one is the whole vector"),
                        option("weights", {1.0, 0.3, 0.2, 0.1, 0.1}, "their weights"),
                        number("tau", 0.05, 0.0, 1e30, "temperature"), reduction()}},
        .known = {R"({"q": [[1, 0]], "p": [[1, 1], [1, -1]], "dims": [2, 1], "weights": [1, 0.5], "tau": 1})",
                  "1.0397207708399179"},
        .properties = non_negative | scale_invariant,
    },
    [](const Tensor &q, const Tensor &p, const std::vector<double> &dims, const std::vector<double> &weights,
       const Expr &tau, const Reduction &reduction) {
      if (dims.size() != weights.size() || dims.empty())
        reject_parameter("matryoshka_info_nce", "weights", "as many weights as lengths, one or more",
                         std::to_string(weights.size()) + " weights and " + std::to_string(dims.size()) + " lengths");
      Index i("i", extent(q, 0)), j("j");
      Expr total = 0.0;
      for (std::size_t r = 0; r < dims.size(); ++r) {
        if (!(dims[r] >= 1 && dims[r] <= 1e9 && dims[r] == std::floor(dims[r])))
          reject_parameter("matryoshka_info_nce", "dims", "whole numbers of 1 or more", to_text(Expr(dims[r])));
        Index k("k", minimum(extent(q, 1), static_cast<std::int64_t>(dims[r])));
        Tensor query = normalize(Tensor({i, k}, q(i, k))), passage = normalize(Tensor({j, k}, p(j, k)));
        auto score = [&](const Expr &row) { return dot(query[i], passage[row]) / tau; };
        total = total + weights[r] * cross_entropy_of(j, score, i);
      }
      return Loss(i, total, reduction);
    });

} // namespace mercer::stdlib::contrastive
