#include "mercer/runtime/Arena.h"

#include <cstdlib>
#include <utility>

namespace mercer::detail {
namespace {

constexpr std::size_t kept = std::size_t(256) << 10;

/// A block that a thread keeps.
struct Kept {
  char *block = nullptr;
  bool in_use = false;
  ~Kept() { std::free(block); }
};

thread_local Kept thread_block;

} // namespace

Arena::Arena() {
  if (thread_block.in_use) // a call within a call
    return;
  thread_block.in_use = borrowed_ = true;
  if (!thread_block.block)
    thread_block.block = static_cast<char *>(std::aligned_alloc(64, kept));
  next_ = thread_block.block;
  end_ = next_ ? next_ + kept : nullptr;
}

Arena::~Arena() {
  for (void *block : blocks_)
    std::free(block);
  if (borrowed_)
    thread_block.in_use = false;
}

void *Arena::allocate(std::int64_t bytes) noexcept {
  if (bytes < 0 || static_cast<std::uint64_t>(bytes) > SIZE_MAX / 2)
    return nullptr;
  const std::size_t size = (static_cast<std::size_t>(bytes) + 63) / 64 * 64;
  std::lock_guard lock(mutex_);
  if (size <= static_cast<std::size_t>(end_ - next_) && next_)
    return std::exchange(next_, next_ + size);
  const bool large = size > kept / 4;
  void *block = std::aligned_alloc(64, large ? size : kept);
  if (!block)
    return nullptr;
  try {
    blocks_.push_back(block);
  } catch (...) {
    std::free(block);
    return nullptr;
  }
  if (large)
    return block;
  next_ = static_cast<char *>(block);
  end_ = next_ + kept;
  return std::exchange(next_, next_ + size);
}

} // namespace mercer::detail
