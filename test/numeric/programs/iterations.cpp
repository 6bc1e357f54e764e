// A fixed number of steps, each a definition that reads the one before: steps share code, and what they read twice does not double.
#include "Agree.h"

#include <gtest/gtest.h>

using namespace mercer;
using namespace mercer::test;

namespace {

TEST(Iterations, powerIteration) {
  Tensor a("a", 2), first("first", 1);
  constexpr int steps = 6;
  Tensor v = first;
  for (int step = 0; step < steps; ++step) {
    Index i("i"), j("j"), k("k"), l("l");
    Tensor u(i, sum(j, a(i, j) * v(j)) + 3.0 * v(i));
    v = Tensor(k, u(k) / sqrt(sum(l, square(u(l)))));
  }
  Index i("i"), j("j");
  Program p("power", {a, first}, {{"rayleigh", sum({i, j}, v(i) * a(i, j) * v(j))}});
  agree(p, {draw({9, 9}), draw({9}, 0.5, 1)}, {a, first}, [](const List &in) {
    const Values &a = in[0];
    Values v = in[1], u = in[1];
    for (int step = 0; step < steps; ++step) {
      Number norm = 0, total = 0;
      for (int i = 0; i < 9; ++i) {
        u(i) = 3.0 * v(i);
        for (int j = 0; j < 9; ++j)
          u(i) += a(i, j) * v(j);
        total += u(i) * u(i);
      }
      norm = sqrt(total);
      for (int i = 0; i < 9; ++i)
        v(i) = u(i) / norm;
    }
    Number sum = 0;
    for (int i = 0; i < 9; ++i)
      for (int j = 0; j < 9; ++j)
        sum += v(i) * a(i, j) * v(j);
    return List{scalar(sum)};
  });
}

TEST(Iterations, sinkhorn) {
  Tensor x("x", 2), y("y", 2);
  Scalar eps("eps");
  constexpr int steps = 5;
  auto cost = [&](Index i, Index j) {
    Index k("k");
    return sum(k, square(x(i, k) - y(j, k)));
  };
  Index first("i"), last("j");
  Tensor f(first, 0.0 * x(first, 0)), g(last, 0.0 * y(last, 0));
  for (int step = 0; step < steps; ++step) {
    Index i("i"), j("j"), p("p"), q("q");
    g = Tensor(j, -eps * (logsumexp(i, (f(i) - cost(i, j)) / eps) - log(to_real(extent(x, 0)))));
    f = Tensor(p, -eps * (logsumexp(q, (g(q) - cost(p, q)) / eps) - log(to_real(extent(y, 0)))));
  }
  Index i("i"), j("j");
  Program program("sinkhorn", {x, y, eps}, {{"cost", mean(i, f(i)) + mean(j, g(j))}});
  agree(program, {draw({7, 2}), draw({11, 2}), number(0.3)}, {x, y, eps}, [](const List &in) {
    const Values &x = in[0], &y = in[1];
    const Number eps = in[2].data[0];
    const std::int64_t n = x.size(0), m = y.size(0);
    Values f({n}), g({m});
    for (int step = 0; step < steps; ++step) {
      for (int j = 0; j < m; ++j) {
        Number sum = 0;
        for (int i = 0; i < n; ++i)
          sum += exp((f(i) - squaredDistance(x, i, y, j)) / eps);
        g(j) = -eps * (log(sum) - std::log(static_cast<double>(n)));
      }
      for (int i = 0; i < n; ++i) {
        Number sum = 0;
        for (int j = 0; j < m; ++j)
          sum += exp((g(j) - squaredDistance(x, i, y, j)) / eps);
        f(i) = -eps * (log(sum) - std::log(static_cast<double>(m)));
      }
    }
    Number total = 0;
    for (int i = 0; i < n; ++i)
      total += f(i) / static_cast<double>(n);
    for (int j = 0; j < m; ++j)
      total += g(j) / static_cast<double>(m);
    return List{scalar(total)};
  });
}

TEST(Iterations, meanField) {
  Tensor unary("unary", 2), place("place", 2);
  constexpr int steps = 3;
  Index i0("i"), k0("k");
  Tensor q({i0, k0}, softmax(k0, unary(i0, k0)));
  for (int step = 0; step < steps; ++step) {
    Index i("i"), j("j"), k("k"), l("l");
    Expr near = exp(-sum(l, square(place(i, l) - place(j, l))));
    Tensor before = q;
    q = Tensor({i, k}, softmax(k, unary(i, k) + 0.2 * sum(j, near * before(j, k), i != j)));
  }
  Index i("i"), k("k");
  Program p("mean_field", {unary, place}, {{"entropy", -sum({i, k}, xlogx(q(i, k)))}, {"share", {i, k}, q(i, k)}});
  agree(p, {draw({8, 4}), draw({8, 3})}, {unary, place}, [](const List &in) {
    const Values &unary = in[0], &place = in[1];
    auto shares = [](Values scores) {
      for (int i = 0; i < 8; ++i) {
        Number total = 0;
        for (int k = 0; k < 4; ++k)
          total += exp(scores(i, k));
        for (int k = 0; k < 4; ++k)
          scores(i, k) = exp(scores(i, k)) / total;
      }
      return scores;
    };
    Values q = shares(unary);
    for (int step = 0; step < steps; ++step) {
      Values scores = unary;
      for (int i = 0; i < 8; ++i)
        for (int j = 0; j < 8; ++j)
          for (int k = 0; i != j && k < 4; ++k)
            scores(i, k) += 0.2 * exp(-squaredDistance(place, i, place, j)) * q(j, k);
      q = shares(scores);
    }
    Number entropy = 0;
    for (Number share : q.data)
      entropy -= share * log(share);
    return List{scalar(entropy), q};
  });
}

TEST(Iterations, residualLayersWithNorms) {
  Tensor x("x", 2), w("w", 2);
  constexpr int layers = 4;
  Tensor h = x;
  for (int layer = 0; layer < layers; ++layer) {
    Index i("i"), k("k"), l("l"), m("m"), q("q");
    Tensor in = h;
    Tensor centred({i, k}, in(i, k) - mean(m, in(i, m)));
    Tensor normed({i, k}, centred(i, k) / sqrt(1e-3 + mean(q, square(centred(i, q)))));
    h = Tensor({i, k}, in(i, k) + tanh(sum(l, w(k, l) * normed(i, l))));
  }
  Index i("i"), k("k");
  Program p("residual", {x, w}, {{"loss", mean({i, k}, square(h(i, k)))}});
  agree(p, {draw({5, 6}), draw({6, 6}, -0.4, 0.4)}, {x, w}, [](const List &in) {
    const Values &w = in[1];
    Values h = in[0];
    for (int layer = 0; layer < layers; ++layer) {
      Values next = h;
      for (int i = 0; i < 5; ++i) {
        Number centre = 0, spread = 0;
        for (int k = 0; k < 6; ++k)
          centre += h(i, k) / 6.0;
        for (int k = 0; k < 6; ++k)
          spread += square(h(i, k) - centre) / 6.0;
        for (int k = 0; k < 6; ++k) {
          Number sum = 0;
          for (int l = 0; l < 6; ++l)
            sum += w(k, l) * (h(i, l) - centre) / sqrt(1e-3 + spread);
          next(i, k) += tanh(sum);
        }
      }
      h = next;
    }
    Number loss = 0;
    for (Number value : h.data)
      loss += value * value / 30.0;
    return List{scalar(loss)};
  });
}

// Steps of gradient descent inside of a loss, for two targets and with other rates: derivatives of derivatives in nests that share code.
TEST(Iterations, descentInside) {
  Tensor x("x", 2), y("y", 1), z("z", 1);
  Scalar eta("eta");
  constexpr int steps = 3;
  auto fitted = [&](const Tensor &target, double rate) {
    Index first("k");
    Tensor w(first, 0.0 * x(0, first));
    for (int step = 0; step < steps; ++step) {
      auto loss = [&](const Tensor &v) {
        Index i("i"), k("k");
        return mean(i, square(sum(k, x(i, k) * v(k)) - target(i)));
      };
      Tensor slope = gradient(loss, w), before = w;
      Index k("k");
      w = Tensor(k, before(k) - eta * rate * slope(k));
    }
    return w;
  };
  Tensor u = fitted(y, 1.0), v = fitted(z, 0.5);
  Index i("i"), k("k"), l("l");
  Program p("descent", {x, y, z, eta},
            {{"loss", mean(i, square(sum(k, x(i, k) * u(k)) - y(i)) + square(sum(l, x(i, l) * v(l)) - z(i)))}});
  agree(p, {draw({10, 3}), draw({10}), draw({10}), number(0.4)}, {x, y, z, eta}, [](const List &in) {
    const Values &x = in[0];
    auto loss = [&](const Values &target, double rate) {
      Values w({3});
      auto residual = [&](int i) { return x(i, 0) * w(0) + x(i, 1) * w(1) + x(i, 2) * w(2) - target(i); };
      for (int step = 0; step < steps; ++step) {
        Values next = w;
        for (int i = 0; i < 10; ++i)
          for (int k = 0; k < 3; ++k)
            next(k) -= in[3].data[0] * rate * 2.0 * x(i, k) * residual(i) / 10.0;
        w = next;
      }
      Number total = 0;
      for (int i = 0; i < 10; ++i)
        total += square(residual(i)) / 10.0;
      return total;
    };
    return List{scalar(loss(in[1], 1) + loss(in[2], 0.5))};
  });
}

} // namespace
