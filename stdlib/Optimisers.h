// Steps and directions of optimisers and samplers.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Results.h"

#include <cmath>
#include <limits>

namespace mercer::stdlib::optimisers {

inline constexpr auto sam_perturbation = define(
    Spec<3>{
        .name = "sam_perturbation",
        .summary = "The perturbation of p-norm rho that raises a linear loss most: rho g / (|g|_2 + 1e-12) "
                   "for p = 2, else "
                   "rho sign(g) |g|^(q-1) / ((sum |g|^q)^(1/p) + 1e-12), 1/p + 1/q = 1.",
        .source = "Foret et al., Sharpness-Aware Minimization, ICLR 2021; google-research/sam",
        .parameters = {{points("g", "p", "gradient by all parameters"), number("rho", 0.05, 0.0, 1e30, "size"),
                        number("p", 2.0, 1.0, std::numeric_limits<double>::infinity(), "norm, above 1; infinity: signs")}},
        .known = {R"({"g": [3, 4]})", "[0.03, 0.04]"},
        .properties = scale_invariant,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"g": [0, 0], "rho": 1e-12})", "[1, 1]"},
    },
    [](const Tensor &g, const Expr &rho, const Expr &p) {
      Index i("p"), j("p");
      Expr q = 1.0 + 1.0 / (p - 1.0);
      Expr general = power_or_zero(sum(j, power_or_zero(abs(g(j)), q)), 1.0 / p);
      Expr direction = where(p == 2.0, g(i), sign(g(i)) * power_or_zero(abs(g(i)), q - 1.0));
      return Tensor(i, rho * direction / (where(p == 2.0, norm(g), general) + 1e-12));
    });

inline constexpr auto aioli_mixture_update = define(
    Spec<5>{
        .name = "aioli_mixture_update",
        .summary = "Exponentiated gradient step of data proportions: p(j) exp(eta sum_i A(i,j)), normalised; "
                   "with an average "
                   "Abar the sum is of (1 - ema) A + ema Abar.",
        .source =
            "Chen et al., Aioli: A Unified Optimization Framework for Language Model Data Mixing, ICLR 2025; "
            "HazyResearch/aioli",
        .parameters = {{probabilities("p", "j", "proportions; the first ones when Abar is given"),
                        points("A", "i,j", "improvement of group i by data j"),
                        {.name = "Abar", .shape = "i,j", .doc = "average of A so far"},
                        number("eta", 1.0, 0.0, 1e30, "step"),
                        number("ema", 0.5, 0.0, 1.0, "share of Abar")}},
        .known = {R"({"p": [0.5, 0.5], "A": [[0.6931471805599453, 0], [0.4054651081081644, 0]]})",
                  "[0.75, 0.25]"},
        .properties = non_negative | at_most_one | scale_invariant,
    },
    [](const Tensor &p, const Tensor &a, const std::optional<Tensor> &average, const Expr &eta,
       const Expr &ema) {
      Index i("i"), j("j"), l("j");
      auto effect = [&](const Index &data) {
        return sum(i, average ? (1.0 - ema) * a(i, data) + ema * (*average)(i, data) : a(i, data));
      };
      // Not the logarithm of p, whose derivative at 0 is infinite.
      Expr largest = stop_gradient(max(l, eta * effect(l), p(l) > 0.0));
      Tensor raised(j, p(j) * exp(eta * effect(j) - largest));
      return Tensor(j, raised(j) / sum(l, raised(l)));
    });

inline constexpr auto mean_shift_step = define(
    Spec<5>{
        .name = "mean_shift_step",
        .summary = "Each query moved to the mean of the data weighted by w exp(-|x-y|^2 / h^2), iters times: "
                   "never less dense.",
        .source = "Fukunaga and Hostetler, IEEE Trans. Inf. Theory 21(1), 1975; Cheng, IEEE PAMI 17(8), 1995",
        .parameters = {{points("X", "i,k", "queries"),
                        points("Y", "j,k", "data"),
                        {.name = "w",
                         .shape = "j",
                         .doc = "weights of the data, positive; equal when left out",
                         .low = 0},
                        number("h", 1.0, 0.0, 1e30, "bandwidth"),
                        option("iters", 1.0, "steps, 1 to 20")}},
        .known = {R"({"X": [[0]], "Y": [[0], [1]]})", "[[0.2689414213699951]]"},
    },
    [](const Tensor &x, const Tensor &y, const std::optional<Tensor> &w, const Expr &h, int iters) {
      check_whole("mean_shift_step", "iters", iters, 1, 20);
      Index i("i"), j("j"), l("j"), k("k");
      Tensor at = x;
      for (int step = 0; step < iters; ++step) {
        // Bounded, for an infinite distance times a share of 0 has no derivative.
        auto exponent = [&](const Index &data) { return -minimum(squared_distance(at[i], y[data]) / square(h), 1e30); };
        // Weights are factors: the derivative of the logarithm of a weight of 0 is infinite.
        Expr largest = stop_gradient(max(l, exponent(l), w ? (*w)(l) > 0.0 : Expr(true)));
        Expr near = exp(exponent(j) - largest);
        Tensor weight({i, j}, w ? (*w)(j) * near : near);
        at = Tensor({i, k}, sum(j, weight(i, j) * y(j, k)) / sum(j, weight(i, j)));
      }
      return at;
    });

inline constexpr auto meco_moving_average_gradient = define(
    Spec<5>{
        .name = "meco_moving_average_gradient",
        .summary =
            "Surrogate of the likelihood of a density without normaliser, whose normaliser is a moving "
            "average over steps: "
            "-mean logp_x + mean w logp_y, w = exp(logp_y - logq_y) / u without gradient; and the average u.",
        .source = "Jiang et al., Learning Unnormalized Statistical Models via Compositional Optimization, "
                  "ICML 2023",
        .parameters = {{points("logp_x", "i", "log density at data"),
                        points("logp_y", "j", "log density at noise"),
                        detached(points("logq_y", "j", "log density of the noise there")),
                        detached(scalar("u", 1.0, 0.0, 1e30, "average before the step, positive")),
                        number("beta", 0.9, 0.0, 1.0, "share of this batch")}},
        .known =
            {R"({"logp_x": [-0.2, -0.5], "logp_y": [0.1, -0.3, 0.4], "logq_y": [0, 0, 0], "u": 1, "beta": 0.5})",
             "0.5030500949315204"},
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &logp_x, const Tensor &logp_y, const Tensor &logq_y, const Expr &u, const Expr &beta) {
      Index i("i"), j("j"), l("j"), source("source", 2);
      Expr count = to_real(extent(logp_y, 0));
      auto ratio = [&](const Index &noise) { return stop_gradient(logp_y(noise) - logq_y(noise)); };
      Expr fresh = log(beta) + logsumexp(l, ratio(l)) - log(count);
      Expr log_u = logsumexp(source, where(source == 0, log1p(-beta) + log(stop_gradient(u)), fresh));
      return Averaged{mean(j, exp(ratio(j) - log_u) * logp_y(j)) - mean(i, logp_x(i)), exp(log_u)};
    });

inline constexpr auto isogclr_update = define(
    Spec<14>{
        .name = "isogclr_update",
        .summary = "A step of contrastive learning whose samples each have a temperature: -(positive - weighted mean of the negatives) summed "
                   "over two views, whose weights exp(s / tau) / u have no gradient; and u, tau and v of the batch after the step.",
        .source = "Qiu et al., Not All Semantics are Created Equal, ICML 2023; Optimization-AI/LibAUC GCLoss_v1",
        .parameters = {{cosines("ab", "i,i", "similarities of the first views to the second, positives on the diagonal"),
                        cosines("aa", "i,i", "of the first views to each other; the diagonal does not count"),
                        cosines("bb", "i,i", "of the second views to each other; likewise"),
                        labels("index", "i", "samples of the batch, < n: where their state after the step goes"),
                        detached(positive("u", "n", "running mean of exp(s / tau) over a sample's negatives; 0 before its first visit")),
                        detached(positive("tau", "n", "temperature of each sample, within [tau_min, tau_max]; 0.1 at first")),
                        detached(points("v", "n", "running mean of the derivatives by the temperatures; 0 at first")),
                        number("gamma", 0.9, 0.0, 1.0, "share of the batch in u; all at a sample's first visit"),
                        number("beta", 0.9, 0.0, 1.0, "share of the batch in v"), number("eta", 0.01, 0.0, 1e30, "step of the temperatures"),
                        number("rho", 0.3, 0.0, 1e30, "radius of the divergence"), number("tau_min", 0.05, 1e-30, 1e30, "least temperature"),
                        number("tau_max", 0.7, 1e-30, 1e30, "largest temperature"), reduction()}},
        .known = {R"({"ab": [[0.9, 0.1], [-0.3, 0.6]], "aa": [[1, 0.2], [0.2, 1]], "bb": [[1, -0.4], [-0.4, 1]], "index": [2, 0],
                      "u": [3, 1, 0], "tau": [0.5, 0.3, 0.2], "v": [0.5, 0, 0]})",
                  "-1.5740019561275284"},
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &ab, const Tensor &aa, const Tensor &bb, const Tensor &index, const Tensor &u, const Tensor &tau, const Tensor &v,
       const Expr &gamma, const Expr &beta, const Expr &eta, const Expr &rho, const Expr &least, const Expr &most, const Reduction &reduction) {
      Index i("i"), j("j"), view("view", 2), same("same", 2), part("part", 2);
      auto state = [&](const Tensor &all) { return Tensor(i, stop_gradient(all(index(i)))); };
      Tensor u_before = state(u), v_before = state(v);
      Tensor temperature(i, clamp(stop_gradient(tau(index(i))), least, most));
      Expr others = extent(ab, 0) - 1, count = to_real(2 * maximum(others, 1));
      // Of a view of sample i: the other samples' views of the other kind, then of the same kind.
      Expr negative = where(view == 0, where(same == 0, ab(i, j), aa(i, j)), where(same == 0, ab(j, i), bb(i, j)));
      Expr exponent = stop_gradient(negative) / temperature(i);
      Expr batch = logsumexp({j, same}, exponent, j != i) - log(count);
      Expr first = u_before(i) == 0.0, before = log(where(first, 1.0, u_before(i)));
      Expr running = logsumexp(part, where(part == 0, log1p(-gamma) + before, log(gamma) + batch));
      Tensor log_u({view, i}, where(first, batch, running));
      Expr weight = exp(exponent - maximum(log_u(view, i), std::log(1e-8)));
      Tensor weighted({view, i}, sum({j, same}, weight * negative, j != i) / count);
      Expr slope = mean(view, log_u(view, i) + rho - stop_gradient(weighted(view, i)) / temperature(i));
      // A sample alone has no negatives to learn from.
      Expr v_after = where(others > 0, (1.0 - beta) * v_before(i) + beta * slope, v_before(i));
      return TemperatureStep{Loss(i, sum(view, weighted(view, i)) - 2.0 * ab(i, i), reduction),
                             Tensor(i, where(others > 0, mean(view, exp(log_u(view, i))), u_before(i))),
                             Tensor(i, where(others > 0, clamp(temperature(i) - eta * v_after, least, most), temperature(i))), Tensor(i, v_after)};
    });

inline constexpr auto variance_corrected_average = define(
    Spec<2>{
        .name = "variance_corrected_average",
        .summary = "Average of models' weights, spread about its mean by sqrt(mean variance of the models / "
                   "(its own + eps)).",
        .source = "Tian et al., Vanishing Variance Problem in Fully Decentralized Neural-Network Systems, "
                  "arXiv 2404.04616, 2024",
        .parameters = {{points("w", "i,p", "weights of a layer by model"),
                        number("eps", 1e-6, 0.0, 1e30, "added to the average's variance")}},
        .known = {R"({"w": [[1, -1, 0.5, -0.5], [0.2, 0.8, -1, 0]], "eps": 0})",
                  "[1.2328828005937953, -0.20548046676563253, -0.5137011669140814, -0.5137011669140814]"},
        .smoothness = Smoothness::kinked,
        .kink = {R"({"w": [[1, 1], [2, 2]]})", "[[0.5, 0.5], [0.5, 0.5]]"},
    },
    [](const Tensor &w, const Expr &eps) {
      Index i("i"), p("p"), q("p");
      Tensor average(p, mean(i, w(i, p)));
      Expr centre = mean(q, average(q)), wanted = mean(i, variance(q, w(i, q)));
      Expr given = variance(q, average(q)) + eps;
      Expr factor = power_or_zero(wanted / where(given > 0.0, given, 1.0), 0.5);
      return Tensor(p, centre + (average(p) - centre) * factor);
    });

inline constexpr auto admm_consensus_update = define(
    Spec<3>{
        .name = "admm_consensus_update",
        .summary = "Consensus theta(q) = mean over agents of z + L / rho, and the duals L + rho (z - theta).",
        .source = "Boyd et al., Distributed Optimization by ADMM, 2011, section 7.1; richardcsuwandi/slim-kl",
        .parameters = {{points("z", "q,j", "solution of each agent"),
                        points("L", "q,j", "dual of each agent"), number("rho", 1.0, 0.0, 1e30, "penalty")}},
        .known = {R"({"z": [[0.2, 0.6], [0.3, 0.2]], "L": [[0.1, 0], [-0.1, 0.2]], "rho": 2})",
                  "[0.425, 0.275]"},
    },
    [](const Tensor &z, const Tensor &dual, const Expr &rho) {
      Index q("q"), j("j");
      Tensor theta(q, mean(j, z(q, j) + dual(q, j) / rho));
      return Consensus{theta, Tensor({q, j}, dual(q, j) + rho * (z(q, j) - theta(q)))};
    });

inline constexpr auto sgld_step = define(
    Spec<5>{
        .name = "sgld_step",
        .summary = "theta - eta g + sqrt(2 eta T) n: a step of stochastic gradient Langevin dynamics; T = 0 "
                   "is gradient descent.",
        .source = "Welling and Teh, Bayesian Learning via Stochastic Gradient Langevin Dynamics, ICML 2011",
        .parameters = {{points("theta", "k", "parameters"),
                        points("g", "k", "stochastic gradient of the energy"),
                        points("n", "k", "standard normal noise"), number("eta", 1e-4, 0.0, 1e30, "step"),
                        number("T", 1.0, 0.0, 1e30, "temperature")}},
        .known = {R"({"theta": [1, 2], "g": [1, -1], "n": [1, 0], "eta": 0.5})", "[1.5, 2.5]"},
    },
    [](const Tensor &theta, const Tensor &g, const Tensor &n, const Expr &eta, const Expr &temperature) {
      Index k("k");
      return Tensor(k, theta(k) - eta * g(k) + sqrt(2.0 * eta * temperature) * n(k));
    });

inline constexpr auto stochastic_quantizer = define(
    Spec<3>{
        .name = "stochastic_quantizer",
        .summary = "Delta times x / Delta rounded up with the probability of its fraction, so that the mean "
                   "is x; gradient 1. "
                   "Delta = 0: x.",
        .source = "Alistarh et al., QSGD, NeurIPS 2017; richardcsuwandi/slim-kl",
        .parameters = {{points("x", "q", "values"), detached(positive("u", "q", "uniform numbers in [0, 1)")),
                        number("Delta", 0.1, 0.0, 1e30, "width of a level")}},
        .known = {R"({"x": [0.7, 0.7], "u": [0.3, 0.6], "Delta": 0.5})", "[1, 0.5]"},
        .smoothness = Smoothness::detached,
    },
    [](const Tensor &x, const Tensor &u, const Expr &delta) {
      Index q("q");
      Expr level = x(q) / where(delta > 0.0, delta, 1.0), below = floor(level);
      Expr rounded = delta * (below + to_real(stop_gradient(u(q)) < level - below));
      return Tensor(q, with_gradient_of(where(delta > 0.0, rounded, x(q)), x(q)));
    });

} // namespace mercer::stdlib::optimisers
