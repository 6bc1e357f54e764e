// Functions of the probability of the label.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Scores.h"

#include <cmath>

namespace mercer::stdlib::classification {

inline constexpr auto comp_sum_loss = define(
    Spec<4>{
        .name = "comp_sum_loss",
        .summary = "((1 / p_y)^(1 - tau) - 1) / (1 - tau): tau = 0 sum of exponentials, 1 cross entropy, 2 "
                   "is 1 - p_y.",
        .source = "Mao, Mohri and Zhong, Cross-Entropy Loss Functions, ICML 2023",
        .parameters = {{points("h", "b,c", "scores"), labels("y", "b", "labels, < c"),
                        number("tau", 1.0, 0.0, 1e30, "member of the family"), reduction()}},
        .known = {R"({"h": [[0, 0, 0, 0]], "y": [2], "tau": 0.5})", "2"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &h, const Tensor &y, const Expr &tau, const Reduction &reduction) {
      Index b("b");
      return Loss(b, exponential_ratio(cross_entropy_of(h, b, y(b)), 1.0 - tau), reduction);
    });

inline constexpr auto comp_sum_general = define(
    Spec<6>{
        .name = "comp_sum_general",
        .summary = "Phi1(sum over the other classes of Phi2(h_y - h_c)).",
        .source = "Mao, Mohri and Zhong, Cross-Entropy Loss Functions, ICML 2023",
        .parameters = {{points("h", "b,c", "scores"), labels("y", "b", "labels, < c"),
                        option("Phi1", "log",
                               "log|identity|power|ratio: log(1+u), u, (1 - (1+u)^-q) / q, u / (1+u)"),
                        option("Phi2", "exp", "exp|hinge|squared_hinge: exp(-v), max(0, 1 - v), its square"),
                        number("q", 0.7, 1e-9, 1.0, "exponent of power"), reduction("none")}},
        .known = {R"({"h": [[0.5, 0, -1]], "y": [0], "Phi2": "hinge"})", "[0.4054651081081644]"},
        .properties = non_negative | shift_invariant,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &h, const Tensor &y, const std::string &outer, const std::string &inner, const Expr &q,
       const Reduction &reduction) {
      check_option("comp_sum_general", "Phi1", outer, {"log", "identity", "power", "ratio"});
      check_option("comp_sum_general", "Phi2", inner, {"exp", "hinge", "squared_hinge"});
      Index b("b"), c("c");
      // Of exponentials the logarithm of the sum is had without the sum, which may overflow.
      const bool exponential = inner == "exp";
      Expr log_odds = log_odds_against(h, b, y(b));
      Expr hinge = relu(1.0 - (h(b, y(b)) - h(b, c)));
      Expr total = sum(c, inner == "hinge" ? hinge : square(hinge), c != y(b));
      Expr log_of = exponential ? softplus(log_odds) : log1p(total);
      if (outer == "log")
        return Loss(b, log_of, reduction);
      if (outer == "power")
        return Loss(b, -expm1(-q * log_of) / q, reduction);
      if (outer == "identity")
        return Loss(b, exponential ? exp(log_odds) : total, reduction);
      return Loss(b, exponential ? sigmoid(log_odds) : total / (1.0 + total), reduction);
    });

inline constexpr auto smooth_adv_comp_sum = define(
    Spec<7>{
        .name = "smooth_adv_comp_sum",
        .summary =
            "comp_sum_loss of h / rho, plus nu times how far the margins move from h to the attacked scores.",
        .source = "Mao, Mohri and Zhong, Cross-Entropy Loss Functions, ICML 2023, section 5; the attack is "
                  "the caller's",
        .parameters = {{points("h", "b,c", "scores at x"), points("hadv", "b,c", "scores at the attacked x'"),
                        labels("y", "b", "labels, < c"),
                        number("tau", 1.0, 0.0, 1e30, "member of the family"),
                        number("nu", 1.0, 0.0, 1e30, "weight of the second term"),
                        number("rho", 1.0, 1e-30, 1e30, "scale of the margins"), reduction()}},
        .known = {R"({"h": [[1, 1, 1]], "hadv": [[1, 4, 5]], "y": [0], "tau": 2})", "5.666666666666667"},
        .properties = non_negative | shift_invariant,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"h": [[1, 1]], "hadv": [[2, 2]], "y": [0]})", "[[-0.5, 0.5]]"},
    },
    [](const Tensor &h, const Tensor &hadv, const Tensor &y, const Expr &tau, const Expr &nu, const Expr &rho,
       const Reduction &reduction) {
      Index b("b"), c("c");
      Tensor scaled({b, c}, h(b, c) / rho);
      auto margin = [&](const Tensor &scores) { return scores(b, y(b)) - scores(b, c); };
      Expr comp_sum = exponential_ratio(cross_entropy_of(scaled, b, y(b)), 1.0 - tau);
      return Loss(b, comp_sum + nu * norm(Tensor(c, margin(hadv) - margin(h))), reduction);
    });

inline constexpr auto mae_classification = define(
    Spec<3>{
        .name = "mae_classification",
        .summary = "1 - p_y: half the absolute differences of the softmax from the label's distribution.",
        .source = "Ghosh, Kumar and Sastry, Robust Loss Functions under Label Noise, AAAI 2017",
        .parameters = {{points("h", "b,c", "scores"), labels("y", "b", "labels, < c"), reduction()}},
        .known = {R"({"h": [[2, 0.5, -1]], "y": [0]})", "0.21440296541072412"},
        .properties = non_negative | at_most_one | shift_invariant,
    },
    [](const Tensor &h, const Tensor &y, const Reduction &reduction) {
      Index b("b");
      return Loss(b, sigmoid(log_odds_against(h, b, y(b))), reduction);
    });

inline constexpr auto sum_exponential_loss = define(
    Spec<3>{
        .name = "sum_exponential_loss",
        .summary = "Sum over the other classes of exp(h_c - h_y) = 1 / p_y - 1.",
        .source = "Weston and Watkins, ESANN 1999; Mao, Mohri and Zhong, ICML 2023",
        .parameters = {{points("h", "b,c", "scores"), labels("y", "b", "labels, < c"), reduction()}},
        .known = {R"({"h": [[2, 0.5, -1]], "y": [0]})", "0.27291722851629374"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &h, const Tensor &y, const Reduction &reduction) {
      Index b("b");
      return Loss(b, exp(log_odds_against(h, b, y(b))), reduction);
    });

inline constexpr auto poly1_cross_entropy = define(
    Spec<4>{
        .name = "poly1_cross_entropy",
        .summary = "-log p_y + eps (1 - p_y).",
        .source = "Leng et al., PolyLoss, ICLR 2022; abhuse/polyloss-pytorch",
        .parameters = {{points("z", "n,c", "logits"), labels("y", "n", "labels, < c"),
                        number("eps", 1.0, -1e30, 1e30, "weight of the first polynomial term"), reduction()}},
        .known = {R"({"z": [[0, 0]], "y": [0], "eps": 2})", "1.6931471805599454"},
        .properties = shift_invariant,
    },
    [](const Tensor &z, const Tensor &y, const Expr &eps, const Reduction &reduction) {
      Index n("n");
      Expr log_odds = log_odds_against(z, n, y(n));
      return Loss(n, softplus(log_odds) + eps * sigmoid(log_odds), reduction);
    });

inline constexpr auto poly1_focal_loss = define(
    Spec<6>{
        .name = "poly1_focal_loss",
        .summary = "Focal loss of logits and binary targets, plus eps (1 - p_t)^(gamma + 1), which alpha "
                   "does not weigh.",
        .source = "Leng et al., PolyLoss, ICLR 2022; abhuse/polyloss-pytorch",
        .parameters = {{points("z", "n,...", "logits"), binary("t", "n,...", "targets, 0 or 1"),
                        number("eps", 1.0, -1e30, 1e30, "weight of the polynomial term"),
                        number("alpha", 0.25, -1.0, 1.0, "weight of the target 1; below 0: none"),
                        number("gamma", 2.0, 0.0, 1e30, "focus"), reduction()}},
        .known = {R"({"z": [[0.4]], "t": [[1]]})", "0.0852874731444172"},
        .tolerance = 1e-9,
    },
    [](const Tensor &z, const Tensor &t, const Expr &eps, const Expr &alpha, const Expr &gamma,
       const Reduction &reduction) {
      auto i = indices_of(z);
      Expr target = at(t, i);
      Expr away = (1.0 - 2.0 * target) * at(z, i); // 1 - p_t is its sigmoid
      Expr weight = where(alpha < 0.0, 1.0, alpha * target + (1.0 - alpha) * (1.0 - target));
      Expr focus = gamma * log_sigmoid(away);
      return Loss(i, weight * exp(focus) * softplus(away) + eps * exp(focus + log_sigmoid(away)), reduction);
    });

inline constexpr auto polyn_cross_entropy = define(
    Spec<3>{
        .name = "polyn_cross_entropy",
        .summary = "-log p + sum over j from 1 of eps_j (1 - p)^j.",
        .source = "Leng et al., PolyLoss, ICLR 2022",
        .parameters = {{fractions("pt", "n", "probability of the true class, above 0"),
                        points("eps", "j", "coefficients"), reduction("none")}},
        .known = {R"({"pt": [0.5], "eps": [1, -0.5]})", "[1.0681471805599454]"},
    },
    [](const Tensor &pt, const Tensor &eps, const Reduction &reduction) {
      Index n("n"), j("j"), k("k");
      Expr rest = 1.0 - pt(n);
      return Loss(n, sum(j, eps(j) * pow(rest, j + 1)) - log(pt(n)), reduction);
    });

inline constexpr auto agce_loss = define(
    Spec<5>{
        .name = "agce_loss",
        .summary = "((a + 1)^q - (a + p_y)^q) / q.",
        .source = "Zhou et al., Asymmetric Loss Functions, ICML 2021; Optimization-AI/ICML2023_LDR",
        .parameters = {{points("f", "i,k", "logits"), labels("y", "i", "labels, < k"),
                        number("a", 1.0, 0.0, 1e30, "shift; 0 is the generalized cross entropy"),
                        number("q", 2.0, 1e-9, 1e30, "exponent"), reduction()}},
        .known = {R"({"f": [[0, 0]], "y": [0]})", "0.875"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &f, const Tensor &y, const Expr &a, const Expr &q, const Reduction &reduction) {
      Index i("i");
      Expr rest = sigmoid(log_odds_against(f, i, y(i)));
      return Loss(i, -pow(a + 1.0, q) * expm1(q * log1p(-rest / (a + 1.0))) / q, reduction);
    });

inline constexpr auto asymmetric_unhinged_loss = define(
    Spec<5>{
        .name = "asymmetric_unhinged_loss",
        .summary = "((a - p_y)^q - (a - 1)^q) / q.",
        .source = "Zhou et al., Asymmetric Loss Functions, ICML 2021; Optimization-AI/ICML2023_LDR",
        .parameters = {{points("f", "i,k", "logits"), labels("y", "i", "labels, < k"),
                        number("a", 1.5, 1.000000001, 1e30, "shift, above 1"),
                        number("q", 0.9, 1e-9, 1e30, "exponent"), reduction()}},
        .known = {R"({"f": [[2, 0.5, -1]], "y": [0]})", "0.22550084207343674"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &f, const Tensor &y, const Expr &a, const Expr &q, const Reduction &reduction) {
      Index i("i");
      Expr rest = sigmoid(log_odds_against(f, i, y(i)));
      return Loss(i, pow(a - 1.0, q) * expm1(q * log1p(rest / (a - 1.0))) / q, reduction);
    });

inline constexpr auto normalized_cross_entropy = define(
    Spec<4>{
        .name = "normalized_cross_entropy",
        .summary = "-log p_y over the sum of -log p_k of all classes; 0 for one class.",
        .source = "Ma et al., Normalized Loss Functions, ICML 2020; Optimization-AI/ICML2023_LDR",
        .parameters = {{points("f", "i,k", "logits"), labels("y", "i", "labels, < k"),
                        number("scale", 1.0, 0.0, 1e30, "factor"), reduction()}},
        .known = {R"({"f": [[0, 0, 0, 0]], "y": [1]})", "0.25"},
        .properties = non_negative | at_most_one | shift_invariant,
    },
    [](const Tensor &f, const Tensor &y, const Expr &scale, const Reduction &reduction) {
      Index i("i"), k("k");
      Expr all = -sum(k, log_softmax(k, f(i, k)));
      return Loss(i, scale * weighted_average(cross_entropy_of(f, i, y(i)), all), reduction);
    });

inline constexpr auto reverse_cross_entropy = define(
    Spec<4>{
        .name = "reverse_cross_entropy",
        .summary =
            "-log(A0) (1 - p_y): cross entropy of the label's distribution under the softmax, log 0 taken as "
            "log A0.",
        .source = "Wang et al., Symmetric Cross Entropy, ICCV 2019; Optimization-AI/ICML2023_LDR",
        .parameters = {{points("f", "i,k", "logits"), labels("y", "i", "labels, < k"),
                        number("A0", 1e-4, 1e-300, 1.0, "probability taken for 0"), reduction()}},
        .known = {R"({"f": [[0, 0]], "y": [0]})", "4.605170185988091"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &f, const Tensor &y, const Expr &least, const Reduction &reduction) {
      Index i("i");
      return Loss(i, -log(least) * sigmoid(log_odds_against(f, i, y(i))), reduction);
    });

inline constexpr auto generalized_js_loss = define(
    Spec<4>{
        .name = "generalized_js_loss",
        .summary = "Jensen-Shannon divergence, of weights w0 and 1 - w0, of the label's distribution and the "
                   "softmax, "
                   "scaled so that w0 to 0 is cross entropy.",
        .source = "Englesson and Azizpour, Generalized Jensen-Shannon Divergence Loss, NeurIPS 2021",
        .parameters = {{points("f", "i,k", "logits"), labels("y", "i", "labels, < k"),
                        number("w0", 0.1, 1e-6, 0.999999, "weight of the label, between 0 and 1"),
                        reduction()}},
        .known = {R"({"f": [[2, 0.5, -1]], "y": [0], "w0": 0.3})", "0.23646553356631155"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &f, const Tensor &y, const Expr &w0, const Reduction &reduction) {
      Index i("i");
      Expr log_odds = log_odds_against(f, i, y(i));
      Expr rest = sigmoid(log_odds), p = sigmoid(-log_odds), log_p = -softplus(log_odds);
      Expr log_w1 = log1p(-w0), w1 = 1.0 - w0;
      Expr log_middle = log1p(-w1 * rest); // of the label; the others' middles are w1 p_k
      Expr own = where(p > 0.0, p * (log_p - log_middle), 0.0);
      Expr divergence = w1 * (own - rest * log_w1) - w0 * log_middle;
      return Loss(i, -divergence / (w1 * log_w1), reduction);
    });

inline constexpr auto mse_softmax_loss = define(
    Spec<3>{
        .name = "mse_softmax_loss",
        .summary =
            "Brier score: sum of the squared differences of the softmax from the label's distribution.",
        .source = "Brier, Monthly Weather Review 78(1), 1950; Optimization-AI/ICML2023_LDR",
        .parameters = {{points("f", "i,k", "logits"), labels("y", "i", "labels, < k"), reduction()}},
        .known = {R"({"f": [[2, 0.5, -1]], "y": [0]})", "0.07822514654137488"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &f, const Tensor &y, const Reduction &reduction) {
      Index i("i"), k("k");
      Expr others = sum(k, square(softmax(k, f(i, k))), k != y(i));
      return Loss(i, square(sigmoid(log_odds_against(f, i, y(i)))) + others, reduction);
    });

} // namespace mercer::stdlib::classification
