// The limits, each at its border: the largest that is allowed works, one more is limit_exceeded.
#include "ExpectError.h"

#include "mercer/dsl/Node.h"
#include "../BalancedSum.h"

namespace mercer {
namespace {

std::string number(int value) { return std::to_string(value); }

/// An expression of this depth without shared nodes.
Expr chain(int depth, const Scalar &x) {
  Expr result = x;
  for (int built = 1; built < depth; ++built)
    result = -result;
  return result;
}

TEST(Limits, Names) {
  for (int length : {limits::name - 1, limits::name})
    EXPECT_EQ(Index(std::string(length, 'i')).name().size(), std::size_t(length));
  expect_error(ErrorCode::limit_exceeded,
               "index name '" + std::string(40, 'i') + "...' has 129 characters; the limit is 128",
               [] { Index(std::string(limits::name + 1, 'i')); });
}

TEST(Limits, Rank) {
  EXPECT_EQ(Tensor("x", limits::rank - 1).rank(), 15);
  EXPECT_EQ(Tensor("x", limits::rank).rank(), 16);
  expect_error(ErrorCode::limit_exceeded, "tensor 'x': rank 17 is not in 0 .. 16",
               [] { Tensor("x", limits::rank + 1); });
  expect_error(ErrorCode::limit_exceeded, "tensor 'x': rank -1 is not in 0 .. 16", [] { Tensor("x", -1); });
}

Program program_with_arguments(int arguments) {
  std::vector<Tensor> inputs;
  for (int n = 0; n < arguments - 1; ++n)
    inputs.push_back(Scalar("x" + number(n)));
  return Program("p", inputs, {{"a", inputs[0]()}});
}

TEST(Limits, Arguments) {
  EXPECT_EQ(program_with_arguments(limits::arguments - 1).inputs().size(), 254u);
  EXPECT_EQ(program_with_arguments(limits::arguments).inputs().size(), 255u);
  expect_error(ErrorCode::limit_exceeded, "program 'p' has 257 arguments; the limit is 256",
               [] { program_with_arguments(limits::arguments + 1); });
}

Program program_with_output_rank(int rank) {
  std::vector<Index> indices;
  Expr value = 0;
  for (int n = 0; n < rank; ++n) {
    indices.emplace_back("i" + number(n), 2);
    value = value + indices.back();
  }
  return Program("p", {}, {{"a", indices, value}});
}

TEST(Limits, OutputIndices) {
  EXPECT_EQ(program_with_output_rank(limits::rank - 1).outputs()[0].indices.size(), 15u);
  EXPECT_EQ(program_with_output_rank(limits::rank).outputs()[0].indices.size(), 16u);
  expect_error(ErrorCode::limit_exceeded, "program 'p' has 17 dimensions of output 'a'; the limit is 16",
               [] { program_with_output_rank(limits::rank + 1); });
  expect_error(ErrorCode::limit_exceeded, "program 'p' has 33 indices of output 'a'; the limit is 32",
               [] { program_with_output_rank(limits::output_indices + 1); });
}

TEST(Limits, Depth) {
  Scalar x("x");
  for (int depth : {limits::depth - 1, limits::depth}) {
    Expr deep = chain(depth, x);
    EXPECT_EQ(deep.node()->depth, depth);
    EXPECT_EQ(Program("p", {x}, {{"a", deep}}).graph().outputs.size(), 1u);
    EXPECT_FALSE(to_text(deep).empty());
    EXPECT_FALSE(to_latex(deep).empty());
  }
  expect_error(ErrorCode::limit_exceeded, "expression depth 10001 exceeds the limit of 10000",
               [&] { chain(limits::depth + 1, x); });
}

TEST(Limits, AHundredThousandDeepIsAnError) {
  Scalar x("x");
  EXPECT_THROW(chain(100'000, x), Error);
}

/// A program with this many different nodes: a flat tree of sums of distinct constants, and the input.
Program program_with_nodes(int nodes) {
  Scalar x("x");
  std::vector<Expr> level{x};
  // A binary tree over n leaves has n - 1 inner nodes, the input's read counts its tensor too.
  int leaves = nodes / 2, extra = nodes - 2 * leaves;
  for (int n = 1; n < leaves; ++n)
    level.push_back(Expr(double(n)));
  Expr value = test::balancedSum(std::move(level));
  for (int n = 0; n < extra; ++n)
    value = -value;
  return Program("p", {x}, {{"a", value}});
}

TEST(Limits, Nodes) {
  EXPECT_EQ(program_with_nodes(limits::nodes - 1).outputs().size(), 1u);
  EXPECT_EQ(program_with_nodes(limits::nodes).outputs().size(), 1u);
  expect_error(ErrorCode::limit_exceeded, "program 'p' has 20001 nodes; the limit is 20000",
               [] { program_with_nodes(limits::nodes + 1); });
}

TEST(Limits, AMillionNodesAreAnError) { EXPECT_THROW(program_with_nodes(1'000'000), Error); }

TEST(Limits, ValuesAfterDefinitionsAreWrittenOut) {
  // Each definition reads the one below at two subscripts: 2^n values from 2n nodes.
  Tensor x("x", 1);
  Tensor top = x;
  for (int n = 0; n < 17; ++n) {
    Index i("i", 1);
    top = Tensor({i}, top(i * 2 + 1) - top(i * 2));
  }
  expect_error(ErrorCode::limit_exceeded,
               "program 'p' has more than 100000 values after its definitions are written out",
               [&] { Program("p", {x}, {{"a", top(0)}}); });
}

TEST(Limits, SharedNodesCountOnce) {
  Scalar x("x");
  Expr value = x;
  for (int n = 0; n < 60; ++n)
    value = value + value;
  Program program("p", {x}, {{"a", value}});
  EXPECT_EQ(program.graph().nodes.size(), 61u);
  EXPECT_LT(to_text(value).size(), std::size_t(1) << 20) << "shared parts are printed once";
}

} // namespace
} // namespace mercer
