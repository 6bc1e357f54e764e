#include "compiler/interpreter/Memory.h"

#include "llvm/ADT/APFloat.h"

#include <cmath>

namespace mercer::interpreter {

static double rounded(mlir::Type type, double value) {
  if (type.isF64())
    return value;
  if (!type.isF32()) // f16 and bf16 are made of f32
    value = static_cast<float>(value);
  llvm::APFloat number(value);
  bool lost = false;
  number.convert(llvm::cast<mlir::FloatType>(type).getFloatSemantics(), llvm::APFloat::rmNearestTiesToEven,
                 &lost);
  number.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven, &lost);
  return number.convertToDouble();
}

bool Memory::allocate(mlir::Type type, llvm::ArrayRef<std::int64_t> sizes) {
  constexpr std::int64_t most = std::int64_t{1} << 27;
  element = type;
  shape.assign(sizes.begin(), sizes.end());
  std::int64_t size = 1;
  for (std::int64_t n : shape)
    size = n > 0 && size > most / n ? most + 1 : size * n;
  if (llvm::is_contained(shape, 0))
    size = 0;
  if (size > most)
    return false;
  reals.assign(isReal() ? static_cast<size_t>(size) : 0, std::nan(""));
  integers.assign(isReal() ? 0 : static_cast<size_t>(size), 0);
  return true;
}

bool Memory::load(mlir::Type type, const Input &input) {
  if (!allocate(type, input.shape))
    return false;
  std::vector<std::int64_t> at(shape.size(), 0);
  for (size_t position = 0; position < count(); ++position) {
    std::int64_t offset = 0;
    for (size_t n = 0; n < at.size(); ++n)
      offset += at[n] * input.strides[n];
    if (isReal())
      reals[position] = loadReal(input.dtype, input.data, offset);
    else
      integers[position] = loadInteger(input.dtype, input.data, offset);
    for (size_t level = at.size(); level > 0 && ++at[level - 1] == shape[level - 1];)
      at[--level] = 0;
  }
  return true;
}

void Memory::store(size_t at, double real, std::int64_t integer) {
  if (isReal())
    reals[at] = rounded(element, real);
  else if (element.isInteger(1))
    integers[at] = integer != 0;
  else
    integers[at] = element.isInteger(8)    ? static_cast<std::int8_t>(integer)
                   : element.isInteger(32) ? static_cast<std::int32_t>(integer)
                                           : integer;
}

} // namespace mercer::interpreter
