// Losses of waveforms and spectrograms; features of frames.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mercer::stdlib::audio {

inline constexpr auto si_snr = define(
    Spec<5>{
        .name = "si_snr",
        .summary = "Scale-invariant signal to noise ratio of each estimate in dB; the loss is its negative.",
        .source = "Le Roux et al., SDR - Half-baked or Well Done?, ICASSP 2019; SpeechBrain cal_si_snr",
        .parameters = {{points("e", "b,t", "estimated signals"), points("s", "b,t", "target signals"),
                        number("eps", 1e-8, 0.0, 1.0, "added to both divisors and under the logarithm"),
                        option("zero_mean", 1.0, "false: as torchmetrics' SI-SDR"), reduction("none")}},
        .known = {R"({"e": [[2, -1.5, 2.5, -2]], "s": [[1, -1, 1, -1]]})", "[18.06179954508494]"},
        .tolerance = 1e-9,
    },
    [](const Tensor &e, const Tensor &s, const Expr &eps, bool zero_mean, const Reduction &reduction) {
      Index b("b"), t("t"), u("t");
      auto centred = [&](const Tensor &x) {
        return zero_mean ? Tensor({b, t}, x(b, t) - mean(u, x(b, u))) : x;
      };
      Tensor estimate = centred(e), target = centred(s);
      Expr scale = dot(estimate[b], target[b]) / (squared_norm(target[b]) + eps);
      Expr signal = sum(t, square(scale * target(b, t)));
      Expr noise = sum(t, square(estimate(b, t) - scale * target(b, t)));
      return Loss(b, 10.0 / std::log(10.0) * log(signal / (noise + eps) + eps), reduction);
    });

inline constexpr auto log_stft_magnitude_loss = define(
    Spec<3>{
        .name = "log_stft_magnitude_loss",
        .summary = "Mean absolute difference of the logarithms of two magnitude spectrograms.",
        .source = "Yamamoto, Song and Kim, Parallel WaveGAN, ICASSP 2020; slp-rl/aero",
        .parameters = {{positive("X", "b,f,t", "predicted magnitudes"),
                        positive("Y", "b,f,t", "target magnitudes"),
                        number("mag_floor", 1e-7, 0.0, 1e30, "least squared magnitude")}},
        .known = {R"({"X": [[[1, 2]]], "Y": [[[2.718281828459045, 2]]]})", "0.5"},
        .properties = non_negative | zero_when_equal | symmetric,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"X": [[[1, 0]]], "Y": [[[1, 1]]]})", "[[[0, 0]]]"},
    },
    [](const Tensor &x, const Tensor &y, const Expr &mag_floor) {
      Index b("b"), f("f"), t("t");
      auto level = [&](const Tensor &magnitude) { return log(maximum(magnitude(b, f, t), sqrt(mag_floor))); };
      return mean({b, f, t}, abs(level(y) - level(x)));
    });

inline constexpr auto spectral_convergence_loss = define(
    Spec<2>{
        .name = "spectral_convergence_loss",
        .summary = "Norm of the difference of two magnitude spectrograms over that of the target, over the "
                   "whole batch; a silent "
                   "target's norm counts as 1e-12.",
        .source = "Arik, Jun and Diamos, IEEE Signal Processing Letters 26(1), 2019; slp-rl/aero",
        .parameters = {{positive("X", "b,f,t", "predicted magnitudes"),
                        positive("Y", "b,f,t", "target magnitudes")}},
        .known = {R"({"X": [[[3, 4]]], "Y": [[[0, 5]]]})", "0.6324555320336759"},
        .properties = non_negative | zero_when_equal,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"X": [[[1, 2]]], "Y": [[[1, 2]]]})", "[[[0, 0]]]"},
    },
    [](const Tensor &x, const Tensor &y) {
      Index b("b"), f("f"), t("t");
      Expr apart = sqrt(sum({b, f, t}, square(y(b, f, t) - x(b, f, t))));
      return apart / maximum(sqrt(sum({b, f, t}, square(y(b, f, t)))), 1e-12);
    });

inline constexpr auto pit_loss = define(
    Spec<5>{
        .name = "pit_loss",
        .summary = "Mean over sources of the pairwise cost under the best of the K! assignments of estimates "
                   "to targets; only that "
                   "one has a gradient, the first of equal ones.",
        .source = "Yu et al., Permutation Invariant Training, ICASSP 2017; SpeechBrain PitWrapper",
        .parameters = {{points("est", "b,2,t", "estimates"), points("tgt", "b,2,t", "targets"),
                        option("K", 2.0, "sources, 2 to 4"), option("cost", "mse", "mse|l1"), reduction()}},
        .known = {R"({"est": [[[1, 1], [2, 2]]], "tgt": [[[2, 2], [0, 1]]]})", "0.25"},
        .properties = non_negative | zero_when_equal,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"est": [[[0], [0]]], "tgt": [[[1], [3]]]})", "[[[-1], [-3]]]"},
    },
    [](const Tensor &est, const Tensor &tgt, int k, const std::string &cost, const Reduction &reduction) {
      check_whole("pit_loss", "K", k, 2, 4);
      check_option("pit_loss", "cost", cost, {"mse", "l1"});
      Index b("b"), i("i", k), j("j", k), t("t");
      Expr apart = est(b, i, t) - tgt(b, j, t);
      Tensor pair({b, i, j}, mean(t, cost == "mse" ? square(apart) : abs(apart)));
      std::vector<int> assignment(static_cast<std::size_t>(k));
      std::iota(assignment.begin(), assignment.end(), 0);
      std::optional<Expr> least;
      do {
        Expr total = 0.0;
        for (int source = 0; source < k; ++source)
          total = total + pair(b, source, assignment[static_cast<std::size_t>(source)]);
        least = least ? minimum(*least, total) : total;
      } while (std::next_permutation(assignment.begin(), assignment.end()));
      return Loss(b, *least / static_cast<double>(k), reduction);
    });

inline constexpr auto blind_sisnr_estimator_loss = define(
    Spec<5>{
        .name = "blind_sisnr_estimator_loss",
        .summary = "Absolute error of predicted signal to noise ratios against the true ones, clipped and "
                   "scaled to [0, 1].",
        .source =
            "Subakan et al., REAL-M: Towards Speech Separation on Real Mixtures, ICASSP 2022; SpeechBrain",
        .parameters = {{points("h", "b,k", "predictions in [0, 1]"),
                        detached(points("snr", "b,k", "true ratios in dB")),
                        number("snr_min", 0.0, -1e30, 1e30, "ratio that counts as 0"),
                        number("snr_max", 10.0, -1e30, 1e30, "ratio that counts as 1, above snr_min"),
                        reduction()}},
        .known = {R"({"h": [[0.1, 0.5, 0.8]], "snr": [[-3, 4.2, 15]]})", "0.12666666666666668"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"h": [[0.5, 1]], "snr": [[5, 0]]})", "[[0, 0.5]]"},
    },
    [](const Tensor &h, const Tensor &snr, const Expr &snr_min, const Expr &snr_max,
       const Reduction &reduction) {
      Index b("b"), k("k");
      Expr scaled = (clamp(stop_gradient(snr(b, k)), snr_min, snr_max) - snr_min) / (snr_max - snr_min);
      return Loss({b, k}, abs(scaled - h(b, k)), reduction);
    });

/// Probability of each component of a mixture with diagonal variances, given each frame.
inline Tensor frame_responsibilities(const Tensor &x, const Tensor &w, const Tensor &mu, const Tensor &v) {
  Index t("t"), c("c"), k("k");
  Expr exponent = sum(k, square(x(t, k) - mu(c, k)) / v(c, k) + log(v(c, k)));
  return Tensor({t, c}, softmax(c, log_or_zero(w(c)) - 0.5 * exponent, w(c) != 0.0));
}

inline constexpr auto gmm_soft_count_histogram = define(
    Spec<4>{
        .name = "gmm_soft_count_histogram",
        .summary = "Mean over a clip's frames of the responsibilities of a background mixture with diagonal "
                   "variances.",
        .source = "Kumar and Raj, Features and Kernels for Audio Event Recognition, arXiv 1607.05765, 2016",
        .parameters = {{points("x", "t,k", "frames"), probabilities("w", "c", "weights of the mixture"),
                        points("mu", "c,k", "means"), positive("v", "c,k", "variances")}},
        .known = {R"({"x": [[0], [2]], "w": [0.5, 0.5], "mu": [[0], [1]], "v": [[1], [1]]})",
                  "[0.40244242750410547, 0.5975575724958946]"},
        .properties = non_negative | at_most_one,
    },
    [](const Tensor &x, const Tensor &w, const Tensor &mu, const Tensor &v) {
      Index t("t"), c("c");
      Tensor share = frame_responsibilities(x, w, mu, v);
      return Tensor(c, mean(t, share(t, c)));
    });

inline constexpr auto gmm_map_supervector = define(
    Spec<5>{
        .name = "gmm_map_supervector",
        .summary = "Means of a background mixture adapted to a clip: (sum of the frames by responsibility + "
                   "r mu) / (n + r).",
        .source = "Reynolds, Quatieri and Dunn, Speaker Verification Using Adapted Gaussian Mixture Models, "
                  "2000; Kumar and Raj, "
                  "arXiv 1607.05765, 2016",
        .parameters = {{points("x", "t,k", "frames"), probabilities("w", "c", "weights of the mixture"),
                        points("mu", "c,k", "means"), positive("v", "c,k", "variances"),
                        number("r", 16.0, 0.0, 1e30, "relevance of the mixture's means, positive")}},
        .known = {R"({"x": [[0], [2]], "w": [1], "mu": [[3]], "v": [[1]], "r": 2})", "[[2]]"},
    },
    [](const Tensor &x, const Tensor &w, const Tensor &mu, const Tensor &v, const Expr &r) {
      Index t("t"), c("c"), k("k");
      Tensor share = frame_responsibilities(x, w, mu, v);
      return Tensor({c, k}, (sum(t, share(t, c) * x(t, k)) + r * mu(c, k)) / (sum(t, share(t, c)) + r));
    });

} // namespace mercer::stdlib::audio
