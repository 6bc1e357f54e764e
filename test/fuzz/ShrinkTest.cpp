#include "Shrink.h"
#include "Generate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace mercer::fuzz {
namespace {

bool calls(const Tree &tree, const char *name) {
  if (tree->op == Op::unary && std::strcmp(unaryRows()[static_cast<std::size_t>(tree->what)].name, name) == 0)
    return true;
  for (const Tree &operand : tree->operands)
    if (calls(operand, name))
      return true;
  return false;
}

bool calls(const Case &test, const char *name) {
  for (const OutputInfo &output : test.outputs)
    if (calls(output.body, name))
      return true;
  return false;
}

TEST(Shrink, LeavesWhatTheFailureNeeds) {
  int tried = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Case test = generate(seed);
    if (!calls(test, "tanh"))
      continue;
    ++tried;
    Case smaller = shrink(
        test,
        [](const Case &candidate) {
          try {
            buildProgram(candidate);
          } catch (const std::exception &) {
            return false; // cut too far
          }
          return calls(candidate, "tanh");
        },
        60);
    EXPECT_TRUE(calls(smaller, "tanh"));
    EXPECT_EQ(smaller.outputs.size(), 1u);
    EXPECT_EQ(smaller.wrapper, Wrapper::none);
    EXPECT_LE(countNodes(smaller), 8) << printCpp(smaller, "found");
    for (std::int64_t size : smaller.sizes)
      EXPECT_EQ(size, 0);
  }
  EXPECT_GT(tried, 20);
}

TEST(Generate, MakesTheSameCaseOfASeed) {
  for (std::uint64_t seed : {1u, 2u, 3u})
    EXPECT_EQ(printCpp(generate(seed), "f"), printCpp(generate(seed), "f"));
  EXPECT_NE(printCpp(generate(1), "f"), printCpp(generate(2), "f"));
}

TEST(Generate, RepeatsSomeCasesWithOtherInputs) {
  int repeated = 0;
  for (std::uint64_t seed = 0; seed < 64; ++seed) {
    const Case test = generate(seed);
    const auto again = [](const auto &item) { return item.name.ends_with("_again"); };
    const auto copies = std::count_if(test.outputs.begin(), test.outputs.end(), again);
    if (copies == 0)
      continue;
    ++repeated;
    EXPECT_EQ(2 * copies, std::ssize(test.outputs)) << seed;
    EXPECT_EQ(2 * std::count_if(test.tensors.begin(), test.tensors.end(), again), std::ssize(test.tensors)) << seed;
  }
  EXPECT_GT(repeated, 0);
  EXPECT_LT(repeated, 32);
}

TEST(Generate, KeepsWorkSmall) {
  int nodes = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Case test = generate(seed);
    EXPECT_LE(costOf(test, false), mostWork) << seed;
    nodes += countNodes(test);
  }
  EXPECT_GT(nodes, 300 * 10);
}

} // namespace
} // namespace mercer::fuzz
