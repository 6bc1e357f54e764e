// The memory and threads of a call, as compiled code sees them.
#pragma once

#include "mercer/runtime/Arena.h"
#include "mercer/runtime/Pool.h"

#include <chrono>
#include <vector>

namespace mercer::detail {

/// Of one call; what it allocates lives as long.
struct Surroundings {
  Arena arena;
  Pool &pool;
  mercer_context context;
  std::vector<double> *seconds = nullptr; ///< of each call of `parallel`, where somebody asks for it

  explicit Surroundings(Pool &pool) : pool(pool) {
    context.allocate = [](const mercer_context *context, std::int64_t bytes) {
      return static_cast<Surroundings *>(context->user)->arena.allocate(bytes);
    };
    context.parallel = [](const mercer_context *context, mercer_body body, std::int64_t *frame, std::int64_t chunks,
                          std::int64_t scratch_bytes) -> std::int32_t {
      auto &self = *static_cast<Surroundings *>(context->user);
      const auto start = self.seconds ? std::chrono::steady_clock::now() : std::chrono::steady_clock::time_point();
      const bool done = self.pool.run(body, frame, chunks, scratch_bytes, self.arena);
      if (self.seconds)
        self.seconds->push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
      return done ? 0 : mercer_out_of_memory;
    };
    context.user = this;
  }
};

} // namespace mercer::detail
