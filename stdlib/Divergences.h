// Divergences between distributions and between samples.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/StructuredKernels.h"

namespace mercer::stdlib::divergences {

inline constexpr auto kl_divergence = define(
    Spec<2>{
        .name = "kl_divergence",
        .summary = "Kullback-Leibler divergence of each row of p from that of q, in nats.",
        .source = "Kullback and Leibler, Ann. Math. Statist. 22(1), 1951",
        .parameters = {{probabilities("p", "b,v", "probabilities"),
                        probabilities("q", "b,v", "probabilities")}},
        .known = {R"({"p": [[0.5, 0.5], [1, 0]], "q": [[0.25, 0.75], [0.5, 0.5]]})",
                  "[0.14384103622589045, 0.6931471805599453]"},
        .properties = zero_when_equal,
    },
    [](const Tensor &p, const Tensor &q) {
      Index b("b"), v("v");
      return Tensor(b, sum(v, xlogx(p(b, v)) - xlogy(p(b, v), q(b, v))));
    });

inline constexpr auto js_divergence = define(
    Spec<2>{
        .name = "js_divergence",
        .summary = "Jensen-Shannon divergence of the rows, in nats: the mean of the two divergences from the "
                   "middle.",
        .source = "Lin, IEEE Trans. Inform. Theory 37(1), 1991, 145-151",
        .parameters = {{probabilities("p", "b,v", "probabilities"),
                        probabilities("q", "b,v", "probabilities")}},
        .known = {R"({"p": [[1, 0]], "q": [[0, 1]]})", "[0.6931471805599453]"},
        .properties = zero_when_equal | symmetric,
    },
    [](const Tensor &p, const Tensor &q) {
      Index b("b"), v("v");
      Expr m = 0.5 * (p(b, v) + q(b, v));
      Expr to_p = xlogx(p(b, v)) - xlogy(p(b, v), m), to_q = xlogx(q(b, v)) - xlogy(q(b, v), m);
      return Tensor(b, 0.5 * sum(v, to_p + to_q));
    });

inline constexpr auto renyi_divergence = define(
    Spec<3>{
        .name = "renyi_divergence",
        .summary = "log(sum p^alpha q^(1-alpha)) / (alpha - 1) of each row; alpha = 1 is Kullback-Leibler.",
        .source = "Renyi, Proc. 4th Berkeley Symposium, 1961; van Erven and Harremoes, IEEE TIT 60(7), 2014",
        .parameters = {{probabilities("p", "b,v", "probabilities"),
                        probabilities("q", "b,v", "probabilities"),
                        number("alpha", 1.01, 0.0, 1e30, "order, above 0")}},
        .known = {R"({"p": [[0.5, 0.5]], "q": [[0.25, 0.75]], "alpha": 2})", "[0.28768207245178085]"},
        .tolerance = 1e-9,
    },
    [](const Tensor &p, const Tensor &q, const Expr &alpha) {
      Index b("b"), v("v");
      Expr inside = p(b, v) > 0.0;
      Expr lp = log(where(inside, p(b, v), 1.0)), lq = log(q(b, v));
      Expr order = alpha - 1.0;
      Expr far = logsumexp(v, alpha * lp - order * lq, inside) / order;
      // Near order 1 the logarithm of a sum close to 1 is divided by a small number: take the sum less 1. The
      // rows sum to 1, so that their sum enters with its derivative only.
      Expr total = sum(v, p(b, v));
      Expr less_one = sum(v, p(b, v) * expm1(order * (lp - lq)), inside) + (total - stop_gradient(total));
      Expr near = log1p(less_one) / where(order == 0.0, 1.0, order);
      Expr limit = sum(v, xlogx(p(b, v)) - xlogy(p(b, v), q(b, v)));
      return Tensor(b, where(order == 0.0, limit, where(abs(order) < 0.05, near, far)));
    });

inline constexpr auto hellinger2 = define(
    Spec<2>{
        .name = "hellinger2",
        .summary = "Squared Hellinger distance of the rows: half the squared distance of the square roots.",
        .source = "Hellinger, J. reine angew. Math. 136, 1909",
        .parameters = {{probabilities("p", "b,v", "probabilities"),
                        probabilities("q", "b,v", "probabilities")}},
        .known = {R"({"p": [[1, 0]], "q": [[0, 1]]})", "[1]"},
        .properties = non_negative | zero_when_equal | symmetric,
    },
    [](const Tensor &p, const Tensor &q) {
      Index b("b"), v("v");
      return Tensor(b, 0.5 * sum(v, square(sqrt(p(b, v)) - sqrt(q(b, v)))));
    });

inline constexpr auto bhattacharyya_distance = define(
    Spec<2>{
        .name = "bhattacharyya_distance",
        .summary = "-log(sum sqrt(p q)) of the rows; infinite where the supports do not meet.",
        .source = "Bhattacharyya, Bull. Calcutta Math. Soc. 35, 1943",
        .parameters = {{probabilities("p", "b,v", "probabilities"),
                        probabilities("q", "b,v", "probabilities")}},
        .known = {R"({"p": [[1, 0]], "q": [[0.25, 0.75]]})", "[0.6931471805599453]"},
        .properties = zero_when_equal | symmetric,
    },
    [](const Tensor &p, const Tensor &q) {
      Index b("b"), v("v");
      Expr both = p(b, v) > 0.0 && q(b, v) > 0.0;
      Expr lp = log(where(both, p(b, v), 1.0)), lq = log(where(both, q(b, v), 1.0));
      return Tensor(b, -logsumexp(v, 0.5 * (lp + lq), both));
    });

inline constexpr auto mmd2_biased = define(
    Spec<3>{
        .name = "mmd2_biased",
        .summary = "Squared maximum mean discrepancy of two samples, diagonals included.",
        .source = "Gretton et al., A Kernel Two-Sample Test, JMLR 13, 2012, eq. 5",
        .parameters = {{points("X", "i,d", "sample"), points("Y", "j,d", "sample"),
                        kernel("kernel", "kernel; rbf_mixture when left out")}},
        .known = {R"({"X": [[0, 0], [1, 0], [0, 2]], "Y": [[0, 0], [1, 0], [0, 2]]})", "0"},
        .properties = zero_when_equal | symmetric,
    },
    [](const Tensor &x, const Tensor &y, const Kernel &k) {
      Index i("i"), j("j");
      return mean({i, j}, k(x[i], x[j])) + mean({i, j}, k(y[i], y[j])) - 2.0 * mean({i, j}, k(x[i], y[j]));
    });

inline constexpr auto mmd2_unbiased = define(
    Spec<3>{
        .name = "mmd2_unbiased",
        .summary =
            "Unbiased estimate of the squared maximum mean discrepancy of two samples; may be negative.",
        .source = "Gretton et al., A Kernel Two-Sample Test, JMLR 13, 2012, eq. 3",
        .parameters = {{points("X", "i,d", "sample of at least 2"),
                        points("Y", "j,d", "sample of at least 2"),
                        kernel("kernel", "kernel; rbf_mixture when left out")}},
        .properties = symmetric,
    },
    [](const Tensor &x, const Tensor &y, const Kernel &k) {
      Index i("i"), j("j");
      Expr m = to_real(extent(x, 0)), n = to_real(extent(y, 0));
      return sum({i, j}, k(x[i], x[j]), i != j) / (m * (m - 1.0)) +
             sum({i, j}, k(y[i], y[j]), i != j) / (n * (n - 1.0)) - 2.0 * mean({i, j}, k(x[i], y[j]));
    });

/// 2 E|x-y|^b - E|x-x'|^b - E|y-y'|^b of two samples.
inline Expr energy(const Tensor &x, const Tensor &y, const Expr &b, bool unbiased) {
  Index i("i"), j("j");
  auto between = [&](const Tensor &u, const Tensor &v) { return power_or_zero(squared_distance(u, v), 0.5 * b); };
  auto within = [&](const Tensor &u) {
    if (!unbiased)
      return mean({i, j}, between(u[i], u[j]));
    Expr n = to_real(extent(u, 0));
    return sum({i, j}, between(u[i], u[j]), i != j) / (n * (n - 1.0));
  };
  return 2.0 * mean({i, j}, between(x[i], y[j])) - within(x) - within(y);
}

inline constexpr auto energy_distance = define(
    Spec<4>{
        .name = "energy_distance",
        .summary = "2 E|x-y|^b - E|x-x'|^b - E|y-y'|^b of two samples.",
        .source = "Szekely and Rizzo, J. Statist. Plann. Inference 143(8), 2013",
        .parameters = {{points("X", "i,d", "sample"), points("Y", "j,d", "sample"),
                        number("b", 1.0, 0.0, 2.0, "exponent"),
                        option("unbiased", 0.0, "true: the means leave equal indices out")}},
        .known = {R"({"X": [[0]], "Y": [[1]]})", "2"},
        .properties = zero_when_equal | symmetric,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"X": [[0], [0]], "Y": [[0]]})", "[[0], [0]]"},
    },
    [](const Tensor &x, const Tensor &y, const Expr &b, bool unbiased) { return energy(x, y, b, unbiased); });

inline constexpr auto ksd_u = define(
    Spec<3>{
        .name = "ksd_u",
        .summary =
            "Squared kernel Stein discrepancy, unbiased (over pairs of different points); may be negative.",
        .source = "Liu, Lee and Jordan, ICML 2016; Gorham and Mackey, ICML 2017; kernel-gof",
        .parameters = {{points("x", "i,d", "samples, at least 2"),
                        points("s", "i,d", "scores of the model there"),
                        option("base", "imq", "imq|rbf: (1 + r^2)^(-1/2) or exp(-r^2 / 2)")}},
        .known = {R"({"x": [[0], [1], [-0.5]], "s": [[0], [-1], [0.5]], "base": "rbf"})",
                  "-0.48796402595124483"},
    },
    [](const Tensor &x, const Tensor &s, const std::string &base) {
      kernels::Radial radial = kernels::stein_base("ksd_u", base, 1.0, 1.0, 0.5);
      Index i("i"), j("j");
      Expr n = to_real(extent(x, 0));
      return sum({i, j}, kernels::stein_term(x[i], x[j], s[i], s[j], radial), i != j) / (n * (n - 1.0));
    });

inline constexpr auto ksd_v = define(
    Spec<3>{
        .name = "ksd_v",
        .summary = "Squared kernel Stein discrepancy with a Gaussian kernel, over all pairs of points.",
        .source =
            "Chwialkowski, Strathmann and Gretton, ICML 2016; Williams and Liu, arXiv 2306.00602 (tksd)",
        .parameters = {{points("X", "i,l", "samples"), points("psi", "i,l", "scores of the model there"),
                        number("s2", 1.0, 0.0, 1e30, "squared bandwidth of the kernel")}},
        .known = {R"({"X": [[0]], "psi": [[2]]})", "5"},
        .properties = non_negative,
    },
    [](const Tensor &x, const Tensor &psi, const Expr &s2) {
      kernels::Radial radial = kernels::stein_base("ksd_v", "rbf", sqrt(s2), 1.0, 0.5);
      Index i("i"), j("j");
      return mean({i, j}, kernels::stein_term(x[i], x[j], psi[i], psi[j], radial));
    });

inline constexpr auto kl_gaussian_diag = define(
    Spec<4>{
        .name = "kl_gaussian_diag",
        .summary =
            "Kullback-Leibler divergence of every Gaussian (mq, sq) from every (md, sd), diagonal variances.",
        .source =
            "Zamani and Bendersky, Multivariate Representation Learning, SIGIR 2023; torch.distributions",
        .parameters = {{points("mq", "q,k", "means"), positive("sq", "q,k", "variances"),
                        points("md", "d,k", "means"), positive("sd", "d,k", "variances")}},
        .known = {R"({"mq": [[0.2, -0.5]], "sq": [[0.5, 1]], "md": [[0.1, 0.3]], "sd": [[0.8, 0.6]]})",
                  "[[0.6650056694065392]]"},
        .properties = non_negative,
    },
    [](const Tensor &mq, const Tensor &sq, const Tensor &md, const Tensor &sd) {
      Index q("q"), d("d"), k("k");
      Expr ratio = sq(q, k) / sd(d, k);
      return Tensor({q, d}, 0.5 * sum(k, ratio - 1.0 - log(ratio) + square(mq(q, k) - md(d, k)) / sd(d, k)));
    });

inline constexpr auto linear_cka = define(
    Spec<4>{
        .name = "linear_cka",
        .summary = "Centred kernel alignment of two sets of features of the same items, between 0 and 1.",
        .source = "Kornblith et al., Similarity of Neural Network Representations Revisited, ICML 2019",
        .parameters = {{points("A", "i,k", "features"), points("B", "i,q", "features"),
                        option("kernel", "linear", "linear|rbf"),
                        number("sigma", 1.0, 0.0, 1e30, "bandwidth of rbf")}},
        .known = {R"({"A": [[1, 2], [0, 1], [3, 0]], "B": [[1, 2], [0, 1], [3, 0]]})", "1"},
        .properties = non_negative | symmetric | scale_invariant | shift_invariant,
        .tolerance = 1e-9,
    },
    [](const Tensor &a, const Tensor &b, const std::string &kernel, const Expr &sigma) {
      Index i("i"), j("j"), k("k"), l("l"), m("m");
      if (kernel == "linear") {
        auto centred = [&](const Tensor &x) { return Tensor({i, k}, x(i, k) - mean(j, x(j, k))); };
        auto squared_product = [&](const Tensor &x, const Tensor &y) {
          return sum({k, l}, square(sum(m, x(m, k) * y(m, l))));
        };
        Tensor ca = centred(a), cb = centred(b);
        return squared_product(ca, cb) / sqrt(squared_product(ca, ca) * squared_product(cb, cb));
      }
      check_option("linear_cka", "kernel", kernel, {"linear", "rbf"});
      auto centred = [&](const Tensor &x) {
        Tensor gram = kernel_matrix(kernels::rbf(sigma), x, x);
        Tensor row({i}, mean(l, gram(i, l)));
        return Tensor({i, j}, gram(i, j) - row(i) - row(j) + mean(l, row(l)));
      };
      Tensor ka = centred(a), kb = centred(b);
      auto inner = [&](const Tensor &x, const Tensor &y) { return sum({k, l}, x(k, l) * y(k, l)); };
      return inner(ka, kb) / sqrt(inner(ka, ka) * inner(kb, kb));
    });

} // namespace mercer::stdlib::divergences
