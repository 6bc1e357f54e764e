// Reductions over rows and over columns of one pairwise value, in one nest: any extents, any number of threads.
#include <mercer/runtime.h>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstring>

namespace mercer {
namespace {

std::vector<float> waves(std::int64_t count, float step) {
  std::vector<float> x(static_cast<std::size_t>(count));
  for (std::size_t p = 0; p < x.size(); ++p)
    x[p] = std::sin(step * static_cast<float>(p % 1009));
  return x;
}

struct Pairs : ::testing::Test {
  Index i{"i"}, j{"j"}, k{"k"};
  Tensor x{"x", 2}, y{"y", 2}, label{"label", 1, integer};
  Expr score = sum(k, x(i, k) * y(j, k));

  /// p(i, j) y(j, k) over j, and p(i, j) x(i, k) over i: indices are those of the pair.
  Program crossed() {
    Expr p = exp(score - 1.0);
    return {"crossed", {x, y}, {{"rows", {i, k}, sum(j, p * y(j, k))}, {"columns", {j, k}, sum(i, p * x(i, k))}}};
  }
  /// Both gradients have i: one is the transpose.
  Program clip() {
    Expr rows = mean(i, logsumexp(j, score)), columns = mean(j, logsumexp(i, score));
    return value_and_gradient(Program("clip", {x, y}, {{"loss", rows + 2 * columns}}), {x, y});
  }
  /// Labels take terms out of the sums of columns.
  Program linearCrossEntropy() {
    Expr picked = sum(k, x(i, k) * y(label(i), k));
    return value_and_gradient(Program("linear", {x, y, label}, {{"loss", mean(i, logsumexp(j, score) - picked)}}), {x, y});
  }

  /// Scalars of rows and of columns, and vectors of columns.
  Program scalars(const Expr &far = 0.0) {
    Tensor b("b", 1);
    Expr p = exp(score - 1.0), off = score + far;
    return {"scalars",
            {x, y, b},
            {{"log_rows", i, logsumexp(j, off, i != j)},
             {"least", i, min(j, score)},
             {"log_columns", j, logsumexp(i, off)},
             {"largest", j, max(i, score, i != j)},
             {"weighted", j, sum(i, p * b(i))},
             {"vectors", {j, k}, sum(i, p * x(i, k))}}};
  }

  /// Values without a reduction; the exponential is shared.
  Program elementwise() {
    Tensor u("u", 1), v("v", 1);
    Expr kernel = exp(-square(u(i) - v(j)));
    return {"elementwise", {u, v}, {{"rows", i, sum(j, kernel * v(j))}, {"columns", j, sum(i, kernel * u(i), i != j)}}};
  }

  static double element(const Array &array, std::size_t p) {
    return array.dtype() == DType::f64 ? array.data<double>()[p] : array.data<float>()[p];
  }

  static void compare(const Function &f, const Function &expected, std::vector<Argument> arguments, double tolerance) {
    std::vector<Array> got = f.call_all(arguments), want = expected.call_all(arguments);
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t output = 0; output < got.size(); ++output) {
      const std::size_t count = got[output].size();
      double largest = 1;
      for (std::size_t p = 0; p < count; ++p)
        if (std::isfinite(element(want[output], p)))
          largest = std::max(largest, std::abs(element(want[output], p)));
      for (std::size_t p = 0; p < count; ++p) {
        if (element(got[output], p) == element(want[output], p))
          continue; // also the infinities of no terms
        ASSERT_NEAR(element(got[output], p), element(want[output], p), tolerance * largest) << "output " << output << ", element " << p;
      }
    }
  }
};

TEST_F(Pairs, AwkwardExtentsAgreeWithTheInterpreter) {
  const std::vector<std::int64_t> extents{0, 1, 2, 3, 7, 15, 16, 17, 31, 33, 63, 65, 129, 257};
  Function crossed = jit(this->crossed()), clip = jit(this->clip()), linear = jit(linearCrossEntropy());
  crossed.compile({DType::f32, DType::f32});
  clip.compile({DType::f32, DType::f32});
  linear.compile({DType::f32, DType::f32, DType::i64});
  Function crossedMeans = interpret(this->crossed()), clipMeans = interpret(this->clip()),
           linearMeans = interpret(linearCrossEntropy());
  for (std::size_t n = 0; n < extents.size(); ++n) {
    const std::int64_t rows = extents[n], columns = extents[(n * 4 + 5) % extents.size()], features = extents[(n * 7 + 2) % 12];
    SCOPED_TRACE(std::to_string(rows) + " x " + std::to_string(columns) + " x " + std::to_string(features));
    std::vector<float> a = waves(rows * features, 0.37f), b = waves(columns * features, 0.21f), c = waves(rows * features, 0.59f);
    std::vector<std::int64_t> labels(static_cast<std::size_t>(rows));
    for (std::size_t p = 0; p < labels.size(); ++p)
      labels[p] = static_cast<std::int64_t>(p * p) % std::max<std::int64_t>(columns, 1);
    compare(crossed, crossedMeans, {view(a, {rows, features}), view(b, {columns, features})}, 1e-5);
    if (rows > 0)
      compare(clip, clipMeans, {view(a, {rows, features}), view(c, {rows, features})}, 1e-5);
    if (columns > 0)
      compare(linear, linearMeans, {view(a, {rows, features}), view(b, {columns, features}), view(labels, {rows})}, 1e-5);
  }
}

TEST_F(Pairs, AnyNumberOfThreadsGivesTheSameBitsOfOneNest) {
  const std::int64_t n = 1300, m = 700, d = 40;
  std::vector<float> a = waves(n * d, 0.37f), b = waves(m * d, 0.21f);
  std::vector<float> first;
  for (int threads : {1, 2, 3, 7}) {
    JitOptions options;
    options.threads = threads;
    Function f = jit(crossed(), options);
    std::string plan = f.explain({view(a, {n, d}), view(b, {m, d})});
    EXPECT_NE(plan.find("nest over i block below"), std::string::npos) << plan;
    EXPECT_EQ(plan.find("nest over j"), std::string::npos) << plan;
    for (int run = 0; run < 3; ++run) {
      auto [rows, columns] = f.call<2>(view(a, {n, d}), view(b, {m, d}));
      std::vector<float> now(rows.data<float>(), rows.data<float>() + n * d);
      now.insert(now.end(), columns.data<float>(), columns.data<float>() + m * d);
      if (first.empty())
        first = now;
      ASSERT_EQ(std::memcmp(first.data(), now.data(), now.size() * sizeof(float)), 0) << threads << " threads";
    }
  }
}

TEST_F(Pairs, ScalarsOfAwkwardExtentsAgreeWithTheInterpreter) {
  // Beyond the largest block, and exponentials that need a reference.
  for (double far : {0.0, 200.0, -1e30}) {
    Function f = jit(scalars(far)), means = interpret(scalars(far));
    std::string plan = emit(scalars(far), "nests");
    EXPECT_NE(plan.find("mercer.nest \"i block\""), std::string::npos) << plan;
    EXPECT_EQ(plan.find("mercer.nest \"j\""), std::string::npos) << plan;
    for (auto [rows, columns, features] : std::vector<std::array<std::int64_t, 3>>{
             {0, 3, 2}, {3, 0, 2}, {5, 4, 0}, {1, 1, 1}, {17, 129, 3}, {257, 31, 5}, {530, 140, 3}}) {
      SCOPED_TRACE(std::to_string(far) + ": " + std::to_string(rows) + " x " + std::to_string(columns) + " x " + std::to_string(features));
      std::vector<float> a = waves(rows * features, 0.37f), b = waves(columns * features, 0.21f), c = waves(rows, 0.7f);
      compare(f, means, {view(a, {rows, features}), view(b, {columns, features}), view(c, {rows})}, 1e-5);
    }
  }
}

TEST_F(Pairs, ElementwiseValuesAgreeWithTheInterpreter) {
  Function f = jit(elementwise()), means = interpret(elementwise());
  EXPECT_NE(emit(elementwise(), "nests").find("mercer.nest \"i block\""), std::string::npos);
  for (auto [rows, columns] : std::vector<std::array<std::int64_t, 2>>{{0, 3}, {3, 0}, {1, 1}, {17, 129}, {300, 31}, {260, 270}}) {
    SCOPED_TRACE(std::to_string(rows) + " x " + std::to_string(columns));
    std::vector<float> a = waves(rows, 0.37f), b = waves(columns, 0.21f);
    compare(f, means, {view(a, {rows}), view(b, {columns})}, 1e-5);
  }
}

TEST_F(Pairs, ScalarsOfInfiniteAndMissingNumbers) {
  const std::int64_t n = 300;
  std::vector<float> a = waves(n, 0.37f), b(static_cast<std::size_t>(n), 1.0f), c = waves(n, 0.7f);
  a[7] = INFINITY, a[40] = -INFINITY, b[11] = NAN, b[299] = 0;
  const std::vector<Argument> arguments{view(a, {n, 1}), view(b, {n, 1}), view(c, {n})};
  const std::vector<Array> got = jit(scalars()).call_all(arguments), want = interpret(scalars()).call_all(arguments);
  for (std::size_t output = 0; output < got.size(); ++output)
    for (std::size_t p = 0, count = got[output].size(); p < count; ++p) {
      const double x = element(got[output], p), y = element(want[output], p);
      ASSERT_TRUE(std::isfinite(y) ? std::abs(x - y) < 1e-3 * std::max(1.0, std::abs(y)) : std::isnan(y) ? std::isnan(x) : x == y)
          << "output " << output << ", element " << p << ": " << x << " for " << y;
    }
}

TEST_F(Pairs, AnyNumberOfThreadsGivesTheSameBitsOfScalars) {
  const std::int64_t n = 1300, m = 700, d = 12;
  std::vector<float> a = waves(n * d, 0.37f), b = waves(m * d, 0.21f), c = waves(n, 0.7f);
  std::vector<Array> first;
  for (int threads : {1, 2, 3, 7}) {
    JitOptions options;
    options.threads = threads;
    std::vector<Array> now = jit(scalars(), options).call_all(std::vector<Argument>{view(a, {n, d}), view(b, {m, d}), view(c, {n})});
    if (first.empty())
      first = now;
    for (std::size_t output = 0; output < now.size(); ++output)
      ASSERT_EQ(std::memcmp(first[output].data<float>(), now[output].data<float>(), static_cast<std::size_t>(now[output].size()) * sizeof(float)), 0)
          << threads << " threads, output " << output;
  }
}

// Each step uses the one before it twice: as a tree the value would have 2^24 parts.
TEST_F(Pairs, ValuesUsedTwiceAreLookedAtOnce) {
  Index d("d");
  Tensor w("w", 1);
  auto weight = [&](Index a, Index b) {
    Expr step = x(a, k) - w(k) * x(b, k);
    for (int n = 0; n < 24; ++n)
      step = step * (1.0 - step);
    return exp(sum(k, step));
  };
  Program program("steps", {x, w},
                  {{"rows", {i, d}, sum(j, weight(i, j) * x(j, d))}, {"columns", {i, d}, sum(j, weight(j, i) * x(j, d))}});
  const auto start = std::chrono::steady_clock::now();
  EXPECT_NE(emit(program, "nests").find("i block"), std::string::npos);
  EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 5);
}

} // namespace
} // namespace mercer
