// Divergences of samples by kernels and distances, of distributions on a line, of Gaussians.
#pragma once

#include "mercer/stdlib/Divergences.h"
#include "mercer/stdlib/Loss.h"
#include "mercer/stdlib/Transport.h"

#include <limits>
#include <numbers>

namespace mercer::stdlib::divergences {

inline constexpr auto energy_mmd2_half = define(
    Spec<4>{
        .name = "energy_mmd2_half",
        .summary =
            "Half the energy distance of two samples: the squared discrepancy under the kernel -|x-y|^p.",
        .source = "Hertrich et al., Generative Sliced MMD Flows with Riesz Kernels, ICLR 2024; "
                  "Conditional_MMD_Flows",
        .parameters = {{points("X", "i,k", "particles"), points("Y", "j,k", "targets"),
                        option("biased", 1.0, "false: the means leave equal indices out"),
                        number("p", 1.0, 0.0, 2.0, "exponent")}},
        .known = {R"({"X": [[0], [1]], "Y": [[0.5], [2], [3]]})", "0.6944444444444444"},
        .properties = zero_when_equal | symmetric,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"X": [[0], [0]], "Y": [[0]]})", "[[0], [0]]"},
    },
    [](const Tensor &x, const Tensor &y, bool biased, const Expr &p) {
      return 0.5 * energy(x, y, p, !biased);
    });

inline constexpr auto energy_distance_unbiased = define(
    Spec<3>{
        .name = "energy_distance_unbiased",
        .summary = "Energy distance of two samples whose means leave equal indices out; may be negative.",
        .source = "Szekely and Rizzo, J. Statist. Plann. Inference 143(8), 2013",
        .parameters = {{points("x", "i,d", "sample of at least 2"),
                        points("y", "j,d", "sample of at least 2"), number("r", 1.0, 0.0, 2.0, "exponent")}},
        .known = {R"({"x": [[0], [1]], "y": [[0.5], [2], [3]]})", "0.3333333333333333"},
        .properties = symmetric,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"x": [[0], [0]], "y": [[0], [0]]})", "[[0], [0]]"},
    },
    [](const Tensor &x, const Tensor &y, const Expr &r) { return energy(x, y, r, true); });

inline constexpr auto mmd2_ustatistic = define(
    Spec<3>{
        .name = "mmd2_ustatistic",
        .summary = "Squared maximum mean discrepancy of two samples of one size, without the pairs of equal "
                   "indices, those "
                   "of both samples included; may be negative.",
        .source = "Gretton et al., A Kernel Two-Sample Test, JMLR 13, 2012, eq. 4; mbinkowski/MMD-GAN",
        .parameters = {{points("X", "i,d", "sample of at least 2"), points("Y", "i,d", "sample of as many"),
                        kernel("kernel", "kernel; rbf_mixture when left out")}},
        .known = {R"({"X": [[0], [1]], "Y": [[0], [1]]})", "0"},
        .properties = zero_when_equal | symmetric,
    },
    [](const Tensor &x, const Tensor &y, const Kernel &k) {
      Index i("i"), j("j");
      Expr m = to_real(extent(x, 0));
      return sum({i, j}, k(x[i], x[j]) + k(y[i], y[j]) - k(x[i], y[j]) - k(x[j], y[i]), i != j) /
             (m * (m - 1.0));
    });

inline constexpr auto mmd2_variance = define(
    Spec<4>{
        .name = "mmd2_variance",
        .summary = "Estimated variance of mmd2_unbiased of two samples of one size, under the hypothesis "
                   "that they differ; "
                   "may be negative.",
        .source = "Binkowski et al., Demystifying MMD GANs, ICLR 2018; mbinkowski/MMD-GAN _mmd2_and_variance",
        .parameters = {{points("X", "i,d", "sample of at least 3"), points("Y", "i,d", "sample of as many"),
                        option("M", 0.0, "size of the samples whose variance is estimated; 0: this one"),
                        kernel("kernel", "kernel; polynomial when left out", "polynomial")}},
        .known = {R"({"X": [[0, 0], [1, 0], [0, 2]], "Y": [[1, 1], [2, 0], [0, 1]]})", "2.808641975308639"},
        .properties = symmetric,
        .tolerance = 1e-9,
    },
    [](const Tensor &x, const Tensor &y, int size, const Kernel &k) {
      if (size < 0 || size == 1)
        reject_parameter("mmd2_variance", "M", "0 or a whole number of 2 or more", std::to_string(size));
      Index i("i"), j("j");
      Expr m = to_real(extent(x, 0)), pairs = m * (m - 1.0);
      Tensor kx({i, j}, k(x[i], x[j])), ky({i, j}, k(y[i], y[j])), kxy({i, j}, k(x[i], y[j]));
      Tensor a(i, sum(j, kx(i, j), i != j)), c(i, sum(j, ky(i, j), i != j));
      Tensor b(i, sum(j, kxy(i, j))), across(j, sum(i, kxy(i, j)));
      Expr sum_a = sum(i, a(i)), sum_b = sum(i, b(i)), sum_c = sum(i, c(i));
      Expr squares_within = sum({i, j}, square(kx(i, j)) + square(ky(i, j)), i != j);
      Expr squares_between = sum({i, j}, square(kxy(i, j)));
      Expr rows_within = sum(i, square(a(i)) + square(c(i))),
           rows_between = sum(i, square(b(i)) + square(across(i)));
      Expr products = sum(i, a(i) * b(i) + c(i) * across(i));
      // The squares of the two means, and their product, as both estimates have them.
      Expr within = (square(sum_a) + square(sum_c)) / square(pairs),
           between = square(sum_b) / square(square(m));
      Expr mixed = (sum_a + sum_c) * sum_b / (m * m * pairs) - products / (m * pairs);
      Expr zeta1 = (rows_within - squares_within) / (pairs * (m - 2.0)) - within +
                   (rows_between - 2.0 * squares_between) / (m * pairs) - 2.0 * between + 2.0 * mixed;
      Expr zeta2 =
          squares_within / pairs - within + 2.0 * squares_between / (m * m) - 2.0 * between + 4.0 * mixed;
      Expr n = size == 0 ? m : Expr(static_cast<double>(size));
      return (4.0 * (n - 2.0) * zeta1 + 2.0 * zeta2) / (n * (n - 1.0));
    });

inline constexpr auto hsic = define(
    Spec<3>{
        .name = "hsic",
        .summary = "Hilbert-Schmidt independence criterion of paired samples, tr(K H L H) / n^2 with one "
                   "kernel for both.",
        .source = "Gretton et al., Measuring Statistical Dependence with Hilbert-Schmidt Norms, ALT 2005 "
                  "(here over n^2)",
        .parameters = {{points("X", "i,d", "sample"), points("Y", "i,e", "what belongs to it"),
                        kernel("kernel", "kernel; rbf_mixture when left out")}},
        .known = {R"({"X": [[0], [1], [2]], "Y": [[1], [0], [0]]})", "0.008083908319898643"},
        .properties = non_negative | symmetric,
        .tolerance = 1e-9,
    },
    [](const Tensor &x, const Tensor &y, const Kernel &k) {
      Index i("i"), j("j"), l("l");
      Tensor kx = kernel_matrix(k, x, x), ky = kernel_matrix(k, y, y);
      Tensor row(i, mean(l, kx(i, l)));
      Expr centred = kx(i, j) - row(i) - row(j) + mean(l, row(l));
      return mean({i, j}, centred * ky(i, j));
    });

inline constexpr auto sinkhorn_ot = define(
    Spec<5>{
        .name = "sinkhorn_ot",
        .summary = "Plan of entropic optimal transport after a number of Sinkhorn's steps in logarithms, the "
                   "last of which "
                   "makes the rows right; derivatives are those of the steps.",
        .source = "Cuturi, Sinkhorn Distances, NeurIPS 2013; POT ot.sinkhorn",
        .parameters = {{points("M", "i,j", "costs"), probabilities("a", "i", "masses of the rows"),
                        probabilities("b", "j", "masses of the columns, of the same sum"),
                        number("reg", 1.0, 0.0, 1e30, "weight of the entropy"),
                        option("iters", 10.0, "steps, from 1 to 200")}},
        .known = {R"({"M": [[0, 0], [0, 0]], "a": [0.25, 0.75], "b": [0.5, 0.5]})",
                  "[[0.125, 0.125], [0.375, 0.375]]"},
        .properties = non_negative | at_most_one | shift_invariant,
    },
    [](const Tensor &m, const Tensor &a, const Tensor &b, const Expr &reg, int steps) {
      check_whole("sinkhorn_ot", "iters", steps, 1, 200);
      Index i("i"), j("j");
      return sinkhorn_plan(Tensor({i, j}, m(i, j) / reg), Tensor(i, log_mass(a(i))), Tensor(j, log_mass(b(j))), steps);
    });

inline constexpr auto wasserstein_discrete = define(
    Spec<3>{
        .name = "wasserstein_discrete",
        .summary = "Optimal transport cost of the rows for points on a line in their order, whose costs are "
                   "distances "
                   "|c_u - c_v|: only those of neighbours are read.",
        .source =
            "Vallender, Theory Probab. Appl. 18(4), 1974; Das et al., DPO Kernels, arXiv 2501.03271, 2025",
        .parameters = {{probabilities("p", "b,v", "probabilities"),
                        probabilities("q", "b,v", "probabilities"), positive("C", "v,v", "costs")}},
        .known =
            {R"({"p": [[0.5, 0.3, 0.2]], "q": [[0.2, 0.2, 0.6]], "C": [[0, 1, 3], [1, 0, 2], [3, 2, 0]]})",
             "[1.1]"},
        .properties = zero_when_equal | symmetric,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &p, const Tensor &q, const Tensor &c) {
      Index b("b"), v("v", extent(p, 1) - 1), u("u");
      return Tensor(b, sum(v, abs(sum(u, p(b, u) - q(b, u), u <= v)) * c(v, v + 1)));
    });

inline constexpr auto wasserstein_dependency_measure = define(
    Spec<2>{
        .name = "wasserstein_dependency_measure",
        .summary = "Mean of a critic on the pairs that belong together less its mean on all pairs.",
        .source = "Ozair et al., Wasserstein Dependency Measure for Representation Learning, NeurIPS 2019",
        .parameters = {{points("F", "i,i", "critic's scores of all pairs"),
                        option("exclude_diag", 0.0,
                               "true: the second mean leaves the first one's pairs out")}},
        .known = {R"({"F": [[2, 0.5, 0], [0.3, 1, 0.2], [0, 0.1, 1.5]]})", "0.8777777777777778"},
        .properties = shift_invariant,
    },
    [](const Tensor &f, bool exclude_diag) {
      Index i("i"), j("j");
      Expr together = mean(i, f(i, i));
      return together - (exclude_diag ? mean({i, j}, f(i, j), i != j) : mean({i, j}, f(i, j)));
    });

inline constexpr auto dr_ksd = define(
    Spec<5>{
        .name = "dr_ksd",
        .summary = "Doubly robust kernel Stein discrepancy of counterfactual outcomes: c' u c / n^2 with the "
                   "weights c_j = "
                   "a_j / pi_j + sum_i (1 - a_i / pi_i) w_ij.",
        .source = "Martinez-Taboada and Kennedy, Counterfactual Density Estimation using Kernel Stein "
                  "Discrepancies, ICLR "
                  "2024",
        .parameters = {{points("u", "i,i", "Stein kernel of the model at the outcomes"),
                        detached(binary("a", "i", "whether treated")),
                        detached(probabilities("pi", "i", "propensities")),
                        detached(points("w", "i,i", "weights of the outcome regression")),
                        number("clip", 0.01, 0.0, 1.0, "propensities are at least this")}},
        .known = {R"({"u": [[1, 0.5], [0.5, 2]], "a": [1, 1], "pi": [1, 1], "w": [[1, 0], [0, 1]]})", "1"},
    },
    [](const Tensor &u, const Tensor &a, const Tensor &pi, const Tensor &w, const Expr &clip) {
      Index i("i"), j("j"), l("l");
      auto treated = [&](const Index &at) { return stop_gradient(a(at) / maximum(pi(at), clip)); };
      Tensor c(j, treated(j) + sum(l, (1.0 - treated(l)) * stop_gradient(w(l, j))));
      return mean({i, j}, c(i) * c(j) * u(i, j));
    });

inline constexpr auto sliced_riesz_mmd_grad = define(
    Spec<3>{
        .name = "sliced_riesz_mmd_grad",
        .summary = "Gradient by X of half the energy distance, estimated on the lines xi; equal projections "
                   "give the mean of "
                   "both sides. Its own derivative by X and Y is 0.",
        .source = "Hertrich et al., Generative Sliced MMD Flows with Riesz Kernels, ICLR 2024; "
                  "Conditional_MMD_Flows",
        .parameters = {{points("X", "i,k", "particles"), points("Y", "j,k", "targets"),
                        points("xi", "p,k", "directions, unit vectors")}},
        .known = {R"({"X": [[0], [1]], "Y": [[0.5], [2], [3]], "xi": [[1]]})",
                  "[[-0.25], [-0.4166666666666667]]"},
        .smoothness = Smoothness::kinked, // constant between the points where projections meet
    },
    [](const Tensor &x, const Tensor &y, const Tensor &xi) {
      Index p("p"), i("i"), j("j"), k("k"), l("l");
      Expr n = to_real(extent(x, 0)), d = extent(x, 1);
      Tensor a({p, i}, dot(xi[p], x[i])), b({p, j}, dot(xi[p], y[j]));
      Tensor slope({p, i}, (mean(j, sign(a(p, i) - b(p, j))) - mean(l, sign(a(p, i) - a(p, l)))) / n);
      // |x| over the mean of |<x, xi>|: 1 in one dimension, pi / 2 in two, and (d + 1) / d times that of d in
      // d + 2.
      Index step("step", floor_div(d - 1, 2));
      Expr from = where(d % 2 == 0, 2.0, 1.0) + 2.0 * to_real(step);
      Expr factor = where(d % 2 == 0, 0.5 * std::numbers::pi, 1.0) * prod(step, (from + 1.0) / from);
      return Tensor({i, k}, factor * mean(p, slope(p, i) * xi(p, k)));
    });

inline constexpr auto matrix_renyi_entropy = define(
    Spec<2>{
        .name = "matrix_renyi_entropy",
        .summary = "log2 tr((K / tr K)^alpha) / (1 - alpha), in bits, of a kernel matrix and a whole alpha.",
        .source = "Sanchez Giraldo, Rao and Principe, Measures of Entropy From Data Using Infinitely "
                  "Divisible Kernels, IEEE "
                  "TIT 61(1), 2015",
        .parameters = {{points("K", "i,i", "kernel matrix"), option("alpha", 2.0, "order, from 2 to 16")}},
        .known = {R"({"K": [[2, 0], [0, 2]], "alpha": 3})", "1"},
        .properties = scale_invariant,
    },
    [](const Tensor &k, int alpha) {
      check_whole("matrix_renyi_entropy", "alpha", alpha, 2, 16);
      Index i("i"), j("j"), l("l");
      Expr trace = sum(l, k(l, l));
      Tensor a({i, j}, k(i, j) / trace), power = a;
      for (int n = 2; n < alpha; ++n)
        power = Tensor({i, j}, sum(l, power(i, l) * a(l, j)));
      return log2(sum({i, j}, power(i, j) * a(i, j))) / (1.0 - alpha);
    });

inline constexpr auto kl_gaussian_standard = define(
    Spec<3>{
        .name = "kl_gaussian_standard",
        .summary =
            "Kullback-Leibler divergence of N(mu, diag exp(lv)) from the standard normal of each sample.",
        .source =
            "Kingma and Welling, Auto-Encoding Variational Bayes, ICLR 2014, app. B; AllenInstitute/MMIDAS",
        .parameters = {{points("mu", "i,s", "means"), points("lv", "i,s", "logarithms of the variances"),
                        reduction()}},
        .known = {R"({"mu": [[1, 0]], "lv": [[0, 1]]})", "0.8591409142295225"},
        .properties = non_negative,
    },
    [](const Tensor &mu, const Tensor &lv, const Reduction &reduction) {
      Index i("i"), s("s");
      return Loss(i, 0.5 * sum(s, square(mu(i, s)) + expm1(lv(i, s)) - lv(i, s)), reduction);
    });

inline constexpr auto gaussian_regression_kl = define(
    Spec<5>{
        .name = "gaussian_regression_kl",
        .summary = "Kullback-Leibler divergence of one Gaussian linear regression from another at each x.",
        .source = "Chamroukhi and Pham, Distributed Learning of Mixtures of Experts, 2023; "
                  "Distributed-Mixture-Of-Experts",
        .parameters = {{points("x", "s,d", "inputs"),
                        points("beta1", "d+1", "intercept and slopes of the first"),
                        points("beta2", "d+1", "intercept and slopes of the second"),
                        scalar("s1", 1.0, 0.0, 1e30, "variance of the first"),
                        scalar("s2", 1.0, 0.0, 1e30, "variance of the second")}},
        .known = {R"({"x": [[0], [1]], "beta1": [0, 1], "beta2": [0.2, 0.9], "s1": 1, "s2": 1.2})",
                  "[0.02449411173031064, 0.011994111730310633]"},
        .properties = non_negative,
    },
    [](const Tensor &x, const Tensor &beta1, const Tensor &beta2, const Expr &s1, const Expr &s2) {
      Index s("s"), d("d");
      Expr apart = beta2(0) - beta1(0) + sum(d, (beta2(d + 1) - beta1(d + 1)) * x(s, d)), ratio = s1 / s2;
      return Tensor(s, 0.5 * (ratio - 1.0 - log(ratio) + square(apart) / s2));
    });

} // namespace mercer::stdlib::divergences
