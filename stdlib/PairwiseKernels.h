// Kernels and distances of vectors as scikit-learn has them: histograms, cosines, norms other than Euclid's.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Kernel.h"

namespace mercer::stdlib::kernels {

/// The points of a kernel on histograms.
inline constexpr std::array<Parameter, 2> histograms = {
    {positive("X", "i,k", "histograms, one a row"), positive("Y", "j,k", "histograms, one a row")}};

/// (x_k - y_k)^2 / (x_k + y_k) summed; 0 where both are 0.
inline Expr chi2_distance(const Tensor &x, const Tensor &y) {
  Index k("k");
  Expr total = x(k) + y(k);
  Expr none = total == 0.0;
  return sum(k, where(none, 0.0, square(x(k) - y(k)) / where(none, 1.0, total)));
}

inline constexpr auto chi2_kernel = define(
    Spec<1>{
        .name = "chi2_kernel",
        .summary = "exp(-gamma sum_k (x_k - y_k)^2 / (x_k + y_k)) of histograms; a term of two zeros is 0.",
        .source = "Vedaldi and Zisserman, IEEE TPAMI 34(3), 2012; scikit-learn chi2_kernel",
        .parameters = {{number("gamma", 1.0, 0.0, 1e30, "scale")}},
        .known = {R"({"X": [[0.2, 0.5, 0.3]], "Y": [[0.4, 0.4, 0.2]]})", "[[0.9068504036761394]]"},
        .properties = non_negative | at_most_one | symmetric | positive_definite,
        .arguments = histograms,
    },
    [](const Expr &gamma) {
      return Kernel([=](const Tensor &x, const Tensor &y) { return exp(-gamma * chi2_distance(x, y)); });
    });

inline constexpr auto additive_chi2_kernel = define(
    Spec<0>{
        .name = "additive_chi2_kernel",
        .summary = "-sum_k (x_k - y_k)^2 / (x_k + y_k) of histograms, conditionally positive definite.",
        .source = "Zhang et al., Int. J. Computer Vision 73(2), 2007; scikit-learn additive_chi2_kernel",
        .parameters = {},
        .known = {R"({"X": [[0.2, 0.5, 0.3]], "Y": [[0.4, 0.4, 0.2]]})", "[[-0.09777777777777778]]"},
        .properties = symmetric,
        .arguments = histograms,
    },
    [] { return Kernel([](const Tensor &x, const Tensor &y) { return -chi2_distance(x, y); }); });

inline constexpr auto histogram_intersection_kernel = define(
    Spec<0>{
        .name = "histogram_intersection_kernel",
        .summary = "sum_k min(x_k, y_k) of histograms; equal ones share the derivative.",
        .source = "Swain and Ballard, Color Indexing, Int. J. Computer Vision 7(1), 1991",
        .parameters = {},
        .known = {R"({"X": [[0.2, 0.5, 0.3]], "Y": [[0.4, 0.4, 0.2]]})", "[[0.8]]"},
        .properties = non_negative | symmetric | positive_definite,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"X": [[0.2, 0.5]], "Y": [[0.2, 0.25]]})", "[[0.5, 0]]"},
        .arguments = histograms,
    },
    [] {
      return Kernel([](const Tensor &x, const Tensor &y) {
        Index k("k");
        return sum(k, shared_minimum(x(k), y(k)));
      });
    });

inline constexpr auto cosine_similarity = define(
    Spec<0>{
        .name = "cosine_similarity",
        .summary = "<x, y> / (|x| |y|); 0 where a vector is 0.",
        .source = "Salton and McGill, Introduction to Modern Information Retrieval, 1983; scikit-learn",
        .parameters = {},
        .known = {R"({"X": [[3, 4]], "Y": [[4, 3], [0, 0]]})", "[[0.96, 0]]"},
        .properties = symmetric | positive_definite | scale_invariant,
    },
    [] { return Kernel([](const Tensor &x, const Tensor &y) { return cosine(x, y, 1e-12); }); });

inline constexpr auto cosine_distance_kernel = define(
    Spec<1>{
        .name = "cosine_distance_kernel",
        .also = "cosine_distances",
        .summary = "1 - <x, y> / (|x| |y|); 1 where a vector is 0.",
        .source = "Sendera et al., HyperShot, WACV 2023; scikit-learn cosine_distances",
        .parameters = {{number("eps", 1e-12, 0.0, 1.0, "the norms are at least this")}},
        .known = {R"({"x": [[3, 4]], "y": [[4, 3], [0, 0]]})", "[[0.04, 1]]"},
        .properties = non_negative | symmetric | scale_invariant,
        .arguments = {{points("x", "i,d", "points, one a row"), points("y", "j,d", "points, one a row")}},
    },
    [](const Expr &eps) {
      return Kernel([=](const Tensor &x, const Tensor &y) { return 1.0 - cosine(x, y, eps); });
    });

/// A parameter that scikit-learn takes as 1 / (number of features) when it is left out.
inline Expr or_one_over_features(const std::optional<Expr> &given, const Tensor &x) {
  return given ? *given : 1.0 / to_real(extent(x, 0));
}
inline constexpr Parameter feature_scale =
    number("gamma", {}, 0.0, 1e30, "scale; 1 / (number of features) when left out");

inline constexpr auto rbf_kernel = define(
    Spec<1>{
        .name = "rbf_kernel",
        .summary = "exp(-gamma |x-y|^2), the Gaussian kernel as scikit-learn writes it.",
        .source = "scikit-learn rbf_kernel; Schoelkopf and Smola, Learning with Kernels, MIT Press 2002",
        .parameters = {{feature_scale}},
        .known = {R"({"X": [[0, 0]], "Y": [[1, 2]]})", "[[0.0820849986238988]]"},
        .properties = non_negative | at_most_one | symmetric | positive_definite,
    },
    [](const std::optional<Expr> &gamma) {
      return Kernel([=](const Tensor &x, const Tensor &y) {
        return exp(-or_one_over_features(gamma, x) * squared_distance(x, y));
      });
    });

/// sum_k |x_k - y_k|
inline Expr manhattan_distance(const Tensor &x, const Tensor &y) {
  Index k("k");
  return sum(k, abs(x(k) - y(k)));
}

inline constexpr auto laplacian_kernel = define(
    Spec<1>{
        .name = "laplacian_kernel",
        .summary = "exp(-gamma sum_k |x_k - y_k|), of the Manhattan distance; `laplacian` takes Euclid's.",
        .source = "scikit-learn laplacian_kernel; Rupp, Int. J. Quantum Chemistry 115(16), 2015",
        .parameters = {{feature_scale}},
        .known = {R"({"X": [[0, 0]], "Y": [[1, 2]]})", "[[0.22313016014842982]]"},
        .properties = non_negative | at_most_one | symmetric | positive_definite,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"X": [[1, 2]], "Y": [[1, 2]]})", "[[0, 0]]"},
    },
    [](const std::optional<Expr> &gamma) {
      return Kernel([=](const Tensor &x, const Tensor &y) {
        return exp(-or_one_over_features(gamma, x) * manhattan_distance(x, y));
      });
    });

inline constexpr auto sigmoid_kernel = define(
    Spec<2>{
        .name = "sigmoid_kernel",
        .summary = "tanh(gamma <x, y> + coef0).",
        .source = "Lin and Lin, A Study on Sigmoid Kernels for SVM, 2003; scikit-learn sigmoid_kernel",
        .parameters = {{feature_scale, number("coef0", 1.0, -1e30, 1e30, "constant")}},
        .known = {R"({"X": [[1, 2]], "Y": [[3, -1]]})", "[[0.9051482536448664]]"},
        .properties = symmetric,
    },
    [](const std::optional<Expr> &gamma, const Expr &coef0) {
      return Kernel([=](const Tensor &x, const Tensor &y) {
        return tanh(or_one_over_features(gamma, x) * dot(x, y) + coef0);
      });
    });

inline constexpr auto euclidean_distances = define(
    Spec<1>{
        .name = "euclidean_distances",
        .summary = "|x-y|, or its square.",
        .source = "scikit-learn euclidean_distances",
        .parameters = {{option("squared", 0.0, "true: the square")}},
        .known = {R"({"X": [[0, 0]], "Y": [[3, 4]]})", "[[5]]"},
        .properties = non_negative | symmetric,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"X": [[1, 2]], "Y": [[1, 2]]})", "[[0, 0]]"},
    },
    [](bool squared) {
      return Kernel([=](const Tensor &x, const Tensor &y) {
        return squared ? squared_distance(x, y) : distance(x, y);
      });
    });

inline constexpr auto manhattan_distances = define(
    Spec<0>{
        .name = "manhattan_distances",
        .summary = "sum_k |x_k - y_k|.",
        .source = "scikit-learn manhattan_distances",
        .parameters = {},
        .known = {R"({"X": [[0, 0]], "Y": [[3, -4]]})", "[[7]]"},
        .properties = non_negative | symmetric,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"X": [[1, 2]], "Y": [[1, 2]]})", "[[0, 0]]"},
    },
    [] { return Kernel([](const Tensor &x, const Tensor &y) { return manhattan_distance(x, y); }); });

inline constexpr auto minkowski_distances = define(
    Spec<1>{
        .name = "minkowski_distances",
        .summary = "(sum_k |x_k - y_k|^p)^(1/p); the derivative by a coordinate that both share is 0.",
        .source = "scipy.spatial.distance.minkowski; scikit-learn pairwise_distances",
        .parameters = {{number("p", 2.0, 1.0, 1e30, "exponent")}},
        .known = {R"({"X": [[0, 0]], "Y": [[3, -4]], "p": 3})", "[[4.497941445275415]]"},
        .properties = non_negative | symmetric,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"X": [[1, 2]], "Y": [[1, 2]]})", "[[0, 0]]"},
    },
    [](const Expr &p) {
      return Kernel([=](const Tensor &x, const Tensor &y) {
        Index k("k");
        return power_or_zero(sum(k, power_or_zero(abs(x(k) - y(k)), p)), 1.0 / p);
      });
    });

inline constexpr auto chebyshev_distances = define(
    Spec<0>{
        .name = "chebyshev_distances",
        .summary = "The largest |x_k - y_k|; of equal ones the derivative is shared.",
        .source = "scipy.spatial.distance.chebyshev; scikit-learn pairwise_distances",
        .parameters = {},
        .known = {R"({"X": [[0, 0]], "Y": [[3, -4]]})", "[[4]]"},
        .properties = non_negative | symmetric,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"X": [[1, 2]], "Y": [[1, 2]]})", "[[0, 0]]"},
    },
    [] {
      return Kernel([](const Tensor &x, const Tensor &y) {
        Index k("k");
        return max(k, abs(x(k) - y(k)));
      });
    });

inline constexpr auto canberra_distances = define(
    Spec<0>{
        .name = "canberra_distances",
        .summary = "sum_k |x_k - y_k| / (|x_k| + |y_k|); a term of two zeros is 0.",
        .source = "Lance and Williams, Australian Computer J. 1(1), 1967; scipy.spatial.distance.canberra",
        .parameters = {},
        .known = {R"({"X": [[1, 0, 2]], "Y": [[3, 0, -4]]})", "[[1.5]]"},
        .properties = non_negative | symmetric,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"X": [[1, 0]], "Y": [[1, 0]]})", "[[0, 0]]"},
        .arguments = histograms,
    },
    [] {
      return Kernel([](const Tensor &x, const Tensor &y) {
        Index k("k");
        Expr total = abs(x(k)) + abs(y(k));
        Expr none = total == 0.0, divisor = where(none, 1.0, total);
        // 1 less twice the share in common: its derivative does not cancel where one is far larger.
        Expr share = relu(overlap(x(k), y(k))) / divisor;
        return sum(k, where(none, 0.0, with_gradient_of(abs(x(k) - y(k)) / divisor, -2.0 * share)));
      });
    });

inline constexpr auto braycurtis_distances = define(
    Spec<0>{
        .name = "braycurtis_distances",
        .summary = "sum_k |x_k - y_k| / sum_k |x_k + y_k|; 0 where the second sum is.",
        .source = "Bray and Curtis, Ecological Monographs 27(4), 1957; scipy.spatial.distance.braycurtis",
        .parameters = {},
        .known = {R"({"X": [[1, 0, 2]], "Y": [[3, 1, 1]]})", "[[0.5]]"},
        .properties = non_negative | symmetric,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"X": [[1, 2]], "Y": [[1, 2]]})", "[[0, 0]]"},
        .arguments = histograms,
    },
    [] {
      return Kernel([](const Tensor &x, const Tensor &y) {
        Index k("k");
        Expr total = sum(k, abs(x(k) + y(k)));
        Expr none = total == 0.0, divisor = where(none, 1.0, total);
        // 1 less twice the share in common, as of `canberra_distances`.
        Expr share = sum(k, overlap(x(k), y(k))) / divisor;
        return where(none, 0.0, with_gradient_of(manhattan_distance(x, y) / divisor, -2.0 * share));
      });
    });

inline constexpr auto haversine_distances = define(
    Spec<0>{
        .name = "haversine_distances",
        .summary = "Angle between two places on a sphere, given as latitude and longitude in radians (the "
                   "first two columns).",
        .source = "Sinnott, Virtues of the Haversine, Sky and Telescope 68(2), 1984; scikit-learn",
        .parameters = {},
        .known = {R"({"X": [[0.5, 0.25]], "Y": [[-0.5, 1]]})", "[[1.230610602444292]]"},
        .properties = non_negative | symmetric,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"X": [[1, 2]], "Y": [[1, 2]]})", "[[0, 0]]"},
    },
    [] {
      return Kernel([](const Tensor &x, const Tensor &y) {
        Expr haversine =
            square(sin(0.5 * (x(0) - y(0)))) + cos(x(0)) * cos(y(0)) * square(sin(0.5 * (x(1) - y(1))));
        // Of the roots of both parts, so that it is right for opposite places, too.
        return 2.0 * atan2(power_or_zero(haversine, 0.5), power_or_zero(1.0 - haversine, 0.5));
      });
    });

} // namespace mercer::stdlib::kernels
