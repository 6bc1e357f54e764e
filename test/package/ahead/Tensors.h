// Tensors for the C programs of this folder.
#ifndef TENSORS_H_
#define TENSORS_H_

#include "ahead.h"

#include <string.h>

enum { rank_limit = 20 };

/// A tensor with room for its shape and strides.
typedef struct Box {
  DLTensor tensor;
  int64_t shape[rank_limit], strides[rank_limit];
} Box;

static const DLDataType f32 = {kDLFloat, 32, 1}, f64 = {kDLFloat, 64, 1}, i64 = {kDLInt, 64, 1}, i32 = {kDLInt, 32, 1},
                        i8 = {kDLInt, 8, 1}, truth = {kDLBool, 8, 1};

/// Row-major; `rows` or `columns` of -1: there is no such dimension.
static inline void set(Box *box, void *data, DLDataType type, int64_t rows, int64_t columns) {
  memset(box, 0, sizeof *box);
  box->tensor.data = data;
  box->tensor.device.device_type = kDLCPU;
  box->tensor.dtype = type;
  box->tensor.ndim = (rows >= 0) + (columns >= 0);
  box->tensor.shape = box->shape;
  box->shape[0] = rows;
  box->shape[1] = columns;
}

static inline void set_strides(Box *box, int64_t first, int64_t second) {
  box->strides[0] = first;
  box->strides[1] = second;
  box->tensor.strides = box->strides;
}

#endif
