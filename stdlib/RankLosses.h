// Metric losses of the order of neighbours: average precision, histograms, nearest neighbours.
#pragma once

#include "mercer/stdlib/Metric.h"
#include "mercer/stdlib/PairLosses.h"

namespace mercer::stdlib::metric {

inline constexpr auto fast_ap_loss = define(
    Spec<4>{
        .name = "fast_ap_loss",
        .summary = "1 - average precision of each sample, from soft histograms of the squared distances of "
                   "unit vectors.",
        .source = "Cakir et al., Deep Metric Learning to Rank, CVPR 2019; pytorch-metric-learning FastAPLoss",
        .parameters = {{points("embeddings", "i,k", "embeddings, normalised inside"),
                        labels("labels", "i", "labels"),
                        option("num_bins", 10.0, "number of bins of the histograms"), reduction()}},
        .known = {R"({"embeddings": [[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8]], "labels": [0, 1, 0, 1]})",
                  "0.5833333333333333"},
        .properties = scale_invariant,
        .tolerance = 1e-9,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &z, const Tensor &y, int num_bins, const Reduction &reduction) {
      check_whole("fast_ap_loss", "num_bins", num_bins, 1, 10000);
      Index i("i"), j("j"), b("b", num_bins + 1), c("c", num_bins + 1);
      Tensor unit = normalize(z);
      Expr width = 4.0 / num_bins;
      Expr pulse = relu(1.0 - abs(squared_distance(unit[i], unit[j]) - to_real(b) * width) / width);
      Expr mate = j != i && y(j) == y(i);
      Tensor own({i, b}, sum(j, pulse, mate)), all({i, b}, sum(j, pulse, j != i));
      Expr own_before = sum(c, own(i, c), c <= b), all_before = sum(c, all(i, c), c <= b);
      Expr found = !(own(i, b) <= 0.0);
      Expr precision = sum(b, where(found, own(i, b) * own_before / where(found, all_before, 1.0), 0.0));
      Expr mates = count(j, mate);
      Expr loss = where(mates > 0, 1.0 - average_of(precision, mates), 0.0);
      return Loss(i, loss, reduction, average_of(sum(i, loss), count(i, mates > 0)));
    });

inline constexpr auto smooth_ap_loss = define(
    Spec<4>{
        .name = "smooth_ap_loss",
        .summary = "1 - average precision of each sample, ranks by sigmoids of differences of cosines.",
        .source =
            "Brown et al., Smooth-AP: Smoothing the Path Towards Large-Scale Image Retrieval, ECCV 2020; "
            "pytorch-metric-learning SmoothAPLoss",
        .parameters = {{points("embeddings", "i,k", "embeddings, normalised inside"),
                        labels("labels", "i", "labels"),
                        number("temperature", 0.01, 0.0, 1e30, "temperature of the sigmoids"), reduction()}},
        .known = {R"({"embeddings": [[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8]], "labels": [0, 0, 1, 1],
                      "temperature": 0.5})",
                  "0.18053398505030632"},
        .properties = non_negative | scale_invariant,
    },
    // A sample is among its own positives, as in the authors' code; labels may have different counts here.
    [](const Tensor &z, const Tensor &y, const Expr &temperature, const Reduction &reduction) {
      Index i("i"), j("j"), k("k");
      Tensor unit = normalize(z);
      Tensor s({i, j}, dot(unit[i], unit[j]));
      Expr above = sigmoid((s(i, k) - s(i, j)) / temperature);
      Expr own = 1.0 + sum(k, above, k != j && y(k) == y(i)), all = 1.0 + sum(k, above, k != j);
      return Loss(i, 1.0 - mean(j, own / all, y(j) == y(i)), reduction);
    });

inline constexpr auto pnp_loss = define(
    Spec<7>{
        .name = "pnp_loss",
        .summary =
            "Mean over positives of a function of how many negatives come before them, counted by sigmoids.",
        .source = "Li et al., Rethinking the Optimization of Average Precision: Only Penalizing Negative "
                  "Instances before "
                  "Positive Ones Is Enough, AAAI 2022; pytorch-metric-learning PNPLoss",
        .parameters = {{points("embeddings", "i,k", "embeddings, normalised inside"),
                        labels("labels", "i", "labels"),
                        number("b", 2.0, 1e-30, 1e30, "slope of the variant Ib"),
                        number("alpha", 1.0, 0.0, 1e30, "exponent of the variant Dq"),
                        number("anneal", 0.01, 0.0, 1e30, "temperature of the sigmoids"),
                        option("variant", "O",
                               "O|Ds|Dq|Iu|Ib: R, log(1 + R), 1 - (1 + R)^-alpha, (1 + R) log(1 + R), "
                               "(b R - log(1 + b R)) / b^2"),
                        reduction()}},
        .known =
            {R"({"embeddings": [[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8]], "labels": [0, 0, 1, 1], "anneal": 0.5})",
             "0.3455492078079887"},
        .properties = non_negative | scale_invariant,
    },
    // A sample is among its own positives, as in pytorch-metric-learning.
    [](const Tensor &z, const Tensor &y, const Expr &b, const Expr &alpha, const Expr &anneal,
       const std::string &variant, const Reduction &reduction) {
      check_option("pnp_loss", "variant", variant, {"O", "Ds", "Dq", "Iu", "Ib"});
      Index i("i"), j("j"), k("k");
      Tensor unit = normalize(z);
      Tensor s({i, j}, dot(unit[i], unit[j]));
      Expr before = sum(k, sigmoid((s(i, k) - s(i, j)) / anneal), y(k) != y(i));
      Expr value = before;
      if (variant == "Ds")
        value = log1p(before);
      else if (variant == "Dq")
        value = -expm1(-alpha * log1p(before));
      else if (variant == "Iu")
        value = (1.0 + before) * log1p(before);
      else if (variant == "Ib")
        value = (b * before - log1p(b * before)) / square(b);
      return Loss(i, mean(j, value, y(j) == y(i)), reduction);
    });

inline constexpr auto histogram_loss = define(
    Spec<3>{
        .name = "histogram_loss",
        .summary = "Probability that a pair of different labels has a larger cosine than one of the same, "
                   "from linear "
                   "histograms.",
        .source = "Ustinova and Lempitsky, Learning Deep Embeddings with Histogram Loss, NeurIPS 2016; "
                  "pytorch-metric-learning HistogramLoss",
        .parameters = {{points("embeddings", "i,k", "embeddings, normalised inside"),
                        labels("labels", "i", "labels"),
                        option("n_bins", 100.0, "number of bins of the histograms")}},
        .known =
            {R"({"embeddings": [[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8]], "labels": [0, 0, 1, 1], "n_bins": 4})",
             "0.13"},
        .properties = non_negative | scale_invariant,
        .tolerance = 1e-9,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &z, const Tensor &y, int n_bins) {
      check_whole("histogram_loss", "n_bins", n_bins, 1, 10000);
      Index i("i"), j("j"), r("r", n_bins + 1), q("q", n_bins + 1);
      Tensor unit = normalize(z);
      Expr width = 2.0 / n_bins;
      Expr share = relu(1.0 - abs(dot(unit[i], unit[j]) + 1.0 - to_real(r) * width) / width);
      Tensor same(r, mean({i, j}, share, i < j && y(i) == y(j))),
          different(r, mean({i, j}, share, i < j && y(i) != y(j)));
      return sum(r, different(r) * sum(q, same(q), q <= r));
    });

inline constexpr auto icnn_loss = define(
    Spec<4>{
        .name = "icnn_loss",
        .summary = "-log of a score of the nearest neighbours: distances to the own class, to others, and "
                   "their share.",
        .source = "Mendez-Ruiz et al., SuSana Distancia Is All You Need, arXiv 2305.09062, 2023",
        .parameters = {{points("x", "i,d", "embeddings"), labels("y", "i", "labels"),
                        option("k", 4.0, "neighbours; at most the batch less 2"),
                        option(
                            "ipc", {},
                            "neighbours among which the nearest of another class is looked for; k + 1 when "
                            "left out")}},
        .known = {R"({"x": [[0, 0], [0.2, 0.1], [0.1, 0.3], [1, 1], [1.1, 0.9], [0.8, 1.2], [0.6, 0.5]],
                      "y": [0, 0, 0, 1, 1, 1, 0], "k": 4})",
                  "0.44009739418128385"},
        .properties = non_negative | shift_invariant,
        .tolerance = 1e-7,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &x, const Tensor &y, int k, const std::optional<Expr> &ipc) {
      check_whole("icnn_loss", "k", k, 1);
      Index i("i"), j("j"), l("l");
      Expr n = extent(x, 0), e = 1e-7;
      Expr all = n <= k + 2; // then the two farthest do not count
      Expr near = where(all, n - 2, k), among = ipc ? to_integer(*ipc) : Expr(k + 1);
      Tensor d({i, j}, sqrt(squared_distance(x[i], x[j]) + 1e-6));
      // The nearest is the sample itself.
      Tensor rank({i, j}, rank_of([&](const Expr &at) { return d(i, at); }, j, l) - 1);
      Expr within = rank(i, j) >= 0 && rank(i, j) < near, mate = y(j) == y(i);
      Expr looked = rank(i, j) >= 0 && rank(i, j) < among;
      Tensor mates(i, count(j, within && mate)), others(i, count(j, within && !mate));
      Expr alien = any(j, looked && !mate);
      Expr nearest = where(alien, min(j, d(i, j), looked && !mate), 1.0);
      Expr relative = where(alien, d(i, j) / (nearest + e), 0.0);
      Expr top = maximum(max(j, relative, within), 1.0);
      Expr shares = sum(j, relative / top, within && mate) / (to_real(mates(i)) + e);
      Expr a = 1.0 - sum(i, shares) / (to_real(count(i, mates(i) > 0)) + e);
      Expr farthest = max({i, j}, where(mate, 0.0, d(i, j)), within);
      Expr strange = sum(j, d(i, j), within && !mate) / (to_real(others(i)) + e);
      Expr found = any(i, others(i) > 0);
      Expr b = where(found, sum(i, strange) / (farthest + e) / (to_real(count(i, others(i) > 0)) + e), 1.0);
      Expr share = where(all, 1.0, mean(i, to_real(mates(i))) / to_real(k));
      return -log(0.5 * (0.5 * (a + b) + share));
    });

/// How alike the neighbourhoods of two samples are, of similarities s(i, j) of unit vectors: the mean, over i's mutual half of the k nearest, of
/// how their neighbours, and who is none, agree with j's; then symmetric. Who is a neighbour is a step whose derivative is 10.
inline Tensor contextual_of(const std::function<Expr(const Expr &, const Expr &)> &s, const Expr &n, int k, const Expr &eps) {
  Index i("i", n), j("j", n), l("l", n), p("p", n);
  Tensor apart({i, j}, relu(2.0 - 2.0 * s(i, j)));
  auto neighbours = [&](int wanted) {
    // The least distance that as many do not exceed.
    Expr given = stop_gradient(apart(i, j));
    Tensor farthest(i, min(j, given, count(l, stop_gradient(apart(i, l)) <= given) >= minimum(n, wanted)));
    Expr within = farthest(i) + eps - apart(i, j);
    Expr member = where(within >= 0.0, 1.0, where(within < 0.0, 0.0, within)); // NaN of NaN
    return Tensor({i, j}, with_gradient_of(member, 10.0 * within));
  };
  Tensor near = neighbours(k), half = neighbours(k / 2);
  auto agreement = [&](const std::function<Expr(const Expr &)> &member) {
    Expr all = stop_gradient(sum(p, member(i)));
    return sum(p, member(i) * member(j)) / where(all == 0.0, 1.0, all);
  };
  Expr inside = agreement([&](const Expr &of) { return near(of, p); });
  Expr outside = agreement([&](const Expr &of) { return 1.0 - near(of, p); });
  Tensor alike({i, j}, 0.5 * (inside + outside) * near(i, j));
  Tensor mutual({i, j}, half(i, j) * half(j, i));
  Expr mates = sum(p, mutual(i, p)); // the sample itself, of unit vectors
  Tensor seen({i, j}, sum(p, mutual(i, p) * alike(p, j)) / where(mates == 0.0, 1.0, mates));
  return Tensor({i, j}, 0.5 * (seen(i, j) + seen(j, i)));
}

inline constexpr auto contextual_similarity = define(
    Spec<3>{
        .name = "contextual_similarity",
        .summary = "How alike the neighbourhoods of two samples are, from 0 to 1: whose k nearest agree, averaged over mutual near neighbours; the "
                   "derivative of being a neighbour is 10.",
        .source = "Liao, Tsiligkaridis and Kulis, Supervised Metric Learning to Rank for Retrieval via Contextual Similarity Optimization, ICML "
                  "2023; Chris210634/metric-learning-using-contextual-similarity",
        .parameters = {{points("f", "i,d", "features, unit vectors"), option("k", 4.0, "neighbours, the sample included, 2 or more"),
                        number("eps", 0.05, 0.0, 1e30, "how much farther than the k-th still counts")}},
        .known = {R"({"f": [[1, 0], [0.9761870601839528, 0.2169304578186562], [0.19611613513818404, 0.9805806756909202], [0, 1],
                      [0.7071067811865475, 0.7071067811865475]], "k": 2})",
                  "[[1, 1, 0, 0, 0], [1, 1, 0, 0, 0.20833333333333333], [0, 0, 1, 1, 0.20833333333333333], [0, 0, 1, 1, 0], [0, 0.20833333333333333, "
                  "0.20833333333333333, 0, 1]]"},
        .properties = non_negative,
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &f, int k, const Expr &eps) {
      check_whole("contextual_similarity", "k", k, 2);
      return contextual_of([&](const Expr &i, const Expr &j) { return dot(f[i], f[j]); }, extent(f, 0), k, eps);
    });

inline constexpr auto contextual_loss = define(
    Spec<9>{
        .name = "contextual_loss",
        .summary = "lam times the squared error of contextual similarities against equal labels, gam times (mean of s - reg_sim)^2, and the rest "
                   "times the contrastive loss of active pairs.",
        .source = "Liao, Tsiligkaridis and Kulis, Supervised Metric Learning to Rank for Retrieval via Contextual Similarity Optimization, ICML "
                  "2023; Chris210634/metric-learning-using-contextual-similarity",
        .parameters = {{cosines("s", "i,i", "similarities of unit vectors"), labels("y", "i", "labels"),
                        number("lam", 0.4, 0.0, 1.0, "weight of the contextual loss"), number("gam", 0.1, 0.0, 1.0, "weight of the mean"),
                        number("reg_sim", 0.25, -1.0, 1.0, "mean similarity wanted"), number("pos_margin", 0.75, -1e30, 1e30, "margin of one label"),
                        number("neg_margin", 0.6, -1e30, 1e30, "margin of different labels"),
                        option("k", 4.0, "neighbours, the sample included, 2 or more"),
                        number("eps", 0.05, 0.0, 1e30, "how much farther than the k-th still counts")}},
        .known = {R"({"s": [[1, 0.9, 0.2, 0.1], [0.9, 1, 0.3, 0.5], [0.2, 0.3, 1, 0.8], [0.1, 0.5, 0.8, 1]], "y": [0, 0, 1, 0], "k": 2})", "0.48725"},
        .properties = non_negative,
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &s, const Tensor &y, const Expr &lam, const Expr &gam, const Expr &wanted, const Expr &same, const Expr &different, int k,
       const Expr &eps) {
      check_whole("contextual_loss", "k", k, 2);
      Index i("i"), j("j");
      Tensor context = contextual_of([&](const Expr &a, const Expr &b) { return s(a, b); }, extent(s, 0), k, eps);
      Expr contextual = sum({i, j}, square(to_real(y(i) == y(j)) - context(i, j)), i != j) / maximum(square(to_real(extent(s, 0))), 1.0);
      return lam * contextual + gam * square(mean({i, j}, s(i, j)) - wanted) +
             (1.0 - lam - gam) * margin_contrastive_active_mean(s, y, same, different);
    });

} // namespace mercer::stdlib::metric
