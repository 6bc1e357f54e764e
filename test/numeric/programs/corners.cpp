// What the language allows and few programs use: subscripts of every form, values at kinks, indices as
// values, scopes.
#include "Agree.h"

#include <gtest/gtest.h>

using namespace mercer;
using namespace mercer::test;

namespace {

class Corners : public ::testing::Test {
protected:
  Tensor x{"x", 2}, w{"w", 1}, label{"label", 1, integer};
  Index i{"i"}, j{"j"}, k{"k"};
};

TEST_F(Corners, subscriptsOfEveryForm) {
  Index even("even", floor_div(extent(x, 1), 2)), all("all", extent(x, 1)), two("two", 2),
      r("r", extent(x, 0));
  Program p("subscripts", {x, w},
            {{"transposed", {k, i}, x(i, k)},
             {"diagonal", r, x(r, r)},
             {"reversed", {i, all}, x(i, extent(x, 1) - 1 - all)},
             {"evens", {i, even}, x(i, 2 * even) - x(i, 2 * even + 1)},
             {"hankel", {r, two}, w(r + 2 * two)},
             {"rolled", r, x((r + 1) % extent(x, 0), 0)},
             {"corner", x(0, 1) * x(3, 3)},
             {"swapped", {i, k}, transpose(x)(k, i)}});
  agree(p, {draw({4, 6}), draw({6})}, {x, w}, [](const List &in) {
    const Values &x = in[0];
    Values transposed({6, 4}), diagonal(Shape(4)), reversed({4, 6}), evens({4, 3}), hankel({4, 2}),
        rolled(Shape(4)), swapped = x;
    for (int i = 0; i < 4; ++i) {
      diagonal(i) = x(i, i);
      rolled(i) = x((i + 1) % 4, 0);
      for (int k = 0; k < 6; ++k) {
        transposed(k, i) = x(i, k);
        reversed(i, k) = x(i, 5 - k);
      }
      for (int e = 0; e < 3; ++e)
        evens(i, e) = x(i, 2 * e) - x(i, 2 * e + 1);
      for (int t = 0; t < 2; ++t)
        hankel(i, t) = in[1](i + 2 * t);
    }
    return List{transposed, diagonal, reversed, evens, hankel, rolled, scalar(x(0, 1) * x(3, 3)), swapped};
  });
}

TEST_F(Corners, steepFunctionsOfWhatDoesNotVary) {
  // Infinite slopes at 0 meet what is flat there; away from 0 the slopes are ordinary.
  Program p("steep", {w},
            {{"cbrt", i, cbrt(square(w(i)))},
             {"xlogx", i, xlogx(square(w(i)))},
             {"asin", i, asin(1.0 - square(square(w(i))))},
             {"sqrt", i, sqrt(square(w(i)) * abs(w(i)))},
             {"away", i, sqrt(square(w(i)) + 0.25)},
             {"sum", cbrt(sum(i, square(w(i)) * 0.0))}});
  agree(p, {list({4}, {0, 0.5, -0.5, 0})}, {w}, [](const List &in) {
    Values cbrts(Shape(4)), xlogxs(Shape(4)), asins(Shape(4)), sqrts(Shape(4)), away(Shape(4));
    for (int i = 0; i < 4; ++i) {
      Number x = in[0](i), square = x * x;
      bool zero = i == 0 || i == 3;
      cbrts(i) = zero ? square : exp(log(square) / Number(3));
      xlogxs(i) = zero ? square : square * log(square);
      Number u = Number(1) - square * square;
      asins(i) = zero ? Number(std::asin(1.0)) : chain(u, std::asin(u.value), 1 / std::sqrt(1 - u.value * u.value), 0);
      sqrts(i) = zero ? square : exp(log(square) * Number(0.75));
      away(i) = sqrt(square + Number(0.25));
    }
    return List{cbrts, xlogxs, asins, sqrts, away, scalar(Number(0))};
  });
}

TEST_F(Corners, whatAPredicateGuardsIsNotRead) {
  // Reads outside of tensors, by indices and by data, where nobody looks.
  Tensor next("next", 1, integer);
  Index t("t", extent(w, 0));
  Program p("guarded", {w, next},
            {{"difference", t, where(t > 0, w(t) - w(t - 1), w(t))},
             {"linked", t, where(next(t) >= 0 && next(t) < extent(w, 0), w(next(t)), 0.0)},
             {"smooth", sum(t, square(w(t + 1) - 2.0 * w(t) + w(t - 1)), t > 0 && t + 1 < extent(w, 0))},
             {"twice", t, where(next(t) < 0, -1.0, where(next(next(t)) < 0, -2.0, w(next(next(t)))))}});
  agree(p, {draw({6}), list({6}, {3, -1, 5, 2, 0, 1})}, {w}, [](const List &in) {
    const Values &w = in[0];
    Values difference(w), linked(w), twice(w);
    Number smooth = 0;
    for (int t = 0; t < 6; ++t) {
      std::int64_t next = in[1].at(t);
      difference(t) = t > 0 ? w(t) - w(t - 1) : w(t);
      linked(t) = next >= 0 ? w(next) : Number(0);
      twice(t) = next < 0 ? Number(-1) : in[1].at(next) < 0 ? Number(-2) : w(in[1].at(next));
      if (t > 0 && t < 5)
        smooth += square(w(t + 1) - 2.0 * w(t) + w(t - 1));
    }
    return List{difference, linked, scalar(smooth), twice};
  });
}

TEST_F(Corners, positionsThatSubscript) {
  // The row of the largest score gets the gradient, and the first of equals is the largest.
  Expr best = argmax(i, sum(k, x(i, k)));
  Program p("chosen", {x, w},
            {{"loss", sum(k, x(best, k) * w(k)) + w(argmin(k, w(k))) * max(i, x(i, 1))},
             {"best", best},
             {"nothing", argmax(i, x(i, 0), x(i, 0) > 100.0)},
             {"truncated", k, x(to_integer(abs(w(k)) * 2.5), 0)}});
  agree(p, {list({4, 3}, {1, 2, 3, 3, 2, 1, 0, 5, 1, -1, 5, 2}), list({3}, {0.5, -0.75, 1})}, {x, w},
        [](const List &in) {
          Values truncated(in[1]);
          for (int k = 0; k < 3; ++k)
            truncated(k) = in[0](static_cast<int>(std::fabs(in[1](k).value) * 2.5), 0);
          Number loss = in[1](1) * in[0](2, 1);
          for (int k = 0; k < 3; ++k)
            loss += in[0](0, k) * in[1](k);
          return List{scalar(loss), scalar(0), scalar(-1), truncated};
        });
}

TEST_F(Corners, derivativesAtKinks) {
  // At 0: relu, abs, norm, sqrt under a zero seed, min and max of equals; beside it: what is smooth.
  Tensor zero("zero", 1);
  Expr v = w(i);
  Program p(
      "kinks", {w, zero},
      {{"loss", sum(i, relu(v) + abs(v) + clamp(v, 0.0, 1.0) + minimum(v, 1.0) + sign(v) + floor(v) +
                           round(v) + ceil(v)) +
                    norm(zero) + 3.0 * max(i, zero(i)) + prod(i, w(i) + 1.0) + sum(i, xlogx(abs(w(i))))}});
  std::vector<double> W{0.25, 1.5, -0.5, 0.5}, Z{0, 0, 0};
  Program whole = value_and_gradient(p, {w, zero});
  for (const Function &f : {jit(whole), interpret(whole)}) {
    auto [value, dw, dz] = f.call<3>(view(W, {4}), view(Z, {3}));
    double right = 0, product = 1;
    for (double v : W) {
      right += std::max(v, 0.0) + std::fabs(v) + std::min(std::max(v, 0.0), 1.0) + std::min(v, 1.0) +
               (v > 0 ? 1 : -1) + std::floor(v) + std::nearbyint(v) + std::ceil(v) +
               std::fabs(v) * std::log(std::fabs(v));
      product *= v + 1;
    }
    EXPECT_NEAR(value.item<double>(), right + product, 1e-13);
    for (std::size_t e = 0; e < 4; ++e) {
      double v = W[e], s = v > 0 ? 1 : -1;
      double slope =
          (v > 0) + s + (v > 0 && v < 1) + (v < 1) + s * (std::log(std::fabs(v)) + 1) + product / (v + 1);
      EXPECT_NEAR(dw.data<double>()[e], slope, 1e-13) << e;
    }
    EXPECT_EQ(dz.data<double>()[0], 3) << "the first of equals, and no NaN from the norm";
    EXPECT_EQ(dz.data<double>()[1], 0);
  }
  Expr at = w(0);
  Program kinks("at_zero", {w},
                {{"loss", relu(at) + 10.0 * abs(at) + 100.0 * norm(w) + 1000.0 * sqrt(square(at))}});
  Program slopes = value_and_gradient(kinks, {w});
  std::vector<double> O{0};
  for (const Function &f : {jit(slopes), interpret(slopes)})
    EXPECT_EQ(f.call<2>(view(O, {1}))[1].item<double>(), 0);
}

TEST_F(Corners, productsWithZerosHaveGradients) {
  Program p("products", {x}, {{"loss", sum(i, prod(k, x(i, k)))}, {"rows", i, prod(k, x(i, k), k != i)}});
  agree(p, {list({3, 4}, {1, 2, 0, 3, 0, 0, 5, 2, 1, 2, 3, 4})}, {x},
        [](const List &in) {
          Number loss = 0;
          Values rows(Shape(3));
          for (int i = 0; i < 3; ++i) {
            Number all = 1;
            rows(i) = 1;
            for (int k = 0; k < 4; ++k) {
              all *= in[0](i, k);
              if (k != i)
                rows(i) *= in[0](i, k);
            }
            loss += all;
          }
          return List{scalar(loss), rows};
        },
        {.second = true});
}

TEST_F(Corners, scopesAreThoseOfAPaper) {
  // The same index bound again inside; a definition read at an index that its body binds; a function called
  // twice.
  Tensor rows(i, sum(j, x(i, j)));
  auto spread = [&](const Tensor &t) { return sum(i, square(t(i) - mean(i, t(i)))); };
  Program p("scopes", {x, w},
            {{"nested", sum(i, w(i) * sum(i, w(i) * w(i)))},
             {"captured", i, sum(j, rows(j) * x(j, i) + sum(i, rows(i)), j < i + 1 && j < extent(x, 0))},
             {"twice", spread(w) + spread(rows)},
             {"position", i, to_real(i * i - extent(i)) + 0.0 * w(i)}});
  agree(p, {draw({4, 5}), draw({5})}, {x, w}, [](const List &in) {
    const Values &x = in[0], &w = in[1];
    Number inner = 0, nested = 0, total = 0;
    std::vector<Number> rows(4);
    for (int i = 0; i < 5; ++i)
      inner += w(i) * w(i);
    for (int i = 0; i < 5; ++i)
      nested += w(i) * inner;
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 5; ++j) {
        rows[static_cast<std::size_t>(i)] += x(i, j);
        total += x(i, j);
      }
    Values captured(w), position(w);
    for (int i = 0; i < 5; ++i) {
      captured(i) = 0;
      position(i) = i * i - 5;
      for (int j = 0; j < 4 && j < i + 1; ++j)
        captured(i) += rows[static_cast<std::size_t>(j)] * x(j, i) + total;
    }
    auto spread = [](const std::vector<Number> &v) {
      Number m = 0, s = 0;
      for (const Number &e : v)
        m += e / static_cast<double>(v.size());
      for (const Number &e : v)
        s += square(e - m);
      return s;
    };
    return List{scalar(nested), captured, scalar(spread(w.data) + spread(rows)), position};
  });
}

TEST_F(Corners, thirdDerivatives) {
  auto f = [&](const Expr &t) { return exp(-square(t)) * sin(2.0 * t) + pow(1.0 + square(t), 1.5); };
  auto d = [](const std::function<Expr(const Expr &)> &g) {
    return [g](const Expr &t) { return derivative(g, t); };
  };
  // Central differences of the second derivative that the loops' numbers carry.
  Program p("third", {w}, {{"third", i, d(d(d(f)))(w(i))}, {"sum", sum(i, d(d(f))(w(i)))}});
  std::vector<double> W{-1.3, -0.2, 0, 0.4, 2};
  auto second = [](double t) {
    Number n(t, 1, 1, 0);
    return (exp(-square(n)) * sin(2.0 * n) + power(1.0 + square(n), 1.5)).mixed;
  };
  for (const Function &g : {jit(p), interpret(p)}) {
    auto [third, total] = g.call<2>(view(W, {5}));
    double right = 0;
    for (std::size_t e = 0; e < W.size(); ++e) {
      right += second(W[e]);
      EXPECT_NEAR(third.data<double>()[e], (second(W[e] + 1e-5) - second(W[e] - 1e-5)) / 2e-5, 1e-7) << e;
    }
    EXPECT_NEAR(total.item<double>(), right, 1e-12);
  }
}

TEST_F(Corners, programsOfProgramsCompose) {
  // The derivative along t of the gradient is the Hessian times t: jvp of gradient against
  // hessian_vector_product.
  Program loss("loss", {x, w}, {{"loss", sum(i, log1p(exp(dot(x[i], w)))) + sum(k, square(square(w(k))))}});
  std::vector<double> X, W{0.3, -0.2, 0.9}, T{1, -2, 0.5};
  for (int e = 0; e < 15; ++e)
    X.push_back(std::sin(3.0 * e));
  Array along = jit(jvp(gradient(loss, {w}), {w})).call<2>(view(X, {5, 3}), view(W, {3}), view(T, {3}))[1];
  Array times = jit(hessian_vector_product(loss, w)).call<3>(view(X, {5, 3}), view(W, {3}), view(T, {3}))[2];
  for (int k = 0; k < 3; ++k) {
    double right =
        12 * W[static_cast<std::size_t>(k)] * W[static_cast<std::size_t>(k)] * T[static_cast<std::size_t>(k)];
    for (int i = 0; i < 5; ++i) {
      double z = 0, t = 0;
      for (int c = 0; c < 3; ++c) {
        z += X[static_cast<std::size_t>(3 * i + c)] * W[static_cast<std::size_t>(c)];
        t += X[static_cast<std::size_t>(3 * i + c)] * T[static_cast<std::size_t>(c)];
      }
      double s = 1 / (1 + std::exp(-z));
      right += s * (1 - s) * t * X[static_cast<std::size_t>(3 * i + k)];
    }
    EXPECT_NEAR(along.data<double>()[k], right, 1e-12);
    EXPECT_NEAR(times.data<double>()[k], right, 1e-12);
  }
}

TEST_F(Corners, naiveFormulasAreSafe) {
  // As a paper writes them, at values where exp overflows or differences vanish.
  Tensor p(i, exp(w(i)) / sum(j, exp(w(j))));
  Program losses("naive", {w, label},
                 {{"nll", -log(p(label(0)))},
                  {"lse", log(sum(j, exp(w(j))))},
                  {"soft", sum(i, log(1.0 + exp(w(i))))},
                  {"tail", sum(i, log(1.0 - sigmoid(w(i))))},
                  {"entropy", -sum(i, p(i) * log(p(i)))}});
  std::vector<double> W{900, 1000, -800, 998};
  std::vector<float> F(W.begin(), W.end());
  std::vector<std::int64_t> L{2};
  double lse = 1000 + std::log1p(std::exp(-2.0) + std::exp(-100.0));
  double entropy = 0;
  for (double v : W)
    entropy -= v < 0 ? 0 : std::exp(v - lse) * (v - lse);
  Program whole = value_and_gradient(losses, {w});
  for (bool single : {false, true}) {
    auto [nll, l, soft, tail, h, dw] = jit(whole).call<6>(single ? view(F, {4}) : view(W, {4}), view(L, {1}));
    // In f32 a log-sum-exp of 1000 is a multiple of 6e-5, and what is divided by it has that relative error.
    double tolerance = single ? 2e-4 : 1e-11, small = single ? 6e-5 : 1e-12;
    EXPECT_NEAR(nll.item<double>(), lse + 800, tolerance);
    EXPECT_NEAR(l.item<double>(), lse, tolerance);
    EXPECT_NEAR(soft.item<double>(), 2898, tolerance);
    EXPECT_NEAR(tail.item<double>(), -2898, tolerance);
    EXPECT_NEAR(h.item<double>(), entropy, small);
    double slope = single ? dw.data<float>()[1] : dw.data<double>()[1];
    EXPECT_NEAR(slope, std::exp(1000 - lse), small);
    EXPECT_EQ(single ? dw.data<float>()[2] : dw.data<double>()[2], -1);
  }
}

} // namespace
