// Programs at sizes that fill no vector, no tile and no chunk evenly.
#include "Agree.h"

#include <gtest/gtest.h>

using namespace mercer;
using namespace mercer::test;

namespace {

Number inner(const Values &x, std::int64_t i, const Values &y, std::int64_t j) {
  Number s = 0;
  for (int k = 0; k < x.size(1); ++k)
    s += x(i, k) * y(j, k);
  return s;
}

TEST(Sizes, attention) {
  Tensor q("q", 2), k("k", 2), v("v", 2);
  Index i("i"), j("j"), c("c");
  Program p("attention", {q, k, v},
            {{"out", {i, c}, sum(j, softmax(j, dot(q[i], k[j]) / 6.0, j <= i + 3) * v(j, c))}});
  agree(p, {draw({37, 35}), draw({41, 35}), draw({41, 19})}, {q, k, v}, [](const List &in) {
    Values out({in[0].size(0), in[2].size(1)});
    for (int i = 0; i < in[0].size(0); ++i) {
      Number z = 0;
      for (int pass = 0; pass < 2; ++pass)
        for (int j = 0; j < in[1].size(0) && j <= i + 3; ++j) {
          Number e = exp(inner(in[0], i, in[1], j) / 6.0);
          if (pass == 0)
            z += e;
          for (int c = 0; pass == 1 && c < out.size(1); ++c)
            out(i, c) += e / z * in[2](j, c);
        }
    }
    return List{out};
  });
}

TEST(Sizes, supervisedContrastive) {
  Tensor z("z", 2), label("label", 1, integer);
  Scalar tau("tau");
  Index i("i"), j("j"), a("a");
  auto s = [&](const Index &p, const Index &q) { return dot(z[p], z[q]) / tau; };
  Expr loss = -mean(i, mean(j, s(i, j) - logsumexp(a, s(i, a), a != i), label(i) == label(j) && i != j));
  std::vector<double> labels;
  for (int e = 0; e < 53; ++e)
    labels.push_back(e * e % 7);
  agree(Program("supcon", {z, label, tau}, {{"loss", loss}}), {draw({53, 37}), list({53}, labels), number(2)},
        {z, Tensor(tau)},
        [](const List &in) {
          Number loss = 0;
          std::int64_t n = in[0].size(0);
          for (int i = 0; i < n; ++i) {
            Number all = 0, own = 0;
            double pairs = 0;
            for (int j = 0; j < n; ++j) {
              if (i == j)
                continue;
              Number s = inner(in[0], i, in[0], j) / in[2].data[0];
              all += exp(s);
              if (in[1].at(i) == in[1].at(j)) {
                own += s;
                ++pairs;
              }
            }
            if (pairs > 0)
              loss += (log(all) - own / pairs) / static_cast<double>(n);
          }
          return List{scalar(loss)};
        },
        {.second = true});
}

TEST(Sizes, perceptron) {
  Tensor x("x", 2), label("label", 1, integer), w("w", 2), b("b", 1), u("u", 2);
  Index i("i"), k("k"), h("h"), o("o");
  Tensor hidden({i, h}, tanh(b(h) + sum(k, x(i, k) * w(k, h))));
  Tensor logit({i, o}, sum(h, hidden(i, h) * u(h, o)));
  std::vector<double> labels;
  for (int e = 0; e < 45; ++e)
    labels.push_back(e * 5 % 19);
  agree(Program("perceptron", {x, label, w, b, u},
                {{"loss", mean(i, logsumexp(o, logit(i, o)) - logit(i, label(i)))}}),
        {draw({45, 21}), list({45}, labels), draw({21, 33}), draw({33}), draw({33, 19})}, {w, b, u, x},
        [](const List &in) {
          Number loss = 0;
          for (int i = 0; i < in[0].size(0); ++i) {
            std::vector<Number> logits(static_cast<std::size_t>(in[4].size(1)));
            for (int h = 0; h < in[3].size(0); ++h) {
              Number s = in[3](h);
              for (int k = 0; k < in[0].size(1); ++k)
                s += in[0](i, k) * in[2](k, h);
              Number t = tanh(s);
              for (std::size_t o = 0; o < logits.size(); ++o)
                logits[o] += t * in[4](h, o);
            }
            Number z = 0;
            for (const Number &l : logits)
              z += exp(l);
            loss +=
                (log(z) - logits[static_cast<std::size_t>(in[1].at(i))]) / static_cast<double>(in[0].size(0));
          }
          return List{scalar(loss)};
        });
}

TEST(Sizes, discrepancyOfLongVectors) {
  Tensor x("x", 2), y("y", 2);
  Index i("i"), j("j");
  auto k = [&](const Tensor &u, const Tensor &v) { return rsqrt(1.0 + squared_distance(u, v)); };
  Expr mmd = mean({i, j}, k(x[i], x[j]), i < j) + mean({i, j}, k(y[i], y[j]), i != j) -
             0.5 * mean({i, j}, k(x[i], y[j]));
  agree(Program("mmd", {x, y},
                {{"mmd", mmd},
                 {"furthest", i, max(j, distance(x[i], y[j]))},
                 {"nearest", i, argmin(j, distance(x[i], y[j]))}}),
        {draw({43, 29}), draw({39, 29})}, {x}, [](const List &in) {
          Number total = 0;
          std::int64_t n = in[0].size(0), m = in[1].size(0);
          Values furthest({n}), nearest({n});
          auto kernel = [](const Number &r2) { return power(1.0 + r2, -0.5); };
          for (int i = 0; i < n; ++i)
            for (int j = 0; j < i; ++j)
              total += kernel(squaredDistance(in[0], i, in[0], j)) / static_cast<double>(n * (n - 1) / 2);
          for (int i = 0; i < m; ++i)
            for (int j = 0; j < i; ++j)
              total += 2.0 * kernel(squaredDistance(in[1], i, in[1], j)) / static_cast<double>(m * (m - 1));
          for (int i = 0; i < n; ++i) {
            Number least = HUGE_VAL;
            for (int j = 0; j < m; ++j) {
              Number r2 = squaredDistance(in[0], i, in[1], j);
              total -= 0.5 * kernel(r2) / static_cast<double>(n * m);
              furthest(i) = greatest(furthest(i), sqrt(r2));
              if (r2 < least) {
                least = r2;
                nearest(i) = j;
              }
            }
          }
          return List{scalar(total), furthest, nearest};
        });
}

TEST(Sizes, tripletsAndMargins) {
  Tensor z("z", 2), label("label", 1, integer);
  Index a("a"), p("p"), n("n");
  std::vector<double> labels;
  for (int e = 0; e < 21; ++e)
    labels.push_back(e % 4);
  Expr hardest = max(p, squared_distance(z[a], z[p]), label(a) == label(p)) -
                 min(n, squared_distance(z[a], z[n]), label(a) != label(n));
  Expr all = mean({a, p, n}, softplus(squared_distance(z[a], z[p]) - squared_distance(z[a], z[n])),
                  label(a) == label(p) && a != p && label(a) != label(n));
  agree(Program("triplets", {z, label}, {{"loss", all + 0.1 * mean(a, softplus(hardest))}}),
        {draw({21, 20}), list({21}, labels)}, {z}, [](const List &in) {
          Number total = 0;
          double count = 0, size = static_cast<double>(in[0].size(0));
          for (int a = 0; a < size; ++a) {
            Number far = -HUGE_VAL, near = HUGE_VAL;
            for (int p = 0; p < size; ++p) {
              Number d = squaredDistance(in[0], a, in[0], p);
              if (in[1].at(a) == in[1].at(p))
                far = greatest(far, d);
              else
                near = least(near, d);
            }
            total += 0.1 * softplus(far - near) / size;
            for (int p = 0; p < size; ++p)
              for (int n = 0; n < size; ++n)
                count += in[1].at(a) == in[1].at(p) && a != p && in[1].at(a) != in[1].at(n);
          }
          for (int a = 0; a < size; ++a)
            for (int p = 0; p < size; ++p)
              for (int n = 0; n < size; ++n)
                if (in[1].at(a) == in[1].at(p) && a != p && in[1].at(a) != in[1].at(n))
                  total +=
                      softplus(squaredDistance(in[0], a, in[0], p) - squaredDistance(in[0], a, in[0], n)) /
                      count;
          return List{scalar(total)};
        });
}

TEST(Sizes, mixtureAndTransport) {
  Tensor x("x", 2), mu("mu", 2), spread("spread", 1);
  Index n("n"), c("c"), d("d"), e("e");
  Expr joint = sum(d, -square(x(n, d) - mu(c, d)) / spread(c)) - 0.5 * log(spread(c));
  agree(Program("mixture", {x, mu, spread},
                {{"nll", -mean(n, logsumexp(c, joint))},
                 {"moved", {c, e}, sum(n, softmax(c, joint) * x(n, e)) / sum(n, softmax(c, joint))}}),
        {draw({61, 5}), draw({18, 5}), draw({18}, 0.5, 2)}, {mu, spread, x}, [](const List &in) {
          std::int64_t size = in[0].size(0), parts = in[1].size(0);
          Number nll = 0;
          Values moved({parts, 5}), mass({parts});
          for (int n = 0; n < size; ++n) {
            std::vector<Number> joint;
            Number z = 0;
            for (int c = 0; c < parts; ++c) {
              joint.push_back(exp(-squaredDistance(in[0], n, in[1], c) / in[2](c)) / sqrt(in[2](c)));
              z += joint.back();
            }
            nll -= log(z) / static_cast<double>(size);
            for (int c = 0; c < parts; ++c) {
              Number r = joint[static_cast<std::size_t>(c)] / z;
              mass(c) += r;
              for (int e = 0; e < 5; ++e)
                moved(c, e) += r * in[0](n, e);
            }
          }
          for (int c = 0; c < parts; ++c)
            for (int e = 0; e < 5; ++e)
              moved(c, e) = moved(c, e) / mass(c);
          return List{scalar(nll), moved};
        });
}

TEST(Sizes, gathersThatMeet) {
  // Rows of a table that several samples use, some of them masked.
  Tensor table("table", 2), w("w", 2), word("word", 2, integer);
  Index b("b"), t("t"), k("k");
  Expr score = sum(k, mean(t, table(word(b, t), k), word(b, t) >= 0) * w(b, k));
  std::vector<double> words;
  for (int e = 0; e < 31 * 6; ++e)
    words.push_back(e % 5 == 4 ? -1 : e * e % 23);
  agree(Program("bags", {table, w, word}, {{"loss", mean(b, softplus(score))}, {"scores", b, score}}),
        {draw({23, 18}), draw({31, 18}), stored(list({31, 6}, words), DType::i8)}, {table, w},
        [](const List &in) {
          Number loss = 0;
          Values scores({31});
          for (int b = 0; b < 31; ++b) {
            double words = 0;
            for (int t = 0; t < 6; ++t)
              if (in[2].at(b, t) >= 0) {
                ++words;
                scores(b) += inner(in[0], in[2].at(b, t), in[1], b);
              }
            if (words > 0)
              scores(b) = scores(b) / words;
            loss += softplus(scores(b)) / 31.0;
          }
          return List{scalar(loss), scores};
        });
}

TEST(Sizes, imagesOfOddSides) {
  Tensor x("x", 4), w("w", 4);
  Index b("b"), o("o"), c("c"), p("p"), q("q"), m("m", floor_div(extent(x, 2) + 1, 2)),
      n("n", floor_div(extent(x, 3) + 1, 2));
  Expr y = relu(sum({c, p, q}, w(o, c, p, q) * padded(x, 0.0)(b, c, 2 * m + p - 1, 2 * n + q - 1)));
  agree(Program("convolution", {x, w}, {{"y", {b, o, m, n}, y}}), {draw({2, 3, 9, 21}), draw({18, 3, 3, 3})},
        {x, w}, [](const List &in) {
          Values y({2, 18, 5, 11});
          for (int b = 0; b < 2; ++b)
            for (int o = 0; o < 18; ++o)
              for (int m = 0; m < 5; ++m)
                for (int n = 0; n < 11; ++n) {
                  Number s = 0;
                  for (int c = 0; c < 3; ++c)
                    for (int p = 0; p < 3; ++p)
                      for (int q = 0; q < 3; ++q)
                        if (int r = 2 * m + p - 1, t = 2 * n + q - 1; r >= 0 && r < 9 && t >= 0 && t < 21)
                          s += in[1](o, c, p, q) * in[0](b, c, r, t);
                  y(b, o, m, n) = relu(s);
                }
          return List{y};
        });
}

/// What loops read again and again is more than any cache holds: then they run for several vectors of rows in turn.
TEST(Sizes, rowsBeyondTheCaches) {
  constexpr std::int64_t n = 70, m = 70'003, d = 80; // 22 MB
  Tensor x("x", 2), y("y", 2);
  Index i("i"), j("j"), k("k"), c("c");
  Expr score = dot(x[i], y[j]);
  Program p("beyond", {x, y},
            {{"lse", i, logsumexp(j, score)},
             {"best", i, argmax(j, score)},
             {"mixed", {i, k}, sum(j, softmax(j, score) * y(j, k))},
             {"total", sum(i, max(j, score))}});
  Array a(DType::f32, {n, d}), b(DType::f32, {m, d});
  std::uint32_t state = 1;
  for (Array *array : {&a, &b})
    for (std::int64_t at = 0; at < array->size(); ++at)
      array->data<float>()[at] = static_cast<float>(static_cast<std::int32_t>(state = state * 1664525 + 1013904223)) * 0x1p-31f;
  JitOptions one, two;
  one.threads = 1, two.threads = 2;
  Array lse(DType::f32, {n}), best(DType::i64, {n}), mixed(DType::f32, {n, d}), total(DType::f32, {});
  jit(p, one).run({a, b}, {lse, best, mixed, total});
  Array lse2(DType::f32, {n}), best2(DType::i64, {n}), mixed2(DType::f32, {n, d}), total2(DType::f32, {});
  jit(p, two).run({a, b}, {lse2, best2, mixed2, total2});
  double largest_of_all = 0;
  std::vector<double> scores(m), row(d);
  for (std::int64_t r = 0; r < n; ++r) {
    std::int64_t first = 0;
    for (std::int64_t s = 0; s < m; ++s) {
      scores[s] = 0;
      for (std::int64_t q = 0; q < d; ++q)
        scores[s] += double(a.data<float>()[r * d + q]) * b.data<float>()[s * d + q];
      first = scores[s] > scores[first] ? s : first;
    }
    double sum = 0;
    std::fill(row.begin(), row.end(), 0.0);
    for (std::int64_t s = 0; s < m; ++s) {
      const double weight = std::exp(scores[s] - scores[first]);
      sum += weight;
      for (std::int64_t q = 0; q < d; ++q)
        row[q] += weight * b.data<float>()[s * d + q];
    }
    largest_of_all += scores[first];
    EXPECT_NEAR(lse.data<float>()[r], scores[first] + std::log(sum), 1e-5);
    EXPECT_NEAR(scores[best.data<std::int64_t>()[r]], scores[first], 1e-5) << r;
    for (std::int64_t q = 0; q < d; ++q)
      EXPECT_NEAR(mixed.data<float>()[r * d + q], row[q] / sum, 1e-5) << r << " " << q;
    EXPECT_EQ(lse.data<float>()[r], lse2.data<float>()[r]);
    EXPECT_EQ(best.data<std::int64_t>()[r], best2.data<std::int64_t>()[r]);
  }
  EXPECT_NEAR(total.data<float>()[0], largest_of_all, 1e-4 * largest_of_all);
  EXPECT_EQ(total.data<float>()[0], total2.data<float>()[0]);
}

} // namespace
