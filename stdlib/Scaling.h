// Scaling laws of losses in parameters, data, experts and mixtures; their fits; exact risks.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Results.h"

#include <cmath>
#include <limits>

namespace mercer::stdlib::scaling {

inline constexpr auto log_huber_fit_objective = define(
    Spec<3>{
        .name = "log_huber_fit_objective",
        .summary = "Sum of the Huber losses of log Lhat - log L: what scaling laws are fitted by.",
        .source =
            "Hoffmann et al., Training Compute-Optimal Large Language Models, NeurIPS 2022, section 3.3",
        .parameters = {{positive("Lhat", "r", "losses that the law predicts"),
                        positive("L", "r", "losses observed"),
                        number("delta", 1e-3, 0.0, 1e30, "where the tails start")}},
        .known = {R"({"Lhat": [2, 3], "L": [2.001, 3.3]})", "9.49351173329576e-05"},
        .properties = non_negative | zero_when_equal | symmetric,
        .smoothness = Smoothness::once,
        .kink = {R"({"Lhat": [2, 1], "L": [2, 1]})", "[0, 0]"},
    },
    [](const Tensor &lhat, const Tensor &l, const Expr &delta) {
      Index r("r");
      return sum(r, huber_of(log(lhat(r)) - log(l(r)), delta));
    });

inline constexpr auto mixture_of_data_experts_loss = define(
    Spec<2>{
        .name = "mixture_of_data_experts_loss",
        .summary = "Cross entropy of the ensemble of data experts: -mean over tokens of log sum_k lambda(k) "
                   "exp logP(k,t).",
        .source = "Belenki et al., Optimizing Pre-Training Data Mixtures with Mixtures of Data Expert "
                  "Models, arXiv "
                  "2502.15950, 2025",
        .parameters = {{points("logP", "k,t", "log probability that each expert gives the observed token"),
                        probabilities("lambda", "k", "rates of the mixture")}},
        .known = {R"({"logP": [[0, 0.6931471805599453], [0, 0]], "lambda": [0.5, 0.5]})",
                  "-0.2027325540540822"},
    },
    [](const Tensor &log_p, const Tensor &lambda) {
      Index k("k"), t("t");
      // Not log lambda, whose derivative at a rate of 0 is infinite.
      Expr largest = stop_gradient(max(k, log_p(k, t), lambda(k) > 0.0));
      Expr shift = where(largest > -std::numeric_limits<double>::infinity(), largest, 0.0);
      return -mean(t, log(sum(k, lambda(k) * exp(log_p(k, t) - shift))) + shift);
    });

inline constexpr auto joint_moe_scaling_law = define(
    Spec<12>{
        .name = "joint_moe_scaling_law",
        .summary = "a Eh^delta N^(alpha + gamma ln Eh) + b Eh^omega D^(beta + zeta ln Eh) + c: loss of a "
                   "mixture of experts by "
                   "active parameters N, tokens D and effective experts Eh.",
        .source = "Ludziejewski et al., Joint MoE Scaling Laws: Mixture of Experts Can Be Memory Efficient, "
                  "ICML 2025",
        .parameters = {{positive("N", "r", "active parameters"), positive("D", "r", "training tokens"),
                        positive("Eh", "r", "effective number of experts"),
                        number("a", 35.91, 0.0, 1e30, "of the parameters"),
                        number("b", 35.98, 0.0, 1e30, "of the tokens"),
                        number("c", 1.3637, 0.0, 1e30, "irreducible loss"),
                        number("alpha", -0.1889, -1e30, 1e30, "exponent of N"),
                        number("beta", -0.1775, -1e30, 1e30, "exponent of D"),
                        number("gamma", 0.0098, -1e30, 1e30, "change of alpha with ln Eh"),
                        number("delta", -0.2285, -1e30, 1e30, "exponent of Eh with N"),
                        number("omega", 0.5529, -1e30, 1e30, "exponent of Eh with D"),
                        number("zeta", -0.0259, -1e30, 1e30, "change of beta with ln Eh")}},
        .known = {R"({"N": [1e9, 1e9], "D": [2e10, 2e10], "Eh": [1, 8]})",
                  "[2.6141408162094217, 2.5132292737989372]"},
        .properties = non_negative,
    },
    [](const Tensor &n, const Tensor &d, const Tensor &eh, const Expr &a, const Expr &b, const Expr &c,
       const Expr &alpha, const Expr &beta, const Expr &gamma, const Expr &delta, const Expr &omega,
       const Expr &zeta) {
      Index r("r");
      Expr experts = log(eh(r));
      Expr of_parameters = exp(delta * experts + (alpha + gamma * experts) * log(n(r)));
      Expr of_tokens = exp(omega * experts + (beta + zeta * experts) * log(d(r)));
      return Tensor(r, a * of_parameters + b * of_tokens + c);
    });

inline constexpr auto moe_lr_scaling = define(
    Spec<2>{
        .name = "moe_lr_scaling",
        .summary = "exp(8.39 - 0.81 ln N - 0.25 ln E): learning rate by active parameters and experts.",
        .source = "Ludziejewski et al., Joint MoE Scaling Laws: Mixture of Experts Can Be Memory Efficient, "
                  "ICML 2025",
        .parameters = {{positive("N", "r", "active parameters, without embeddings"),
                        positive("E", "r", "experts")}},
        .known = {R"({"N": [1e9, 1e9], "E": [1, 8]})", "[0.00022580351761253354, 0.00013426357486873361]"},
        .properties = non_negative,
    },
    [](const Tensor &n, const Tensor &e) {
      Index r("r");
      return Tensor(r, std::exp(8.39) * pow(n(r), -0.81) * pow(e(r), -0.25));
    });

/// sum of C_i h_i^g_i; C and g are 1 when left out.
inline Expr share_of(const Tensor &h, const std::optional<Tensor> &c, const std::optional<Tensor> &g) {
  Index i("i");
  Expr power = g ? power_or_zero(h(i), (*g)(i)) : h(i);
  return sum(i, c ? (*c)(i)*power : power);
}

inline constexpr auto mixture_scaling_law_additive = define(
    Spec<10>{
        .name = "mixture_scaling_law_additive",
        .summary = "E + 1 / sum_i C_i h_i^g_i + A / N^alpha + B / D^beta: loss by the weights h of data "
                   "domains, parameters and "
                   "tokens.",
        .source = "Shukor et al., Scaling Laws for Optimal Data Mixtures, arXiv 2507.09404, 2025; A, B, E, "
                  "alpha, beta of "
                  "Hoffmann et al., NeurIPS 2022",
        .parameters =
            {{probabilities("h", "i", "weights of the domains"),
              scalar("N", 1e8, 0.0, 1e30, "parameters"),
              scalar("D", 2e9, 0.0, 1e30, "tokens"),
              {.name = "C_i", .shape = "i", .doc = "factors of the domains; all 1 when left out", .low = 0},
              {.name = "g_i", .shape = "i", .doc = "exponents of the domains; all 1 when left out", .low = 0},
              number("E", 1.69, 0.0, 1e30, "irreducible loss"),
              number("A", 406.4, 0.0, 1e30, "of the parameters"),
              number("B", 410.7, 0.0, 1e30, "of the tokens"),
              number("alpha", 0.34, 0.0, 1e30, "exponent of N"),
              number("beta", 0.28, 0.0, 1e30, "exponent of D")}},
        .known = {R"({"h": [0.5, 0.3, 0.2], "N": 1e8, "D": 2e9, "E": 1.5, "A": 400, "B": 600, "beta": 0.3})",
                  "4.234578245200956"},
        .properties = non_negative,
    },
    [](const Tensor &h, const Expr &n, const Expr &d, const std::optional<Tensor> &c,
       const std::optional<Tensor> &g, const Expr &e, const Expr &a, const Expr &b, const Expr &alpha,
       const Expr &beta) {
      return e + 1.0 / share_of(h, c, g) + a * exp(-alpha * log(n)) + b * exp(-beta * log(d));
    });

inline constexpr auto mixture_scaling_law_joint = define(
    Spec<12>{
        .name = "mixture_scaling_law_joint",
        .summary = "The additive law, where A = (sum_i CA_i h_i)^gA and B = (sum_i CB_i h_i)^gB depend on "
                   "the weights as well.",
        .source = "Shukor et al., Scaling Laws for Optimal Data Mixtures, arXiv 2507.09404, 2025",
        .parameters =
            {{probabilities("h", "i", "weights of the domains"),
              scalar("N", 1e8, 0.0, 1e30, "parameters"),
              scalar("D", 2e9, 0.0, 1e30, "tokens"),
              {.name = "CA_i", .shape = "i", .doc = "of the domains in A; all 1 when left out", .low = 0},
              {.name = "CB_i", .shape = "i", .doc = "of the domains in B; all 1 when left out", .low = 0},
              number("gA", 1.0, -1e30, 1e30, "exponent of A"),
              number("gB", 1.0, -1e30, 1e30, "exponent of B"),
              number("E", 1.69, 0.0, 1e30, "irreducible loss"),
              number("alpha", 0.34, 0.0, 1e30, "exponent of N"),
              number("beta", 0.28, 0.0, 1e30, "exponent of D"),
              {.name = "C_i", .shape = "i", .doc = "factors of the domains; all 1 when left out", .low = 0},
              {.name = "g_i",
               .shape = "i",
               .doc = "exponents of the domains; all 1 when left out",
               .low = 0}}},
        .known = {R"({"h": [0.5, 0.5], "N": 1, "D": 1})", "4.69"},
        .properties = non_negative,
    },
    [](const Tensor &h, const Expr &n, const Expr &d, const std::optional<Tensor> &ca,
       const std::optional<Tensor> &cb, const Expr &ga, const Expr &gb, const Expr &e, const Expr &alpha,
       const Expr &beta, const std::optional<Tensor> &c, const std::optional<Tensor> &g) {
      Expr of_parameters = exp(ga * log(share_of(h, ca, {})) - alpha * log(n));
      Expr of_tokens = exp(gb * log(share_of(h, cb, {})) - beta * log(d));
      return e + 1.0 / share_of(h, c, g) + of_parameters + of_tokens;
    });

inline constexpr auto mixing_law_loglinear = define(
    Spec<6>{
        .name = "mixing_law_loglinear",
        .summary = "c(i) + b(i) exp(-sum_j A(i,j) p(r,j)): losses of validation groups by the mixture of "
                   "runs; with observed "
                   "losses also the sum of the Huber losses of the differences.",
        .source = "Chen et al., Aioli: A Unified Optimization Framework for Language Model Data Mixing, ICLR "
                  "2025; Ye et al., "
                  "Data Mixing Laws, ICLR 2025; HazyResearch/aioli",
        .parameters = {{probabilities("p", "r,j", "mixtures of the runs"),
                        points("A", "i,j", "effects of the data"),
                        points("b", "i", "scales"),
                        points("c", "i", "irreducible losses"),
                        {.name = "Lobs", .shape = "r,i", .doc = "observed losses; none: no fit"},
                        number("delta", 0.01, 0.0, 1e30, "where the tails of the fit start")}},
        .known =
            {R"({"p": [[0.5, 0.3, 0.2]], "A": [[0.2, 0, 0.1], [0.05, 0.3, 0], [0, 0.1, 0.4]], "b": [1, 2, 1.5], "c": [0.5, 0.4, 0.6]})",
             "[[1.3869204367171575, 2.182732287813663, 1.9437512029447923]]"},
        .smoothness = Smoothness::once, // of the fit
    },
    [](const Tensor &p, const Tensor &a, const Tensor &b, const Tensor &c,
       const std::optional<Tensor> &observed, const Expr &delta) {
      Index r("r"), i("i"), j("j");
      Tensor loss({r, i}, c(i) + b(i) * exp(-sum(j, a(i, j) * p(r, j))));
      if (!observed)
        return Fitted{loss, {}};
      return Fitted{loss, sum({r, i}, huber_of(loss(r, i) - (*observed)(r, i), delta))};
    });

inline constexpr auto penalized_model_selection = define(
    Spec<4>{
        .name = "penalized_model_selection",
        .summary = "nll + kappa dim / n of each model, whose least is selected; kappa 1 is AIC / 2n, log(n) "
                   "/ 2 BIC / 2n.",
        .source = "Birge and Massart, Minimal Penalties for Gaussian Model Selection, 2007; Nguyen et al., "
                  "EJS 16(2), 2022",
        .parameters = {{points("nll", "m", "least average negative log likelihoods"),
                        points("dim", "m", "dimensions"), scalar("n", 100.0, 1.0, 1e30, "sample size"),
                        number("kappa", 1.0, 0.0, 1e30, "weight")}},
        .known = {R"({"nll": [1, 0.5], "dim": [2, 10], "n": 20, "kappa": 2})", "[1.2, 1.5]"},
    },
    [](const Tensor &nll, const Tensor &dim, const Expr &n, const Expr &kappa) {
      Index m("m");
      return Tensor(m, nll(m) + kappa * dim(m) / n);
    });

inline constexpr auto ridgeless_training_error = define(
    Spec<2>{
        .name = "ridgeless_training_error",
        .summary = "sigma2_y / 2 max(0, 1 - 1 / alpha): training loss of least squares on random labels, "
                   "alpha samples for a "
                   "dimension.",
        .source = "Pesce et al., Are Gaussian Data All You Need?, ICML 2023",
        .parameters = {{scalar("alpha", 2.0, 0.0, 1e30, "samples for a dimension"),
                        number("sigma2_y", 1.0, 0.0, 1e30, "variance of the labels")}},
        .known = {R"({"alpha": 4, "sigma2_y": 2})", "0.75"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"alpha": 1})", "0"},
    },
    [](const Expr &alpha, const Expr &sigma2_y) { return 0.5 * sigma2_y * relu(1.0 - 1.0 / alpha); });

inline constexpr auto spectral_generalization_loss_nmno = define(
    Spec<5>{
        .name = "spectral_generalization_loss_nmno",
        .summary = "Half the sum of s2 / N h^2 + c2 (1 - h)^2: risk of a spectral algorithm with the profile "
                   "h = lambda / (lambda + eta) in the naive model of noisy observations.",
        .source = "Velikanov, Panov and Yarotsky, Generalization Error of Spectral Algorithms, ICLR 2024",
        .parameters = {{positive("lambda", "l", "eigenvalues of the kernel"),
                        positive("c2", "l", "squared coefficients"),
                        number("s2", 1.0, 0.0, 1e30, "variance of the labels' noise"),
                        number("N", 100.0, 1.0, 1e30, "samples"), number("eta", 0.1, 0.0, 1e30, "ridge")}},
        .known = {R"({"lambda": [1, 0.3, 0.05], "c2": [1, 0.5, 0.2], "s2": 0.25, "N": 50})",
                  "0.06795181932966027"},
        .properties = non_negative,
    },
    [](const Tensor &lambda, const Tensor &c2, const Expr &s2, const Expr &n, const Expr &eta) {
      Index l("l");
      Expr kept = lambda(l) / (lambda(l) + eta), lost = eta / (lambda(l) + eta);
      return 0.5 * sum(l, s2 / n * square(kept) + c2(l) * square(lost));
    });

} // namespace mercer::stdlib::scaling
