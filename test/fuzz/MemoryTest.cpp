#include "Memory.h"

#include <gtest/gtest.h>

namespace mercer::fuzz {
namespace {

constexpr Layout layouts[] = {Layout::rowMajor, Layout::transposed, Layout::gaps, Layout::negative,
                              Layout::repeated};

TEST(Memory, KeepsElementsInEveryLayout) {
  for (Layout layout : layouts)
    for (DType dtype : {DType::f64, DType::f32, DType::f16, DType::bf16, DType::i64, DType::i32, DType::i8})
      for (bool atEnd : {true, false}) {
        Placed placed(dtype, {2, 3, 2}, layout, atEnd);
        for (std::int64_t n = 0; n < 12; ++n)
          placed.set(n, static_cast<double>(n % 6));
        for (std::int64_t n = 0; n < 12; ++n)
          EXPECT_EQ(placed.real(n), static_cast<double>(n % 6)) << static_cast<int>(layout);
        EXPECT_FALSE(placed.isRedZoneHit());
      }
}

TEST(MemoryDeathTest, EndsTheProcessBesideTheBuffer) {
  Placed last(DType::i8, {5}, Layout::rowMajor, true), first(DType::i8, {5}, Layout::rowMajor, false);
  auto byteAt = [](const Placed &placed, std::int64_t offset) {
    return static_cast<const volatile char *>(placed.view().data)[offset];
  };
  EXPECT_EQ(byteAt(last, 4), byteAt(first, 0));
  EXPECT_DEATH(byteAt(last, 5), "");
  EXPECT_DEATH(byteAt(first, -1), "");
  last.makeReadOnly();
  EXPECT_DEATH(last.set(0, 1), "");
}

TEST(Memory, SeesWritesIntoGaps) {
  Placed placed(DType::f32, {3, 4}, Layout::gaps, true);
  placed.set(5, 1);
  EXPECT_FALSE(placed.isRedZoneHit());
  static_cast<float *>(placed.view().data)[1] = 1; // between the first two elements
  EXPECT_TRUE(placed.isRedZoneHit());
}

} // namespace
} // namespace mercer::fuzz
