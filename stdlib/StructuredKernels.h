// Matrices of kernels on tasks, samples with scores, graphs and neighbours.
#pragma once

#include "mercer/stdlib/KernelFunctions.h"
#include "mercer/stdlib/PairwiseKernels.h"

#include <algorithm>
#include <numbers>

namespace mercer::stdlib::kernels {

inline constexpr auto private_kernel_family = define(
    Spec<3>{
        .name = "private_kernel_family",
        .summary = "The kernels and distances of private similarity queries; Gaussian with s^2, not 2 s^2.",
        .source = "Backurs et al., Efficiently Computing Similarities to Private Datasets, ICLR 2024",
        .parameters =
            {{option(
                  "kind", "gaussian",
                  "gaussian|exponential|laplacian|smooth_d2|smooth_d|smooth_d1|d2|d|d1|lp: exp(-d2/s^2), "
                  "exp(-d/s), exp(-d1/s), 1/(1+d2), 1/(1+d), 1/(1+d1), the distances d2, d, d1, and "
                  "sum_k |x_k-y_k|^p; d2 is squared, d1 Manhattan's"),
              number("s", 1.0, 0.0, 1e30, "bandwidth"), number("p", 2.0, 1.0, 1e30, "exponent of lp")}},
        .known = {R"({"x": [[0, 0], [1, 0]], "y": [[0, 1]], "kind": "exponential"})",
                  "[[0.36787944117144233], [0.24311673443421422]]"},
        .properties = non_negative | symmetric,
        .smoothness = Smoothness::kinked,
        .arguments = {{points("x", "i,d", "data, one a row"), points("y", "j,d", "queries, one a row")}},
    },
    [](const std::string &kind, const Expr &s, const Expr &p) {
      using Value = Expr (*)(const Tensor &, const Tensor &, const Expr &, const Expr &);
      static constexpr std::pair<std::string_view, Value> kinds[] = {
          {"gaussian", [](const Tensor &x, const Tensor &y, const Expr &s,
                          const Expr &) { return exp(-squared_distance(x, y) / square(s)); }},
          {"exponential", [](const Tensor &x, const Tensor &y, const Expr &s,
                             const Expr &) { return exp(-distance(x, y) / s); }},
          {"laplacian", [](const Tensor &x, const Tensor &y, const Expr &s,
                           const Expr &) { return exp(-manhattan_distance(x, y) / s); }},
          {"smooth_d2", [](const Tensor &x, const Tensor &y, const Expr &,
                           const Expr &) { return 1.0 / (1.0 + squared_distance(x, y)); }},
          {"smooth_d", [](const Tensor &x, const Tensor &y, const Expr &,
                          const Expr &) { return 1.0 / (1.0 + distance(x, y)); }},
          {"smooth_d1", [](const Tensor &x, const Tensor &y, const Expr &,
                           const Expr &) { return 1.0 / (1.0 + manhattan_distance(x, y)); }},
          {"d2", [](const Tensor &x, const Tensor &y, const Expr &,
                    const Expr &) { return squared_distance(x, y); }},
          {"d", [](const Tensor &x, const Tensor &y, const Expr &, const Expr &) { return distance(x, y); }},
          {"d1", [](const Tensor &x, const Tensor &y, const Expr &,
                    const Expr &) { return manhattan_distance(x, y); }},
          {"lp", [](const Tensor &x, const Tensor &y, const Expr &, const Expr &p) {
             Index k("k");
             return sum(k, power_or_zero(abs(x(k) - y(k)), p));
           }}};
      check_option("private_kernel_family", "kind", kind,
                   {"gaussian", "exponential", "laplacian", "smooth_d2", "smooth_d", "smooth_d1", "d2", "d",
                    "d1", "lp"});
      Value value = std::ranges::find(kinds, kind, [](const auto &entry) { return entry.first; })->second;
      return Kernel([=](const Tensor &x, const Tensor &y) { return value(x, y, s, p); });
    });

inline constexpr auto lmc_kernel = define(
    Spec<4>{
        .name = "lmc_kernel",
        .summary = "Linear model of coregionalisation: sum over q of A_q A_q' of the tasks times a Gaussian "
                   "kernel of length 1 of the inputs; others by scaling A and the inputs.",
        .source = "Alvarez, Rosasco and Lawrence, Kernels for Vector-Valued Functions, 2012; GPy LCM",
        .parameters = {{points("X", "i,k", "inputs"), labels("task", "i", "task of each input"),
                        points("A", "q,p,r", "mixing of latent function q into task p"),
                        option("Q", 0.0, "how many of the latent functions of A are taken; 0: all")}},
        .known = {R"({"X": [[0], [1.5]], "task": [0, 1], "A": [[[1], [0.5]]]})", "[[1, 0.16232623367917487], [0.16232623367917487, 0.25]]"},
    },
    [](const Tensor &x, const Tensor &task, const Tensor &a, int latent) {
      check_whole("lmc_kernel", "Q", latent, 0);
      Index i("i"), j("j"), r("r"), q("q", latent == 0 ? extent(a, 0) : Expr(latent));
      Expr mixing = sum(r, a(q, task(i), r) * a(q, task(j), r));
      return Tensor({i, j}, sum(q, mixing * exp(-0.5 * squared_distance(x[i], x[j]))));
    });

inline constexpr auto convolution_process_kernel = define(
    Spec<5>{
        .name = "convolution_process_kernel",
        .summary = "Covariance of outputs that are convolutions of shared latent processes with Gaussians; "
                   "widths are "
                   "squared.",
        .source =
            "Alvarez and Lawrence, Computationally Efficient Convolved Multiple Output GPs, JMLR 12, 2011; "
            "ArthurLeroy/MagmaClustR",
        .parameters = {{points("X", "i,k", "inputs"), labels("out", "i", "output of each input"),
                        points("S", "o,q", "amplitudes"),
                        positive("l", "o,q", "squared widths of the outputs"),
                        positive("lu", "q", "squared widths of the latent processes")}},
        .known = {R"({"X": [[0], [1]], "out": [0, 0], "S": [[1]], "l": [[0.5]], "lu": [1]})",
                  "[[0.28209479177387814, 0.2196956447338612], [0.2196956447338612, 0.28209479177387814]]"},
    },
    [](const Tensor &x, const Tensor &out, const Tensor &amplitude, const Tensor &l, const Tensor &lu) {
      Index i("i"), j("j"), q("q");
      Expr width = l(out(i), q) + l(out(j), q) + lu(q), half_d = 0.5 * to_real(extent(x, 1));
      Expr density =
          exp(-0.5 * squared_distance(x[i], x[j]) / width - half_d * log(2 * std::numbers::pi * width));
      return Tensor({i, j}, sum(q, amplitude(out(i), q) * amplitude(out(j), q) * density));
    });

/// phi(r), its derivative and its second derivative, of a kernel phi(|x-y|^2).
using Radial = std::function<std::array<Expr, 3>(const Expr &)>;

/// Of `base` imq, (c^2 + r)^-decay, or rbf, exp(-r / (2 h^2)). @throws Error(bad_option) that names the entry
inline Radial stein_base(const char *entry, const std::string &base, const Expr &h, const Expr &c,
                         const Expr &decay) {
  check_option(entry, "base", base, {"imq", "rbf"});
  if (base == "rbf")
    return [=](const Expr &r) -> std::array<Expr, 3> {
      Expr rate = -0.5 / square(h), phi = exp(rate * r);
      return {phi, rate * phi, square(rate) * phi};
    };
  return [=](const Expr &r) -> std::array<Expr, 3> {
    Expr inverse = 1.0 / (square(c) + r), phi = pow(inverse, decay);
    return {phi, -decay * phi * inverse, decay * (decay + 1.0) * phi * square(inverse)};
  };
}

/// u(x, y) of a radial kernel and the scores at x and y.
inline Expr stein_term(const Tensor &x, const Tensor &y, const Tensor &sx, const Tensor &sy,
                       const Radial &radial) {
  Index l("l");
  Expr squared = squared_distance(x, y), d = to_real(extent(x, 0));
  auto [phi, first, second] = radial(squared);
  return dot(sx, sy) * phi + 2.0 * first * sum(l, (sy(l) - sx(l)) * (x(l) - y(l))) - 2.0 * d * first -
         4.0 * squared * second;
}

inline constexpr auto stein_kernel = define(
    Spec<6>{
        .name = "stein_kernel",
        .summary =
            "Kernel whose mean under the model of the scores s is 0: of imq (c^2 + |x-y|^2)^beta or rbf "
            "exp(-|x-y|^2 / (2 h^2)).",
        .source = "Liu, Lee and Jordan, ICML 2016; Gorham and Mackey, ICML 2017; wittawatj/kernel-gof",
        .parameters = {{points("x", "i,d", "samples"), points("s", "i,d", "scores of the model there"),
                        option("base", "imq", "imq|rbf"), number("h", 1.0, 0.0, 1e30, "bandwidth of rbf"),
                        number("c", 1.0, 0.0, 1e30, "length of imq"),
                        number("beta", -0.5, -1.0, 0.0, "exponent of imq, between -1 and 0")}},
        .known = {R"({"x": [[0], [1]], "s": [[0], [-1]]})",
                  "[[1, -0.5303300858899106], [-0.5303300858899106, 2]]"},
    },
    [](const Tensor &x, const Tensor &s, const std::string &base, const Expr &h, const Expr &c,
       const Expr &beta) {
      Radial radial = stein_base("stein_kernel", base, h, c, -beta);
      Index i("i"), j("j");
      return Tensor({i, j}, stein_term(x[i], x[j], s[i], s[j], radial));
    });

inline constexpr auto multi_bandwidth_rbf = define(
    Spec<3>{
        .name = "multi_bandwidth_rbf",
        .summary =
            "Sum of Qn Gaussian kernels exp(-d^2 / (bw mul^q)) around the mean squared distance, which is "
            "detached; 1 where all points are equal.",
        .source = "Long et al., Learning Transferable Features with Deep Adaptation Networks, ICML 2015; "
                  "MathAI-LAB/COD",
        .parameters = {{points("Z", "i,k", "pooled sample"),
                        number("mul", 2.0, 1.0, 1e30, "ratio of neighbouring bandwidths, above 1"),
                        option("Qn", 5.0, "kernels")}},
        .known = {R"({"Z": [[0], [1]], "Qn": 1})", "[[1, 0.36787944117144233], [0.36787944117144233, 1]]"},
        .properties = non_negative | shift_invariant | scale_invariant,
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &z, const Expr &mul, int kernels) {
      check_whole("multi_bandwidth_rbf", "Qn", kernels, 1, 50);
      Index i("i"), j("j");
      Expr mean_squared =
          average_of(sum({i, j}, squared_distance(z[i], z[j])), extent(z, 0) * (extent(z, 0) - 1));
      Expr bandwidth = stop_gradient(where(mean_squared > 0.0, mean_squared, 1.0));
      Expr total = 0.0;
      for (int q = 0; q < kernels; ++q)
        total = total + exp(-squared_distance(z[i], z[j]) /
                            (bandwidth * pow(mul, q - static_cast<double>(kernels / 2))));
      return Tensor({i, j}, total);
    });

inline constexpr auto gaussian_conditional_affinity = define(
    Spec<2>{
        .name = "gaussian_conditional_affinity",
        .summary = "Softmax of -d^2 / (2 s^2) over the other points: the neighbour probabilities of SNE. "
                   "Rows sum to 1; "
                   "one point alone has 0.",
        .source = "Hinton and Roweis, Stochastic Neighbor Embedding, NeurIPS 2002; ShadeAlsha/ICon",
        .parameters = {{points("Z", "i,k", "points"), number("s", 1.0, 0.0, 1e30, "bandwidth")}},
        .known =
            {R"({"Z": [[0, 0], [1, 0], [0, 2]]})",
             "[[0, 0.8175744761936437, 0.18242552380635635], [0.8807970779778823, 0, 0.11920292202211755],"
             " [0.6224593312018546, 0.3775406687981454, 0]]"},
        .properties = non_negative | at_most_one | shift_invariant,
    },
    [](const Tensor &z, const Expr &s) {
      Index i("i"), j("j");
      return Tensor({i, j}, softmax(j, -squared_distance(z[i], z[j]) / (2.0 * square(s)), j != i));
    });

inline constexpr auto student_t_affinity = define(
    Spec<4>{
        .name = "student_t_affinity",
        .summary = "1 / (1 + (d^2 / gamma)^df), normalised over the other points of a row, or over all pairs "
                   "(t-SNE).",
        .source = "van der Maaten and Hinton, Visualizing Data using t-SNE, JMLR 9, 2008; ShadeAlsha/ICon",
        .parameters = {{points("Z", "i,k", "points"), number("gamma", 1.0, 0.0, 1e30, "squared length"),
                        number("df", 1.0, 0.0, 1e30, "decay"),
                        option("joint", 0.0, "true: all pairs sum to 1, not each row")}},
        .known =
            {R"({"Z": [[0, 0], [1, 0], [0, 2]], "joint": 1})",
             "[[0, 0.28846153846153844, 0.11538461538461538], [0.28846153846153844, 0, 0.09615384615384616],"
             " [0.11538461538461538, 0.09615384615384616, 0]]"},
        .properties = non_negative | at_most_one | shift_invariant,
        .smoothness = Smoothness::once, // for df < 2 the power has no second derivative at 0
    },
    [](const Tensor &z, const Expr &gamma, const Expr &df, bool joint) {
      Index i("i"), j("j"), k("k"), l("l");
      auto score = [&](const Index &a, const Index &b) {
        return -log1p(power_or_zero(squared_distance(z[a], z[b]) / gamma, df));
      };
      if (!joint)
        return Tensor({i, j}, softmax(j, score(i, j), j != i));
      return Tensor({i, j}, where(i == j, 0.0, exp(score(i, j) - logsumexp({k, l}, score(k, l), k != l))));
    });

inline constexpr auto sqexp_gram_kernel = define(
    Spec<1>{
        .name = "sqexp_gram_kernel",
        .summary = "exp(-(G_ii + G_jj) / 2 + G_ij) of a matrix of inner products, at most 1.",
        .source = "Yang et al., A Theory of Representation Learning, ICML 2023; edwardmilsom/convdkmpaper "
                  "SqExpKernel",
        .parameters = {{points("G", "i,i", "inner products of features")}},
        .known = {R"({"G": [[1, 0.5], [0.5, 2]]})", "[[1, 0.36787944117144233], [0.36787944117144233, 1]]"},
        .properties = non_negative | at_most_one,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"G": [[1, 1], [1, 1]]})", "[[0, 0], [0, 0]]"},
    },
    [](const Tensor &gram) {
      Index i("i"), j("j");
      return Tensor({i, j}, exp(-relu(0.5 * gram(i, i) + 0.5 * gram(j, j) - gram(i, j))));
    });

inline constexpr auto knn_graph_affinity = define(
    Spec<3>{
        .name = "knn_graph_affinity",
        .summary = "exp(-d^2 / sigma^2) to the Ks nearest other points, else 0; sigma^2, detached, is a "
                   "times the mean "
                   "squared distance of neighbours. Of equally near points the first count.",
        .source = "Zhang et al., Graph Degree Linkage, ECCV 2012; jwyang/JULE.torch affinity",
        .parameters = {{points("X", "i,k", "features"), option("Ks", 20.0, "neighbours; all others where there are fewer"),
                        number("a", 1.0, 0.0, 1e30, "scale of sigma^2")}},
        .known = {R"({"X": [[0], [1], [1.9]], "Ks": 1})", "[[0, 0.3182117720711484, 0], [0, 0, 0.39554887722666776], [0, 0.39554887722666776, 0]]"},
        .properties = non_negative | at_most_one | shift_invariant | scale_invariant,
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &x, int neighbours, const Expr &a) {
      check_whole("knn_graph_affinity", "Ks", neighbours, 1);
      Index i("i"), j("j"), l("l");
      Tensor squared({i, j}, squared_distance(x[i], x[j]));
      Expr nearer = squared(i, l) < squared(i, j) || (squared(i, l) == squared(i, j) && l < j);
      Tensor near({i, j}, i != j && count(l, l != i && nearer) < neighbours);
      Expr edges = count({i, j}, near(i, j));
      Expr variance = stop_gradient(a * average_of(sum({i, j}, squared(i, j), near(i, j)), edges));
      return Tensor({i, j},
                    where(near(i, j), exp(-squared(i, j) / where(variance > 0.0, variance, 1.0)), 0.0));
    });

} // namespace mercer::stdlib::kernels
