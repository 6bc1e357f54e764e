// Adversarial and diffusion models.
#pragma once

#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Results.h"

namespace mercer::stdlib::generative {

inline constexpr auto hinge_gan_loss = define(
    Spec<2>{
        .name = "hinge_gan_loss",
        .summary =
            "The two hinge losses of a GAN: element 0 is the discriminator's, element 1 the generator's.",
        .source = "Lim and Ye, Geometric GAN, 2017; facebookresearch/ic_gan",
        .parameters = {{points("r", "b", "scores of real data"),
                        points("q", "b", "scores of generated data")}},
        .known = {R"({"r": [0.5, 2], "q": [-2, 0.3]})", "[0.9, 0.85]"},
        .smoothness = Smoothness::kinked,
        .kink = {R"({"r": [1, 0.5], "q": [-1, 0.5]})", "[0, -0.5]"},
    },
    [](const Tensor &r, const Tensor &q) {
      Index b("b"), player("player", 2);
      Expr discriminator = mean(b, relu(1.0 - r(b))) + mean(b, relu(1.0 + q(b)));
      return Tensor(player, where(player == 0, discriminator, -mean(b, q(b))));
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
      Index b("b"), d("d"), s("s", steps);
      auto beta = [&](const Expr &step) {
        return beta_start +
               (beta_end - beta_start) * to_real(step) / static_cast<double>(std::max(steps - 1, 1));
      };
      // Logarithms of the products: both 1 - product and its root are then right for the first steps.
      Expr before = sum(s, log1p(-beta(s)), s < t(b));
      Expr until = before + log1p(-beta(t(b)));
      Expr noise_before = -expm1(before), noise = -expm1(until);
      Expr from_clean = beta(t(b)) * exp(0.5 * before) / noise;
      Expr from_noisy = noise_before * sqrt(1.0 - beta(t(b))) / noise;
      return Posterior{Tensor({b, d}, from_clean * x0(b, d) + from_noisy * xt(b, d)),
                       Tensor(b, beta(t(b)) * noise_before / noise)};
    });

} // namespace mercer::stdlib::generative
