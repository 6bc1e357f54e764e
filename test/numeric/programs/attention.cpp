// Attention in its variants: predicates, biases made of indices, heads, rotary positions.
#include "Agree.h"

#include <gtest/gtest.h>

using namespace mercer;
using namespace mercer::test;

namespace {

using Score = std::function<Number(std::int64_t, std::int64_t)>;
using Allowed = std::function<bool(std::int64_t, std::int64_t)>;

/// Rows of softmax(score) times v, over what is allowed.
Values attend(std::int64_t n, const Values &v, const Score &score, const Allowed &allowed) {
  Values out({n, v.size(1)});
  for (int i = 0; i < n; ++i) {
    Number z = 0;
    for (int j = 0; j < v.size(0); ++j)
      if (allowed(i, j))
        z += exp(score(i, j));
    for (int j = 0; j < v.size(0); ++j)
      for (int c = 0; c < v.size(1) && allowed(i, j); ++c)
        out(i, c) += exp(score(i, j)) / z * v(j, c);
  }
  return out;
}

Number inner(const Values &q, const Values &k, std::int64_t i, std::int64_t j) {
  Number s = 0;
  for (int d = 0; d < q.size(1); ++d)
    s += q(i, d) * k(j, d);
  return s;
}

class Attention : public ::testing::Test {
protected:
  Tensor q{"q", 2}, k{"k", 2}, v{"v", 2};
  Index i{"i"}, j{"j"}, d{"d"}, c{"c"};
  Expr score = dot(q[i], k[j]) / sqrt(to_real(extent(q, 1)));

  Program program(const Expr &weight) {
    return Program("attention", {q, k, v}, {{"out", {i, c}, sum(j, weight * v(j, c))}});
  }
};

TEST_F(Attention, plain) {
  agree(program(softmax(j, score)), {draw({5, 4}), draw({7, 4}), draw({7, 3})}, {q, k, v},
        [](const std::vector<Values> &in) {
          return std::vector<Values>{attend(
              5, in[2], [&](auto a, auto b) { return inner(in[0], in[1], a, b) / 2.0; },
              [](auto, auto) { return true; })};
        },
        {.forward = true});
}

TEST_F(Attention, causalWithSlope) {
  Scalar slope("slope");
  Program alibi("alibi", {q, k, v, slope},
                {{"out",
                  {i, c},
                  sum(j, softmax(j, dot(q[i], k[j]) - slope * to_real(i - j), j <= i) * v(j, c), j <= i)}});
  agree(alibi, {draw({9, 3}), draw({9, 3}), draw({9, 2}), number(0.25)}, {q, k, v, Tensor(slope)},
        [](const std::vector<Values> &in) {
          return std::vector<Values>{attend(
              9, in[2],
              [&](auto a, auto b) {
                return inner(in[0], in[1], a, b) - in[3].data[0] * static_cast<double>(a - b);
              },
              [](auto a, auto b) { return b <= a; })};
        });
}

TEST_F(Attention, slidingWindow) {
  Expr near = j <= i && i - j < 3;
  agree(program(softmax(j, score, near)), {draw({8, 4}), draw({8, 4}), draw({8, 17})}, {q, k, v},
        [](const std::vector<Values> &in) {
          return std::vector<Values>{attend(
              8, in[2], [&](auto a, auto b) { return inner(in[0], in[1], a, b) / 2.0; },
              [](auto a, auto b) { return b <= a && a - b < 3; })};
        });
}

TEST_F(Attention, maskThatForbidsWholeRows) {
  Tensor mask("mask", 2, boolean);
  Program masked("masked", {q, k, v, mask},
                 {{"out", {i, c}, sum(j, softmax(j, score, mask(i, j)) * v(j, c))}});
  std::vector<double> M(4 * 5, 1);
  for (int p = 0; p < 5; ++p)
    M[5 + static_cast<std::size_t>(p)] = 0;
  M[3] = M[11] = 0;
  agree(masked, {draw({4, 4}), draw({5, 4}), draw({5, 2}), list({4, 5}, M)}, {q, k, v},
        [](const std::vector<Values> &in) {
          return std::vector<Values>{attend(
              4, in[2], [&](auto a, auto b) { return inner(in[0], in[1], a, b) / 2.0; },
              [&](auto a, auto b) { return in[3].at(a, b) != 0; })};
        });
}

TEST_F(Attention, headsOfABatch) {
  Tensor Q("Q", 4), K("K", 4), V("V", 4); // batch, head, position, feature
  Index b("b"), h("h");
  Program heads(
      "heads", {Q, K, V},
      {{"out", {b, h, i, c}, sum(j, softmax(j, dot(Q[b][h][i], K[b][h][j]), j <= i) * V(b, h, j, c))}});
  agree(heads, {draw({2, 3, 5, 2}), draw({2, 3, 5, 2}), draw({2, 3, 5, 2})}, {Q, K, V},
        [](const std::vector<Values> &in) {
          Values out({2, 3, 5, 2});
          for (int b = 0; b < 2; ++b)
            for (int h = 0; h < 3; ++h)
              for (int i = 0; i < 5; ++i) {
                auto score = [&](int j) {
                  return in[0](b, h, i, 0) * in[1](b, h, j, 0) + in[0](b, h, i, 1) * in[1](b, h, j, 1);
                };
                Number z = 0;
                for (int j = 0; j <= i; ++j)
                  z += exp(score(j));
                for (int j = 0; j <= i; ++j)
                  for (int c = 0; c < 2; ++c)
                    out(b, h, i, c) += exp(score(j)) / z * in[2](b, h, j, c);
              }
          return std::vector<Values>{out};
        });
}

TEST_F(Attention, projectionsInside) {
  Tensor x("x", 2), wq("wq", 2), wk("wk", 2), wv("wv", 2);
  Index p("p"), e("e"), f("f");
  auto project = [&](const Tensor &w) { return Tensor({p, f}, sum(e, x(p, e) * w(e, f))); };
  Tensor Q = project(wq), K = project(wk), V = project(wv);
  Program layer("layer", {x, wq, wk, wv}, {{"out", {i, c}, sum(j, softmax(j, dot(Q[i], K[j])) * V(j, c))}});
  agree(layer, {draw({6, 4}), draw({4, 3}), draw({4, 3}), draw({4, 2})}, {x, wq, wk, wv},
        [](const std::vector<Values> &in) {
          auto product = [](const Values &a, const Values &b) {
            Values r({a.size(0), b.size(1)});
            for (int i = 0; i < a.size(0); ++i)
              for (int j = 0; j < b.size(1); ++j)
                for (int l = 0; l < a.size(1); ++l)
                  r(i, j) += a(i, l) * b(l, j);
            return r;
          };
          Values q = product(in[0], in[1]), k = product(in[0], in[2]), v = product(in[0], in[3]);
          return std::vector<Values>{attend(
              6, v, [&](auto a, auto b) { return inner(q, k, a, b); }, [](auto, auto) { return true; })};
        });
}

TEST_F(Attention, rotaryPositions) {
  // Pairs of features 2d and 2d + 1 turn by an angle of position * 10^-d.
  Index half("half", floor_div(extent(q, 1), 2)), p("p");
  auto turned = [&](const Tensor &t, const Index &at, bool sine) {
    Expr angle = to_real(at) * pow(10.0, -to_real(half));
    Expr even = t(at, 2 * half), odd = t(at, 2 * half + 1);
    return sine ? even * sin(angle) + odd * cos(angle) : even * cos(angle) - odd * sin(angle);
  };
  Expr rotary =
      sum(half, turned(q, i, false) * turned(k, j, false) + turned(q, i, true) * turned(k, j, true));
  agree(program(softmax(j, rotary)), {draw({5, 4}), draw({6, 4}), draw({6, 3})}, {q, k, v},
        [](const std::vector<Values> &in) {
          auto score = [&](std::int64_t i, std::int64_t j) {
            Number s = 0;
            for (int h = 0; h < 2; ++h) {
              double a = static_cast<double>(i) * std::pow(10, -h),
                     b = static_cast<double>(j) * std::pow(10, -h);
              Number qe = in[0](i, 2 * h), qo = in[0](i, 2 * h + 1), ke = in[1](j, 2 * h),
                     ko = in[1](j, 2 * h + 1);
              s += (qe * std::cos(a) - qo * std::sin(a)) * (ke * std::cos(b) - ko * std::sin(b));
              s += (qe * std::sin(a) + qo * std::cos(a)) * (ke * std::sin(b) + ko * std::cos(b));
            }
            return s;
          };
          return std::vector<Values>{attend(5, in[2], score, [](auto, auto) { return true; })};
        });
}

TEST_F(Attention, linearAttentionAndItsEntropy) {
  auto feature = [](const Expr &e) { return where(e > 0, e + 1.0, exp(e)); }; // elu + 1
  Tensor fq = map(q, feature), fk = map(k, feature);
  Expr weight = sum(d, fq(i, d) * fk(j, d));
  Index a("a");
  Expr total = sum(a, sum(d, fq(i, d) * fk(a, d)));
  Program entropies("linear_attention", {q, k, v},
                    {{"out", {i, c}, sum(j, weight * v(j, c)) / sum(j, weight)},
                     {"entropy", i, -sum(j, xlogx(weight / total))}});
  agree(entropies, {draw({4, 3}), draw({5, 3}), draw({5, 2})}, {q, k, v}, [](const std::vector<Values> &in) {
    auto phi = [](const Number &x) { return x > 0 ? x + 1.0 : exp(x); };
    Values out({4, 2}), entropy(Shape(4));
    for (int i = 0; i < 4; ++i) {
      Number total = 0;
      auto weight = [&](int j) {
        Number w = 0;
        for (int d = 0; d < 3; ++d)
          w += phi(in[0](i, d)) * phi(in[1](j, d));
        return w;
      };
      for (int j = 0; j < 5; ++j)
        total += weight(j);
      for (int j = 0; j < 5; ++j) {
        Number p = weight(j) / total;
        entropy(i) -= p * log(p);
        for (int c = 0; c < 2; ++c)
          out(i, c) += p * in[2](j, c);
      }
    }
    return std::vector<Values>{out, entropy};
  });
}

} // namespace
