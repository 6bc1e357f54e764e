// The constant table of a function that was compiled ahead of time: what its calls are checked against, and where its code is. The
// exporter writes it beside the code, `Call.c` reads it. Nothing in it is an address, so that it needs no relocation when it is
// loaded: places (`..._at`) are bytes from the start of the table, and so are the entries of the code.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// So many of something, one after the other from `at`.
typedef struct mercer_list {
  int32_t at, count;
} mercer_list;

enum { mercer_real, mercer_integer, mercer_boolean }; ///< kinds, as mercer::Kind
enum { mercer_f64, mercer_f32, mercer_f16, mercer_bf16, mercer_i64, mercer_i32, mercer_i8, mercer_bool }; ///< as mercer::DType

typedef struct mercer_parameter {
  int32_t name_at;
  int32_t rank; ///< an input of rank 0 is a number
  int32_t type; ///< of the code's memory; an integer input takes narrower ones, which are widened
} mercer_parameter;

/// Two dimensions of inputs of one size; `index_at` is 0 when no index subscripts both.
typedef struct mercer_same {
  int32_t input_a, dimension_a, input_b, dimension_b, index_at;
} mercer_same;

/// Extent number `extent` is at most the size of a dimension.
typedef struct mercer_within {
  int32_t extent, input, dimension, index_at;
} mercer_within;

enum { mercer_constant, mercer_index, mercer_size, mercer_read, mercer_apply };

/// A value made of earlier ones, by number; -1: none.
typedef struct mercer_step {
  int32_t what;
  int32_t kind;     ///< of the value
  int32_t function; ///< apply: as mercer::dsl::Function
  int32_t symbol;   ///< the input, or the index (its place among those of the check)
  int32_t dimension;
  int32_t guard; ///< read: 0 where it is false
  mercer_list operands;
  double real;
  int64_t integer;
} mercer_step;

typedef struct mercer_loop {
  int32_t name_at, extent; ///< extent: a step
} mercer_loop;

/// A subscript that must be 0 .. size-1 where the guard holds, for all values of the loops. Without steps it is not known how to
/// find out where it fails.
typedef struct mercer_check {
  mercer_list steps, loops; ///< outermost first
  int32_t subscript, size, guard;
  int32_t tensor_at, text_at, dimension;
} mercer_check;

/// Code for some sizes.
typedef struct mercer_variant {
  int32_t entry_at;    ///< an int32_t there: a mercer_entry (Abi.h), in bytes from the start of the table
  int32_t frame_words; ///< arguments and scratch
  int32_t largest;     ///< no dimension of an input but its first is larger; 0: any sizes
} mercer_variant;

/// Code for an instruction set; the last variant is for any sizes.
typedef struct mercer_target {
  int32_t name_at;
  int32_t level; ///< of x86-64: 2, 3, 4; other processors: 0
  mercer_list variants;
} mercer_target;

typedef struct mercer_table {
  int32_t name_at;
  mercer_list inputs, outputs; ///< of mercer_parameter
  mercer_list targets;         ///< from the least demanding on
  mercer_list same, within, checks;
  mercer_list steps;     ///< of extents
  mercer_list extents;   ///< int32_t: a step for each extent of the outputs, then for those of `within`
  int32_t in_place_at;   ///< a byte for each output and input: may the caller give the same memory for both?
} mercer_table;

/// An argument of a call: a number by its value, a tensor by its address.
typedef union mercer_value {
  const struct DLTensor *tensor;
  double real;
  int64_t integer; ///< also of booleans
} mercer_value;

#ifdef __cplusplus
}
#endif
