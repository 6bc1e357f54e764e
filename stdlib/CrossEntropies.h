// Likelihoods of labels and of soft targets.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Scores.h"

#include <cmath>

namespace mercer::stdlib::classification {

inline constexpr auto multiclass_logistic_loss = define(
    Spec<3>{
        .name = "multiclass_logistic_loss",
        .summary = "-log of the softmax probability of the label.",
        .source = "Mao, Mohri and Zhong, Cross-Entropy Loss Functions, ICML 2023; torch cross_entropy",
        .parameters = {{points("z", "i,c", "logits"), labels("y", "i", "labels, < c"), reduction()}},
        .known = {R"({"z": [[1, 0, -1]], "y": [0]})", "0.4076059644443804"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &z, const Tensor &y, const Reduction &reduction) {
      Index i("i");
      return Loss(i, cross_entropy_of(z, i, y(i)), reduction);
    });

inline constexpr auto squentropy = define(
    Spec<3>{
        .name = "squentropy",
        .summary = "Cross entropy plus the mean square of the logits of the other classes; of one class 0.",
        .source = "Hui, Belkin and Wright, Cut your Losses with Squentropy, ICML 2023, eq. 2",
        .parameters = {{points("f", "n,c", "logits"), labels("y", "n", "labels, < c"), reduction()}},
        .known = {R"({"f": [[2, 1, -0.5]], "y": [0]})", "0.9965390318526828"},
        .properties = non_negative,
    },
    [](const Tensor &f, const Tensor &y, const Reduction &reduction) {
      Index n("n"), c("c");
      Expr others = average_of(sum(c, square(f(n, c)), c != y(n)), to_real(extent(f, 1) - 1));
      return Loss(n, cross_entropy_of(f, n, y(n)) + others, reduction);
    });

inline constexpr auto rescaled_square_loss = define(
    Spec<5>{
        .name = "rescaled_square_loss",
        .summary = "Mean square of the logits, where the label's has a target M and a weight kappa.",
        .source = "Hui and Belkin, Evaluation of Neural Architectures Trained with Square Loss vs Cross-Entropy, ICLR 2021",
        .parameters = {{points("f", "n,c", "logits"), labels("y", "n", "labels, < c"),
                        number("kappa", 1.0, 0.0, 1e30, "weight of the label's class; 15 for ImageNet"),
                        number("M", 1.0, 0.0, 1e30, "target of the label's class; 30 for ImageNet"), reduction()}},
        .known = {R"({"f": [[2, 1, -0.5]], "y": [0], "kappa": 15, "M": 30})", "3920.4166666666665"},
        .properties = non_negative,
    },
    [](const Tensor &f, const Tensor &y, const Expr &kappa, const Expr &M, const Reduction &reduction) {
      Index n("n"), c("c");
      Expr own = c == y(n);
      return Loss(n, mean(c, where(own, kappa * square(f(n, c) - M), square(f(n, c)))), reduction);
    });

inline constexpr auto soft_target_cross_entropy = define(
    Spec<3>{
        .name = "soft_target_cross_entropy",
        .summary = "-sum over the classes of the target's share times log softmax.",
        .source = "Zhang et al., mixup, ICLR 2018; ShuvenduRoy/UnMixMatch; timm SoftTargetCrossEntropy",
        .parameters = {{points("logits", "i,c", "logits"),
                        probabilities("ysoft", "i,c", "target distribution"), reduction()}},
        .known = {R"({"logits": [[0, 0]], "ysoft": [[0.25, 0.75]]})", "0.6931471805599453"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &logits, const Tensor &ysoft, const Reduction &reduction) {
      Index i("i"), c("c");
      return Loss(i, -sum(c, ysoft(i, c) * log_softmax(c, logits(i, c))), reduction);
    });

inline constexpr auto nll_loss = define(
    Spec<5>{
        .name = "nll_loss",
        .also = "NLLLoss",
        .summary =
            "Minus the log-probability of the label, with class weights and an ignored label; 0 when all are "
            "ignored (torch: NaN).",
        .source = "torch.nn.functional.nll_loss",
        .parameters =
            {{points("input", "n,c", "log-probabilities"),
              labels("target", "n", "labels, < c"),
              {.name = "weight", .shape = "c", .doc = "weight of a class; all 1 when left out", .low = 0},
              option("ignore_index", -100.0, "the label that counts for nothing"),
              reduction()}},
        .known = {R"({"input": [[-1, -2], [-3, -4]], "target": [1, -100]})", "2"},
    },
    [](const Tensor &input, const Tensor &target, const std::optional<Tensor> &weight, int ignore_index,
       const Reduction &reduction) {
      Index n("n");
      Expr kept = target(n) != ignore_index;
      Expr w = weight ? (*weight)(target(n)) : Expr(1.0);
      Expr loss = where(kept, -w * input(n, target(n)), 0.0);
      return Loss(n, loss, reduction, weighted_average(sum(n, loss), sum(n, where(kept, w, 0.0))));
    });

inline constexpr auto binary_cross_entropy = define(
    Spec<4>{
        .name = "binary_cross_entropy",
        .also = "BCELoss",
        .summary =
            "-t log p - (1 - t) log(1 - p) over all elements, each logarithm at least -100, as torch has it.",
        .source = "torch.nn.functional.binary_cross_entropy",
        .parameters =
            {{fractions("input", "b,...", "probabilities"),
              fractions("target", "b,...", "targets, 0 to 1"),
              {.name = "weight", .shape = "b,...", .doc = "weight of an element; all 1 when left out"},
              reduction()}},
        .known = {R"({"input": [0.25, 0], "target": [1, 1]})", "50.693147180559945"},
        .properties = non_negative,
        .kink = {R"({"input": [0, 1, 0.5], "target": [1, 1, 1]})",
                 "[0, -0.33333333333333331, -0.66666666666666663]"},
    },
    [](const Tensor &input, const Tensor &target, const std::optional<Tensor> &weight,
       const Reduction &reduction) {
      auto i = indices_of(input);
      Expr p = at(input, i), t = at(target, i);
      const double least = std::exp(-100.0);
      // The logarithms are constant where they are cut, and so have no derivative there.
      Expr log_p = where(p <= least, -100.0, log(where(p <= least, 1.0, p)));
      Expr log_rest = where(p >= 1.0, -100.0, log1p(-where(p >= 1.0, 0.0, p)));
      Expr loss = -t * log_p - (1.0 - t) * log_rest;
      return Loss(i, weight ? at(*weight, i) * loss : loss, reduction);
    });

inline constexpr auto binary_cross_entropy_with_logits = define(
    Spec<5>{
        .name = "binary_cross_entropy_with_logits",
        .also = "BCEWithLogitsLoss",
        .summary =
            "t p softplus(-x) + (1 - t) softplus(x) over all elements; p weighs the positives of a class.",
        .source = "torch.nn.functional.binary_cross_entropy_with_logits",
        .parameters =
            {{points("input", "b,...", "logits"),
              fractions("target", "b,...", "targets, 0 to 1"),
              {.name = "weight", .shape = "b,...", .doc = "weight of an element; all 1 when left out"},
              {.name = "pos_weight",
               .shape = "...",
               .doc = "weight of positives, along the last dimension; all 1 when left out",
               .low = 0},
              reduction()}},
        .known = {R"({"input": [0, 0], "target": [1, 0]})", "0.6931471805599453"},
        .properties = non_negative,
    },
    [](const Tensor &input, const Tensor &target, const std::optional<Tensor> &weight,
       const std::optional<Tensor> &pos_weight, const Reduction &reduction) {
      auto i = indices_of(input);
      Expr x = at(input, i), t = at(target, i);
      Expr positive = pos_weight ? (*pos_weight)(i.back()) * t : t;
      Expr loss = positive * softplus(-x) + (1.0 - t) * softplus(x);
      return Loss(i, weight ? at(*weight, i) * loss : loss, reduction);
    });

inline constexpr auto multilabel_soft_margin_loss = define(
    Spec<4>{
        .name = "multilabel_soft_margin_loss",
        .also = "MultiLabelSoftMarginLoss",
        .summary = "Binary cross entropy of logits, averaged over the classes of a sample.",
        .source = "torch.nn.functional.multilabel_soft_margin_loss",
        .parameters =
            {{points("input", "n,c", "logits"),
              binary("target", "n,c", "targets, 0 or 1"),
              {.name = "weight", .shape = "c", .doc = "weight of a class; all 1 when left out", .low = 0},
              reduction()}},
        .known = {R"({"input": [[0, 0]], "target": [[1, 0]]})", "0.6931471805599453"},
        .properties = non_negative,
    },
    [](const Tensor &input, const Tensor &target, const std::optional<Tensor> &weight,
       const Reduction &reduction) {
      Index n("n"), c("c");
      Expr loss = binary_cross_entropy_of(input(n, c), target(n, c));
      return Loss(n, mean(c, weight ? (*weight)(c)*loss : loss), reduction);
    });

inline constexpr auto margin_log_loss = define(
    Spec<3>{
        .name = "margin_log_loss",
        .summary = "Cross entropy plus lambda log(1 + sum of all squared probabilities of the batch).",
        .source = "Zeng et al., Tackling Data Heterogeneity in Federated Learning via Loss Decomposition, "
                  "MICCAI 2024; "
                  "Zeng-Shuang/FedLD",
        .parameters = {{points("z", "b,c", "logits"), labels("y", "b", "labels, < c"),
                        number("lambda", 0.03, 0.0, 1e30, "weight of the second term")}},
        .known = {R"({"z": [[1, 0, -1], [0.2, 0.8, 0.1]], "y": [0, 1]})", "0.5805451311248265"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &z, const Tensor &y, const Expr &weight) {
      Index b("b"), c("c");
      Expr squares = sum({b, c}, square(softmax(c, z(b, c))));
      return mean(b, cross_entropy_of(z, b, y(b))) + weight * log1p(squares);
    });

inline constexpr auto log_softmax_plus = define(
    Spec<1>{
        .name = "log_softmax_plus",
        .summary = "Log-probabilities of C classes from C - 1 logits; the last class has the logit 0.",
        .source = "Lam et al., LegendreTron: Uprising Proper Multiclass Loss Learning, ICML 2023; "
                  "khflam/legendretron",
        .parameters = {{points("a", "b,c", "logits of all classes but the last")}},
        .known = {R"({"a": [[0.3, -1.2]]})",
                  "[[-0.6749569269138377, -2.1749569269138376, -0.9749569269138376]]"},
    },
    [](const Tensor &a) {
      Index b("b"), k("k"), c("c", extent(a, 1) + 1);
      Expr logit = where(c < extent(a, 1), a(b, c), 0.0);
      return Tensor({b, c}, logit - softplus(logsumexp(k, a(b, k))));
    });

inline constexpr auto canonical_proper_loss = define(
    Spec<4>{
        .name = "canonical_proper_loss",
        .summary = "Phi(z) - z_y of a convex Phi, with z = 0 for the last class: the proper loss whose link "
                   "is Phi's "
                   "gradient.",
        .source = "Lam et al., LegendreTron, ICML 2023; Blondel, Martins and Niculae, JMLR 21(35), 2020",
        .parameters = {{points("z", "b,c", "scores of all classes but the last"),
                        labels("y", "b", "labels, <= c"),
                        option("Phi", "log", "log|sparse: log(1 + sum exp z), or the conjugate of |p|^2 / 2"),
                        reduction("none")}},
        .known = {R"({"z": [[0.3, -1.2]], "y": [2]})", "[0.9749569269138376]"},
    },
    [](const Tensor &z, const Tensor &y, const std::string &potential, const Reduction &reduction) {
      check_option("canonical_proper_loss", "Phi", potential, {"log", "sparse"});
      Index b("b"), c("c", extent(z, 1) + 1);
      Tensor scores({b, c}, where(c < extent(z, 1), z(b, c), 0.0));
      if (potential == "log")
        return Loss(b, cross_entropy_of(scores, b, y(b)), reduction);
      Sparsemax sparse(scores, b);
      return Loss(b, sparse.conjugate() - sparse.shifted(y(b)), reduction);
    });

inline constexpr auto continuous_bernoulli_nll = define(
    Spec<3>{
        .name = "continuous_bernoulli_nll",
        .summary = "Minus the log-likelihood of targets in [0, 1] under the continuous Bernoulli of a logit.",
        .source = "Loaiza-Ganem and Cunningham, The Continuous Bernoulli, NeurIPS 2019; Kennethborup gpsd",
        .parameters = {{points("f", "i", "logits"), fractions("y", "i", "targets, 0 to 1"),
                        reduction("sum")}},
        .known = {R"({"f": [0.8], "y": [0.3]})", "0.18652587212523430"},
    },
    [](const Tensor &f, const Tensor &y, const Reduction &reduction) {
      Index i("i");
      // (1/2 - y) f + log(sinh(f / 2) / (f / 2)). Near 0 the series of the logarithm in (f / 2)^2; elsewhere its
      // |f| / 2 is in the first term.
      constexpr double coefficients[] = {1.0 / 6,         -1.0 / 180,           1.0 / 2835,
                                         -1.0 / 37800,    1.0 / 467775,         -691.0 / 3831077250,
                                         2.0 / 127702575, -3617.0 / 2605132530000, 43867.0 / 350813659321125};
      Expr size = abs(f(i)), small = size < 1.0;
      Expr x = square(0.5 * where(small, f(i), 0.0));
      Expr series = 0.0;
      for (auto coefficient = std::rbegin(coefficients); coefficient != std::rend(coefficients); ++coefficient)
        series = x * (*coefficient + series);
      Expr far = where(small, 1.0, size);
      Expr near_0 = (0.5 - y(i)) * f(i) + series;
      Expr elsewhere = where(f(i) > 0.0, 1.0 - y(i), -y(i)) * f(i) + log(-expm1(-far)) - log(far);
      return Loss(i, where(small, near_0, elsewhere), reduction);
    });

} // namespace mercer::stdlib::classification
