// Losses of segmentation and detection.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"

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

} // namespace mercer::stdlib::detection
