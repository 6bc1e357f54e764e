// One call while it is checked and run: its arguments with every stride written out.
#pragma once

#include "mercer/runtime.h"

#include <cstdint>

namespace mercer::detail {

/// Elements on the stack when they are few.
template <class T, std::size_t Few>
class Buffer {
public:
  explicit Buffer(std::size_t size) : size_(size) {
    if (size > Few)
      many_ = std::make_unique<T[]>(size);
  }
  T *data() { return many_ ? many_.get() : few_; }
  const T *data() const { return many_ ? many_.get() : few_; }
  T &operator[](std::size_t n) { return data()[n]; }
  const T &operator[](std::size_t n) const { return data()[n]; }
  std::size_t size() const { return size_; }

private:
  std::size_t size_;
  std::unique_ptr<T[]> many_;
  T few_[Few];
};

/// An input or output of a call.
struct Operand {
  void *data;
  const std::int64_t *shape, *strides;
  std::int64_t count;          ///< elements
  std::uintptr_t first, after; ///< the bytes that it touches, empty when there are none
  int rank;
  DType dtype;
  bool read_only, contiguous;
  union {
    double real;
    std::int64_t integer;
    bool boolean;
  } number; ///< where `data` points when a number was given
};

/// Inputs, then outputs.
struct Call {
  std::size_t inputs;
  Buffer<Operand, 12> operands;
  Buffer<std::int64_t, 96> words; ///< strides of row-major operands, sizes of outputs
  std::int64_t *next_word;

  Call(std::size_t inputs, std::size_t outputs, std::size_t words)
      : inputs(inputs), operands(inputs + outputs), words(words), next_word(this->words.data()) {}
  Call(const Call &) = delete;

  std::span<Operand> input_operands() { return {operands.data(), inputs}; }
  std::span<Operand> output_operands() { return {operands.data() + inputs, operands.size() - inputs}; }
  std::int64_t *take(int count) { return std::exchange(next_word, next_word + count); }
};

} // namespace mercer::detail
