#include "ErrorOf.h"

#include <bit>
#include <cmath>

/// AddressSanitizer's allocator then fails as others do.
extern "C" const char *__asan_default_options() {
  return "allocator_may_return_null=1:detect_container_overflow=0";
}

namespace mercer {
namespace {

TEST(Array, IsZeroedAlignedAndShared) {
  Array a(DType::f32, {3, 5});
  EXPECT_EQ(a.size(), 15);
  EXPECT_EQ(a.shape(), (std::vector<std::int64_t>{3, 5}));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(a.data<float>()) % 64, 0u);
  EXPECT_EQ(a.data<float>()[14], 0);
  Array b = a;
  b.data<float>()[2] = 7;
  EXPECT_EQ(a.data<float>()[2], 7);
}

TEST(Array, RefusesOtherTypes) {
  Array a(DType::f32, {1});
  expect_error(ErrorCode::type_mismatch, "array: elements are f32, not f64", [&] { a.data<double>(); });
  expect_error(ErrorCode::type_mismatch, "array: elements are f32, not i64",
               [&] { std::as_const(a).data<std::int64_t>(); });
}

TEST(Array, ItemConverts) {
  Array a(DType::f16, {1, 1});
  a.data<half>()[0] = half(1.5f);
  EXPECT_EQ(a.item<double>(), 1.5);
  EXPECT_EQ(a.item<int>(), 1);
  Array b(DType::i64, {});
  b.data<std::int64_t>()[0] = (std::int64_t(1) << 60) + 1;
  EXPECT_EQ(b.item<std::int64_t>(), (std::int64_t(1) << 60) + 1);
  expect_error(ErrorCode::bad_view, "array: item() needs one element, but the shape is [2]",
               [] { Array(DType::f64, {2}).item<double>(); });
}

TEST(Array, RefusesBadShapes) {
  expect_error(ErrorCode::bad_view, "array: 'shape' is [2, -1]; sizes must not be negative",
               [] { Array(DType::f32, {2, -1}); });
  expect_error(ErrorCode::limit_exceeded, "of f64 has 2^63 bytes or more",
               [] { Array(DType::f64, {1L << 60}); });
  expect_error(ErrorCode::limit_exceeded, "has 17 dimensions; the limit is 16",
               [] { Array(DType::f64, std::vector<std::int64_t>(17, 1)); });
  expect_error(ErrorCode::out_of_memory, "array: no memory for shape [576460752303423488] of f64",
               [] { Array(DType::f64, {1L << 59}); });
  EXPECT_EQ(Array(DType::f64, {0, 1L << 62, 1L << 62}).size(), 0);
}

TEST(Half, RoundsToNearestEven) {
  EXPECT_EQ(half(1.0f).bits, 0x3c00);
  EXPECT_EQ(half(65504.0f).bits, 0x7bff);
  EXPECT_EQ(half(65519.0f).bits, 0x7bff);
  EXPECT_EQ(half(65520.0f).bits, 0x7c00); // a tie, to even: infinity
  EXPECT_EQ(half(0x1p-24f).bits, 1);      // the smallest
  EXPECT_EQ(half(0x1p-25f).bits, 0);      // a tie, to even
  EXPECT_EQ(half(std::nextafter(0x1p-25f, 1.0f)).bits, 1);
  EXPECT_EQ(half(1 + 0x1p-11f).bits, 0x3c00);
  EXPECT_EQ(half(1 + 0x3p-11f).bits, 0x3c02);
  EXPECT_EQ(half(-0.0f).bits, 0x8000);
  EXPECT_TRUE(std::isnan(float(half(std::nanf("")))));
}

TEST(Half, AllPatternsComeBack) {
  for (unsigned bits = 0; bits < 65536; ++bits) {
    half value(0.0f);
    value.bits = static_cast<std::uint16_t>(bits);
    const float wide = value;
    if (!std::isnan(wide))
      ASSERT_EQ(half(wide).bits, bits);
    else
      ASSERT_TRUE(std::isnan(float(half(wide))));
    bfloat16 brain(0.0f);
    brain.bits = static_cast<std::uint16_t>(bits);
    const float wider = brain;
    if (!std::isnan(wider))
      ASSERT_EQ(bfloat16(wider).bits, bits);
    else
      ASSERT_TRUE(std::isnan(float(bfloat16(wider))));
  }
}

#ifdef __FLT16_MANT_DIG__
TEST(Half, RoundsAsTheCompilerDoes) {
  for (std::uint64_t bits = 0; bits <= 0xffffffff; bits += 65'521) {
    const float value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (std::isnan(value))
      continue;
    ASSERT_EQ(half(value).bits, std::bit_cast<std::uint16_t>(static_cast<_Float16>(value))) << value;
  }
}
#endif

} // namespace
} // namespace mercer
