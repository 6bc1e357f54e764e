// E3: strides change speed, not results. E4: more than 2^31 elements.
#include "Programs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace mercer {
namespace {

/// A matrix laid out in memory of its own.
struct Layout {
  std::vector<float> memory;
  View view;
};

std::vector<Layout> layouts(const std::vector<float> &x, std::int64_t n, std::int64_t d) {
  auto laid_out = [&](std::size_t size, std::int64_t offset, std::int64_t a, std::int64_t b) {
    Layout layout{std::vector<float>(size, -99.0f), {}};
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t k = 0; k < d; ++k)
        layout.memory[offset + a * i + b * k] = x[i * d + k];
    layout.view = view(layout.memory.data() + offset, {n, d}, {a, b});
    return layout;
  };
  const std::size_t size = n * d;
  std::vector<Layout> all;
  all.push_back(laid_out(size, 0, 1, n));            // transposed
  all.push_back(laid_out(2 * size, 0, 2 * d, 1));    // sliced rows
  all.push_back(laid_out(2 * size, 0, 2 * d, 2));    // every second column
  all.push_back(laid_out(size, (n - 1) * d, -d, 1)); // rows backwards
  all.push_back(laid_out(size, d - 1, d, -1));       // columns backwards
  all.push_back(laid_out(size, size - 1, -d, -1));   // both
  all.push_back(laid_out(size + 1, 1, d, 1));        // one element off
  return all;
}

Program smooth() {
  Index i("i"), j("j"), k("k");
  Tensor x("x", 2);
  Expr squared = sum(k, square(x(i, k) - x(j, k)));
  return Program("smooth", {x},
                 {{"a", i, sum(j, exp(-0.5 * squared))},
                  {"total", sum({i, k}, x(i, k))},
                  {"lse", i, logsumexp(k, x(i, k))},
                  {"best", i, argmax(k, x(i, k))}});
}

void same_bits(const Function &f, const std::vector<float> &x, std::int64_t n, std::int64_t d) {
  auto expected = f.call<4>(view(x, {n, d}));
  int number = 0;
  for (const Layout &layout : layouts(x, n, d)) {
    SCOPED_TRACE("layout " + std::to_string(number++));
    auto given = f.call<4>(layout.view);
    for (std::size_t output = 0; output < 4; ++output)
      ASSERT_EQ(std::memcmp(View(expected[output]).data, View(given[output]).data,
                            expected[output].size() * size_of(expected[output].dtype())),
                0)
          << "output " << output;
  }
}

std::vector<float> waves(std::size_t count) {
  std::vector<float> x(count);
  for (std::size_t p = 0; p < count; ++p)
    x[p] = std::sin(0.37f * static_cast<float>(p % 10'007));
  return x;
}

TEST(E3, SmallLayouts) {
  same_bits(jit(smooth()), waves(67 * 5), 67, 5);
  same_bits(jit(smooth()), waves(67 * 37), 67, 37);
}

/// Strides that follow from sizes which the code knows, and others.
TEST(E3, RowsOfRows) {
  Index i("i"), j("j"), k("k");
  Tensor x("x", 3);
  const Program program("rows_of_rows", {x}, {{"y", {i, j}, sum(k, (k + 1) * x(i, j, k))}, {"z", i, logsumexp({j, k}, x(i, j, k))}});
  const std::int64_t n = 30;
  for (std::int64_t m : {3, 40})
    for (std::int64_t d : {3, 20}) {
      const Function f = jit(program);
      const std::vector<float> given = waves(n * m * d);
      const auto expected = f.call<2>(view(given, {n, m, d}));
      for (std::int64_t gap : {0, 1})
        for (std::int64_t gap_of_rows : {0, 7}) {
          SCOPED_TRACE(std::to_string(m) + "x" + std::to_string(d) + ", gaps " + std::to_string(gap) + " and " + std::to_string(gap_of_rows));
          const std::int64_t row = d + gap, block = m * row + gap_of_rows;
          std::vector<float> memory(n * block, -99.0f);
          for (std::int64_t at = 0; at < n * m * d; ++at)
            memory[at / (m * d) * block + at / d % m * row + at % d] = given[at];
          const auto other = f.call<2>(view(memory.data(), {n, m, d}, {block, row, 1}));
          for (std::size_t output = 0; output < 2; ++output)
            EXPECT_EQ(std::memcmp(expected[output].data<float>(), other[output].data<float>(), 4 * expected[output].size()), 0);
        }
    }
}

TEST(E3, SizeOneIgnoresItsStride) {
  std::vector<float> x = waves(6), w{2};
  Function f = jit(linear_map());
  Array expected = f(view(x, {6, 1}), view(w, {1}), 1.0);
  Array given = f(view(x.data(), {6, 1}, {1, std::int64_t(1) << 40}),
                  view(w.data(), {1}, {std::int64_t(1) << 62}), 1.0);
  EXPECT_EQ(std::memcmp(expected.data<float>(), given.data<float>(), 24), 0);
}

/// Beyond 16 MiB strides are not copied away.
TEST(E3, LargeLayouts) {
  const std::int64_t n = 1100, d = 4000;
  Index i("i"), k("k");
  Tensor x("x", 2);
  Function f = jit(Program("rows", {x},
                           {{"a", i, sum(k, x(i, k) * x(i, k))},
                            {"total", sum({i, k}, x(i, k))},
                            {"lse", i, logsumexp(k, x(i, k))},
                            {"best", i, argmax(k, x(i, k))}}));
  same_bits(f, waves(n * d), n, d);
}

/// Outputs beyond 32 MiB go past the caches where their rows begin at multiples of 64 bytes.
TEST(E3, LargeOutputs) {
  const std::int64_t n = 2100, d = 4099, apart = 4112;
  Index i("i"), k("k");
  Tensor x("x", 2);
  Function f = jit(Program("doubled", {x}, {{"y", {i, k}, x(i, k) + x(i, k)}}));
  std::vector<float> given = waves(n * d), memory(n * apart + 32);
  auto aligned = reinterpret_cast<std::uintptr_t>(memory.data()) % 64 / sizeof(float);
  for (std::int64_t offset : {0, 1})
    for (std::int64_t stride : {d, apart}) {
      std::ranges::fill(memory, -7.0f);
      float *first = memory.data() + (16 - aligned) % 16 + offset;
      f.run({view(given, {n, d})}, {view(first, {n, d}, {stride, 1})});
      std::int64_t wrong = 0;
      for (std::int64_t row = 0; row < n; ++row) {
        for (std::int64_t column = 0; column < d; ++column)
          wrong += first[row * stride + column] != 2 * given[row * d + column];
        wrong += stride > d && first[row * stride + d] != -7;
      }
      EXPECT_EQ(wrong, 0) << "offset " << offset << ", rows " << stride << " apart";
    }
}

TEST(E4, MoreThanTwoToThe31Elements) {
  const std::int64_t n = (std::int64_t(1) << 31) + 9;
  std::int8_t one = 1;
  Tensor x("x", 1, integer);
  Index i("i");
  Function f = jit(Program("many", {x}, {{"count", sum(i, x(i))}, {"last", max(i, i * x(i))}}));
  auto [count, last] = f.call<2>(view(&one, {n}, {0}));
  EXPECT_EQ(count.item<std::int64_t>(), n);
  EXPECT_EQ(last.item<std::int64_t>(), n - 1);
}

} // namespace
} // namespace mercer
