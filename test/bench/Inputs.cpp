#include "Inputs.h"

#include <algorithm>
#include <cmath>

namespace mercer::bench {

static std::uint64_t draw(std::uint64_t seed, std::uint64_t position) {
  std::uint64_t z = seed + (position + 1) * 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

Array uniform(std::uint64_t seed, Shape shape, float scale, float shift) {
  Array array(DType::f32, std::move(shape));
  float *data = array.data<float>();
  for (std::int64_t p = 0; p < array.size(); ++p)
    data[p] = (static_cast<float>(draw(seed, p) >> 40) * 0x1p-23f - 1.0f) * scale + shift;
  return array;
}

Array integers(std::uint64_t seed, std::uint64_t bound, std::int64_t count) {
  Array array(DType::i64, {count});
  for (std::int64_t p = 0; p < count; ++p)
    array.data<std::int64_t>()[p] =
        static_cast<std::int64_t>(draw(seed, p) % std::max<std::uint64_t>(bound, 1));
  return array;
}

Array unit_rows(const Array &matrix) {
  Array result(DType::f32, Shape(matrix.shape()));
  const std::int64_t columns = matrix.shape()[1];
  for (std::int64_t row = 0; row < matrix.shape()[0]; ++row) {
    const float *from = matrix.data<float>() + row * columns;
    double squares = 0;
    for (std::int64_t k = 0; k < columns; ++k)
      squares += double(from[k]) * from[k];
    for (std::int64_t k = 0; k < columns; ++k)
      result.data<float>()[row * columns + k] = static_cast<float>(from[k] / std::sqrt(squares));
  }
  return result;
}

Array in_bf16(const Array &floats) {
  Array result(DType::bf16, Shape(floats.shape()));
  for (std::int64_t p = 0; p < floats.size(); ++p)
    result.data<bfloat16>()[p] = bfloat16(floats.data<float>()[p]);
  return result;
}

Array as_floats(const Array &integers) {
  Array result(DType::f32, Shape(integers.shape()));
  for (std::int64_t p = 0; p < integers.size(); ++p)
    result.data<float>()[p] = static_cast<float>(integers.data<std::int64_t>()[p]);
  return result;
}

Array sum(const Array &a, const Array &b) {
  Array result(DType::f32, Shape(a.shape()));
  for (std::int64_t p = 0; p < a.size(); ++p)
    result.data<float>()[p] = a.data<float>()[p] + b.data<float>()[p];
  return result;
}

} // namespace mercer::bench
