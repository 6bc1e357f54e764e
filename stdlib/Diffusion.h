// Diffusion, flow and consistency models: losses of a network's output, schedules.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Results.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace mercer::stdlib::generative {

/// Variances added by steps 0 .. steps-1, and logarithms of the products of what stays: 1 - product and its
/// root are then right for the first steps, too.
struct LinearSchedule {
  int steps;
  Expr start, end;
  Expr beta(const Expr &step) const {
    return start + (end - start) * to_real(step) / static_cast<double>(std::max(steps - 1, 1));
  }
  /// log of the product of 1 - beta before step t.
  Expr log_before(const Expr &t) const {
    Index s("s", steps);
    return sum(s, log1p(-beta(s)), s < t);
  }
};

/// A schedule whose products are a function of the time t / steps that is 1 at 0 and 0 at 1: the variance of a step from the function's
/// difference, without cancellation, and the product until time t.
struct ClosedSchedule {
  int steps;
  bool cosine; ///< else a sigmoid from -3 to 3
  static constexpr double quarter_turn = 0.5 * std::numbers::pi / 1.008; ///< of the cosine: its angle at time 1 less that at 0
  Expr time(const Expr &t) const { return to_real(t) / static_cast<double>(steps); }
  /// Its sine is the cosine of the time's angle.
  Expr angle_left(const Expr &left) const { return quarter_turn * left; }
  Expr product_until(const Expr &t) const {
    Expr left = time(steps - t);
    if (cosine)
      return square(sin(angle_left(left)) / std::sin(quarter_turn));
    // (sigmoid(3) - sigmoid(6 time - 3)) / (sigmoid(3) - sigmoid(-3)), as a product.
    return sinh(3.0 * left) / cosh(3.0 * left - 1.5) * (std::cosh(1.5) / std::sinh(3.0));
  }
  /// 1 - product_until(t + 1) / product_until(t).
  Expr beta(const Expr &t) const {
    Expr left = time(steps - t), left_after = time(steps - 1 - t);
    const double step = 1.0 / steps;
    if (cosine)
      return std::sin(quarter_turn * step) * sin(angle_left(left + left_after)) / square(sin(angle_left(left)));
    return std::sinh(3.0 * step) * std::cosh(1.5) / (cosh(3.0 * left_after - 1.5) * sinh(3.0 * left));
  }
};

inline constexpr auto diffusion_schedules = define(
    Spec<3>{
        .name = "diffusion_schedules",
        .summary = "Variance beta added by step t of T, at most 0.999, and the product abar of 1 - beta until then: of products that fall "
                   "as a sigmoid from -3 to 3, as a squared cosine, or of variances from 0.1 / T to 20 / T.",
        .source = "Jabri et al., Scalable Adaptive Computation for Iterative Generation, ICML 2023; Nichol and Dhariwal, Improved DDPM, "
                  "ICML 2021; vanderschaarlab/smd",
        .parameters = {{steps("t", "b", "step, counted from 0"), option("T", 1000.0, "steps of the schedule; linear: at least 20"),
                        option("kind", "sigmoid", "sigmoid|linear|cosine")}},
        .known = {R"({"t": [0, 1, 3], "T": 4})", "[0.14914645207033286, 0.41235480392998166, 0.999]"},
        .properties = non_negative | at_most_one,
    },
    [](const Tensor &t, int steps, const std::string &kind) {
      check_option("diffusion_schedules", "kind", kind, {"linear", "cosine", "sigmoid"});
      check_whole("diffusion_schedules", "T", steps, kind == "linear" ? 20 : 1);
      Index b("b");
      if (kind == "linear") {
        LinearSchedule linear{steps, 0.1 / steps, 20.0 / steps};
        return NoiseSchedule{Tensor(b, linear.beta(t(b))), Tensor(b, exp(linear.log_before(t(b) + 1)))};
      }
      ClosedSchedule closed{steps, kind == "cosine"};
      // Only the last step has all of the rest as its variance: it is bounded.
      Expr last = t(b) >= steps - 1;
      return NoiseSchedule{Tensor(b, where(last, 0.999, closed.beta(t(b)))),
                           Tensor(b, where(last, 0.001 * closed.product_until(steps - 1), closed.product_until(t(b) + 1)))};
    });

inline constexpr auto ddpm_noise_prediction_loss = define(
    Spec<10>{
        .name = "ddpm_noise_prediction_loss",
        .summary = "Mean squared error of a denoiser's output against the noise eps, the data x0, or the "
                   "velocity v, under a "
                   "linear schedule; x0 weighs snr, v snr / (snr + 1), with gamma the snr no more than that "
                   "(min-SNR).",
        .source = "Ho, Jain and Abbeel, DDPM, NeurIPS 2020; Salimans and Ho, Progressive Distillation, ICLR "
                  "2022; Hang et "
                  "al., Min-SNR, ICCV 2023; vanderschaarlab/smd",
        .parameters = {{points("out", "b,...", "the network's output"), points("x0", "b,...", "clean data"),
                        points("eps", "b,...", "standard normal noise"),
                        steps("t", "b", "step, counted from 0"), option("objective", "eps", "eps|x0|v"),
                        option("gamma", {}, "bound of the signal to noise ratio; none when left out"),
                        option("steps", 1000.0, "steps of the schedule"),
                        number("beta_start", 1e-4, 0.0, 1.0, "variance added by the first step"),
                        number("beta_end", 0.02, 0.0, 1.0, "variance added by the last step"), reduction()}},
        .known =
            {R"({"out": [[0.1, 0.2]], "x0": [[0.5, -0.2]], "eps": [[0.3, 1]], "t": [500], "objective": "v"})",
             "0.012444559763022892"},
        .properties = non_negative,
        .tolerance = 1e-9,
    },
    [](const Tensor &out, const Tensor &x0, const Tensor &eps, const Tensor &t, const std::string &objective,
       const std::optional<Expr> &gamma, int steps, const Expr &beta_start, const Expr &beta_end,
       const Reduction &reduction) {
      check_option("ddpm_noise_prediction_loss", "objective", objective, {"eps", "x0", "v"});
      LinearSchedule schedule{steps, beta_start, beta_end};
      auto i = indices_of(out);
      Index b = i.front();
      Tensor kept(b, schedule.log_before(t(b) + 1));
      Expr signal = exp(0.5 * kept(b)), noise = sqrt(-expm1(kept(b)));
      Expr snr = 1.0 / expm1(-kept(b));
      Expr bounded = gamma ? minimum(snr, *gamma) : snr;
      Expr target = at(eps, i), weight = gamma ? minimum(1.0, *gamma / snr) : Expr(1.0);
      if (objective == "x0") {
        target = at(x0, i);
        weight = bounded;
      } else if (objective == "v") {
        target = signal * at(eps, i) - noise * at(x0, i);
        weight = bounded / (snr + 1.0);
      }
      return Loss(b, weight * mean_of_sample(i, square(at(out, i) - target)), reduction);
    });

inline constexpr auto ddpm_posterior = define(
    Spec<6>{
        .name = "ddpm_posterior",
        .summary = "Mean and variance of q(x_{t-1} | x_t, x_0) under a linear schedule, t counted from 0.",
        .source = "Ho, Jain and Abbeel, Denoising Diffusion Probabilistic Models, NeurIPS 2020, eq. 7",
        .parameters = {{points("x0", "b,d", "clean data, or its prediction"),
                        points("xt", "b,d", "noisy data"), steps("t", "b", "step"),
                        option("steps", 1000.0, "steps of the schedule"),
                        number("beta_start", 1e-4, 0.0, 1.0, "variance added by the first step"),
                        number("beta_end", 0.02, 0.0, 1.0, "variance added by the last step")}},
        .known = {R"({"x0": [[3]], "xt": [[7]], "t": [0]})", "[[3]]"},
        .tolerance = 1e-9,
    },
    [](const Tensor &x0, const Tensor &xt, const Tensor &t, int steps, const Expr &beta_start,
       const Expr &beta_end) {
      Index b("b"), d("d");
      LinearSchedule schedule{steps, beta_start, beta_end};
      Expr beta = schedule.beta(t(b)), before = schedule.log_before(t(b)), until = before + log1p(-beta);
      Expr noise_before = -expm1(before), noise = -expm1(until);
      Expr from_clean = beta * exp(0.5 * before) / noise;
      Expr from_noisy = noise_before * sqrt(1.0 - beta) / noise;
      return Posterior{Tensor({b, d}, from_clean * x0(b, d) + from_noisy * xt(b, d)),
                       Tensor(b, beta * noise_before / noise)};
    });

inline constexpr auto dsm_loss = define(
    Spec<5>{
        .name = "dsm_loss",
        .summary = "Denoising score matching weighted by sigma^2: (sigma s + z)^2 of each sample, half the "
                   "sum or the mean "
                   "over its elements.",
        .source = "Vincent, A Connection Between Score Matching and Denoising Autoencoders, Neural "
                  "Computation 23(7), 2011; "
                  "Song and Ermon, NCSN, NeurIPS 2019; ahsanMah/msma",
        .parameters = {{points("s", "b,...", "score at the noisy point"),
                        points("z", "b,...", "standard normal noise"),
                        positive("sigma", "b", "standard deviation of the noise"),
                        option("reduce", "0.5*sum", "0.5*sum|mean"), reduction()}},
        .known = {R"({"s": [[1, -2]], "z": [[0.3, 0.4]], "sigma": [0.5]})", "0.5"},
        .properties = non_negative,
    },
    [](const Tensor &s, const Tensor &z, const Tensor &sigma, const std::string &reduce,
       const Reduction &reduction) {
      check_option("dsm_loss", "reduce", reduce, {"0.5*sum", "mean"});
      auto i = indices_of(s);
      Expr squared = square(sigma(i.front()) * at(s, i) + at(z, i));
      return Loss(i.front(), reduce == "mean" ? mean_of_sample(i, squared) : 0.5 * sum_of_sample(i, squared),
                  reduction);
    });

inline constexpr auto dlsm_loss = define(
    Spec<6>{
        .name = "dlsm_loss",
        .summary = "Denoising likelihood score matching: half the square of std^w (gcl + s) + std^(w-1) z "
                   "over all elements, "
                   "gcl the gradient of a classifier's log probability by the noisy point.",
        .source = "Chao et al., Denoising Likelihood Score Matching for Conditional Score-based Data "
                  "Generation, ICLR 2022; "
                  "chen-hao-chao/dlsm",
        .parameters = {{points("gcl", "b,d", "gradient of log p(y | x_t) by x_t"),
                        detached(points("s", "b,d", "score of the frozen model")),
                        points("z", "b,d", "standard normal noise"),
                        positive("std", "b", "standard deviation of the noise"),
                        number("w", 0.0, -1e30, 1e30, "exponent of the weight; 1 weighs by the variance"),
                        reduction()}},
        .known = {R"({"gcl": [[0.2, -0.1]], "s": [[-1, 0.5]], "z": [[0.4, -0.3]], "std": [0.5]})", "0.01"},
        .properties = non_negative,
    },
    [](const Tensor &gcl, const Tensor &s, const Tensor &z, const Tensor &std, const Expr &w,
       const Reduction &reduction) {
      Index b("b"), d("d");
      // Multiplied out, so that the derivative by std is a term of each, none of which cancels.
      Expr residual = pow(std(b), w) * (gcl(b, d) + stop_gradient(s(b, d))) + pow(std(b), w - 1.0) * z(b, d);
      return Loss({b, d}, 0.5 * square(residual), reduction);
    });

inline constexpr auto ambient_denoising_loss = define(
    Spec<7>{
        .name = "ambient_denoising_loss",
        .summary = "Squared error against data that was observed with noise: w ((1 - r^2) D + r^2 x_t - y)^2 "
                   "over all elements "
                   "with r = sn / sigma and EDM's weight w; clean data (sn = 0) gives the EDM loss.",
        .source = "Daras, Cherapanamjeri and Daskalakis, How Much is a Noisy Image Worth?, ICLR 2025; "
                  "giannisdaras/ambient-laws",
        .parameters = {{points("y", "i,...", "observed data"), positive("sn", "i", "level of its noise"),
                        points("D", "i,...", "denoised by the network"),
                        points("xt", "i,...", "noisier data"),
                        positive("sigma", "i", "level of the noise in xt, at least sn"),
                        number("sd", 0.5, 0.0, 1e30, "standard deviation of the data"), reduction()}},
        .known = {R"({"y": [[0.6]], "sn": [0.2], "D": [[0.3]], "xt": [[1.1]], "sigma": [0.8]})",
                  "0.34765625"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"y": [[1]], "sn": [0.5], "D": [[3]], "xt": [[1]], "sigma": [0.5]})", "[[0]]"},
    },
    [](const Tensor &y, const Tensor &sn, const Tensor &d, const Tensor &xt, const Tensor &sigma,
       const Expr &sd, const Reduction &reduction) {
      auto i = indices_of(y);
      Expr observed = sn(i.front()), level = maximum(sigma(i.front()), observed);
      // As a step from x_t: exactly x_t where sigma = sn.
      Expr step = (level - observed) / level * (1.0 + observed / level);
      Expr prediction = at(xt, i) + step * (at(d, i) - at(xt, i));
      Expr weight = 1.0 / square(sd) + 1.0 / square(level);
      return Loss(i, weight * square(prediction - at(y, i)), reduction);
    });

inline constexpr auto soft_mixture_denoising_loss = define(
    Spec<3>{
        .name = "soft_mixture_denoising_loss",
        .summary = "Squared error of predicted noise over all elements, the network given a latent variable "
                   "as well: an upper "
                   "bound of a mixture's negative log likelihood.",
        .source = "Li et al., Soft Mixture Denoising, ICLR 2024; vanderschaarlab/smd",
        .parameters = {{points("out", "b,...", "predicted noise"),
                        points("eps", "b,...", "standard normal noise"), reduction()}},
        .known = {R"({"out": [[1, 0]], "eps": [[0.5, -0.5]]})", "0.25"},
        .properties = non_negative | zero_when_equal | symmetric,
    },
    [](const Tensor &out, const Tensor &eps, const Reduction &reduction) {
      auto i = indices_of(out);
      return Loss(i, square(at(out, i) - at(eps, i)), reduction);
    });

inline constexpr auto scheduled_pseudo_huber = define(
    Spec<9>{
        .name = "scheduled_pseudo_huber",
        .summary = "Pseudo-Huber loss 2c (sqrt(d^2 + c^2) - c) over all elements whose c depends on the "
                   "step; paper: half of it.",
        .source = "Khrapov et al., Scheduled Pseudo-Huber Loss, arXiv 2403.16728, 2024; kohya-ss/sd-scripts",
        .parameters = {{points("pred", "b,...", "prediction"), points("target", "b,...", "its target"),
                        labels("t", "b", "step, less than the length of abar"),
                        detached(positive("abar", "T", "cumulative products of 1 - beta")),
                        number("c0", 0.1, 0.0, 1.0, "where the tails start, at the noisiest step"),
                        option("schedule", "snr", "snr|exponential|constant"),
                        number("scale", 1.0, 0.0, 1e30, "factor of c, not of snr's"),
                        option("form", "huber", "huber|paper"), reduction()}},
        .known = {R"({"pred": [[0.3]], "target": [[0]], "t": [1], "abar": [0.9, 0.5]})",
                  "0.07624184771050464"},
        .properties = non_negative | zero_when_equal | symmetric,
    },
    [](const Tensor &pred, const Tensor &target, const Tensor &t, const Tensor &abar, const Expr &c0,
       const std::string &schedule, const Expr &scale, const std::string &form, const Reduction &reduction) {
      check_option("scheduled_pseudo_huber", "schedule", schedule, {"snr", "exponential", "constant"});
      check_option("scheduled_pseudo_huber", "form", form, {"huber", "paper"});
      auto i = indices_of(pred);
      Expr step = t(i.front()), kept = stop_gradient(abar(step)), c = c0 * scale;
      if (schedule == "snr")
        // sqrt(abar) and sqrt(1 - abar) instead of their ratio, which may be infinite.
        c = (1.0 - c0) * kept / square(sqrt(kept) + sqrt(1.0 - kept)) + c0;
      else if (schedule == "exponential")
        c = scale * exp(log(c0) * to_real(step) / to_real(extent(abar, 0)));
      Expr squared = square(at(pred, i) - at(target, i));
      return Loss(i, (form == "paper" ? 1.0 : 2.0) * c * squared / (sqrt(squared + square(c)) + c),
                  reduction);
    });

inline constexpr auto interpolant_denoiser_loss = define(
    Spec<5>{
        .name = "interpolant_denoiser_loss",
        .summary = "Mean over samples of |f - x1|^2, f a denoiser at alpha(t) x0 + beta(t) x1; and that "
                   "path's velocity "
                   "alpha' x0 + beta' x1.",
        .source = "Cui et al., Analysis of Learning a Flow-based Generative Model from Limited Sample "
                  "Complexity, ICLR 2024",
        .parameters = {{points("f", "b,k", "the denoiser's output"), points("x1", "b,k", "data"),
                        points("x0", "b,k", "standard normal noise"),
                        option("schedule", "linear", "linear|trigonometric"),
                        number("t", 0.5, 0.0, 1.0, "time of the velocity; the linear one is constant")}},
        .known = {R"({"f": [[1, 2], [0, 0]], "x1": [[0, 0], [1, 0]], "x0": [[0, 0], [0, 0]]})", "3"},
        .properties = non_negative | zero_when_equal | symmetric,
    },
    [](const Tensor &f, const Tensor &x1, const Tensor &x0, const std::string &schedule, const Expr &t) {
      check_option("interpolant_denoiser_loss", "schedule", schedule, {"linear", "trigonometric"});
      Index b("b"), k("k");
      Expr alpha = -1.0, beta = 1.0;
      if (schedule == "trigonometric") {
        Expr angle = 0.5 * std::numbers::pi * t;
        alpha = -0.5 * std::numbers::pi * sin(angle);
        beta = 0.5 * std::numbers::pi * cos(angle);
      }
      return Interpolant{mean(b, squared_distance(f[b], x1[b])),
                         Tensor({b, k}, alpha * x0(b, k) + beta * x1(b, k))};
    });

inline constexpr auto consistency_training_loss = define(
    Spec<9>{
        .name = "consistency_training_loss",
        .summary = "Distance of a consistency model's outputs at neighbouring noise levels i and i + 1 of N, "
                   "over the "
                   "difference of the levels: pseudo-Huber with c, or cauchy, log(1 + d^2 / (2 c^2)).",
        .source = "Song and Dhariwal, Improved Techniques for Training Consistency Models, ICLR 2024; Dao et "
                  "al., Improved "
                  "Training Technique for Latent Consistency Models, ICLR 2025",
        .parameters = {{points("fhi", "b,d", "output at the level i + 1"),
                        detached(points("flo", "b,d", "output at the level i")),
                        steps("i", "b", "level, from 1 to N - 1"),
                        number("smin", 0.002, 0.0, 1e30, "least noise level"),
                        number("smax", 80.0, 0.0, 1e30, "largest noise level"),
                        option("N", 1280.0, "levels, at least 2"),
                        option("c", {}, "where the tails start; 0.00054 sqrt(d) when left out"),
                        option("distance", "pseudo_huber", "pseudo_huber|cauchy"), reduction()}},
        .known =
            {R"({"fhi": [[0.3, 0.4]], "flo": [[0, 0]], "i": [1], "smin": 1, "smax": 3, "N": 2, "c": 0.5})",
             "0.10355339059327379"},
        .properties = non_negative | zero_when_equal,
        .tolerance = 1e-9,
        .smoothness = Smoothness::once, // twice, but within c of 0 too curved for differences of gradients
    },
    [](const Tensor &fhi, const Tensor &flo, const Tensor &i, const Expr &smin, const Expr &smax, int n,
       const std::optional<Expr> &c, const std::string &distance, const Reduction &reduction) {
      check_option("consistency_training_loss", "distance", distance, {"pseudo_huber", "cauchy"});
      check_whole("consistency_training_loss", "N", n, 2, 1000000000);
      Index b("b"), d("d");
      constexpr double rho = 7;
      Expr least = pow(smin, 1.0 / rho), range = pow(smax, 1.0 / rho) - least;
      auto level = [&](const Expr &step) { return pow(least + to_real(step - 1) / (n - 1.0) * range, rho); };
      Expr squared = sum(d, square(fhi(b, d) - stop_gradient(flo(b, d))));
      Expr width = c ? *c : 0.00054 * sqrt(to_real(extent(fhi, 1)));
      Expr apart = distance == "cauchy" ? log1p(0.5 * squared / square(width))
                                        : squared / (sqrt(squared + square(width)) + width);
      return Loss(b, apart / (level(i(b) + 1) - level(i(b))), reduction);
    });

inline constexpr auto multiscale_score_norm = define(
    Spec<4>{
        .name = "multiscale_score_norm",
        .summary = "Norms of the scores of each sample at L noise levels, geometric from sigma_high to "
                   "sigma_low, times the "
                   "level: features for finding outliers.",
        .source = "Mahmood, Oliva and Styner, Multiscale Score Matching for Out-of-Distribution Detection, "
                  "ICLR 2021; "
                  "ahsanMah/msma",
        .parameters = {{points("s", "b,l,d", "scores by sample and level"),
                        option("L", 0.0, "levels; 0: as many as s has"),
                        number("sigma_high", 1.0, 0.0, 1e30, "first noise level"),
                        number("sigma_low", 0.01, 0.0, 1e30, "last noise level")}},
        .known = {R"({"s": [[[-1, 0], [-1.6, 0]]], "sigma_low": 0.5})", "[[1, 0.8]]"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"s": [[[0, 0], [3, 4]]], "sigma_low": 0.5})", "[[[0, 0], [0.3, 0.4]]]"},
    },
    [](const Tensor &s, int levels, const Expr &sigma_high, const Expr &sigma_low) {
      check_whole("multiscale_score_norm", "L", levels, 0, 1000000);
      Expr count = levels > 0 ? Expr(levels) : extent(s, 1);
      Index b("b"), l("l", count);
      Expr share = to_real(l) / to_real(maximum(count - 1, 1));
      return Tensor({b, l}, sigma_high * exp(share * log(sigma_low / sigma_high)) * norm(s[b][l]));
    });

/// Variance of a bridge whose diffusion is linear in time on [0, 1].
struct LinearDiffusion {
  Expr b0, bf;
  Expr beta(const Expr &t) const { return b0 + (bf - b0) * t; }
  Expr until(const Expr &t) const { return t * (b0 + 0.5 * t * (bf - b0)); }
  Expr after(const Expr &t) const { return (1.0 - t) * (b0 + 0.5 * (1.0 + t) * (bf - b0)); }
};

inline constexpr auto brownian_bridge_drift = define(
    Spec<6>{
        .name = "brownian_bridge_drift",
        .summary = "Drift c beta(t) (z - x) / (integral of beta from t to 1) of a Brownian bridge to z in "
                   "flat space, beta "
                   "linear from b0 to bf.",
        .source = "Jo and Hwang, Generative Modeling on Manifolds Through Mixture of Riemannian Diffusion "
                  "Processes, ICML "
                  "2024; harryjo97/riemannian-diffusion-mixture",
        .parameters = {{points("x", "i,d", "points"), points("z", "i,d", "ends of the bridges"),
                        positive("t", "i", "times, in [0, 1)"), number("b0", 1.0, 0.0, 1e30, "beta at 0"),
                        number("bf", 0.001, 0.0, 1e30, "beta at 1"),
                        number("c", 1.0, -1e30, 1e30, "factor")}},
        .known = {R"({"x": [[1]], "z": [[3]], "t": [0.5], "bf": 0.2})", "[[6]]"},
        .properties = zero_when_equal,
    },
    [](const Tensor &x, const Tensor &z, const Tensor &t, const Expr &b0, const Expr &bf, const Expr &c) {
      Index i("i"), d("d");
      LinearDiffusion diffusion{b0, bf};
      return Tensor({i, d}, c * diffusion.beta(t(i)) / diffusion.after(t(i)) * (z(i, d) - x(i, d)));
    });

inline constexpr auto two_way_bridge_matching_loss = define(
    Spec<11>{
        .name = "two_way_bridge_matching_loss",
        .summary = "Half the squared errors of a forward and a backward drift against those of Brownian "
                   "bridges to x1 and to "
                   "x0, in flat space; weighted by 1 / beta(t), or by that weight's integral where t was "
                   "drawn by it.",
        .source = "Jo and Hwang, Generative Modeling on Manifolds Through Mixture of Riemannian Diffusion "
                  "Processes, ICML "
                  "2024; harryjo97/riemannian-diffusion-mixture",
        .parameters = {{points("s_f", "i,d", "forward drift at X_t"),
                        points("s_b", "i,d", "backward drift at X_t"),
                        points("Xt", "i,d", "points of the bridges"),
                        points("x0", "i,d", "samples of the prior"), points("x1", "i,d", "data"),
                        positive("t", "i", "times, in [eps, 1 - eps]"),
                        option("weight", "importance", "importance|default"),
                        number("eps", 0.001, 0.0, 0.5, "distance of times from 0 and 1"),
                        number("b0", 1.0, 0.0, 1e30, "beta at 0"), number("bf", 0.2, 0.0, 1e30, "beta at 1"),
                        reduction()}},
        .known =
            {R"({"s_f": [[0]], "s_b": [[0]], "Xt": [[0]], "x0": [[1]], "x1": [[2]], "t": [0.5], "weight": "default", "b0": 1, "bf": 1})",
             "10"},
        .properties = non_negative,
    },
    [](const Tensor &s_f, const Tensor &s_b, const Tensor &xt, const Tensor &x0, const Tensor &x1,
       const Tensor &t, const std::string &weight, const Expr &eps, const Expr &b0, const Expr &bf,
       const Reduction &reduction) {
      check_option("two_way_bridge_matching_loss", "weight", weight, {"importance", "default"});
      Index i("i"), d("d");
      LinearDiffusion diffusion{b0, bf};
      Expr beta = diffusion.beta(t(i)), factor = 1.0 / beta;
      if (weight == "importance") {
        // The integral of 1 / beta; of a constant beta its limit.
        Expr slope = bf - b0, constant = abs(slope) < 1e-12 * b0;
        Expr growth = log(diffusion.beta(1.0 - eps) / diffusion.beta(eps));
        factor = where(constant, (1.0 - 2.0 * eps) / b0, growth / where(constant, 1.0, slope));
      }
      Expr forward = beta / diffusion.after(t(i)), backward = beta / diffusion.until(t(i));
      Expr error = sum(d, square(s_f(i, d) - forward * (x1(i, d) - xt(i, d))) +
                              square(s_b(i, d) - backward * (x0(i, d) - xt(i, d))));
      return Loss(i, 0.5 * factor * error, reduction);
    });

} // namespace mercer::stdlib::generative
