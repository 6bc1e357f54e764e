#include "Expected.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mercer::fuzz {
namespace {

/// The expected output of a program of one vector x.
ExpectedOutput expected(const Expr &value, Tensor x, std::vector<double> numbers, DType arithmetic) {
  Program program("p", {x}, {{"out", value}});
  std::vector<View> views{view(numbers, {numbers.size()})};
  Expected result = expectedOf(program, views, arithmetic, true, 10);
  EXPECT_EQ(result.unsupported, "");
  return result.outputs.at(0);
}

TEST(Expected, AllowsWhatTheTypeCannotDoBetter) {
  Tensor x("x", 1);
  Index i("i");
  ExpectedOutput sum32 = expected(sum(i, exp(x(i))), x, {0.1, 0.2, 0.3}, DType::f32);
  EXPECT_NEAR(sum32.reals[0], std::exp(0.1) + std::exp(0.2) + std::exp(0.3), 1e-14);
  EXPECT_GT(sum32.allowed[0], 1e-8);
  EXPECT_LT(sum32.allowed[0], 1e-5);
  ExpectedOutput sum64 = expected(sum(i, exp(x(i))), x, {0.1, 0.2, 0.3}, DType::f64);
  EXPECT_GT(sum64.allowed[0], 1e-17);
  EXPECT_LT(sum64.allowed[0], 1e-13);
}

TEST(Expected, SeesCancellation) {
  Tensor x("x", 1);
  Expr large = x(Expr(0)) * 10000000.0;
  ExpectedOutput output = expected((large + x(Expr(1))) - large, x, {0.7, 0.3}, DType::f32);
  EXPECT_NEAR(output.reals[0], 0.3, 1e-8);
  EXPECT_GT(output.allowed[0], 0.5);
}

TEST(Expected, HasNoErrorWhereAllIsExact) {
  Tensor x("x", 1);
  Index i("i");
  ExpectedOutput output = expected(sum(i, square(x(i)) * 0.5 - x(i)), x, {1, 2, -3}, DType::f32);
  EXPECT_EQ(output.reals[0], 7);
  EXPECT_LE(output.allowed[0], 7 * 0x1p-22 + 1e-40);
}

TEST(Expected, LeavesOpenWhatRoundingDecides) {
  Tensor x("x", 1);
  Index i("i");
  Expr third = x(Expr(0)) / 3.0;
  ExpectedOutput open = expected(where(third * 3.0 == x(Expr(0)), Expr(1), Expr(2)), x, {0.1}, DType::f32);
  EXPECT_TRUE(open.mayDiffer[0]);
  Expr one = exp(x(Expr(0))) * exp(-x(Expr(0)));
  EXPECT_TRUE(expected(where(one == 1.0, Expr(1), Expr(2)), x, {0.7}, DType::f32).mayDiffer[0]);
  ExpectedOutput decided = expected(argmax(i, x(i)), x, {0.5, 0.25, 0.5}, DType::f32);
  EXPECT_EQ(decided.integers[0], 0);
  EXPECT_FALSE(decided.mayDiffer[0]);
}

} // namespace
} // namespace mercer::fuzz
