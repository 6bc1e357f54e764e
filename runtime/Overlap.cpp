// Do views share memory? Sure answers only: byte ranges, then the strides' common divisor.
#include "mercer/runtime/Signature.h"

#include <algorithm>
#include <numeric>

namespace mercer::detail {

bool elements_apart(const Operand &view) {
  if (view.contiguous || view.count <= 1)
    return true;
  // By stride: each step must leave what the smaller strides span behind.
  std::pair<std::uint64_t, std::int64_t> dimensions[16];
  int rank = 0;
  for (int dimension = 0; dimension < view.rank; ++dimension)
    if (view.shape[dimension] > 1) {
      const std::int64_t stride = view.strides[dimension];
      dimensions[rank++] = {stride < 0 ? -static_cast<std::uint64_t>(stride)
                                       : static_cast<std::uint64_t>(stride),
                            view.shape[dimension]};
    }
  std::sort(dimensions, dimensions + rank);
  std::uint64_t span = 1; // fits: the view's bytes lie in the address space
  for (int n = 0; n < rank; ++n) {
    if (dimensions[n].first < span)
      return false;
    span += dimensions[n].first * static_cast<std::uint64_t>(dimensions[n].second - 1);
  }
  return true;
}

bool views_apart(const Operand &a, const Operand &b) {
  if (a.count == 0 || b.count == 0 || a.after <= b.first || b.after <= a.first)
    return true;
  // Both lie on the multiples of one step: apart when their elements are in different places within it.
  std::uint64_t step = 0;
  for (const Operand *view : {&a, &b})
    for (int dimension = 0; dimension < view->rank; ++dimension)
      if (view->shape[dimension] > 1) {
        const std::int64_t stride = view->strides[dimension];
        const std::uint64_t length =
            stride < 0 ? -static_cast<std::uint64_t>(stride) : static_cast<std::uint64_t>(stride);
        step = std::gcd(step, length * static_cast<std::uint64_t>(size_of(view->dtype)));
      }
  if (step == 0)
    return false;
  const auto start = [](const Operand &view) { return reinterpret_cast<std::uintptr_t>(view.data); };
  const std::uint64_t distance = ((start(b) % step) + step - (start(a) % step)) % step; // from a up to b
  return distance >= static_cast<std::uint64_t>(size_of(a.dtype)) &&
         step - distance >= static_cast<std::uint64_t>(size_of(b.dtype));
}

bool same_view(const Operand &a, const Operand &b) {
  if (a.data != b.data || a.dtype != b.dtype || a.rank != b.rank)
    return false;
  for (int dimension = 0; dimension < a.rank; ++dimension)
    if (a.shape[dimension] != b.shape[dimension] ||
        (a.shape[dimension] > 1 && a.strides[dimension] != b.strides[dimension]))
      return false;
  return true;
}

} // namespace mercer::detail
