// Losses of segmentation and detection.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Results.h"

#include <cmath>
#include <numbers>

namespace mercer::stdlib::detection {

inline constexpr auto soft_dice_loss = define(
    Spec<4>{
        .name = "soft_dice_loss",
        .summary = "1 - (2 sum p g + eps) / (sum p + sum g + eps) of each image and channel, p = sigmoid(z).",
        .source = "Milletari et al., V-Net, 3DV 2016; monai.losses.DiceLoss(sigmoid=True)",
        .parameters = {{points("z", "b,c,x",
                               "logits; any number of dimensions after the second is summed over"),
                        binary("g", "b,c,x", "target, 0 or 1"), number("eps", 1e-5, 0.0, 1e30, "smoothing"),
                        reduction()}},
        .known = {R"({"z": [[[0, 0]]], "g": [[[1, 1]]], "eps": 0})", "0.3333333333333333"},
        .properties = non_negative | at_most_one,
    },
    [](const Tensor &z, const Tensor &g, const Expr &eps, const Reduction &reduction) {
      if (z.rank() < 3)
        throw Error(ErrorCode::rank_mismatch,
                    "soft_dice_loss, argument 'z': expected rank 3 or more, given rank " +
                        std::to_string(z.rank()));
      auto i = indices_of(z);
      std::vector<Index> inner(i.begin() + 2, i.end());
      Expr p = sigmoid(at(z, i)), target = at(g, i);
      Expr dice = (2.0 * sum(inner, p * target) + eps) / (sum(inner, p) + sum(inner, target) + eps);
      return Loss({i[0], i[1]}, 1.0 - dice, reduction);
    });

inline constexpr auto regularized_mixture_detection_nll = define(
    Spec<8>{
        .name = "regularized_mixture_detection_nll",
        .summary = "-log of the likelihood of each true box and class under a mixture of all predictions, "
                   "times the number "
                   "of boxes.",
        .source = "Joo et al., End-to-End Multi-Object Detection with a Regularized Mixture Model, ICML "
                  "2023; lhj815/D-RMM",
        .parameters =
            {{points("gt", "i,4", "true boxes x1 y1 x2 y2"), labels("c", "i", "their classes"),
              points("loc", "k,4", "predicted boxes"), positive("sc", "k,4", "their scales, above 0"),
              probabilities("p", "k,c", "their class probabilities"), points("f", "k", "foreground scores"),
              number("min_sc_ratio", 0.04, 0.0, 1e30, "least scale over the predicted width or height"),
              option("dist", "cauchy", "cauchy|gaussian: density of a coordinate")}},
        .known =
            {R"({"gt": [[0, 0, 1, 1]], "c": [0], "loc": [[0, 0, 1, 1]], "sc": [[1, 1, 1, 1]], "p": [[0.5, 0.5]],
                      "f": [0]})",
             "5.272066723762728"},
        .smoothness = Smoothness::kinked,
    },
    // All in logarithms: products of four densities of pixels leave the range of numbers. Without boxes the
    // loss is 0.
    [](const Tensor &gt, const Tensor &c, const Tensor &loc, const Tensor &sc, const Tensor &p,
       const Tensor &f, const Expr &min_sc_ratio, const std::string &dist) {
      check_option("regularized_mixture_detection_nll", "dist", dist, {"cauchy", "gaussian"});
      Index i("i"), k("k"), l("l"), j("j", 4);
      Expr side = loc(k, j % 2 + 2) - loc(k, j % 2);
      Tensor scale({k, j}, maximum(sc(k, j), min_sc_ratio * side));
      Expr off = (gt(i, j) - loc(k, j)) / scale(k, j);
      Expr density = dist == "cauchy" ? -std::log(std::numbers::pi) - log1p(square(off))
                                      : -0.5 * std::log(2 * std::numbers::pi) - 0.5 * square(off);
      Expr share = log_sigmoid(f(k)) - logsumexp(l, log_sigmoid(f(l))) + log(to_real(extent(gt, 0)));
      Expr possible = p(k, c(i)) > 0.0, chance = log(where(possible, p(k, c(i)), 1.0));
      Expr likelihood = logsumexp(k, share + sum(j, density - log(scale(k, j))) + chance, possible);
      const double least = std::log(1e-12); // added to the likelihood
      return -sum(i, least + softplus(likelihood - least));
    });

inline constexpr auto maximum_component_maximization = define(
    Spec<2>{
        .name = "maximum_component_maximization",
        .summary =
            "weight times -log of the largest component's share in the likelihood of each true box, summed.",
        .source = "Joo et al., End-to-End Multi-Object Detection with a Regularized Mixture Model, ICML "
                  "2023; lhj815/D-RMM",
        .parameters = {{positive("lh", "i,k", "likelihood of each true box under each component"),
                        number("weight", 0.5, 0.0, 1e30, "weight")}},
        .known = {R"({"lh": [[3, 1], [2, 2]], "weight": 1})", "0.9808292530117262"},
        .tolerance = 1e-9,
        .smoothness = Smoothness::kinked,
    },
    // The likelihood is given: the caller detaches its coordinates, as the authors do.
    [](const Tensor &lh, const Expr &weight) {
      Index i("i"), k("k");
      return -weight * sum(i, log(max(k, lh(i, k)) / (sum(k, lh(i, k)) + 1e-12) + 1e-12));
    });

inline constexpr auto part_attention_maps = define(
    Spec<2>{
        .name = "part_attention_maps",
        .summary = "Softmax over parts of minus the squared distances of features to prototypes, and each "
                   "part's mean "
                   "feature.",
        .source = "van der Klis et al., PDiscoNet, ICCV 2023; robertdvdk/part_detection",
        .parameters = {{points("F", "b,c,h,w", "map of features"),
                        points("P", "k,c", "prototypes, the background last")}},
        .known = {R"({"F": [[[[1]]]], "P": [[0], [2]]})", "[[[[0.5]], [[0.5]]]]"},
        .properties = non_negative | at_most_one,
    },
    [](const Tensor &features, const Tensor &prototypes) {
      Index b("b"), c("c"), h("h"), w("w"), k("k");
      // The squared length of a feature is the same for all parts and cancels.
      Expr score = sum(c, prototypes(k, c) * (2.0 * features(b, c, h, w) - prototypes(k, c)));
      Tensor map({b, k, h, w}, softmax(k, score));
      return PartAttention{map, Tensor({b, k, c}, mean({h, w}, map(b, k, h, w) * features(b, c, h, w)))};
    });

inline constexpr auto part_concentration_loss = define(
    Spec<1>{
        .name = "part_concentration_loss",
        .summary = "Mean spread of each part's map about its centre, in units of the map; the last, the "
                   "background, is left "
                   "out.",
        .source = "van der Klis et al., PDiscoNet, ICCV 2023; robertdvdk/part_detection",
        .parameters = {{positive("A", "b,k,h,w", "attention maps of the parts, the background last")}},
        .known = {R"({"A": [[[[1, 1]], [[5, 5]]]]})", "0.0625"},
        .properties = non_negative,
        .smoothness = Smoothness::detached, // the mass that centres are divided by
    },
    // Rows over the height and columns over the width, where the authors' code exchanges them. A map of 0
    // counts 0.
    [](const Tensor &a) {
      Index b("b"), k("k", extent(a, 1) - 1), h("h"), w("w"), r("r"), s("s");
      Tensor mass({b, k}, stop_gradient(sum({r, s}, a(b, k, r, s))));
      auto centre = [&](const Expr &at) {
        Expr weighted = sum({r, s}, at * a(b, k, r, s)), used = mass(b, k) > 0.0;
        return where(used, weighted / where(used, mass(b, k), 1.0), 0.0);
      };
      Tensor row({b, k}, centre(to_real(r))), column({b, k}, centre(to_real(s)));
      Expr off = square((row(b, k) - to_real(h)) / to_real(extent(a, 2))) +
                 square((column(b, k) - to_real(w)) / to_real(extent(a, 3)));
      return mean({b, k, h, w}, off * a(b, k, h, w));
    });

inline constexpr auto part_presence_loss = define(
    Spec<1>{
        .name = "part_presence_loss",
        .summary =
            "1 - mean over parts of the largest 3 x 3 mean in any map of the batch, 2 pixels off the border.",
        .source = "van der Klis et al., PDiscoNet, ICCV 2023; robertdvdk/part_detection",
        .parameters = {{points("A", "b,k,7,8",
                               "attention maps of the parts, of height and width 7 or more")}},
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &a) {
      Index b("b"), k("k"), h("h", extent(a, 2) - 6), w("w", extent(a, 3) - 6), r("r", 3), s("s", 3);
      Expr pooled = mean({r, s}, a(b, k, h + r + 2, w + s + 2));
      return 1.0 - mean(k, max({b, h, w}, pooled));
    });

} // namespace mercer::stdlib::detection
