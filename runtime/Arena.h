// Memory of one call's temporaries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace mercer::detail {

/// Hands out 64-byte aligned memory until it is destroyed. Any thread may ask. The first block is the
/// thread's own and kept for its next call, so that small calls do not go to the system; of larger ones up to 64 MiB are kept for all.
class Arena {
public:
  Arena();
  ~Arena();
  Arena(const Arena &) = delete;

  /// Null when there is none.
  void *allocate(std::int64_t bytes) noexcept;

  struct Block {
    void *memory = nullptr;
    std::size_t size = 0;
  };

private:
  std::mutex mutex_;
  std::vector<Block> blocks_;
  char *next_ = nullptr, *end_ = nullptr;
  bool borrowed_ = false; ///< the thread's block is in use by this arena
};

} // namespace mercer::detail
