// Clustering: targets, costs and steps of alternating algorithms.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Results.h"
#include "mercer/stdlib/Transport.h"

#include <limits>

namespace mercer::stdlib::clustering {

inline constexpr auto kmeans_cost = define(
    Spec<3>{
        .name = "kmeans_cost",
        .summary = "Sum of the distances to the nearest centre to the power z, and which centre that is.",
        .source =
            "Lloyd, Least Squares Quantization in PCM, IEEE TIT 28(2), 1982; sklearn.cluster.KMeans inertia_",
        .parameters = {{points("X", "e,d", "points"), points("centres", "c,d", "centres"),
                        number("z", 2.0, 0.0, 1e30, "exponent")}},
        .known = {R"({"X": [[0, 0], [0, 1], [5, 5]], "centres": [[0, 0.5], [5, 5]]})", "0.5"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &x, const Tensor &centres, const Expr &z) {
      Index e("e"), c("c");
      Expr squared = squared_distance(x[e], centres[c]);
      return Assignment{scalar_tensor(sum(e, power_or_zero(min(c, squared), 0.5 * z))),
                        Tensor(e, argmin(c, squared))};
    });

inline constexpr auto kmeans_sdp_objective = define(
    Spec<2>{
        .name = "kmeans_sdp_objective",
        .summary = "Half the squared distances of points weighted by their normalised co-membership: the "
                   "k-means cost.",
        .source = "Peng and Wei, Approximating K-means-type Clustering via Semidefinite Programming, SIAM J. "
                  "Optim. 18(1), "
                  "2007",
        .parameters = {{points("X", "i,d", "points"),
                        points("Z", "i,i",
                               "co-membership: 1 / size for points of one cluster, else 0; or relaxed")}},
        .known = {R"({"X": [[0], [1], [4]], "Z": [[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1]]})", "0.5"},
        .properties = shift_invariant,
    },
    [](const Tensor &x, const Tensor &z) {
      Index i("i"), j("j");
      return 0.5 * sum({i, j}, z(i, j) * squared_distance(x[i], x[j]));
    });

inline constexpr auto kernel_kmeans_distance = define(
    Spec<3>{
        .name = "kernel_kmeans_distance",
        .summary = "Squared distance of each point to the mean of each cluster in the kernel's space; "
                   "infinite for an empty "
                   "one.",
        .source =
            "Dhillon, Guan and Kulis, Kernel k-means, Spectral Clustering and Normalized Cuts, KDD 2004",
        .parameters = {{points("K", "i,i", "matrix of the kernel"), labels("z", "i", "clusters"),
                        option("C", 2.0, "number of clusters")}},
        .known = {R"({"K": [[0, 0, 0], [0, 1, 4], [0, 4, 16]], "z": [0, 0, 1]})",
                  "[[0.25, 16], [0.25, 9], [12.25, 0]]"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &k, const Tensor &z, int clusters) {
      check_whole("kernel_kmeans_distance", "C", clusters, 1, 1000000000);
      Index i("i"), j("j"), l("l"), c("c", clusters);
      Tensor size(c, count(j, z(j) == c));
      Tensor spread(c, mean({j, l}, k(j, l), z(j) == c && z(l) == c));
      Expr squared = relu(k(i, i) - 2.0 * mean(j, k(i, j), z(j) == c) + spread(c));
      return Tensor({i, c}, where(size(c) > 0, squared, std::numeric_limits<double>::infinity()));
    });

inline constexpr auto kernel_kmeans_objective = define(
    Spec<2>{
        .name = "kernel_kmeans_objective",
        .summary = "Sum of squared distances to the own cluster's mean in the kernel's space.",
        .source =
            "Dhillon, Guan and Kulis, Kernel k-means, Spectral Clustering and Normalized Cuts, KDD 2004",
        .parameters = {{points("K", "i,i", "matrix of the kernel"), labels("z", "i", "clusters")}},
        .known = {R"({"K": [[0, 0, 0, 0], [0, 1, 4, 5], [0, 4, 16, 20], [0, 5, 20, 25]], "z": [0, 0, 1, 1]})",
                  "1"},
    },
    [](const Tensor &k, const Tensor &z) {
      Index i("i"), j("j");
      Tensor size(i, count(j, z(j) == z(i)));
      return sum(i, k(i, i)) - sum({i, j}, k(i, j) / to_real(size(i)), z(i) == z(j));
    });

inline constexpr auto depict_target = define(
    Spec<2>{
        .name = "depict_target",
        .summary = "Target assignments: probabilities over the root of their clusters' frequencies, "
                   "normalised; no gradient.",
        .source = "Dizaji et al., Deep Clustering via Joint Convolutional Autoencoder Embedding and Relative "
                  "Entropy "
                  "Minimization, ICCV 2017; herandy/DEPICT",
        .parameters =
            {{detached(probabilities("p", "i,k", "probabilities of the clusters, without gradient")),
              option("variant", "paper", "paper|code: p f^-1/2, or p^2 / f as the authors' code and DEC")}},
        .known = {R"({"p": [[1, 0], [0.5, 0.5]], "variant": "code"})", "[[1, 0], [0.25, 0.75]]"},
        .properties = non_negative | at_most_one,
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &p, const std::string &variant) {
      check_option("depict_target", "variant", variant, {"paper", "code"});
      Index i("i"), k("k"), l("l");
      Tensor given = map(p, [](const Expr &e) { return stop_gradient(e); });
      Tensor frequency(k, sum(i, given(i, k)));
      auto weight = [&](const Expr &of) {
        Expr used = frequency(of) > 0.0, f = where(used, frequency(of), 1.0);
        return where(used, variant == "paper" ? given(i, of) * rsqrt(f) : square(given(i, of)) / f, 0.0);
      };
      return Tensor({i, k}, weight(k) / sum(l, weight(l)));
    });

inline constexpr auto depict_loss = define(
    Spec<6>{
        .name = "depict_loss",
        .summary = "Cross entropy of the noisy predictions against the targets, plus the mean squared error "
                   "of one layer's "
                   "reconstruction.",
        .source = "Dizaji et al., Deep Clustering via Joint Convolutional Autoencoder Embedding and Relative "
                  "Entropy "
                  "Minimization, ICCV 2017; herandy/DEPICT",
        .parameters = {{detached(probabilities("q", "i,k", "targets of depict_target, without gradient")),
                        probabilities("pn", "i,k", "noisy predictions"),
                        points("z", "i,d", "clean activations"),
                        points("zhat", "i,d", "their reconstructions"),
                        number("layer_weight", 1.0, 0.0, 1e30,
                               "weight of the reconstruction: 1 of the input, 0.1 of "
                               "hidden layers"),
                        number("clus_weight", 1.0, 0.0, 1e30, "weight of the cross entropy")}},
        .known = {R"({"q": [[1, 0]], "pn": [[0.5, 0.5]], "z": [[1, 2]], "zhat": [[1, 0]]})",
                  "2.6931471805599454"},
        .smoothness = Smoothness::detached,
    },
    // One layer: sum the entry over layers, with clus_weight 0 after the first.
    [](const Tensor &q, const Tensor &pn, const Tensor &z, const Tensor &zhat, const Expr &layer_weight,
       const Expr &clus_weight) {
      Index i("i"), k("k"), d("d");
      Expr entropy = -mean(i, sum(k, xlogy(stop_gradient(q(i, k)), pn(i, k))));
      return clus_weight * entropy + layer_weight * mean({i, d}, square(z(i, d) - zhat(i, d)));
    });

inline constexpr auto cluster_conditional_kernel = define(
    Spec<2>{
        .name = "cluster_conditional_kernel",
        .summary = "Probability of picking j by drawing a cluster from i, then one of its members.",
        .source = "Alshammari et al., I-Con: A Unifying Framework for Representation Learning, ICLR 2025",
        .parameters = {{probabilities("P", "i,c", "probabilities of the clusters"),
                        number("eps", 0.0, 0.0, 1e30, "added to the sizes of the clusters")}},
        .known = {R"({"P": [[1, 0], [0, 1], [0, 1]]})", "[[1, 0, 0], [0, 0.5, 0.5], [0, 0.5, 0.5]]"},
        .properties = non_negative | at_most_one,
    },
    // The authors' code divides by the sizes of the first factor's columns, which are the same here. An empty
    // cluster counts nothing.
    [](const Tensor &p, const Expr &eps) {
      Index i("i"), j("j"), c("c"), l("l");
      Tensor size(c, sum(l, p(l, c)) + eps);
      Expr used = size(c) > 0.0;
      return Tensor({i, j}, sum(c, p(i, c) * p(j, c) / where(used, size(c), 1.0), used));
    });

inline constexpr auto constrained_soft_kmeans_loss = define(
    Spec<5>{
        .name = "constrained_soft_kmeans_loss",
        .summary = "Mean squared distance to the centres under soft assignments, the labelled points' fixed.",
        .source = "Shukla, Cheema and Anand, Semi-Supervised Clustering with Neural Networks, BigMM 2020",
        .parameters = {{points("Z", "i,h", "points"), points("mu", "k,h", "centres"),
                        labels("y", "i",
                               "centre of labelled points, negative where there is none; none without"),
                        number("T", 1.0, 0.0, 1e30, "temperature of the assignments"), reduction()}},
        .known = {R"({"Z": [[0, 1]], "mu": [[0, 0], [2, 1]]})", "1.1422776195327002"},
        .properties = non_negative,
    },
    // The gradient passes through the assignments. The pair and reconstruction losses that the paper adds are
    // entries of their own.
    [](const Tensor &z, const Tensor &mu, const std::optional<Tensor> &y, const Expr &t,
       const Reduction &reduction) {
      Index i("i"), k("k");
      Expr d = squared_distance(z[i], mu[k]), soft = softmax(k, -d / t);
      Expr share = y ? where((*y)(i) >= 0, to_real((*y)(i) == k), soft) : soft;
      return Loss(i, sum(k, share * d), reduction);
    });

inline constexpr auto pairwise_kl_constraint_loss = define(
    Spec<5>{
        .name = "pairwise_kl_constraint_loss",
        .summary = "Both divergences of a pair's cluster probabilities: to be small for must-link, above m "
                   "for cannot-link.",
        .source = "Hsu and Kira, Neural Network-based Clustering Using Pairwise Constraints, ICLR workshop "
                  "2016; Shukla et "
                  "al., BigMM 2020",
        .parameters = {{points("logits", "i,k", "scores of the clusters"),
                        labels("pairs", "p,2", "two rows a pair"),
                        detached(binary("s", "p", "1 must-link, 0 cannot-link")),
                        number("m", 2.0, 0.0, 1e30, "margin of cannot-link"), reduction()}},
        .known = {R"({"logits": [[1, 0], [0, 1]], "pairs": [[0, 1], [0, 1]], "s": [1, 0]})", "2"},
        .properties = non_negative | shift_invariant,
        .smoothness = Smoothness::detached, // each divergence's second distribution
    },
    [](const Tensor &logits, const Tensor &pairs, const Tensor &s, const Expr &m,
       const Reduction &reduction) {
      Index i("i"), p("p"), k("k");
      Tensor log_p({i, k}, log_softmax(k, logits(i, k)));
      auto divergence = [&](int a, int b) {
        Expr own = log_p(pairs(p, a), k);
        return sum(k, exp(own) * (own - stop_gradient(log_p(pairs(p, b), k))));
      };
      Expr there = divergence(0, 1), back = divergence(1, 0);
      return Loss(p, where(stop_gradient(s(p)) != 0.0, there + back, relu(m - there) + relu(m - back)), reduction);
    });

inline constexpr auto binary_codeword_assign = define(
    Spec<2>{
        .name = "binary_codeword_assign",
        .summary = "Each kernel's nearest binary codeword, by the largest inner product; the gradient is "
                   "passed straight "
                   "through where |w| <= 1.",
        .source = "Wang et al., Compacting Binary Neural Networks by Sparse Kernel Selection, CVPR 2023",
        .parameters = {{points("w", "o,c,e", "kernels"),
                        points("U", "e,s", "codewords of -1 and 1, one a column")}},
        .known = {R"({"w": [[[0.5, -0.2, 0.1, 0.9]]], "U": [[1, 1, -1], [1, -1, -1], [1, 1, 1], [1, 1, 1]]})",
                  "[[[1, -1, 1, 1]]]"},
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &w, const Tensor &u) {
      Index o("o"), c("c"), e("e"), s("s"), f("f");
      Tensor code({o, c}, argmax(s, sum(f, u(f, s) * w(o, c, f))));
      Expr value = u(e, code(o, c)), through = where(abs(w(o, c, e)) <= 1.0, w(o, c, e), 0.0);
      return Quantised{Tensor({o, c, e}, value + with_gradient_of(0.0, through)), code};
    });

inline constexpr auto multi_codebook_vq_logits = define(
    Spec<5>{
        .name = "multi_codebook_vq_logits",
        .summary = "Scores -T |z - C_k|^2 / sqrt(K) of each group's codewords, the nearest, and the vectors "
                   "rebuilt from a "
                   "hard sample or the nearest.",
        .source = "Zhu et al., Unified Multivariate Gaussian Mixture for Efficient Neural Image Compression, "
                  "CVPR 2022; "
                  "xiaosu-zhu/McQuic",
        .parameters = {{points("z", "n,m,d", "vectors in groups"),
                        points("C", "m,k,d", "codewords of each group"),
                        points("T", "m", "temperature of each group; 1 without"),
                        points("noise", "n,m,k", "Gumbel noise of the sample; the nearest without"),
                        number("tau", 1.0, 0.0, 1e30, "temperature of the sample's gradient")}},
        .known = {R"({"z": [[[1, 0]]], "C": [[[0.9, 0.1], [0, 1], [-1, 0], [0.5, 0.5]]]})",
                  "[[[-0.01, -1, -2, -0.25]]]"},
        .tolerance = 1e-9,
        .smoothness = Smoothness::detached, // the sample passes the gradient of the soft choice
    },
    // Differences are squared: the expanded form of the authors' code can be negative. Frequent codes are not
    // dropped.
    [](const Tensor &z, const Tensor &codebook, const std::optional<Tensor> &t,
       const std::optional<Tensor> &noise, const Expr &tau) {
      Index n("n"), m("m"), k("k"), d("d");
      Expr squared = squared_distance(z[n][m], codebook[m][k]) * rsqrt(to_real(extent(codebook, 1)));
      Tensor logits({n, m, k}, t ? -squared * (*t)(m) : -squared);
      Tensor code({n, m}, argmin(k, squared));
      if (!noise)
        return Codes{logits, code, Tensor({n, m, d}, codebook(m, code(n, m), d))};
      Tensor noisy({n, m, k}, logits(n, m, k) + (*noise)(n, m, k));
      Tensor drawn({n, m}, argmax(k, noisy(n, m, k)));
      // The value of the hard choice, the gradient of the soft one.
      Expr soft = sum(k, softmax(k, noisy(n, m, k) / tau) * codebook(m, k, d));
      return Codes{logits, code, Tensor({n, m, d}, with_gradient_of(codebook(m, drawn(n, m), d), soft))};
    });

inline constexpr auto sinkhorn_membership = define(
    Spec<3>{
        .name = "sinkhorn_membership",
        .summary = "Membership n exp((|c_i . c_j| + u_i + v_j) / eta) after T half-steps of Sinkhorn's "
                   "iteration; rows sum "
                   "to 1 when the last is u's.",
        .source = "Ding et al., Unsupervised Manifold Linearizing and Clustering, ICCV 2023; LeslieTrue/CPP",
        .parameters = {{points("C", "i,k", "outputs of the cluster head"),
                        number("eta", 0.12, 0.0, 1e30, "strength of the entropy"),
                        option("T", 5.0, "half-steps, 1 to 100; u first")}},
        .known = {R"({"C": [[1, 0], [0, 1]], "eta": 0.5})",
                  "[[0.8807970779778824, 0.11920292202211757], [0.11920292202211757, 0.8807970779778824]]"},
        .properties = non_negative,
        .smoothness = Smoothness::detached, // v, as in the authors' code
    },
    [](const Tensor &outputs, const Expr &eta, int steps) {
      check_whole("sinkhorn_membership", "T", steps, 1, 100);
      Index i("i"), j("j");
      Expr n = to_real(extent(outputs, 0));
      Tensor affinity({i, j}, abs(dot(outputs[i], outputs[j])) / eta);
      // u and v over eta.
      Tensor u(i, 0.0 * n), v(i, 0.0 * n);
      for (int step = 0; step < steps; ++step) {
        if (step % 2 == 0)
          u = Tensor(i, -log(n) - logsumexp(j, affinity(i, j) + v(j)));
        else
          v = Tensor(j, stop_gradient(-log(n) - logsumexp(i, affinity(i, j) + u(i))));
      }
      return Tensor({i, j}, n * exp(affinity(i, j) + u(i) + v(j)));
    });

inline constexpr auto keyword_ot_loss = define(
    Spec<5>{
        .name = "keyword_ot_loss",
        .summary = "Cost of moving groups of keywords to topics, uniform masses, by an entropic plan: a group's cost at a topic is the "
                   "mean of -log(beta + 1e-12) over its keywords.",
        .source = "Xu et al., vONTSS: vMF based Semi-supervised Neural Topic Modeling with Optimal Transport, ACL Findings 2023",
        .parameters = {{probabilities("beta", "t,w", "probabilities of the words in each topic"),
                        labels("S", "g,s", "keywords of each group, < w; -1 fills shorter groups"),
                        number("reg", 1.0, 0.0, 1e30, "weight of the entropy"), number("weight", 1.0, 0.0, 1e30, "factor of the loss"),
                        option("iters", 10.0, "Sinkhorn's steps, from 1 to 200")}},
        .known = {R"({"beta": [[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]], "S": [[0, 1], [2, -1]], "reg": 0.5})", "0.81984723979934515"},
        .properties = non_negative,
    },
    // The authors' code sums the plan's masses, which is a constant, in place of the costs that they move.
    [](const Tensor &beta, const Tensor &keywords, const Expr &reg, const Expr &weight, int steps) {
      check_whole("keyword_ot_loss", "iters", steps, 1, 200);
      Index g("g"), s("s"), t("t");
      Expr word = keywords(g, s);
      Tensor cost({g, t}, mean(s, -log(beta(t, word) + 1e-12), word >= 0));
      Tensor log_groups(g, -log(to_real(extent(keywords, 0)))), log_topics(t, -log(to_real(extent(beta, 0))));
      Tensor plan = sinkhorn_plan(Tensor({g, t}, cost(g, t) / reg), log_groups, log_topics, steps);
      return weight * sum({g, t}, plan(g, t) * cost(g, t));
    });

inline constexpr auto slot_attention_step = define(
    Spec<4>{
        .name = "slot_attention_step",
        .summary = "Weighted means of the values, by a softmax over the slots of <q, k> / sqrt(c), plus eps, "
                   "normalised over "
                   "the inputs.",
        .source = "Locatello et al., Object-Centric Learning with Slot Attention, NeurIPS 2020",
        .parameters = {{points("q", "s,c", "queries of the slots"), points("k", "n,c", "keys of the inputs"),
                        points("v", "n,d", "their values"),
                        number("eps", 1e-8, 0.0, 1e30, "added to the weights")}},
        .known = {R"({"q": [[1, 0], [1, 0]], "k": [[0, 0], [3, 0]], "v": [[1], [3]]})", "[[2], [2]]"},
    },
    // The update alone: the recurrent unit and the network after it are the caller's, and so is the
    // repetition.
    [](const Tensor &q, const Tensor &k, const Tensor &v, const Expr &eps) {
      Index s("s"), n("n"), c("c");
      Tensor weight({s, n}, softmax(s, dot(q[s], k[n]) * rsqrt(to_real(extent(q, 1)))) + eps);
      return Tensor({s, c}, sum(n, weight(s, n) * v(n, c)) / sum(n, weight(s, n)));
    });

inline constexpr auto tsne_loss = define(
    Spec<2>{
        .name = "tsne_loss",
        .summary = "Divergence of Student-t affinities of an embedding from the given joint ones.",
        .source =
            "van der Maaten and Hinton, Visualizing Data using t-SNE, JMLR 9, 2008; sklearn.manifold.TSNE",
        .parameters = {{detached(points("p", "i,i",
                                        "joint affinities, which sum to 1; the diagonal does not count")),
                        points("Z", "i,k", "embedding")}},
        .known = {R"({"p": [[0, 0.5], [0.5, 0]], "Z": [[1], [5]]})", "0"},
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &p, const Tensor &z) {
      Index i("i"), j("j");
      Expr given = stop_gradient(p(i, j)), log_q = -log1p(squared_distance(z[i], z[j]));
      Expr all = logsumexp({i, j}, log_q, i != j);
      return sum({i, j}, where(given > 0.0, xlogx(given) - given * log_q, 0.0), i != j) +
             all * sum({i, j}, given, i != j && given > 0.0);
    });

inline constexpr auto subspace_clustering_loss = define(
    Spec<3>{
        .name = "subspace_clustering_loss",
        .summary = "Squared distance of each point to the nearest of several subspaces.",
        .source = "Wang et al., Diffusion Models Learn Low-Dimensional Distributions via Subspace "
                  "Clustering, arXiv "
                  "2409.02426, 2024",
        .parameters = {{points("X", "i,d", "points"),
                        points("U", "k,d,r", "orthonormal bases of the subspaces"), reduction("sum")}},
        .known =
            {R"({"X": [[1, 0, 0.1], [0.9, 0.1, 0], [0, 1, 0]], "U": [[[1], [0], [0]], [[0], [1], [0]]]})",
             "0.02"},
        .properties = non_negative,
        .tolerance = 1e-9,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &x, const Tensor &bases, const Reduction &reduction) {
      Index i("i"), k("k"), d("d"), r("r"), l("l");
      Tensor along({i, k, r}, sum(l, bases(k, l, r) * x(i, l)));
      Expr squared = sum(d, square(x(i, d) - sum(r, bases(k, d, r) * along(i, k, r))));
      return Loss(i, min(k, squared), reduction);
    });

} // namespace mercer::stdlib::clustering
