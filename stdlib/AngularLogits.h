// Scores and losses of the angles and distances between features and class weights.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Results.h"
#include "mercer/stdlib/Scores.h"

#include <cmath>

namespace mercer::stdlib::classification {

inline constexpr auto adaface_logits = define(
    Spec<9>{
        .name = "adaface_logits",
        .summary =
            "Scores s cos(theta) with a margin of the label that grows with the norm of the feature, and the "
            "running mean and deviation of the norms, which are taken before use and pass no gradient.",
        .source = "Kim, Jain and Liu, AdaFace, CVPR 2022; mk-minchul/AdaFace head.py",
        .parameters = {{points("f", "n,d", "features"), points("W", "k,d", "class weights"),
                        labels("y", "n", "labels, < k"),
                        detached(scalar("mu", 20.0, 0.0, 1e30, "running mean of the norms")),
                        detached(scalar("sd", 100.0, 0.0, 1e30, "running deviation of the norms")),
                        number("m", 0.4, 0.0, 2.0, "margin"), number("h", 0.333, 0.0, 1e30, "concentration"),
                        number("s", 64.0, 0.0, 1e30, "scale"),
                        number("t", 0.01, 0.0, 1.0, "share of this batch in the running statistics")}},
        .known = {R"({"f": [[3, 0], [0, 4]], "W": [[1, 0], [0, 1]], "y": [1, 1], "mu": 20, "sd": 100})",
                  "[[63.936, -25.599876075315201], [0, 39.6239640494883]]"},
        .tolerance = 1e-9,
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &f, const Tensor &w, const Tensor &y, const Expr &mu, const Expr &sd, const Expr &m,
       const Expr &h, const Expr &s, const Expr &t) {
      Index n("n"), k("k");
      const double e = 1e-3;
      auto cosine_to = [&](const Expr &label) { return clamp(cosine(f[n], w[label]), e - 1.0, 1.0 - e); };
      Expr size = clamp(norm(f[n]), 1e-3, 100.0);
      // The deviation of one sample is 0 here, where the reference has NaN.
      Expr new_mean = stop_gradient(t * mean(n, size) + (1.0 - t) * mu);
      Expr new_deviation = stop_gradient(t * sqrt(variance(n, size, true, 1)) + (1.0 - t) * sd);
      Expr quality = clamp(h * (stop_gradient(size) - new_mean) / (new_deviation + e), -1.0, 1.0);
      Expr theta = clamp(acos(cosine_to(y(n))) - m * quality, e, M_PI - e);
      Expr own = cos(theta) - (m + m * quality);
      return AdaptiveLogits{Tensor({n, k}, s * where(k == y(n), own, cosine_to(k))), new_mean, new_deviation};
    });

inline constexpr auto magface_logits = define(
    Spec<9>{
        .name = "magface_logits",
        .summary = "Scores s cos(theta) with a margin of the label that is linear in the norm of the "
                   "feature, and the "
                   "regulariser lam_g mean(a / u_a^2 + 1 / a) of the norms a. Beyond a right angle there is "
                   "no margin.",
        .source = "Meng et al., MagFace, CVPR 2021; Jung-Jun-Uk/UNPG magface.py",
        .parameters = {{points("f", "n,d", "features"), points("W", "k,d", "class weights"),
                        labels("y", "n", "labels, < k"), number("l_a", 10.0, 1e-30, 1e30, "least norm"),
                        number("u_a", 110.0, 1e-30, 1e30, "largest norm, above l_a"),
                        number("l_m", 0.45, 0.0, 3.14, "margin of the least norm"),
                        number("u_m", 0.8, 0.0, 3.14, "margin of the largest norm"),
                        number("s", 64.0, 0.0, 1e30, "scale"),
                        number("lam_g", 35.0, 0.0, 1e30, "weight of the regulariser")}},
        .known = {R"({"f": [[36, 48]], "W": [[0, 1], [1, 0]], "y": [0]})", "[[19.053576437753417, 38.4]]"},
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &f, const Tensor &w, const Tensor &y, const Expr &l_a, const Expr &u_a, const Expr &l_m,
       const Expr &u_m, const Expr &s, const Expr &lam_g) {
      Index n("n"), k("k");
      Expr a = clamp(norm(f[n]), l_a, u_a);
      Expr m = (u_m - l_m) / (u_a - l_a) * (a - l_a) + l_m;
      Expr c = cosine(f[n], w[y(n)]);
      Expr turned = c * cos(m) - sqrt(maximum(1.0 - square(c), 1e-9)) * sin(m);
      Expr own = where(c > 0.0, turned, c);
      return MagneticLogits{Tensor({n, k}, s * where(k == y(n), own, cosine(f[n], w[k]))),
                            lam_g * mean(n, a / square(u_a) + 1.0 / a)};
    });

inline constexpr auto circle_loss_classification = define(
    Spec<6>{
        .name = "circle_loss_classification",
        .summary =
            "Circle loss of features and class weights: cross entropy of cosines that are weighed by how far "
            "they are from their optimum; the weights pass no gradient.",
        .source = "Sun et al., Circle Loss, CVPR 2020; JDAI-CV/fast-reid CircleSoftmax",
        .parameters = {{points("f", "n,d", "features"), points("W", "k,d", "class weights"),
                        labels("y", "n", "labels, < k"), number("m", 0.25, 0.0, 1.0, "relaxation"),
                        number("gamma", 256.0, 0.0, 1e30, "scale"), reduction()}},
        .known = {R"({"f": [[2, 0]], "W": [[0, 3], [1, 0]], "y": [0], "gamma": 1})", "2.017675057605602"},
        .properties = non_negative | scale_invariant,
        .tolerance = 1e-9,
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &f, const Tensor &w, const Tensor &y, const Expr &m, const Expr &gamma,
       const Reduction &reduction) {
      Index n("n"), k("k");
      Expr c = cosine(f[n], w[k]);
      Expr other = relu(stop_gradient(c) + m) * (c - m),
           own = relu(1.0 + m - stop_gradient(c)) * (c - (1.0 - m));
      Tensor scores({n, k}, gamma * where(k == y(n), own, other));
      return Loss(n, cross_entropy_of(scores, n, y(n)), reduction);
    });

inline constexpr auto harmonic_loss = define(
    Spec<7>{
        .name = "harmonic_loss",
        .summary = "-log of p_y, p_v proportional to the distance to the class centre v to the power -n.",
        .source =
            "Baek et al., Harmonic Loss Trains Interpretable AI Models, 2025; KindXiaoming/grow-crystals",
        .parameters = {{points("x", "b,k", "features"), points("w", "v,k", "class centres"),
                        labels("y", "b", "labels, < v"),
                        number("n", {}, 1e-30, 1e30,
                               "exponent; the root of the number of features when left out"),
                        number("eps", 1e-4, 0.0, 1e30, "added to squared distances"),
                        number("alpha", 0.0, 0.0, 1e30, "alpha over the number of classes is added to p_y"),
                        reduction()}},
        .known = {R"({"x": [[0, 0]], "w": [[1, 0], [0, 2]], "y": [0], "n": 2, "eps": 0})",
                  "0.22314355131420976"},
    },
    [](const Tensor &x, const Tensor &w, const Tensor &y, const std::optional<Expr> &n, const Expr &eps,
       const Expr &alpha, const Reduction &reduction) {
      Index b("b"), v("v", extent(w, 0));
      Expr exponent = n ? *n : sqrt(to_real(extent(x, 1)));
      Expr squared = squared_distance(x[b], w[v]) + eps;
      // At a centre the probability is 1; the logarithm's derivative there is not looked at.
      Expr apart = squared > 0.0;
      Expr nearness = where(apart, -0.5 * exponent * log(where(apart, squared, 1.0)), HUGE_VAL);
      Expr loss = cross_entropy_of(Tensor({b, v}, nearness), b, y(b));
      Expr lifted = -log(exp(-loss) + alpha / to_real(extent(w, 0)));
      return Loss(b, where(alpha > 0.0, lifted, loss), reduction);
    });

inline constexpr auto spherical_softmax_loss = define(
    Spec<4>{
        .name = "spherical_softmax_loss",
        .summary =
            "-log of p_y, p_v proportional to eps plus the squared component v of the unit vector of logits.",
        .source = "de Brebisson and Vincent, Spherical Family of Loss Functions, ICLR 2016; "
                  "KindXiaoming/grow-crystals",
        .parameters = {{points("o", "b,v", "logits"), labels("y", "b", "labels, < v"),
                        number("eps", 1e-4, 1e-30, 1e30, "added to squares"), reduction()}},
        .known = {R"({"o": [[0, 0]], "y": [1]})", "0.6931471805599453"},
        .properties = non_negative | scale_invariant,
    },
    [](const Tensor &o, const Tensor &y, const Expr &eps, const Reduction &reduction) {
      Index b("b"), v("v");
      Tensor unit = normalize(o);
      auto weight = [&](const Expr &at) { return square(unit(b, at)) + eps; };
      return Loss(b, log(sum(v, weight(v))) - log(weight(y(b))), reduction);
    });

} // namespace mercer::stdlib::classification
