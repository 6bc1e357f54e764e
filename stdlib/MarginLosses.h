// Hinges: losses of margins between scores.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Scores.h"

#include <cmath>

namespace mercer::stdlib::classification {

inline constexpr auto calibrated_margin_losses = define(
    Spec<3>{
        .name = "calibrated_margin_losses",
        .summary =
            "A loss of margins by name; those of the form x_hinge go on below 0 where the margin is above 1.",
        .source =
            "Dai, EnsLoss: Stochastic Calibrated Loss Ensembles, ICML 2025; statmlben/ensLoss losses.py",
        .parameters =
            {{points("s", "b", "margins, sign of the label times score"),
              option("kind", "hinge",
                     "hinge|exp|logistic|sqrt_hinge|log_hinge|exp_hinge|inv_hinge|inv_log_hinge: as named"),
              reduction()}},
        .known = {R"({"s": [-1, 0.5, 2]})", "0.8333333333333334"},
        .smoothness = Smoothness::kinked,
        .kink = {R"({"s": [1, 0.5]})", "[0, -0.5]"},
    },
    [](const Tensor &s, const std::string &kind, const Reduction &reduction) {
      check_option(
          "calibrated_margin_losses", "kind", kind,
          {"hinge", "exp", "logistic", "sqrt_hinge", "log_hinge", "exp_hinge", "inv_hinge", "inv_log_hinge"});
      Index b("b");
      if (kind == "hinge")
        return Loss(b, relu(1.0 - s(b)), reduction);
      if (kind == "exp")
        return Loss(b, exp(-s(b)), reduction);
      if (kind == "logistic")
        return Loss(b, softplus(-s(b)), reduction);
      Expr beyond = s(b) > 1.0;
      Expr t = where(beyond, s(b),
                     2.0); // where a tail is taken; the others' roots and logarithms are not looked at
      Expr tail = 0.0;
      if (kind == "sqrt_hinge")
        tail = -2.0 * sqrt(t - 1.0);
      else if (kind == "log_hinge")
        tail = -log(t);
      else if (kind == "exp_hinge")
        tail = -exp(1.0 - t); // jumps from 0 to -1, as the authors' code does
      else if (kind == "inv_hinge")
        tail = 1.0 / t - 1.0;
      else
        tail = M_E / log(t + (M_E - 1.0)) - M_E;
      return Loss(b, where(beyond, tail, 1.0 - s(b)), reduction);
    });

inline constexpr auto ensloss = define(
    Spec<5>{
        .name = "ensloss",
        .summary = "Margins times derivatives of a random calibrated convex loss, drawn by u and given to "
                   "the margins in "
                   "their order: the gradient is meant, the value is not.",
        .source = "Dai, EnsLoss: Stochastic Calibrated Loss Ensembles, ICML 2025; statmlben/ensLoss",
        .parameters = {{points("f", "b", "scores"), detached(binary("y", "b", "labels, 0 or 1")),
                        detached(points("u", "b", "standard normal numbers")),
                        number("lam", 0.0, -1.0, 1.0, "exponent of the inverse Box-Cox transform"),
                        reduction()}},
        .known = {R"({"f": [2, -0.5, 0.3, 1.5], "y": [1, 1, 0, 0], "u": [1.541, -0.2934, -2.1788, 0.5684]})",
                  "0.5276350438886852"},
        .tolerance = 1e-9,
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &f, const Tensor &y, const Tensor &u, const Expr &lam, const Reduction &reduction) {
      Index b("b"), j("j"), l("l", extent(f, 0));
      Tensor s(b, stop_gradient(2.0 * y(b) - 1.0) * f(b));
      Expr exponent = where(lam == 0.0, 1.0, lam), base = maximum(1.0 + lam * u(j), 0.0);
      Expr drawn = where(lam == 0.0, exp(u(j)), pow(base, 1.0 / exponent)); // infinite at 0 for lam < 0
      Tensor slope(j, stop_gradient(maximum(-drawn, -1.0)));
      // Slopes fall as u grows. Equal numbers keep their order.
      Tensor rank_of_slope(j, count(l, u(l) > u(j) || (u(l) == u(j) && l < j)));
      Tensor rank_of_margin(b, count(l, l != b && (s(l) < s(b) || (s(l) == s(b) && l < b))));
      Expr own = sum(j, slope(j), rank_of_slope(j) == rank_of_margin(b));
      Expr decaying = where(s(b) > 1.0, own / where(s(b) > 1.0, s(b), 1.0), own);
      return Loss(b, stop_gradient(decaying - 1e-6) * s(b), reduction);
    });

inline constexpr auto crammer_singer_loss = define(
    Spec<4>{
        .name = "crammer_singer_loss",
        .summary = "Largest violation max(0, c + f_k - f_y) over the other classes.",
        .source = "Crammer and Singer, JMLR 2, 2001, 265-292; Optimization-AI/ICML2023_LDR",
        .parameters = {{points("f", "i,k", "logits"), labels("y", "i", "labels, < k"),
                        number("c", 1.0, -1e30, 1e30, "margin"), reduction()}},
        .known = {R"({"f": [[2, 0.5, -1]], "y": [1]})", "2.5"},
        .properties = non_negative | shift_invariant,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"f": [[2, 1, -1], [1, 1, 1]], "y": [0, 1]})", "[[0, 0, 0], [0.5, -0.5, 0]]"},
    },
    [](const Tensor &f, const Tensor &y, const Expr &c, const Reduction &reduction) {
      Index i("i"), k("k");
      return Loss(i, relu(max(k, f(i, k) - f(i, y(i)), k != y(i)) + c), reduction);
    });

inline constexpr auto weston_watkins_loss = define(
    Spec<5>{
        .name = "weston_watkins_loss",
        .summary = "max(0, c + f_k - f_y) of the other classes, over the number of all classes; or their "
                   "sum, as first "
                   "published.",
        .source = "Weston and Watkins, ESANN 1999; Optimization-AI/ICML2023_LDR",
        .parameters = {{points("f", "i,k", "logits"), labels("y", "i", "labels, < k"),
                        number("c", 1.0, -1e30, 1e30, "margin"),
                        option("classes", "mean", "mean|sum: over the classes"), reduction()}},
        .known = {R"({"f": [[2, 0.5, -1]], "y": [1], "classes": "sum"})", "2.5"},
        .properties = non_negative | shift_invariant,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"f": [[1, 0]], "y": [0], "classes": "sum"})", "[[0, 0]]"},
    },
    [](const Tensor &f, const Tensor &y, const Expr &c, const std::string &classes,
       const Reduction &reduction) {
      check_option("weston_watkins_loss", "classes", classes, {"mean", "sum"});
      Index i("i"), k("k");
      Expr violations = sum(k, relu(c + f(i, k) - f(i, y(i))), k != y(i));
      return Loss(i, classes == "sum" ? violations : violations / to_real(extent(f, 1)), reduction);
    });

inline constexpr auto multi_margin_loss = define(
    Spec<6>{
        .name = "multi_margin_loss",
        .also = "MultiMarginLoss",
        .summary = "max(0, margin - x_y + x_k)^p of the other classes, over the number of all classes.",
        .source = "torch.nn.functional.multi_margin_loss",
        .parameters = {{points("input", "n,c", "scores"),
                        labels("target", "n", "labels, < c"),
                        option("p", 1.0, "exponent, 1 or 2"),
                        number("margin", 1.0, -1e30, 1e30, "margin"),
                        {.name = "weight", .shape = "c", .doc = "weight of a class; all 1 when left out", .low = 0},
                        reduction()}},
        .known = {R"({"input": [[1, 0.5, 0]], "target": [1], "p": 2})", "0.8333333333333334"},
        .properties = non_negative | shift_invariant,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"input": [[1, 0]], "target": [0]})", "[[0, 0]]"},
    },
    [](const Tensor &input, const Tensor &target, int p, const Expr &margin, const std::optional<Tensor> &weight, const Reduction &reduction) {
      check_whole("multi_margin_loss", "p", p, 1, 2);
      Index n("n"), c("c");
      Expr violation = relu(margin - input(n, target(n)) + input(n, c));
      Expr total = sum(c, p == 1 ? violation : square(violation), c != target(n));
      Expr loss = total / to_real(extent(input, 1));
      return Loss(n, weight ? (*weight)(target(n)) * loss : loss, reduction);
    });

inline constexpr auto multilabel_margin_loss = define(
    Spec<3>{
        .name = "multilabel_margin_loss",
        .also = "MultiLabelMarginLoss",
        .summary = "max(0, 1 - x_t + x_k) of each label t and each class k that is no label, over the number "
                   "of classes.",
        .source = "torch.nn.functional.multilabel_margin_loss",
        .parameters = {{points("input", "n,c", "scores"),
                        labels("target", "n,c", "a row's labels, < c, up to the first below 0"),
                        reduction()}},
        .known = {R"({"input": [[0.1, 0.2, 0.4, 0.8]], "target": [[3, 0, -1, 1]]})", "0.85"},
        .properties = non_negative | shift_invariant,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"input": [[1, 0]], "target": [[0, -1]]})", "[[0, 0]]"},
    },
    [](const Tensor &input, const Tensor &target, const Reduction &reduction) {
      Index n("n"), c("c"), j("j"), l("l", extent(target, 1));
      Tensor given({n, j}, to_integer(all(l, target(n, l) >= 0, l <= j)));
      Tensor label({n, c}, to_integer(any(j, target(n, j) == c && given(n, j) == 1)));
      Expr total =
          sum({j, c}, relu(1.0 - input(n, target(n, j)) + input(n, c)), given(n, j) == 1 && label(n, c) == 0);
      return Loss(n, total / to_real(extent(input, 1)), reduction);
    });

inline constexpr auto soft_margin_loss = define(
    Spec<3>{
        .name = "soft_margin_loss",
        .also = "SoftMarginLoss",
        .summary = "log(1 + exp(-t x)) over all elements.",
        .source = "torch.nn.functional.soft_margin_loss",
        .parameters = {{points("input", "b,...", "scores"),
                        detached(signs("target", "b,...", "targets, 1 or -1")), reduction()}},
        .known = {R"({"input": [0, 0], "target": [1, -1]})", "0.6931471805599453"},
        .properties = non_negative,
    },
    [](const Tensor &input, const Tensor &target, const Reduction &reduction) {
      auto i = indices_of(input);
      return Loss(i, softplus(-stop_gradient(at(target, i)) * at(input, i)), reduction);
    });

inline constexpr auto hinge_embedding_loss = define(
    Spec<4>{
        .name = "hinge_embedding_loss",
        .also = "HingeEmbeddingLoss",
        .summary = "Distances x of pairs that belong together (1), max(0, margin - x) of those that do not "
                   "(-1), over all "
                   "elements.",
        .source = "torch.nn.functional.hinge_embedding_loss",
        .parameters = {{points("input", "b,...", "distances"),
                        detached(signs("target", "b,...", "targets, 1 or -1")),
                        number("margin", 1.0, -1e30, 1e30, "margin"), reduction()}},
        .known = {R"({"input": [0.5, 0.25, 2], "target": [1, -1, -1], "margin": 1})", "0.4166666666666667"},
        .smoothness = Smoothness::kinked,
        .kink = {R"({"input": [1], "target": [-1]})", "[0]"},
    },
    [](const Tensor &input, const Tensor &target, const Expr &margin, const Reduction &reduction) {
      auto i = indices_of(input);
      Expr x = at(input, i), t = stop_gradient(at(target, i));
      return Loss(i, where(t != 1.0, relu(margin - x), 0.0) + where(t != -1.0, x, 0.0), reduction);
    });

inline constexpr auto margin_ranking_loss = define(
    Spec<5>{
        .name = "margin_ranking_loss",
        .also = "MarginRankingLoss",
        .summary =
            "max(0, margin - t (x1 - x2)) over all elements: t = 1 where the first should rank higher.",
        .source = "torch.nn.functional.margin_ranking_loss",
        .parameters = {{points("input1", "b,...", "scores"), points("input2", "b,...", "scores"),
                        detached(signs("target", "b,...", "1 where the first ranks higher, else -1")),
                        number("margin", 0.0, -1e30, 1e30, "margin"), reduction()}},
        .known = {R"({"input1": [1, 0], "input2": [0, 3], "target": [1, 1], "margin": 0.5})", "1.75"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"input1": [1], "input2": [1], "target": [1]})", "[0]"},
    },
    [](const Tensor &input1, const Tensor &input2, const Tensor &target, const Expr &margin,
       const Reduction &reduction) {
      auto i = indices_of(input1);
      return Loss(i, relu(margin - stop_gradient(at(target, i)) * (at(input1, i) - at(input2, i))),
                  reduction);
    });

} // namespace mercer::stdlib::classification
