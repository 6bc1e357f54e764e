// Elements in memory as numbers.
#include "compiler/interpreter/Interpreter.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace mercer::interpreter {
namespace {

template <class Element>
Element load(const void *data, std::int64_t offset) {
  Element element;
  std::memcpy(&element, static_cast<const char *>(data) + offset * static_cast<std::int64_t>(sizeof element),
              sizeof element);
  return element;
}

double fromHalf(std::uint16_t bits) {
  int exponent = bits >> 10 & 31, mantissa = bits & 1023;
  double magnitude = exponent == 0    ? std::ldexp(mantissa, -24)
                     : exponent == 31 ? (mantissa ? std::nan("") : INFINITY)
                                      : std::ldexp(1024 + mantissa, exponent - 25);
  return bits >> 15 ? -magnitude : magnitude;
}

} // namespace

double loadReal(DType dtype, const void *data, std::int64_t offset) {
  switch (dtype) {
  case DType::f64:
    return load<double>(data, offset);
  case DType::f32:
    return load<float>(data, offset);
  case DType::f16:
    return fromHalf(load<std::uint16_t>(data, offset));
  case DType::bf16:
    return std::bit_cast<float>(static_cast<std::uint32_t>(load<std::uint16_t>(data, offset)) << 16);
  default:
    return static_cast<double>(loadInteger(dtype, data, offset));
  }
}

std::int64_t loadInteger(DType dtype, const void *data, std::int64_t offset) {
  switch (dtype) {
  case DType::i64:
    return load<std::int64_t>(data, offset);
  case DType::i32:
    return load<std::int32_t>(data, offset);
  case DType::i8:
    return load<std::int8_t>(data, offset);
  case DType::boolean:
    return load<std::uint8_t>(data, offset) != 0;
  default:
    return 0;
  }
}

} // namespace mercer::interpreter
