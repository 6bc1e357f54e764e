// What an Array points to.
#pragma once

#include "mercer/runtime.h"

namespace mercer {

/// Memory with its shape.
struct ArrayStorage {
  DType dtype;
  std::vector<std::int64_t> shape;
  std::int64_t size = 0;
  void *memory = nullptr;

  /// @throws Error(bad_view, limit_exceeded, out_of_memory)
  ArrayStorage(DType dtype, std::vector<std::int64_t> shape, bool zeroed);
  ArrayStorage(const ArrayStorage &) = delete;
  ~ArrayStorage();

  /// An array whose elements have no value yet.
  static Array uninitialised(DType dtype, std::vector<std::int64_t> shape);
  static void *memory_of(const Array &array) { return array.memory(); }
};

namespace detail {
/// "[2, 3]".
std::string text_of(std::span<const std::int64_t> sizes);
/// Number of elements, when it and the bytes are below 2^63.
bool count_elements(std::span<const std::int64_t> shape, DType dtype, std::int64_t &count);
} // namespace detail

} // namespace mercer
