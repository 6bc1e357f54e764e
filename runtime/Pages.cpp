#include "mercer/runtime/Pages.h"

#include <sys/mman.h>

#include <cstdlib>

namespace mercer::detail {

void *allocate_pages(std::size_t bytes) noexcept {
  constexpr std::size_t line = 64, huge_page = 2 << 20;
  const std::size_t alignment = bytes >= 2 * huge_page ? huge_page : line;
  const std::size_t size = (bytes + line - 1) / line * line;
  void *memory = nullptr;
  if (posix_memalign(&memory, alignment, size) != 0)
    return nullptr;
  if (alignment == huge_page)
    madvise(memory, size, MADV_HUGEPAGE); // a wish: where it is not granted, pages are small
  return memory;
}

} // namespace mercer::detail
