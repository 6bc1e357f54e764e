// Sums over kernels that never store the matrix.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Kernel.h"
#include "mercer/stdlib/Results.h"

namespace mercer::stdlib::operators {

inline constexpr auto gaussian_kernel_matvec = define(
    Spec<4>{
        .name = "gaussian_kernel_matvec",
        .summary = "y(i) = sum over j of exp(-|q_i - k_j|^2 / (2 sigma^2)) x(j).",
        .source = "Charlier et al., Kernel Operations on the GPU, with Autodiff, JMLR 22(74), 2021 (KeOps)",
        .parameters = {{points("q", "i,k", "query points"), points("k", "j,k", "key points"),
                        points("x", "j", "vector (or matrix j,c) to multiply"),
                        number("sigma", 1.0, 0.0, 1e30, "bandwidth")}},
        .known = {R"({"q": [[0.2, 0.1], [1, -0.5]], "k": [[0, 0]], "x": [1]})",
                  "[0.9753099120283326, 0.5352614285189903]"},
    },
    [](const Tensor &q, const Tensor &k, const Tensor &x, const Expr &sigma) {
      Index i("i"), j("j"), c("c");
      Expr weight = exp(-squared_distance(q[i], k[j]) / (2.0 * square(sigma)));
      if (x.rank() == 2)
        return Tensor({i, c}, sum(j, weight * x(j, c)));
      return Tensor(i, sum(j, weight * x(j)));
    });

inline constexpr auto kde = define(
    Spec<3>{
        .name = "kde",
        .summary = "Logarithm of the Gaussian kernel density estimate of the data y at the points x.",
        .source = "Parzen, Ann. Math. Statist. 33(3), 1962; scikit-learn KernelDensity",
        .parameters = {{points("x", "j,d", "queries"), points("y", "i,d", "data"),
                        number("h", 1.0, 0.0, 1e30, "bandwidth")}},
        .known = {R"({"x": [[0.2]], "y": [[0], [0.5], [3]], "h": 0.7})", "[-1.033550719009263]"},
        .tolerance = 1e-9,
    },
    [](const Tensor &x, const Tensor &y, const Expr &h) {
      Index j("j"), i("i");
      Expr count = to_real(extent(y, 0)), d = to_real(extent(y, 1));
      Expr density = logsumexp(i, -squared_distance(x[j], y[i]) / (2.0 * square(h)));
      return Tensor(j, density - log(count) - d * (log(h) + half_log_two_pi));
    });

inline constexpr auto kernel_matvec = define(
    Spec<4>{
        .name = "kernel_matvec",
        .summary = "sum over j of k(x_i, y_j) b(j), of any kernel.",
        .source = "Charlier et al., Kernel Operations on the GPU, with Autodiff, JMLR 22(74), 2021 (KeOps)",
        .parameters = {{points("x", "i,k", "points"), points("y", "j,k", "points"),
                        points("b", "j", "vector (or matrix j,c) to multiply"),
                        kernel("kernel", "kernel; rbf_mixture when left out")}},
        .known = {R"({"x": [[0, 0]], "y": [[1, 1], [0, 0]], "b": [1, -1]})", "[-0.273637864151432]"},
    },
    [](const Tensor &x, const Tensor &y, const Tensor &b, const Kernel &k) {
      Index i("i"), j("j"), c("c");
      if (b.rank() == 2)
        return Tensor({i, c}, sum(j, k(x[i], y[j]) * b(j, c)));
      return Tensor(i, sum(j, k(x[i], y[j]) * b(j)));
    });

inline constexpr auto nadaraya_watson = define(
    Spec<4>{
        .name = "nadaraya_watson",
        .summary = "Mean of the values t of the data y, weighed by a Gaussian kernel around each query x.",
        .source = "Nadaraya, Theory Probab. Appl. 9(1), 1964; Watson, Sankhya A 26(4), 1964",
        .parameters = {{points("x", "j,d", "queries"), points("y", "i,d", "data"), points("t", "i", "values of the data"),
                        number("h", 1.0, 0.0, 1e30, "bandwidth")}},
        .known = {R"({"x": [[0]], "y": [[0], [1]], "t": [1, 3]})", "[1.7550813375962908]"},
    },
    [](const Tensor &x, const Tensor &y, const Tensor &t, const Expr &h) {
      Index j("j"), i("i");
      return Tensor(j, sum(i, softmax(i, -squared_distance(x[j], y[i]) / (2.0 * square(h))) * t(i)));
    });

inline constexpr auto kde_loo_kl_objective = define(
    Spec<2>{
        .name = "kde_loo_kl_objective",
        .summary = "Minus the mean logarithm of the Gaussian kernel density estimate at each point by all others: what a "
                   "bandwidth minimises.",
        .source = "Biroli and Mezard, Kernel Density Estimators in Large Dimensions, 2024; statsmodels cv_ml",
        .parameters = {{points("y", "i,d", "data, at least 2"), number("h", 1.0, 0.0, 1e30, "bandwidth")}},
        .known = {R"({"y": [[0], [0.5], [3]], "h": 0.7})", "3.5309937742863746"},
        .properties = shift_invariant,
    },
    [](const Tensor &y, const Expr &h) {
      Index i("i"), j("j");
      Expr others = to_real(extent(y, 0) - 1), d = to_real(extent(y, 1));
      Expr density = logsumexp(j, -squared_distance(y[i], y[j]) / (2.0 * square(h)), j != i);
      return log(others) + d * (log(h) + half_log_two_pi) - mean(i, density);
    });

inline constexpr auto kde_participation_ratio = define(
    Spec<1>{
        .name = "kde_participation_ratio",
        .summary = "Sum of the squared shares of each row of log kernel values: 1 over how many data points count.",
        .source = "Biroli and Mezard, Kernel Density Estimators in Large Dimensions, 2024",
        .parameters = {{points("a", "j,i", "logarithms of kernel values")}},
        .known = {R"({"a": [[0, 0, 0, 0], [-10000, -11000, -12000, -13000]]})", "[0.25, 1]"},
        .properties = non_negative | at_most_one | shift_invariant,
    },
    [](const Tensor &a) {
      Index j("j"), i("i");
      return Tensor(j, exp(logsumexp(i, 2.0 * a(j, i)) - 2.0 * logsumexp(i, a(j, i))));
    });

/// |mean of beta phi(x) - mean of alpha phi(y)|^2 in the space of the Gaussian kernel, from its three sums.
inline Expr weighted_discrepancy(const Tensor &x, const Tensor &y, const Tensor &beta, const Expr &sigma,
                                 const std::function<Expr(const Index &)> &alpha) {
  Index i("i"), j("j");
  auto k = [&](const Tensor &a, const Tensor &b) { return exp(-squared_distance(a, b) / (2.0 * square(sigma))); };
  return mean({i, j}, beta(i) * beta(j) * k(x[i], x[j])) - 2.0 * mean({i, j}, beta(i) * alpha(j) * k(x[i], y[j])) +
         mean({i, j}, alpha(i) * alpha(j) * k(y[i], y[j]));
}

inline constexpr auto kmm_objective = define(
    Spec<4>{
        .name = "kmm_objective",
        .summary = "Squared discrepancy of the training points, weighed by beta, from the test points, under a Gaussian "
                   "kernel.",
        .source = "Huang et al., Correcting Sample Selection Bias by Unlabeled Data, NeurIPS 2006",
        .parameters = {{points("X", "i,k", "training points"), points("Y", "j,k", "test points"),
                        positive("beta", "i", "weights"), number("sigma", 1.0, 0.0, 1e30, "bandwidth")}},
        .known = {R"({"X": [[0], [1]], "Y": [[1]], "beta": [0.5, 1]})", "0.1608673350718417"},
        .properties = non_negative,
    },
    [](const Tensor &x, const Tensor &y, const Tensor &beta, const Expr &sigma) {
      return weighted_discrepancy(x, y, beta, sigma, [](const Index &) { return Expr(1.0); });
    });

inline constexpr auto dw_kmm_objective = define(
    Spec<5>{
        .name = "dw_kmm_objective",
        .summary = "Squared discrepancy of the training points, weighed by beta, from the test points, weighed by alpha, "
                   "under a Gaussian kernel.",
        .source = "Segovia-Martin, Mazuelas and Liu, Double-Weighting for Covariate Shift Adaptation, ICML 2023",
        .parameters = {{points("X", "i,k", "training points"), points("Y", "j,k", "test points"),
                        positive("beta", "i", "weights of training points"),
                        positive("alpha", "j", "weights of test points"),
                        number("sigma", 1.0, 0.0, 1e30, "bandwidth")}},
        .known = {R"({"X": [[0], [1]], "Y": [[1]], "beta": [0.5, 1], "alpha": [0.5]})", "0.0625"},
        .properties = non_negative,
    },
    [](const Tensor &x, const Tensor &y, const Tensor &beta, const Tensor &alpha, const Expr &sigma) {
      return weighted_discrepancy(x, y, beta, sigma, [&](const Index &j) { return alpha(j); });
    });

inline constexpr auto riesz_mmd_grad_1d = define(
    Spec<2>{
        .name = "riesz_mmd_grad_1d",
        .summary = "Gradient by x of half the energy distance on the line, for each row alone; equal numbers give the mean "
                   "of both sides. Its own derivative is 0.",
        .source = "Hertrich et al., Generative Sliced MMD Flows with Riesz Kernels, ICLR 2024; sliced_MMD_flows",
        .parameters = {{points("x", "p,i", "particles"), points("y", "p,j", "targets")}},
        .known = {R"({"x": [[0, 1]], "y": [[0.5, 2, 3]]})", "[[-0.25, -0.4166666666666667]]"},
    },
    [](const Tensor &x, const Tensor &y) {
      Index p("p"), i("i"), j("j"), l("l");
      Expr n = to_real(extent(x, 1));
      return Tensor({p, i}, (mean(j, sign(x(p, i) - y(p, j))) - mean(l, sign(x(p, i) - x(p, l)))) / n);
    });

inline constexpr auto l1_distance_sum = define(
    Spec<2>{
        .name = "l1_distance_sum",
        .summary = "Sum over the data x of the Manhattan distances to each query y.",
        .source = "Backurs et al., Efficiently Computing Similarities to Private Datasets, ICLR 2024",
        .parameters = {{points("x", "i,k", "data"), points("y", "j,k", "queries")}},
        .known = {R"({"x": [[0.5], [2], [3], [7]], "y": [[2.5]]})", "[7.5]"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"x": [[1]], "y": [[1]]})", "[[0]]"},
    },
    [](const Tensor &x, const Tensor &y) {
      Index i("i"), j("j"), k("k");
      return Tensor(j, sum({i, k}, abs(x(i, k) - y(j, k))));
    });

inline constexpr auto christoffel_weight = define(
    Spec<1>{
        .name = "christoffel_weight",
        .summary = "m / sum_j phi_j(x_i)^2 of an orthonormal basis of m functions; infinite where all are 0.",
        .source = "Cohen and Migliorati, Optimal Weighted Least-Squares Methods, SMAI J. Comput. Math. 3, 2017",
        .parameters = {{points("phi", "i,j", "values of the basis at the points")}},
        .known = {R"({"phi": [[1, 0], [1, 1], [1, -1], [1, 2]]})", "[2, 1, 1, 0.4]"},
        .properties = non_negative,
    },
    [](const Tensor &phi) {
      Index i("i");
      return Tensor(i, to_real(extent(phi, 1)) / squared_norm(phi[i]));
    });

inline constexpr auto gaussian_mean_embedding = define(
    Spec<5>{
        .name = "gaussian_mean_embedding",
        .summary = "Means of a Gaussian kernel of squared bandwidth v under a mixture with diagonal covariances: at the "
                   "points Y (Pk), and over the mixture once more (PPk).",
        .source = "Dwivedi and Mackey, Generalized Kernel Thinning, ICLR 2022; microsoft/goodpoints p_kernel",
        .parameters = {{points("Y", "p,k", "points"), positive("w", "c", "weights"), points("mu", "c,k", "means"),
                        positive("S", "c,k", "variances"), number("v", 1.0, 0.0, 1e30, "squared bandwidth")}},
        .known = {R"({"Y": [[1]], "w": [1], "mu": [[0]], "S": [[0.5]]})", "[0.5850453652111615]"},
        .properties = non_negative,
    },
    [](const Tensor &y, const Tensor &w, const Tensor &mu, const Tensor &s, const Expr &v) {
      Index p("p"), c("c"), k("k"), d("d");
      // A factor for each dimension; the sum of the variances is that of the two sides and the kernel.
      auto factor = [&](const Expr &apart, const Expr &variance) {
        return sum(k, square(apart) / (v + variance) + log1p(variance / v));
      };
      Expr of_point = exp(-0.5 * factor(y(p, k) - mu(c, k), s(c, k)));
      Expr of_pair = exp(-0.5 * factor(mu(c, k) - mu(d, k), s(c, k) + s(d, k)));
      return MeanEmbedding{Tensor(p, sum(c, w(c) * of_point)), scalar_tensor(sum({c, d}, w(c) * w(d) * of_pair))};
    });

inline constexpr auto ald_residual = define(
    Spec<4>{
        .name = "ald_residual",
        .summary = "Approximate linear dependence of x on the dictionary D under a Gaussian kernel: alpha = 1 - k' K^-1 k, "
                   "at least 0, and beta = K^-1 k, the inverse of K given.",
        .source = "Engel, Mannor and Meir, The Kernel Recursive Least-Squares Algorithm, IEEE TSP 52(8), 2004; JunfLi-TJU/OKR",
        .parameters = {{points("D", "j,d", "dictionary"), points("x", "d", "point"),
                        points("Kinv", "j,j", "inverse of the dictionary's kernel matrix"),
                        number("s", 1.0, 0.0, 1e30, "bandwidth")}},
        .known = {R"({"D": [[0]], "x": [1], "Kinv": [[1]]})", "0.6321205588285577"},
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &dictionary, const Tensor &x, const Tensor &inverse, const Expr &s) {
      Index j("j"), l("l");
      Tensor k(j, exp(-squared_distance(dictionary[j], x) / (2.0 * square(s))));
      Tensor beta(j, sum(l, inverse(j, l) * k(l)));
      return LinearDependence{scalar_tensor(relu(1.0 - sum(j, k(j) * beta(j)))), beta};
    });

inline constexpr auto spectrally_transformed_gram = define(
    Spec<3>{
        .name = "spectrally_transformed_gram",
        .summary = "sum over p of pi_p G^p / n^(p-1): a polynomial of the spectrum of the kernel on n points.",
        .source = "Zhai et al., Spectrally Transformed Kernel Regression, ICLR 2024",
        .parameters = {{points("G", "i,i", "kernel matrix"), positive("pi", "p", "coefficients of degree 1, 2, ..."),
                        option("degree", 2.0, "coefficients that are taken, from 1 to 20")}},
        .known = {R"({"G": [[2, 1], [1, 2]], "pi": [1, 0.5]})", "[[3.25, 2], [2, 3.25]]"},
    },
    [](const Tensor &gram, const Tensor &coefficients, int degree) {
      check_whole("spectrally_transformed_gram", "degree", degree, 1, 20);
      Index i("i"), j("j"), l("l");
      Expr n = to_real(extent(gram, 0));
      Tensor total({i, j}, coefficients(degree - 1) * gram(i, j));
      for (int p = degree - 2; p >= 0; --p)
        total = Tensor({i, j}, coefficients(p) * gram(i, j) + sum(l, gram(i, l) * total(l, j)) / n);
      return total;
    });

} // namespace mercer::stdlib::operators
