// How arguments are stored, how results are returned, what options do: none of it changes the mathematics.
#include "Agree.h"

#include <mercer/library.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

using namespace mercer;
using namespace mercer::test;

namespace {

class Storage : public ::testing::Test {
protected:
  Tensor x{"x", 2}, w{"w", 1}, label{"label", 1, integer}, keep{"keep", 1, mercer::boolean};
  Index i{"i"}, k{"k"}, j{"j"};
};

TEST_F(Storage, allTypesInOneProgram) {
  Scalar scale("scale"), shift("shift", integer), negate("negate", mercer::boolean);
  Tensor half_("h", 1), brain("b", 1), byte("byte", 1, integer), wide("wide", 1, integer);
  Expr value = scale * x(i, byte(i)) + half_(i) * brain(i) + to_real(wide(i) % 7 + shift);
  Program p("mixed", {x, half_, brain, byte, wide, keep, scale, shift, negate},
            {{"loss", sum(i, where(negate, -value, value), keep(i))},
             {"positions", i, where(keep(i), byte(i) * 2 + shift, -1)},
             {"flags", i, keep(i) && wide(i) > 0}});
  agree(p,
        {draw({5, 3}), stored(draw({5}), DType::f16), stored(draw({5}), DType::bf16),
         stored(list({5}, {0, 2, 1, 1, 0}), DType::i8), stored(list({5}, {-9, 1e12, 3, -1, 0}), DType::i64),
         list({5}, {1, 1, 0, 1, 1}), number(1.5), stored(number(2), DType::i64),
         stored(number(1), DType::boolean)},
        {x, Tensor(scale)}, [](const List &in) {
          Number loss = 0;
          Values positions(Shape(5)), flags(Shape(5));
          for (int i = 0; i < 5; ++i) {
            std::int64_t wide = in[4].at(i);
            Number value = in[6].data[0] * in[0](i, in[3].at(i)) + in[1](i) * in[2](i) +
                           static_cast<double>((wide % 7 + 7) % 7 + 2);
            bool keep = in[5].at(i) != 0;
            if (keep)
              loss -= value;
            positions(i) = keep ? static_cast<double>(in[3].at(i) * 2 + 2) : -1.0;
            flags(i) = keep && wide > 0;
          }
          return List{scalar(loss), positions, flags};
        });
}

TEST_F(Storage, nothingAtAll) {
  // No rows: sums are 0, means 0, maxima minus infinity, and a gradient of no elements.
  Program p("empty", {x, w, label},
            {{"loss", sum({i, k}, square(x(i, k)) * w(k)) + mean(i, to_real(label(i)))},
             {"largest", max({i, k}, x(i, k))},
             {"rows", i, sum(k, x(i, k))},
             {"pairs", {i, j}, dot(x[i], x[j])}});
  agree(p, {list({0, 3}, {}), draw({3}), list({0}, {})}, {x, w},
        [](const List &) { return List{scalar(0), scalar(-HUGE_VAL), Values({0}), Values({0, 0})}; });
  agree(p, {list({4, 0}, {}), list({0}, {}), list({4}, {1, 2, 3, 4})}, {x, w},
        [](const List &) { return List{scalar(2.5), scalar(-HUGE_VAL), Values({4}), Values({4, 4})}; });
}

TEST_F(Storage, viewsOfAnyStride) {
  // One row read by every subscript, columns backwards, every other row: copies of nothing.
  Program p("strided", {x, w},
            {{"a", i, sum(k, x(i, k) * w(k))}, {"b", {i, j}, squared_distance(x[i], x[j])}});
  std::vector<double> X(24), W{2};
  for (std::size_t e = 0; e < X.size(); ++e)
    X[e] = std::sin(static_cast<double>(e));
  View backwards = view(X.data() + 23, {4, 3}, {-6, -1}), weight = view(W.data(), {3}, {0});
  for (const Function &f : {jit(p), interpret(p)}) {
    auto [a, b] = f.call<2>(backwards, weight);
    for (int r = 0; r < 4; ++r) {
      double sum = 0;
      for (int c = 0; c < 3; ++c)
        sum += 2 * X[static_cast<std::size_t>(23 - 6 * r - c)];
      EXPECT_NEAR(a.data<double>()[r], sum, 1e-14);
      for (int s = 0; s < 4; ++s) {
        double squares = 0;
        for (int c = 0; c < 3; ++c)
          squares += std::pow(
              X[static_cast<std::size_t>(23 - 6 * r - c)] - X[static_cast<std::size_t>(23 - 6 * s - c)], 2);
        EXPECT_NEAR(b.data<double>()[4 * r + s], squares, 1e-13);
      }
    }
    // Outputs may run backwards, in columns, and as another type.
    std::vector<float> A(8, -1.0f);
    std::vector<double> B(32, -1.0);
    f.run({backwards, weight}, {view(A.data() + 7, {4}, {-2}), view(B.data(), {4, 4}, {1, 8})});
    for (int r = 0; r < 4; ++r) {
      EXPECT_EQ(A[static_cast<std::size_t>(7 - 2 * r)], static_cast<float>(a.data<double>()[r]));
      EXPECT_EQ(A[static_cast<std::size_t>(6 - 2 * r)], -1.0f) << "between the elements";
      for (int s = 0; s < 4; ++s)
        EXPECT_EQ(B[static_cast<std::size_t>(r + 8 * s)], b.data<double>()[4 * r + s]);
    }
  }
}

TEST_F(Storage, trainingInPlace) {
  // Momentum and weights are updated where they stand; a plain loop does the same.
  Tensor v("v", 1), g("g", 1);
  Scalar rate("rate"), momentum("momentum");
  Expr velocity = momentum * v(i) + g(i);
  Function step = jit(Program("sgd", {w, v, g, rate, momentum},
                              {{"w_next", i, w(i) - rate * velocity}, {"v_next", i, velocity}}));
  std::vector<float> W(1000, 1.0f), V(1000, 0.0f), G(1000);
  std::vector<double> w0(1000, 1.0), v0(1000, 0.0);
  for (int s = 0; s < 5; ++s) {
    for (std::size_t e = 0; e < 1000; ++e) {
      G[e] = static_cast<float>(std::cos(static_cast<double>(e * (1 + static_cast<std::size_t>(s)))));
      v0[e] = 0.9 * v0[e] + G[e];
      w0[e] -= 0.1 * v0[e];
    }
    step.run({view(W, {1000}), view(V, {1000}), view(G, {1000}), 0.1, 0.9},
             {view(W, {1000}), view(V, {1000})});
  }
  for (std::size_t e = 0; e < 1000; ++e) {
    ASSERT_NEAR(W[e], w0[e], 1e-5);
    ASSERT_NEAR(V[e], v0[e], 1e-5);
  }
}

TEST_F(Storage, integersFromDataAndBack) {
  // A histogram and a scatter by predicate, in narrow types on both sides.
  Index c("c", 4);
  Function f = jit(Program("histogram", {label, w},
                           {{"counts", c, count(i, label(i) == c)},
                            {"first", c, argmax(i, to_real(label(i) == c))},
                            {"mass", c, sum(i, w(i), label(i) == c)}}));
  std::vector<std::int32_t> L{3, 0, 0, 2, 3, 3, 7, -1};
  std::vector<float> W{1, 2, 4, 8, 16, 32, 64, 128};
  std::vector<std::int8_t> counts(4);
  std::vector<std::int32_t> first(4);
  std::vector<bfloat16> mass(4);
  f.run({view(L, {8}), view(W, {8})}, {view(counts, {4}), view(first, {4}), view(mass, {4})});
  EXPECT_EQ(counts, (std::vector<std::int8_t>{2, 0, 1, 3}));
  EXPECT_EQ(first, (std::vector<std::int32_t>{1, 0, 3, 0}));
  EXPECT_EQ(static_cast<float>(mass[0]), 6);
  EXPECT_EQ(static_cast<float>(mass[1]), 0);
  EXPECT_EQ(static_cast<float>(mass[3]), 49);
}

TEST_F(Storage, extentsFromNumbers) {
  // Windows of a length that is an argument; negative means none.
  Scalar length("length", integer);
  Index lag("lag", length), t("t", extent(w, 0) - length + 1);
  Program p("moving", {w, length}, {{"average", t, mean(lag, w(t + lag))}});
  for (int n : {1, 3, 10}) {
    std::vector<double> W{3, 1, 4, 1, 5, 9, 2, 6, 5, 3};
    for (const Function &f : {jit(p), interpret(p)}) {
      Array average = f(view(W, {10}), n);
      ASSERT_EQ(average.size(), 11 - n);
      for (int t = 0; t < average.size(); ++t) {
        double sum = 0;
        for (int l = 0; l < n; ++l)
          sum += W[static_cast<std::size_t>(t + l)];
        EXPECT_NEAR(average.data<double>()[t], sum / n, 1e-14);
      }
    }
  }
  std::vector<double> W{1, 2};
  EXPECT_EQ(jit(Program("none", {w, length}, {{"s", sum(lag, w(lag))}}))(view(W, {2}), -4).item<double>(), 0);
}

TEST_F(Storage, fastAndAccurateAgree) {
  Expr s = x(i, k) * w(k);
  Program p("activations", {x, w},
            {{"a", mean({i, k}, gelu(s) + softplus(s) * tanh(s) + log1p(exp(-square(s))) + erf(s))}});
  Program whole = value_and_gradient(p, {w});
  std::vector<float> X(50 * 40), W(40);
  for (std::size_t e = 0; e < X.size(); ++e)
    X[e] = 3 * std::sin(0.1f * static_cast<float>(e));
  for (std::size_t e = 0; e < W.size(); ++e)
    W[e] = std::cos(static_cast<float>(e));
  std::vector<double> right;
  for (const Function &f : {interpret(whole), jit(whole), jit(whole, {.accumulate = DType::f64}),
                            jit(whole, {.precision = Precision::fast}), jit(whole, {.threads = 1})}) {
    auto [value, slope] = f.call<2>(view(X, {50, 40}), view(W, {40}));
    std::vector<double> given{value.item<double>()};
    for (int e = 0; e < 40; ++e)
      given.push_back(slope.dtype() == DType::f32 ? slope.data<float>()[e] : slope.data<double>()[e]);
    if (right.empty())
      right = given;
    for (std::size_t e = 0; e < given.size(); ++e)
      EXPECT_NEAR(given[e], right[e], 3e-6) << e;
  }
}

TEST_F(Storage, sixteenBitsOnProcessorsWithoutThem) {
  // AVX2 has no instruction for bf16; results are rounded to it, ties to even, all the same.
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
    GTEST_SKIP() << "no AVX2";
  Tensor h("h", 1), b("b", 1);
  Program whole = value_and_gradient(
      Program("halves", {x, h, b}, {{"loss", sum(i, x(i, 0) * square(h(i)) * b(i))}}), {h, b});
  std::vector<double> X;
  std::vector<half> H;
  std::vector<bfloat16> B;
  for (int e = 0; e < 37; ++e) {
    X.push_back(0.3 + e / 64.0);
    H.emplace_back(static_cast<float>(e) / 32.0f - 0.5f);
    B.emplace_back(static_cast<float>(e) / 16.0f - 1.0f);
  }
  for (const char *target : {"host", "haswell"}) {
    JitOptions options;
    options.target = target;
    auto [loss, dh, db] = jit(whole, options).call<3>(view(X, {37, 1}), view(H, {37}), view(B, {37}));
    for (std::size_t e = 0; e < 37; ++e) {
      double bv = static_cast<float>(B[e]), hv = static_cast<float>(H[e]);
      EXPECT_NEAR(static_cast<float>(dh.data<half>()[e]), 2 * X[e] * hv * bv,
                  0x1p-11 * std::fabs(2 * X[e] * hv * bv))
          << target;
      EXPECT_NEAR(static_cast<float>(db.data<bfloat16>()[e]), X[e] * hv * hv,
                  0x1.01p-8 * std::fabs(X[e] * hv * hv))
          << target;
    }
  }
}

TEST_F(Storage, manyTermsInDoublePrecision) {
  // A large mean and a small variance: what f32 can hold, and what f64 sums add to it.
  std::vector<float> W(200'000);
  double sum = 0, squares = 0;
  for (std::size_t e = 0; e < W.size(); ++e)
    sum += W[e] = 1000.0f + static_cast<float>(e % 7) / 8;
  for (float value : W)
    squares += std::pow(value - sum / 200'000, 2);
  Function f = jit(Program("moments", {w}, {{"mean", mean(i, w(i))}, {"variance", variance(i, w(i))}}),
                   {.accumulate = DType::f64});
  auto [m, v] = f.call<2>(view(W, {200'000}));
  EXPECT_NEAR(m.item<double>(), sum / 200'000, 1e-4);
  EXPECT_NEAR(v.item<double>(), squares / 200'000, 1e-6);
}

TEST_F(Storage, errorsNameTheUsersLine) {
  auto textOf = [](const std::function<void()> &body) {
    try {
      body();
    } catch (const Error &error) {
      return std::string(error.what()) + " @" + std::to_string(error.where().line());
    }
    return std::string("no error");
  };
  Tensor u("u", 1);
  int line = __LINE__ + 1;
  Program p("product", {w, u}, {{"a", dot(w, u)}});
  std::vector<double> W(4), U(3);
  std::string text = textOf([&] { jit(p)(view(W, {4}), view(U, {3})); });
  EXPECT_NE(text.find("storage.cpp:" + std::to_string(line) +
                      ": product: index 'k' runs over dimension 0 of 'w' with size 4 and over "
                      "dimension 0 of 'u' with size 3; they must be equal"),
            std::string::npos)
      << text;
  Program kernel("kernel", {x, w}, {{"a", {i, j}, kernel_matrix(kernels::linear(), x, x)(i, j)}});
  text = textOf([&] { kernel_matrix(kernels::linear(), w, x); });
  EXPECT_NE(text.find("storage.cpp:" + std::to_string(__LINE__ - 1) +
                      ": kernel_matrix, argument 'w': expected rank 2"),
            std::string::npos)
      << text;
  // Of entries of the library too, whose bodies the user did not write.
  auto expectEntry = [&](const std::function<void()> &body, const std::string &expected, int line) {
    std::string given = textOf(body);
    EXPECT_NE(given.find("storage.cpp:" + std::to_string(line) + ": " + expected + " @"), std::string::npos)
        << given;
  };
  expectEntry([&] { classification::cross_entropy(w, label); },
              "cross_entropy, argument 'input': expected rank 2 (n,c), given rank 1", __LINE__ - 1);
  expectEntry([&] { classification::cross_entropy(x, w); },
              "cross_entropy, argument 'target': expected integers, given real ones", __LINE__ - 1);
  expectEntry([&] { classification::focal_loss(keep, w); },
              "focal_loss, argument 'z': expected real elements, given boolean ones", __LINE__ - 1);
  expectEntry([&] { divergences::mmd2_unbiased(kernels::rbf(), x, w); },
              "mmd2_unbiased, argument 'Y': expected rank 2 (j,d), given rank 1", __LINE__ - 1);
  text = textOf([&] { Kernel(std::function<Expr(const Tensor &, const Tensor &)>()); });
  EXPECT_EQ(text, "Kernel: 'value' must be a function, but is empty @0");
}

} // namespace
