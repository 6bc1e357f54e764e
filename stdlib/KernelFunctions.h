// Kernel functions k(x, y): one declaration an entry.
#pragma once

#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Kernel.h"

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
        Expr squared = 5.0 * squared_distance(x, y) / square(l);
        Expr d = 2.23606797749979 * distance(x, y) / l;
        return (1.0 + d + squared / 3.0) * exp(-d);
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
