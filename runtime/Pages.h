// Memory from the system.
#pragma once

#include <cstddef>

namespace mercer::detail {

/// At least `bytes` bytes at a multiple of 64, for `std::free`; null when there are none. Large blocks lie in huge pages: 32 MiB would take 8,192 page
/// faults, longer than many programs take to fill them.
void *allocate_pages(std::size_t bytes) noexcept;

} // namespace mercer::detail
