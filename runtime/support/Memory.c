// Temporaries and tasks of a call.
#include "mercer/runtime/support/Support.h"

extern void *malloc(size_t) __attribute__((weak));
extern void free(void *) __attribute__((weak));

/// In front of memory from outside; `bytes` were asked for.
typedef struct mercer_block {
  struct mercer_block *next;
  int64_t bytes;
} mercer_block;

static char *aligned(char *pointer) { return pointer + (-(uintptr_t)pointer & 63); }

void mercer_arena_open(mercer_arena *arena, const mercer_context *context) {
  arena->context = context;
  arena->blocks = NULL;
  arena->next = arena->first;
  arena->end = arena->first + sizeof arena->first;
}

static void *allocate(const mercer_context *context, int64_t bytes) {
  if (context && context->allocate)
    return context->allocate(context->user, bytes);
  return malloc && free ? malloc((size_t)bytes) : NULL;
}

void *mercer_arena_take(mercer_arena *arena, int64_t bytes) {
  enum { smallest = 16 << 10 };
  const int64_t header = sizeof(mercer_block) + 63;
  if (bytes < 0 || bytes > INT64_MAX - 2 * smallest)
    return NULL;
  if (arena->end - arena->next < bytes) {
    const int64_t size = (bytes < smallest ? smallest : bytes) + header;
    mercer_block *block = allocate(arena->context, size);
    if (!block)
      return NULL;
    block->next = arena->blocks;
    block->bytes = size;
    arena->blocks = block;
    arena->next = aligned((char *)(block + 1));
    arena->end = (char *)block + size;
  }
  void *result = arena->next;
  char *next = arena->next + bytes;
  const int64_t step = (int64_t)(-(uintptr_t)next & 63);
  arena->next = arena->end - next < step ? arena->end : next + step;
  return result;
}

void mercer_arena_close(mercer_arena *arena) {
  while (arena->blocks) {
    mercer_block *block = arena->blocks;
    arena->blocks = block->next;
    if (arena->context && arena->context->release)
      arena->context->release(arena->context->user, block, block->bytes);
    else
      free(block);
  }
}

void *mercer_allocate(const mercer_code_context *context, int64_t bytes) { return mercer_arena_take(context->user, bytes); }

// --- tasks -------------------------------------------------------------------------------------------------

/// A nest's chunks, which its tasks take one by one.
typedef struct work {
  mercer_body body;
  int64_t *frame;
  int64_t chunks, next;
  char *scratch;
  int64_t scratch_bytes; ///< of each task
} work;

static void run_task(void *data, int64_t n) {
  work *all = data;
  char *scratch = all->scratch + n * all->scratch_bytes;
  for (int64_t chunk; (chunk = __atomic_fetch_add(&all->next, 1, __ATOMIC_RELAXED)) < all->chunks;)
    all->body(all->frame, chunk, scratch);
}

int32_t mercer_parallel(const mercer_code_context *context, mercer_body body, int64_t *frame, int64_t chunks,
                        int64_t scratch_bytes) {
  if (chunks <= 0)
    return 0;
  mercer_arena *arena = context->user;
  const mercer_context *user = arena->context;
  int64_t tasks = user && user->parallel && user->threads > 1 ? user->threads : 1;
  if (tasks > chunks)
    tasks = chunks;
  int64_t all_bytes;
  if (scratch_bytes > INT64_MAX - 63 || __builtin_mul_overflow((scratch_bytes + 63) & ~INT64_C(63), tasks, &all_bytes))
    return mercer_out_of_memory;
  work all = {body, frame, chunks, 0, NULL, all_bytes / tasks};
  all.scratch = mercer_arena_take(arena, all_bytes);
  if (!all.scratch)
    return mercer_out_of_memory;
  if (tasks == 1 || user->parallel(user->user, run_task, &all, tasks) != 0)
    run_task(&all, 0); // whatever tasks have left
  return 0;
}
