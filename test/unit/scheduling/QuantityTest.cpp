#include "compiler/scheduling/Quantity.h"

#include <gtest/gtest.h>

namespace mercer::scheduling {
namespace {

std::optional<double> valueFor(const Symbols &symbols, const Quantity &quantity, std::int64_t n) {
  return symbols.value(quantity, [n](unsigned, unsigned) { return n; });
}

TEST(Quantity, PrintsPolynomialsByDegree) {
  Symbols symbols;
  const Quantity n = symbols.size(0, 0), m = symbols.size(1, 0);
  EXPECT_EQ(symbols.text(n * m * 2 + n * 7 - 1), "2 n m + 7 n - 1");
  EXPECT_EQ(symbols.text(n * n * 0.5 - n * 0.5), "0.5 n^2 - 0.5 n");
  EXPECT_EQ(symbols.text(n - n), "0");
  EXPECT_TRUE((n - n).is_zero());
}

TEST(Quantity, GivesTheSameSizeTheSameLetter) {
  Symbols symbols;
  EXPECT_EQ(symbols.size(0, 1), symbols.size(0, 1));
  EXPECT_FALSE(symbols.size(0, 1) == symbols.size(1, 0));
  EXPECT_TRUE(symbols.letters().empty());
  symbols.text(symbols.size(1, 0));
  ASSERT_EQ(symbols.letters().size(), 1u);
  EXPECT_EQ(symbols.letters()[0].argument, 1u);
  EXPECT_EQ(symbols.letters()[0].letter, "n");
}

TEST(Quantity, TakesNoLetterThatIsAnIndex) {
  Symbols symbols;
  symbols.index("n");
  EXPECT_EQ(symbols.text(symbols.size(0, 0)), "m");
}

TEST(Quantity, EvaluatesWhereSizesAreKnown) {
  Symbols symbols;
  const Quantity n = symbols.size(0, 0);
  EXPECT_EQ(valueFor(symbols, n * n + 3, 10), 103.0);
  EXPECT_EQ(valueFor(symbols, n - 30, 10), 0.0); // a number of things
  EXPECT_FALSE(symbols.value(n, {}));
  EXPECT_FALSE(valueFor(symbols, n * symbols.unknown(), 10));
}

// What sum gives is compared with adding up, for several bounds.
TEST(Quantity, SumsPolynomialsExactly) {
  Symbols symbols;
  const Quantity n = symbols.size(0, 0), i = symbols.index("i");
  for (const Quantity &term : {Quantity(3.0), i, i * i - i * 2, i * i * i + n, n * i})
    for (int size : {1, 2, 7, 50}) {
      double expected = 0;
      for (int at = 2; at < size + 2; ++at)
        expected += *valueFor(symbols, symbols.greatest(term, i, at, at + 1), size) * 1.0;
      EXPECT_NEAR(*valueFor(symbols, symbols.sum(term, i, 2, n + 2), size), expected, 1e-9 * expected)
          << symbols.text(term) << " for " << size;
    }
}

TEST(Quantity, SumsOverBlocksToTheWhole) {
  Symbols symbols;
  const Quantity m = symbols.size(0, 0), b = symbols.index("b");
  const Quantity blocks = symbols.made(Symbols::Kind::divided_down, m + 255, 256);
  const Quantity end = symbols.made(Symbols::Kind::minimum, b * 256 + 256, m);
  EXPECT_EQ(symbols.sum(end - b * 256, b, 0, blocks), m);
  EXPECT_EQ(symbols.made(Symbols::Kind::minimum, m, blocks * 256), m);
}

TEST(Quantity, KeepsFunctionsThatAreNoPolynomials) {
  Symbols symbols;
  const Quantity n = symbols.size(0, 0);
  const Quantity chunks = symbols.made(Symbols::Kind::divided_up, n, 64);
  EXPECT_EQ(symbols.text(chunks * 16), "16 ceil(n / 64)");
  EXPECT_EQ(valueFor(symbols, chunks, 65), 2.0);
  EXPECT_EQ(symbols.made(Symbols::Kind::divided_up, 65, 64), Quantity(2));
}

// A chain of functions in functions, or of products, must not make a text that grows with 2^n.
TEST(Quantity, LimitsWhatItKeeps) {
  Symbols symbols;
  Quantity deep = symbols.size(0, 0), wide;
  for (int n = 0; n < 100; ++n) {
    deep = symbols.made(Symbols::Kind::maximum, deep + n, deep);
    wide += symbols.size(0, static_cast<unsigned>(n));
  }
  EXPECT_LT(symbols.text(deep).size(), 10'000u);
  for (int n = 0; n < 1000; ++n)
    symbols.made(Symbols::Kind::maximum, wide, n);
  EXPECT_EQ(symbols.unknown(), symbols.made(Symbols::Kind::maximum, wide, -1))
      << "one for all beyond a limit";
  EXPECT_LE((wide * wide).terms().size(), 48u);
}

} // namespace
} // namespace mercer::scheduling
