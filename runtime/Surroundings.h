// The memory and threads of a call, as compiled code sees them.
#pragma once

#include "mercer/runtime/Arena.h"
#include "mercer/runtime/Pool.h"

namespace mercer::detail {

/// Of one call; what it allocates lives as long.
struct Surroundings {
  Arena arena;
  Pool &pool;
  mercer_context context;

  explicit Surroundings(Pool &pool) : pool(pool) {
    context.allocate = [](const mercer_context *context, std::int64_t bytes) {
      return static_cast<Surroundings *>(context->user)->arena.allocate(bytes);
    };
    context.parallel = [](const mercer_context *context, mercer_body body, std::int64_t *frame, std::int64_t chunks,
                          std::int64_t scratch_bytes) -> std::int32_t {
      auto &self = *static_cast<Surroundings *>(context->user);
      return self.pool.run(body, frame, chunks, scratch_bytes, self.arena) ? 0 : mercer_out_of_memory;
    };
    context.user = this;
  }
};

} // namespace mercer::detail
