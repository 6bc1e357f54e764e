// Sizes that depend on the call, and where a check of compiled code has failed: as ../Extents.cpp and ../Reference.cpp.
#include "mercer/runtime/support/Support.h"

#include <string.h>

enum {
#define MERCER_ELEMENTWISE(name, ...) function_##name,
#include "mercer/dsl/ops/Elementwise.def"
};

static float float_of(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static double half_value(uint16_t bits) {
  const uint32_t sign = (uint32_t)(bits & 0x8000) << 16, rest = bits & 0x7fff;
  if (rest >= 0x7c00) // infinity, NaN
    return float_of(sign | 0x7f800000 | (rest & 0x3ff) << 13);
  const float value = float_of(rest << 13) * 0x1p112f; // moves the exponent, subnormals too
  return sign ? -value : value;
}

static void load(int32_t type, const char *element, mercer_number *value) {
  int64_t i64;
  int32_t i32;
  int8_t i8;
  uint16_t half;
  float single;
  switch (type) {
  case mercer_f64:
    memcpy(&value->real, element, 8);
    break;
  case mercer_f32:
    memcpy(&single, element, 4);
    value->real = single;
    break;
  case mercer_f16:
  case mercer_bf16:
    memcpy(&half, element, 2);
    value->real = type == mercer_f16 ? half_value(half) : float_of((uint32_t)half << 16);
    break;
  case mercer_i64:
    memcpy(&i64, element, 8);
    value->integer = i64;
    break;
  case mercer_i32:
    memcpy(&i32, element, 4);
    value->integer = i32;
    break;
  case mercer_i8:
    memcpy(&i8, element, 1);
    value->integer = i8;
    break;
  default:
    value->integer = *element != 0;
  }
}

/// 0 where a subscript is out of range: an earlier check says so.
static void read(const mercer_call_state *call, const mercer_step *step, const mercer_number *values, mercer_number *value) {
  const mercer_operand *input = call->operands + step->symbol;
  const int32_t *operands = mercer_in_table(call->table, step->operands.at);
  int64_t offset = 0;
  for (int32_t dimension = 0; dimension < step->operands.count; ++dimension) {
    const int64_t subscript = values[operands[dimension]].integer;
    if (subscript < 0 || subscript >= input->shape[dimension])
      return;
    if (subscript)
      offset += subscript * input->strides[dimension];
  }
  load(input->type, (const char *)input->data + offset * mercer_element_size(input->type), value);
}

static int64_t to_integer(double value) {
  if (value != value)
    return 0;
  if (value >= 0x1p63)
    return INT64_MAX;
  return value <= -0x1p63 ? INT64_MIN : (int64_t)value;
}

static double floor_of(double value) {
  if (!(value > -0x1p52 && value < 0x1p52)) // has no fraction
    return value;
  const double whole = (double)(int64_t)value;
  return whole > value ? whole - 1 : whole;
}

/// Half to even.
static double round_of(double value) {
  if (!(value > -0x1p52 && value < 0x1p52))
    return value;
  const double low = floor_of(value), part = value - low;
  const int odd = (int64_t)low & 1;
  return part > 0.5 || (part == 0.5 && odd) ? low + 1 : low;
}

static double real_function(int32_t function, const double *x) {
  switch (function) {
  case function_add:
    return x[0] + x[1];
  case function_sub:
    return x[0] - x[1];
  case function_mul:
    return x[0] * x[1];
  case function_div:
    return x[0] / x[1];
  case function_neg:
    return -x[0];
  case function_minimum:
    return x[0] != x[0] || x[0] < x[1] ? x[0] : x[1];
  case function_maximum:
    return x[0] != x[0] || x[0] > x[1] ? x[0] : x[1];
  case function_abs:
    return x[0] < 0 ? -x[0] : x[0];
  case function_sign:
    return x[0] > 0 ? 1 : x[0] < 0 ? -1 : x[0];
  case function_square:
    return x[0] * x[0];
  case function_reciprocal:
    return 1 / x[0];
  case function_floor_div:
    return floor_of(x[0] / x[1]);
  case function_floor:
    return floor_of(x[0]);
  case function_ceil:
    return -floor_of(-x[0]);
  case function_round:
    return round_of(x[0]);
  default: // stop_gradient, with_gradient_of; the exporter lets no others pass
    return x[0];
  }
}

/// As interpreter::evaluate_integer: wraps, and division by zero gives 0.
static int64_t integer_function(int32_t function, const int64_t *x) {
  const uint64_t a = (uint64_t)x[0], b = (uint64_t)x[1];
  switch (function) {
  case function_add:
    return (int64_t)(a + b);
  case function_sub:
    return (int64_t)(a - b);
  case function_mul:
    return (int64_t)(a * b);
  case function_square:
    return (int64_t)(a * a);
  case function_neg:
    return (int64_t)(0 - a);
  case function_abs:
    return x[0] < 0 ? (int64_t)(0 - a) : x[0];
  case function_sign:
    return (x[0] > 0) - (x[0] < 0);
  case function_minimum:
    return x[0] < x[1] ? x[0] : x[1];
  case function_maximum:
    return x[0] > x[1] ? x[0] : x[1];
  case function_floor_div:
  case function_mod: {
    if (x[1] == 0)
      return 0;
    if (x[1] == -1) // INT64_MIN / -1 overflows
      return function == function_mod ? 0 : (int64_t)(0 - a);
    const int64_t quotient = x[0] / x[1], rest = x[0] % x[1];
    const int down = rest != 0 && (rest < 0) != (x[1] < 0);
    return function == function_mod ? rest + (down ? x[1] : 0) : quotient - down;
  }
  case function_logical_and:
    return x[0] && x[1];
  case function_logical_or:
    return x[0] || x[1];
  case function_logical_not:
    return !x[0];
  default:
    return x[0];
  }
}

#define MERCER_COMPARE(function, a, b)                                                                                         \
  ((function) == function_eq   ? (a) == (b)                                                                                    \
   : (function) == function_ne ? (a) != (b)                                                                                    \
   : (function) == function_lt ? (a) < (b)                                                                                     \
   : (function) == function_le ? (a) <= (b)                                                                                    \
   : (function) == function_gt ? (a) > (b)                                                                                     \
                               : (a) >= (b))

static void apply(const mercer_step *step, int32_t operand_kind, const mercer_number *x, mercer_number *value) {
  const double reals[] = {x[0].real, x[1].real, x[2].real};
  const int64_t integers[] = {x[0].integer, x[1].integer, x[2].integer};
  switch (step->function) {
  case function_select:
    *value = integers[0] ? x[1] : x[2];
    return;
  case function_to_real:
    value->real = (double)integers[0];
    return;
  case function_to_integer:
    value->integer = operand_kind == mercer_real ? to_integer(reals[0]) : integers[0];
    return;
  case function_eq:
  case function_ne:
  case function_lt:
  case function_le:
  case function_gt:
  case function_ge:
    value->integer = operand_kind == mercer_real ? MERCER_COMPARE(step->function, reals[0], reals[1])
                                                 : MERCER_COMPARE(step->function, integers[0], integers[1]);
    return;
  default:
    if (step->kind == mercer_real)
      value->real = real_function(step->function, reals);
    else
      value->integer = integer_function(step->function, integers);
  }
}

void mercer_evaluate(const mercer_call_state *call, mercer_list list, const int64_t *indices, mercer_number *values) {
  const mercer_step *steps = mercer_in_table(call->table, list.at);
  for (int32_t n = 0; n < list.count; ++n) {
    const mercer_step *step = steps + n;
    mercer_number *value = values + n;
    value->real = step->real;
    value->integer = step->integer;
    switch (step->what) {
    case mercer_index:
      value->integer = indices ? indices[step->symbol] : 0;
      break;
    case mercer_size:
      value->integer = call->operands[step->symbol].shape[step->dimension];
      break;
    case mercer_read:
      if (step->guard < 0 || values[step->guard].integer)
        read(call, step, values, value);
      break;
    case mercer_apply: {
      const int32_t *operands = mercer_in_table(call->table, step->operands.at);
      mercer_number x[3] = {{0, 0}, {0, 0}, {0, 0}};
      for (int32_t k = 0; k < step->operands.count && k < 3; ++k)
        x[k] = values[operands[k]];
      apply(step, steps[operands[0]].kind, x, value);
      break;
    }
    default:
      break;
    }
  }
}

// --- checks ------------------------------------------------------------------------------------------------

static int32_t out_of_range(const mercer_call_state *call, const mercer_check *check, const int64_t *indices, int64_t value,
                            int64_t size) {
  const char *tensor = mercer_name(call->table, check->tensor_at), *text = mercer_name(call->table, check->text_at);
  const int32_t code = size == 0 ? mercer_fail(mercer_error_index_out_of_range, call->function,
                                         "subscript '%s' of dimension %d of '%s' is %d, but the dimension has size 0", text,
                                         (int64_t)check->dimension, tensor, value)
                           : mercer_fail(mercer_error_index_out_of_range, call->function,
                                         "subscript '%s' of dimension %d of '%s' must be 0 to %d, but is %d", text,
                                         (int64_t)check->dimension, tensor, size - 1, value);
  const mercer_loop *loops = mercer_in_table(call->table, check->loops.at);
  for (int32_t n = 0; n < check->loops.count; ++n)
    mercer_more(n ? ", %s = %d" : " at %s = %d", mercer_name(call->table, loops[n].name_at), indices[n]);
  return code;
}

int32_t mercer_failed_check(const mercer_call_state *call, int32_t number) {
  const mercer_check *check = (const mercer_check *)mercer_in_table(call->table, call->table->checks.at) + number;
  mercer_number *values = mercer_arena_take(call->arena, (int64_t)sizeof *values * check->steps.count);
  int64_t *indices = mercer_arena_take(call->arena, 2 * (int64_t)sizeof *indices * check->loops.count);
  if (check->steps.count && values && indices) {
    const mercer_loop *loops = mercer_in_table(call->table, check->loops.at);
    int64_t *extents = indices + check->loops.count;
    mercer_evaluate(call, check->steps, NULL, values);
    int empty = 0;
    for (int32_t n = 0; n < check->loops.count; ++n) {
      indices[n] = 0;
      extents[n] = values[loops[n].extent].integer;
      empty |= extents[n] <= 0;
    }
    while (!empty) {
      mercer_evaluate(call, check->steps, indices, values);
      const int64_t subscript = values[check->subscript].integer, size = values[check->size].integer;
      if ((check->guard < 0 || values[check->guard].integer) && (subscript < 0 || subscript >= size))
        return out_of_range(call, check, indices, subscript, size);
      int32_t n = check->loops.count;
      while (n > 0 && ++indices[n - 1] == extents[n - 1])
        indices[--n] = 0;
      empty = n == 0;
    }
  }
  return mercer_fail(mercer_error_index_out_of_range, call->function, "subscript '%s' of dimension %d of '%s' is out of range",
                     mercer_name(call->table, check->text_at), (int64_t)check->dimension,
                     mercer_name(call->table, check->tensor_at));
}
