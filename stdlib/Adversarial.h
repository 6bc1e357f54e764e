// Adversarial models and models without a normaliser.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"

#include <cmath>

namespace mercer::stdlib::generative {

/// A tensor of the losses of two players.
inline Tensor of_players(const Expr &first, const Expr &second) {
  Index player("player", 2);
  return Tensor(player, where(player == 0, first, second));
}

/// The mean of f over one discriminator's scores, or, stacked by scale, the sum of the scales' means.
inline Expr over_scales(const Tensor &scores, int scales, const std::function<Expr(const Expr &)> &f) {
  Index k("k", scales), b("b"), t("t");
  if (scales == 1)
    return mean({b, t}, f(scores(b, t)));
  return sum(k, mean({b, t}, f(scores(k, b, t))));
}

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
      Index b("b");
      Expr discriminator = mean(b, relu(1.0 - r(b))) + mean(b, relu(1.0 + q(b)));
      return of_players(discriminator, -mean(b, q(b)));
    });

inline constexpr auto melgan_hinge_gan_loss = define(
    Spec<3>{
        .name = "melgan_hinge_gan_loss",
        .summary = "Hinge losses of discriminators at several scales, [discriminator, generator]; the "
                   "generator's is a "
                   "hinge, too.",
        .source = "Kumar et al., MelGAN, NeurIPS 2019; Mandel, Tal and Adi, AERO, ICASSP 2023; slp-rl/aero",
        .parameters = {{points("r_k", "b,t", "scores of real data; of several scales: k,b,t"),
                        points("q_k", "b,t", "scores of generated data; of several scales: k,b,t"),
                        option("num_D", 1.0, "scales: above 1, the first dimension of the scores")}},
        .known = {R"({"r_k": [[0.5, 2]], "q_k": [[-2, 0.3]]})", "[0.9, 1.85]"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"r_k": [[1, 0.5]], "q_k": [[-1, 1]]})", "[[0, -0.5]]"},
    },
    [](const Tensor &r, const Tensor &q, int scales) {
      check_whole("melgan_hinge_gan_loss", "num_D", scales, 1, 1000);
      auto below = [](const Expr &score) { return relu(1.0 - score); };
      auto above = [](const Expr &score) { return relu(1.0 + score); };
      return of_players(over_scales(r, scales, below) + over_scales(q, scales, above),
                        over_scales(q, scales, below));
    });

inline constexpr auto lsgan_loss = define(
    Spec<3>{
        .name = "lsgan_loss",
        .summary = "Least squares losses of discriminators at several scales: [(r-1)^2 + q^2, (q-1)^2], "
                   "means of each scale.",
        .source = "Mao et al., Least Squares Generative Adversarial Networks, ICCV 2017; slp-rl/aero",
        .parameters = {{points("r_k", "b,t", "scores of real data; of several scales: k,b,t"),
                        points("q_k", "b,t", "scores of generated data; of several scales: k,b,t"),
                        option("num_D", 1.0, "scales: above 1, the first dimension of the scores")}},
        .known = {R"({"r_k": [[0.5, 2]], "q_k": [[-2, 0.3]]})", "[2.67, 4.745]"},
        .properties = non_negative,
    },
    [](const Tensor &r, const Tensor &q, int scales) {
      check_whole("lsgan_loss", "num_D", scales, 1, 1000);
      auto from_one = [](const Expr &score) { return square(1.0 - score); };
      auto from_zero = [](const Expr &score) { return square(score); };
      return of_players(over_scales(r, scales, from_one) + over_scales(q, scales, from_zero),
                        over_scales(q, scales, from_one));
    });

inline constexpr auto gan_softplus = define(
    Spec<2>{
        .name = "gan_softplus",
        .summary = "Non-saturating losses of a GAN: [softplus(-l_real) + softplus(l_fake), "
                   "softplus(-l_fake)], means.",
        .source = "Goodfellow et al., Generative Adversarial Networks, NeurIPS 2014; Karras et al., "
                  "StyleGAN2, CVPR 2020",
        .parameters = {{points("l_real", "i", "the discriminator's logits of real data"),
                        points("l_fake", "j", "its logits of generated data")}},
        .known = {R"({"l_real": [1], "l_fake": [-1, 0]})", "[0.816466121557307, 1.003204434039084]"},
        .properties = non_negative,
    },
    [](const Tensor &l_real, const Tensor &l_fake) {
      Index i("i");
      return of_players(mean(i, softplus(-l_real(i))) + mean(i, softplus(l_fake(i))),
                        mean(i, softplus(-l_fake(i))));
    });

inline constexpr auto nonsaturating_gan_r1 = define(
    Spec<4>{
        .name = "nonsaturating_gan_r1",
        .summary =
            "Non-saturating losses of a GAN, [generator, discriminator]; with gradients at real data the "
            "discriminator's has gamma / 2 times their mean squared norm (R1).",
        .source = "Mescheder, Geiger and Nowozin, Which Training Methods for GANs do actually Converge?, "
                  "ICML 2018; "
                  "facebookresearch/ic_gan",
        .parameters = {{points("r", "b", "logits of real data"),
                        points("q", "b", "logits of generated data"),
                        {.name = "grad",
                         .shape = "b,k",
                         .doc = "gradients of the logits by the real data; none: no R1"},
                        number("gamma", 10.0, 0.0, 1e30, "weight of R1")}},
        .known = {R"({"r": [1], "q": [-1]})", "[1.3132616875182228, 0.6265233750364457]"},
        .properties = non_negative,
    },
    [](const Tensor &r, const Tensor &q, const std::optional<Tensor> &grad, const Expr &gamma) {
      Index b("b");
      Expr discriminator = mean(b, softplus(q(b))) + mean(b, softplus(-r(b)));
      if (grad) {
        auto i = indices_of(*grad);
        discriminator = discriminator + 0.5 * gamma * mean(i.front(), sum_of_sample(i, square(at(*grad, i))));
      }
      return of_players(mean(b, softplus(-q(b))), discriminator);
    });

/// Mean of (|grad| - 1)^2, a small number under the root.
inline Expr unit_slope_penalty(const Tensor &grad, const Expr &eps) {
  auto i = indices_of(grad);
  return mean(i.front(), square(sqrt(sum_of_sample(i, square(at(grad, i))) + eps) - 1.0));
}

inline constexpr auto wgan_gp_loss = define(
    Spec<5>{
        .name = "wgan_gp_loss",
        .summary = "Wasserstein GAN with gradient penalty: [mean Df - mean Dr + lam mean (sqrt(|grad|^2 + "
                   "1e-5) - 1)^2, "
                   "-mean Df].",
        .source = "Gulrajani et al., Improved Training of Wasserstein GANs, NeurIPS 2017; mbinkowski/MMD-GAN",
        .parameters =
            {{points("Dr", "i", "the critic's scores of real data"),
              points("Df", "i", "its scores of generated data"),
              {.name = "xhat", .shape = "i,k", .doc = "where grad was taken; the loss does not depend on it"},
              points("grad", "i,k",
                     "gradients of the critic at random points between real and generated data"),
              number("lam", 10.0, 0.0, 1e30, "weight of the penalty")}},
        .known = {R"({"Dr": [1, 2], "Df": [0.5, -0.5], "grad": [[2, 0], [0, 2]]})", "[8.500050000031251, 0]"},
    },
    [](const Tensor &dr, const Tensor &df, const std::optional<Tensor> &, const Tensor &grad,
       const Expr &lam) {
      Index i("i");
      Expr fake = mean(i, df(i));
      return of_players(fake - mean(i, dr(i)) + lam * unit_slope_penalty(grad, 1e-5), -fake);
    });

inline constexpr auto cramer_gan_loss = define(
    Spec<5>{
        .name = "cramer_gan_loss",
        .summary = "Energy distances of features of two generated batches and a real one: [generator, "
                   "critic]; norms are "
                   "sqrt(|.|^2 + 1e-5).",
        .source =
            "Bellemare et al., The Cramer Distance as a Solution to Biased Wasserstein Gradients, 2017; "
            "mbinkowski/MMD-GAN",
        .parameters = {{points("G", "i,d", "features of generated data"),
                        points("G2", "i,d", "of other generated data"),
                        points("R", "i,d", "of real data"),
                        {.name = "grad",
                         .shape = "i,k",
                         .doc = "gradients of the critic between R and G; none: no penalty"},
                        number("lam", 10.0, 0.0, 1e30, "weight of the penalty")}},
        .known = {R"({"G": [[1], [2]], "G2": [[0], [1.5]], "R": [[3], [2.5]]})",
                  "[2.500002083332321, 1.4984202778323341]"},
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &g, const Tensor &g2, const Tensor &r, const std::optional<Tensor> &grad,
       const Expr &lam) {
      Index i("i");
      auto root = [](const Expr &squared) { return sqrt(squared + 1e-5); };
      auto apart = [&](const Tensor &a, const Tensor &b) { return root(squared_distance(a[i], b[i])); };
      auto critic = [&](const Tensor &a, const Tensor &b) { return apart(a, b) - root(squared_norm(a[i])); };
      Expr generator = mean(i, apart(g, r) + apart(g2, r) - apart(g, g2));
      Expr loss = mean(i, critic(g2, g) - critic(r, g));
      return of_players(generator, grad ? loss + lam * unit_slope_penalty(*grad, 1e-5) : loss);
    });

inline constexpr auto mmd_gan_loss_with_witness_penalty = define(
    Spec<6>{
        .name = "mmd_gan_loss_with_witness_penalty",
        .summary = "[unbiased squared MMD of generated and real data, less it plus lam times the mean of "
                   "(|gradient of the "
                   "witness| - 1)^2 at points between them].",
        .source = "Binkowski et al., Demystifying MMD GANs, ICLR 2018; mbinkowski/MMD-GAN",
        .parameters = {{points("hr", "j,d", "real data, at least 2"),
                        points("hf", "l,d", "generated data, at least 2"),
                        points("xhat", "i,d", "points between them"),
                        kernel("kernel", "kernel; rbf_mixture when left out"),
                        number("lam", 1.0, 0.0, 1e30, "weight of the penalty"),
                        number("eps", 1e-5, 0.0, 1e30, "under the root of the norm")}},
        .known = {R"({"hr": [[0], [1]], "hf": [[2], [3]], "xhat": [[1], [2]]})",
                  "[0.7301950166180369, -0.4542528328687475]"},
    },
    [](const Tensor &hr, const Tensor &hf, const Tensor &xhat, const Kernel &k, const Expr &lam,
       const Expr &eps) {
      Index i("i"), j("j"), d("d");
      auto within = [&](const Tensor &u) {
        Expr n = to_real(extent(u, 0));
        return sum({i, j}, k(u[i], u[j]), i != j) / (n * (n - 1.0));
      };
      Expr mmd = within(hf) + within(hr) - 2.0 * mean({i, j}, k(hf[i], hr[j]));
      auto witness = [&](const Tensor &u) { return mean(j, k(u, hr[j])) - mean(j, k(u, hf[j])); };
      Tensor slope({i, d}, gradient(witness, xhat[i])(d));
      return of_players(mmd, lam * unit_slope_penalty(slope, eps) - mmd);
    });

inline constexpr auto feature_matching_loss = define(
    Spec<5>{
        .name = "feature_matching_loss",
        .summary =
            "lam (4 / (n_layers + 1)) / num_D times the mean absolute difference of one feature map of a "
            "discriminator; the loss is the sum over its maps.",
        .source =
            "Wang et al., High-Resolution Image Synthesis with Conditional GANs, CVPR 2018; slp-rl/aero",
        .parameters = {{points("fake_feats", "b,c,t", "features of generated data"),
                        detached(points("real_feats", "b,c,t", "features of real data")),
                        number("lam", 100.0, 0.0, 1e30, "weight"),
                        number("n_layers", 4.0, 0.0, 1e30, "layers of a discriminator"),
                        number("num_D", 3.0, 1.0, 1e30, "discriminators")}},
        .known =
            {R"({"fake_feats": [[[1, 2]]], "real_feats": [[[0, 4]]], "lam": 1, "n_layers": 3, "num_D": 1})",
             "1.5"},
        .properties = non_negative | zero_when_equal,
        .smoothness = Smoothness::kinked,
        .kink =
            {R"({"fake_feats": [[[1, 2]]], "real_feats": [[[1, 4]]], "lam": 1, "n_layers": 3, "num_D": 1})",
             "[[[0, -0.5]]]"},
    },
    [](const Tensor &fake, const Tensor &real, const Expr &lam, const Expr &n_layers, const Expr &num_d) {
      auto i = indices_of(fake);
      return lam * 4.0 / ((n_layers + 1.0) * num_d) * mean(i, abs(at(fake, i) - stop_gradient(at(real, i))));
    });

inline constexpr auto pixel_energy_distance_loss = define(
    Spec<2>{
        .name = "pixel_energy_distance_loss",
        .summary =
            "2 mean d(x, xs) - mean d(xs, xs'), d the sum over an image of the distance of 127.5 times "
            "the colours to "
            "the power 1.5; averaged over model samples and over pairs of them.",
        .source = "Salimans et al., PixelCNN++, ICLR 2017; openai/pixel-cnn",
        .parameters = {{points("x", "b,h,w,c", "images in [-1, 1]"),
                        points("xs", "s,b,h,w,c", "samples of the model, at least 2")}},
        .known = {R"({"x": [[[[0.1, 0.2, 0]]]], "xs": [[[[[0, 0.2, 0.1]]]], [[[[0.3, 0.1, 0]]]]]})",
                  "-46.19179543679326"},
        .tolerance = 1e-9,
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &x, const Tensor &xs) {
      Index b("b"), h("h"), w("w"), c("c"), s("s"), s2("s2");
      auto distance = [&](const std::function<Expr(const Expr &)> &difference) {
        return mean(b, sum({h, w}, pow(1e-10 + sum(c, square(127.5 * difference(c))), 0.75)));
      };
      Expr to_data = distance([&](const Expr &c) { return x(b, h, w, c) - xs(s, b, h, w, c); });
      Expr between = distance([&](const Expr &c) { return xs(s, b, h, w, c) - xs(s2, b, h, w, c); });
      return 2.0 * mean(s, to_data) - mean({s, s2}, between, s < s2);
    });

inline constexpr auto nce_loss = define(
    Spec<3>{
        .name = "nce_loss",
        .summary = "Noise contrastive estimation: mean softplus(-r_x) + nu mean softplus(r_y) of the log "
                   "ratios of model and "
                   "noise.",
        .source = "Gutmann and Hyvarinen, Noise-Contrastive Estimation, AISTATS 2010",
        .parameters = {{points("r_x", "i", "log model - log noise - log nu, of data"),
                        points("r_y", "j", "of noise"),
                        number("nu", 1.0, 0.0, 1e30, "samples of noise for one of data")}},
        .known = {R"({"r_x": [0.8, 0.4], "r_y": [0.1, -0.3, 0.4]})", "1.1793136781545486"},
        .properties = non_negative,
    },
    [](const Tensor &r_x, const Tensor &r_y, const Expr &nu) {
      Index i("i");
      return mean(i, softplus(-r_x(i))) + nu * mean(i, softplus(r_y(i)));
    });

inline constexpr auto unnormalised_nll_compositional = define(
    Spec<3>{
        .name = "unnormalised_nll_compositional",
        .summary = "-mean logp_x + log mean exp(logp_y - logq_y): the log likelihood of a density without "
                   "normaliser, which "
                   "samples of a noise q estimate (from below).",
        .source = "Jiang et al., Learning Unnormalized Statistical Models via Compositional Optimization, "
                  "ICML 2023",
        .parameters = {{points("logp_x", "i", "log density without normaliser at data"),
                        points("logp_y", "j", "at noise"),
                        points("logq_y", "j", "log density of the noise there")}},
        .known = {R"({"logp_x": [-0.2, -0.5], "logp_y": [0.1, -0.3, 0.4], "logq_y": [0, 0, 0]})",
                  "0.45670376401526547"},
    },
    [](const Tensor &logp_x, const Tensor &logp_y, const Tensor &logq_y) {
      Index i("i"), j("j");
      return logsumexp(j, logp_y(j) - logq_y(j)) - log(to_real(extent(logp_y, 0))) - mean(i, logp_x(i));
    });

} // namespace mercer::stdlib::generative
