// Products of bf16 under Precision::fast, which processors add in pairs (avx512_bf16) or in tiles (amx_bf16), against the
// interpreter: within 3 ulp of the sum of the sizes of the products, as sums of f32 in such loops are (2.5 measured, of both).
#include <mercer/runtime.h>

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

#include <cpuid.h>
#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif

using namespace mercer;

namespace {

using Rows = std::vector<bfloat16>;

/// Features of the processor that the compiler may use, by cpuid.
bool hasPairs() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __builtin_cpu_supports("avx512f") && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 5 & 1);
}
bool hasTiles() {
#if defined(__linux__) && defined(SYS_arch_prctl)
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!hasPairs() || !__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d >> 22 & 1) || !(d >> 24 & 1))
    return false;
  constexpr int request = 0x1023, tileData = 18;
  return syscall(SYS_arch_prctl, request, tileData) == 0;
#else
  return false;
#endif
}

/// A target with vectors of pairs and no tiles.
constexpr const char *withoutTiles = "cooperlake";

JitOptions fast(const std::string &target, int threads = 0) {
  JitOptions options;
  options.precision = Precision::fast;
  options.target = target;
  options.threads = threads;
  return options;
}

Rows draw(std::int64_t count, unsigned seed, float low = -1) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(low, 1);
  Rows result;
  for (std::int64_t n = 0; n < count; ++n)
    result.emplace_back(uniform(random));
  return result;
}

double ulp(double value) {
  int exponent;
  std::frexp(value, &exponent);
  return std::ldexp(1.0, std::max(exponent, -125) - 24);
}

class Pairs : public ::testing::TestWithParam<const char *> {
protected:
  void SetUp() override {
    if (!hasPairs())
      GTEST_SKIP() << "this processor has no avx512_bf16";
    if (GetParam() == std::string("host") && !hasTiles())
      GTEST_SKIP() << "this processor has no amx_bf16, or the system does not allow it";
  }

  /// `outputs` of sums, beside sums of their terms' sizes, within `ulps`.
  void compare(const Program &program, const Program &sizes, const std::vector<Argument> &arguments, double ulps,
               const std::string &what) {
    const std::vector<Array> given = jit(program, fast(GetParam())).call_all(arguments);
    const std::vector<Array> right = interpret(program).call_all(arguments), scale = interpret(sizes).call_all(arguments);
    for (std::size_t n = 0; n < given.size(); ++n)
      for (std::int64_t p = 0; p < given[n].size(); ++p) {
        const double error = std::fabs(double(given[n].data<float>()[p]) - right[n].data<double>()[p]);
        ASSERT_LE(error, ulps * ulp(scale[n].data<double>()[p])) << what << ", output " << n << ", element " << p;
      }
  }

  Index i{"i"}, j{"j"}, k{"k"};
  Tensor x{"x", 2}, y{"y", 2}, z{"z", 2};
};

INSTANTIATE_TEST_SUITE_P(Instructions, Pairs, ::testing::Values(withoutTiles, "host"),
                         [](const auto &at) { return at.param == std::string("host") ? "tiles" : "vectors"; });

constexpr std::int64_t extents[] = {0, 1, 2, 3, 7, 15, 16, 17, 31, 33, 63, 65};
constexpr std::size_t count = std::size(extents);

TEST_P(Pairs, instructions) {
  Program program("product", {x, y}, {{"c", {i, j}, sum(k, x(i, k) * y(j, k))}});
  const Rows a = draw(64 * 40, 1), b = draw(65 * 40, 2);
  const std::vector<Argument> arguments{view(a, {64, 40}), view(b, {65, 40})};
  const bool tiles = GetParam() == std::string("host");
  const std::string text = jit(program, fast(GetParam())).emit("asm", arguments);
  EXPECT_EQ(text.find("tdpbf16ps") != std::string::npos, tiles);
  EXPECT_EQ(text.find("vdpbf16ps") != std::string::npos, !tiles);
  // They take subnormal numbers as 0: not unless allowed, and not where sums are to be in f64.
  JitOptions accurate, wide = fast(GetParam());
  accurate.target = GetParam();
  wide.accumulate = DType::f64;
  for (const JitOptions &options : {accurate, wide})
    EXPECT_EQ(jit(program, options).emit("asm", arguments).find("dpbf16ps"), std::string::npos);
}

TEST_P(Pairs, awkwardSizes) {
  // Rows in order, and columns in order; each a product of its own and one of two that share a loop.
  Program program("products", {x, y, z},
                  {{"c", {i, j}, sum(k, x(i, k) * y(j, k))}, {"d", {i, j}, sum(k, x(i, k) * z(k, j)) - sum(k, x(i, k) * y(j, k))}});
  Program sizes("sizes", {x, y, z},
                {{"c", {i, j}, sum(k, abs(x(i, k) * y(j, k)))},
                 {"d", {i, j}, sum(k, abs(x(i, k) * z(k, j))) + sum(k, abs(x(i, k) * y(j, k)))}});
  for (std::size_t shift = 0; shift < 3; ++shift)
    for (std::size_t n = 0; n < count; ++n) {
      const std::int64_t rows = extents[n], columns = extents[(n + 5 * shift + 1) % count], terms = extents[(n + 4 * shift + 7) % count];
      const Rows a = draw(rows * terms, 1), b = draw(columns * terms, 2), c = draw(columns * terms, 3);
      compare(program, sizes, {view(a, {rows, terms}), view(b, {columns, terms}), view(c, {terms, columns})}, 3,
              std::to_string(rows) + " x " + std::to_string(columns) + " x " + std::to_string(terms));
    }
}

TEST_P(Pairs, manyTerms) {
  Program program("product", {x, y}, {{"c", {i, j}, sum(k, x(i, k) * y(j, k))}});
  Program sizes("sizes", {x, y}, {{"c", {i, j}, sum(k, abs(x(i, k) * y(j, k)))}});
  for (float low : {-1.0f, 0.0f})
    for (std::int64_t terms : {64, 255, 256, 257, 1000, 2048}) {
      const Rows a = draw(20 * terms, 4, low), b = draw(70 * terms, 5, low);
      compare(program, sizes, {view(a, {20, terms}), view(b, {70, terms})}, 3, std::to_string(terms) + " terms");
    }
}

TEST_P(Pairs, whatFollowsTheProducts) {
  // Of a matrix with itself, in a log-sum-exp, in sums with weights, below the diagonal, with an extremum.
  Tensor w("w", 1);
  Expr s = dot(x[i], x[j]);
  Program program("uses", {x, w},
                  {{"lse", i, logsumexp(j, s)},
                   {"weighted", i, sum(j, exp(-s) * w(j))},
                   {"below", i, sum(j, s * w(j), j < i)},
                   {"largest", i, max(j, s, i != j)}});
  Program sizes("sizes", {x, w},
                {{"lse", i, 8 * (logsumexp(j, s) + sum(k, square(x(i, k))) + 1)},
                 {"weighted", i, 40 * sum(j, exp(-s) * abs(w(j)))},
                 {"below", i, 40 * sum(j, abs(w(j)), j < i) + 40 + 0 * w(i)},
                 {"largest", i, Expr(40.0) + 0 * sum(k, x(i, k))}});
  for (std::int64_t rows : {2, 16, 31, 130, 300})
    for (std::int64_t terms : {3, 33, 64}) {
      const Rows a = draw(rows * terms, 6);
      std::vector<float> weights(static_cast<std::size_t>(rows));
      for (std::size_t n = 0; n < weights.size(); ++n)
        weights[n] = std::sin(static_cast<float>(n));
      compare(program, sizes, {view(a, {rows, terms}), view(weights, {rows})}, 4,
              std::to_string(rows) + " rows, " + std::to_string(terms) + " terms");
    }
}

TEST_P(Pairs, notFinite) {
  Program program("product", {x, y}, {{"c", {i, j}, sum(k, x(i, k) * y(j, k))}});
  Rows a = draw(20 * 5, 7), b = draw(40 * 5, 8);
  a[3 * 5 + 4] = bfloat16(NAN), a[9 * 5] = bfloat16(INFINITY), b[39 * 5 + 4] = bfloat16(-INFINITY);
  const std::vector<Argument> arguments{view(a, {20, 5}), view(b, {40, 5})};
  const Array given = jit(program, fast(GetParam()))(view(a, {20, 5}), view(b, {40, 5}));
  const Array right = interpret(program)(view(a, {20, 5}), view(b, {40, 5}));
  for (std::int64_t p = 0; p < given.size(); ++p) {
    const double value = given.data<float>()[p], truth = right.data<double>()[p];
    EXPECT_TRUE(std::isnan(truth) ? std::isnan(value) : std::isinf(truth) ? value == truth : std::fabs(value - truth) < 1e-5)
        << p << ": " << value << ", " << truth;
  }
}

TEST_P(Pairs, sameBitsForAnyThreads) {
  Program program("uses", {x, y}, {{"c", {i, j}, sum(k, x(i, k) * y(j, k))}, {"lse", i, logsumexp(j, dot(x[i], y[j]))}});
  const Rows a = draw(333 * 50, 9), b = draw(257 * 50, 10);
  const std::vector<Argument> arguments{view(a, {333, 50}), view(b, {257, 50})};
  const std::vector<Array> one = jit(program, fast(GetParam(), 1)).call_all(arguments);
  for (int threads : {2, 3, 7}) {
    const std::vector<Array> many = jit(program, fast(GetParam(), threads)).call_all(arguments);
    for (std::size_t n = 0; n < one.size(); ++n)
      EXPECT_EQ(std::memcmp(one[n].data<float>(), many[n].data<float>(), static_cast<std::size_t>(one[n].size()) * sizeof(float)), 0)
          << threads << " threads, output " << n;
  }
}

} // namespace
