// Metric losses over the pairs of a batch, or over similarities that are given.
#pragma once

#include "mercer/stdlib/Metric.h"
#include "mercer/stdlib/Scores.h"

#include <numbers>

namespace mercer::stdlib::metric {

inline constexpr auto circle_loss_pairs = define(
    Spec<4>{
        .name = "circle_loss_pairs",
        .summary = "Circle loss of given similarities within and between classes: 0 without one of them.",
        .source = "Sun et al., Circle Loss, CVPR 2020; TinyZeaMays/CircleLoss",
        .parameters =
            {{cosines("sp", "i", "similarities within classes"),
              cosines("sn", "j", "similarities between classes"), number("m", 0.25, 0.0, 1.0, "relaxation"),
              number("gamma", 256.0, 0.0, 1e30, "scale; 256 faces, 128 re-identification, 80 retrieval")}},
        .known = {R"({"sp": [0.8, 0.6], "sn": [0.3, 0.1], "gamma": 4})", "1.7240083611712416"},
        .properties = non_negative,
        .smoothness = Smoothness::detached, // the weights of the pairs, as in the paper
    },
    [](const Tensor &sp, const Tensor &sn, const Expr &m, const Expr &gamma) {
      Index i("i"), j("j");
      Expr pull = logsumexp(i, -gamma * relu(1.0 + m - stop_gradient(sp(i))) * (sp(i) - (1.0 - m)));
      Expr push = logsumexp(j, gamma * relu(stop_gradient(sn(j)) + m) * (sn(j) - m));
      return softplus(pull + push);
    });

inline constexpr auto unified_pair_loss = define(
    Spec<4>{
        .name = "unified_pair_loss",
        .summary = "log(1 + sum over pairs of exp(gamma (sn_j - sp_i + m))): 0 without one of them.",
        .source = "Sun et al., Circle Loss, CVPR 2020, eq. 1",
        .parameters = {{cosines("sp", "i", "similarities within classes"),
                        cosines("sn", "j", "similarities between classes"),
                        number("m", 0.25, 0.0, 2.0, "margin"), number("gamma", 64.0, 0.0, 1e30, "scale")}},
        .known = {R"({"sp": [0.8, 0.6], "sn": [0.3, 0.1], "gamma": 4})", "1.0005541286244595"},
        .properties = non_negative,
    },
    [](const Tensor &sp, const Tensor &sn, const Expr &m, const Expr &gamma) {
      Index i("i"), j("j");
      return softplus(logsumexp(j, gamma * (sn(j) + m)) + logsumexp(i, -gamma * sp(i)));
    });

inline constexpr auto margin_contrastive_active_mean = define(
    Spec<4>{
        .name = "margin_contrastive_active_mean",
        .summary = "relu(mp - s) of pairs of one label and relu(s - mn) of the others, each averaged where "
                   "positive.",
        .source =
            "Liao, Tsiligkaridis and Kulis, Supervised Metric Learning to Rank for Retrieval via Contextual "
            "Similarity Optimization, ICML 2023",
        .parameters = {{points("s", "i,i", "similarities"), labels("y", "i", "labels"),
                        number("mp", 0.9, -1e30, 1e30, "margin of one label"),
                        number("mn", 0.6, -1e30, 1e30, "margin of different labels")}},
        .known = {R"({"s": [[1, 0.4, 0.7], [0.4, 1, 0.2], [0.7, 0.2, 1]], "y": [0, 0, 1]})", "0.6"},
        .properties = non_negative,
        .tolerance = 1e-9,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &s, const Tensor &y, const Expr &mp, const Expr &mn) {
      Index i("i"), j("j");
      Expr mate = y(i) == y(j), other = y(i) != y(j);
      return average_of(sum({i, j}, relu(mp - s(i, j)), mate), count({i, j}, mate && s(i, j) < mp)) +
             average_of(sum({i, j}, relu(s(i, j) - mn), other), count({i, j}, other && s(i, j) > mn));
    });

inline constexpr auto tcm_loss = define(
    Spec<6>{
        .name = "tcm_loss",
        .summary = "Threshold-consistent margin: mean shortfall of the hard pairs of one label, and mean "
                   "excess of the "
                   "hard pairs of different ones.",
        .source =
            "Zhang et al., Threshold-Consistent Margin Loss for Open-World Deep Metric Learning, ICLR 2024; "
            "pytorch-metric-learning ThresholdConsistentMarginLoss",
        .parameters = {{points("e", "i,k", "embeddings, normalised inside"), labels("y", "i", "labels"),
                        number("lambda_p", 1.0, 0.0, 1e30, "weight of the pairs of one label"),
                        number("lambda_n", 1.0, 0.0, 1e30, "weight of the others"),
                        number("m_p", 0.9, -1.0, 1.0, "cosine below which a pair of one label is hard"),
                        number("m_n", 0.5, -1.0, 1.0, "cosine above which another pair is hard")}},
        .known = {R"({"e": [[1, 0], [0.8, 0.6], [0, 1], [0.6, 0.8]], "y": [0, 0, 1, 1]})", "0.32"},
        .properties = non_negative | scale_invariant,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &e, const Tensor &y, const Expr &lambda_p, const Expr &lambda_n, const Expr &m_p,
       const Expr &m_n) {
      Index i("i"), j("j");
      Tensor unit = normalize(e);
      Expr s = dot(unit[i], unit[j]);
      Expr mate = i != j && y(i) == y(j), other = y(i) != y(j);
      Expr pull = average_of(sum({i, j}, relu(m_p - s), mate), count({i, j}, mate && s <= m_p));
      Expr push = average_of(sum({i, j}, relu(s - m_n), other), count({i, j}, other && s >= m_n));
      return lambda_p * pull + lambda_n * push;
    });

inline constexpr auto generic_pair_loss = define(
    Spec<7>{
        .name = "generic_pair_loss",
        .summary = "Mean over anchors of a pair loss tau(sp(sum rp(s)) + sn(sum rn(s))) of cosines.",
        .source = "Venkataramanan et al., It Takes Two to Tango: Mixup for Deep Metric Learning, ICLR 2022, "
                  "section 3",
        .parameters =
            {{points("z", "i,k", "embeddings, normalised inside"), labels("y", "i", "labels"),
              option("form", "contrastive",
                     "contrastive|lifted_structure|binomial_deviance|multi_similarity|nca: its functions"),
              number("m", 0.5, -1e30, 1e30, "margin"),
              number("beta", 2.0, 0.0, 1e30, "sharpness of the positives"),
              number("gamma", 50.0, 0.0, 1e30, "sharpness of the negatives"), reduction()}},
        .known = {R"({"z": [[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8]], "y": [0, 0, 1, 1]})", "-0.75"},
        .properties = scale_invariant,
        .smoothness = Smoothness::kinked,
    },
    // Anchors without a positive or without a negative are 0 in the forms that have logarithms of both sums.
    [](const Tensor &z, const Tensor &y, const std::string &form, const Expr &m, const Expr &beta,
       const Expr &gamma, const Reduction &reduction) {
      check_option("generic_pair_loss", "form", form,
                   {"contrastive", "lifted_structure", "binomial_deviance", "multi_similarity", "nca"});
      Index i("i"), j("j");
      Tensor unit = normalize(z);
      Expr s = dot(unit[i], unit[j]), mate = j != i && y(j) == y(i), other = y(j) != y(i);
      if (form == "contrastive")
        return Loss(i, sum(j, relu(s - m), other) - sum(j, s, mate), reduction);
      if (form == "binomial_deviance")
        return Loss(i, sum(j, softplus(-beta * (s - m)), mate) + sum(j, softplus(gamma * (s - m)), other),
                    reduction);
      if (form == "multi_similarity")
        return Loss(i,
                    softplus(logsumexp(j, -beta * (s - m), mate)) / beta +
                        softplus(logsumexp(j, gamma * (s - m), other)) / gamma,
                    reduction);
      Expr both = any(j, mate) && any(j, other);
      Expr value = form == "nca" ? logsumexp(j, s, other) - logsumexp(j, s, mate)
                                 : relu(logsumexp(j, -s, mate) + logsumexp(j, s - m, other));
      return Loss(i, where(both, value, 0.0), reduction);
    });

inline constexpr auto metrix_mixup = define(
    Spec<5>{
        .name = "metrix_mixup",
        .summary = "Contrastive loss plus w times that of each anchor against mixtures of its first positive "
                   "and each "
                   "negative.",
        .source = "Venkataramanan et al., It Takes Two to Tango: Mixup for Deep Metric Learning, ICLR 2022; "
                  "billpsomas/Metrix_ICLR22",
        .parameters = {{points("z", "i,k", "embeddings, normalised inside"), labels("y", "i", "labels"),
                        scalar("lam", 0.5, 0.0, 1.0, "share of the positive, drawn from Beta(2, 2)"),
                        number("w", 0.4, 0.0, 1e30, "weight of the mixtures"),
                        number("m_neg", 0.5, 0.0, 1e30, "margin of the negatives")}},
        .known = {R"({"z": [[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8]], "y": [0, 0, 1, 1], "lam": 0.25})",
                  "0.7484479040723211"},
        .properties = non_negative | scale_invariant,
        .tolerance = 1e-7,
        .smoothness = Smoothness::kinked,
    },
    // Mixtures of embeddings of a positive and a negative, the first of the authors' two forms; mixtures of
    // inputs are mixed before the model.
    [](const Tensor &z, const Tensor &y, const Expr &lam, const Expr &w, const Expr &m_neg) {
      Index a("a"), n("n"), j("j"), k("k");
      Tensor unit = normalize(z);
      Expr other = y(n) != y(a) && any(j, y(j) == y(a), j != a);
      Expr positive = argmax(j, to_real(y(j) == y(a)), j != a && y(j) == y(a));
      Expr mate = where(other, positive, 0);
      Tensor mixed = normalize(Tensor({a, n, k}, lam * unit(mate, k) + (1.0 - lam) * unit(n, k)));
      Tensor apart({a, n}, distance(unit[a], mixed[a][n]));
      Expr d = apart(a, n);
      Expr pull = average_of(sum({a, n}, lam * d, other), count({a, n}, other && lam * d > 0.0));
      Expr push = average_of(sum({a, n}, (1.0 - lam) * relu(m_neg - d), other),
                             count({a, n}, other && (1.0 - lam) * (m_neg - d) > 0.0));
      return contrastive_loss(z, y, 0.0, m_neg) + w * (pull + push);
    });

inline constexpr auto collaborative_inner_product_loss = define(
    Spec<3>{
        .name = "collaborative_inner_product_loss",
        .summary =
            "softplus of minus the inner products within labels, plus lam times relu of those between, both "
            "averaged over pairs.",
        .source = "Liu et al., Rethinking Loss Design for Large-scale 3D Shape Retrieval, IJCAI 2019",
        .parameters = {{points("v", "i,d", "embeddings, as they are"), labels("y", "i", "labels"),
                        number("lam", 1.0, 0.0, 1e30, "weight of the pairs between labels")}},
        .known = {R"({"v": [[1, 0.2], [0.8, -0.1], [-0.3, 1], [0.1, 0.9]], "y": [0, 0, 1, 1]})",
                  "0.43363115976240946"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
    },
    // The paper's function within a label could not be verified; the catalogue's smooth one. The cross
    // entropy that it is added to is the caller's.
    [](const Tensor &v, const Tensor &y, const Expr &lam) {
      Index i("i"), j("j");
      Expr s = dot(v[i], v[j]);
      return mean({i, j}, softplus(-s), i != j && y(i) == y(j)) + lam * mean({i, j}, relu(s), y(i) != y(j));
    });

inline constexpr auto nca_loss = define(
    Spec<4>{
        .name = "nca_loss",
        .summary = "-log of the share of the own label in each sample's softmax over the others, by squared "
                   "distance.",
        .source = "Goldberger et al., Neighbourhood Components Analysis, NeurIPS 2004; "
                  "pytorch-metric-learning NCALoss",
        .parameters = {{points("embeddings", "i,k", "embeddings, normalised inside"),
                        labels("labels", "i", "labels"),
                        number("softmax_scale", 1.0, 0.0, 1e30, "scale of the squared distances"),
                        reduction()}},
        .known = {R"({"embeddings": [[1, 0], [2, 0], [-1, 0]], "labels": [0, 0, 1]})", "0.01814992791780978"},
        .properties = non_negative | scale_invariant,
    },
    [](const Tensor &z, const Tensor &y, const Expr &scale, const Reduction &reduction) {
      Index i("i"), j("j");
      Tensor unit = normalize(z);
      Expr score = -scale * squared_distance(unit[i], unit[j]), mate = j != i && y(j) == y(i);
      Expr has_mate = any(j, mate);
      // log(1 + others' share over the own): nothing cancels.
      Expr own = where(has_mate, logsumexp(j, score, mate), 0.0);
      Expr loss = where(has_mate, softplus(logsumexp(j, score, y(j) != y(i)) - own), 0.0);
      return Loss(i, loss, reduction, average_of(sum(i, loss), count(i, has_mate)));
    });

inline constexpr auto proxy_nca_loss = define(
    Spec<5>{
        .name = "proxy_nca_loss",
        .summary = "Cross entropy of each sample's own proxy among all, by squared distance of unit vectors.",
        .source = "Movshovitz-Attias et al., No Fuss Distance Metric Learning Using Proxies, ICCV 2017; "
                  "pytorch-metric-learning ProxyNCALoss",
        .parameters = {{points("embeddings", "i,k", "embeddings, normalised inside"),
                        points("proxies", "c,k", "proxies of the classes, normalised inside"),
                        labels("labels", "i", "labels, < c"),
                        number("softmax_scale", 1.0, 0.0, 1e30, "scale of the squared distances"),
                        reduction()}},
        .known = {R"({"embeddings": [[1, 0]], "proxies": [[2, 0], [0, 1]], "labels": [0]})",
                  "0.1269280110429726"},
        .properties = non_negative | scale_invariant,
    },
    // The own proxy is in the denominator, as in pytorch-metric-learning; the paper leaves it out.
    [](const Tensor &z, const Tensor &proxies, const Tensor &y, const Expr &scale,
       const Reduction &reduction) {
      Index i("i"), c("c", extent(proxies, 0));
      Tensor unit = normalize(z), proxy = normalize(proxies);
      auto score = [&](const Expr &of) { return -scale * squared_distance(unit[i], proxy[of]); };
      return Loss(i, cross_entropy_of(c, score, y(i)), reduction);
    });

inline constexpr auto intra_pair_variance_loss = define(
    Spec<4>{
        .name = "intra_pair_variance_loss",
        .summary = "Mean squares of how far cosines of one label fall below their mean, and others rise "
                   "above theirs.",
        .source =
            "Yu and Tao, Deep Metric Learning with Tuplet Margin Loss, ICCV 2019; pytorch-metric-learning "
            "IntraPairVarianceLoss",
        .parameters = {{points("embeddings", "i,k", "embeddings, normalised inside"),
                        labels("labels", "i", "labels"),
                        number("pos_eps", 0.01, 0.0, 1.0, "tolerance of the pairs of one label"),
                        number("neg_eps", 0.01, 0.0, 1.0, "tolerance of the others")}},
        .known = {R"({"embeddings": [[1, 0], [0.8, 0.6], [0, 1]], "labels": [0, 0, 1]})", "0.0441045"},
        .properties = non_negative | scale_invariant,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &z, const Tensor &y, const Expr &pos_eps, const Expr &neg_eps) {
      Index i("i"), j("j"), k("k"), l("l");
      Tensor unit = normalize(z);
      Tensor s({i, j}, dot(unit[i], unit[j]));
      Expr mate = i != j && y(i) == y(j), other = y(i) != y(j);
      Expr within = mean({k, l}, s(k, l), k != l && y(k) == y(l)),
           between = mean({k, l}, s(k, l), y(k) != y(l));
      return mean({i, j}, square(relu((1.0 - pos_eps) * within - s(i, j))), mate) +
             mean({i, j}, square(relu(s(i, j) - (1.0 + neg_eps) * between)), other);
    });

inline constexpr auto signal_to_noise_ratio_contrastive_loss = define(
    Spec<4>{
        .name = "signal_to_noise_ratio_contrastive_loss",
        .summary =
            "Contrastive loss of the ratio of the difference's variance over features to the anchor's.",
        .source = "Yuan et al., Signal-To-Noise Ratio: A Robust Distance Metric for Deep Metric Learning, "
                  "CVPR 2019; "
                  "pytorch-metric-learning SignalToNoiseRatioContrastiveLoss",
        .parameters = {{points("embeddings", "i,k", "embeddings, normalised inside"),
                        labels("labels", "i", "labels"),
                        number("pos_margin", 0.0, 0.0, 1e30, "margin of pairs of one label"),
                        number("neg_margin", 1.0, 0.0, 1e30, "margin of the others")}},
        .known = {R"({"embeddings": [[1, 0], [0.8, 0.6], [0, 1]], "labels": [0, 0, 1]})",
                  "8.319999999999995"},
        .properties = non_negative | scale_invariant,
        .smoothness = Smoothness::kinked,
    },
    // The ratio is 0 where the anchor's features are all equal.
    [](const Tensor &z, const Tensor &y, const Expr &pos_margin, const Expr &neg_margin) {
      Index i("i"), j("j"), k("k");
      Tensor unit = normalize(z);
      Expr signal = variance(k, unit(i, k)), noise = variance(k, unit(i, k) - unit(j, k));
      Tensor d({i, j}, where(signal > 0.0, noise / where(signal > 0.0, signal, 1.0), 0.0));
      Expr mate = i != j && y(i) == y(j), other = y(i) != y(j);
      return average_of(sum({i, j}, relu(d(i, j) - pos_margin), mate),
                        count({i, j}, mate && d(i, j) > pos_margin)) +
             average_of(sum({i, j}, relu(neg_margin - d(i, j)), other),
                        count({i, j}, other && d(i, j) < neg_margin));
    });

inline constexpr auto lifted_structure_loss = define(
    Spec<5>{
        .name = "lifted_structure_loss",
        .summary =
            "Half the squared excess of each pair of one label over the soft nearest negatives of both.",
        .source = "Song et al., Deep Metric Learning via Lifted Structured Feature Embedding, CVPR 2016; "
                  "pytorch-metric-learning LiftedStructureLoss",
        .parameters = {{points("embeddings", "i,k", "embeddings, normalised inside"),
                        labels("labels", "i", "labels"),
                        number("neg_margin", 1.0, -1e30, 1e30, "margin of the negatives"),
                        number("pos_margin", 0.0, -1e30, 1e30, "margin of the positives"), reduction()}},
        .known = {R"({"embeddings": [[1, 0], [0.8, 0.6], [0, 1]], "labels": [0, 0, 1]})",
                  "0.7256282672471366"},
        .properties = non_negative | scale_invariant,
        .tolerance = 1e-7,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &z, const Tensor &y, const Expr &neg_margin, const Expr &pos_margin,
       const Reduction &reduction) {
      Index a("a"), p("p"), n("n");
      Tensor unit = normalize(z);
      Expr other = any(n, y(n) != y(a));
      Tensor push(a, where(other, logsumexp(n, neg_margin - distance(unit[a], unit[n]), y(n) != y(a)), 0.0));
      Expr both = push(a) + softplus(push(p) - push(a));
      Expr mate = a != p && y(a) == y(p) && other;
      Expr excess = distance(unit[a], unit[p]) - pos_margin + both;
      Expr loss = where(mate, 0.5 * square(relu(excess)), 0.0);
      return Loss({a, p}, loss, reduction, mean({a, p}, loss, mate));
    });

inline constexpr auto generalized_lifted_structure_loss = define(
    Spec<5>{
        .name = "generalized_lifted_structure_loss",
        .summary = "relu(soft farthest positive + soft nearest negative) of each anchor.",
        .source = "Hermans, Beyer and Leibe, In Defense of the Triplet Loss, arXiv 1703.07737, 2017; "
                  "pytorch-metric-learning GeneralizedLiftedStructureLoss",
        .parameters = {{points("embeddings", "i,k", "embeddings, normalised inside"),
                        labels("labels", "i", "labels"),
                        number("neg_margin", 1.0, -1e30, 1e30, "margin of the negatives"),
                        number("pos_margin", 0.0, -1e30, 1e30, "margin of the positives"), reduction()}},
        .known = {R"({"embeddings": [[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8]], "labels": [0, 0, 1, 1]})",
                  "0.9730963239903783"},
        .properties = non_negative | scale_invariant,
        .tolerance = 1e-7,
        .smoothness = Smoothness::kinked,
    },
    // Anchors without a positive or a negative are 0; pytorch-metric-learning takes a missing sum's logarithm
    // as 0.
    [](const Tensor &z, const Tensor &y, const Expr &neg_margin, const Expr &pos_margin,
       const Reduction &reduction) {
      Index a("a"), j("j");
      Tensor unit = normalize(z);
      Expr d = distance(unit[a], unit[j]), mate = j != a && y(j) == y(a), other = y(j) != y(a);
      Expr loss = relu(logsumexp(j, d - pos_margin, mate) + logsumexp(j, neg_margin - d, other));
      return Loss(a, where(any(j, mate) && any(j, other), loss, 0.0), reduction);
    });

} // namespace mercer::stdlib::metric
