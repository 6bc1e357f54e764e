// What compiled code and its caller agree on. Plain C: an object file compiled ahead of time has the same border.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Computes one chunk of a nest. `scratch` is for this call of it alone, uninitialised, 64-byte aligned.
typedef void (*mercer_body)(int64_t *frame, int64_t chunk, char *scratch);

typedef struct mercer_context {
  /// Memory until the call ends, 64-byte aligned; null when there is none (the code then returns mercer_out_of_memory).
  void *(*allocate)(const struct mercer_context *context, int64_t bytes);
  /// Runs body(frame, chunk, scratch) for each chunk in 0 .. chunks-1, in any order, on any threads, with `scratch_bytes`
  /// of memory for each chunk that runs at the time. Returns 0 when all are done, or mercer_out_of_memory.
  int32_t (*parallel)(const struct mercer_context *context, mercer_body body, int64_t *frame, int64_t chunks,
                      int64_t scratch_bytes);
  void *user;
} mercer_context;

/// 0, or mercer_out_of_memory, or 1 + the number of the `mercer.check` that failed.
typedef int32_t (*mercer_entry)(int64_t *frame, const mercer_context *context);

enum { mercer_out_of_memory = -1 };

/// Changes with anything in this file that code compiled before would not know.
enum { mercer_abi_version = 1 };

// Frame, in 64-bit words: for each argument (inputs, then outputs) of rank r in order: pointer, r sizes, r strides in
// elements; then `scratch` words that the code uses. The layout is fixed by the ranks; a scalar input is rank 0 and its pointer
// points to the value in its storage type.

#ifdef __cplusplus
}
#endif
