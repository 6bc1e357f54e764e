// Contrastive losses with labels, targets or prototypes.
#pragma once

#include "mercer/stdlib/Contrastive.h"
#include "mercer/stdlib/Scores.h"

namespace mercer::stdlib::contrastive {

inline constexpr auto supcon_relu_loss = define(
    Spec<4>{
        .name = "supcon_relu_loss",
        .summary =
            "Supervised contrastive loss of the unit vectors along relu(h): classes become orthogonal.",
        .source =
            "Kini et al., Symmetric Neural-Collapse Representations with Supervised Contrastive Loss, ICLR "
            "2024",
        .parameters = {{points("h", "i,d", "features before relu"), labels("y", "i", "labels"),
                        number("tau", 0.1, 0.0, 1e30, "temperature"), reduction()}},
        .known = {R"({"h": [[2, -1], [1, -3], [-1, 1], [0, 2]], "y": [0, 0, 1, 1], "tau": 1})",
                  "0.5514447139320509"},
        .properties = non_negative | scale_invariant,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &h, const Tensor &y, const Expr &tau, const Reduction &reduction) {
      return supcon_loss(normalize(map(h, [](const Expr &e) { return relu(e); })), y, tau, tau, reduction);
    });

inline constexpr auto gcd_contrastive_loss = define(
    Spec<5>{
        .name = "gcd_contrastive_loss",
        .summary =
            "(1 - w) times the contrast of two views of all samples plus w times the supervised one of the "
            "labelled.",
        .source = "Vaze et al., Generalized Category Discovery, CVPR 2022; DTennant/GPC",
        .parameters = {{points("v", "i,d", "unit vectors: first views, then second views in the same order"),
                        labels("y", "i", "labels; negative where there is none"),
                        number("w", 0.35, 0.0, 1.0, "weight of the supervised part"),
                        number("T", 1.0, 0.0, 1e30, "temperature of the contrast of views"),
                        number("Tsup", 0.07, 0.0, 1e30, "temperature of the supervised part")}},
        .known =
            {R"({"v": [[1, 0], [0.8, 0.6], [0.6, 0.8], [0, 1]], "y": [0, 0, 0, 0], "T": 0.5, "Tsup": 0.5})",
             "3.869415001395882"},
        .properties = non_negative,
    },
    // The supervised part is scaled by Tsup / 0.07 as the reference does; anchors without another sample of
    // their label, where it divides by 0, are left out.
    [](const Tensor &v, const Tensor &y, const Expr &w, const Expr &t, const Expr &t_sup) {
      Index i("i"), j("j");
      Expr n = extent(v, 0);
      auto views = [&](const Expr &row) { return dot(v[i], v[row]) / t; };
      Expr contrast = mean(i, cross_entropy_of(j, views, (i + floor_div(n, 2)) % n, j != i));
      Expr mate = j != i && y(j) == y(i) && y(i) >= 0;
      Expr score = dot(v[i], v[j]) / t_sup, mates = count(j, mate);
      Expr loss = where(
          mates > 0, logsumexp(j, score, j != i && y(j) >= 0) - average_of(sum(j, score, mate), mates), 0.0);
      Expr supervised = average_of(sum(i, loss), count(i, any(j, mate)));
      return (1.0 - w) * contrast + w * (t_sup / 0.07) * supervised;
    });

inline constexpr auto cross_view_supcon_mixup = define(
    Spec<7>{
        .name = "cross_view_supcon_mixup",
        .summary = "Mixed first views against second views: positives are those of the own label and, by 1 - "
                   "lam, of "
                   "the mixed-in sample's.",
        .source =
            "Albert et al., An Accurate Detection Is Not All You Need to Combat Label Noise, ECCV 2024; "
            "PaulAlbert31/LSA",
        .parameters = {{points("f1", "i,k", "features of the mixed views, unit vectors"),
                        points("f2", "i,k", "features of the second views, unit vectors"),
                        labels("y", "i", "labels"), scalar("lam", 1.0, 0.0, 1.0, "share of the own sample"),
                        partners("o", "i", "row of the sample mixed in; the own without"),
                        number("mu", 0.2, 0.0, 1e30, "temperature"), reduction()}},
        .known =
            {R"({"f1": [[1, 0], [0, 1], [0.6, 0.8]], "f2": [[0.8, 0.6], [0.6, 0.8], [0, 1]], "y": [0, 1, 1],
                      "lam": 1})",
             "0.8388403646218929"},
    },
    [](const Tensor &f1, const Tensor &f2, const Tensor &y, const Expr &lam, const std::optional<Tensor> &o,
       const Expr &mu, const Reduction &reduction) {
      Index i("i"), j("j");
      Expr score = dot(f1[i], f2[j]) / mu;
      // A row's label has a sample at least: the row itself.
      Expr own = mean(j, score, y(j) == y(i));
      Expr other = o ? mean(j, score, y(j) == y((*o)(i))) : own;
      return Loss(i, logsumexp(j, score) - lam * own - (1.0 - lam) * other, reduction);
    });

inline constexpr auto gaussian_mixture_likelihood_contrastive = define(
    Spec<7>{
        .name = "gaussian_mixture_likelihood_contrastive",
        .summary = "Cross entropy of each query's class by the mean exponential similarity to the keys of "
                   "each class, "
                   "times the class's frequency.",
        .source = "Suh and Seo, Long-Tailed Recognition by Mutual Information Maximization, ICML 2023; "
                  "bluecdm/Long-tailed-recognition",
        .parameters = {{points("q", "i,d", "queries, unit vectors"), points("k", "j,d", "keys, unit vectors"),
                        labels("l", "j", "classes of the keys"), labels("y", "i", "classes of the queries"),
                        detached(probabilities("prior", "c", "frequencies of the classes, without gradient")),
                        number("T", 0.1, 0.0, 1e30, "temperature"), reduction()}},
        .known =
            {R"({"q": [[1, 0]], "k": [[1, 0], [0, 1], [0, 1]], "l": [0, 1, 1], "y": [0], "prior": [0.5, 0.5],
                      "T": 1})",
             "0.3132616875182228"},
        .properties = non_negative,
        .smoothness = Smoothness::detached,
    },
    // A class without keys has likelihood 0: no loss against it, an infinite one for its own queries. The
    // reference evaluates the loss twice, for the features and for T: one evaluation gives both gradients.
    [](const Tensor &q, const Tensor &k, const Tensor &l, const Tensor &y, const Tensor &prior, const Expr &t,
       const Reduction &reduction) {
      Index i("i"), j("j"), c("c", extent(prior, 0));
      Tensor keys(c, count(j, l(j) == c));
      auto score = [&](const Expr &of) {
        Expr likelihood = logsumexp(j, dot(q[i], k[j]) / t, l(j) == of);
        return likelihood - log(to_real(maximum(keys(of), 1))) + log(stop_gradient(prior(of)));
      };
      return Loss(i, cross_entropy_of(c, score, y(i)), reduction);
    });

inline constexpr auto prototype_contrastive_loss = define(
    Spec<6>{
        .name = "prototype_contrastive_loss",
        .summary =
            "Mean of two views' cross entropies of the assigned prototype, each prototype with its own "
            "temperature.",
        .source = "Li et al., Prototypical Contrastive Learning, ICLR 2021; DTennant/GPC",
        .parameters = {{points("q", "b,d", "features of view 1, unit vectors"),
                        points("k", "b,d", "features of view 2, unit vectors"),
                        detached(points("C", "c,d", "prototypes, unit vectors, without gradient")),
                        detached(positive("phi", "c", "temperatures of the prototypes, without gradient")),
                        labels("label", "b", "prototype of the sample"), reduction()}},
        .known = {R"({"q": [[1, 0]], "k": [[0, 1]], "C": [[1, 0], [0, 1]], "phi": [1, 0.5], "label": [0]})",
                  "1.2200948492805979"},
        .properties = non_negative | symmetric,
        .smoothness = Smoothness::detached,
    },
    // The temperatures are given as they are used: their mean is the catalogue's T already.
    [](const Tensor &q, const Tensor &k, const Tensor &prototypes, const Tensor &phi, const Tensor &label,
       const Reduction &reduction) {
      Index b("b"), c("c", extent(prototypes, 0));
      auto loss_of = [&](const Tensor &view) {
        Tensor prototype = map(prototypes, [](const Expr &e) { return stop_gradient(e); });
        auto score = [&](const Expr &of) { return dot(view[b], prototype[of]) / stop_gradient(phi(of)); };
        return cross_entropy_of(c, score, label(b));
      };
      return Loss(b, 0.5 * (loss_of(q) + loss_of(k)), reduction);
    });

inline constexpr auto soft_nearest_neighbour_loss = define(
    Spec<5>{
        .name = "soft_nearest_neighbour_loss",
        .summary =
            "-log(stab + share of the same label in the exponential similarities of a sample to the others).",
        .source =
            "Frosst, Papernot and Hinton, Analyzing and Improving Representations with the Soft Nearest "
            "Neighbor Loss, ICML 2019; amajee11us/SCoRe",
        .parameters = {{points("S", "i,i", "cosine similarities"), labels("y", "i", "labels"),
                        number("T", 100.0, 0.0, 1e30, "temperature"),
                        number("stab", 1e-5, 1e-300, 1.0, "added to sums and shares"), reduction()}},
        .known = {R"({"S": [[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]], "y": [0, 0, 0], "T": 1})",
                  "-1.756460060254064e-06"},
    },
    // The sums leave the sample itself out, where the reference subtracts 1, which is right on unit vectors
    // only.
    [](const Tensor &s, const Tensor &y, const Expr &t, const Expr &stab, const Reduction &reduction) {
      Index i("i"), j("j");
      auto with_stab = [&](const Expr &logarithm) { return log(stab) + softplus(logarithm - log(stab)); };
      Expr score = (s(i, j) - 1.0) / t;
      Expr all = with_stab(logsumexp(j, score, j != i));
      return Loss(i, -with_stab(logsumexp(j, score, j != i && y(j) == y(i)) - all), reduction);
    });

inline constexpr auto orthogonal_projection_loss = define(
    Spec<5>{
        .name = "orthogonal_projection_loss",
        .summary = "1 - mean similarity of pairs of one label + gamma times that of the other pairs.",
        .source = "Ranasinghe et al., Orthogonal Projection Loss, ICCV 2021; kahnchana/opl, amajee11us/SCoRe",
        .parameters = {{points("S", "i,i", "cosine similarities"), labels("y", "i", "labels"),
                        number("gamma", 0.5, 0.0, 1e30, "weight of the pairs of different labels"),
                        number("tau", 0.7, 0.0, 1e30, "temperature; 1 in the original"),
                        option("abs_neg", 0.0,
                               "true: absolute similarities of different labels, as the original")}},
        .known = {R"({"S": [[1, 0.5], [0.5, 1]], "y": [0, 1], "tau": 0.5, "gamma": 1})", "1.99999950000025"},
    },
    [](const Tensor &s, const Tensor &y, const Expr &gamma, const Expr &tau, bool abs_neg) {
      Index i("i"), j("j");
      Expr score = s(i, j) / tau, mate = i != j && y(i) == y(j), other = y(i) != y(j);
      // The count that the authors' code divides by.
      auto share = [&](const Expr &value, const Expr &pairs) {
        return sum({i, j}, value, pairs) / (to_real(count({i, j}, pairs)) + 1e-6);
      };
      return 1.0 - share(score, mate) + gamma * share(abs_neg ? abs(score) : score, other);
    });

inline constexpr auto supremix = define(
    Spec<7>{
        .name = "supremix",
        .summary =
            "Supervised contrastive regression with mixtures as further negatives and positives, weighed by "
            "the distance of their targets.",
        .source = "Wu et al., Mixup Your Own Pairs, arXiv 2309.16633, 2023; yilei-wu/SupReMix",
        .parameters =
            {{points("v", "i,k", "embeddings of both views, unit vectors"), points("t", "i", "targets"),
              probabilities("l", "i", "share of each anchor in its mixtures, drawn from Beta(2, 8)"),
              number("T", 0.3, 0.0, 1e30, "temperature"),
              number("n", 5.0, 0.0, 1e30, "largest distance of targets that make a mixed positive"),
              option("weight", "L1_inv",
                     "L1_inv|L2_inv|L1|L2|none: 1 + |dt|, 1 + dt^2, their reciprocals, 1"),
              reduction()}},
        .known = {R"({"v": [[1, 0], [0.6, 0.8], [0, 1], [-0.6, 0.8]], "t": [1, 2, 2, 4], "T": 0.5,
                      "l": [0.25, 0.25, 0.25, 0.25], "reduction": "none"})",
                  "[0.0, 2.2000599387050865, 2.624382064512165, 0.0]"},
        .smoothness = Smoothness::detached, // the mixtures, as in the authors' code
    },
    // One shift for all candidates, where the authors' code has two before it joins them; anchors without a
    // positive are left out.
    [](const Tensor &v, const Tensor &t, const Tensor &l, const Expr &temperature, const Expr &n,
       const std::string &weight, const Reduction &reduction) {
      check_option("supremix", "weight", weight, {"L1_inv", "L2_inv", "L1", "L2", "none"});
      Index i("i"), j("j"), k("k"), m("m");
      auto log_weight = [&](const Expr &distance) -> Expr {
        if (weight == "none")
          return 0.0;
        Expr grown = log1p(weight.starts_with("L2") ? square(distance) : distance);
        return weight.ends_with("inv") ? grown : -grown;
      };
      // Similarities to what stands in mixtures, which passes no gradient.
      Tensor to({i, j}, sum(m, v(i, m) * stop_gradient(v(j, m))) / temperature);
      Expr same = j != i && t(j) == t(i);
      Expr real = dot(v[i], v[j]) / temperature, distance = stop_gradient(abs(t(i) - t(j)));
      Expr between = t(j) < t(i) && t(i) < t(k) && t(i) - t(j) < n && t(k) - t(i) < n;
      Expr part = stop_gradient((t(k) - t(i)) / where(between, t(k) - t(j), 1.0));
      Expr positive = part * to(i, j) + (1.0 - part) * to(i, k);
      Expr positives = count(j, same) + count({j, k}, between);
      Expr share = where(positives > 0, stop_gradient(l(i)), 0.0);
      Expr negative = share * to(i, i) + (1.0 - share) * to(i, j);
      Expr pull = average_of(sum(j, real, same) + sum({j, k}, positive, between), positives);
      // log(exp(a) + exp(b)), b the logarithm of a sum that may be empty.
      auto joined = [](const Expr &a, const Expr &b) { return a + softplus(b - a); };
      Expr all = where(positives > 0, logsumexp(j, log_weight(distance) + real, j != i), 0.0);
      all = joined(all, logsumexp(j, log_weight((1.0 - share) * distance) + negative, t(j) != t(i)));
      all = joined(all, logsumexp({j, k}, positive, between));
      Expr loss = where(positives > 0, all - pull, 0.0);
      return Loss(i, loss, reduction, average_of(sum(i, loss), count(i, positives > 0)));
    });

inline constexpr auto u2c_contrastive_loss = define(
    Spec<7>{
        .name = "u2c_contrastive_loss",
        .summary = "Each encoding against the means of the latents of a batch by cosine, the own one with an "
                   "angular "
                   "margin; log of the mean.",
        .source = "Hwang et al., Stein Latent Optimization for Generative Adversarial Networks, ICLR 2022; "
                  "shinyflight/SLOGAN",
        .parameters = {{points("e", "i,d", "encodings, normalised inside"),
                        points("mu", "k,d", "means of the mixture"),
                        probabilities("c", "i,k", "chosen component of each sample, one-hot or nearly"),
                        number("s", 4.0, 0.0, 1e30, "scale"), number("m", 0.5, 0.0, 3.14, "margin, radians"),
                        number("temp", 1.0, 0.0, 1.0, "share of the margin; falls to 0 in training"),
                        reduction("none")}},
        .known = {R"({"e": [[0.8, 0.6], [0.1, 0.9]], "mu": [[1, 0], [0, 1]], "c": [[1, 0], [0, 1]]})",
                  "[0.43853929686807935, -0.6361078633525545]"},
        .properties = scale_invariant,
        .tolerance = 1e-9,
        .smoothness = Smoothness::kinked,
    },
    // The reference also clips the ratio to [1e-10, 1e10].
    [](const Tensor &e, const Tensor &mu, const Tensor &c, const Expr &s, const Expr &m, const Expr &temp,
       const Reduction &reduction) {
      Index i("i"), j("j"), k("k"), d("d");
      Tensor mean_of({i, d}, sum(k, c(i, k) * mu(k, d)));
      Tensor encoding = normalize(e), latent = normalize(mean_of);
      Expr own = dot(encoding[i], latent[i]);
      Expr excess =
          logsumexp(j, s * dot(encoding[i], latent[j]), j != i) - s * cosine_with_margin(own, m * temp);
      return Loss(i, softplus(excess) - log(to_real(extent(e, 0))), reduction);
    });

} // namespace mercer::stdlib::contrastive
