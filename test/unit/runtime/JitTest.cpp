// Compiled functions against the interpreter.
#include "ErrorOf.h"
#include "Programs.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

namespace mercer {
namespace {

std::vector<float> numbers(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> result(count);
  for (float &value : result)
    value = uniform(random);
  return result;
}

TEST(Jit, AgreesWithTheInterpreter) {
  const int n = 37, d = 21;
  std::vector<float> x = numbers(n * d, 1), w = numbers(d, 2);
  Array y = jit(linear_map())(view(x, {n, d}), view(w, {d}), 0.5);
  Array exact = interpret(linear_map())(view(x, {n, d}), view(w, {d}), 0.5);
  EXPECT_EQ(y.dtype(), DType::f32);
  for (int i = 0; i < n; ++i)
    EXPECT_NEAR(y.data<float>()[i], exact.data<double>()[i], 1e-5);
}

TEST(Jit, ArithmeticIsThatOfRealTensors) {
  std::vector<double> x(6, 1), w(2, 1);
  std::vector<half> h(6, half(1.0f)), g(2, half(1.0f));
  Function f = jit(linear_map());
  EXPECT_EQ(f(view(x, {3, 2}), view(g, {2}), 1.0).dtype(), DType::f64);
  EXPECT_EQ(f(view(h, {3, 2}), view(g, {2}), 1.0).dtype(), DType::f32);
  EXPECT_EQ(f(view(h, {3, 2}), view(g, {2}), 1.0).data<float>()[1], 3);
}

TEST(Jit, GradientsHaveTheTypeOfTheirInput) {
  Tensor x("x", 1);
  Index i("i");
  Program loss("loss", {x}, {{"value", sum(i, square(x(i)))}});
  std::vector<half> h{half(1), half(2)};
  auto [value, dx] = jit(value_and_gradient(loss, {x})).call<2>(view(h, {2}));
  EXPECT_EQ(value.dtype(), DType::f32);
  EXPECT_EQ(dx.dtype(), DType::f16);
  EXPECT_EQ(float(dx.data<half>()[1]), 4);
}

/// What code stores in the type of the memory is what it would store as f32, rounded to nearest.
template <class Half> void storesRounded(const std::string &type) {
  Tensor x("x", 2);
  Index i("i"), c("c");
  Program loss("loss", {x}, {{"value", sum(i, logsumexp(c, x(i, c)))}});
  const std::int64_t n = 5, classes = 37;
  std::vector<Half> values;
  for (float value : numbers(n * classes, 7))
    values.push_back(Half(40 * value)); // many of the gradient's elements are subnormal
  Function f = jit(value_and_gradient(loss, {x}));
  std::vector<float> wide(n * classes);
  std::vector<Half> narrow(n * classes), apart(2 * n * classes);
  std::vector<float> value(1);
  const View strided{apart.data(), view(narrow, {n, classes}).dtype, {n, classes}, {2 * classes, 2}, false};
  f.run({view(values, {n, classes})}, {view(value, {}), view(wide, {n, classes})});
  f.run({view(values, {n, classes})}, {view(value, {}), view(narrow, {n, classes})});
  f.run({view(values, {n, classes})}, {view(value, {}), strided});
  for (std::size_t p = 0; p < wide.size(); ++p) {
    EXPECT_EQ(narrow[p].bits, Half(wide[p]).bits) << wide[p];
    EXPECT_EQ(apart[2 * p].bits, narrow[p].bits);
  }
  std::vector<Argument> arguments{view(values, {n, classes})};
  EXPECT_NE(f.emit("nests", arguments).find("%arg2: !mercer.array<2x" + type + ">"), std::string::npos) << f.emit("nests", arguments);
}

TEST(Jit, CodeStoresOutputsInTheTypeOfTheirMemory) {
  storesRounded<bfloat16>("bf16");
  storesRounded<half>("f16");
}

TEST(Jit, ResultsInF64AreRoundedOnceTo16Bits) {
  Tensor x("x", 1);
  Index i("i");
  Function f = jit(Program("same", {x}, {{"y", i, x(i) * 1.0}}));
  // Just above the middle of two numbers of f16, and of bf16; in f32 it is the middle.
  std::vector<double> values{1 + 0x1p-11 + 0x1p-30, 1 + 0x1p-8 + 0x1p-30};
  std::vector<half> halves(2);
  std::vector<bfloat16> brains(2);
  f.run({view(values, {2})}, {view(halves, {2})});
  f.run({view(values, {2})}, {view(brains, {2})});
  EXPECT_EQ(float(halves[0]), 1 + 0x1p-10f);
  EXPECT_EQ(float(brains[1]), 1 + 0x1p-7f);
}

TEST(Jit, StridesChangeNoBits) {
  const int n = 19, d = 7;
  std::vector<float> x = numbers(n * d, 3), w = numbers(d, 4), transposed(n * d), wide(2 * d);
  for (int i = 0; i < n; ++i)
    for (int k = 0; k < d; ++k)
      transposed[k * n + i] = x[i * d + k];
  for (int k = 0; k < d; ++k)
    wide[2 * (d - 1 - k)] = w[k];
  Function f = jit(linear_map());
  Array a = f(view(x, {n, d}), view(w, {d}), 0.25);
  Array b = f(view(transposed.data(), {n, d}, {1, n}), view(wide.data() + 2 * (d - 1), {d}, {-2}), 0.25);
  EXPECT_EQ(std::memcmp(a.data<float>(), b.data<float>(), n * sizeof(float)), 0);
  std::vector<float> y(2 * n, -7);
  f.run({view(x, {n, d}), view(w, {d}), 0.25}, {view(y.data() + 2 * (n - 1), {n}, {-2})});
  for (int i = 0; i < n; ++i)
    EXPECT_EQ(y[2 * (n - 1 - i)], a.data<float>()[i]);
  EXPECT_EQ(y[1], -7);
}

TEST(Jit, InPlace) {
  std::vector<float> p = numbers(100, 5), v = numbers(100, 6), g = numbers(100, 7), q = p, u = v;
  Function m = jit(momentum());
  auto [p2, v2] = m.call<2>(view(p, {100}), view(v, {100}), view(g, {100}), 0.5);
  m.run({view(p, {100}), view(v, {100}), view(g, {100}), 0.5}, {view(p, {100}), view(v, {100})});
  EXPECT_EQ(std::memcmp(p.data(), p2.data<float>(), 400), 0);
  EXPECT_EQ(std::memcmp(v.data(), v2.data<float>(), 400), 0);
}

/// Rows of known length are read and stored as such, and their log-sum-exp and its gradient share exponentials.
TEST(Jit, ShortRows) {
  constexpr float infinite = std::numeric_limits<float>::infinity();
  for (int d : {4, 7, 10, 11}) {
    SCOPED_TRACE(d);
    const int n = 35;
    std::vector<float> x = numbers(n * d, 3);
    std::fill_n(x.begin(), d, -infinite);
    x[d + 1] = infinite;
    x[2 * d] = std::nanf("");
    std::fill_n(x.begin() + 3 * d, d - 1, -infinite);
    x[4 * d] = 3.4e38f, x[4 * d + 1] = -3.4e38f;
    Index i("i"), k("k");
    Tensor t("x", 2);
    auto row = [&](const Tensor &rows) { return logsumexp(k, rows(i, k)); };
    Tensor slope = gradient([&](const Tensor &rows) { return sum(i, row(rows)); }, t);
    Program losses("losses", {t}, {{"row", i, row(t)}, {"d", {i, k}, slope(i, k)}});
    auto [row_jit, d_jit] = jit(losses).call<2>(view(x, {n, d}));
    const float *values = row_jit.data<float>(), *slopes = d_jit.data<float>();
    for (int r = 0; r < n; ++r) {
      const float *of = x.data() + r * d;
      double most = *std::max_element(of, of + d), total = 0;
      for (int c = 0; c < d; ++c)
        total += std::exp(of[c] - most);
      for (int c = 0; c < d; ++c) {
        double expected = r == 0 ? 0 : r == 1 ? (c == 1 ? NAN : 0) : r == 2 ? NAN : std::exp(of[c] - most) / total;
        EXPECT_EQ(std::isnan(slopes[r * d + c]), std::isnan(expected)) << r << ", " << c;
        if (!std::isnan(expected))
          EXPECT_NEAR(slopes[r * d + c], expected, 1e-6) << r << ", " << c;
      }
      double value = r < 3 ? (r == 0 ? -infinite : r == 1 ? infinite : NAN) : most + std::log(total);
      EXPECT_TRUE(std::isnan(value) ? std::isnan(values[r]) : std::isinf(value) ? values[r] == value
                                                                                 : std::abs(values[r] / value - 1) < 1e-6)
          << r << ": " << values[r] << " is not " << value;
    }
  }
}

TEST(Jit, NamesTheFailedCheck) {
  Function f = jit(pick());
  std::vector<float> x(6);
  std::vector<std::int64_t> label{0, 7, 1};
  std::vector<float> y(3, -7);
  for (std::int64_t bad : {std::int64_t(7), std::int64_t(2), std::int64_t(-1), INT64_MAX, INT64_MIN}) {
    label[1] = bad;
    expect_error(ErrorCode::index_out_of_range,
                 "pick: subscript 'label(i)' of dimension 1 of 'x' must be 0 to 1, but is " +
                     std::to_string(bad) + " at i = 1",
                 [&] { f.run({view(x, {3, 2}), view(label, {3})}, {view(y, {3})}); });
    EXPECT_EQ(y[0], -7);
  }
}

TEST(Jit, ChecksThatIntegersFit) {
  Function f = jit(plus_one());
  std::vector<std::int64_t> label{5, 126, 127};
  std::vector<std::int8_t> next(3, -1);
  expect_error(ErrorCode::index_out_of_range, "plus_one: output 'next' must fit i8, but element [2] is 128",
               [&] { f.run({view(label, {3})}, {view(next, {3})}); });
  EXPECT_EQ(next[0], -1);
  EXPECT_EQ(f(view(label, {3})).data<std::int64_t>()[2], 128);
}

TEST(Jit, EmptyTensors) {
  Function f = jit(linear_map());
  std::vector<float> w(2, 1);
  EXPECT_EQ(f(view<float>(nullptr, {0, 2}), view(w, {2}), 1.0).size(), 0);
  EXPECT_EQ(f(view<float>(nullptr, {4, 0}), view<float>(nullptr, {0}), 1.5).data<float>()[3], 1.5);
}

TEST(Jit, Options) {
  auto with = [](auto set) {
    JitOptions options;
    set(options);
    return [options] { jit(linear_map(), options); };
  };
  expect_error(ErrorCode::bad_option, "linear: 'threads' must be 0 to 1024, but is -1",
               with([](JitOptions &o) { o.threads = -1; }));
  expect_error(ErrorCode::bad_option, "linear: 'accumulate' must be f32 or f64, but is f16",
               with([](JitOptions &o) { o.accumulate = DType::f16; }));
  expect_error(ErrorCode::bad_option, "\"8086\" is no 64-bit x86 CPU that LLVM knows",
               with([](JitOptions &o) { o.target = "8086"; }));
  expect_error(ErrorCode::unsupported, "is \"cuda\", which is not there yet",
               with([](JitOptions &o) { o.target = "cuda"; }));
  expect_error(ErrorCode::bad_option, "'precision' must be accurate or fast",
               with([](JitOptions &o) { o.precision = static_cast<Precision>(9); }));
  expect_error(ErrorCode::bad_option, "which this machine has not",
               with([](JitOptions &o) { o.target = "diamondrapids"; }));
  std::vector<float> x(6, 1), w(2, 1);
  auto set = {+[](JitOptions &o) { o.accumulate = DType::f64; },
              +[](JitOptions &o) { o.precision = Precision::fast; },
              +[](JitOptions &o) { o.target = "x86-64"; }, +[](JitOptions &o) { o.threads = 1; }};
  for (auto change : set) {
    JitOptions options;
    change(options);
    EXPECT_EQ(jit(linear_map(), options)(view(x, {3, 2}), view(w, {2}), 1).data<float>()[0], 3);
  }
}

TEST(Jit, Explains) {
  Function f = jit(linear_map());
  std::vector<float> x(6, 1), w(2, 1);
  EXPECT_FALSE(f.explain({view(x, {3, 2}), view(w, {2}), 1}).empty());
  EXPECT_FALSE(explain(linear_map(), JitOptions()).empty());
}

TEST(Jit, EmitsTheVariantOfACall) {
  Function f = jit(linear_map());
  std::vector<float> x(6, 1), w(2, 1);
  const std::vector<Argument> arguments{view(x, {3, 2}), view(w, {2}), 1};
  // The second dimension is known when compiling, the first is not.
  const std::string known = "mercer.constant 2 : i64";
  EXPECT_NE(f.emit("program", arguments).find(known), std::string::npos);
  EXPECT_EQ(emit(linear_map(), "program").find(known), std::string::npos);
  EXPECT_NE(f.emit("asm", arguments).find("ret"), std::string::npos);
  expect_error(ErrorCode::bad_option, "must be program, mlir, nests, vector, llvm or asm, but is \"plan\"",
               [&] { f.emit("plan", arguments); });
  expect_error(ErrorCode::argument_count, "3 arguments", [&] { f.emit("asm", {}); });
  expect_error(ErrorCode::unsupported, "it is interpreted and has no stage 'asm'",
               [&] { interpret(linear_map()).emit("asm", arguments); });
}

TEST(Jit, CompilesAhead) {
  Function f = jit(linear_map());
  f.compile({DType::f32, DType::f32, DType::f64});
  std::vector<float> x(6, 1), w(2, 1);
  EXPECT_EQ(f(view(x, {3, 2}), view(w, {2}), 1).data<float>()[2], 3);
}

} // namespace
} // namespace mercer
