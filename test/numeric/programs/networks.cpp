// Layers: normalisation, convolution, pooling, embeddings, and losses made of derivatives of a net.
#include "Agree.h"

#include <gtest/gtest.h>

using namespace mercer;
using namespace mercer::test;

namespace {

TEST(Networks, layerNorm) {
  Tensor x("x", 2), gain("gain", 1), bias("bias", 1);
  Index i("i"), k("k"), l("l");
  Expr centre = mean(l, x(i, l)), spread = variance(l, x(i, l));
  Program p("layer_norm", {x, gain, bias},
            {{"out", {i, k}, (x(i, k) - centre) * rsqrt(spread + 1e-5) * gain(k) + bias(k)}});
  for (std::int64_t width : {5, 40})
    agree(p, {draw({6, width}), draw({width}), draw({width})}, {x, gain, bias}, [](const List &in) {
      Values out = in[0];
      for (int i = 0; i < out.size(0); ++i) {
        Number m = 0, s = 0;
        double n = static_cast<double>(out.size(1));
        for (int k = 0; k < n; ++k)
          m += in[0](i, k) / n;
        for (int k = 0; k < n; ++k)
          s += square(in[0](i, k) - m) / n;
        for (int k = 0; k < n; ++k)
          out(i, k) = (in[0](i, k) - m) / sqrt(s + 1e-5) * in[1](k) + in[2](k);
      }
      return List{out};
    });
}

TEST(Networks, batchNormOverThreeIndices) {
  Tensor x("x", 4), gain("gain", 1); // batch, channel, height, width
  Index b("b"), c("c"), h("h"), w("w"), p("p"), q("q"), r("r");
  Expr m = mean({p, q, r}, x(p, c, q, r)), s = variance({p, q, r}, x(p, c, q, r), true, 1);
  Program norm(
      "batch_norm", {x, gain},
      {{"out", {b, c, h, w}, gain(c) * (x(b, c, h, w) - m) / sqrt(s + 1e-3)}, {"mean", c, m}, {"var", c, s}});
  agree(norm, {draw({3, 2, 4, 3}), draw({2})}, {x, gain}, [](const List &in) {
    Values out = in[0], ms(Shape(2)), ss(Shape(2));
    auto all = [&](auto f) {
      for (int b = 0; b < 3; ++b)
        for (int h = 0; h < 4; ++h)
          for (int w = 0; w < 3; ++w)
            f(b, h, w);
    };
    for (int c = 0; c < 2; ++c) {
      all([&](int b, int h, int w) { ms(c) += in[0](b, c, h, w) / 36.0; });
      all([&](int b, int h, int w) { ss(c) += square(in[0](b, c, h, w) - ms(c)) / 35.0; });
      all([&](int b, int h, int w) {
        out(b, c, h, w) = in[1](c) * (in[0](b, c, h, w) - ms(c)) / sqrt(ss(c) + 1e-3);
      });
    }
    return List{out, ms, ss};
  });
}

TEST(Networks, rmsNormAndGatedUnit) {
  Tensor x("x", 2), g("g", 1), w("w", 2), u("u", 2);
  Index i("i"), k("k"), l("l"), o("o");
  Tensor normed({i, k}, x(i, k) * rsqrt(mean(l, square(x(i, l))) + 1e-6) * g(k));
  Index n("n");
  Expr gate = sum(k, normed(n, k) * w(k, o)), value = sum(k, normed(n, k) * u(k, o));
  Program p("swiglu", {x, g, w, u}, {{"out", {n, o}, silu(gate) * value}});
  agree(p, {draw({4, 5}), draw({5}), draw({5, 3}), draw({5, 3})}, {x, g, w, u},
        [](const List &in) {
          Values out({4, 3});
          for (int i = 0; i < 4; ++i) {
            Number s = 0;
            for (int k = 0; k < 5; ++k)
              s += square(in[0](i, k)) / 5.0;
            for (int o = 0; o < 3; ++o) {
              Number gate = 0, value = 0;
              for (int k = 0; k < 5; ++k) {
                Number y = in[0](i, k) / sqrt(s + 1e-6) * in[1](k);
                gate += y * in[2](k, o);
                value += y * in[3](k, o);
              }
              out(i, o) = gate * sigmoid(gate) * value;
            }
          }
          return List{out};
        },
        {.forward = true});
}

TEST(Networks, convolution1d) {
  Tensor x("x", 3), w("w", 3), bias("bias", 1); // batch, channel, time; out, in, tap
  Index b("b"), o("o"), c("c"), r("r");
  Index t("t", floor_div(extent(x, 2) + 2 - extent(w, 2), 2) + 1);
  Program p("conv1d", {x, w, bias},
            {{"y", {b, o, t}, bias(o) + sum({c, r}, w(o, c, r) * padded(x, 0.0)(b, c, 2 * t + r - 1))}});
  agree(p, {draw({2, 3, 9}), draw({4, 3, 3}), draw({4})}, {x, w, bias}, [](const List &in) {
    Values y({2, 4, 5});
    for (int b = 0; b < 2; ++b)
      for (int o = 0; o < 4; ++o)
        for (int t = 0; t < 5; ++t) {
          y(b, o, t) = in[2](o);
          for (int c = 0; c < 3; ++c)
            for (int r = 0; r < 3; ++r)
              if (int at = 2 * t + r - 1; at >= 0 && at < 9)
                y(b, o, t) += in[1](o, c, r) * in[0](b, c, at);
        }
    return List{y};
  });
}

TEST(Networks, dilatedCausalConvolution) {
  Tensor x("x", 1), w("w", 1);
  Index t("t", extent(x, 0)), r("r");
  Program p("dilated", {x, w}, {{"y", t, tanh(sum(r, w(r) * padded(x, 0.0)(t - 3 * r)))}});
  agree(p, {draw({20}), draw({4})}, {x, w}, [](const List &in) {
    Values y(Shape(20));
    for (int t = 0; t < 20; ++t) {
      Number s = 0;
      for (int r = 0; r < 4 && t - 3 * r >= 0; ++r)
        s += in[1](r) * in[0](t - 3 * r);
      y(t) = tanh(s);
    }
    return List{y};
  });
}

TEST(Networks, convolution2dAndPooling) {
  Tensor x("x", 3), w("w", 4); // channel, row, column; out, in, row, column
  Index o("o"), c("c"), p("p"), q("q"), a("a", 2), e("e", 2);
  Index m("m", extent(x, 1)), n("n", extent(x, 2));
  Tensor y({o, m, n}, relu(sum({c, p, q}, w(o, c, p, q) * padded(x, 0.0)(c, m + p - 1, n + q - 1))));
  Index u("u", floor_div(extent(x, 1), 2)), v("v", floor_div(extent(x, 2), 2));
  Program net("conv_pool", {x, w},
              {{"pooled", {o, u, v}, max({a, e}, y(o, 2 * u + a, 2 * v + e))},
               {"average", o, mean({m, n}, y(o, m, n))}});
  agree(net, {draw({2, 6, 4}), draw({3, 2, 3, 3})}, {x, w}, [](const List &in) {
    Values y({3, 6, 4}), pooled({3, 3, 2}), average(Shape(3));
    for (int o = 0; o < 3; ++o)
      for (int m = 0; m < 6; ++m)
        for (int n = 0; n < 4; ++n) {
          Number s = 0;
          for (int c = 0; c < 2; ++c)
            for (int p = 0; p < 3; ++p)
              for (int q = 0; q < 3; ++q)
                if (int i = m + p - 1, j = n + q - 1; i >= 0 && i < 6 && j >= 0 && j < 4)
                  s += in[1](o, c, p, q) * in[0](c, i, j);
          y(o, m, n) = relu(s);
          average(o) += y(o, m, n) / 24.0;
        }
    for (int o = 0; o < 3; ++o)
      for (int u = 0; u < 3; ++u)
        for (int v = 0; v < 2; ++v) {
          Number best = y(o, 2 * u, 2 * v);
          for (int a = 0; a < 2; ++a)
            for (int e = 0; e < 2; ++e)
              best = greatest(best, y(o, 2 * u + a, 2 * v + e));
          pooled(o, u, v) = best;
        }
    return List{pooled, average};
  });
}

TEST(Networks, embeddingsPredictTheNextWord) {
  Tensor table("table", 2), token("token", 2, integer), out("out", 2);
  Index b("b"), t("t", extent(token, 1) - 1), v("v"), d("d"), c("c", 2);
  // The context is the mean of this word's vector and that of the one before, if there is one.
  Expr state = mean(c, table(token(b, t - c), d), t >= c);
  Tensor logits({b, t, v}, sum(d, state * out(d, v)));
  Index bb("bb", extent(token, 0)), tt("tt", extent(token, 1) - 1);
  Expr nll = mean({bb, tt}, logsumexp(v, logits(bb, tt, v)) - logits(bb, tt, token(bb, tt + 1)),
                  token(bb, tt + 1) >= 0);
  Program p("next_word", {table, token, out}, {{"loss", nll}});
  agree(p, {draw({7, 3}), stored(list({2, 5}, {0, 3, 6, 2, -1, 5, 5, 1, 4, 0}), DType::i32), draw({3, 7})},
        {table, out}, [](const List &in) {
          Number total = 0;
          double kept = 0;
          for (int b = 0; b < 2; ++b)
            for (int t = 0; t < 4; ++t) {
              if (in[1].at(b, t + 1) < 0)
                continue;
              ++kept;
              Number z = 0, chosen = 0;
              for (int v = 0; v < 7; ++v) {
                Number logit = 0;
                for (int d = 0; d < 3; ++d) {
                  Number state = in[0](in[1].at(b, t), d);
                  if (t > 0)
                    state = (state + in[0](in[1].at(b, t - 1), d)) / 2.0;
                  logit += state * in[2](d, v);
                }
                z += exp(logit);
                if (v == in[1].at(b, t + 1))
                  chosen = logit;
              }
              total += log(z) - chosen;
            }
          return List{scalar(total / kept)};
        });
}

/// u(x) = sum_h a_h tanh(w_h x + b_h), with its first and second derivative by x, by hand.
struct Net {
  Number value = 0, slope = 0, bend = 0;
  Net(const Values &a, const Values &w, const Values &b, const Number &x) {
    for (int h = 0; h < a.size(0); ++h) {
      Number t = tanh(w(h) * x + b(h)), d = 1.0 - t * t;
      value += a(h) * t;
      slope += a(h) * w(h) * d;
      bend += a(h) * w(h) * w(h) * -2.0 * t * d;
    }
  }
};

TEST(Networks, poissonEquationAsALoss) {
  Tensor a("a", 1), w("w", 1), b("b", 1), x("x", 1);
  Index h("h"), i("i");
  auto net = [&](const Expr &at) { return sum(h, a(h) * tanh(w(h) * at + b(h))); };
  auto bend = [&](const Expr &at) {
    return derivative([&](const Expr &s) { return derivative(net, s); }, at);
  };
  Expr residual = mean(i, square(bend(x(i)) + sin(x(i)))) + square(net(0.0)) + 10.0 * square(net(1.0));
  Program p("poisson", {a, w, b, x}, {{"loss", residual}, {"u", i, net(x(i))}});
  agree(p, {draw({5}), draw({5}), draw({5}), draw({8}, 0, 1)}, {a, w, b},
        [](const List &in) {
          Number loss = square(Net(in[0], in[1], in[2], 0.0).value) +
                        10.0 * square(Net(in[0], in[1], in[2], 1.0).value);
          Values u(Shape(8));
          for (int i = 0; i < 8; ++i) {
            Net net(in[0], in[1], in[2], in[3](i));
            loss += square(net.bend + sin(in[3](i))) / 8.0;
            u(i) = net.value;
          }
          return List{scalar(loss), u};
        },
        {.second = true});
}

TEST(Networks, scoreMatching) {
  // Hyvaerinen: 1/2 |grad log p|^2 + laplacian log p, of an energy net in two dimensions.
  Tensor x("x", 2), w("w", 2), a("a", 1);
  Index i("i"), l("l"), h("h"), k("k");
  auto energy = [&](const Tensor &u) { return sum(h, a(h) * softplus(sum(k, w(h, k) * u(k)))); };
  auto score = [&](const Tensor &u) { return gradient(energy, u); };
  Expr laplacian = sum(l, gradient([&](const Tensor &u) { return score(u)(l); }, x[i])(l));
  Program p("score_matching", {x, w, a}, {{"loss", mean(i, 0.5 * squared_norm(score(x[i])) + laplacian)}});
  agree(p, {draw({6, 2}), draw({4, 2}), draw({4})}, {w, a, x},
        [](const List &in) {
          Number loss = 0;
          for (int i = 0; i < 6; ++i) {
            Number g[2] = {0, 0}, laplacian = 0;
            for (int h = 0; h < 4; ++h) {
              Number s = sigmoid(in[1](h, 0) * in[0](i, 0) + in[1](h, 1) * in[0](i, 1));
              for (int k = 0; k < 2; ++k) {
                g[k] += in[2](h) * s * in[1](h, k);
                laplacian += in[2](h) * s * (1.0 - s) * square(in[1](h, k));
              }
            }
            loss += (0.5 * (square(g[0]) + square(g[1])) + laplacian) / 6.0;
          }
          return List{scalar(loss)};
        },
        {.second = true});
}

TEST(Networks, metaGradient) {
  // The loss after one step of gradient descent, differentiated by the start, the rate and the training data.
  Tensor x("x", 2), y("y", 1), xv("xv", 2), yv("yv", 1), w("w", 1);
  Scalar rate("rate");
  Index i("i"), k("k"), c("c");
  auto loss = [&](const Tensor &inputs, const Tensor &target, const Tensor &weight) {
    return mean(i, softplus(-target(i) * dot(inputs[i], weight)));
  };
  Tensor slope = gradient([&](const Tensor &u) { return loss(x, y, u); }, w);
  Tensor stepped = w - rate * slope;
  Program p("meta", {x, y, xv, yv, w, rate}, {{"loss", loss(xv, yv, stepped)}});
  agree(p,
        {draw({6, 3}), list({6}, {1, -1, 1, 1, -1, -1}), draw({4, 3}), list({4}, {1, 1, -1, -1}), draw({3}),
         number(0.7)},
        {w, Tensor(rate), x},
        [](const List &in) {
          Values w = in[4];
          for (int c = 0; c < 3; ++c) {
            Number g = 0;
            for (int i = 0; i < 6; ++i) {
              Number z = 0;
              for (int k = 0; k < 3; ++k)
                z += in[0](i, k) * in[4](k);
              g += -in[1](i) * sigmoid(-in[1](i) * z) * in[0](i, c) / 6.0;
            }
            w(c) -= in[5].data[0] * g;
          }
          Number loss = 0;
          for (int i = 0; i < 4; ++i) {
            Number z = 0;
            for (int k = 0; k < 3; ++k)
              z += in[2](i, k) * w(k);
            loss += softplus(-in[3](i) * z) / 4.0;
          }
          return List{scalar(loss)};
        },
        {.second = true});
}

TEST(Networks, straightThroughQuantisation) {
  Tensor x("x", 2), w("w", 2), y("y", 2);
  Scalar step("step");
  Index i("i"), k("k"), o("o");
  // Weights rounded to a grid pass gradients as if they were not, within [-1, 1].
  auto quantised = [&](const Expr &e) {
    return with_gradient_of(step * round(e / step), where(abs(e) <= 0.8, e, stop_gradient(e)));
  };
  Expr out = sum(k, x(i, k) * quantised(w(k, o)));
  Program p("quantised", {x, w, y, step}, {{"loss", mean({i, o}, square(out - y(i, o)))}});
  // What the loops differentiate is the surrogate, shifted to the value.
  agree(p, {draw({4, 3}), draw({3, 2}), draw({4, 2}), number(0.25)}, {w, x}, [](const List &in) {
    Number loss = 0;
    for (int i = 0; i < 4; ++i)
      for (int o = 0; o < 2; ++o) {
        Number out = 0;
        for (int k = 0; k < 3; ++k) {
          Number w = in[1](k, o);
          bool inside = std::fabs(w.value) <= 0.8;
          double value = 0.25 * std::nearbyint(w.value / 0.25);
          out += in[0](i, k) * (inside ? Number(value, w.first, w.second, w.mixed) : Number(value));
        }
        loss += square(out - in[2](i, o)) / 8.0;
      }
    return List{scalar(loss)};
  });
}

TEST(Networks, recurrentNetUnrolled) {
  Tensor x("x", 2), u("u", 2), w("w", 2); // time, feature
  Index h("h"), g("g"), k("k");
  Tensor state(h, 0.0 * u(0, h));
  for (int t = 0; t < 4; ++t)
    state = Tensor(h, tanh(sum(k, x(t, k) * u(k, h)) + sum(g, state(g) * w(g, h))));
  Program p("recurrent", {x, u, w}, {{"loss", squared_norm(state)}});
  agree(p, {draw({4, 2}), draw({2, 3}), draw({3, 3})}, {x, u, w}, [](const List &in) {
    std::vector<Number> state(3);
    for (int t = 0; t < 4; ++t) {
      std::vector<Number> next(3);
      for (int h = 0; h < 3; ++h) {
        Number s = in[0](t, 0) * in[1](0, h) + in[0](t, 1) * in[1](1, h);
        for (std::size_t g = 0; g < 3; ++g)
          s += state[g] * in[2](g, h);
        next[static_cast<std::size_t>(h)] = tanh(s);
      }
      state = next;
    }
    return List{scalar(square(state[0]) + square(state[1]) + square(state[2]))};
  });
}

} // namespace
