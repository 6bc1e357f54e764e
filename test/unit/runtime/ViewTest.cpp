#include "ErrorOf.h"

#include <span>

namespace mercer {
namespace {

TEST(View, TakesPointersAndContainers) {
  std::vector<float> x(6);
  const int n = 2;
  EXPECT_EQ(view(x, {n, x.size() / n}).shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(view(x.data(), {3}, {-2}).strides, (std::vector<std::int64_t>{-2}));
  EXPECT_FALSE(view(x, {6}).read_only);
  EXPECT_TRUE(view(std::as_const(x), {6}).read_only);
  EXPECT_TRUE(view(std::span<const float>(x), {6}).read_only);
  double raw[2];
  EXPECT_EQ(view(raw, {2}).dtype, DType::f64);
  EXPECT_EQ(view(std::array<bool, 2>{}, {2}).dtype, DType::boolean);
  EXPECT_EQ(view(std::vector<std::int8_t>(2), {2}).dtype, DType::i8);
  EXPECT_EQ(view(std::vector<int>(2), {2}).dtype, DType::i32);
  EXPECT_EQ(view(std::vector<long long>(2), {2}).dtype, DType::i64);
  EXPECT_EQ(view(std::vector<half>(2), {2}).dtype, DType::f16);
  EXPECT_EQ(view(std::vector<bfloat16>(2), {2}).dtype, DType::bf16);
#ifdef __FLT16_MANT_DIG__
  EXPECT_EQ(view<_Float16>(nullptr, {0}).dtype, DType::f16);
#endif
#ifdef MERCER_HAS_BF16
  EXPECT_EQ(view<__bf16>(nullptr, {0}).dtype, DType::bf16);
#endif
  EXPECT_EQ(view<float>(nullptr, {0}).data, nullptr);
}

TEST(View, TakesTheMemoryOfItsSizes) { // calls on small data make many views
  std::vector<std::int64_t> sizes(3, 1);
  const std::int64_t *memory = sizes.data();
  float x = 0;
  EXPECT_EQ(view(&x, std::move(sizes)).shape.data(), memory);
}

TEST(View, ChecksTheContainer) {
  std::vector<float> x(6);
  expect_error(ErrorCode::bad_view,
               "view: shape [2, 2] does not have as many elements as the container, which has 6",
               [&] { view(x, {2, 2}); });
  expect_error(ErrorCode::bad_view, "view: shape [-2, -3]", [&] { view(x, {-2, -3}); });
  expect_error(ErrorCode::bad_view, "view: shape [4611686018427387904, 4]", [&] { view(x, {1L << 62, 4}); });
}

} // namespace
} // namespace mercer
