// Threads that run the chunks of a call.
#pragma once

#include "mercer/runtime/Abi.h"

#include <memory>

namespace mercer::detail {

/// Up to `threads` threads (0: all of the process's processors), shared with the process's other users of
/// oneTBB. Calls from several threads, and from within a chunk, are safe. Which thread runs a chunk never
/// matters to the result.
class Pool {
public:
  explicit Pool(int threads);
  ~Pool();

  /// Runs body(frame, chunk) for each chunk. @returns false when the threads could not be used and not all
  /// were run
  bool run(mercer_body body, std::int64_t *frame, std::int64_t chunks) noexcept;

private:
  struct Threads;
  int limit_;
  std::unique_ptr<Threads> threads_;
};

} // namespace mercer::detail
