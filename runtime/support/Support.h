// The support archive's own declarations. Freestanding C: of the C library only memcpy, memset and memmove are needed; malloc,
// free and getenv are used where the program has them.
#pragma once

#include "mercer/runtime/DLPack.h"
#include "mercer/runtime/support/Context.h"
#include "mercer/runtime/support/Table.h"

// Code's view of its surroundings has the same name there.
#define mercer_context mercer_code_context
#include "mercer/runtime/Abi.h"
#undef mercer_context

#include <stdarg.h>
#include <stddef.h>

// Functions of two versions of this archive may be in one program: what generated code calls, and what serves it, bears a number
// that changes with the table or the meaning of a call.
#ifndef MERCER_SUPPORT_VERSION
#define MERCER_SUPPORT_VERSION 1
#endif
#define MERCER_JOIN_(a, b, c) a##b##_##c
#define MERCER_JOIN(a, b, c) MERCER_JOIN_(a, b, c)
#define MERCER_VERSIONED(name) MERCER_JOIN(mercer_, MERCER_SUPPORT_VERSION, name)
#define MERCER_HIDDEN __attribute__((visibility("hidden")))

enum {
#define MERCER_ERROR(name, value, text) mercer_error_##name = value,
#include "mercer/dsl/Error.def"
};

enum { mercer_most_dimensions = 16 };

// --- Error.c, the same in all versions ---------------------------------------------------------------------

enum { mercer_error_bytes = 1024 };
/// Where this thread's text is, `mercer_error_bytes` long.
MERCER_HIDDEN char *mercer_error_text(void);

// --- Text.c ------------------------------------------------------------------------------------------------

/// Stores "<function>: <text>" as this thread's error and returns `code`. In `format`, %s is a text, %d an int64_t, %v an int and
/// a pointer to so many int64_t.
#define mercer_fail MERCER_VERSIONED(fail)
MERCER_HIDDEN int32_t mercer_fail(int32_t code, const char *function, const char *format, ...);
/// More behind that text.
#define mercer_more MERCER_VERSIONED(more)
MERCER_HIDDEN void mercer_more(const char *format, ...);

// --- Memory.c ----------------------------------------------------------------------------------------------

/// What a call allocates, given back at its end. Small things lie on the stack.
typedef struct mercer_arena {
  const mercer_context *context;
  struct mercer_block *blocks;
  char *next, *end;
  _Alignas(64) char first[8192];
} mercer_arena;

#define mercer_arena_open MERCER_VERSIONED(arena_open)
#define mercer_arena_take MERCER_VERSIONED(arena_take)
#define mercer_arena_close MERCER_VERSIONED(arena_close)
#define mercer_allocate MERCER_VERSIONED(allocate)
#define mercer_parallel MERCER_VERSIONED(parallel)
MERCER_HIDDEN void mercer_arena_open(mercer_arena *arena, const mercer_context *context);
/// 64-byte aligned; null when there is no memory.
MERCER_HIDDEN void *mercer_arena_take(mercer_arena *arena, int64_t bytes);
MERCER_HIDDEN void mercer_arena_close(mercer_arena *arena);
/// mercer_code_context::allocate and parallel, whose `user` is an arena.
MERCER_HIDDEN void *mercer_allocate(const mercer_code_context *context, int64_t bytes);
MERCER_HIDDEN int32_t mercer_parallel(const mercer_code_context *context, mercer_body body, int64_t *frame, int64_t chunks,
                                      int64_t scratch_bytes);

// --- Float.c: what processors without FMA have no instructions for; of generated code only -----------------

MERCER_HIDDEN double MERCER_VERSIONED(fma)(double x, double y, double z);
MERCER_HIDDEN float MERCER_VERSIONED(fmodf)(float x, float y);
MERCER_HIDDEN double MERCER_VERSIONED(fmod)(double x, double y);

// --- Processor.c -------------------------------------------------------------------------------------------

/// The levels of x86-64 (2, 3, 4; 1: less) that processor and system have; on others 0. `*forced` is what MERCER_TARGET says, or
/// "".
#define mercer_processor_level MERCER_VERSIONED(processor_level)
MERCER_HIDDEN int32_t mercer_processor_level(const char **forced);

// --- Operand.c ---------------------------------------------------------------------------------------------

/// An argument or output of a call.
typedef struct mercer_operand {
  const mercer_parameter *parameter;
  const char *name;
  const char *role; ///< "argument" or "output"
  void *data;
  const int64_t *shape, *strides;
  int64_t count;          ///< elements
  uintptr_t first, after; ///< bytes that it touches; empty when there are none
  int32_t rank, type, contiguous;
  mercer_value number; ///< where `data` points when it is one
} mercer_operand;

/// A call while it is checked.
typedef struct mercer_call_state {
  const mercer_table *table;
  const char *function;
  mercer_arena *arena;
  int32_t inputs, outputs;
  mercer_operand *operands; ///< inputs, then outputs
} mercer_call_state;

#define mercer_in_table(table, place) ((const void *)((const char *)(table) + (place)))
static inline const char *mercer_name(const mercer_table *table, int32_t at) { return (const char *)mercer_in_table(table, at); }

static inline int64_t mercer_element_size(int32_t type) {
  return (int64_t)(UINT64_C(0x0101040802020408) >> 8 * type & 0xff); // of f64 to bool, from the lowest byte on
}

#define mercer_row_major MERCER_VERSIONED(row_major)
#define mercer_copy MERCER_VERSIONED(copy)
MERCER_HIDDEN void mercer_row_major(int32_t rank, const int64_t *shape, int64_t *strides);
/// Copies the elements; integers may be widened to i64.
MERCER_HIDDEN void mercer_copy(int32_t rank, const int64_t *shape, const void *from, int32_t from_type, const int64_t *from_strides,
                               void *to, int32_t to_type, const int64_t *to_strides);

// --- Check.c, Overlap.c ------------------------------------------------------------------------------------

/// The rules of calls in their order; 0 or a code.
#define mercer_check_call MERCER_VERSIONED(check_call)
MERCER_HIDDEN int32_t mercer_check_call(mercer_call_state *call, const mercer_value *values);
/// The same of the inputs alone, whose memory is not looked at; writes the sizes of each output that has dimensions.
#define mercer_check_sizes MERCER_VERSIONED(check_sizes)
MERCER_HIDDEN int32_t mercer_check_sizes(mercer_call_state *call, const mercer_value *values, int64_t *const *sizes);
#define mercer_check_aliasing MERCER_VERSIONED(check_aliasing)
MERCER_HIDDEN int32_t mercer_check_aliasing(const mercer_call_state *call);

// --- Evaluate.c --------------------------------------------------------------------------------------------

typedef struct mercer_number {
  double real;
  int64_t integer;
} mercer_number;

/// Evaluates steps in their order; `indices`: values of the loops.
#define mercer_evaluate MERCER_VERSIONED(evaluate)
MERCER_HIDDEN void mercer_evaluate(const mercer_call_state *call, mercer_list steps, const int64_t *indices, mercer_number *values);
/// Says where check number `number` fails.
#define mercer_failed_check MERCER_VERSIONED(failed_check)
MERCER_HIDDEN int32_t mercer_failed_check(const mercer_call_state *call, int32_t number);

// --- Call.c: what generated code calls ---------------------------------------------------------------------

/// Checks and runs; `values` are those of inputs, then outputs.
#define mercer_call MERCER_VERSIONED(call)
MERCER_HIDDEN int32_t mercer_call(const mercer_table *table, const mercer_value *values, const mercer_context *context);
/// Writes the sizes of the outputs that have dimensions.
#define mercer_sizes MERCER_VERSIONED(sizes)
MERCER_HIDDEN int32_t mercer_sizes(const mercer_table *table, const mercer_value *values, int64_t *const *sizes);
