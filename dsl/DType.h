// Element types of tensors in memory.
#pragma once

#include <cstdint>
#include <string_view>

namespace mercer {

enum class Kind;

/// How an element is stored. Arithmetic is in f64 or f32, integers in i64.
enum class DType : std::uint8_t { f64, f32, f16, bf16, i64, i32, i8, boolean };

/// Bytes of an element.
constexpr std::int64_t size_of(DType dtype) {
  constexpr std::int64_t sizes[] = {8, 4, 2, 2, 8, 4, 1, 1};
  return sizes[static_cast<int>(dtype)];
}

/// "f64", "bf16", "bool", ...
constexpr std::string_view name_of(DType dtype) {
  constexpr std::string_view names[] = {"f64", "f32", "f16", "bf16", "i64", "i32", "i8", "bool"};
  return names[static_cast<int>(dtype)];
}

/// The kind of value that an element is.
Kind kind_of(DType dtype);

} // namespace mercer
