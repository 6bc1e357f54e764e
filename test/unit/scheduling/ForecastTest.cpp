// Predicted times against values by hand, on machines made up for it.
#include "compiler/scheduling/Forecast.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mercer::scheduling {
namespace {

/// Caches of 1 KB, 10 KB, 100 KB; 1000 cycles a second; reads of 64, 32 and 16 bytes a cycle.
Machine machine() {
  Machine result;
  result.caches = {1000, 10'000, 100'000};
  result.core.instructions = 1000;
  result.core.mispredicted = 0;
  return result;
}
constexpr Rates rates{1000, {64'000, 32'000, 16'000}};

std::vector<Prediction> predicted(const NestForecast &nest, const Machine &machine = scheduling::machine()) {
  return predict({nest}, Symbols(), {}, machine, rates);
}

LoopForecast loop(unsigned parent, double turns, double width = 1) {
  LoopForecast result;
  result.parent = parent;
  result.turns = turns;
  result.width = width;
  return result;
}

Access access(unsigned array, double bytes, std::vector<Access::Dimension> dimensions) {
  return {array, bytes, std::move(dimensions), false, false};
}

/// 100 rows of `columns` columns, read once by an inner loop; a vector of a number for each column, read for each row.
NestForecast matrixTimesVector(double columns) {
  NestForecast nest;
  nest.loops = {loop(0, 100), loop(0, 100 * columns)};
  nest.loops[1].accesses = {access(0, 4, {{Quantity(100), {0}, {}}, {Quantity(columns), {1}, {}}}),
                            access(1, 4, {{Quantity(columns), {1}, {}}})};
  return nest;
}

TEST(Forecast, PortsTakeTurns) {
  NestForecast nest;
  nest.loops = {loop(0, 100), loop(0, 10'000)};
  nest.loops[1].work.arithmetic = 6; // 3 cycles on two ports
  ASSERT_EQ(predicted(nest).size(), 1u);
  EXPECT_NEAR(predicted(nest)[0].seconds, 10'000 * 3 * 1.15 / 1000, 0.1);
  EXPECT_EQ(predicted(nest)[0].bound, Bound::arithmetic);
  nest.loops[1].work.stores = 6;
  EXPECT_NEAR(predicted(nest)[0].seconds, 10'000 * std::cbrt(27 + 216) * 1.15 / 1000, 0.2);
  EXPECT_EQ(predicted(nest)[0].bound, Bound::stores);
  nest.loops[1].work.divisions = 1;
  EXPECT_EQ(predicted(nest)[0].bound, Bound::divisions);
}

TEST(Forecast, ResultsThatWaitForEachOther) {
  NestForecast nest;
  nest.loops = {loop(0, 1), loop(0, 10'000)};
  nest.loops[1].work.arithmetic = nest.loops[1].work.chain = 1;
  EXPECT_EQ(predicted(nest)[0].bound, Bound::waiting);
  const double alone = predicted(nest)[0].seconds;
  EXPECT_NEAR(alone, 10'000 * 4 * 1.15 / 1000, 0.3);
  // Sums of 16 terms beside each other: 512 instructions are 32 of them.
  nest.loops[1].restarts = 16;
  EXPECT_LT(predicted(nest)[0].seconds, alone / 3);
}

TEST(Forecast, BytesThatDoNotStayInACache) {
  // 100 rows of 50 numbers and a vector of 200 bytes, which stays in the first cache beside a row.
  const double second = (100 * 200 + 200) / 64'000.0, third = (100 * 200 + 200) / 32'000.0;
  EXPECT_NEAR(predicted(matrixTimesVector(50))[0].seconds, std::cbrt(std::pow(second, 3) + std::pow(third, 3)), 1e-4);
  EXPECT_EQ(predicted(matrixTimesVector(50))[0].bound, Bound::third_cache) << "20 KB are more than the second cache";
}

TEST(Forecast, BytesThatAreReadAgain) {
  // 2000 bytes of the vector are read again from the second cache for each of the rows.
  Machine large = machine();
  large.caches[1] = 10'000'000;
  EXPECT_NEAR(predicted(matrixTimesVector(500), large)[0].seconds, 2 * 100 * 2000 / 64'000.0, 1e-3);
  EXPECT_EQ(predicted(matrixTimesVector(500), large)[0].bound, Bound::second_cache);
  // All of it fits: the next call finds everything where this one left it.
  large.caches[0] = 1'000'000;
  EXPECT_EQ(predicted(matrixTimesVector(500), large)[0].seconds, 0);
}

TEST(Forecast, WholeLinesWhereElementsAreApart) {
  // One number of each of 100 rows of 1000: a line of 64 bytes each, which comes late.
  NestForecast nest;
  nest.loops = {loop(0, 100)};
  nest.loops[0].accesses = {access(0, 4, {{Quantity(100), {0}, {}}, {Quantity(1000), {}, {7}}})};
  Machine small = machine();
  small.caches = {100, 1'000'000, 1'000'000};
  EXPECT_NEAR(predicted(nest, small)[0].seconds, 2 * 100 * 64 / 64'000.0, 1e-6);
}

TEST(Forecast, NeedsAllSizes) {
  Symbols symbols;
  NestForecast nest;
  nest.loops = {loop(0, 1)};
  nest.loops[0].turns = symbols.size(0, 0);
  nest.loops[0].work.arithmetic = 2;
  EXPECT_TRUE(predict({nest}, symbols, {}, machine(), rates).empty());
  const SizeOf thousand = [](unsigned, unsigned) { return 1000; };
  EXPECT_NEAR(predict({nest}, symbols, thousand, machine(), rates)[0].seconds, 1.15, 0.01);
}

TEST(Machine, IsMeasured) {
  for (unsigned bits : {128u, 256u, 512u}) {
    const Core &core = hostCore(bits);
    EXPECT_GT(core.arithmetic, 0);
    EXPECT_LE(core.arithmetic, 8);
    EXPECT_GE(core.division, 1);
    EXPECT_GE(core.latency, 1);
  }
  EXPECT_GT(hostRates().cycles, 1e8);
  EXPECT_GE(hostRates().bytes[0], hostRates().bytes[2]);
  for (std::int64_t cache : hostCaches())
    EXPECT_GT(cache, 1000);
}

} // namespace
} // namespace mercer::scheduling
