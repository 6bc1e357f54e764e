// Kernels with a spectrum of their own, of compact support, on the unit cube, with a length for each
// dimension.
#pragma once

#include "mercer/stdlib/KernelFunctions.h"

#include <numbers>

namespace mercer::stdlib::kernels {

inline constexpr double pi = std::numbers::pi;

inline constexpr auto spectral_mixture = define(
    Spec<4>{
        .name = "spectral_mixture",
        .summary = "Sum over q of w_q times Gaussians exp(-2 pi^2 t_p^2 s_qp^2) and cosines of 2 pi t_p "
                   "mu_qp, t = x - y.",
        .source = "Wilson and Adams, Gaussian Process Kernels for Pattern Discovery, ICML 2013 (dot); "
                  "Suwandi et al., arXiv 2309.08201, 2023, slim-kl (product)",
        .parameters = {{positive("w", "q", "weights"), positive("mu", "q,k", "frequencies"),
                        positive("s", "q,k", "deviations of the frequencies"),
                        option(
                            "form", "product",
                            "product: the cosines of each dimension multiplied; dot: the cosine of the inner "
                            "product; separate: a mixture for each dimension, multiplied (GPyTorch)")}},
        .known = {R"({"X": [[0.3, -0.2]], "Y": [[0, 0]], "w": [0.7, 0.3], "mu": [[0.5, 1], [1, 0.2]],)"
                  R"( "s": [[0.1, 0.2], [0.3, 0.4]]})",
                  "[[0.053579807272387606]]"},
        .properties = symmetric,
    },
    [](const Tensor &w, const Tensor &mu, const Tensor &s, const std::string &form) {
      check_option("spectral_mixture", "form", form, {"product", "dot", "separate"});
      return Kernel([=](const Tensor &x, const Tensor &y) {
        Index q("q"), p("p");
        Expr t = x(p) - y(p), decay = (-2 * pi * pi) * square(t * s(q, p)), half_turns = 2.0 * t * mu(q, p);
        if (form == "separate")
          return prod(p, sum(q, w(q) * exp(decay) * cos_pi(half_turns)));
        Expr wave = form == "dot" ? cos_pi(sum(p, half_turns)) : prod(p, cos_pi(half_turns));
        return sum(q, w(q) * exp(sum(p, decay)) * wave);
      });
    });

inline constexpr auto se_cos_kernel = define(
    Spec<5>{
        .name = "se_cos_kernel",
        .summary = "Sum over q of exp(log_w - d^2 exp(log_ls)) cos(2 pi d freq) on the line, d = x - y.",
        .source =
            "Fang et al., Solving High Frequency and Multi-Scale PDEs with Gaussian Processes, ICLR 2024",
        .parameters = {{points("x", "i", "points on the line"), points("y", "j", "points on the line"),
                        points("log_w", "q", "logarithms of the weights"),
                        points("log_ls", "q", "logarithms of the inverse squared lengths"),
                        points("freq", "q", "frequencies")}},
        .known =
            {R"({"x": [0], "y": [0.37], "log_w": [-0.6931471805599453, -0.6931471805599453], "log_ls": [0, 0.7],)"
             R"( "freq": [1, 3]})",
             "[[-0.00605172801229259]]"},
    },
    [](const Tensor &x, const Tensor &y, const Tensor &log_w, const Tensor &log_ls, const Tensor &freq) {
      Index i("i"), j("j"), q("q");
      Expr d = x(i) - y(j);
      return Tensor({i, j}, sum(q, exp(log_w(q) - square(d) * exp(log_ls(q))) * cos_pi(2.0 * d * freq(q))));
    });

inline constexpr auto matern52_cos_kernel = define(
    Spec<5>{
        .name = "matern52_cos_kernel",
        .summary = "Sum over q of exp(log_w) (1 + sqrt5 d r + 5 d^2 r^2 / 3) exp(-sqrt5 d r) cos(2 pi d "
                   "freq) on the "
                   "line, d = |x - y|, r = exp(log_ls).",
        .source =
            "Fang et al., Solving High Frequency and Multi-Scale PDEs with Gaussian Processes, ICLR 2024",
        .parameters = {{points("x", "i", "points on the line"), points("y", "j", "points on the line"),
                        points("log_w", "q", "logarithms of the weights"),
                        points("log_ls", "q", "logarithms of the inverse lengths"),
                        points("freq", "q", "frequencies")}},
        .known =
            {R"({"x": [0], "y": [0.37], "log_w": [-0.6931471805599453, -0.6931471805599453], "log_ls": [0, 0.7],)"
             R"( "freq": [1, 3]})",
             "[[-0.04611530182441248]]"},
        .smoothness = Smoothness::once, // the distance has no second derivative at 0
    },
    [](const Tensor &x, const Tensor &y, const Tensor &log_w, const Tensor &log_ls, const Tensor &freq) {
      Index i("i"), j("j"), q("q");
      Expr d = abs(x(i) - y(j)), u = std::sqrt(5.0) * d * exp(log_ls(q));
      return Tensor({i, j},
                    sum(q, (1.0 + u + (1.0 / 3.0) * square(u)) * exp(log_w(q) - u) * cos_pi(2.0 * d * freq(q))));
    });

inline constexpr auto periodic = define(
    Spec<2>{
        .name = "periodic",
        .also = "periodic_kernel",
        .summary = "exp(-2 sum_k sin(pi (x_k - y_k) / p)^2 / l^2); GPyTorch's lengthscale is this l^2.",
        .source = "MacKay, Introduction to Gaussian Processes, 1998, eq. 47; GPyTorch PeriodicKernel",
        .parameters = {{number("l", 1.0, 0.0, 1e30, "length scale"), number("p", 1.0, 0.0, 1e30, "period")}},
        .known = {R"({"X": [[0.3, 0.1]], "Y": [[0, 0]], "l": 2})", "[[0.6872892787909722]]"},
        .properties = non_negative | at_most_one | symmetric | positive_definite,
    },
    [](const Expr &l, const Expr &p) {
      return Kernel([=](const Tensor &x, const Tensor &y) {
        Index k("k");
        return exp(-2.0 * sum(k, squared_sin_pi((x(k) - y(k)) / p)) / square(l));
      });
    });

inline constexpr auto exp_sine_squared = define(
    Spec<2>{
        .name = "exp_sine_squared",
        .summary = "exp(-2 sin(pi d / periodicity)^2 / length_scale^2), d the Euclidean distance.",
        .source = "scikit-learn ExpSineSquared; MacKay, Introduction to Gaussian Processes, 1998",
        .parameters = {{number("length_scale", 1.0, 0.0, 1e30, "length scale"),
                        number("periodicity", 1.0, 0.0, 1e30, "period")}},
        .known = {R"({"X": [[0.3, 0.4]], "Y": [[0, 0]], "periodicity": 3})", "[[0.6065306597126334]]"},
        .properties = non_negative | at_most_one | symmetric,
        .smoothness = Smoothness::once, // the distance has no second derivative at 0
        .kink = {R"({"X": [[1, 2]], "Y": [[1, 2]]})", "[[0, 0]]"},
    },
    [](const Expr &length_scale, const Expr &periodicity) {
      return Kernel([=](const Tensor &x, const Tensor &y) {
        return exp(-2.0 * squared_sin_pi(distance(x, y) / periodicity) / square(length_scale));
      });
    });

inline constexpr auto cosine_kernel = define(
    Spec<1>{
        .name = "cosine_kernel",
        .summary = "cos(pi |x-y| / p), positive definite on the line.",
        .source = "GPyTorch CosineKernel",
        .parameters = {{number("p", 1.0, 0.0, 1e30, "half a period")}},
        .known = {R"({"X": [[0]], "Y": [[0.25]]})", "[[0.7071067811865476]]"},
        .properties = at_most_one | symmetric,
        .smoothness = Smoothness::once, // the distance has no second derivative at 0
        .kink = {R"({"X": [[1, 2]], "Y": [[1, 2]]})", "[[0, 0]]"},
    },
    [](const Expr &p) {
      return Kernel([=](const Tensor &x, const Tensor &y) { return cos_pi(distance(x, y) / p); });
    });

inline constexpr auto piecewise_polynomial_kernel = define(
    Spec<2>{
        .name = "piecewise_polynomial_kernel",
        .summary = "Wendland's polynomial of r = |x-y| / l, 0 for r >= 1: 2 q times differentiable, positive "
                   "definite in "
                   "as many dimensions as the points have.",
        .source = "Rasmussen and Williams, Gaussian Processes for Machine Learning, MIT Press 2006, eq. 4.21; "
                  "GPyTorch PiecewisePolynomialKernel",
        .parameters = {{option("q", 2.0, "smoothness: 0, 1, 2 or 3"), number("l", 1.0, 0.0, 1e30, "length scale")}},
        .known = {R"({"X": [[0.3, 0.4]], "Y": [[0, 0]], "l": 2})", "[[0.5747222900390625]]"},
        .properties = non_negative | at_most_one | symmetric | positive_definite,
        .smoothness = Smoothness::once, // the distance has no second derivative at 0
        .kink = {R"({"X": [[1, 2]], "Y": [[1, 2]]})", "[[0, 0]]"},
    },
    [](int q, const Expr &l) {
      check_whole("piecewise_polynomial_kernel", "q", q, 0, 3);
      return Kernel([=](const Tensor &x, const Tensor &y) {
        Expr r = distance(x, y) / l;
        Expr j = to_real(floor_div(extent(x, 0), 2)) + (q + 1.0);
        Expr polynomial = 1.0;
        if (q == 1)
          polynomial = 1.0 + (j + 1.0) * r;
        if (q == 2)
          polynomial = 1.0 + (j + 2.0) * r + (square(j) + 4.0 * j + 3.0) / 3.0 * square(r);
        if (q == 3)
          polynomial = 1.0 + (j + 3.0) * r + (6.0 * square(j) + 36.0 * j + 45.0) / 15.0 * square(r) +
                       (j * square(j) + 9.0 * square(j) + 23.0 * j + 15.0) / 15.0 * r * square(r);
        return power_or_zero(relu(1.0 - r), j + static_cast<double>(q)) * polynomial;
      });
    });

inline constexpr auto sobolev_h1_kernel = define(
    Spec<2>{
        .name = "sobolev_h1_kernel",
        .summary = "Reproducing kernel on [0, 1]^d: the product of 1 + min(x_k, y_k), whose derivative equal "
                   "ones share, or -1 + the product of 1 + the "
                   "scaled Bernoulli polynomial of degree 2 s of the difference.",
        .source = "Li et al., The Optimality of Kernel Classifiers in Sobolev Space, ICLR 2024; "
                  "microsoft/goodpoints sobolevc (periodic)",
        .parameters = {{option("variant", "min", "min|periodic"),
                        option("s", 1.0, "smoothness of periodic: 1, 2 or 3")}},
        .known = {R"({"X": [[0.3]], "Y": [[0]], "variant": "periodic", "s": 2})", "[[-0.6991808089773952]]"},
        .properties = symmetric | positive_definite,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"X": [[0.2, 0.5]], "Y": [[0.2, 0.25]]})", "[[0.625, 0]]"},
        .arguments = {{positive("X", "i,k", "points of [0, 1]^k, one a row"),
                       positive("Y", "j,k", "points of [0, 1]^k, one a row")}},
    },
    [](const std::string &variant, int s) {
      check_option("sobolev_h1_kernel", "variant", variant, {"min", "periodic"});
      check_whole("sobolev_h1_kernel", "s", s, 1, 3);
      return Kernel([=](const Tensor &x, const Tensor &y) {
        Index k("k");
        if (variant == "min")
          return prod(k, 1.0 + shared_minimum(x(k), y(k)));
        Expr difference = x(k) - y(k), z = difference - floor(difference);
        // Of u = z (1 - z): B2 = 1/6 - u, B4 = u^2 - 1/30, B6 = 1/42 - u^2 / 2 - u^3.
        Expr u = z * (1.0 - z);
        Expr term = 2 * pi * pi * (1.0 / 6 - u);
        if (s == 2)
          term = -2.0 / 3 * std::pow(pi, 4) * (square(u) - 1.0 / 30);
        if (s == 3)
          term = 4.0 / 45 * std::pow(pi, 6) * (1.0 / 42 - 0.5 * square(u) - u * square(u));
        return prod(k, 1.0 + term) - 1.0;
      });
    });

inline constexpr auto bezier_bspline_kernel = define(
    Spec<2>{
        .name = "bezier_bspline_kernel",
        .summary = "The product over dimensions of quadratic B-splines of (x_k - v_k) / h, 0 beyond 1.5.",
        .source = "Huang et al., Neural Kernel Surface Reconstruction, CVPR 2023; huangjh-pub/torch_spsr",
        .parameters = {{number("h", 1.0, 0.0, 1e30, "voxel size"),
                        number("scale", 1.0, 0.0, 1e30, "of each spline; 0.5 gives a partition of unity")}},
        .known = {R"({"x": [[0.3, 0, 1]], "v": [[0, 0, 0]]})", "[[0.495]]"},
        .properties = non_negative | symmetric | positive_definite,
        .smoothness = Smoothness::once,
        .arguments = {{points("x", "i,a", "points, one a row"),
                       points("v", "j,a", "centres of voxels, one a row")}},
    },
    [](const Expr &h, const Expr &scale) {
      return Kernel([=](const Tensor &x, const Tensor &v) {
        Index a("a");
        Expr u = abs(x(a) - v(a)) / h;
        return prod(a, scale * where(u < 0.5, 1.5 - 2.0 * square(u), square(relu(1.5 - u))));
      });
    });

inline constexpr auto gegenbauer_polynomial = define(
    Spec<3>{
        .name = "gegenbauer_polynomial",
        .summary =
            "C_0(t) ... C_l(t) of parameter a; a = (d - 2) / 2 are those of the sphere in d dimensions.",
        .source = "Szego, Orthogonal Polynomials, AMS 1939, eq. 4.7.17; scipy.special.eval_gegenbauer",
        .parameters = {{cosines("t", "i,j", "cosines"), option("l", 3.0, "largest degree"),
                        number("a", 0.5, 0.0, 1e30, "parameter, above 0")}},
        .known = {R"({"t": [[0.5]], "l": 3, "a": 1})", "[[[1, 1, 0, -1]]]"},
    },
    [](const Tensor &t, int l, const Expr &a) {
      check_whole("gegenbauer_polynomial", "l", l, 0, 50);
      Index i("i"), j("j"), degree("degree", l + 1);
      std::vector<Expr> polynomials = {1.0, 2.0 * a * t(i, j)};
      for (int n = 2; n <= l; ++n)
        polynomials.push_back((2.0 * t(i, j) * (a + (n - 1.0)) * polynomials[n - 1] -
                               (2.0 * a + (n - 2.0)) * polynomials[n - 2]) /
                              static_cast<double>(n));
      polynomials.resize(l + 1, polynomials[0]);
      return Tensor({i, j, degree}, one_of(degree, polynomials));
    });

inline constexpr auto dot_product = define(
    Spec<1>{
        .name = "dot_product",
        .summary = "sigma_0^2 + <x, y>.",
        .source = "Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, sec. 4.2.2; "
                  "scikit-learn DotProduct",
        .parameters = {{number("sigma_0", 1.0, 0.0, 1e30, "deviation of the constant")}},
        .known = {R"({"X": [[1, 2]], "Y": [[3, -1]], "sigma_0": 2})", "[[5]]"},
        .properties = symmetric | positive_definite,
    },
    [](const Expr &sigma_0) {
      return Kernel([=](const Tensor &x, const Tensor &y) { return square(sigma_0) + dot(x, y); });
    });

/// sum_k ((x_k - y_k) / l_k)^2
inline Expr squared_in_lengths(const Tensor &x, const Tensor &y, const Tensor &l) {
  Index k("k");
  return sum(k, square((x(k) - y(k)) / l(k)));
}

inline constexpr auto rbf_ard = define(
    Spec<1>{
        .name = "rbf_ard",
        .summary = "exp(-sum_k (x_k - y_k)^2 / (2 l_k^2)), a length for each dimension.",
        .source =
            "Neal, Bayesian Learning for Neural Networks, Springer 1996; GPyTorch RBFKernel(ard_num_dims)",
        .parameters = {{positive("l", "k", "lengths")}},
        .known = {R"({"X": [[0, 0]], "Y": [[1, 2]], "l": [1, 4]})", "[[0.5352614285189903]]"},
        .properties = non_negative | at_most_one | symmetric | positive_definite,
    },
    [](const Tensor &l) {
      return Kernel(
          [=](const Tensor &x, const Tensor &y) { return exp(-0.5 * squared_in_lengths(x, y, l)); });
    });

inline constexpr auto matern52_ard = define(
    Spec<1>{
        .name = "matern52_ard",
        .summary = "Matern kernel of smoothness 5/2 with a length for each dimension.",
        .source = "Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006; GPyTorch "
                  "MaternKernel(2.5)",
        .parameters = {{positive("l", "k", "lengths")}},
        .known = {R"({"X": [[0, 0]], "Y": [[1, 2]], "l": [1, 4]})", "[[0.4583079089834348]]"},
        .properties = non_negative | at_most_one | symmetric | positive_definite,
        .smoothness = Smoothness::once, // the distance has no second derivative at 0
    },
    [](const Tensor &l) {
      return Kernel([=](const Tensor &x, const Tensor &y) {
        Index k("k");
        Expr d = std::sqrt(5.0) * norm(Tensor(k, (x(k) - y(k)) / l(k)));
        return (1.0 + d + (1.0 / 3.0) * square(d)) * exp(-d);
      });
    });

inline constexpr auto mahalanobis_rbf = define(
    Spec<1>{
        .name = "mahalanobis_rbf",
        .summary = "exp(-(x-y)' P (x-y) / 2).",
        .source = "Das et al., DPO Kernels, arXiv 2501.03271, 2025; scipy.spatial.distance.mahalanobis",
        .parameters = {{points("P", "k,k", "precision matrix, positive semidefinite")}},
        .known = {R"({"X": [[1, 2]], "Y": [[0, 0]], "P": [[2, 0.5], [0.5, 1]]})", "[[0.01831563888873418]]"},
        .properties = non_negative,
    },
    [](const Tensor &precision) {
      return Kernel([=](const Tensor &x, const Tensor &y) {
        Index k("k"), l("l");
        return exp(-0.5 * sum({k, l}, (x(k) - y(k)) * precision(k, l) * (x(l) - y(l))));
      });
    });

} // namespace mercer::stdlib::kernels
