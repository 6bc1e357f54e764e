// Alignment to preferences.
#pragma once

#include "mercer/stdlib/Entry.h"

namespace mercer::stdlib::preference {

inline constexpr auto dpo = define(
    Spec<7>{
        .name = "dpo",
        .summary = "-log sigmoid of beta times the margin of the chosen over the rejected answer, beyond a "
                   "reference.",
        .source = "Rafailov et al., Direct Preference Optimization, NeurIPS 2023; TRL DPOTrainer",
        .parameters =
            {{points("lp_w", "b", "log-probability of the chosen answer"),
              points("lp_l", "b", "log-probability of the rejected answer"),
              detached(points("ref_w", "b", "the reference model's, of the chosen answer; no gradient")),
              detached(points("ref_l", "b", "the reference model's, of the rejected answer; no gradient")),
              number("beta", 0.1, 0.0, 1e30, "strength"),
              number("label_smoothing", 0.0, 0.0, 0.5, "share of wrong preferences"), reduction()}},
        .known = {R"({"lp_w": [1], "lp_l": [1], "ref_w": [0], "ref_l": [0]})", "0.6931471805599453"},
        .properties = non_negative,
    },
    [](const Tensor &lp_w, const Tensor &lp_l, const Tensor &ref_w, const Tensor &ref_l, const Expr &beta,
       const Expr &label_smoothing, const Reduction &reduction) {
      Index b("b");
      Expr reference = stop_gradient(ref_w(b) - ref_l(b));
      Expr z = beta * (lp_w(b) - lp_l(b) - reference);
      return Loss(b, (1.0 - label_smoothing) * softplus(-z) + label_smoothing * softplus(z), reduction);
    });

} // namespace mercer::stdlib::preference
