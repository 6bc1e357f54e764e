// Divergences of discrete distributions from a convex function: of the ratio, or of both arguments.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"

namespace mercer::stdlib::divergences {

/// squared / divisor, where both are 0 : 0.
inline Expr ratio_or_zero(const Expr &squared, const Expr &divisor) {
  Expr none = squared == 0.0;
  return where(none, 0.0, squared / where(none, 1.0, divisor));
}

inline constexpr auto f_divergence = define(
    Spec<3>{
        .name = "f_divergence",
        .summary =
            "sum q f(p / q) of the rows; infinite where the limits of f are. jensen_shannon is twice the "
            "divergence of that name.",
        .source = "Csiszar, Studia Sci. Math. Hungar. 2, 1967; Xu et al., One-step Diffusion Models with "
                  "f-Divergence "
                  "Distribution Matching, 2025 (kinds)",
        .parameters =
            {{probabilities("p", "n,x", "probabilities"), probabilities("q", "n,x", "probabilities"),
              option("kind", "forward_kl",
                     "forward_kl|reverse_kl|jensen_shannon|squared_hellinger|jeffreys|softened_reverse_kl|"
                     "neyman|pearson|total_variation|le_cam: of r = p/q, r ln r, -ln r, r ln r - (r+1) ln "
                     "((r+1)/2), 1 - sqrt r, (r-1) ln r, (r+1) ln(1/2 + 1/(2r)), (1-r)^2/(2r), (r-1)^2, "
                     "|r-1|/2, (1-r)^2/(2(1+r))")}},
        .known = {R"({"p": [[0.5, 0.3, 0.2]], "q": [[0.2, 0.5, 0.3]], "kind": "neyman"})",
                  "[0.18166666666666667]"},
        .properties = zero_when_equal,
    },
    [](const Tensor &p, const Tensor &q, const std::string &kind) {
      Index n("n"), x("x");
      Expr a = p(n, x), b = q(n, x), middle = 0.5 * (a + b), squared = square(a - b);
      auto against = [](const Expr &u, const Expr &v) { return xlogx(u) - xlogy(u, v); };
      check_option("f_divergence", "kind", kind,
                   {"forward_kl", "reverse_kl", "jensen_shannon", "squared_hellinger", "jeffreys",
                    "softened_reverse_kl", "neyman", "pearson", "total_variation", "le_cam"});
      auto term = [&]() -> Expr {
        if (kind == "forward_kl")
          return against(a, b);
        if (kind == "reverse_kl")
          return against(b, a);
        if (kind == "jensen_shannon")
          return against(a, middle) + against(b, middle);
        if (kind == "squared_hellinger")
          return b - power_or_zero(a, 0.5) * power_or_zero(b, 0.5);
        if (kind == "jeffreys")
          return against(a, b) + against(b, a);
        if (kind == "softened_reverse_kl")
          return 2.0 * against(middle, a);
        if (kind == "neyman")
          return 0.5 * ratio_or_zero(squared, a);
        if (kind == "pearson")
          return ratio_or_zero(squared, b);
        if (kind == "total_variation")
          return 0.5 * abs(a - b);
        return 0.5 * ratio_or_zero(squared, a + b);
      };
      return Tensor(n, sum(x, term()));
    });

inline constexpr auto f_divergence_weight = define(
    Spec<3>{
        .name = "f_divergence_weight",
        .summary = "f''(r) r^2 at r = exp(l), the weight of a sample whose log density ratio is l.",
        .source = "Xu et al., One-step Diffusion Models with f-Divergence Distribution Matching, 2025; "
                  "NVlabs/FastGen",
        .parameters =
            {{points("l", "b", "log density ratio"),
              option("kind", "jensen_shannon",
                     "jensen_shannon|reverse_kl|forward_kl|squared_hellinger|jeffreys|softened_reverse_kl|"
                     "neyman: of r, r/(r+1), 1, r, sqrt(r)/4, r+1, 1/(r+1), 1/r"),
              number("clip", 10.0, 0.0, 1e30, "l is kept within this of 0")}},
        .known = {R"({"l": [0.5306282510621704], "kind": "squared_hellinger"})", "[0.32596012026013244]"},
        .properties = non_negative,
        .smoothness = Smoothness::kinked,
        .kink = {R"({"l": [20]})", "[0]"},
    },
    [](const Tensor &l, const std::string &kind, const Expr &clip) {
      Index b("b", extent(l, 0));
      Expr ratio = clamp(l(b), -clip, clip);
      check_option("f_divergence_weight", "kind", kind,
                   {"jensen_shannon", "reverse_kl", "forward_kl", "squared_hellinger", "jeffreys",
                    "softened_reverse_kl", "neyman"});
      auto weight = [&]() -> Expr {
        if (kind == "reverse_kl")
          return 1.0;
        if (kind == "forward_kl")
          return exp(ratio);
        if (kind == "jensen_shannon")
          return sigmoid(ratio);
        if (kind == "squared_hellinger")
          return 0.25 * exp(0.5 * ratio);
        if (kind == "jeffreys")
          return exp(ratio) + 1.0;
        if (kind == "softened_reverse_kl")
          return sigmoid(-ratio);
        return exp(-ratio);
      };
      return Tensor(b, weight());
    });

inline constexpr auto alpha_skew_jsd = define(
    Spec<3>{
        .name = "alpha_skew_jsd",
        .summary = "KL(q || m) / a + KL(p || m) / (1 - a) of the rows, m = a p + (1 - a) q; near a = 0 and 1 "
                   "the two "
                   "divergences of Kullback and Leibler.",
        .source = "Jayashankar et al., Score-of-Mixture Training, ICML 2025; Lin, IEEE Trans. Inform. Theory "
                  "37(1), 1991",
        .parameters = {{probabilities("p", "b,v", "probabilities"),
                        probabilities("q", "b,v", "probabilities"),
                        number("a", 0.5, 1e-9, 1 - 1e-9, "share of p, between 0 and 1")}},
        .known = {R"({"p": [[0.5, 0.3, 0.2]], "q": [[0.2, 0.2, 0.6]], "a": 0.3})", "[0.358233136713741]"},
        .properties = zero_when_equal,
    },
    [](const Tensor &p, const Tensor &q, const Expr &a) {
      Index b("b"), v("v");
      // u log(u / (u + share (w - u))) / share: for small shares by log1p.
      auto part = [&](const Expr &u, const Expr &w, const Expr &share) {
        Expr change = share * (w - u), small = abs(change) < 0.5 * u;
        Expr near = -u * log1p(change / where(small, u, 1.0)), far = xlogx(u) - xlogy(u, u + change);
        return where(small, near, far) / share;
      };
      return Tensor(b, sum(v, part(q(b, v), p(b, v), a) + part(p(b, v), q(b, v), 1.0 - a)));
    });

inline constexpr auto alpha_divergence = define(
    Spec<3>{
        .name = "alpha_divergence",
        .summary = "(sum p^alpha q^(1-alpha) - alpha p - (1 - alpha) q) / (alpha (alpha - 1)) of the rows.",
        .source = "Amari, Differential-Geometrical Methods in Statistics, Springer 1985; Cichocki and Amari, "
                  "Entropy 12(6), "
                  "2010",
        .parameters = {{probabilities("p", "b,v", "probabilities"),
                        probabilities("q", "b,v", "probabilities"),
                        number("alpha", 0.5, 1e-6, 1 - 1e-6, "order, between 0 and 1")}},
        .known = {R"({"p": [[0.5, 0.5], [1, 0]], "q": [[0.25, 0.75], [0, 1]]})", "[0.13629669484372694, 4]"},
        .properties = zero_when_equal,
        .tolerance = 1e-9,
    },
    [](const Tensor &p, const Tensor &q, const Expr &alpha) {
      Index b("b"), v("v");
      Expr both = power_or_zero(p(b, v), alpha) * power_or_zero(q(b, v), 1.0 - alpha);
      return Tensor(b, sum(v, alpha * p(b, v) + (1.0 - alpha) * q(b, v) - both) / (alpha * (1.0 - alpha)));
    });

inline constexpr auto bregman_divergence = define(
    Spec<3>{
        .name = "bregman_divergence",
        .summary = "phi(p) - phi(q) - phi'(q) (p - q), summed over the rows of positive numbers, which need "
                   "not sum to 1.",
        .source = "Bregman, USSR Comput. Math. and Math. Phys. 7(3), 1967; Banerjee et al., JMLR 6, 2005",
        .parameters = {{positive("p", "b,v", "positive numbers"), positive("q", "b,v", "positive numbers"),
                        option(
                            "kind", "kl",
                            "kl|itakura_saito|squared: p ln(p/q) - p + q; p/q - ln(p/q) - 1; (p-q)^2 / 2")}},
        .known = {R"({"p": [[1, 2]], "q": [[2, 1]], "kind": "itakura_saito"})", "[0.5]"},
        .properties = non_negative | zero_when_equal,
    },
    [](const Tensor &p, const Tensor &q, const std::string &kind) {
      Index b("b"), v("v");
      Expr x = p(b, v), y = q(b, v);
      check_option("bregman_divergence", "kind", kind, {"kl", "itakura_saito", "squared"});
      auto term = [&]() -> Expr {
        if (kind == "squared")
          return 0.5 * square(x - y);
        if (kind == "kl")
          return xlogx(x) - xlogy(x, y) - x + y;
        return x / y - 1.0 - log(x / y);
      };
      return Tensor(b, sum(v, term()));
    });

} // namespace mercer::stdlib::divergences
