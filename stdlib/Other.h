// Normalisers, sparse softmaxes, quantisers, maps of the sphere, acquisition functions.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Results.h"
#include "mercer/stdlib/Scores.h"
#include "mercer/stdlib/Transport.h"

#include <cmath>
#include <numbers>

namespace mercer::stdlib::other {

inline constexpr auto sparsemax = define(
    Spec<1>{
        .name = "sparsemax",
        .summary = "Each row's nearest point of the probability simplex: max(z - tau, 0).",
        .source = "Martins and Astudillo, From Softmax to Sparsemax, ICML 2016; deep-spin/entmax",
        .parameters = {{points("z", "n,c", "scores")}},
        .known = {R"({"z": [[1.2, 0.8, -0.5, 0.1]]})", "[[0.7, 0.3, 0, 0]]"},
        .properties = non_negative | at_most_one | shift_invariant,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"z": [[0, 0]]})", "[[0, 0]]"},
    },
    [](const Tensor &z) {
      Index n("n"), c("c");
      return Tensor({n, c}, Sparsemax(z, n).probability(c));
    });

inline constexpr auto entmax15 = define(
    Spec<3>{
        .name = "entmax15",
        .summary = "alpha-entmax of each row: [(alpha - 1) z - tau]_+^(1 / (alpha - 1)), which sums to 1; alpha = 2 is sparsemax, and towards "
                   "1 it is softmax.",
        .source = "Peters, Niculae and Martins, Sparse Sequence-to-Sequence Models, ACL 2019; deep-spin/entmax",
        .parameters = {{points("z", "n,c", "scores"), option("alpha", 1.5, "exponent, 1.01 to 100"),
                        option("n_iter", 24.0, "steps of bisection, 1 to 100, no more than 24 of which are taken; two of Newton's follow")}},
        .known = {R"({"z": [[1.2, 0.8, -0.5, 0.1]]})", "[[0.6095280554681776, 0.3372389444269689, 0, 0.05323300010485353]]"},
        .properties = non_negative | at_most_one | shift_invariant,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"z": [[0, 0]]})", "[[0, 0]]"},
    },
    [](const Tensor &z, double alpha, int steps) {
      check_entmax("entmax15", alpha, steps);
      Index n("n"), c("c");
      return Tensor({n, c}, Entmax(z, n, alpha, steps).probability(c));
    });

inline constexpr auto box_whisker_filter = define(
    Spec<2>{
        .name = "box_whisker_filter",
        .summary = "Values within w times the distance of the quartiles about them, the others 0; and which ones. Quartiles are the values "
                   "with floor(n / 4) and floor(3 n / 4) before them, and pass no gradient.",
        .source = "Tukey, Exploratory Data Analysis, 1977; Jung et al., Unified Negative Pair Generation, BMVC 2022; Jung-Jun-Uk/UNPG",
        .parameters = {{points("s", "n", "values"), number("w", 1.5, 0.0, 1e30, "length of the whiskers")}},
        .known = {R"({"s": [0.12, -0.05, 0.3, 0.31, 0.28, 0.95, 0.2, 0.25, -0.8, 0.22]})", "[0.12, -0.05, 0.3, 0.31, 0.28, 0, 0.2, 0.25, 0, 0.22]"},
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &s, const Expr &w) {
      Index i("n"), j("n"), l("n");
      Expr size = extent(s, 0);
      auto value = [&](const Expr &at) { return stop_gradient(s(at)); };
      Tensor rank(j, rank_of(value, j, l));
      auto of_rank = [&](const Expr &place) { return sum(j, value(j), rank(j) == place); };
      Expr lower = of_rank(floor_div(size, 4)), upper = of_rank(floor_div(3 * size, 4)), whisker = w * (upper - lower);
      Expr kept = lower - whisker <= value(i) && value(i) <= upper + whisker;
      return Filtered{Tensor(i, where(kept, s(i), 0.0)), Tensor(i, to_real(kept))};
    });

inline constexpr auto power_norm = define(
    Spec<3>{
        .name = "power_norm",
        .summary = "|x|^alpha over its sum along the last dimension plus eps.",
        .source = "Kim et al., IDF: Iterative Dynamic Filtering Networks for Generalizable Image Denoising, "
                  "ICCV 2025; "
                  "dongjinkim9/IDF",
        .parameters = {{points("x", "n,k", "values"), number("alpha", 3.0, 1.0, 1e30, "exponent"),
                        number("eps", 1e-4, 0.0, 1e30, "added to the sum")}},
        .known = {R"({"x": [[1, -2, 0.5]]})",
                  "[[0.10958784013325881, 0.8767027210660705, 0.013698480016657352]]"},
        .properties = non_negative | at_most_one,
    },
    [](const Tensor &x, const Expr &alpha, const Expr &eps) {
      Index n("n"), k("k"), j("k");
      Tensor power({n, k}, power_or_zero(abs(x(n, k)), alpha));
      return Tensor({n, k}, power(n, k) / (sum(j, power(n, j)) + eps));
    });

inline constexpr auto sphere_log_exp = define(
    Spec<3>{
        .name = "sphere_log_exp",
        .summary = "On the unit sphere: log_x(y), the tangent at x that leads to y; or exp_x(y) of a tangent y.",
        .source = "geomstats Hypersphere; Jo and Hwang, Generative Modeling on Manifolds Through Mixture of "
                  "Riemannian Diffusion "
                  "Processes, ICML 2024",
        .parameters = {{points("x", "i,d", "points, of norm 1"), points("y", "i,d", "points of norm 1, or tangents"),
                        option("form", "log", "log|exp")}},
        .known = {R"({"x": [[1, 0, 0]], "y": [[0, 0.6, 0.8]]})", "[[0, 0.9424777960769379, 1.2566370614359172]]"},
        .smoothness = Smoothness::kinked,
        .kink = {R"({"x": [[1, 0]], "y": [[1, 0]]})", "[[-2, -1]]"},
    },
    [](const Tensor &x, const Tensor &y, const std::string &form) {
      check_option("sphere_log_exp", "form", form, {"log", "exp"});
      Index i("i"), d("d");
      if (form == "exp") {
        Expr length = norm(y[i]), positive = length > 0.0;
        Expr share = where(positive, sin(length) / where(positive, length, 1.0), 1.0);
        return Tensor({i, d}, cos(length) * x(i, d) + share * y(i, d));
      }
      Expr cosine = dot(x[i], y[i]);
      Tensor tangent({i, d}, y(i, d) - cosine * x(i, d));
      // The angle from sine and cosine: accurate near 0, where the arc cosine is not.
      Expr sine = norm(tangent[i]), positive = sine > 0.0;
      Expr factor = where(positive, atan2(sine, cosine) / where(positive, sine, 1.0), 1.0);
      return Tensor({i, d}, factor * tangent(i, d));
    });

inline constexpr auto lsq_quantizer = define(
    Spec<5>{
        .name = "lsq_quantizer",
        .summary = "x rounded to 2^n levels of the learned width s about beta, straight through; the "
                   "gradients of s and beta are "
                   "scaled by 1 / sqrt(elements times the largest level).",
        .source = "Esser et al., Learned Step Size Quantization, ICLR 2020; Xu et al., EQ-Net, ICCV 2023; "
                  "xuke225/EQ-Net",
        .parameters = {{points("x", "q", "values"), scalar("s", 0.5, 0.0, 1e30, "width of a level, positive"),
                        scalar("beta", 0.0, -1e30, 1e30, "middle"), option("n", 4.0, "bits, 2 to 8"),
                        option("signed", 1.0, "false: levels from 0 to 2^n - 1")}},
        .known = {R"({"x": [0.3, -1.2, 2.5], "s": 0.5, "beta": 0, "n": 3})",
                  "[0.500001, -1.000002, 1.500003]"},
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &x, const Expr &s, const Expr &beta, int n, bool with_sign) {
      check_whole("lsq_quantizer", "n", n, 2, 8);
      Index q("q");
      const double least = with_sign ? -std::exp2(n - 1) : 0.0, most = std::exp2(with_sign ? n - 1 : n) - 1;
      Expr scale = rsqrt(to_real(extent(x, 0)) * most);
      auto scaled = [&](const Expr &value) { return with_gradient_of(value, scale * value); };
      Expr width = scaled(abs(s)) + 1e-6, middle = scaled(beta);
      Expr level = clamp((x(q) - middle) / width, least, most);
      return Tensor(q, with_gradient_of(round(level), level) * width + middle);
    });

inline constexpr auto expected_improvement = define(
    Spec<3>{
        .name = "expected_improvement",
        .summary = "s (u Phi(u) + phi(u)) with s = sqrt(var), u = (mu - best) / s; max(mu - best, 0) where "
                   "the variance is 0.",
        .source = "Jones, Schonlau and Welch, J. Global Optimization 13, 1998; BoTorch ExpectedImprovement",
        .parameters = {{points("mu", "p", "means at the candidates"), positive("var", "p", "variances there"),
                        scalar("best", 0.0, -1e30, 1e30, "largest value so far")}},
        .known = {R"({"mu": [1, 3], "var": [4, 0], "best": 2})", "[0.39559311480261206, 1]"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"mu": [1, 2], "var": [0, 0], "best": 2})", "[0, 0]"},
    },
    [](const Tensor &mu, const Tensor &var, const Expr &best) {
      Index p("p");
      Expr uncertain = var(p) > 0.0, s = sqrt(where(uncertain, var(p), 1.0)), gain = mu(p) - best,
           u = gain / s;
      Expr density = exp(-0.5 * square(u)) * (std::numbers::inv_sqrtpi / std::numbers::sqrt2);
      return Tensor(p, where(uncertain, s * (u * normal_cdf(u) + density), relu(gain)));
    });

inline constexpr auto concat_elu = define(
    Spec<1>{
        .name = "concat_elu",
        .summary = "elu of x and of -x, one after the other along the last dimension.",
        .source = "Salimans et al., PixelCNN++, ICLR 2017; openai/pixel-cnn",
        .parameters = {{points("x", "n,c", "values")}},
        .known = {R"({"x": [[0.5]]})", "[[0.5, -0.3934693402873666]]"},
        .smoothness = Smoothness::kinked,
        .kink = {R"({"x": [[0]]})", "[[0]]"},
    },
    [](const Tensor &x) {
      Expr width = extent(x, 1);
      Index n("n"), c("c", 2 * width);
      Expr first = c < width;
      Expr value = where(first, x(n, c), -x(n, c - width));
      return Tensor({n, c}, where(value > 0.0, value, expm1(minimum(value, 0.0))));
    });

inline constexpr auto nonscaling_layer_norm = define(
    Spec<3>{
        .name = "nonscaling_layer_norm",
        .summary =
            "Layer normalisation with a bias and without a scale: (x - mean) / sqrt(variance + eps) + b.",
        .source = "Dao et al., Improved Training Technique for Latent Consistency Models, ICLR 2025",
        .parameters = {{points("x", "n,c", "activations"), points("b", "c", "bias"),
                        number("eps", 1e-5, 0.0, 1e30, "added to the variance")}},
        .known = {R"({"x": [[1, 2, 6]], "b": [0, 0, 0]})",
                  "[[-0.9258191078240388, -0.4629095539120194, 1.3887286617360581]]"},
        .properties = shift_invariant,
    },
    [](const Tensor &x, const Tensor &b, const Expr &eps) {
      Index n("n"), c("c"), d("c");
      Expr centred = x(n, c) - mean(d, x(n, d));
      return Tensor({n, c}, centred * rsqrt(variance(d, x(n, d)) + eps) + b(c));
    });

inline constexpr auto gumbel_sinkhorn = define(
    Spec<4>{
        .name = "gumbel_sinkhorn",
        .summary = "exp((W + G) / tau) whose rows, then columns, are made to sum to 1, T times: nearly a permutation where tau is small.",
        .source = "Mena et al., Learning Latent Permutations with Gumbel-Sinkhorn Networks, ICLR 2018; google/gumbel_sinkhorn",
        .parameters = {{points("W", "i,i", "scores"),
                        {.name = "G", .shape = "i,i", .doc = "Gumbel noise, -log(-log(uniform)); none when left out"},
                        number("tau", 1.0, 0.0, 1e30, "temperature"),
                        option("T", 20.0, "steps, 1 to 200")}},
        .known = {R"({"W": [[0.6931471805599453, 0], [0, 0.6931471805599453]]})",
                  "[[0.6666666666666666, 0.3333333333333333], [0.3333333333333333, 0.6666666666666666]]"},
        .properties = non_negative | at_most_one | shift_invariant,
    },
    [](const Tensor &w, const std::optional<Tensor> &g, const Expr &tau, int steps) {
      check_whole("gumbel_sinkhorn", "T", steps, 1, 200);
      Index i("i"), j("j");
      Tensor none(i, Expr(0.0));
      // Transposed, for the plan's last step makes its rows right.
      Tensor cost({j, i}, -(g ? w(i, j) + (*g)(i, j) : w(i, j)) / tau);
      Tensor plan = sinkhorn_plan(cost, none, none, steps);
      return Tensor({i, j}, plan(j, i));
    });

inline constexpr auto soft_topk_sinkhorn = define(
    Spec<4>{
        .name = "soft_topk_sinkhorn",
        .summary = "How much each score is one of the k smallest, in all k: n times the entropic plan that moves the scores to 0 (k of them) and "
                   "to 1, by squared distances over the largest.",
        .source = "Xie et al., Differentiable Top-k with Optimal Transport, NeurIPS 2020",
        .parameters = {{points("s", "n", "scores, 0 to 1"), option("k", 8.0, "how many are taken, 1 or more; all where there are no more"),
                        number("eps", 0.1, 1e-30, 1e30, "weight of the entropy"), option("n_iter", 50.0, "steps of bisection, 1 to 100")}},
        .known = {R"({"s": [0.1, 0.9, 0.4], "k": 1})", "[0.97595997486567559, 1.0711261215876505e-7, 0.024039918021712254]"},
        .properties = non_negative | at_most_one,
        .smoothness = Smoothness::once,
    },
    // With two places the plan is sigmoid(z + t), z the difference of a score's costs over eps: t is found where the sum is k, which is where
    // Sinkhorn's iteration ends.
    [](const Tensor &s, int k, const Expr &eps, int steps) {
      check_whole("soft_topk_sinkhorn", "k", k, 1);
      check_whole("soft_topk_sinkhorn", "n_iter", steps, 1, 100);
      Index n("n"), m("n");
      Expr size = extent(s, 0), all = size <= k;
      Tensor score(n, where(all, 0.5, s(n)));
      Expr largest = stop_gradient(max(m, maximum(square(score(m)), square(1.0 - score(m)))));
      Tensor z(n, (1.0 - 2.0 * score(n)) / (eps * largest));
      Expr share = log(static_cast<double>(k)) - log(to_real(maximum(size - k, 1)));
      Expr low = stop_gradient(share - max(m, z(m))), width = stop_gradient(max(m, z(m)) - min(m, z(m)));
      auto taken = [&](const Expr &shift) { return sum(m, sigmoid(z(m) + shift)); };
      Tensor shift = scalar_tensor(low);
      for (int step = 1; step <= steps; ++step) {
        Expr middle = shift() + std::ldexp(1.0, -step) * width;
        shift = scalar_tensor(stop_gradient(where(taken(middle) <= to_real(Expr(k)), middle, shift())));
      }
      // The shift's derivative is the mean of -z's by the slopes of the sigmoids, which may all underflow: their shares do not.
      Expr slope = log_sigmoid(z(m) + shift()) + log_sigmoid(-z(m) - shift());
      Expr mean_z = sum(m, stop_gradient(softmax(m, slope)) * z(m));
      shift = scalar_tensor(with_gradient_of(shift(), -mean_z));
      return Tensor(n, where(all, 1.0, sigmoid(z(n) + shift())));
    });

} // namespace mercer::stdlib::other
