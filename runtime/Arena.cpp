#include "mercer/runtime/Arena.h"

#include "mercer/runtime/Pages.h"

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

/// Large blocks of calls that have ended, for those to come: memory from the system is cleared page by page when it is first written, which takes longer than
/// many nests that write it.
class Shelf {
public:
  static constexpr std::size_t most = std::size_t(64) << 20; ///< bytes in all

  /// A block of at least `size` bytes and at most twice that; null: there is none.
  Arena::Block take(std::size_t size) noexcept {
    std::lock_guard lock(mutex_);
    for (auto block = blocks_.rbegin(); block != blocks_.rend(); ++block)
      if (block->size >= size && block->size / 2 <= size) {
        const Arena::Block taken = *block;
        blocks_.erase(std::next(block).base());
        total_ -= taken.size;
        return taken;
      }
    return {};
  }

  /// Keeps a block in place of the oldest ones, if it is not larger than all together may be.
  void put(Arena::Block block) noexcept {
    if (block.size > most)
      return std::free(block.memory);
    std::lock_guard lock(mutex_);
    std::size_t dropped = 0;
    for (; total_ + block.size > most; ++dropped) {
      total_ -= blocks_[dropped].size;
      std::free(blocks_[dropped].memory);
    }
    blocks_.erase(blocks_.begin(), blocks_.begin() + static_cast<std::ptrdiff_t>(dropped));
    try {
      blocks_.push_back(block);
      total_ += block.size;
    } catch (...) {
      std::free(block.memory);
    }
  }

private:
  std::mutex mutex_;
  std::vector<Arena::Block> blocks_; // the oldest first
  std::size_t total_ = 0;
};

Shelf &shelf() {
  static Shelf &shared = *new Shelf; // a function of static storage may be called after what is destroyed at exit
  return shared;
}

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
  for (const Block &block : blocks_)
    shelf().put(block);
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
  const std::size_t wanted = large ? size : kept;
  Block block = shelf().take(wanted);
  if (!block.memory)
    block = {allocate_pages(wanted), wanted};
  if (!block.memory)
    return nullptr;
  try {
    blocks_.push_back(block);
  } catch (...) {
    std::free(block.memory);
    return nullptr;
  }
  if (large)
    return block.memory;
  next_ = static_cast<char *>(block.memory);
  end_ = next_ + kept;
  return std::exchange(next_, next_ + size);
}

} // namespace mercer::detail
