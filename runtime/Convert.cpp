#include "mercer/runtime/Convert.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace mercer {
namespace detail {
namespace {

/// A double rounded once to a format of `exponent` and `mantissa` bits.
std::uint16_t round_to_16_bits(double value, int exponent, int mantissa) {
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(value);
  const auto sign = static_cast<std::uint16_t>(bits >> 48 & 0x8000);
  const auto infinity = static_cast<std::uint16_t>(((1 << exponent) - 1) << mantissa);
  if (std::isnan(value)) // the upper bits of the payload, and quiet
    return sign | infinity | 1 << (mantissa - 1) |
           static_cast<std::uint16_t>(bits >> (52 - mantissa) & ((1 << mantissa) - 1));
  if (std::isinf(value))
    return sign | infinity;
  const int bias = (1 << (exponent - 1)) - 1;
  const int power = static_cast<int>(bits >> 52 & 0x7ff) - 1023;
  std::uint64_t significand = (bits & ((1ULL << 52) - 1)) | 1ULL << 52;
  if (power == -1023) // zero, or a subnormal double: far below the smallest of these formats
    return sign;
  int shift = 52 - mantissa, biased = power + bias;
  if (biased <= 0)
    shift += 1 - biased, biased = 0;
  if (shift > 54)
    return sign;
  std::uint64_t kept = significand >> shift;
  const std::uint64_t rest = significand & ((1ULL << shift) - 1), half = 1ULL << (shift - 1);
  kept += rest > half || (rest == half && (kept & 1));
  // A carry moves into the exponent by itself, up to infinity.
  const std::uint64_t result =
      biased > 0 ? (static_cast<std::uint64_t>(biased - 1) << mantissa) + kept : kept;
  return sign | static_cast<std::uint16_t>(result >= infinity ? infinity : result);
}

double widen(std::uint16_t bits, int exponent, int mantissa) {
  const int field = bits >> mantissa & ((1 << exponent) - 1), fraction = bits & ((1 << mantissa) - 1);
  const int bias = (1 << (exponent - 1)) - 1;
  double value;
  if (field == (1 << exponent) - 1)
    value = fraction ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
  else if (field == 0)
    value = std::ldexp(fraction, 1 - bias - mantissa);
  else
    value = std::ldexp((1 << mantissa) + fraction, field - bias - mantissa);
  return std::copysign(value, bits & 0x8000 ? -1.0 : 1.0);
}

template <class T>
T load(const void *element) {
  T value;
  std::memcpy(&value, element, sizeof value);
  return value;
}

template <class T>
void store(void *element, T value) {
  std::memcpy(element, &value, sizeof value);
}

/// Calls body(element of `from`, element of `to`, row-major position) for each element until it returns
/// false.
template <class Body>
void for_each(const Strided &from, const Strided &to, Body body) {
  const int rank = static_cast<int>(from.shape.size());
  for (std::int64_t size : from.shape)
    if (size == 0)
      return;
  std::vector<std::int64_t> at(rank, 0);
  const char *source = static_cast<const char *>(from.data);
  char *target = static_cast<char *>(to.data);
  const std::int64_t source_size = size_of(from.dtype), target_size = size_of(to.dtype);
  for (std::int64_t position = 0;; ++position) {
    if (!body(source, target, position))
      return;
    int dimension = rank - 1;
    for (; dimension >= 0; --dimension) {
      source += from.strides[dimension] * source_size, target += to.strides[dimension] * target_size;
      if (++at[dimension] < from.shape[dimension])
        break;
      source -= from.strides[dimension] * source_size * from.shape[dimension];
      target -= to.strides[dimension] * target_size * from.shape[dimension];
      at[dimension] = 0;
    }
    if (dimension < 0)
      return;
  }
}

template <class T>
void copy_same(const Strided &from, const Strided &to) {
  for_each(from, to, [](const char *source, char *target, std::int64_t) {
    std::memcpy(target, source, sizeof(T));
    return true;
  });
}

} // namespace

std::uint16_t half_bits(double value) { return round_to_16_bits(value, 5, 10); }
std::uint16_t bfloat16_bits(double value) { return round_to_16_bits(value, 8, 7); }
double half_value(std::uint16_t bits) { return widen(bits, 5, 10); }
double bfloat16_value(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

double load_real(DType dtype, const void *element) {
  switch (dtype) {
  case DType::f64:
    return load<double>(element);
  case DType::f32:
    return load<float>(element);
  case DType::f16:
    return half_value(load<std::uint16_t>(element));
  case DType::bf16:
    return bfloat16_value(load<std::uint16_t>(element));
  default:
    return static_cast<double>(load_integer(dtype, element));
  }
}

std::int64_t load_integer(DType dtype, const void *element) {
  switch (dtype) {
  case DType::i64:
    return load<std::int64_t>(element);
  case DType::i32:
    return load<std::int32_t>(element);
  case DType::i8:
    return load<std::int8_t>(element);
  case DType::boolean:
    return load<std::uint8_t>(element) != 0;
  default:
    return static_cast<std::int64_t>(load_real(dtype, element));
  }
}

void store_real(DType dtype, void *element, double value) {
  switch (dtype) {
  case DType::f64:
    return store(element, value);
  case DType::f32:
    return store(element, static_cast<float>(value));
  case DType::f16:
    return store(element, half_bits(value));
  case DType::bf16:
    return store(element, bfloat16_bits(value));
  default:
    return store_integer(dtype, element, static_cast<std::int64_t>(value));
  }
}

void store_integer(DType dtype, void *element, std::int64_t value) {
  switch (dtype) {
  case DType::i64:
    return store(element, value);
  case DType::i32:
    return store(element, static_cast<std::int32_t>(value));
  case DType::i8:
    return store(element, static_cast<std::int8_t>(value));
  case DType::boolean:
    return store(element, static_cast<std::uint8_t>(value != 0));
  default:
    return store_real(dtype, element, static_cast<double>(value));
  }
}

bool fits(DType dtype, std::int64_t value) {
  switch (dtype) {
  case DType::i32:
    return value == static_cast<std::int32_t>(value);
  case DType::i8:
    return value == static_cast<std::int8_t>(value);
  default:
    return true;
  }
}

void copy_elements(const Strided &from, const Strided &to) {
  if (from.dtype == to.dtype) {
    switch (size_of(from.dtype)) {
    case 8:
      return copy_same<std::uint64_t>(from, to);
    case 4:
      return copy_same<std::uint32_t>(from, to);
    case 2:
      return copy_same<std::uint16_t>(from, to);
    default:
      return copy_same<std::uint8_t>(from, to);
    }
  }
  const bool reals = kind_of(from.dtype) == real;
  for_each(from, to, [&](const char *source, char *target, std::int64_t) {
    if (reals)
      store_real(to.dtype, target, load_real(from.dtype, source));
    else
      store_integer(to.dtype, target, load_integer(from.dtype, source));
    return true;
  });
}

std::optional<std::int64_t> first_unfit(const Strided &from, DType dtype) {
  std::optional<std::int64_t> found;
  for_each(from, from, [&](const char *source, char *, std::int64_t position) {
    if (!fits(dtype, load_integer(from.dtype, source)))
      found = position;
    return !found;
  });
  return found;
}

void row_major(std::span<const std::int64_t> shape, std::int64_t *strides) {
  std::int64_t stride = 1;
  for (std::size_t dimension = shape.size(); dimension-- > 0;) {
    strides[dimension] = stride;
    // A product that overflows has been refused, or belongs to a tensor without elements.
    if (__builtin_mul_overflow(stride, shape[dimension], &stride))
      stride = 0;
  }
}

} // namespace detail

half::half(float value) : bits(detail::half_bits(value)) {}
half::operator float() const { return static_cast<float>(detail::half_value(bits)); }
bfloat16::bfloat16(float value) : bits(detail::bfloat16_bits(value)) {}
bfloat16::operator float() const { return static_cast<float>(detail::bfloat16_value(bits)); }

} // namespace mercer
