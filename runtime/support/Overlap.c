// Do views share memory? Sure answers only: byte ranges, then the strides' common divisor. As ../Overlap.cpp.
#include "mercer/runtime/support/Support.h"

static uint64_t length_of(int64_t stride) { return stride < 0 ? 0 - (uint64_t)stride : (uint64_t)stride; }

static int elements_apart(const mercer_operand *view) {
  if (view->contiguous || view->count <= 1)
    return 1;
  // By stride, by insertion: each step must leave what the smaller strides span behind.
  uint64_t lengths[mercer_most_dimensions];
  int64_t sizes[mercer_most_dimensions];
  int rank = 0;
  for (int dimension = 0; dimension < view->rank; ++dimension) {
    if (view->shape[dimension] <= 1)
      continue;
    const uint64_t length = length_of(view->strides[dimension]);
    int at = rank++;
    for (; at > 0 && lengths[at - 1] > length; --at) {
      lengths[at] = lengths[at - 1];
      sizes[at] = sizes[at - 1];
    }
    lengths[at] = length;
    sizes[at] = view->shape[dimension];
  }
  uint64_t span = 1; // fits: the view's bytes lie in the address space
  for (int n = 0; n < rank; ++n) {
    if (lengths[n] < span)
      return 0;
    span += lengths[n] * (uint64_t)(sizes[n] - 1);
  }
  return 1;
}

static uint64_t common_divisor(uint64_t a, uint64_t b) {
  while (b) {
    const uint64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

static int views_apart(const mercer_operand *a, const mercer_operand *b) {
  if (a->count == 0 || b->count == 0 || a->after <= b->first || b->after <= a->first)
    return 1;
  // Both lie on the multiples of one step: apart when their elements are in different places within it.
  uint64_t step = 0;
  const mercer_operand *views[] = {a, b};
  for (int n = 0; n < 2; ++n)
    for (int dimension = 0; dimension < views[n]->rank; ++dimension)
      if (views[n]->shape[dimension] > 1)
        step = common_divisor(step,
                              length_of(views[n]->strides[dimension]) * (uint64_t)mercer_element_size(views[n]->type));
  if (step == 0)
    return 0;
  const uint64_t distance = ((uintptr_t)b->data % step + step - (uintptr_t)a->data % step) % step; // from a up to b
  return distance >= (uint64_t)mercer_element_size(a->type) && step - distance >= (uint64_t)mercer_element_size(b->type);
}

/// The same elements in the same order.
static int same_view(const mercer_operand *a, const mercer_operand *b) {
  if (a->data != b->data || a->type != b->type || a->rank != b->rank)
    return 0;
  for (int dimension = 0; dimension < a->rank; ++dimension)
    if (a->shape[dimension] != b->shape[dimension] ||
        (a->shape[dimension] > 1 && a->strides[dimension] != b->strides[dimension]))
      return 0;
  return 1;
}

static int32_t check_output(const mercer_call_state *call, int32_t number) {
  const mercer_operand *outputs = call->operands + call->inputs, *output = outputs + number;
  if (!output->contiguous && !elements_apart(output))
    return mercer_fail(mercer_error_aliasing, call->function,
                       "output '%s' must not overlap itself, but its strides are %v; make a copy", output->name, output->rank,
                       output->strides);
  for (int32_t other = 0; other < number; ++other)
    if (!views_apart(output, outputs + other))
      return mercer_fail(mercer_error_aliasing, call->function,
                         "output '%s' must not overlap another one, but may overlap '%s'; make a copy", output->name,
                         outputs[other].name);
  const char *in_place = mercer_in_table(call->table, call->table->in_place_at);
  for (int32_t n = 0; n < call->inputs; ++n) {
    const mercer_operand *input = call->operands + n;
    if (views_apart(output, input))
      continue;
    if (!same_view(output, input))
      return mercer_fail(mercer_error_aliasing, call->function,
                         "output '%s' must not overlap an argument, but may overlap '%s'; make a copy", output->name, input->name);
    if (!in_place[number * call->inputs + n])
      return mercer_fail(mercer_error_aliasing, call->function,
                         "output '%s' must not be the view of argument '%s', whose elements are read for other elements of an "
                         "output too; make a copy",
                         output->name, input->name);
  }
  return 0;
}

int32_t mercer_check_aliasing(const mercer_call_state *call) {
  for (int32_t n = 0; n < call->outputs; ++n) {
    const int32_t code = check_output(call, n);
    if (code)
      return code;
  }
  return 0;
}
