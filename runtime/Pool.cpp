#include "mercer/runtime/Pool.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <atomic>

namespace mercer::detail {

struct Pool::Threads {
  tbb::task_arena arena;
  explicit Threads(int limit) : arena(limit) {}
};

// More threads than processors would only wait for each other.
Pool::Pool(int threads) : limit_(std::min(threads, tbb::info::default_concurrency())) {
  if (limit_ > 1)
    threads_ = std::make_unique<Threads>(limit_);
}
Pool::~Pool() = default;

bool Pool::run(mercer_body body, std::int64_t *frame, std::int64_t chunks, std::int64_t scratch_bytes,
               Arena &arena) noexcept {
  auto scratch = [&]() -> char * {
    static char nothing[64];
    return scratch_bytes ? static_cast<char *>(arena.allocate(scratch_bytes)) : nothing;
  };
  if (limit_ == 1 || chunks <= 1) {
    char *memory = chunks > 0 ? scratch() : nullptr;
    for (std::int64_t chunk = 0; chunk < chunks && memory; ++chunk)
      body(frame, chunk, memory);
    return memory || chunks <= 0;
  }
  std::atomic<bool> failed = false;
  tbb::enumerable_thread_specific<char *> memories(static_cast<char *>(nullptr));
  // Isolated: while it waits, this thread takes no work of others, which might wait for what it holds.
  auto work = [&] {
    tbb::this_task_arena::isolate([&] {
      tbb::parallel_for(
          std::int64_t(0), chunks,
          [&](std::int64_t chunk) {
            char *&memory = memories.local();
            if (!memory)
              memory = scratch();
            if (memory)
              body(frame, chunk, memory);
            else
              failed = true;
          },
          tbb::simple_partitioner());
    });
  };
  try {
    if (threads_)
      threads_->arena.execute(work);
    else
      work();
    return !failed;
  } catch (...) { // no memory for tasks
    return false;
  }
}

} // namespace mercer::detail
