// Elements of tensors.
#include "mercer/runtime/support/Support.h"

#include <string.h>

void mercer_row_major(int32_t rank, const int64_t *shape, int64_t *strides) {
  int64_t stride = 1;
  for (int32_t dimension = rank; dimension-- > 0;) {
    strides[dimension] = stride;
    // What does not fit belongs to a tensor without elements.
    if (__builtin_mul_overflow(stride, shape[dimension], &stride))
      stride = 0;
  }
}

/// A row of elements, `from_step` and `to_step` bytes apart.
static void copy_row(int64_t count, const char *from, int32_t from_type, int64_t from_step, char *to, int32_t to_type,
                     int64_t to_step) {
  if (from_type != to_type) { // a narrower integer
    for (int64_t n = 0; n < count; ++n, from += from_step, to += to_step) {
      int64_t wide;
      if (from_type == mercer_i32) {
        int32_t value;
        memcpy(&value, from, sizeof value);
        wide = value;
      } else {
        int8_t value;
        memcpy(&value, from, sizeof value);
        wide = value;
      }
      memcpy(to, &wide, sizeof wide);
    }
    return;
  }
  const int64_t size = mercer_element_size(to_type);
  if (from_step == size && to_step == size) {
    memcpy(to, from, (size_t)(count * size));
    return;
  }
#define MERCER_COPY(bytes)                                                                                                     \
  case bytes:                                                                                                                  \
    for (int64_t n = 0; n < count; ++n, from += from_step, to += to_step)                                                      \
      memcpy(to, from, bytes);                                                                                                 \
    break;
  switch (size) {
    MERCER_COPY(1)
    MERCER_COPY(2)
    MERCER_COPY(4)
    MERCER_COPY(8)
  }
#undef MERCER_COPY
}

void mercer_copy(int32_t rank, const int64_t *shape, const void *from, int32_t from_type, const int64_t *from_strides, void *to,
                 int32_t to_type, const int64_t *to_strides) {
  int64_t at[mercer_most_dimensions] = {0};
  for (int32_t dimension = 0; dimension < rank; ++dimension)
    if (shape[dimension] == 0)
      return;
  const int64_t from_size = mercer_element_size(from_type), to_size = mercer_element_size(to_type);
  const int32_t outer = rank > 0 ? rank - 1 : 0;
  const int64_t count = rank > 0 ? shape[outer] : 1;
  const int64_t from_step = rank > 0 && count > 1 ? from_strides[outer] * from_size : from_size;
  const int64_t to_step = rank > 0 && count > 1 ? to_strides[outer] * to_size : to_size;
  for (;;) {
    int64_t from_offset = 0, to_offset = 0;
    for (int32_t dimension = 0; dimension < outer; ++dimension)
      if (at[dimension]) { // a dimension of one element has any stride
        from_offset += at[dimension] * from_strides[dimension];
        to_offset += at[dimension] * to_strides[dimension];
      }
    copy_row(count, (const char *)from + from_offset * from_size, from_type, from_step, (char *)to + to_offset * to_size, to_type,
             to_step);
    int32_t dimension = outer;
    while (dimension > 0 && ++at[dimension - 1] == shape[dimension - 1])
      at[--dimension] = 0;
    if (dimension == 0)
      return;
  }
}
