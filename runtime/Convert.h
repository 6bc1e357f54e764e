// Elements of one storage type as another.
#pragma once

#include "mercer/runtime.h"

#include <optional>

namespace mercer::detail {

/// The nearest 16-bit float, ties to even; a NaN stays one.
std::uint16_t half_bits(double value);
std::uint16_t bfloat16_bits(double value);
double half_value(std::uint16_t bits);
double bfloat16_value(std::uint16_t bits);

/// One element as a number.
double load_real(DType dtype, const void *element);
std::int64_t load_integer(DType dtype, const void *element);
void store_real(DType dtype, void *element, double value);
void store_integer(DType dtype, void *element, std::int64_t value);

/// Does the value fit an integer or boolean type?
bool fits(DType dtype, std::int64_t value);

/// Memory with a shape and strides in elements.
struct Strided {
  void *data;
  DType dtype;
  std::span<const std::int64_t> shape, strides;
};

/// Copies all elements, converted within their kind. The shapes are equal.
void copy_elements(const Strided &from, const Strided &to);

/// Position of the first element, row-major, that `dtype` cannot hold.
std::optional<std::int64_t> first_unfit(const Strided &from, DType dtype);

/// Row-major strides of a shape.
void row_major(std::span<const std::int64_t> shape, std::int64_t *strides);

} // namespace mercer::detail
