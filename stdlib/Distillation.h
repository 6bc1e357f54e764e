// A student's scores against a teacher's.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Scores.h"

namespace mercer::stdlib::distillation {

inline constexpr auto kd_kl_loss = define(
    Spec<4>{
        .name = "kd_kl_loss",
        .summary = "T^2 KL(softmax(zt / T) || softmax(zs / T)); the teacher zt gets no gradient.",
        .source = "Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network, 2015",
        .parameters = {{points("zs", "i,c", "the student's logits"),
                        detached(points("zt", "i,c", "the teacher's logits")),
                        number("T", 4.0, 0.0, 1e30, "temperature"), reduction()}},
        .known = {R"({"zs": [[1, 0, -1]], "zt": [[2, 0, 0]]})", "0.10310656356377557"},
        .properties = zero_when_equal | shift_invariant,
    },
    [](const Tensor &zs, const Tensor &zt, const Expr &t, const Reduction &reduction) {
      Index i("i"), c("c");
      Expr student = log_softmax(c, zs(i, c) / t), teacher = log_softmax(c, stop_gradient(zt(i, c)) / t);
      return Loss(i, square(t) * sum(c, exp(teacher) * (teacher - student)), reduction);
    });

inline constexpr auto dkd_loss = define(
    Spec<7>{
        .name = "dkd_loss",
        .summary =
            "T^2 times alpha the divergence of label against rest, plus beta the divergence among the other "
            "classes; the teacher gets no gradient.",
        .source = "Zhao et al., Decoupled Knowledge Distillation, CVPR 2022; Hao840/OFAKD dkd.py",
        .parameters = {{points("zS", "b,c", "the student's logits"),
                        detached(points("zT", "b,c", "the teacher's logits")),
                        labels("y", "b", "labels, < c"),
                        number("alpha", 1.0, 0.0, 1e30, "weight of label against rest"),
                        number("beta", 2.0, 0.0, 1e30, "weight of the other classes"),
                        number("T", 1.0, 1e-30, 1e30, "temperature, above 0"), reduction()}},
        .known = {R"({"zS": [[1, 0, -1]], "zT": [[2, 0, 0]], "y": [0]})", "0.2761971666988593"},
        .properties = zero_when_equal | shift_invariant,
    },
    [](const Tensor &zS, const Tensor &zT, const Tensor &y, const Expr &alpha, const Expr &beta,
       const Expr &t, const Reduction &reduction) {
      Index b("b"), c("c");
      Tensor student({b, c}, zS(b, c) / t), teacher({b, c}, stop_gradient(zT(b, c)) / t);
      Expr odds = log_odds_against(student, b, y(b)), odds_of_teacher = log_odds_against(teacher, b, y(b));
      Expr rest = sigmoid(odds_of_teacher), among = softplus(-odds) - softplus(-odds_of_teacher);
      Expr target = sigmoid(-odds_of_teacher) * (softplus(odds) - softplus(odds_of_teacher)) +
                    where(rest > 0.0, rest * among, 0.0); // of one class there is no rest
      Expr other = c != y(b);
      Expr log_p = log_softmax(c, teacher(b, c), other), log_q = log_softmax(c, student(b, c), other);
      return Loss(b, square(t) * (alpha * target + beta * sum(c, exp(log_p) * (log_p - log_q), other)),
                  reduction);
    });

inline constexpr auto ofa_loss = define(
    Spec<6>{
        .name = "ofa_loss",
        .summary = "-sum of ((p + m)^eps - m) log q, with the teacher's softmax p, the student's q, and m = "
                   "1 for the "
                   "label, else 0. The teacher gets no gradient; there is no factor T^2.",
        .source =
            "Hao et al., One-for-All: Bridge the Gap Between Heterogeneous Architectures in KD, NeurIPS 2023",
        .parameters = {{points("zS", "b,c", "the student's logits"),
                        detached(points("zT", "b,c", "the teacher's logits")),
                        labels("y", "b", "labels, < c"),
                        number("eps", 1.0, 1e-30, 1e30, "exponent, 1 or more in the paper"),
                        number("T", 1.0, 1e-30, 1e30, "temperature, above 0"), reduction()}},
        .known =
            {R"({"zS": [[1, 0, -1], [0.2, 0.3, 0.1]], "zT": [[2, 0, -2], [0, 1, 0.5]], "y": [0, 1], "eps": 1.5})",
             "0.918693596741931"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &zS, const Tensor &zT, const Tensor &y, const Expr &eps, const Expr &t,
       const Reduction &reduction) {
      Index b("b"), c("c");
      Expr log_p = log_softmax(c, stop_gradient(zT(b, c)) / t), log_q = log_softmax(c, zS(b, c) / t);
      Expr weight = where(c == y(b), expm1(eps * log1p(exp(log_p))), exp(eps * log_p));
      return Loss(b, -sum(c, weight * log_q), reduction);
    });

inline constexpr auto f_distill_ratio_weight = define(
    Spec<10>{
        .name = "f_distill_ratio_weight",
        .summary = "Weights f''(r) r^2 of generated samples, of mean 1: r the density ratio from a "
                   "discriminator's logits, "
                   "over its mean among samples of similar noise. No gradient.",
        .source = "Xu et al., One-step Diffusion Models with f-Divergence Distribution Matching, ICCV 2025; "
                  "NVlabs/FastGen",
        .parameters =
            {{detached(points("l", "b,h", "logits of generated samples, from each head")),
              detached(fractions("t", "b", "noise times")),
              option("kind", "jensen_shannon",
                     "reverse_kl|forward_kl|jensen_shannon|squared_hellinger|jeffreys|softened_reverse_kl|"
                     "neyman: weights 1, r, r/(r+1), sqrt(r)/4, r+1, 1/(r+1), 1/r"),
              option("bins", 10.0, "bins of noise times"),
              number("ema", 0.0, 0.0, 1.0, "share of the means so far, below 1"),
              number("lo", 0.1, 1e-30, 1e30, "least ratio"),
              number("hi", 20.0, 1e-30, 1e30, "largest ratio"),
              {.name = "means", .shape = "10", .doc = "means of the bins so far; 1 when left out", .low = 0},
              number("t_min", 0.0, -1e30, 1e30, "where the bins begin"),
              number("t_max", 1.0, -1e30, 1e30, "where the bins end")}},
        .known = {R"({"l": [[0], [0]], "t": [0.05, 0.95]})", "[0.999998, 0.999998]"},
        .properties = non_negative,
        .tolerance = 1e-6,
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &l, const Tensor &t, const std::string &kind, int bins, const Expr &ema, const Expr &lo,
       const Expr &hi, const std::optional<Tensor> &means, const Expr &t_min, const Expr &t_max) {
      check_option("f_distill_ratio_weight", "kind", kind,
                   {"reverse_kl", "forward_kl", "jensen_shannon", "squared_hellinger", "jeffreys",
                    "softened_reverse_kl", "neyman"});
      check_whole("f_distill_ratio_weight", "bins", bins, 1);
      Index b("b", extent(l, 0)), other("a", extent(l, 0)), h("h");
      Tensor ratio(b, clamp(exp(clamp(mean(h, l(b, h)), -10.0, 10.0)), lo, hi));
      Tensor bin(b, to_integer(clamp(floor((t(b) - t_min) / (t_max - t_min) * bins), 0.0, bins - 1.0)));
      Expr before = means ? (*means)(bin(b)) : Expr(1.0);
      Expr now = mean(other, ratio(other), bin(other) == bin(b));
      Expr r = ratio(b) / (ema * before + (1.0 - ema) * now + 1e-6);
      Expr weight = 1.0;
      if (kind == "forward_kl")
        weight = r;
      else if (kind == "jensen_shannon")
        weight = r / (r + 1.0);
      else if (kind == "squared_hellinger")
        weight = 0.25 * sqrt(r);
      else if (kind == "jeffreys")
        weight = r + 1.0;
      else if (kind == "softened_reverse_kl")
        weight = 1.0 / (r + 1.0);
      else if (kind == "neyman")
        weight = 1.0 / r;
      Tensor weights(b, weight);
      return Tensor(b, stop_gradient(weights(b) / (mean(other, weights(other)) + 1e-6)));
    });

inline constexpr auto lambda_rank_distillation = define(
    Spec<3>{
        .name = "lambda_rank_distillation",
        .summary = "softplus of the student's scores of each pair that the teacher orders, weighed by the "
                   "difference of "
                   "the reciprocals of its ranks by the student, which pass no gradient; summed over the "
                   "pairs of a query.",
        .source = "Zamani and Bendersky, Multivariate Representation Learning for Information Retrieval, "
                  "SIGIR 2023, eq. 12",
        .parameters = {{detached(points("yt", "q,d", "the teacher's scores")),
                        points("ys", "q,d", "the student's scores"), reduction()}},
        .known = {R"({"yt": [[2, 1]], "ys": [[0, 0.5]]})", "0.4870384920901533"},
        .properties = non_negative,
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &yt, const Tensor &ys, const Reduction &reduction) {
      Index q("q"), d("d"), e("e"), other("o");
      // Ranks by counting; equal scores share the best rank.
      Tensor gain({q, d}, 1.0 / to_real(1 + count(other, ys(q, other) > ys(q, d))));
      Expr weight = abs(gain(q, d) - gain(q, e));
      return Loss(q, sum({d, e}, weight * softplus(ys(q, e) - ys(q, d)), yt(q, d) > yt(q, e)), reduction);
    });

inline constexpr auto minilm_relation_kl = define(
    Spec<3>{
        .name = "minilm_relation_kl",
        .summary =
            "Divergence of the student's from the teacher's relations among tokens, softmax of the inner "
            "products "
            "over the root of their width; of one of queries, keys, values: take the mean of the three.",
        .source = "Wang et al., MiniLMv2, ACL Findings 2021; GeneZC/MiniMoE (its 1e-7 inside of logarithms "
                  "is left out)",
        .parameters = {{detached(points("AT", "b,h,s,k", "the teacher's, by relation head")),
                        points("AS", "b,h,s,l", "the student's, by relation head"),
                        detached(binary("valid", "b,s", "1 for tokens, 0 for padding"))}},
        .known = {R"({"AT": [[[[1], [0]]]], "AS": [[[[0], [0]]]], "valid": [[1, 1]]})",
                  "0.05547203583586366"},
    },
    [](const Tensor &teacher, const Tensor &student, const Tensor &valid) {
      Index b("b"), h("h"), s("s"), t("t"), k("k");
      // What padding holds is not looked at.
      auto relation = [&](const Tensor &of) {
        Tensor a({b, h, s, k}, where(valid(b, s) > 0.5, of(b, h, s, k), 0.0));
        Expr scale = 1.0 / sqrt(to_real(extent(of, 3)));
        return log_softmax(t, sum(k, a(b, h, s, k) * a(b, h, t, k)) * scale, valid(b, t) > 0.5);
      };
      Expr log_p = stop_gradient(relation(teacher)), log_q = relation(student);
      return mean({b, h, s}, sum(t, exp(log_p) * (log_p - log_q), valid(b, t) > 0.5), valid(b, s) > 0.5);
    });

inline constexpr auto nd_loss = define(
    Spec<6>{
        .name = "nd_loss",
        .summary = "beta (1 - <s, e_y> / max(|s|, |t|)): the student's embedding along the teacher's class "
                   "mean, as long "
                   "as the teacher's. beta where both are 0.",
        .source =
            "Wang et al., Improving Knowledge Distillation via Regularizing Feature Norm and Direction, 2023",
        .parameters = {{points("s", "n,d", "the student's embeddings"),
                        detached(points("t", "n,d", "the teacher's embeddings")),
                        points("e", "y,d", "unit class means of the teacher"),
                        labels("y", "n", "labels, < y"), number("beta", 1.0, 0.0, 1e30, "weight"),
                        reduction()}},
        .known = {R"({"s": [[1, 0]], "t": [[0, 4]], "e": [[1, 0]], "y": [0]})", "0.75"},
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &s, const Tensor &t, const Tensor &e, const Tensor &y, const Expr &beta,
       const Reduction &reduction) {
      Index n("n");
      Expr longest = maximum(norm(s[n]), stop_gradient(norm(t[n])));
      return Loss(n, beta * (1.0 - weighted_average(dot(s[n], e[y(n)]), longest)), reduction);
    });

inline constexpr auto representation_distillation_mi = define(
    Spec<6>{
        .name = "representation_distillation_mi",
        .summary =
            "log2 of the sum of squares of the student's Gram matrix over that of its product with the "
            "target, "
            "omega the teacher's Gram matrix plus 1 - omega of equal labels; the teacher gets no gradient.",
        .source = "Miles et al., MobileVOS, CVPR 2023; roymiles/ITRD",
        .parameters = {{points("z_s", "i,d", "the student's features, unit vectors"),
                        detached(points("z_t", "i,e", "the teacher's features, unit vectors")),
                        labels("y", "i", "labels"), number("omega", 0.9, 0.0, 1.0, "share of the teacher"),
                        number("eps", 1e-8, 0.0, 1e30, "added inside of the logarithms"),
                        option("per_n", 0.0, "whether it is divided by the number of samples")}},
        .known = {R"({"z_s": [[1, 0], [1, 0]], "z_t": [[1, 0], [0, 1]], "y": [0, 1], "eps": 0})", "1"},
    },
    [](const Tensor &zs, const Tensor &zt, const Tensor &y, const Expr &omega, const Expr &eps, bool per_n) {
      Index i("i"), j("j");
      Expr gram = square(dot(zs[i], zs[j]));
      Expr target = omega * stop_gradient(dot(zt[i], zt[j])) + (1.0 - omega) * to_real(y(i) == y(j));
      Expr ratio = log2(sum({i, j}, gram) + eps) - log2(sum({i, j}, gram * square(target)) + eps);
      return per_n ? ratio / to_real(extent(zs, 0)) : ratio;
    });

inline constexpr auto trajectory_matching_loss = define(
    Spec<3>{
        .name = "trajectory_matching_loss",
        .summary = "Squared distance of a student's end from an expert's checkpoint over that of the "
                   "expert's start; not "
                   "divided where the expert did not move.",
        .source = "Cazenavette et al., Dataset Distillation by Matching Training Trajectories, CVPR 2022",
        .parameters = {{points("thetaS", "p", "the student's parameters after its steps"),
                        points("theta0", "p", "the expert's checkpoint at the start"),
                        points("thetaM", "p", "the expert's checkpoint to reach")}},
        .known = {R"({"thetaS": [1, 2], "theta0": [0, 0], "thetaM": [1, 1]})", "0.5"},
        .properties = non_negative,
        .smoothness = Smoothness::once, // where the expert moved
    },
    [](const Tensor &student, const Tensor &start, const Tensor &goal) {
      return weighted_average(squared_distance(student, goal), squared_distance(start, goal));
    });

inline constexpr auto variational_score_distillation_loss = define(
    Spec<4>{
        .name = "variational_score_distillation_loss",
        .summary = "Loss whose gradient by generated data is the fake score's less the teacher's prediction, "
                   "weighed by "
                   "hn over the mean absolute error of the teacher, over the number of elements.",
        .source = "Yin et al., Improved Distribution Matching Distillation, NeurIPS 2024; NVlabs/FastGen "
                  "common_loss.py",
        .parameters = {{points("x", "b,d", "generated data"),
                        detached(points("x0_T", "b,d", "the teacher's prediction")),
                        detached(points("x0_F", "b,d", "the fake score's prediction")),
                        detached(positive("hn", "b", "weights; 1 for DMD2"))}},
        .known = {R"({"x": [[0.2, -0.4]], "x0_T": [[0.5, 0]], "x0_F": [[0.1, -0.3]], "hn": [1]})",
                  "0.5102011661932528"},
        .properties = non_negative,
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &x, const Tensor &x0_T, const Tensor &x0_F, const Tensor &hn) {
      Index b("b"), d("d"), e("e");
      Expr weight = hn(b) / (mean(e, abs(x(b, e) - x0_T(b, e))) + 1e-6);
      Expr target = stop_gradient(x(b, d) - (x0_F(b, d) - x0_T(b, d)) * weight);
      return 0.5 * mean({b, d}, square(x(b, d) - target));
    });

inline constexpr auto weighted_self_distillation_loss = define(
    Spec<5>{
        .name = "weighted_self_distillation_loss",
        .summary = "Mean squared error of the softmax against the label's distribution (alpha) and the "
                   "teacher's softmax "
                   "(1 - alpha). The norm of the parameters is the caller's to add.",
        .source = "Borup and Andersen, Even Your Teacher Needs Guidance, NeurIPS 2021; "
                  "Kennethborup/self_distillation",
        .parameters = {{points("logits", "b,c", "the student's logits"), labels("y", "b", "labels, < c"),
                        detached(points("t_logits", "b,c", "the teacher's logits")),
                        number("alpha", 1.0, 0.0, 1.0, "weight of the label"), reduction()}},
        .known = {R"({"logits": [[0, 0]], "y": [0], "t_logits": [[0, 0]], "alpha": 0.5})", "0.125"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &logits, const Tensor &y, const Tensor &t_logits, const Expr &alpha,
       const Reduction &reduction) {
      Index b("b"), c("c");
      Expr p = softmax(c, logits(b, c)), teacher = stop_gradient(softmax(c, t_logits(b, c)));
      Expr to_label = square(p - where(c == y(b), 1.0, 0.0));
      return Loss(b, mean(c, alpha * to_label + (1.0 - alpha) * square(p - teacher)), reduction);
    });

inline constexpr auto class_mean_cosine_loss = define(
    Spec<4>{
        .name = "class_mean_cosine_loss",
        .summary = "1 - the cosine of the student's embedding and the class mean; 1 where one is 0.",
        .source =
            "Wang et al., Improving Knowledge Distillation via Regularizing Feature Norm and Direction, 2023",
        .parameters = {{points("s", "n,d", "the student's embeddings"), points("c", "y,d", "class means"),
                        labels("y", "n", "labels, < y"), reduction()}},
        .known = {R"({"s": [[1, 1], [2, 0]], "c": [[0, 3]], "y": [0, 0]})", "0.6464466094067263"},
        .properties = scale_invariant,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &s, const Tensor &c, const Tensor &y, const Reduction &reduction) {
      Index n("n");
      return Loss(n, 1.0 - cosine(s[n], c[y(n)]), reduction);
    });

inline constexpr auto contrastive_distillation_kl = define(
    Spec<5>{
        .name = "contrastive_distillation_kl",
        .summary =
            "Divergence of the student's from the teacher's softmax of the similarities of a query with its "
            "candidates; the teacher gets no gradient.",
        .source = "Zhao et al., KaLM-Embedding-V2, 2025 (the distillation of its later versions)",
        .parameters = {{points("s_S", "i,j", "the student's similarities"),
                        detached(points("s_T", "i,j", "the teacher's similarities")),
                        number("tau_S", 0.1, 1e-30, 1e30, "the student's temperature, above 0"),
                        number("tau_T", 0.1, 1e-30, 1e30, "the teacher's temperature, above 0"),
                        reduction()}},
        .known = {R"({"s_S": [[0.8, 0.2, 0.5]], "s_T": [[0.9, 0.1, 0.3]]})", "0.04005107074530254"},
        .properties = zero_when_equal | shift_invariant,
    },
    [](const Tensor &s_S, const Tensor &s_T, const Expr &tau_S, const Expr &tau_T,
       const Reduction &reduction) {
      Index i("i"), j("j");
      Expr log_p = log_softmax(j, stop_gradient(s_T(i, j)) / tau_T),
           log_q = log_softmax(j, s_S(i, j) / tau_S);
      return Loss(i, sum(j, exp(log_p) * (log_p - log_q)), reduction);
    });

inline constexpr auto group_progressive_guidance_loss = define(
    Spec<4>{
        .name = "group_progressive_guidance_loss",
        .summary = "Cross entropy of the first sub-net, and of each later one (1 - a) cross entropy plus a "
                   "times its "
                   "divergence from the one before, which gets no gradient; summed over sub-nets.",
        .source = "Xu et al., EQ-Net: Elastic Quantization Neural Networks, ICCV 2023; xuke225/EQ-Net",
        .parameters = {{points("z", "m,b,c", "logits of the sub-nets, from the highest precision"), labels("y", "b", "labels, < c"),
                        number("a", 0.5, 0.0, 1.0, "share of the guidance"),
                        option("M", 0.0, "how many of the sub-nets count, from the first; 0: all")}},
        .known = {R"({"z": [[[0, 0]], [[0, 0]]], "y": [0], "a": 0.5})", "1.0397207708399179"},
        .properties = shift_invariant,
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &z, const Tensor &y, const Expr &a, int count_of_nets) {
      check_whole("group_progressive_guidance_loss", "M", count_of_nets, 0);
      Expr later = count_of_nets == 0 ? extent(z, 0) - 1 : Expr(count_of_nets - 1);
      Index m("m", later), b("b"), c("c");
      Expr log_p = stop_gradient(log_softmax(c, z(m, b, c))), log_q = log_softmax(c, z(m + 1, b, c));
      Expr guided =
          a * sum(c, exp(log_p) * (log_p - log_q)) + (1.0 - a) * cross_entropy_of(z[m + 1], b, y(b));
      return mean(b, cross_entropy_of(z[0], b, y(b))) + sum(m, mean(b, guided));
    });

inline constexpr auto staged_kd_loss = define(
    Spec<7>{
        .name = "staged_kd_loss",
        .summary = "Cross entropy plus alpha times the divergence of the student's from the teacher's "
                   "softmax, the latter "
                   "before the step stop_step only; the teacher gets no gradient.",
        .source = "Rajbhandari et al., DeepSpeed-MoE, ICML 2022 (mixture of students)",
        .parameters = {{points("zS", "t,v", "the student's logits"),
                        detached(points("zT", "t,v", "the teacher's logits")),
                        labels("y", "t", "targets, < v"),
                        number("alpha", 1.0, 0.0, 1e30, "weight of the divergence"),
                        number("stop_step", 1e30, 0.0, 1e30, "step from which there is no distillation"),
                        number("step", 0.0, 0.0, 1e30, "step"), reduction()}},
        .known = {R"({"zS": [[1, 0, -1]], "zT": [[2, 0.5, -1]], "y": [0]})", "0.44714286289089794"},
        .properties = non_negative | shift_invariant,
    },
    [](const Tensor &zS, const Tensor &zT, const Tensor &y, const Expr &alpha, const Expr &stop_step,
       const Expr &step, const Reduction &reduction) {
      Index t("t"), v("v");
      Expr log_p = log_softmax(v, stop_gradient(zT(t, v))), log_q = log_softmax(v, zS(t, v));
      Expr weight = where(step < stop_step, alpha, 0.0);
      return Loss(t, cross_entropy_of(zS, t, y(t)) + weight * sum(v, exp(log_p) * (log_p - log_q)),
                  reduction);
    });

} // namespace mercer::stdlib::distillation
