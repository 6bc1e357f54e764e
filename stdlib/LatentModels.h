// Autoencoders, priors of their latents, learned compression.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"

#include <cmath>
#include <numbers>

namespace mercer::stdlib::generative {

inline constexpr auto conditional_vae_elbo = define(
    Spec<7>{
        .name = "conditional_vae_elbo",
        .summary = "Reconstruction error plus beta times KL(N(mu, exp lv) || N(0, I)) of each sample: "
                   "squared errors, or the "
                   "Bernoulli likelihood of logits; lv is clamped to [-20, 20].",
        .source = "Kingma and Welling, Auto-Encoding Variational Bayes, ICLR 2014; Derakhshani et al., "
                  "Generative Kernel "
                  "Continual Learning, 2021",
        .parameters = {{points("x", "b,d", "data"), points("recon", "b,d", "the decoder's output"),
                        points("mu", "b,k", "means of the latents"),
                        points("lv", "b,k", "logarithms of their variances"),
                        number("beta", 1.0, 0.0, 1e30, "weight of the divergence"),
                        option("likelihood", "gaussian", "gaussian|bernoulli"), reduction()}},
        .known =
            {R"({"x": [[1, 0]], "recon": [[0.5, 0]], "mu": [[1]], "lv": [[0.6931471805599453]], "beta": 2})",
             "1.5568528194400547"},
        .properties = non_negative,
    },
    [](const Tensor &x, const Tensor &recon, const Tensor &mu, const Tensor &lv, const Expr &beta,
       const std::string &likelihood, const Reduction &reduction) {
      check_option("conditional_vae_elbo", "likelihood", likelihood, {"gaussian", "bernoulli"});
      Index b("b"), d("d"), k("k");
      Expr error = likelihood == "gaussian" ? square(x(b, d) - recon(b, d))
                                            : softplus(recon(b, d)) - x(b, d) * recon(b, d);
      Expr log_variance = clamp(lv(b, k), -20.0, 20.0);
      Expr divergence = 0.5 * sum(k, square(mu(b, k)) + expm1(log_variance) - log_variance);
      return Loss(b, sum(d, error) + beta * divergence, reduction);
    });

inline constexpr auto gaussian_conditional_rate = define(
    Spec<5>{
        .name = "gaussian_conditional_rate",
        .summary = "Bits of each latent: -log2 of N(mu, sigma^2)'s mass within 1/2 of y, sigma and the mass "
                   "bounded from below.",
        .source =
            "Balle et al., Variational Image Compression with a Scale Hyperprior, ICLR 2018; CompressAI "
            "GaussianConditional",
        .parameters = {{points("y", "b,d", "latents, with noise or rounded"),
                        points("mu", "b,d", "predicted means"),
                        positive("sigma", "b,d", "predicted deviations"),
                        number("scale_bound", 0.11, 0.0, 1e30, "least deviation"),
                        number("likelihood_bound", 1e-9, 0.0, 1.0, "least mass")}},
        .known = {R"({"y": [[0.7]], "mu": [[0]], "sigma": [[0.6]]})", "[[1.5282768432864262]]"},
        .properties = non_negative,
        .tolerance = 1e-8,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"y": [[0.5, 0.5]], "mu": [[0.5, 0.5]], "sigma": [[0.6, 0.05]]})", "[[0, 0]]"},
    },
    [](const Tensor &y, const Tensor &mu, const Tensor &sigma, const Expr &scale_bound,
       const Expr &likelihood_bound) {
      Index b("b"), d("d");
      // Of the side where both bounds are far below the mean: the difference of small numbers is accurate.
      Expr away = abs(y(b, d) - mu(b, d)), scale = maximum(sigma(b, d), scale_bound);
      Expr mass = normal_cdf((0.5 - away) / scale) - normal_cdf((-0.5 - away) / scale);
      return Tensor({b, d}, -log2(maximum(mass, likelihood_bound)));
    });

inline constexpr auto rate_distortion_loss = define(
    Spec<5>{
        .name = "rate_distortion_loss",
        .summary = "Bits a pixel of latents with likelihoods p, plus lambda 255^2 times the mean squared "
                   "error of images in [0, 1].",
        .source =
            "Balle, Laparra and Simoncelli, End-to-end Optimized Image Compression, ICLR 2017; CompressAI "
            "RateDistortionLoss",
        .parameters = {{positive("p", "b,d", "likelihoods of the latents"), points("x", "b,c,h,w", "images"),
                        points("xhat", "b,c,h,w", "their reconstructions"),
                        number("lambda", 0.0018, 0.0, 1e30, "weight of the distortion"),
                        number("likelihood_bound", 1e-9, 0.0, 1.0, "least likelihood")}},
        .known = {R"({"p": [[0.5, 0.25]], "x": [[[[1]]]], "xhat": [[[[1]]]]})", "3"},
        .properties = non_negative,
        .smoothness = Smoothness::once,
    },
    [](const Tensor &p, const Tensor &x, const Tensor &xhat, const Expr &lambda,
       const Expr &likelihood_bound) {
      Index b("b"), d("d"), c("c"), h("h"), w("w");
      Expr pixels = to_real(extent(x, 0) * extent(x, 2) * extent(x, 3));
      Expr bits = sum({b, d}, -log2(maximum(p(b, d), likelihood_bound)));
      return bits / pixels +
             lambda * (255.0 * 255.0) * mean({b, c, h, w}, square(x(b, c, h, w) - xhat(b, c, h, w)));
    });

inline constexpr auto rate_distortion_vq = define(
    Spec<2>{
        .name = "rate_distortion_vq",
        .summary = "Bits of vector-quantised latents: the mean over positions of the sum over groups of "
                   "-log2 P(m, code).",
        .source = "Zhu et al., Unified Multivariate Gaussian Mixture for Efficient Neural Image Compression, "
                  "CVPR 2022; "
                  "xiaosu-zhu/McQuic",
        .parameters = {{labels("code", "n,m", "codes, less than the codewords of a group"),
                        probabilities("P", "m,k", "frequencies of the codewords")}},
        .known = {R"({"code": [[0], [0], [1], [2]], "P": [[0.5, 0.25, 0.25]]})", "1.5"},
        .properties = non_negative,
    },
    [](const Tensor &code, const Tensor &p) {
      Index n("n"), m("m");
      return -mean(n, sum(m, log2(p(m, code(n, m)))));
    });

inline constexpr auto spline_box_energy = define(
    Spec<2>{
        .name = "spline_box_energy",
        .summary = "Energy of a law that is uniform on [-1, 1]^k with soft edges: of each coordinate 0 up to "
                   "0.8, -log of a line "
                   "from 1 to 0.05 up to 1, then a slope of lam.",
        .source = "Alberti et al., Manifold Learning by Mixture Models of VAEs for Inverse Problems, JMLR "
                  "25, 2024; "
                  "johertrich/Manifold_Mixture_VAEs",
        .parameters = {{points("z", "b,k", "latents"),
                        number("lam", 100.0, 0.0, 1e30, "slope outside of the box")}},
        .known = {R"({"z": [[0.5], [0.9], [1], [1.1]]})",
                  "[0, 0.6443570163905133, 2.995732273553991, 12.995732273553992]"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"z": [[0, 0.5], [-1, 2]]})", "[[0, 0], [-100, 100]]"},
    },
    [](const Tensor &z, const Expr &lam) {
      Index b("b"), k("k");
      constexpr double low = 0.05, support = 0.2, slope = (1 - low) / support;
      Expr size = abs(z(b, k)), edge = size > 1.0 - support && size < 1.0;
      Expr inside = where(edge, -log(low - slope * (where(edge, size, 1.0) - 1.0)), 0.0);
      return Tensor(b, sum(k, where(size >= 1.0, lam * (size - 1.0) - std::log(low), inside)));
    });

} // namespace mercer::stdlib::generative
