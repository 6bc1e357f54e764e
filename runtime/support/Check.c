// The rules of calls, in their order: structure, types, sizes, memory, addresses, aliasing. As ../Descriptors.cpp, with its texts.
#include "mercer/runtime/support/Support.h"

#include <string.h>

static const char *type_name(int32_t type) {
  static const char names[][5] = {"f64", "f32", "f16", "bf16", "i64", "i32", "i8", "bool"};
  return names[type];
}

/// -1: none of Mercer's.
static int32_t type_of(DLDataType type) {
  if (type.lanes != 1)
    return -1;
  switch (type.code << 8 | type.bits) {
  case kDLFloat << 8 | 64:
    return mercer_f64;
  case kDLFloat << 8 | 32:
    return mercer_f32;
  case kDLFloat << 8 | 16:
    return mercer_f16;
  case kDLBfloat << 8 | 16:
    return mercer_bf16;
  case kDLInt << 8 | 64:
    return mercer_i64;
  case kDLInt << 8 | 32:
    return mercer_i32;
  case kDLInt << 8 | 8:
    return mercer_i8;
  case kDLBool << 8 | 8:
    return mercer_bool;
  default:
    return -1;
  }
}

static int32_t check_structure(mercer_call_state *call, mercer_operand *operand, const DLTensor *tensor) {
  if (!tensor)
    return mercer_fail(mercer_error_bad_view, call->function, "%s '%s' must be a tensor, but is null", operand->role,
                       operand->name);
  if (tensor->ndim < 0 || tensor->ndim > mercer_most_dimensions)
    return mercer_fail(mercer_error_bad_view, call->function, "%s '%s' must have 'ndim' 0 to %d, but has %d", operand->role,
                       operand->name, (int64_t)mercer_most_dimensions, (int64_t)tensor->ndim);
  if (tensor->ndim != operand->rank)
    return mercer_fail(mercer_error_rank_mismatch, call->function, "%s '%s' must have rank %d, but has rank %d", operand->role,
                       operand->name, (int64_t)operand->rank, (int64_t)tensor->ndim);
  if (tensor->ndim > 0 && !tensor->shape)
    return mercer_fail(mercer_error_bad_view, call->function, "%s '%s' must have a shape, but 'shape' is null", operand->role,
                       operand->name);
  operand->shape = tensor->shape;
  operand->strides = tensor->strides;
  return 0;
}

static int32_t check_type(const mercer_call_state *call, mercer_operand *operand, const DLTensor *tensor, int is_input) {
  const int32_t type = type_of(tensor->dtype), expected = operand->parameter->type;
  const int widened = is_input && expected == mercer_i64;
  if (type != expected && !(widened && (type == mercer_i32 || type == mercer_i8))) {
    const char *fits = widened ? "i64, i32 or i8" : type_name(expected);
    if (type >= 0)
      return mercer_fail(mercer_error_type_mismatch, call->function, "%s '%s' must have element type %s, but has %s",
                         operand->role, operand->name, fits, type_name(type));
    return mercer_fail(mercer_error_type_mismatch, call->function,
                       "%s '%s' must have element type %s, but has DLPack's code %d, %d bits, %d lanes", operand->role,
                       operand->name, fits, (int64_t)tensor->dtype.code, (int64_t)tensor->dtype.bits,
                       (int64_t)tensor->dtype.lanes);
  }
  operand->type = type;
  const int device = (int)tensor->device.device_type;
  if (device != kDLCPU && device != kDLCUDAHost && device != kDLROCMHost)
    return mercer_fail(mercer_error_unsupported, call->function, "%s '%s' must be on a CPU, but its device has type %d",
                       operand->role, operand->name, (int64_t)device);
  return 0;
}

static int32_t check_shape(const mercer_call_state *call, mercer_operand *operand) {
  int empty = 0;
  for (int32_t dimension = 0; dimension < operand->rank; ++dimension) {
    if (operand->shape[dimension] < 0)
      return mercer_fail(mercer_error_bad_view, call->function,
                         "%s '%s' must not have a negative size, but dimension %d has size %d", operand->role, operand->name,
                         (int64_t)dimension, operand->shape[dimension]);
    empty |= operand->shape[dimension] == 0;
  }
  int64_t bytes = mercer_element_size(operand->type);
  for (int32_t dimension = 0; dimension < operand->rank && !empty; ++dimension)
    if (__builtin_mul_overflow(bytes, operand->shape[dimension], &bytes))
      return mercer_fail(mercer_error_bad_view, call->function, "%s '%s' must have fewer than 2^63 bytes, but has shape %v of %s",
                         operand->role, operand->name, (int)operand->rank, operand->shape, type_name(operand->type));
  return 0;
}

static int32_t check_same_sizes(const mercer_call_state *call) {
  const mercer_same *all = mercer_in_table(call->table, call->table->same.at);
  for (int32_t n = 0; n < call->table->same.count; ++n) {
    const mercer_operand *a = call->operands + all[n].input_a, *b = call->operands + all[n].input_b;
    const int64_t size_a = a->shape[all[n].dimension_a], size_b = b->shape[all[n].dimension_b];
    if (size_a == size_b)
      continue;
    if (!all[n].index_at)
      return mercer_fail(mercer_error_extent_mismatch, call->function,
                         "argument '%s' must have size %d in dimension %d, as '%s' has, but has %d", b->name, size_a,
                         (int64_t)all[n].dimension_b, a->name, size_b);
    return mercer_fail(mercer_error_extent_mismatch, call->function,
                       "index '%s' runs over dimension %d of '%s' with size %d and over dimension %d of '%s' with size %d; they "
                       "must be equal",
                       mercer_name(call->table, all[n].index_at), (int64_t)all[n].dimension_a, a->name, size_a,
                       (int64_t)all[n].dimension_b, b->name, size_b);
  }
  return 0;
}

/// The sizes of outputs: written to `sizes`, or compared where that is null.
static int32_t check_extents(const mercer_call_state *call, int64_t *const *sizes) {
  const mercer_table *table = call->table;
  mercer_number *values = mercer_arena_take(call->arena, (int64_t)sizeof *values * table->steps.count);
  if (!values)
    return mercer_fail(mercer_error_out_of_memory, call->function, "there is no memory for its temporaries");
  mercer_evaluate(call, table->steps, NULL, values);
  const int32_t *roots = mercer_in_table(table, table->extents.at);
  const mercer_within *within = mercer_in_table(table, table->within.at);
  for (int32_t n = 0; n < table->within.count; ++n) {
    const mercer_operand *input = call->operands + within[n].input;
    const int64_t extent = values[roots[within[n].extent]].integer, size = input->shape[within[n].dimension];
    if (extent > size)
      return mercer_fail(mercer_error_extent_mismatch, call->function,
                         "index '%s' has extent %d and subscripts dimension %d of '%s', whose size is %d; it must not be larger",
                         mercer_name(table, within[n].index_at), extent, (int64_t)within[n].dimension, input->name, size);
  }
  for (int32_t n = 0, given = 0; n < call->outputs; ++n) {
    const mercer_operand *output = call->operands + call->inputs + n;
    for (int32_t dimension = 0; dimension < output->rank; ++dimension) {
      const int64_t extent = values[*roots++].integer, expected = extent < 0 ? 0 : extent;
      if (sizes)
        sizes[given][dimension] = expected;
      else if (output->shape[dimension] != expected)
        return mercer_fail(mercer_error_extent_mismatch, call->function,
                           "output '%s' must have size %d in dimension %d, but has %d", output->name, expected,
                           (int64_t)dimension, output->shape[dimension]);
    }
    given += output->rank > 0;
  }
  return 0;
}

/// Null, alignment, and the bytes that are touched.
static int32_t check_memory(const mercer_call_state *call, mercer_operand *operand) {
  const int64_t element = mercer_element_size(operand->type);
  operand->count = 1;
  operand->contiguous = 1;
  int64_t expected = 1, low = 0, high = 0;
  int wraps = 0;
  for (int32_t dimension = operand->rank; dimension-- > 0;) {
    const int64_t size = operand->shape[dimension], stride = operand->strides[dimension];
    if (__builtin_mul_overflow(operand->count, size, &operand->count)) // then another size is 0
      operand->count = 0;
    if (size <= 1)
      continue;
    operand->contiguous &= stride == expected;
    wraps |= __builtin_mul_overflow(expected, size, &expected);
    int64_t reach;
    wraps |= __builtin_mul_overflow(stride, size - 1, &reach);
    int64_t *end = reach < 0 ? &low : &high;
    wraps |= __builtin_add_overflow(*end, reach, end);
  }
  operand->first = operand->after = (uintptr_t)operand->data;
  if (operand->count == 0) {
    operand->contiguous = 1;
    return 0;
  }
  if (!operand->data)
    return mercer_fail(mercer_error_bad_view, call->function, "%s '%s' must have memory, for no size is 0, but 'data' is null",
                       operand->role, operand->name);
  if (operand->first % (uintptr_t)element)
    return mercer_fail(mercer_error_bad_view, call->function,
                       "%s '%s' must be aligned to %d bytes, but 'data' is %d bytes past that", operand->role, operand->name,
                       element, (int64_t)(operand->first % (uintptr_t)element));
  wraps |= __builtin_mul_overflow(low, element, &low);
  wraps |= __builtin_add_overflow(high, 1, &high);
  wraps |= __builtin_mul_overflow(high, element, &high);
  const uintptr_t down = (uintptr_t)0 - (uintptr_t)low;
  wraps |= down > operand->first;
  wraps |= __builtin_add_overflow(operand->first, (uintptr_t)high, &operand->after);
  if (wraps)
    return mercer_fail(mercer_error_bad_view, call->function,
                       "%s '%s' must stay in the address space, but has shape %v and strides %v", operand->role, operand->name,
                       (int)operand->rank, operand->shape, (int)operand->rank, operand->strides);
  operand->first -= down;
  return 0;
}

static int32_t find_data(const mercer_call_state *call, mercer_operand *operand, const DLTensor *tensor) {
  if (!tensor->data && tensor->byte_offset)
    return mercer_fail(mercer_error_bad_view, call->function, "%s '%s' must have memory, but 'data' is null and 'byte_offset' %d",
                       operand->role, operand->name, (int64_t)tensor->byte_offset);
  uintptr_t start;
  if (__builtin_add_overflow((uintptr_t)tensor->data, tensor->byte_offset, &start))
    return mercer_fail(mercer_error_bad_view, call->function, "%s '%s' must stay in the address space, but 'byte_offset' is %d",
                       operand->role, operand->name, (int64_t)tensor->byte_offset);
  operand->data = (void *)start;
  return 0;
}

static void set_number(mercer_operand *operand, mercer_value value) {
  operand->type = operand->parameter->type;
  if (operand->type == mercer_bool) {
    const unsigned char truth = value.integer != 0;
    memcpy(&operand->number, &truth, 1);
  } else {
    operand->number = value;
  }
  operand->data = &operand->number;
  operand->count = operand->contiguous = 1;
  operand->first = (uintptr_t)operand->data;
  operand->after = operand->first + sizeof operand->number;
}

static int is_number(const mercer_call_state *call, int32_t n) { return n < call->inputs && call->operands[n].rank == 0; }

/// Row-major strides where none are given, in the arena.
static int32_t make_strides(const mercer_call_state *call, mercer_operand *operand) {
  if (operand->strides || operand->rank == 0)
    return 0;
  int64_t *strides = mercer_arena_take(call->arena, (int64_t)sizeof *strides * operand->rank);
  if (!strides)
    return mercer_fail(mercer_error_out_of_memory, call->function, "there is no memory for its temporaries");
  mercer_row_major(operand->rank, operand->shape, strides);
  operand->strides = strides;
  return 0;
}

/// The rules up to sizes of the first `count` operands.
static int32_t check_descriptors(mercer_call_state *call, const mercer_value *values, int32_t count) {
  int32_t code = 0;
  for (int32_t n = 0; n < count; ++n)
    if (is_number(call, n))
      set_number(&call->operands[n], values[n]);
    else if ((code = check_structure(call, &call->operands[n], values[n].tensor)))
      return code;
  for (int32_t n = 0; n < count; ++n)
    if (!is_number(call, n) && (code = check_type(call, &call->operands[n], values[n].tensor, n < call->inputs)))
      return code;
  for (int32_t n = 0; n < count; ++n)
    if (!is_number(call, n) && (code = check_shape(call, &call->operands[n])))
      return code;
  return check_same_sizes(call);
}

int32_t mercer_check_sizes(mercer_call_state *call, const mercer_value *values, int64_t *const *sizes) {
  const int32_t code = check_descriptors(call, values, call->inputs);
  if (code)
    return code;
  for (int32_t n = 0, given = 0; n < call->outputs; ++n)
    if (call->operands[call->inputs + n].rank > 0 && !sizes[given++])
      return mercer_fail(mercer_error_bad_view, call->function, "sizes of output '%s' must be written somewhere, but '%s' is null",
                         call->operands[call->inputs + n].name, call->operands[call->inputs + n].name);
  return check_extents(call, sizes);
}

/// Is this a row-major tensor in memory of the CPU, about which no rule for a single tensor has anything to say? All in one pass. `strides`:
/// room for its row-major strides.
static int take_plain(mercer_operand *operand, const DLTensor *tensor, int64_t *strides) {
  const int32_t rank = operand->rank, type = operand->parameter->type;
  if (!tensor || tensor->ndim != rank || (rank && !tensor->shape) || type_of(tensor->dtype) != type ||
      tensor->device.device_type != kDLCPU)
    return 0;
  int64_t count = 1, bytes;
  for (int32_t dimension = rank; dimension-- > 0;) {
    const int64_t size = tensor->shape[dimension];
    if (size < 0 || (tensor->strides && size > 1 && tensor->strides[dimension] != count))
      return 0;
    strides[dimension] = count;
    if (__builtin_mul_overflow(count, size, &count))
      return 0;
  }
  if (!tensor->data && (count || tensor->byte_offset))
    return 0;
  const int64_t element = mercer_element_size(type);
  uintptr_t first, after;
  if (__builtin_mul_overflow(count, element, &bytes) || __builtin_add_overflow((uintptr_t)tensor->data, tensor->byte_offset, &first) ||
      __builtin_add_overflow(first, (uintptr_t)bytes, &after) || first % (uintptr_t)element)
    return 0;
  operand->shape = tensor->shape;
  operand->strides = strides;
  operand->type = type;
  operand->data = (void *)first;
  operand->count = count;
  operand->contiguous = 1;
  operand->first = first;
  operand->after = after;
  return 1;
}

/// Are all tensors so? Most are: then what is left to check are sizes that belong together, and overlaps.
static int all_plain(mercer_call_state *call, const mercer_value *values) {
  int64_t dimensions = 0;
  const int32_t count = call->inputs + call->outputs;
  for (int32_t n = 0; n < count; ++n)
    dimensions += call->operands[n].rank;
  int64_t *strides = mercer_arena_take(call->arena, (int64_t)sizeof *strides * dimensions);
  for (int32_t n = 0; n < count && strides; ++n) {
    if (is_number(call, n))
      set_number(&call->operands[n], values[n]);
    else if (!take_plain(&call->operands[n], values[n].tensor, strides))
      return 0;
    strides += call->operands[n].rank;
  }
  return strides != NULL;
}

int32_t mercer_check_call(mercer_call_state *call, const mercer_value *values) {
  const int32_t count = call->inputs + call->outputs;
  if (all_plain(call, values)) {
    int32_t code = check_same_sizes(call);
    if (!code)
      code = check_extents(call, NULL);
    return code ? code : mercer_check_aliasing(call);
  }
  int32_t code = check_descriptors(call, values, count);
  if (!code)
    code = check_extents(call, NULL);
  for (int32_t n = 0; n < count && !code; ++n) {
    if (is_number(call, n))
      continue;
    code = find_data(call, &call->operands[n], values[n].tensor);
    if (!code)
      code = make_strides(call, &call->operands[n]);
    if (!code)
      code = check_memory(call, &call->operands[n]);
  }
  return code ? code : mercer_check_aliasing(call);
}
