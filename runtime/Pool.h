// Threads that run the chunks of a call.
#pragma once

#include "mercer/runtime/Abi.h"
#include "mercer/runtime/Arena.h"

#include <memory>

namespace mercer::detail {

/// Up to `threads` threads (0: all of the process's processors), shared with the process's other users of
/// oneTBB. Calls from several threads, and from within a chunk, are safe. Which thread runs a chunk never
/// matters to the result.
class Pool {
public:
  explicit Pool(int threads);
  ~Pool();

  /// Runs body for each chunk, with scratch memory for each thread from the arena. @returns false when there
  /// was no memory for it or for tasks: then not all were run
  bool run(mercer_body body, std::int64_t *frame, std::int64_t chunks, std::int64_t scratch_bytes,
           Arena &arena) noexcept;

private:
  struct Threads;
  int limit_;
  std::unique_ptr<Threads> threads_;
};

} // namespace mercer::detail
