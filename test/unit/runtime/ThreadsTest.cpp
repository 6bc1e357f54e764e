// Threads change speed, not results; one function may be called from many.
#include "Programs.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <thread>

namespace mercer {
namespace {

Program gram_sums() {
  Index i("i"), j("j"), k("k");
  Tensor x("x", 2), b("b", 1);
  Expr distance = sum(k, square(x(i, k) - x(j, k)));
  Expr row = sum(j, exp(-0.5 * distance) * b(j));
  Index l("l");
  return Program("gram", {x, b}, {{"a", i, row}});
}

TEST(D1, AnyNumberOfThreadsGivesTheSameBits) {
  const int n = 700, d = 3;
  std::vector<float> x(n * d), b(n);
  for (int p = 0; p < n * d; ++p)
    x[p] = std::sin(0.37f * p);
  for (int p = 0; p < n; ++p)
    b[p] = std::cos(0.11f * p);
  Index i("i");
  Tensor v("v", 1);
  Program total("total", {v}, {{"s", sum(i, v(i))}, {"m", max(i, v(i))}, {"e", logsumexp(i, v(i))}});
  std::vector<float> first, sums;
  for (int threads : {1, 2, 3, 7, 64, 0}) {
    JitOptions options;
    options.threads = threads;
    Function gram = jit(gram_sums(), options);
    Function reduce = jit(total, options);
    for (int run = 0; run < 5; ++run) {
      Array a = gram(view(x, {n, d}), view(b, {n}));
      auto [s, m, e] = reduce.call<3>(view(x, {n * d}));
      std::vector<float> now(a.data<float>(), a.data<float>() + n);
      std::vector<float> reduced{s.item<float>(), m.item<float>(), e.item<float>()};
      if (first.empty())
        first = now, sums = reduced;
      ASSERT_EQ(std::memcmp(first.data(), now.data(), n * sizeof(float)), 0) << threads << " threads";
      ASSERT_EQ(std::memcmp(sums.data(), reduced.data(), 3 * sizeof(float)), 0) << threads << " threads";
    }
  }
}

TEST(D1, SumsByClassHaveTheSameBitsForAnyNumberOfThreads) {
  Index i("i"), k("k");
  Tensor x("x", 2), table("table", 2), label("label", 1, integer);
  Index c("c", extent(table, 0));
  Program sums("sums", {x, label, table},
               {{"rows", {c, k}, sum(i, x(i, k), label(i) == c)},
                {"squares", c, sum(i, square(x(i, 0)), label(i) == c)}});
  Program read("read", {table, label, x}, {{"loss", sum({i, k}, square(table(label(i), k) - x(i, k)))}});
  const int n = 20'000, d = 5, classes = 60;
  std::vector<float> rows(n * d), values(classes * d);
  std::vector<std::int64_t> labels(n);
  for (int p = 0; p < n * d; ++p)
    rows[static_cast<std::size_t>(p)] = std::sin(0.37f * static_cast<float>(p));
  for (int p = 0; p < classes * d; ++p)
    values[static_cast<std::size_t>(p)] = std::cos(0.11f * static_cast<float>(p));
  for (int p = 0; p < n; ++p)
    labels[static_cast<std::size_t>(p)] = (p * 7919) % classes;
  std::vector<std::vector<float>> first;
  for (int threads : {1, 2, 3, 7, 64, 0}) {
    JitOptions options;
    options.threads = threads;
    Function f = jit(sums, options);
    Function g = jit(value_and_gradient(read, {table}), options);
    for (int run = 0; run < 5; ++run) {
      auto [a, b] = f.call<2>(view(rows, {n, d}), view(labels, {n}), view(values, {classes, d}));
      auto [loss, slope] = g.call<2>(view(values, {classes, d}), view(labels, {n}), view(rows, {n, d}));
      std::vector<std::vector<float>> now;
      for (const Array *array : {&a, &b, &loss, &slope})
        now.emplace_back(array->data<float>(), array->data<float>() + array->size());
      if (first.empty())
        first = now;
      for (std::size_t n = 0; n < now.size(); ++n)
        ASSERT_EQ(std::memcmp(first[n].data(), now[n].data(), now[n].size() * sizeof(float)), 0)
            << "result " << n << ", " << threads << " threads";
    }
  }
}

TEST(Threads, ShareAFunction) {
  Function f = jit(linear_map());
  std::vector<std::thread> threads;
  std::vector<int> good(4, 0);
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int run = 0; run < 50; ++run) {
        const int n = 1 + run % 5, d = 2 + t % 2;
        std::vector<float> x(n * d, 1.0f), w(d, 1.0f);
        Array y = f(view(x, {n, d}), view(w, {d}), t);
        good[t] += y.data<float>()[n - 1] == static_cast<float>(d + t);
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  for (int count : good)
    EXPECT_EQ(count, 50);
}

} // namespace
} // namespace mercer
