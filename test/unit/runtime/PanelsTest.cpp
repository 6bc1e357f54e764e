// Vectors of rows that share what long loops read: the same bits as one after the other, and right values, for sizes on both
// sides of half of a second-level cache.
#include <mercer/runtime.h>

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

namespace mercer {
namespace {

struct Panels : ::testing::TestWithParam<std::int64_t> {
  Index i{"i"}, j{"j"}, k{"k"};
  Tensor x{"x", 2}, y{"y", 2}, b{"b", 1};
  Expr product = sum(k, x(i, k) * y(j, k)), squared = sum(k, square(x(i, k) - y(j, k)));

  std::int64_t rows = 301, columns = GetParam(), features = 32;
  std::vector<float> a, c, weights;

  void SetUp() override {
    std::mt19937 random{11};
    std::normal_distribution<float> normal;
    for (auto [numbers, size] : {std::pair{&a, rows * features}, {&c, columns * features}, {&weights, columns}}) {
      numbers->resize(static_cast<std::size_t>(size));
      for (float &number : *numbers)
        number = 0.3f * normal(random);
    }
  }

  std::vector<Array> run(const Program &program, const std::string &plan) {
    JitOptions options;
    options.plan = plan;
    std::vector<Argument> arguments{view(a, {rows, features}), view(c, {columns, features}), view(weights, {columns})};
    return jit(program, options).call_all(arguments);
  }
};

std::vector<std::uint64_t> words(const Array &array) {
  std::vector<std::uint64_t> result(static_cast<std::size_t>(array.size()));
  for (std::size_t n = 0; n < result.size(); ++n)
    result[n] = array.dtype() == DType::i64 ? static_cast<std::uint64_t>(array.data<std::int64_t>()[n])
                                            : std::bit_cast<std::uint32_t>(array.data<float>()[n]);
  return result;
}

TEST_P(Panels, BitsAreThoseOfOneVectorAfterTheOther) {
  const std::vector<Output> outputs{{"soft", i, logsumexp(j, product)},
                                    {"sum", i, sum(j, exp(-squared) * b(j))},
                                    {"most", i, max(j, product, b(j) > 0.0)},
                                    {"where", i, argmin(j, squared)},
                                    {"again", Indices{i, k}, sum(j, exp(product) * y(j, k))},
                                    {"all", mean(i, logsumexp(j, product) * x(i, 0))}};
  for (const Output &output : outputs) {
    Program program("shared", {x, y, b}, {output});
    SCOPED_TRACE(output.name);
    EXPECT_EQ(words(run(program, "")[0]), words(run(program, "panels.0=1")[0]));
  }
}

TEST_P(Panels, ValuesAreRight) {
  Program program("shared", {x, y, b}, {{"soft", i, logsumexp(j, product)}, {"sum", i, sum(j, product * b(j))}});
  std::vector<Array> got = run(program, "");
  for (std::int64_t p = 0; p < rows; p += 17) {
    double total = 0, weighted = 0, sizes = 0;
    for (std::int64_t q = 0; q < columns; ++q) {
      double dot = 0;
      for (std::int64_t f = 0; f < features; ++f)
        dot += double(a[static_cast<std::size_t>(p * features + f)]) * c[static_cast<std::size_t>(q * features + f)];
      total += std::exp(dot);
      weighted += dot * weights[static_cast<std::size_t>(q)];
      sizes += std::abs(dot * weights[static_cast<std::size_t>(q)]);
    }
    const auto at = static_cast<std::size_t>(p);
    EXPECT_NEAR(got[0].data<float>()[at], std::log(total), 4e-6) << "row " << p;
    EXPECT_NEAR(got[1].data<float>()[at], weighted, 1e-6 * sizes) << "row " << p;
  }
}

// Of 128 bytes a column: 0.7, 1.2, 2.6 and 5.1 MB, and lengths that are no multiple of a block.
INSTANTIATE_TEST_SUITE_P(Columns, Panels, ::testing::Values(5500, 9001, 20000, 40007));

} // namespace
} // namespace mercer
