// An array of a plan, row-major, with the range and rounding of its storage type.
#pragma once

#include "compiler/interpreter/Interpreter.h"

namespace mercer::interpreter {

struct Memory {
  mlir::Type element;
  std::vector<std::int64_t> shape;
  std::vector<double> reals;
  std::vector<std::int64_t> integers;

  bool isReal() const { return llvm::isa<mlir::FloatType>(element); }
  size_t count() const { return isReal() ? reals.size() : integers.size(); }

  /// NaN and 0 until it is written. False when it has more elements than the interpreter keeps.
  bool allocate(mlir::Type type, llvm::ArrayRef<std::int64_t> sizes);
  /// A copy of an input.
  bool load(mlir::Type type, const Input &input);
  /// Writes the real or the integer, as the element type asks.
  void store(size_t at, double real, std::int64_t integer);
  Output output() && { return {std::move(shape), std::move(reals), std::move(integers)}; }
};

} // namespace mercer::interpreter
