// Kernels of neural networks: of infinite width, of random features, of gradients that are given.
#pragma once

#include "mercer/stdlib/Activation.h"
#include "mercer/stdlib/ArcCosine.h"
#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Kernel.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mercer::stdlib::kernels {

/// The depth of a network. @throws Error(bad_option)
inline void check_depth(const char *entry, const char *parameter, int depth, int least) {
  check_whole(entry, parameter, depth, least, 50);
}

inline constexpr auto arc_cosine_kernel = define(
    Spec<1>{
        .name = "arc_cosine_kernel",
        .summary = "2 E[step(w.x) step(w.y) (w.x)^n (w.y)^n] over normal w: the kernel of infinitely many units of "
                   "degree n. A zero vector has the angle pi / 2 with every other.",
        .source = "Cho and Saul, Kernel Methods for Deep Learning, NeurIPS 2009",
        .parameters = {{option("order", 1.0, "degree of the units: 0 (step), 1 (relu) or 2")}},
        .known = {R"({"X": [[1, 2]], "Y": [[-0.5, 1]]})", "[[1.6938689194162817]]"},
        .properties = non_negative | symmetric | positive_definite,
        .smoothness = Smoothness::once,
        .kink = {R"({"X": [[1, 2]], "Y": [[1, 2]]})", "[[1, 2]]"},
    },
    [](int order) {
      check_whole("arc_cosine_kernel", "order", order, 0, 2);
      return Kernel([=](const Tensor &x, const Tensor &y) {
        Expr value = arc_cosine(order, angle_of(x, y));
        if (order == 0)
          return value;
        return order == 1 ? norm(x) * norm(y) * value : 3.0 * squared_norm(x) * squared_norm(y) * value;
      });
    });

inline constexpr auto nngp_recursion = define(
    Spec<3>{
        .name = "nngp_recursion",
        .summary = "Covariance of the outputs of an infinitely wide network of L layers with rectified "
                   "linear units.",
        .source =
            "Lee et al., Deep Neural Networks as Gaussian Processes, ICLR 2018; bmdal_reg ReLUNNGPFeatureMap",
        .parameters = {{option("L", 3.0, "layers, 1 is linear"),
                        number("sw", 2.0, 0.0, 1e30, "variance of the weights"),
                        number("sb", 0.0, 0.0, 1e30, "variance of the biases")}},
        .known = {R"({"X": [[1, 0.5]], "Y": [[-0.2, 0.8]], "sb": 0.1})", "[[0.8052987565639609]]"},
        .properties = symmetric | positive_definite,
        .smoothness = Smoothness::once,
    },
    [](int layers, const Expr &sw, const Expr &sb) {
      check_depth("nngp_recursion", "L", layers, 1);
      return Kernel([=](const Tensor &x, const Tensor &y) {
        Covariance s = input_covariance(x, y, sw / to_real(extent(x, 0)), sb);
        for (int layer = 2; layer <= layers; ++layer)
          s = after_relu(s, sw, sb);
        return s.value();
      });
    });

inline constexpr auto ntk_relu = define(
    Spec<3>{
        .name = "ntk_relu",
        .summary =
            "Neural tangent kernel of an infinitely wide network of L layers with rectified linear units.",
        .source =
            "Jacot, Gabriel and Hongler, Neural Tangent Kernel, NeurIPS 2018; bmdal_reg ReLUNTKFeatureMap",
        .parameters = {{option("L", 3.0, "layers, 1 is linear"),
                        number("sw", 2.0, 0.0, 1e30, "variance of the weights"),
                        number("sb", 0.0, 0.0, 1e30, "variance of the biases")}},
        .known = {R"({"X": [[1, 0.5]], "Y": [[-0.2, 0.8]], "sb": 0.1})", "[[1.3245154811033084]]"},
        .properties = symmetric | positive_definite,
        .smoothness = Smoothness::kinked, // the angle has a kink where points coincide
    },
    [](int layers, const Expr &sw, const Expr &sb) {
      check_depth("ntk_relu", "L", layers, 1);
      return Kernel([=](const Tensor &x, const Tensor &y) {
        Covariance s = input_covariance(x, y, sw / to_real(extent(x, 0)), sb);
        Expr tangent = s.value();
        for (int layer = 2; layer <= layers; ++layer) {
          Expr slope = 0.5 * arc_cosine(0, s.angle);
          s = after_relu(s, sw, sb);
          tangent = s.value() + sw * tangent * slope;
        }
        return tangent;
      });
    });

inline constexpr auto nngp_relu_erf_mlp = define(
    Spec<5>{
        .name = "nngp_relu_erf_mlp",
        .summary = "Covariance of an infinitely wide network of L hidden layers with a linear readout.",
        .source =
            "Lee et al., Scale Mixtures of Neural Network Gaussian Processes, ICLR 2022; neural_tangents",
        .parameters = {{option("L", 3.0, "hidden layers"),
                        number("sw", 1.0, 0.0, 1e30, "deviation of the weights"),
                        number("sb", 0.0, 0.0, 1e30, "deviation of the biases"),
                        option("act", "relu", "relu|erf: the activation"),
                        number("s_last", 1.0, 0.0, 1e30, "deviation of the readout's weights")}},
        .known = {R"({"X": [[1, 0.5]], "Y": [[-0.2, 0.8]], "L": 2, "sw": 1.5, "sb": 0.1})",
                  "[[0.3398531251476956]]"},
        .properties = symmetric | positive_definite,
        .smoothness = Smoothness::once,
    },
    [](int layers, const Expr &sw, const Expr &sb, const std::string &act, const Expr &s_last) {
      check_depth("nngp_relu_erf_mlp", "L", layers, 1);
      check_option("nngp_relu_erf_mlp", "act", act, {"relu", "erf"});
      return Kernel([=](const Tensor &x, const Tensor &y) {
        Expr weight = square(sw), bias = square(sb), scale = weight / to_real(extent(x, 0));
        if (act == "relu") {
          Covariance s = input_covariance(x, y, scale, bias);
          for (int layer = 1; layer < layers; ++layer)
            s = after_relu(s, weight, bias);
          return square(s_last) * after_relu(s, 1.0, 0.0).value();
        }
        Expr xx = scale * squared_norm(x) + bias, yy = scale * squared_norm(y) + bias,
             xy = scale * dot(x, y) + bias;
        auto activated = [](const Expr &s, const Expr &a, const Expr &b) {
          return (2 / std::numbers::pi) * asin(2.0 * s * rsqrt((1.0 + 2.0 * a) * (1.0 + 2.0 * b)));
        };
        for (int layer = 1; layer < layers; ++layer) {
          Expr next = weight * activated(xy, xx, yy) + bias;
          xx = weight * activated(xx, xx, xx) + bias;
          yy = weight * activated(yy, yy, yy) + bias;
          xy = next;
        }
        return square(s_last) * activated(xy, xx, yy);
      });
    });

inline constexpr auto zonal_arccos_kernel = define(
    Spec<3>{
        .name = "zonal_arccos_kernel",
        .summary =
            "v |x'| |y'| times the arc-cosine shape of degree 1 of the angle of x' = [x / ard; b] and y'.",
        .source =
            "Dutordoir, Durrande and Hensman, Sparse Gaussian Processes with Spherical Harmonic Features, "
            "ICML 2020",
        .parameters = {{number("v", 1.0, 0.0, 1e30, "variance"), number("b", 1.0, -1e30, 1e30, "bias"),
                        number("ard", 1.0, 0.0, 1e30,
                               "length of all dimensions; others by scaling the inputs")}},
        .known = {R"({"x": [[1, 2]], "y": [[-0.5, 1]], "v": 2})", "[[5.405150882024266]]"},
        .properties = non_negative | symmetric | positive_definite,
        .smoothness = Smoothness::once,
        .arguments = {{points("x", "i,d", "inputs, one a row"), points("y", "j,d", "inputs, one a row")}},
    },
    [](const Expr &v, const Expr &b, const Expr &ard) {
      return Kernel([=](const Tensor &x, const Tensor &y) {
        // The covariance after relu is half of the arc-cosine kernel.
        return v * after_relu(input_covariance(x, y, 1.0 / square(ard), square(b)), 2.0, 0.0).value();
      });
    });

inline constexpr auto ntk_smooth_activation = define(
    Spec<2>{
        .name = "ntk_smooth_activation",
        .summary = "Neural tangent kernel of L layers of units max(0, u)^s on unit vectors; inputs are normalised.",
        .source = "Salgia, Provably and Practically Efficient Neural Contextual Bandits, ICML 2023",
        .parameters = {{option("s", 2.0, "power of the units: 1, 2 or 3"), option("L", 2.0, "layers")}},
        .known = {R"({"X": [[1, 0]], "Y": [[0.4, 0.916515138991168]], "s": 3})", "[[0.5206497526002036]]"},
        .properties = symmetric | positive_definite | scale_invariant,
        .smoothness = Smoothness::once,
    },
    [](int s, int layers) {
      check_whole("ntk_smooth_activation", "s", s, 1, 3);
      check_depth("ntk_smooth_activation", "L", layers, 0);
      return Kernel([=](const Tensor &x, const Tensor &y) {
        Expr angle = angle_of(x, y), tangent = cos(angle);
        for (int layer = 1; layer <= layers; ++layer) {
          tangent = (s * s / (2.0 * s - 1)) * arc_cosine(s - 1, angle) * tangent + arc_cosine(s, angle);
          if (layer < layers)
            angle = angle_of_gap(arc_cosine_gap(s, angle));
        }
        return tangent;
      });
    });

inline constexpr auto hierarchical_cnn_nngp_ntk = define(
    Spec<3>{
        .name = "hierarchical_cnn_nngp_ntk",
        .summary = "Covariance (element 0) and neural tangent kernel (element 1) of a convolutional network "
                   "on patches "
                   "that do not overlap, with a mean over the last positions.",
        .source = "Cagnetta, Favero and Wyart, What Can Be Learnt With Wide Convolutional Neural Networks?, "
                  "ICML 2023",
        .parameters = {{points("x", "i,p", "patches, one a row, normalised inside"),
                        points("y", "i,p", "patches, one a row, normalised inside"),
                        option(
                            "s", {2.0, 2.0},
                            "sizes: of the patches (how x was cut; not used), then of each layer's blocks of "
                            "neighbours. Positions that fill no block are left out")}},
        .known = {R"({"x": [[1, 0], [0.6, 0.8]], "y": [[0, 1], [0.8, 0.6]]})",
                  "[0.7063213648618251, 1.4830667503930022]"},
        .properties = symmetric,
        .smoothness = Smoothness::kinked, // the angle has a kink where points coincide
    },
    [](const Tensor &x, const Tensor &y, const std::vector<double> &s) {
      auto is_size = [](double size) { return size >= 1 && size <= 1e6 && size == std::floor(size); };
      if (s.empty() || s.size() > 50 || !std::ranges::all_of(s, is_size))
        throw Error(ErrorCode::bad_option,
                    "hierarchical_cnn_nngp_ntk, parameter 's': expected from 1 to 50 sizes, "
                    "whole numbers of at least 1");
      Index i("i"), output("output", 2);
      Expr first = angle_of(x[i], y[i]);
      // What a layer gives at each position: 1 less the covariance, and the tangent kernel.
      Tensor gap(i, arc_cosine_gap(1, first));
      Tensor tangent(i, arc_cosine(1, first) + cos(first) * arc_cosine(0, first));
      Expr positions = extent(x, 0);
      for (std::size_t layer = 1; layer < s.size(); ++layer) {
        const auto size = static_cast<std::int64_t>(s[layer]);
        positions = floor_div(positions, size);
        Index block("block", positions), child("child", size);
        Expr angle = angle_of_gap(mean(child, gap(size * block + child)));
        Expr below = mean(child, tangent(size * block + child));
        tangent = Tensor(block, arc_cosine(1, angle) + below * arc_cosine(0, angle));
        gap = Tensor(block, arc_cosine_gap(1, angle));
      }
      Index last("last", positions);
      return Tensor(output, where(output == 0, 1.0 - mean(last, gap(last)), mean(last, tangent(last))));
    });

inline constexpr auto random_feature_kernel = define(
    Spec<4>{
        .name = "random_feature_kernel",
        .summary = "sum over m of phi(<V_m, x_i>) phi(<V_m, x_j>), plus lambda on the diagonal.",
        .source = "Rahimi and Recht, NeurIPS 2007; Bombari, Kiyani and Mondelli, ICML 2023",
        .parameters = {{points("X", "i,k", "inputs"), points("V", "m,k", "random weights"),
                        option("phi", "relu", "relu|tanh: the activation; also erf, cos, sin, step, linear"),
                        number("lambda", 0.0, 0.0, 1e30, "ridge")}},
        .known = {R"({"X": [[1, 0], [1, 1]], "V": [[1, 2], [-1, 0.5]]})", "[[1, 3], [3, 9]]"},
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &x, const Tensor &v, const std::string &phi, const Expr &lambda) {
      Index i("i"), j("j"), m("m");
      Tensor feature({i, m}, activation("random_feature_kernel", "phi", phi)(dot(x[i], v[m])));
      return Tensor({i, j}, dot(feature[i], feature[j]) + where(i == j, lambda, 0.0));
    });

inline constexpr auto ntk_feature_kernel = define(
    Spec<3>{
        .name = "ntk_feature_kernel",
        .summary =
            "<x_i, x_j> times the sum over m of phi'(<W_m, x_i>) phi'(<W_m, x_j>): the tangent kernel of the "
            "first layer's weights.",
        .source = "Bombari, Kiyani and Mondelli, Beyond the Universal Law of Robustness, ICML 2023",
        .parameters = {{points("X", "i,k", "inputs"), points("W", "m,k", "weights"),
                        option("phi", "tanh", "tanh|relu: the activation; also erf, cos, sin, linear")}},
        .known = {R"({"X": [[1, 0], [1, 1]], "W": [[0.5, -0.5]]})",
                  "[[0.6185000366872466, 0.7864477329659274], [0.7864477329659274, 2]]"},
    },
    [](const Tensor &x, const Tensor &w, const std::string &phi) {
      Index i("i"), j("j"), m("m");
      auto f = activation("ntk_feature_kernel", "phi", phi);
      Tensor slope({i, m}, derivative(f, dot(x[i], w[m])));
      return Tensor({i, j}, dot(x[i], x[j]) * dot(slope[i], slope[j]));
    });

/// <row_i, row_j> + constant, or that over the roots of the diagonal: 0 for a row whose own product is 0.
inline Tensor gram_of(const Tensor &rows, const Expr &constant, bool normalise) {
  Index i("i"), j("j");
  Expr product = dot(rows[i], rows[j]) + constant;
  if (!normalise)
    return Tensor({i, j}, product);
  Tensor length(i, maximum(power_or_zero(squared_norm(rows[i]) + constant, 0.5), 1e-12));
  return Tensor({i, j}, product / (length(i) * length(j)));
}

inline constexpr auto trace_ntk = define(
    Spec<2>{
        .name = "trace_ntk",
        .summary =
            "Sum over outputs and parameters of the products of Jacobians; normalised to 1 on the diagonal. "
            "A Jacobian of zeros gives 0.",
        .source =
            "Engel et al., Faithful and Efficient Explanations for Neural Networks via Neural Tangent Kernel "
            "Surrogate Models, ICLR 2024",
        .parameters = {{points("J", "i,c,p", "derivative of output c at sample i by parameter p"),
                        option("normalise", 1.0, "true: divide by the roots of the diagonal")}},
        .known = {R"({"J": [[[1, 2], [0, 1]], [[3, -1], [1, 0]]], "normalise": 0})", "[[6, 1], [1, 11]]"},
    },
    [](const Tensor &jacobian, bool normalise) {
      Index i("i"), j("j"), c("c"), p("p");
      Expr length = maximum(sqrt(sum({c, p}, square(jacobian(i, c, p)))), 1e-12);
      Tensor unit = normalise ? Tensor({i, c, p}, jacobian(i, c, p) / Tensor(i, length)(i)) : jacobian;
      return Tensor({i, j}, sum({c, p}, unit(i, c, p) * unit(j, c, p)));
    });

inline constexpr auto pseudo_ntk = define(
    Spec<2>{
        .name = "pseudo_ntk",
        .summary =
            "Products of the gradients of the summed outputs; normalised to 1 on the diagonal. A gradient of "
            "zeros gives 0.",
        .source = "Mohamadi, Bae and Sutherland, ICML 2023; Engel et al., ICLR 2024; pnnl/projection_ntk",
        .parameters = {{points("g", "i,p", "gradient of the sum of the outputs at each sample"),
                        option("normalise", 1.0, "true: divide by the roots of the diagonal")}},
        .known = {R"({"g": [[1, 2], [3, -1]]})", "[[1, 0.1414213562373095], [0.1414213562373095, 1]]"},
    },
    [](const Tensor &g, bool normalise) { return gram_of(g, 0.0, normalise); });

inline constexpr auto conjugate_kernel = define(
    Spec<3>{
        .name = "conjugate_kernel",
        .summary = "Products of the inputs of the last layer.",
        .source = "Fan and Wang, Spectra of the Conjugate Kernel and Neural Tangent Kernel, NeurIPS 2020; "
                  "pnnl/projection_ntk",
        .parameters = {{points("H", "i,k", "features that the last layer reads"),
                        option("normalise", 0.0, "true: divide by the roots of the diagonal"),
                        option("bias", 0.0, "true: a constant feature 1 is added")}},
        .known = {R"({"H": [[1, 2], [3, -1]], "normalise": 1, "bias": 1})",
                  "[[1, 0.2461829819586654], [0.2461829819586654, 1]]"},
    },
    [](const Tensor &h, bool normalise, bool bias) { return gram_of(h, bias ? 1.0 : 0.0, normalise); });

inline constexpr auto linear_layer_gradient_kernel = define(
    Spec<3>{
        .name = "linear_layer_gradient_kernel",
        .summary = "Tangent kernel of one linear layer: the products of its inputs times those of the "
                   "derivatives by its "
                   "outputs.",
        .source = "Holzmueller et al., JMLR 24(164), 2023; bmdal_reg ProductFeatureMap",
        .parameters = {{points("h", "i,k", "inputs of the layer"),
                        points("dz", "i,o", "derivatives by the outputs of the layer"),
                        option("bias", 0.0, "true: the layer has one")}},
        .known = {R"({"h": [[1, 2], [0, 1]], "dz": [[0.5, -1], [2, 0.5]]})", "[[6.25, 1], [1, 4.25]]"},
    },
    [](const Tensor &h, const Tensor &dz, bool bias) {
      Index i("i"), j("j");
      return Tensor({i, j}, (dot(h[i], h[j]) + (bias ? 1.0 : 0.0)) * dot(dz[i], dz[j]));
    });

} // namespace mercer::stdlib::kernels
