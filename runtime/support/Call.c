// Calls: checks, temporaries, the code for this processor.
#include "mercer/runtime/support/Support.h"

#include <string.h>

static int32_t no_memory(const char *function) {
  return mercer_fail(mercer_error_out_of_memory, function, "there is no memory for its temporaries");
}

static int32_t check_context(const char *function, const mercer_context *context) {
  if (!context)
    return 0;
  if (context->size < sizeof *context)
    return mercer_fail(mercer_error_bad_option, function,
                       "'context' must have 'size' %d (sizeof(mercer_context)), but has %d", (int64_t)sizeof *context,
                       (int64_t)context->size);
  if (context->threads < 0 || context->threads > 1024)
    return mercer_fail(mercer_error_bad_option, function, "'context' must have 0 to 1024 'threads', but has %d",
                       (int64_t)context->threads);
  if (!context->allocate != !context->release)
    return mercer_fail(mercer_error_bad_option, function, "'context' must have both 'allocate' and 'release' or none, but '%s' is null",
                       context->allocate ? "release" : "allocate");
  return 0;
}

static int32_t open_call(mercer_call_state *call, const mercer_table *table, mercer_arena *arena) {
  call->table = table;
  call->function = mercer_name(table, table->name_at);
  call->arena = arena;
  call->inputs = table->inputs.count;
  call->outputs = table->outputs.count;
  const int32_t count = call->inputs + call->outputs;
  call->operands = mercer_arena_take(arena, (int64_t)sizeof *call->operands * count);
  if (!call->operands)
    return no_memory(call->function);
  const mercer_parameter *inputs = mercer_in_table(table, table->inputs.at), *outputs = mercer_in_table(table, table->outputs.at);
  memset(call->operands, 0, sizeof *call->operands * (size_t)count);
  for (int32_t n = 0; n < count; ++n) {
    mercer_operand *operand = call->operands + n;
    operand->parameter = n < call->inputs ? inputs + n : outputs + (n - call->inputs);
    operand->name = mercer_name(table, operand->parameter->name_at);
    operand->role = n < call->inputs ? "argument" : "output";
    operand->rank = operand->parameter->rank;
  }
  return 0;
}

// --- which code --------------------------------------------------------------------------------------------

static int equal(const char *a, const char *b) {
  while (*a && *a == *b)
    ++a, ++b;
  return *a == *b;
}

/// The most demanding target that the processor has, or the one that MERCER_TARGET names.
static int32_t choose_target(const mercer_call_state *call, const mercer_target **chosen) {
  const mercer_target *targets = mercer_in_table(call->table, call->table->targets.at);
  const int32_t count = call->table->targets.count;
  const char *forced;
  const int32_t level = mercer_processor_level(&forced);
  *chosen = NULL;
  for (int32_t n = 0; n < count; ++n) {
    const int is_forced = forced[0] && equal(forced, mercer_name(call->table, targets[n].name_at));
    if (is_forced && targets[n].level > level)
      return mercer_fail(mercer_error_unsupported, call->function,
                         "MERCER_TARGET must be what this processor can run, but is %s", forced);
    if (targets[n].level <= level && (is_forced || !forced[0]))
      *chosen = targets + n;
  }
  if (*chosen)
    return 0;
  if (forced[0])
    return mercer_fail(mercer_error_bad_option, call->function, "MERCER_TARGET must be a target of this function, but is '%s'",
                       forced);
  return mercer_fail(mercer_error_unsupported, call->function, "this processor must have at least %s, but has less",
                     mercer_name(call->table, targets[0].name_at));
}

static const mercer_variant *choose_variant(const mercer_call_state *call, const mercer_target *target) {
  const mercer_variant *variant = mercer_in_table(call->table, target->variants.at);
  int64_t largest = 0;
  for (int32_t n = 0; n < call->inputs; ++n)
    for (int32_t dimension = 1; dimension < call->operands[n].rank; ++dimension)
      if (call->operands[n].shape[dimension] > largest)
        largest = call->operands[n].shape[dimension];
  while (variant->largest && variant->largest < largest)
    ++variant;
  return variant;
}

// --- memory of the code ------------------------------------------------------------------------------------

/// The code takes the strides of all dimensions but the last from the frame.
static int has_dense_rows(const mercer_operand *input) {
  const int32_t last = input->rank - 1;
  return last < 0 || input->shape[last] <= 1 || input->strides[last] == 1;
}

/// Inputs as the code takes them: rows without gaps between their elements, integers of 64 bits.
static int32_t copy_inputs(const mercer_call_state *call) {
  for (int32_t n = 0; n < call->inputs; ++n) {
    mercer_operand *input = call->operands + n;
    const int32_t type = input->parameter->type;
    if (input->type == type && (input->contiguous || has_dense_rows(input)))
      continue;
    int64_t bytes;
    void *copy = NULL;
    int64_t *strides = mercer_arena_take(call->arena, (int64_t)sizeof *strides * input->rank);
    if (!__builtin_mul_overflow(input->count, mercer_element_size(type), &bytes))
      copy = mercer_arena_take(call->arena, bytes);
    if (!copy || !strides)
      return no_memory(call->function);
    mercer_row_major(input->rank, input->shape, strides);
    mercer_copy(input->rank, input->shape, input->data, input->type, input->strides, copy, type, strides);
    input->data = copy;
    input->strides = strides;
    input->type = type;
    input->contiguous = 1;
  }
  return 0;
}

/// Can the code write this output where the caller wants it?
static int is_direct(const mercer_call_state *call, int32_t number) {
  const mercer_operand *output = call->operands + call->inputs + number;
  if (!output->contiguous)
    return 0;
  for (int32_t n = 0; n < call->inputs; ++n)
    if (output->count && call->operands[n].data == output->data)
      return 0;
  return 1;
}

/// `strides` are those of `data`; null: it is row-major. Of a dimension of one element the row-major one is added, whatever is given.
static int64_t *add_to_frame(int64_t *word, const mercer_operand *operand, void *data, const int64_t *strides) {
  *word++ = (int64_t)(intptr_t)data;
  int64_t stride = 1;
  for (int32_t dimension = operand->rank; dimension-- > 0;) { // as mercer_row_major, without a call
    word[dimension] = operand->shape[dimension];
    word[operand->rank + dimension] = strides && operand->shape[dimension] > 1 ? strides[dimension] : stride;
    if (__builtin_mul_overflow(stride, operand->shape[dimension], &stride))
      stride = 0;
  }
  return word + 2 * operand->rank;
}

static int32_t run_variant(const mercer_call_state *call, const mercer_variant *variant) {
  int64_t *frame = mercer_arena_take(call->arena, (int64_t)sizeof *frame * variant->frame_words);
  void **results = mercer_arena_take(call->arena, (int64_t)sizeof *results * call->outputs);
  if (!frame || !results)
    return no_memory(call->function);
  int64_t *word = frame;
  for (int32_t n = 0; n < call->inputs; ++n)
    word = add_to_frame(word, call->operands + n, call->operands[n].data, call->operands[n].strides);
  for (int32_t n = 0; n < call->outputs; ++n) {
    const mercer_operand *output = call->operands + call->inputs + n;
    results[n] = output->data;
    if (output->count && !is_direct(call, n)) {
      results[n] = mercer_arena_take(call->arena, output->count * mercer_element_size(output->type));
      if (!results[n])
        return no_memory(call->function);
    }
    word = add_to_frame(word, output, results[n], NULL);
  }
  const mercer_code_context context = {mercer_allocate, mercer_parallel, call->arena};
  const int32_t distance = *(const int32_t *)mercer_in_table(call->table, variant->entry_at);
  const mercer_entry entry = (mercer_entry)(uintptr_t)mercer_in_table(call->table, distance);
  const int32_t status = entry(frame, &context);
  if (status == mercer_out_of_memory)
    return no_memory(call->function);
  if (status)
    return mercer_failed_check(call, status - 1);
  for (int32_t n = 0; n < call->outputs; ++n) {
    const mercer_operand *output = call->operands + call->inputs + n;
    if (results[n] == output->data)
      continue;
    int64_t strides[mercer_most_dimensions];
    mercer_row_major(output->rank, output->shape, strides);
    mercer_copy(output->rank, output->shape, results[n], output->type, strides, output->data, output->type, output->strides);
  }
  return 0;
}

int32_t mercer_call(const mercer_table *table, const mercer_value *values, const mercer_context *context) {
  int32_t code = check_context(mercer_name(table, table->name_at), context);
  if (code)
    return code;
  mercer_arena arena;
  mercer_arena_open(&arena, context);
  mercer_call_state call;
  const mercer_target *target;
  code = open_call(&call, table, &arena);
  if (!code)
    code = mercer_check_call(&call, values);
  if (!code)
    code = choose_target(&call, &target);
  if (!code)
    code = copy_inputs(&call);
  if (!code)
    code = run_variant(&call, choose_variant(&call, target));
  mercer_arena_close(&arena);
  return code;
}

int32_t mercer_sizes(const mercer_table *table, const mercer_value *values, int64_t *const *sizes) {
  mercer_arena arena;
  mercer_arena_open(&arena, NULL);
  mercer_call_state call;
  int32_t code = open_call(&call, table, &arena);
  if (!code)
    code = mercer_check_sizes(&call, values, sizes);
  mercer_arena_close(&arena);
  return code;
}
