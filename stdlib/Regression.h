// Losses on real targets.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"

namespace mercer::stdlib::regression {

inline constexpr auto mse = define(
    Spec<3>{
        .name = "mse",
        .also = "mse_loss",
        .summary = "Squared errors over all elements.",
        .source = "torch.nn.functional.mse_loss",
        .parameters = {{points("input", "b,...", "prediction"), points("target", "b,...", "target"),
                        reduction()}},
        .known = {R"({"input": [1, 2], "target": [0, 4]})", "2.5"},
        .properties = non_negative | zero_when_equal | symmetric,
    },
    [](const Tensor &input, const Tensor &target, const Reduction &reduction) {
      auto i = indices_of(input);
      return Loss(i, square(at(input, i) - at(target, i)), reduction);
    });

inline constexpr auto mae = define(
    Spec<3>{
        .name = "mae",
        .also = "l1_loss",
        .summary = "Absolute errors over all elements.",
        .source = "torch.nn.functional.l1_loss",
        .parameters = {{points("input", "b,...", "prediction"), points("target", "b,...", "target"),
                        reduction()}},
        .known = {R"({"input": [1, 2], "target": [0, 4]})", "1.5"},
        .properties = non_negative | zero_when_equal | symmetric,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"input": [1, 2], "target": [1, 4]})", "[0, -0.5]"},
    },
    [](const Tensor &input, const Tensor &target, const Reduction &reduction) {
      auto i = indices_of(input);
      return Loss(i, abs(at(input, i) - at(target, i)), reduction);
    });

inline constexpr auto huber_loss = define(
    Spec<3>{
        .name = "huber_loss",
        .summary =
            "Quadratic in the norm of a residual row up to kappa, linear beyond. A vector: in each element.",
        .source = "Huber, Ann. Math. Statist. 35(1), 1964, 73-101; Tonin et al., ICML 2023",
        .parameters = {{points("y", "i,k", "residual rows"),
                        number("kappa", 1.0, 0.0, 1e30, "where the tails start"), reduction("none")}},
        .known = {R"({"y": [[0.5], [2]]})", "[0.125, 1.5]"},
        .properties = non_negative,
        .smoothness = Smoothness::once,
        .kink = {R"({"y": [[1, 0], [0, 0], [3, 4]]})", "[[1, 0], [0, 0], [0.6, 0.8]]"},
    },
    [](const Tensor &y, const Expr &kappa, const Reduction &reduction) {
      Index i("i");
      Expr size = y.rank() == 1 ? abs(y(i)) : norm(y[i]);
      Expr squared = y.rank() == 1 ? square(y(i)) : squared_norm(y[i]);
      return Loss(i, where(size <= kappa, 0.5 * squared, kappa * (size - 0.5 * kappa)), reduction);
    });

inline constexpr auto pseudo_huber = define(
    Spec<5>{
        .name = "pseudo_huber",
        .summary =
            "A smooth Huber loss over all elements: sqrt(d^2 + c^2) - c, times 2c (huber), c (paper), 2 "
            "(smooth_l1).",
        .source = "Khrapov et al., Scheduled Pseudo-Huber Loss, arXiv 2403.16728; kohya-ss/sd-scripts",
        .parameters = {{points("x", "b,...", "prediction"), points("t", "b,...", "target"),
                        number("c", 0.1, 0.0, 1e30, "where the tails start"),
                        option("form", "huber", "paper|huber|smooth_l1"), reduction()}},
        .known = {R"({"x": [0.3], "t": [0]})", "0.04324555320336759"},
        .properties = non_negative | zero_when_equal | symmetric,
    },
    [](const Tensor &x, const Tensor &t, const Expr &c, const std::string &form, const Reduction &reduction) {
      if (form != "paper" && form != "huber" && form != "smooth_l1")
        throw Error(ErrorCode::bad_option,
                    "pseudo_huber, parameter 'form': expected 'paper', 'huber' or 'smooth_l1', given '" +
                        form + "'");
      auto i = indices_of(x);
      Expr squared = square(at(x, i) - at(t, i));
      // sqrt(d^2 + c^2) - c cancels for small d.
      Expr excess = squared / (sqrt(squared + square(c)) + c);
      Expr factor = form == "huber" ? 2.0 * c : form == "paper" ? c : Expr(2.0);
      return Loss(i, factor * excess, reduction);
    });

inline constexpr auto cauchy_loss = define(
    Spec<4>{
        .name = "cauchy_loss",
        .summary = "log(1 + |x-t|^2 / (2 c^2)) of each sample, the norm over all its elements.",
        .source = "Barron, A General and Adaptive Robust Loss Function, CVPR 2019 (alpha = 0)",
        .parameters = {{points("x", "b,...", "prediction"), points("t", "b,...", "target"),
                        number("c", 1.0, 0.0, 1e30, "where the tails start"), reduction()}},
        .known = {R"({"x": [[0.9, 0.3]], "t": [[0, 0]], "c": 0.5})", "1.0296194171811581"},
        .properties = non_negative | zero_when_equal | symmetric,
    },
    [](const Tensor &x, const Tensor &t, const Expr &c, const Reduction &reduction) {
      auto i = indices_of(x);
      Expr squared = square((at(x, i) - at(t, i)) / c);
      if (x.rank() > 1)
        squared = sum(std::vector<Index>(i.begin() + 1, i.end()), squared);
      return Loss(i.front(), log1p(0.5 * squared), reduction);
    });

} // namespace mercer::stdlib::regression
