// Reductions and vectors: every message, and the kinds of results.
#include "ExpectError.h"

#include "mercer/language.h"

namespace mercer {
namespace {

class Reductions : public testing::Test {
protected:
  Index i{"i"}, j{"j"};
  Tensor x{"x", 1}, matrix{"matrix", 2}, flag{"flag", 1, boolean}, label{"label", 1, integer},
      point{"point", 0};
};

TEST_F(Reductions, NameEachIndexOnce) {
  expect_error(ErrorCode::rank_mismatch, "sum: 'over' names no index",
               [&] { sum(std::vector<Index>{}, x(i)); });
  expect_error(ErrorCode::duplicate_name, "mean: 'over' names index 'i' twice", [&] { mean({i, i}, x(i)); });
}

TEST_F(Reductions, CheckKinds) {
  expect_error(ErrorCode::kind_mismatch, "max: 'predicate' must be boolean, but is real",
               [&] { max(i, x(i), x(i)); });
  expect_error(ErrorCode::kind_mismatch, "count: 'predicate' must be boolean, but is integer",
               [&] { count(i, label(i)); });
  expect_error(ErrorCode::kind_mismatch, "any: 'condition' must be boolean, but is real",
               [&] { any(i, x(i)); });
  expect_error(ErrorCode::kind_mismatch, "all: 'condition' must be boolean, but is integer",
               [&] { all(i, label(i)); });
  expect_error(ErrorCode::kind_mismatch, "sum: 'value' must be real or integer, but is boolean",
               [&] { sum(i, flag(i)); });
  expect_error(ErrorCode::kind_mismatch, "softmax: 'value' must be real or integer, but is boolean",
               [&] { softmax(i, flag(i)); });
  expect_error(ErrorCode::kind_mismatch, "argmin: 'value' must be real or integer, but is boolean",
               [&] { argmin(i, flag(i)); });
}

TEST_F(Reductions, ResultKinds) {
  EXPECT_EQ(sum(i, label(i)).kind(), integer);
  EXPECT_EQ(max(i, label(i)).kind(), integer);
  EXPECT_EQ(mean(i, label(i)).kind(), real);
  EXPECT_EQ(variance(i, label(i)).kind(), real);
  EXPECT_EQ(logsumexp(i, label(i)).kind(), real);
  EXPECT_EQ(argmax(i, x(i)).kind(), integer);
  EXPECT_EQ(count(i, x(i) > 0.0).kind(), integer);
  EXPECT_EQ(any(i, x(i) > 0.0).kind(), boolean);
}

TEST_F(Reductions, VectorsHaveRankOne) {
  expect_error(ErrorCode::rank_mismatch, "dot: 'a' must have rank 1, but has rank 2",
               [&] { dot(matrix, x); });
  expect_error(ErrorCode::rank_mismatch, "dot: 'b' must have rank 1, but has rank 0", [&] { dot(x, point); });
  expect_error(ErrorCode::rank_mismatch, "norm: 'a' must have rank 1, but has rank 2", [&] { norm(matrix); });
  expect_error(ErrorCode::rank_mismatch, "squared_norm: 'a' must have rank 1, but has rank 2",
               [&] { squared_norm(matrix); });
  expect_error(ErrorCode::rank_mismatch, "squared_distance: 'b' must have rank 1, but has rank 2",
               [&] { squared_distance(x, matrix); });
  expect_error(ErrorCode::rank_mismatch, "distance: 'a' must have rank 1, but has rank 2",
               [&] { distance(matrix, x); });
  expect_error(ErrorCode::kind_mismatch, "cosine: 'a' must be real or integer, but is boolean",
               [&] { cosine(flag, x); });
  expect_error(ErrorCode::rank_mismatch, "cosine: 'b' must have rank 1, but has rank 2",
               [&] { cosine(x, matrix); });
  expect_error(ErrorCode::rank_mismatch, "normalize: 'x' must have rank 1 or more, but has rank 0",
               [&] { normalize(point); });
  EXPECT_EQ(normalize(matrix).rank(), 2);
}

} // namespace
} // namespace mercer
