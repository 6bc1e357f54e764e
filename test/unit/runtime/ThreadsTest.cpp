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
