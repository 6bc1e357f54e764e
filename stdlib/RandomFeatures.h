// Features whose products are kernels, from random numbers that are given; attention by them.
#pragma once

#include "mercer/stdlib/Activation.h"
#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"

namespace mercer::stdlib::operators {

inline constexpr auto random_fourier_features = define(
    Spec<3>{
        .name = "random_fourier_features",
        .summary = "cos(<Omega_m, x_i> + xi_m); 2 / M times the products of rows estimate the kernel.",
        .source = "Rahimi and Recht, Random Features for Large-Scale Kernel Machines, NeurIPS 2007; "
                  "scikit-learn RBFSampler",
        .parameters = {{points("X", "i,k", "inputs"),
                        points("Omega", "m,k",
                               "frequencies; normal with variance 2 gamma for exp(-gamma |x-y|^2)"),
                        points("xi", "m", "phases, uniform in [0, 2 pi)")}},
        .known = {R"({"X": [[1, 2]], "Omega": [[0.5, 1], [0, 0]], "xi": [0.5, 0]})",
                  "[[-0.9899924966004454, 1]]"},
    },
    [](const Tensor &x, const Tensor &omega, const Tensor &xi) {
      Index i("i"), m("m");
      return Tensor({i, m}, cos(dot(omega[m], x[i]) + xi(m)));
    });

inline constexpr auto gmm_random_kitchen_sinks = define(
    Spec<5>{
        .name = "gmm_random_kitchen_sinks",
        .summary = "cos and sin of <x, S^T omega_m + mu>, then those with -mu, over sqrt(M), for each component: features of a stationary kernel "
                   "whose spectrum is a Gaussian about mu and about -mu.",
        .source = "Chowdhury et al., On Learning the Transformer Kernel, TMLR 2022; cs1160701/OnLearningTheKernel",
        .parameters = {{points("X", "i,k", "points"), points("Omega", "s,m", "standard normal numbers"),
                        points("S", "c,s,k", "scales of each component's frequencies"), points("mu", "c,k", "their means"),
                        number("temp", {}, 0.0, 1e30, "factor of squared points; 1 / sqrt(dimensions) when left out")}},
        .known = {R"({"X": [[1, 2]], "Omega": [[0]], "S": [[[1, 1]]], "mu": [[0.5, -0.25]], "temp": 4})", "[[[1, 0, 1, 0]]]"},
    },
    [](const Tensor &x, const Tensor &omega, const Tensor &scales, const Tensor &mu, const std::optional<Expr> &temp) {
      Expr features = extent(omega, 1);
      Index i("i"), c("c"), k("k"), s("s"), m("m"), feature("f", 4 * features);
      Expr root = temp ? sqrt(*temp) : pow(to_real(extent(x, 1)), -0.25);
      Tensor spread({i, c, m}, sum(k, x(i, k) * sum(s, omega(s, m) * scales(c, s, k))));
      Tensor centre({i, c}, sum(k, x(i, k) * mu(c, k)));
      Expr block = floor_div(feature, features), drawn = spread(i, c, feature % features);
      Expr angle = root * where(block < 2, drawn + centre(i, c), drawn - centre(i, c));
      return Tensor({i, c, feature}, where(block % 2 == 0, cos(angle), sin(angle)) * rsqrt(to_real(features)));
    });

inline constexpr auto rff_gp_features = define(
    Spec<5>{
        .name = "rff_gp_features",
        .summary = "s sqrt(2 / M) cos(<Omega_m, h_i> / ell + b_m): features of a Gaussian process.",
        .source = "Harvey, Petrov and Hughes, Learning Hyperparameters via a Data-Emphasized Variational "
                  "Objective, 2025",
        .parameters = {{points("h", "i,k", "inputs"), points("Omega", "m,k", "standard normal frequencies"),
                        points("b", "m", "phases, uniform in [0, 2 pi)"),
                        number("ell", 20.0, 0.0, 1e30, "length"), number("s", 1.0, 0.0, 1e30, "deviation")}},
        .known = {R"({"h": [[1, 2]], "Omega": [[1, 2], [0, 0]], "b": [0.5, 0], "ell": 2})",
                  "[[-0.9899924966004454, 1]]"},
    },
    [](const Tensor &h, const Tensor &omega, const Tensor &b, const Expr &ell, const Expr &s) {
      Index i("i"), m("m");
      Expr features = to_real(extent(omega, 0));
      return Tensor({i, m}, s * sqrt(2.0 / features) * cos(dot(omega[m], h[i]) / ell + b(m)));
    });

inline constexpr auto positive_random_features = define(
    Spec<3>{
        .name = "positive_random_features",
        .summary = "exp(<w_m, x_i> - |x_i|^2) / sqrt(M) for the Gaussian kernel exp(-|x-y|^2 / 2), with half "
                   "of |x_i|^2 for "
                   "the softmax kernel exp(<x, y>).",
        .source = "Choromanski et al., Rethinking Attention with Performers, ICLR 2021; Reid et al., Simplex "
                  "Random "
                  "Features, ICML 2023",
        .parameters = {{points("x", "i,d", "data"), points("w", "m,d", "standard normal projections"),
                        option("kernel", "gaussian", "gaussian|softmax")}},
        .known = {R"({"x": [[1, 0]], "w": [[1, 2]]})", "[[1]]"},
        .properties = non_negative,
    },
    [](const Tensor &x, const Tensor &w, const std::string &kernel) {
      check_option("positive_random_features", "kernel", kernel, {"gaussian", "softmax"});
      Index i("i"), m("m");
      Expr share = kernel == "gaussian" ? 1.0 : 0.5;
      return Tensor({i, m},
                    exp(dot(w[m], x[i]) - share * squared_norm(x[i]) - 0.5 * log(to_real(extent(w, 0)))));
    });

/// Element (i, j) of d unit vectors in d dimensions with inner products -1 / (d - 1).
inline Expr simplex_direction(const Expr &i, const Expr &j, const Expr &dimensions) {
  Expr d = to_real(dimensions), last = dimensions - 1;
  Expr all = (sqrt(d) + 1.0) / ((d - 1.0) * sqrt(d - 1.0));
  Expr inside = where(i == j, sqrt(d / (d - 1.0)), 0.0) - all;
  return where(j == last, 0.0, where(i == last, rsqrt(d - 1.0), inside));
}

inline constexpr auto simplex_projection_matrix = define(
    Spec<1>{
        .name = "simplex_projection_matrix",
        .summary = "d unit vectors in d dimensions, one a row, with inner products -1 / (d - 1).",
        .source = "Reid et al., Simplex Random Features, ICML 2023; isaac-reid/simplex_random_features",
        .parameters = {{option("d", 3.0, "dimensions, at least 2")}},
        .known =
            {R"({"d": 3})",
             "[[0.2588190451025207, -0.9659258262890683, 0], [-0.9659258262890683, 0.2588190451025207, 0],"
             " [0.7071067811865475, 0.7071067811865475, 0]]"},
    },
    [](int d) {
      if (d < 2)
        throw Error(
            ErrorCode::bad_option,
            "simplex_projection_matrix, parameter 'd': expected a whole number of at least 2, given " +
                std::to_string(d));
      Index i("i", d), j("j", d);
      return Tensor({i, j}, simplex_direction(i, j, d));
    });

inline constexpr auto simplex_random_features = define(
    Spec<3>{
        .name = "simplex_random_features",
        .summary = "Projections n_i (S R)_i with the directions S of a simplex, or n_i R_i: normal vectors, "
                   "one a row, at "
                   "fixed angles.",
        .source = "Reid et al., Simplex Random Features, ICML 2023; Yu et al., Orthogonal Random Features, "
                  "NeurIPS 2016",
        .parameters = {{positive("n", "i", "norms, chi distributed with d degrees"),
                        points("R", "i,k", "random orthogonal matrix, at least 2 rows"),
                        option("coupling", "simplex", "simplex|orthogonal")}},
        .known =
            {R"({"n": [1, 2, 1], "R": [[1, 0, 0], [0, 1, 0], [0, 0, 1]]})",
             "[[0.2588190451025207, -0.9659258262890683, 0], [-1.9318516525781366, 0.5176380902050415, 0],"
             " [0.7071067811865475, 0.7071067811865475, 0]]"},
    },
    [](const Tensor &n, const Tensor &r, const std::string &coupling) {
      check_option("simplex_random_features", "coupling", coupling, {"simplex", "orthogonal"});
      Index i("i"), j("j"), k("k");
      if (coupling == "orthogonal")
        return Tensor({i, k}, n(i) * r(i, k));
      return Tensor({i, k}, n(i) * sum(j, simplex_direction(i, j, extent(r, 0)) * r(j, k)));
    });

inline constexpr auto snnk_relu_layer = define(
    Spec<5>{
        .name = "snnk_relu_layer",
        .summary = "sum over m of max(<G_m, x_b>, c) Theta_om / sqrt(M): a layer whose weights are features.",
        .source = "Sehanobish et al., Scalable Neural Network Kernels, ICLR 2024; "
                  "arijitthegame/neural-network-kernels",
        .parameters = {{points("x", "b,k", "inputs"), points("G", "m,k", "standard normal projections"),
                        points("Theta", "o,m", "weights in the space of features"), option("M", 0.0, "features that are taken; 0: all"),
                        number("c", 0.0, -1e30, 1e30, "least feature")}},
        .known = {R"({"x": [[0.6, -0.2]], "G": [[0.5, -0.3], [1.2, 0.4]], "Theta": [[1, 2]]})", "[[1.1596551211459378]]"},
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &x, const Tensor &g, const Tensor &theta, int features, const Expr &c) {
      check_whole("snnk_relu_layer", "M", features, 0);
      Expr taken = features == 0 ? extent(g, 0) : Expr(features);
      Index b("b"), o("o"), m("m", taken);
      Tensor feature({b, m}, maximum(dot(g[m], x[b]), c));
      return Tensor({b, o}, sum(m, feature(b, m) * theta(o, m)) * rsqrt(to_real(taken)));
    });

inline constexpr auto multilayer_random_features = define(
    Spec<7>{
        .name = "multilayer_random_features",
        .summary = "Features of a network with random weights, all hidden layers of one width n: each layer is "
                   "act(W x + b) / sqrt(n).",
        .source = "Matthews et al., Gaussian Process Behaviour in Wide Deep Neural Networks, ICLR 2018",
        .parameters = {{points("X", "i,d", "inputs"), points("W1", "r,d", "weights of the first layer"), points("b1", "r", "its biases"),
                        points("W", "l,r,r", "weights of the layers after it"), points("b", "l,r", "their biases"),
                        option("L", 2.0, "layers, the first included"),
                        option("act", "relu", "relu|tanh: the activation; also erf, cos, sin, softplus, gelu, sigmoid")}},
        .known = {R"({"X": [[1, 2]], "W1": [[1, 0], [0, 1]], "b1": [0, 1], "W": [[[1, 1], [0, -1]]], "b": [[0, 0]]})", "[[2, 0]]"},
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &x, const Tensor &w1, const Tensor &b1, const Tensor &w, const Tensor &b, int layers, const std::string &act) {
      check_whole("multilayer_random_features", "L", layers, 1, 50);
      auto f = activation("multilayer_random_features", "act", act);
      Index i("i"), r("r");
      Expr scale = rsqrt(to_real(extent(w1, 0)));
      Tensor feature({i, r}, scale * f(dot(w1[r], x[i]) + b1(r)));
      for (int layer = 0; layer + 1 < layers; ++layer)
        feature = Tensor({i, r}, scale * f(dot(w[layer][r], feature[i]) + b(layer, r)));
      return feature;
    });

inline constexpr auto attention_as_gaussian_kernel = define(
    Spec<4>{
        .name = "attention_as_gaussian_kernel",
        .summary = "Softmax attention: means of V weighed by exp(-|q-k|^2 / (2 sigma2) + |k|^2 / (2 "
                   "sigma2)), which is "
                   "exp(<q, k> / sigma2) up to a factor of each query.",
        .source = "Vaswani et al., Attention Is All You Need, NeurIPS 2017; Indyk et al., Improved "
                  "Algorithms for Kernel "
                  "Matrix-Vector Multiplication, ICLR 2025",
        .parameters =
            {{points("q", "i,k", "queries"), points("k", "j,k", "keys"), points("V", "j,e", "values"),
              number("sigma2", {}, 0.0, 1e30, "squared bandwidth; the root of the dimension when left out")}},
        .known = {R"({"q": [[1]], "k": [[0], [1]], "V": [[1], [3]]})", "[[2.4621171572600096]]"},
    },
    [](const Tensor &q, const Tensor &k, const Tensor &v, const std::optional<Expr> &sigma2) {
      Index i("i"), j("j"), e("e");
      Expr rate = sigma2 ? 1.0 / *sigma2 : rsqrt(to_real(extent(q, 1)));
      return Tensor({i, e}, sum(j, softmax(j, rate * dot(q[i], k[j])) * v(j, e)));
    });

/// Means of v weighed by the products of features; `causal`: of no later position.
inline Tensor attention_by_features(const Tensor &q, const Tensor &k, const Tensor &v, const Expr &eps,
                                    bool causal) {
  Index l("l"), s("s"), f("f"), e("e");
  if (causal) {
    Tensor weight({l, s}, where(s <= l, dot(q[l], k[s]), 0.0));
    return Tensor({l, e}, sum(s, weight(l, s) * v(s, e)) / (sum(s, weight(l, s)) + eps));
  }
  Tensor values({f, e}, sum(s, k(s, f) * v(s, e)));
  Tensor total(f, sum(s, k(s, f)));
  return Tensor({l, e}, sum(f, q(l, f) * values(f, e)) / (sum(f, q(l, f) * total(f)) + eps));
}

inline constexpr auto linear_attention = define(
    Spec<5>{
        .name = "linear_attention",
        .summary = "Means of V weighed by the inner products of the features Q and K.",
        .source = "Katharopoulos et al., Transformers are RNNs, ICML 2020",
        .parameters = {{positive("Q", "l,f", "features of the queries, at least 0"),
                        positive("K", "s,f", "features of the keys, at least 0"),
                        points("V", "s,e", "values"),
                        number("eps", 1e-6, 0.0, 1e30, "added to the sum of the weights"),
                        option("causal", 0.0, "true: positions s <= l only")}},
        .known = {R"({"Q": [[1, 2]], "K": [[1, 0], [1, 1]], "V": [[1], [3]], "eps": 0})", "[[2.5]]"},
    },
    [](const Tensor &q, const Tensor &k, const Tensor &v, const Expr &eps, bool causal) {
      return attention_by_features(q, k, v, eps, causal);
    });

inline constexpr auto linear_attention_ffn_kernel = define(
    Spec<7>{
        .name = "linear_attention_ffn_kernel",
        .summary = "Attention by the features softplus(u Wf + bf) of queries and keys.",
        .source = "Yorsh and Kovalenko, Linear Self-Attention Approximation via Trainable Feedforward "
                  "Kernel, ICANN 2022",
        .parameters = {{points("Q", "i,k", "queries"), points("K", "j,k", "keys"),
                        points("V", "j,c", "values"), points("Wf", "k,m", "weights of the feature map"),
                        points("bf", "m", "its biases"),
                        number("eps", 1e-6, 0.0, 1e30, "added to the sum of the weights"),
                        option("causal", 0.0, "true: positions j <= i only")}},
        .known = {R"({"Q": [[1]], "K": [[0], [1]], "V": [[1], [3]], "Wf": [[1]], "bf": [0], "eps": 0})",
                  "[[2.309066869083494]]"},
    },
    [](const Tensor &q, const Tensor &k, const Tensor &v, const Tensor &w, const Tensor &b, const Expr &eps,
       bool causal) {
      Index i("i"), m("m"), d("d");
      auto features = [&](const Tensor &u) {
        return Tensor({i, m}, softplus(sum(d, u(i, d) * w(d, m)) + b(m)));
      };
      return attention_by_features(features(q), features(k), v, eps, causal);
    });

} // namespace mercer::stdlib::operators
