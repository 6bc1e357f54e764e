// Convolutions as index notation: long, depthwise, dynamic, of kernels and of mixtures.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Results.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace mercer::stdlib::convolution {

/// Every `stride`-th pixel along a dimension, from the first on.
inline Expr places_of(const Tensor &images, int dimension, int stride) {
  return floor_div(extent(images, dimension) - 1, stride) + 1;
}

inline constexpr auto causal_conv_long = define(
    Spec<3>{
        .name = "causal_conv_long",
        .summary = "y(b,o,t) = bias(o) + sum over channels and the past of psi(l,o,c) x(b,c,t-(L-1-l)): the "
                   "last position of psi "
                   "meets the present.",
        .source = "Romero et al., CKConv: Continuous Kernel Convolution For Sequential Data, ICLR 2022; "
                  "dwromero/ckconv",
        .parameters = {{points("x", "b,c,t", "signals"),
                        points("psi", "l,o,c", "kernel at L positions"),
                        {.name = "bias", .shape = "o", .doc = "0 when left out"}}},
        .known = {R"({"x": [[[1, 2, 3]]], "psi": [[[0.1]], [[0.2]], [[0.3]]]})", "[[[0.3, 0.8, 1.4]]]"},
    },
    [](const Tensor &x, const Tensor &psi, const std::optional<Tensor> &bias) {
      Index b("b"), o("o"), t("t", extent(x, 2)), c("c"), l("l");
      Expr y = sum({l, c}, psi(l, o, c) * padded(x, 0.0)(b, c, t + l - extent(psi, 0) + 1));
      return Tensor({b, o, t}, bias ? y + (*bias)(o) : y);
    });

inline constexpr auto depthwise_conv2d = define(
    Spec<5>{
        .name = "depthwise_conv2d",
        .summary =
            "Each channel with a kernel of its own, dilation d, zeros outside, the size stays (k odd).",
        .source = "torch.nn.functional.conv2d with groups = C; Ding et al., UniRepLKNet, CVPR 2024",
        .parameters = {{points("X", "n,c,h,w", "images"),
                        points("K", "c,3,3", "a kernel for each channel, odd size"),
                        {.name = "b", .shape = "c", .doc = "bias; 0 when left out"},
                        option("k", 0.0, "size of the kernels; 0: that of K"),
                        option("d", 1.0, "dilation")}},
        .known = {R"({"X": [[[[1, 2, 3]]]], "K": [[[0, 0, 0], [1, 0, -1], [0, 0, 0]]]})",
                  "[[[[-2, -2, 2]]]]"},
    },
    [](const Tensor &x, const Tensor &kernel, const std::optional<Tensor> &bias, int k, int d) {
      check_whole("depthwise_conv2d", "k", k, 0, 1000000);
      check_whole("depthwise_conv2d", "d", d, 1, 1000000);
      Expr size = k > 0 ? Expr(k) : extent(kernel, 1);
      Index n("n"), c("c"), h("h", extent(x, 2)), w("w", extent(x, 3)), r("r", size), s("s", size);
      Expr border = d * floor_div(size - 1, 2);
      Expr y = sum({r, s}, kernel(c, r, s) * padded(x, 0.0)(n, c, h + d * r - border, w + d * s - border));
      return Tensor({n, c, h, w}, bias ? y + (*bias)(c) : y);
    });

inline constexpr auto mixconv = define(
    Spec<4>{
        .name = "mixconv",
        .summary = "Depthwise convolution whose kernels have one of several sizes, by groups of channels; zeros outside, the "
                   "size stays (over the stride, rounded up).",
        .source = "Tan and Le, MixConv: Mixed Depthwise Convolutional Kernels, BMVC 2019; tensorflow/tpu mixnet, whose groups have "
                  "tensors of their own",
        .parameters = {{points("X", "b,h,w,c", "images"),
                        points("W", "9,9,c", "kernels, as large as the largest; a group uses the middle of them"),
                        option("kernel_sizes", {3.0, 5.0, 7.0, 9.0},
                               "odd sizes, a group of c / groups channels each; the first has the rest, too"),
                        option("stride", 1.0, "step between pixels of the result")}},
        .known = {R"({"X": [[[[1, 10], [2, 20], [3, 30]]]], "kernel_sizes": [3, 1],)"
                  R"( "W": [[[0, 5], [0, 5], [0, 5]], [[1, 5], [0, 2], [-1, 5]], [[0, 5], [0, 5], [0, 5]]]})",
                  "[[[[-2, 20], [-2, 40], [2, 60]]]]"},
    },
    [](const Tensor &x, const Tensor &kernel, const std::vector<double> &sizes, int stride) {
      check_whole("mixconv", "stride", stride, 1, 1000000);
      if (sizes.empty())
        reject_parameter("mixconv", "kernel_sizes", "at least one size", "none");
      for (double size : sizes)
        if (!(size >= 1 && size <= 1001 && std::fmod(size, 2) == 1))
          reject_parameter("mixconv", "kernel_sizes", "odd sizes from 1 to 1001", to_text(Expr(size)));
      const auto groups = static_cast<std::int64_t>(sizes.size());
      const auto largest = static_cast<std::int64_t>(*std::max_element(sizes.begin(), sizes.end()));
      Index b("b"), h("h", places_of(x, 1, stride)), w("w", places_of(x, 2, stride)), c("c"), r("r", largest), s("s", largest);
      const Expr share = floor_div(extent(x, 3), groups), rest = extent(x, 3) - share * groups;
      auto by_group = [&](const std::function<Expr(std::int64_t size)> &value) {
        Expr chosen = value(static_cast<std::int64_t>(sizes.back()));
        for (std::int64_t g = groups - 1; g-- > 0;)
          chosen = where(c < rest + share * (g + 1), value(static_cast<std::int64_t>(sizes[static_cast<std::size_t>(g)])), chosen);
        return chosen;
      };
      auto place = [&](const Index &pixel, const Index &tap, int dimension) {
        Expr first = by_group([&](std::int64_t size) {
          Expr around = maximum((places_of(x, dimension, stride) - 1) * stride + size - extent(x, dimension), 0);
          return floor_div(around, 2) + (largest - size) / 2;
        });
        return stride * pixel + tap - first;
      };
      Expr reach = by_group([](std::int64_t size) { return Expr(size / 2); });
      Expr used = abs(r - largest / 2) <= reach && abs(s - largest / 2) <= reach;
      return Tensor({b, h, w, c}, sum({r, s}, kernel(r, s, c) * padded(x, 0.0)(b, place(h, r, 1), place(w, s, 2), c), used));
    });

inline constexpr auto gaussian_mixture_convolution = define(
    Spec<6>{
        .name = "gaussian_mixture_convolution",
        .summary = "The convolution of two mixtures of Gaussians, a mixture of all pairs: weights, means and covariances.",
        .source = "Celarek et al., Gaussian Mixture Convolution Networks, ICLR 2022; cg-tuwien src/gmc/mixture.py",
        .parameters = {{points("a", "m", "weights of f, its integrals"), points("mu", "m,k", "means of f"),
                        points("S", "m,k,k", "covariances of f"), points("b", "n", "weights of g"), points("nu", "n,k", "means of g"),
                        points("T", "n,k,k", "covariances of g")}},
        .known = {R"({"a": [1, -0.5], "mu": [[0, 0], [1, 0]], "S": [[[1, 0], [0, 1]], [[2, 0], [0, 1]]],)"
                  R"( "b": [2], "nu": [[1, 1]], "T": [[[0.5, 0], [0, 0.5]]]})",
                  "[[2], [-1]]"},
    },
    [](const Tensor &a, const Tensor &mu, const Tensor &s, const Tensor &b, const Tensor &nu, const Tensor &t) {
      Index m("m"), n("n"), k("k"), l("l");
      return MixtureOfPairs{Tensor({m, n}, a(m) * b(n)), Tensor({m, n, k}, mu(m, k) + nu(n, k)),
                            Tensor({m, n, k, l}, s(m, k, l) + t(n, k, l))};
    });

inline constexpr auto pixelwise_dynamic_filter = define(
    Spec<5>{
        .name = "pixelwise_dynamic_filter",
        .summary = "Each pixel with a kernel of its own, the same for all channels; outside the image is its "
                   "reflection, or zero.",
        .source = "Kim et al., IDF: Iterative Dynamic Filtering Networks for Generalizable Image Denoising, "
                  "ICCV 2025; "
                  "dongjinkim9/IDF",
        .parameters = {{points("X", "b,c,h,w", "images, larger than the kernel's reach where reflected"),
                        points("Kp", "b,3,3,h,w", "kernels by pixel"),
                        option("k", 3.0, "size of the kernels, odd"), option("d", 1.0, "dilation"),
                        option("boundary", "reflect", "reflect|zero")}},
        .known =
            {R"({"X": [[[[1, 2, 4]]]], "Kp": [[[[[0, 0, 0]], [[0, 0, 0]], [[0, 0, 0]]], [[[0.25, 0.25, 0.25]], [[0.5, 0.5, 0.5]], [[0.25, 0.25, 0.25]]], [[[0, 0, 0]], [[0, 0, 0]], [[0, 0, 0]]]]]})",
             "[[[[1.5, 2.25, 3]]]]"},
    },
    [](const Tensor &x, const Tensor &kernels, int k, int d, const std::string &boundary) {
      check_whole("pixelwise_dynamic_filter", "k", k, 1, 1000);
      check_whole("pixelwise_dynamic_filter", "d", d, 1, 1000);
      check_option("pixelwise_dynamic_filter", "boundary", boundary, {"reflect", "zero"});
      Index b("b"), c("c"), h("h", extent(x, 2)), w("w", extent(x, 3)), r("r", k), s("s", k);
      Expr row = h + d * r - d * ((k - 1) / 2), column = w + d * s - d * ((k - 1) / 2);
      auto reflected = [](const Expr &place, const Expr &size) {
        Expr inside = maximum(place, -place);
        return clamp(minimum(inside, 2 * size - 2 - inside), 0, size - 1);
      };
      Expr pixel = boundary == "zero"
                       ? padded(x, 0.0)(b, c, row, column)
                       : x(b, c, reflected(row, extent(x, 2)), reflected(column, extent(x, 3)));
      return Tensor({b, c, h, w}, sum({r, s}, kernels(b, r, s, h, w) * pixel));
    });

inline constexpr auto dilated_reparam_merge = define(
    Spec<5>{
        .name = "dilated_reparam_merge",
        .summary = "A large kernel plus a dilated branch as one kernel: a0(c) K0 + a_i(c) K_i at every r-th "
                   "place, centred.",
        .source = "Ding et al., UniRepLKNet, CVPR 2024; AILab-CVC/UniRepLKNet",
        .parameters =
            {{points("K0", "c,5,5", "large kernels"),
              points("K_i", "c,3,3", "kernels of the branch, (k0 - 1) / r + 1 at most"),
              option("r", 2.0, "dilation of the branch"),
              {.name = "a0", .shape = "c", .doc = "gamma / sqrt(var + eps) of K0's norm; 1 when left out"},
              {.name = "a_i",
               .shape = "c",
               .doc = "gamma / sqrt(var + eps) of the branch's; 1 when left out"}}},
        .known = {R"({"K0": [[[1, 1, 1], [1, 1, 1], [1, 1, 1]]], "K_i": [[[1, 2], [3, 4]]]})",
                  "[[[2, 1, 3], [1, 1, 1], [4, 1, 5]]]"},
    },
    [](const Tensor &k0, const Tensor &branch, int dilation, const std::optional<Tensor> &a0,
       const std::optional<Tensor> &a_i) {
      check_whole("dilated_reparam_merge", "r", dilation, 1, 1000000);
      Index c("c"), r("r"), s("s");
      auto from = [&](const Expr &place, int dimension) {
        Expr reach = dilation * (extent(branch, dimension) - 1) + 1;
        return place - floor_div(extent(k0, dimension) - reach, 2);
      };
      Expr row = from(r, 1), column = from(s, 2);
      Expr met = row % dilation == 0 && column % dilation == 0;
      Expr element =
          where(met, padded(branch, 0.0)(c, floor_div(row, dilation), floor_div(column, dilation)), 0.0);
      return Tensor({c, r, s},
                    (a0 ? (*a0)(c)*k0(c, r, s) : k0(c, r, s)) + (a_i ? (*a_i)(c)*element : element));
    });

inline constexpr auto conv_patch_gram = define(
    Spec<3>{
        .name = "conv_patch_gram",
        .summary = "Mean products of image patches with inducing patches (ti, zeros outside), of these with "
                   "one another (ii), and "
                   "the mean square of each image patch (t, over what is inside only).",
        .source = "Milsom, Anson and Aitchison, Convolutional Deep Kernel Machines, ICLR 2024; "
                  "edwardmilsom/convdkmpaper",
        .parameters = {{points("X", "b,h,w,c", "images"), points("P", "i,3,3,c", "inducing patches, F by F"),
                        option("F", 3.0, "size of a patch, odd")}},
        .known = {R"({"X": [[[[1], [2]]]], "P": [[[[0], [0], [0]], [[9], [18], [0]], [[0], [0], [0]]]]})",
                  "[[[[2], [5]]]]"},
    },
    [](const Tensor &x, const Tensor &p, int size) {
      check_whole("conv_patch_gram", "F", size, 1, 1000);
      Index b("b"), h("h", extent(x, 1)), w("w", extent(x, 2)), c("c"), i("i"), j("j"), r("r", size),
          s("s", size);
      Expr elements = to_real(extent(x, 3)) * static_cast<double>(size * size);
      Expr row = h + r - size / 2, column = w + s - size / 2;
      Tensor ti({b, h, w, i}, sum({r, s, c}, padded(x, 0.0)(b, row, column, c) * p(i, r, s, c)) / elements);
      Tensor ii({i, j}, sum({r, s, c}, p(i, r, s, c) * p(j, r, s, c)) / elements);
      Expr inside = row >= 0 && row < extent(x, 1) && column >= 0 && column < extent(x, 2);
      Tensor t({b, h, w}, mean({r, s}, mean(c, square(padded(x, 0.0)(b, row, column, c))), inside));
      return PatchGrams{ti, ii, t};
    });

inline constexpr auto conv_kernel_mixup = define(
    Spec<6>{
        .name = "conv_kernel_mixup",
        .summary = "Convolution of a kernel with inducing points by the weights C = W / sqrt(I): ti (zeros "
                   "outside), ii, and the "
                   "mean t over what is inside.",
        .source = "Milsom, Anson and Aitchison, Convolutional Deep Kernel Machines, ICLR 2024; "
                  "edwardmilsom/convdkmpaper",
        .parameters = {{points("K_ii", "i,i", "kernel of the inducing points"),
                        points("K_ti", "b,h,w,i", "of the images and the inducing points"),
                        points("K_t", "b,h,w", "its diagonal at the images"),
                        points("W", "o,i,3,3", "mixing weights, F by F"),
                        option("F", 3.0, "size of a patch, odd"),
                        option("stride", 1.0, "step between patches")}},
        .known = {R"({"K_ii": [[2]], "K_ti": [[[[3]]]], "K_t": [[[5]]], "W": [[[[4]]]], "F": 1})",
                  "[[[[12]]]]"},
    },
    [](const Tensor &k_ii, const Tensor &k_ti, const Tensor &k_t, const Tensor &weights, int size,
       int stride) {
      check_whole("conv_kernel_mixup", "F", size, 1, 1000);
      check_whole("conv_kernel_mixup", "stride", stride, 1, 1000);
      Index b("b"), h("h", places_of(k_ti, 1, stride)), w("w", places_of(k_ti, 2, stride)), i("i"), j("j"), o("o"), q("q"), r("r", size),
          s("s", size);
      Expr scale = rsqrt(to_real(extent(k_ii, 0))), area = static_cast<double>(size * size);
      Expr row = stride * h + r - size / 2, column = stride * w + s - size / 2;
      Tensor ti({b, h, w, o},
                scale / area * sum({r, s, i}, weights(o, i, r, s) * padded(k_ti, 0.0)(b, row, column, i)));
      Tensor mixed({o, j, r, s}, sum(i, weights(o, i, r, s) * k_ii(i, j)));
      Tensor ii({o, q}, square(scale) / area * sum({r, s, j}, mixed(o, j, r, s) * weights(q, j, r, s)));
      Expr inside = row >= 0 && row < extent(k_t, 1) && column >= 0 && column < extent(k_t, 2);
      Tensor t({b, h, w}, mean({r, s}, padded(k_t, 0.0)(b, row, column), inside));
      return PatchGrams{ti, ii, t};
    });

} // namespace mercer::stdlib::convolution
