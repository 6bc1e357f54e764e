// Alignment to preferences.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/KernelFunctions.h"

namespace mercer::stdlib::preference {

inline constexpr auto dpo = define(
    Spec<8>{
        .name = "dpo",
        .summary = "-log sigmoid of beta times the margin of the chosen over the rejected answer, beyond a "
                   "reference; or its hinge, or the squared error of the margin against 1 / (2 beta).",
        .source = "Rafailov et al., Direct Preference Optimization, NeurIPS 2023; TRL DPOTrainer",
        .parameters =
            {{points("lp_w", "b", "log-probability of the chosen answer"),
              points("lp_l", "b", "log-probability of the rejected answer"),
              detached(points("ref_w", "b", "the reference model's, of the chosen answer; no gradient")),
              detached(points("ref_l", "b", "the reference model's, of the rejected answer; no gradient")),
              number("beta", 0.1, 0.0, 1e30, "strength"),
              number("label_smoothing", 0.0, 0.0, 0.5, "share of wrong preferences"),
              option("loss_type", "sigmoid", "sigmoid|hinge|ipo: as said"), reduction()}},
        .known = {R"({"lp_w": [1], "lp_l": [1], "ref_w": [0], "ref_l": [0]})", "0.6931471805599453"},
        .properties = non_negative,
    },
    [](const Tensor &lp_w, const Tensor &lp_l, const Tensor &ref_w, const Tensor &ref_l, const Expr &beta,
       const Expr &label_smoothing, const std::string &loss_type, const Reduction &reduction) {
      check_option("dpo", "loss_type", loss_type, {"sigmoid", "hinge", "ipo"});
      Index b("b");
      Expr reference = stop_gradient(ref_w(b) - ref_l(b));
      Expr margin = lp_w(b) - lp_l(b) - reference, z = beta * margin;
      if (loss_type == "hinge")
        return Loss(b, relu(1.0 - z), reduction);
      if (loss_type == "ipo")
        return Loss(b, square(margin - 0.5 / beta), reduction);
      return Loss(b, (1.0 - label_smoothing) * softplus(-z) + label_smoothing * softplus(z), reduction);
    });

inline constexpr auto kernel_log_ratio = define(
    Spec<5>{
        .name = "kernel_log_ratio",
        .summary = "log k(e, ep) - log k(e, en); of a kernel exp(...) the exponents' difference, of others "
                   "values of at "
                   "least eps are taken.",
        .source =
            "Das et al., DPO Kernels, 2025; anonymous-panda123/DPO-Kernels (its embeddings pass no gradient)",
        .parameters = {{points("e", "b,k", "embeddings of the prompts"),
                        points("ep", "b,k", "embeddings of the preferred answers"),
                        points("en", "b,k", "embeddings of the rejected answers"),
                        kernel("kernel", "kernel; rbf when left out", "rbf"),
                        number("eps", 1e-12, 1e-300, 1e30, "least value of a kernel")}},
        .known = {R"({"e": [[0, 0]], "ep": [[100, 0]], "en": [[0, 2]]})", "[-4998]"},
    },
    [](const Tensor &e, const Tensor &ep, const Tensor &en, const Kernel &k, const Expr &eps) {
      Index b("b");
      return Tensor(b, log_of_kernel(k(e[b], ep[b]), eps) - log_of_kernel(k(e[b], en[b]), eps));
    });

inline constexpr auto dpo_kernel_loss = define(
    Spec<10>{
        .name = "dpo_kernel_loss",
        .summary = "-kappa (lp_w - lp_l + R) plus alpha times a divergence of the policy's from the "
                   "reference's softmax: "
                   "linear, unlike dpo, and not bounded below.",
        .source = "Das et al., DPO Kernels, 2025; anonymous-panda123/DPO-Kernels",
        .parameters = {{points("lp_w", "b", "log-probability of the chosen answer"),
                        points("lp_l", "b", "log-probability of the rejected answer"),
                        points("R", "b", "kernel_log_ratio of the embeddings"),
                        points("logits", "b,v", "the policy's logits at the chosen answer's last token"),
                        detached(points("ref_logits", "b,v", "the reference's logits there; no gradient")),
                        number("kappa", 1.0, 0.0, 1e30, "weight of the contrast"),
                        number("alpha", 1.0, 0.0, 1e30, "weight of the divergence"),
                        option("divergence", "kl",
                               "kl|reverse_kl|js|renyi|hellinger|bhattacharyya: of p from q"),
                        number("order", 0.9, 1e-9, 0.999999, "of renyi, between 0 and 1"), reduction()}},
        .known = {R"({"lp_w": [-3], "lp_l": [-4], "R": [0.5], "logits": [[0, 0]], "ref_logits": [[5, 5]]})",
                  "-1.5"},
    },
    [](const Tensor &lp_w, const Tensor &lp_l, const Tensor &r, const Tensor &logits,
       const Tensor &ref_logits, const Expr &kappa, const Expr &alpha, const std::string &divergence,
       const Expr &order, const Reduction &reduction) {
      check_option("dpo_kernel_loss", "divergence", divergence,
                   {"kl", "reverse_kl", "js", "renyi", "hellinger", "bhattacharyya"});
      Index b("b"), v("v");
      Expr log_p = log_softmax(v, logits(b, v)), log_q = log_softmax(v, stop_gradient(ref_logits(b, v)));
      auto against = [&](const Expr &p, const Expr &q) { return exp(p) * (p - q); };
      auto affinity = [&](const Expr &weight) {
        return logsumexp(v, weight * log_p + (1.0 - weight) * log_q);
      };
      Expr distance = 0.0;
      if (divergence == "kl") {
        distance = sum(v, against(log_p, log_q));
      } else if (divergence == "reverse_kl") {
        distance = sum(v, against(log_q, log_p));
      } else if (divergence == "js") {
        // log of the middle, from the larger of the two.
        Expr middle = maximum(log_p, log_q) + log1p(exp(-abs(log_p - log_q))) - 0.6931471805599453;
        distance = 0.5 * sum(v, against(log_p, middle) + against(log_q, middle));
      } else if (divergence == "renyi") {
        distance = affinity(order) / (order - 1.0);
      } else if (divergence == "hellinger") {
        distance = -expm1(affinity(0.5));
      } else {
        distance = -affinity(0.5);
      }
      return Loss(b, alpha * distance - kappa * (lp_w(b) - lp_l(b) + r(b)), reduction);
    });

inline constexpr auto suffix_pair_loss = define(
    Spec<4>{
        .name = "suffix_pair_loss",
        .summary = "Difference of the mean negative log-likelihoods of two suffixes: absolute (balance), or "
                   "as it is.",
        .source = "Hewitt et al., Model Editing with Canonical Examples, 2024 (its code broadcasts a vector "
                  "against a column)",
        .parameters = {{points("c1", "b", "mean negative log-likelihood of suffix 1"),
                        points("c2", "b", "mean negative log-likelihood of suffix 2"),
                        option("type", "balance", "balance|good-v-bad: as said"), reduction()}},
        .known = {R"({"c1": [1, 2], "c2": [0.5, 3]})", "0.75"},
        .properties = non_negative | zero_when_equal | symmetric,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"c1": [1, 2], "c2": [1, 3]})", "[0, -0.5]"},
    },
    [](const Tensor &c1, const Tensor &c2, const std::string &type, const Reduction &reduction) {
      check_option("suffix_pair_loss", "type", type, {"balance", "good-v-bad"});
      Index b("b");
      Expr difference = c1(b) - c2(b);
      return Loss(b, type == "balance" ? abs(difference) : difference, reduction);
    });

} // namespace mercer::stdlib::preference
