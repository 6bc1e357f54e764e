// Kernel functions k(x, y): one declaration an entry.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Kernel.h"

#include <cmath>

namespace mercer::stdlib::kernels {

inline constexpr auto rbf = define(
    Spec<1>{
        .name = "rbf",
        .summary = "Gaussian kernel exp(-|x-y|^2 / (2 sigma^2)).",
        .source = "Schoelkopf and Smola, Learning with Kernels, MIT Press 2002",
        .parameters = {{number("sigma", 1.0, 0.0, 1e30, "bandwidth, in units of x")}},
        .known = {R"({"X": [[0, 0]], "Y": [[1, 1]]})", "[[0.36787944117144233]]"},
        .properties = non_negative | at_most_one | symmetric | positive_definite,
    },
    [](const Expr &sigma) {
      return Kernel([=](const Tensor &x, const Tensor &y) {
        return exp(-squared_distance(x, y) / (2.0 * square(sigma)));
      });
    });

inline constexpr auto laplacian = define(
    Spec<1>{
        .name = "laplacian",
        .summary = "Exponential kernel exp(-scale |x-y|) of the Euclidean distance.",
        .source = "Holzmueller et al., JMLR 24(164), 2023; bmdal_reg LaplaceKernelFeatureMap",
        .parameters = {{number("scale", 1.0, 0.0, 1e30, "inverse length")}},
        .known = {R"({"X": [[1, 2]], "Y": [[2, -1]]})", "[[0.04232921962320499]]"},
        .properties = non_negative | at_most_one | symmetric | positive_definite,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"X": [[1, 2]], "Y": [[1, 2]]})", "[[0, 0]]"},
    },
    [](const Expr &scale) {
      return Kernel([=](const Tensor &x, const Tensor &y) { return exp(-scale * distance(x, y)); });
    });

inline constexpr auto matern32 = define(
    Spec<1>{
        .name = "matern32",
        .summary = "Matern kernel of smoothness 3/2: (1 + sqrt3 d) exp(-sqrt3 d), d = |x-y| / l.",
        .source = "Rasmussen and Williams, Gaussian Processes for Machine Learning, MIT Press 2006, eq. 4.17",
        .parameters = {{number("l", 1.0, 0.0, 1e30, "length scale")}},
        .known = {R"({"X": [[0]], "Y": [[1]]})", "[[0.4833577245965077]]"},
        .properties = non_negative | at_most_one | symmetric | positive_definite,
        .smoothness = Smoothness::once, // the distance has no second derivative at 0
        .kink = {R"({"X": [[1, 2]], "Y": [[1, 2]]})", "[[0, 0]]"},
    },
    [](const Expr &l) {
      return Kernel([=](const Tensor &x, const Tensor &y) {
        Expr d = 1.7320508075688772 * distance(x, y) / l;
        return (1.0 + d) * exp(-d);
      });
    });

inline constexpr auto matern52 = define(
    Spec<1>{
        .name = "matern52",
        .summary = "Matern kernel of smoothness 5/2: (1 + sqrt5 d + 5 d^2 / 3) exp(-sqrt5 d), d = |x-y| / l.",
        .source = "Rasmussen and Williams, Gaussian Processes for Machine Learning, MIT Press 2006, eq. 4.17",
        .parameters = {{number("l", 1.0, 0.0, 1e30, "length scale")}},
        .known = {R"({"X": [[0]], "Y": [[1]]})", "[[0.5239941088318203]]"},
        .properties = non_negative | at_most_one | symmetric | positive_definite,
        .smoothness = Smoothness::once, // the distance has no second derivative at 0
        .kink = {R"({"X": [[1, 2]], "Y": [[1, 2]]})", "[[0, 0]]"},
    },
    [](const Expr &l) {
      return Kernel([=](const Tensor &x, const Tensor &y) {
        Expr d = 2.23606797749979 * distance(x, y) / l;
        return (1.0 + d + (1.0 / 3.0) * square(d)) * exp(-d);
      });
    });

inline constexpr auto rational_quadratic = define(
    Spec<2>{
        .name = "rational_quadratic",
        .summary = "(1 + |x-y|^2 / (2 alpha l^2))^-alpha, a scale mixture of Gaussian kernels.",
        .source = "Rasmussen and Williams, Gaussian Processes for Machine Learning, MIT Press 2006, eq. 4.19",
        .parameters = {{number("l", 1.0, 0.0, 1e30, "length scale"),
                        number("alpha", 1.0, 0.0, 1e30, "mixture exponent")}},
        .known = {R"({"X": [[0]], "Y": [[1]]})", "[[0.6666666666666666]]"},
        .properties = non_negative | at_most_one | symmetric | positive_definite,
    },
    [](const Expr &l, const Expr &alpha) {
      return Kernel([=](const Tensor &x, const Tensor &y) {
        return exp(-alpha * log1p(squared_distance(x, y) / (2.0 * alpha * square(l))));
      });
    });

inline constexpr auto imq = define(
    Spec<2>{
        .name = "imq",
        .summary =
            "Inverse multiquadric (1 + |x-y|^2 / c^2)^-|beta|; the sign of beta, written either way in the "
            "literature, does not matter.",
        .source = "Dwivedi and Mackey, Generalized Kernel Thinning, ICLR 2022; microsoft/goodpoints",
        .parameters = {{number("c", 1.0, 0.0, 1e30, "length scale"),
                        number("beta", 0.5, -1e30, 1e30, "decay")}},
        .known = {R"({"X": [[0]], "Y": [[0.5], [3]]})", "[[0.8944271909999159, 0.31622776601683794]]"},
        .properties = non_negative | at_most_one | symmetric | positive_definite,
    },
    [](const Expr &c, const Expr &beta) {
      return Kernel([=](const Tensor &x, const Tensor &y) {
        return exp(-abs(beta) * log1p(squared_distance(x, y) / square(c)));
      });
    });

inline constexpr auto polynomial = define(
    Spec<3>{
        .name = "polynomial",
        .also = "polynomial_kernel",
        .summary = "(gamma <x,y> + c0)^deg.",
        .source = "Binkowski et al., Demystifying MMD GANs, ICLR 2018; scikit-learn polynomial_kernel",
        .parameters = {{number("gamma", {}, 0.0, 1e30, "scale; 1 / (number of features) when left out"),
                        number("c0", 1.0, -1e30, 1e30, "constant"),
                        option("deg", 3.0, "degree, a whole number of at least 0")}},
        .known = {R"({"X": [[1, 0]], "Y": [[2, 0]]})", "[[8]]"},
        .properties = symmetric,
    },
    [](const std::optional<Expr> &gamma, const Expr &c0, int deg) {
      return Kernel([=](const Tensor &x, const Tensor &y) {
        Expr scale = gamma ? *gamma : 1.0 / to_real(extent(x, 0));
        Expr base = scale * dot(x, y) + c0;
        // Multiplied out, so that negative bases keep their sign and the derivative at 0 exists.
        Expr power = 1.0;
        for (int factor = 0; factor < deg; ++factor)
          power = factor == 0 ? base : power * base;
        return power;
      });
    });

inline constexpr auto linear = define(
    Spec<0>{
        .name = "linear",
        .summary = "The inner product <x, y>.",
        .source = "Schoelkopf and Smola, Learning with Kernels, MIT Press 2002",
        .parameters = {},
        .known = {R"({"X": [[1, 2]], "Y": [[3, -1]]})", "[[1]]"},
        .properties = symmetric | positive_definite,
    },
    [] { return Kernel([](const Tensor &x, const Tensor &y) { return dot(x, y); }); });

inline constexpr auto cauchy_kernel = define(
    Spec<1>{
        .name = "cauchy_kernel",
        .summary = "1 / (1 + |x-y|^2 / h^2).",
        .source = "Luo et al., Dimensionality Reduction for General KDE Mode Finding, ICML 2023",
        .parameters = {{number("h", 1.0, 0.0, 1e30, "bandwidth")}},
        .known = {R"({"X": [[0, 0]], "Y": [[1, 0]]})", "[[0.5]]"},
        .properties = non_negative | at_most_one | symmetric | positive_definite,
    },
    [](const Expr &h) {
      return Kernel(
          [=](const Tensor &x, const Tensor &y) { return 1.0 / (1.0 + squared_distance(x, y) / square(h)); });
    });

inline constexpr auto matern = define(
    Spec<2>{
        .name = "matern",
        .summary = "Matern kernel of half-integer smoothness nu: a polynomial of sqrt(2 nu) |x-y| / l times exp of "
                   "minus that; other nu need Bessel functions.",
        .source = "Rasmussen and Williams, Gaussian Processes for Machine Learning, MIT Press 2006, eq. 4.16",
        .parameters = {{number("nu", 1.5, 0.5, 20.5, "smoothness: 0.5, 1.5, 2.5, ..."),
                        number("l", 1.0, 0.0, 1e30, "length scale")}},
        .known = {R"({"X": [[0]], "Y": [[0.5]], "nu": 3.5, "l": 0.8})", "[[0.774778031492078]]"},
        .properties = non_negative | at_most_one | symmetric | positive_definite,
        .smoothness = Smoothness::once, // the distance has no second derivative at 0
        .kink = {R"({"X": [[1, 2]], "Y": [[1, 2]]})", "[[0, 0]]"},
    },
    [](double nu, const Expr &l) {
      const double order = nu - 0.5;
      if (order < 0 || order > 20 || order != std::floor(order))
        throw Error(ErrorCode::bad_option,
                    "matern, parameter 'nu': expected 0.5, 1.5, 2.5 or another whole number and a half up to 20.5, "
                    "given " +
                        to_text(Expr(nu)));
      return Kernel([=](const Tensor &x, const Tensor &y) {
        Expr d = std::sqrt(2 * nu) * distance(x, y) / l;
        // Horner's scheme; the coefficient of d^k over that of d^(k-1) is 2 (p - k + 1) / (k (2 p - k + 1)).
        Expr polynomial = 1.0;
        for (double k = order; k >= 1; --k)
          polynomial = 1.0 + (2 * (order - k + 1) / (k * (2 * order - k + 1))) * d * polynomial;
        return polynomial * exp(-d);
      });
    });

inline constexpr auto riesz_kernel = define(
    Spec<1>{
        .name = "riesz_kernel",
        .summary = "-|x-y|^r, conditionally positive definite for 0 < r < 2; r = 1 is the energy kernel.",
        .source = "Hertrich et al., Generative Sliced MMD Flows with Riesz Kernels, ICLR 2024",
        .parameters = {{number("r", 1.0, 0.0, 2.0, "exponent")}},
        .known = {R"({"X": [[0, 0]], "Y": [[3, 4]], "r": 0.5})", "[[-2.23606797749979]]"},
        .properties = symmetric,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"X": [[1, 2]], "Y": [[1, 2]]})", "[[0, 0]]"},
    },
    [](const Expr &r) {
      return Kernel(
          [=](const Tensor &x, const Tensor &y) { return -power_or_zero(squared_distance(x, y), 0.5 * r); });
    });

inline constexpr auto generalized_gaussian_kernel = define(
    Spec<2>{
        .name = "generalized_gaussian_kernel",
        .summary = "exp(-|x-y|^gamma / b): laplacian for gamma = 1, Gaussian for gamma = 2 and b = 2 sigma^2.",
        .source = "Abedsoltan, Belkin and Pandit, Toward Large Kernel Models, ICML 2023; EigenPro3 dispersal",
        .parameters = {{number("gamma", 1.0, 0.0, 2.0, "exponent"),
                        number("b", 1.0, 0.0, 1e30, "what the power is divided by")}},
        .known = {R"({"X": [[0, 0]], "Y": [[1, 0], [2, 2]], "b": 2})", "[[0.6065306597126334, 0.2431167344342142]]"},
        .properties = non_negative | at_most_one | symmetric | positive_definite,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"X": [[1, 2]], "Y": [[1, 2]], "gamma": 1.5})", "[[0, 0]]"},
    },
    [](const Expr &gamma, const Expr &b) {
      return Kernel([=](const Tensor &x, const Tensor &y) {
        return exp(-power_or_zero(squared_distance(x, y), 0.5 * gamma) / b);
      });
    });

inline constexpr auto box_kernel = define(
    Spec<1>{
        .name = "box_kernel",
        .summary = "1 where |x-y| <= h, else 0; its derivative is 0 everywhere.",
        .source = "Rosenblatt, Ann. Math. Statist. 27(3), 1956; scikit-learn KernelDensity tophat, not normalised",
        .parameters = {{number("h", 1.0, 0.0, 1e30, "radius")}},
        .known = {R"({"X": [[0, 0]], "Y": [[2, 0], [2, 1]], "h": 2})", "[[1, 0]]"},
        .properties = non_negative | at_most_one | symmetric,
    },
    [](const Expr &h) {
      return Kernel([=](const Tensor &x, const Tensor &y) {
        return where(squared_distance(x, y) <= square(h), 1.0, 0.0);
      });
    });

inline constexpr auto logistic_kernel = define(
    Spec<2>{
        .name = "logistic_kernel",
        .summary = "1 / cosh(|x-y| / (2 h))^2, or the logistic density 1 / (exp(d) + 2 + exp(-d)), a fourth of it.",
        .source = "Luo et al., Dimensionality Reduction for General KDE Mode Finding, ICML 2023",
        .parameters = {{number("h", 1.0, 0.0, 1e30, "bandwidth"),
                        option("normalised", 1.0, "true: 1 where points coincide; false: the density")}},
        .known = {R"({"X": [[0, 0]], "Y": [[1, 0], [2, 2]], "h": 2})", "[[0.9400148488064273, 0.6292902736348536]]"},
        .properties = non_negative | at_most_one | symmetric | positive_definite,
        .smoothness = Smoothness::once, // the distance has no second derivative at 0
        .kink = {R"({"X": [[1, 2]], "Y": [[1, 2]]})", "[[0, 0]]"},
    },
    [](const Expr &h, bool normalised) {
      return Kernel([=](const Tensor &x, const Tensor &y) {
        Expr u = distance(x, y) / h, s = exp(-u);
        // Both are 1 / cosh(u / 2)^2, the second less 1. The first is accurate where that is small; the second's
        // derivative is a product, where terms of the first's cancel at small distances.
        Expr value = with_gradient_of(4.0 * s / square(1.0 + s), -square(tanh(0.5 * u)));
        return normalised ? value : 0.25 * value;
      });
    });

inline constexpr auto sigmoid_kde_kernel = define(
    Spec<1>{
        .name = "sigmoid_kde_kernel",
        .summary = "1 / cosh(|x-y| / h), the sigmoid kernel of density estimation (not tanh of an inner product).",
        .source = "Luo et al., Dimensionality Reduction for General KDE Mode Finding, ICML 2023",
        .parameters = {{number("h", 1.0, 0.0, 1e30, "bandwidth")}},
        .known = {R"({"X": [[0, 0]], "Y": [[1, 0], [2, 2]]})", "[[0.6480542736638855, 0.1177999602260733]]"},
        .properties = non_negative | at_most_one | symmetric | positive_definite,
        .smoothness = Smoothness::once, // the distance has no second derivative at 0
        .kink = {R"({"X": [[1, 2]], "Y": [[1, 2]]})", "[[0, 0]]"},
    },
    [](const Expr &h) {
      return Kernel([=](const Tensor &x, const Tensor &y) {
        Expr u = distance(x, y) / h, s = exp(-u);
        // Both are 1 / cosh(u), the second plus 1; two for the reason of `logistic_kernel`.
        return with_gradient_of(2.0 * s / (1.0 + square(s)), 2.0 / (1.0 + square(tanh(0.5 * u))));
      });
    });

inline constexpr auto rbf_mixture = define(
    Spec<2>{
        .name = "rbf_mixture",
        .summary = "Sum over s of w_s exp(-|x-y|^2 / (2 sigma_s^2)).",
        .source = "Binkowski et al., Demystifying MMD GANs, ICLR 2018; mbinkowski/MMD-GAN",
        .parameters = {{option("sigmas", {2.0, 5.0, 10.0, 20.0, 40.0, 80.0}, "bandwidths"),
                        option("w", 1.0, "a weight each, or one for all")}},
        .known = {R"({"X": [[0, 0]], "Y": [[1, 1]]})", "[[5.726362135848568]]"},
        .properties = non_negative | symmetric | positive_definite,
    },
    [](const std::vector<double> &sigmas, const std::vector<double> &w) {
      if (w.size() != 1 && w.size() != sigmas.size())
        throw Error(ErrorCode::bad_option,
                    "rbf_mixture, parameter 'w': expected " + std::to_string(sigmas.size()) +
                        " weights, as there are sigmas, given " + std::to_string(w.size()));
      return Kernel([=](const Tensor &x, const Tensor &y) {
        Expr squared = squared_distance(x, y);
        Expr total = 0.0;
        for (std::size_t s = 0; s < sigmas.size(); ++s) {
          Expr term = (w.size() == 1 ? w[0] : w[s]) * exp(squared * (-0.5 / (sigmas[s] * sigmas[s])));
          total = s == 0 ? term : total + term;
        }
        return total;
      });
    });

inline constexpr auto rational_quadratic_mixture_kernel = define(
    Spec<2>{
        .name = "rational_quadratic_mixture_kernel",
        .summary = "Sum over alpha of (1 + |x-y|^2 / (2 alpha))^-alpha, plus c <x,y>.",
        .source = "Binkowski et al., Demystifying MMD GANs, ICLR 2018; mbinkowski/MMD-GAN",
        .parameters = {{option("alphas", {0.2, 0.5, 1.0, 2.0, 5.0}, "exponents"),
                        number("c", 0.0, 0.0, 1e30, "weight of the linear kernel")}},
        .known = {R"({"X": [[0, 0]], "Y": [[0, 0]]})", "[[5]]"},
        .properties = symmetric | positive_definite,
    },
    [](const std::vector<double> &alphas, const Expr &c) {
      return Kernel([=](const Tensor &x, const Tensor &y) {
        Expr squared = squared_distance(x, y);
        Expr total = c * dot(x, y);
        for (double alpha : alphas)
          total = total + exp(-alpha * log1p(squared * (0.5 / alpha)));
        return total;
      });
    });

} // namespace mercer::stdlib::kernels
