// Plans given as text, and those that a call measures.
#include "ErrorOf.h"

#include <mercer/runtime.h>

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace mercer {
namespace {

/// r(i) = log sum_j exp(x_i . y_j), its gradient by x, and a sum over all.
Program logSumExp() {
  Index i("i"), j("j"), k("k");
  Tensor x("x", 2), y("y", 2);
  return value_and_gradient(Program("lse", {x, y}, {{"r", sum(i, logsumexp(j, sum(k, x(i, k) * y(j, k))))}}), {x});
}

struct Data {
  std::vector<float> x = numbers(300 * 40, 0.3f), y = numbers(500 * 40, 0.7f);
  static std::vector<float> numbers(std::size_t count, float phase) {
    std::vector<float> result(count);
    for (std::size_t n = 0; n < count; ++n)
      result[n] = std::sin(phase + 1.7f * static_cast<float>(n));
    return result;
  }
};

std::vector<float> resultsOf(const Function &f, const Data &data) {
  std::vector<float> all;
  for (const Array &array : f.call<2>(view(data.x, {300, 40}), view(data.y, {500, 40})))
    all.insert(all.end(), array.data<float>(), array.data<float>() + array.size());
  return all;
}

bool sameBits(const std::vector<float> &a, const std::vector<float> &b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

JitOptions withPlan(const std::string &plan) {
  JitOptions options;
  options.plan = plan;
  return options;
}

TEST(Tune, KeepsBits) {
  const Data data;
  const std::vector<float> expected = resultsOf(jit(logSumExp()), data);
  JitOptions options;
  options.tune = true;
  const Function tuned = jit(logSumExp(), options);
  for (int call = 0; call < 3; ++call)
    EXPECT_TRUE(sameBits(resultsOf(tuned, data), expected)) << call;
  // It has measured: the sizes' class is the same for other calls, so these do not again.
  EXPECT_NE(tuned.explain({view(data.x, {300, 40}), view(data.y, {500, 40})}).find("decided jam.0="), std::string::npos);
}

TEST(Tune, PlansOfTheSameBits) {
  const Data data;
  const std::vector<float> expected = resultsOf(jit(logSumExp()), data);
  for (int seed = 0; seed < 6; ++seed)
    EXPECT_TRUE(sameBits(resultsOf(jit(logSumExp(), withPlan("random " + std::to_string(seed) + " same-bits")), data), expected));
}

TEST(Tune, OtherPlansAreRightToo) {
  const Data data;
  const std::vector<float> expected = resultsOf(jit(logSumExp()), data);
  int others = 0;
  for (int seed = 0; seed < 6; ++seed) {
    const std::vector<float> given = resultsOf(jit(logSumExp(), withPlan("random " + std::to_string(seed))), data);
    ASSERT_EQ(given.size(), expected.size());
    for (std::size_t n = 0; n < given.size(); ++n)
      ASSERT_NEAR(given[n], expected[n], 1e-5 * (1 + std::abs(expected[n]))) << "random " << seed;
    others += !sameBits(given, expected);
  }
  EXPECT_GT(others, 0) << "all plans were the same";
}

TEST(Tune, WrongPlansAreNamed) {
  const Data data;
  expect_error(ErrorCode::bad_option, "'jam' is no decision=option", [] { jit(logSumExp(), withPlan("jam")); });
  expect_error(ErrorCode::bad_option, "'jam.0' has no option '3'",
               [&] { resultsOf(jit(logSumExp(), withPlan("jam.0=3")), data); });
}

} // namespace
} // namespace mercer
