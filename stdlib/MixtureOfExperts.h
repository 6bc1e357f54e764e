// Mixtures of experts: routing, its auxiliary losses, the experts' outputs.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Results.h"
#include "mercer/stdlib/Scores.h"

#include <numbers>

namespace mercer::stdlib::moe {

inline Tensor softmax_of(const Tensor &scores) {
  Index t("t"), e("e");
  return Tensor({t, e}, softmax(e, scores(t, e)));
}
/// Whether an expert is among the k of a token's largest scores; of equal ones, the first.
inline Tensor chosen_of(const Tensor &scores, int k) {
  Index t("t"), e("e"), l("l");
  if (k == 1) {
    Tensor best(t, argmax(e, scores(t, e)));
    return Tensor({t, e}, best(t) == e);
  }
  return Tensor({t, e}, rank_of([&](const Expr &at) { return -scores(t, at); }, e, l) < k);
}
/// E sum_e (share of the k choices that are e) (mean probability of e).
inline Expr balance_of(const Tensor &probability, const Tensor &chosen, int k) {
  Index t("t"), e("e");
  Expr share = to_real(count(t, chosen(t, e))) / (to_real(extent(probability, 0)) * k);
  return to_real(extent(probability, 1)) * sum(e, share * mean(t, probability(t, e)));
}

inline constexpr auto gaussian_moe_nll = define(
    Spec<8>{
        .name = "gaussian_moe_nll",
        .summary = "Negative log-likelihood of a mixture of linear regressions whose weights are a softmax "
                   "of the input.",
        .source = "Jacobs et al., Adaptive Mixtures of Local Experts, Neural Computation 3(1), 1991",
        .parameters = {{points("X", "i,d", "inputs"), points("y", "i", "targets"),
                        points("w", "k,d", "weights of the gate"), points("c", "k", "intercepts of the gate"),
                        points("a", "k,d", "slopes of the experts"),
                        points("b", "k", "intercepts of the experts"),
                        positive("v", "k", "variances of the experts, above 0"), reduction()}},
        .known =
            {R"({"X": [[1.5]], "y": [2], "w": [[0.5], [-0.2]], "c": [0, 0.3], "a": [[1], [2]], "b": [0, -1],
                      "v": [0.5, 1]})",
             "0.8523436689838251"},
    },
    [](const Tensor &x, const Tensor &y, const Tensor &w, const Tensor &c, const Tensor &a, const Tensor &b,
       const Tensor &v, const Reduction &reduction) {
      Index i("i"), k("k");
      Expr gate = log_softmax(k, dot(x[i], w[k]) + c(k)), miss = y(i) - dot(x[i], a[k]) - b(k);
      Expr expert = -0.5 * (log(2.0 * std::numbers::pi * v(k)) + square(miss) / v(k));
      return Loss(i, -logsumexp(k, gate + expert), reduction);
    });

inline constexpr auto moe_load_balancing_loss = define(
    Spec<3>{
        .name = "moe_load_balancing_loss",
        .summary = "alpha E sum over experts of the share of tokens routed there times their mean "
                   "probability; alpha when "
                   "balanced.",
        .source = "Fedus, Zoph and Shazeer, Switch Transformers, JMLR 23, 2022; transformers "
                  "load_balancing_loss_func",
        .parameters = {{points("z", "t,e", "scores of the router"),
                        number("alpha", 0.01, 0.0, 1e30, "weight"), option("k", 1.0, "experts of a token")}},
        .known = {R"({"z": [[1, 0], [0, 3]], "alpha": 1})", "1"},
        .properties = non_negative | shift_invariant,
        .smoothness = Smoothness::kinked,
    },
    // Shares are of all choices, so that the least value does not depend on k; some implementations leave 1/k
    // out.
    [](const Tensor &z, const Expr &alpha, int k) {
      check_whole("moe_load_balancing_loss", "k", k, 1);
      return alpha * balance_of(softmax_of(z), chosen_of(z, k), k);
    });

inline constexpr auto router_z_loss = define(
    Spec<3>{
        .name = "router_z_loss",
        .summary = "weight times the squared log-sum-exp of each token's scores.",
        .source = "Zoph et al., ST-MoE, arXiv 2202.08906, 2022",
        .parameters = {{points("z", "t,e", "scores of the router"),
                        number("weight", 0.001, 0.0, 1e30, "weight"), reduction()}},
        .known = {R"({"z": [[0, 0]], "weight": 1})", "0.4804530139182014"},
        .properties = non_negative,
    },
    [](const Tensor &z, const Expr &weight, const Reduction &reduction) {
      Index t("t"), e("e");
      return Loss(t, weight * square(logsumexp(e, z(t, e))), reduction);
    });

inline constexpr auto conflict_elimination_loss = define(
    Spec<4>{
        .name = "conflict_elimination_loss",
        .summary = "Cross entropy of the current expert under the softmax of the negated scores, averaged "
                   "over tokens in "
                   "conflict.",
        .source = "Yang et al., Solving Token Gradient Conflict in Mixture-of-Experts for Large "
                  "Vision-Language Model, "
                  "ICLR 2025",
        .parameters = {{points("z", "t,e", "scores of the router"),
                        labels("e", "t", "current expert of the token"),
                        detached(binary("f", "t", "1 for tokens in conflict, 0 for others; no gradient")),
                        number("lam_cel", 1.0, 0.0, 1e30, "weight")}},
        .known = {R"({"z": [[2, 0.5, -1]], "e": [0], "f": [1]})", "3.241311296657157"},
        .properties = non_negative | shift_invariant,
        .smoothness = Smoothness::detached,
    },
    // The load-balancing loss that the paper adds, with weight lam_aux, is an entry of its own.
    [](const Tensor &z, const Tensor &expert, const Tensor &f, const Expr &weight) {
      Index t("t"), e("e");
      auto score = [&](const Expr &of) { return -z(t, of); };
      Expr conflict = stop_gradient(f(t));
      return weight * sum(t, conflict * cross_entropy_of(e, score, expert(t))) /
             maximum(sum(t, conflict), 1.0);
    });

inline constexpr auto topk_softmax_router = define(
    Spec<3>{
        .name = "topk_softmax_router",
        .summary = "The k experts of the largest scores, in that order, and their softmax weights.",
        .source = "Jiang et al., Mixtral of Experts, arXiv 2401.04088, 2024; shawntan/scattermoe",
        .parameters = {{points("z", "t,e", "scores of the router"),
                        option("k", 2.0, "experts of a token, 1 to e"),
                        option("renorm", 1.0, "true: the weights of the chosen sum to 1")}},
        .known = {R"({"z": [[0, 2, 1]]})", "[[0.7310585786300049, 0.2689414213699951]]"},
        .properties = non_negative | at_most_one | shift_invariant,
        .smoothness = Smoothness::kinked,
    },
    // Ranks by counting: equal scores in the order of the experts.
    [](const Tensor &z, int k, bool renorm) {
      check_whole("topk_softmax_router", "k", k, 1);
      Index t("t"), e("e"), l("l"), j("j", k), m("m", k);
      Tensor rank({t, e}, rank_of([&](const Expr &at) { return -z(t, at); }, e, l));
      Tensor expert({t, j}, argmax(e, to_real(rank(t, e) == j), rank(t, e) == j));
      Expr all = renorm ? logsumexp(m, z(t, expert(t, m))) : logsumexp(e, z(t, e));
      return Routing{Tensor({t, j}, exp(z(t, expert(t, j)) - all)), expert};
    });

inline constexpr auto moe_top1_gating = define(
    Spec<5>{
        .name = "moe_top1_gating",
        .summary = "Load-balancing loss of the best expert, and each token's expert, gate and place among "
                   "those that fit "
                   "its capacity.",
        .source =
            "Rajbhandari et al., DeepSpeed-MoE, ICML 2022; microsoft/DeepSpeed sharded_moe.py top1gating",
        .parameters = {{points("logits", "t,e", "scores of the router"),
                        probabilities(
                            "u", "t",
                            "uniform random numbers: the largest are kept; the first tokens without"),
                        number("capacity_factor", 1.0, 0.0, 1e30, "capacity over tokens / experts"),
                        option("min_capacity", 8.0, "least capacity"),
                        option("drop_tokens", 1.0, "false: every token is kept")}},
        .known = {R"({"logits": [[1, 0], [0, 3]]})", "1"},
        .properties = non_negative | shift_invariant,
        .smoothness = Smoothness::kinked,
    },
    // combine(t, e, c) of the reference is the gate where e is the expert and c the place. The loss counts
    // dropped tokens, too.
    [](const Tensor &logits, const std::optional<Tensor> &u, const Expr &capacity_factor, int min_capacity,
       bool drop_tokens) {
      Index t("t"), e("e"), s("s");
      Tensor probability = softmax_of(logits);
      Tensor expert(t, argmax(e, logits(t, e)));
      Expr least = to_real(extent(logits, 0)) / to_real(extent(logits, 1)) * capacity_factor;
      Expr capacity = maximum(ceil(least), static_cast<double>(min_capacity));
      Expr same = expert(s) == expert(t), earlier = s < t;
      Expr before = u ? count(s, same && ((*u)(s) > (*u)(t) || ((*u)(s) == (*u)(t) && earlier)))
                      : count(s, same && earlier);
      Tensor kept(t, drop_tokens ? to_real(before) < capacity : Expr(true));
      Tensor location(t, where(kept(t), count(s, same && earlier && kept(s)), -1));
      Tensor gate(t, where(kept(t), probability(t, expert(t)), 0.0));
      return Dispatch{scalar_tensor(balance_of(probability, chosen_of(logits, 1), 1)), gate, expert,
                      location};
    });

inline constexpr auto moe_topk_gating_aux = define(
    Spec<4>{
        .name = "moe_topk_gating_aux",
        .summary = "Load-balancing loss of the k best experts, or of the first of two, and the weights of "
                   "the experts that "
                   "have room.",
        .source =
            "Lepikhin et al., GShard, ICLR 2021; microsoft/DeepSpeed sharded_moe.py top2gating, topkgating",
        .parameters = {{points("logits", "t,e", "scores of the router"),
                        option("k", 2.0, "experts of a token, 1 to e"),
                        number("capacity_factor", 1.0, 0.0, 1e30, "capacity over k tokens / experts"),
                        option("form", "topk", "topk|top2: shares of all k choices, or of the first alone")}},
        .known = {R"({"logits": [[1, 0], [0, 3]], "form": "top2"})", "1"},
        .properties = non_negative | shift_invariant,
        .smoothness = Smoothness::kinked,
    },
    // Tokens are dropped in their order where an expert is full; noise for the second choice is added to the
    // scores by the caller.
    [](const Tensor &logits, int k, const Expr &capacity_factor, const std::string &form) {
      check_option("moe_topk_gating_aux", "form", form, {"topk", "top2"});
      check_whole("moe_topk_gating_aux", "k", k, 1);
      Index t("t"), e("e"), s("s");
      Tensor probability = softmax_of(logits), chosen = chosen_of(logits, k);
      Expr least =
          static_cast<double>(k) * to_real(extent(logits, 0)) / to_real(extent(logits, 1)) * capacity_factor;
      Expr room = to_real(count(s, chosen(s, e) && s < t)) < ceil(least);
      Tensor kept({t, e}, where(chosen(t, e) && room, probability(t, e), 0.0));
      Expr total = maximum(sum(e, kept(t, e)), 1e-30);
      int counted = form == "topk" ? k : 1;
      return Combination{scalar_tensor(balance_of(probability, chosen_of(logits, counted), counted)),
                         Tensor({t, e}, kept(t, e) / total)};
    });

inline constexpr auto moe_ffn = define(
    Spec<9>{
        .name = "moe_ffn",
        .summary = "Gated sum of each token's experts, which are networks of one hidden layer.",
        .source = "Tan et al., Scattered Mixture-of-Experts Implementation, COLM 2024; shawntan/scattermoe",
        .parameters = {{points("X", "t,c", "tokens"), points("g", "t,j", "gates"),
                        labels("idx", "t,j", "experts"),
                        points("W1", "e,h,c",
                               "weights of the hidden layers; with glu twice as many rows, the gates last"),
                        points("W2", "e,d,h", "weights of the outputs"),
                        points("b1", "e,h", "biases; none without"),
                        points("b2", "e,d", "biases of the outputs; none without"),
                        option("act", "gelu", "gelu|relu|silu: the exact gelu"),
                        option("glu", 0.0, "true: hidden = act(gate) h")}},
        .known =
            {R"({"X": [[1, -2]], "g": [[0.75, 0.25]], "idx": [[0, 1]], "W1": [[[1, 0], [0, 1]], [[0, 2], [1, 0]]],
                      "W2": [[[1, 1]], [[1, -1]]], "act": "relu"})",
             "[[0.5]]"},
        .smoothness = Smoothness::twice,
    },
    [](const Tensor &x, const Tensor &g, const Tensor &idx, const Tensor &w1, const Tensor &w2,
       const std::optional<Tensor> &b1, const std::optional<Tensor> &b2, const std::string &act, bool glu) {
      check_option("moe_ffn", "act", act, {"gelu", "relu", "silu"});
      Index t("t"), j("j"), h("h", extent(w2, 2)), d("d");
      auto activation = [&](const Expr &e) {
        return act == "gelu" ? gelu(e) : act == "relu" ? relu(e) : silu(e);
      };
      auto row = [&](const Expr &at) {
        Expr product = dot(x[t], w1[idx(t, j)][at]);
        return b1 ? product + (*b1)(idx(t, j), at) : product;
      };
      Tensor hidden({t, j, h}, glu ? activation(row(h + extent(w2, 2))) * row(h) : activation(row(h)));
      Expr output = sum(h, w2(idx(t, j), d, h) * hidden(t, j, h));
      return Tensor({t, d}, sum(j, g(t, j) * (b2 ? output + (*b2)(idx(t, j), d) : output)));
    });

inline constexpr auto moe_lasso_objective = define(
    Spec<6>{
        .name = "moe_lasso_objective",
        .summary = "A negative log-likelihood plus lambda times the absolute sum of the gate's and the "
                   "experts' weights.",
        .source = "Nguyen et al., Non-asymptotic Oracle Inequalities for the Lasso in High-dimensional "
                  "Mixture of Experts, "
                  "arXiv 2009.10622, 2020",
        .parameters =
            {{scalar("nll", 0.7, -1e30, 1e30, "negative log-likelihood, of gaussian_moe_nll"),
              points("Gam", "c,k", "weights of the gate"), points("Beta", "c,k", "weights of the experts"),
              points("gam0", "c", "intercepts of the gate, which the theory penalises; none without"),
              points("beta0", "c", "intercepts of the experts; none without"),
              number("lambda", 0.1, 0.0, 1e30, "weight")}},
        .known = {R"({"nll": 0.5, "Gam": [[1, -2]], "Beta": [[0, 3]], "lambda": 0.5})", "3.5"},
        .smoothness = Smoothness::kinked,
        .kink = {R"({"nll": 0.5, "Gam": [[0, -2]], "Beta": [[0, 3]]})", "1"},
    },
    [](const Expr &nll, const Tensor &gate, const Tensor &experts,
       const std::optional<Tensor> &gate_intercepts, const std::optional<Tensor> &expert_intercepts,
       const Expr &weight) {
      Index c("c"), k("k");
      Expr size = sum({c, k}, abs(gate(c, k))) + sum({c, k}, abs(experts(c, k)));
      if (gate_intercepts)
        size = size + sum(c, abs((*gate_intercepts)(c)));
      if (expert_intercepts)
        size = size + sum(c, abs((*expert_intercepts)(c)));
      return nll + weight * size;
    });

inline constexpr auto moe_token_conflict = define(
    Spec<3>{
        .name = "moe_token_conflict",
        .summary = "1 where a token's gradient has a cosine below tau with the mean gradient of its expert's "
                   "tokens, else "
                   "0.",
        .source = "Yang et al., Solving Token Gradient Conflict in Mixture-of-Experts for Large "
                  "Vision-Language Model, "
                  "ICLR 2025",
        .parameters = {{detached(points("g", "t,h", "gradients of the tokens")),
                        labels("e", "t", "expert of the token"),
                        number("tau", 0.0, -1.0, 1.0, "cosine below which there is a conflict")}},
        .known = {R"({"g": [[1, 0], [0.8, 0.6], [-1, 0.2], [0, 1]], "e": [0, 0, 0, 0]})", "[0, 0, 1, 0]"},
        .properties = non_negative | at_most_one | scale_invariant,
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &g, const Tensor &e, const Expr &tau) {
      Index t("t"), s("s"), h("h");
      Tensor unit = normalize(g), middle = normalize(Tensor({t, h}, mean(s, g(s, h), e(s) == e(t))));
      return Tensor(t, to_real(dot(unit[t], middle[t]) < tau));
    });

inline constexpr auto moec_cluster_loss = define(
    Spec<5>{
        .name = "moec_cluster_loss",
        .summary =
            "Load balance of cosine routing plus the variance of the experts' masses within their clusters.",
        .source = "Xie et al., MoEC: Mixture of Expert Clusters, AAAI 2023; fairseq top1gate.py",
        .parameters = {{cosines("c", "t,e", "cosine scores of the router"),
                        option("G", 8.0,
                               "clusters; one of all experts where it does not divide their number"),
                        number("var_coef", 1.0, 0.0, 1e30, "weight of the variance"),
                        option("type", 1.0,
                               "0: of all experts; 1: within clusters; 2: over exp of the distance between "
                               "the masses of the first two clusters by size"),
                        number("temp", 0.07, 0.0, 1e30, "temperature")}},
        .known = {R"({"c": [[0.5, 0.45, 0.1, 0], [0, 0.1, 0.4, 0.5], [0.3, 0.2, 0.1, 0.1]], "G": 2})",
                  "6.068702915640859"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
    },
    // Clusters of one expert have variance 0, where the authors' code is NaN.
    [](const Tensor &c, int clusters, const Expr &var_coef, int type, const Expr &temp) {
      check_whole("moec_cluster_loss", "G", clusters, 1);
      check_whole("moec_cluster_loss", "type", type, 0, 2);
      Index t("t"), e("e"), g("g", clusters), l("l");
      Expr tokens = to_real(extent(c, 0)), experts = extent(c, 1), size = floor_div(experts, clusters);
      Tensor probability({t, e}, softmax(e, c(t, e) / temp));
      Tensor mass(e, sum(t, probability(t, e))), best(t, argmax(e, c(t, e)));
      Expr share = to_real(count(t, best(t) == e)) / tokens + 1e-6;
      Expr overall = variance(e, mass(e), true, 1);
      Expr spread = overall;
      if (type > 0) {
        Expr within = mean(g, variance(e, mass(e), floor_div(e, maximum(size, 1)) == g, 1));
        if (type == 2) {
          Tensor rank(e, rank_of([&](const Expr &at) { return -mass(at); }, e, l));
          within = within * exp((mean(e, mass(e), rank(e) >= size && rank(e) < 2 * size) -
                                 mean(e, mass(e), rank(e) < size)) /
                                tokens);
        }
        spread = where(experts % clusters == 0, within, overall);
      }
      return to_real(experts) * (sum(e, mass(e) * share) + var_coef * spread);
    });

inline constexpr auto moe_residual_combine = define(
    Spec<3>{
        .name = "moe_residual_combine",
        .summary = "Softmax-weighted sum of the output of the experts and that of a dense branch.",
        .source = "Rajbhandari et al., DeepSpeed-MoE, ICML 2022; microsoft/DeepSpeed moe/layer.py",
        .parameters = {{points("moe", "t,k", "output of the experts"),
                        points("mlp", "t,k", "output of the dense branch"),
                        points("coef", "t,2", "scores of the two")}},
        .known = {R"({"moe": [[1, 2]], "mlp": [[3, 0]], "coef": [[0, 0]]})", "[[2, 1]]"},
    },
    [](const Tensor &moe, const Tensor &mlp, const Tensor &coef) {
      Index t("t"), k("k");
      Expr share = sigmoid(coef(t, 0) - coef(t, 1)), other = sigmoid(coef(t, 1) - coef(t, 0));
      return Tensor({t, k}, share * moe(t, k) + other * mlp(t, k));
    });

} // namespace mercer::stdlib::moe
