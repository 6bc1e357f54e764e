// Every wrong call: a code and a text that says what is wrong, and no byte of an output is written.
#include "Tensors.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static int calls, failures;

/// Arguments of all programs, right until a test spoils one.
static struct {
  float x[6], w[3], p[4], v[4], g[4], z[8];
  int64_t label[2];
  unsigned char keep[4];
  Box tx, tw, tp, tv, tg, tz, tlabel, tlabels, tkeep;
  int64_t labels[4];
} in;

static struct {
  float y[2], p_new[4], v_new[4], s[3], loss[1], d_z[8];
  int64_t next[2];
  unsigned char kept[3];
} out, untouched;

static Box ty, tnext, tp_new, tv_new, ts, tkept, tloss, td_z;
static mercer_context context;

static void fresh(void) {
  memset(&in, 0, sizeof in);
  for (int n = 0; n < 8; ++n)
    in.z[n] = (float)n;
  set(&in.tx, in.x, f32, 2, 3);
  set(&in.tw, in.w, f32, 3, -1);
  set(&in.tp, in.p, f32, 4, -1);
  set(&in.tv, in.v, f32, 4, -1);
  set(&in.tg, in.g, f32, 4, -1);
  set(&in.tz, in.z, f32, 4, 2);
  set(&in.tlabel, in.label, i64, 2, -1);
  set(&in.tlabels, in.labels, i64, 4, -1);
  set(&in.tkeep, in.keep, truth, 4, -1);
  memset(&out, 0x5a, sizeof out);
  untouched = out;
  set(&ty, out.y, f32, 2, -1);
  set(&tnext, out.next, i64, 2, -1);
  set(&tp_new, out.p_new, f32, 4, -1);
  set(&tv_new, out.v_new, f32, 4, -1);
  set(&ts, out.s, f32, 3, -1);
  set(&tkept, out.kept, truth, 3, -1);
  set(&tloss, out.loss, f32, -1, -1);
  set(&td_z, out.d_z, f32, 4, 2);
  memset(&context, 0, sizeof context);
  context.size = sizeof context;
}

static void check(int line, int32_t code, int32_t expected, const char *text) {
  ++calls;
  const int touched = memcmp(&out, &untouched, sizeof out) != 0;
  if (code == expected && strstr(mercer_last_error(), text) && !touched)
    return;
  ++failures;
  printf("WrongCalls.c:%d: code %d, expected %d; \"%s\", expected \"%s\"%s\n", line, (int)code, (int)expected,
         mercer_last_error(), text, touched ? "; an output was written" : "");
}

#define WRONG(expected, text, call, spoil)                                                                                     \
  do {                                                                                                                         \
    fresh();                                                                                                                   \
    spoil;                                                                                                                     \
    check(__LINE__, call, expected, text);                                                                                     \
  } while (0)

#define LINEAR linear_f32(&in.tx.tensor, &in.tw.tensor, 1, &ty.tensor, &context)
#define MOMENTUM momentum_f32(&in.tp.tensor, &in.tv.tensor, &in.tg.tensor, 0.1, &tp_new.tensor, &tv_new.tensor, NULL)
#define PICK pick_f32(&in.tx.tensor, &in.tlabel.tensor, &ty.tensor, &tnext.tensor, NULL)
#define WINDOWS(width) windows_f32(&in.tp.tensor, &in.tkeep.tensor, width, 0, &ts.tensor, &tkept.tensor, NULL)
#define SUPCON supcon_f32(&in.tz.tensor, &in.tlabels.tensor, 0.5, &tloss.tensor, &td_z.tensor, NULL)

static void structure(void) {
  WRONG(MERCER_BAD_VIEW, "linear_f32: argument 'x' must be a tensor, but is null",
        linear_f32(NULL, &in.tw.tensor, 1, &ty.tensor, NULL), );
  WRONG(MERCER_BAD_VIEW, "argument 'w' must be a tensor, but is null", linear_f32(&in.tx.tensor, NULL, 1, &ty.tensor, NULL), );
  WRONG(MERCER_BAD_VIEW, "output 'y' must be a tensor, but is null",
        linear_f32(&in.tx.tensor, &in.tw.tensor, 1, NULL, NULL), );
  WRONG(MERCER_BAD_VIEW, "argument 'x' must have 'ndim' 0 to 16, but has -1", LINEAR, in.tx.tensor.ndim = -1);
  WRONG(MERCER_BAD_VIEW, "argument 'x' must have 'ndim' 0 to 16, but has 17", LINEAR, in.tx.tensor.ndim = 17);
  WRONG(MERCER_BAD_VIEW, "output 'y' must have 'ndim' 0 to 16, but has 2147483647", LINEAR, ty.tensor.ndim = INT32_MAX);
  WRONG(MERCER_RANK_MISMATCH, "argument 'x' must have rank 2, but has rank 1", LINEAR, in.tx.tensor.ndim = 1);
  WRONG(MERCER_RANK_MISMATCH, "argument 'w' must have rank 1, but has rank 16", LINEAR, in.tw.tensor.ndim = 16);
  WRONG(MERCER_RANK_MISMATCH, "output 'y' must have rank 1, but has rank 0", LINEAR, ty.tensor.ndim = 0);
  WRONG(MERCER_RANK_MISMATCH, "output 'loss' must have rank 0, but has rank 1", SUPCON, (tloss.tensor.ndim = 1, tloss.shape[0] = 1));
  WRONG(MERCER_BAD_VIEW, "argument 'x' must have a shape, but 'shape' is null", LINEAR, in.tx.tensor.shape = NULL);
  WRONG(MERCER_BAD_VIEW, "output 'y' must have a shape, but 'shape' is null", LINEAR, ty.tensor.shape = NULL);
}

static void types(void) {
  WRONG(MERCER_TYPE_MISMATCH, "argument 'x' must have element type f32, but has f64", LINEAR, in.tx.tensor.dtype = f64);
  WRONG(MERCER_TYPE_MISMATCH, "argument 'w' must have element type f32, but has i32", LINEAR, in.tw.tensor.dtype = i32);
  WRONG(MERCER_TYPE_MISMATCH, "argument 'x' must have element type f32, but has bf16", LINEAR,
        (in.tx.tensor.dtype.code = kDLBfloat, in.tx.tensor.dtype.bits = 16));
  WRONG(MERCER_TYPE_MISMATCH, "argument 'x' must have element type f32, but has f16", LINEAR, in.tx.tensor.dtype.bits = 16);
  WRONG(MERCER_TYPE_MISMATCH, "but has DLPack's code 2, 32 bits, 2 lanes", LINEAR, in.tx.tensor.dtype.lanes = 2);
  WRONG(MERCER_TYPE_MISMATCH, "but has DLPack's code 2, 32 bits, 0 lanes", LINEAR, in.tx.tensor.dtype.lanes = 0);
  WRONG(MERCER_TYPE_MISMATCH, "but has DLPack's code 2, 24 bits, 1 lanes", LINEAR, in.tx.tensor.dtype.bits = 24);
  WRONG(MERCER_TYPE_MISMATCH, "but has DLPack's code 255, 32 bits, 1 lanes", LINEAR, in.tx.tensor.dtype.code = 255);
  WRONG(MERCER_TYPE_MISMATCH, "but has DLPack's code 5, 32 bits, 1 lanes", LINEAR, in.tx.tensor.dtype.code = kDLComplex);
  WRONG(MERCER_TYPE_MISMATCH, "output 'y' must have element type f32, but has f64", LINEAR, ty.tensor.dtype = f64);
  WRONG(MERCER_TYPE_MISMATCH, "argument 'label' must have element type i64, i32 or i8, but has f32", PICK,
        in.tlabel.tensor.dtype = f32);
  WRONG(MERCER_TYPE_MISMATCH, "argument 'label' must have element type i64, i32 or i8, but has bool", PICK,
        in.tlabel.tensor.dtype = truth);
  WRONG(MERCER_TYPE_MISMATCH, "but has DLPack's code 1, 64 bits, 1 lanes", PICK, in.tlabel.tensor.dtype.code = kDLUInt);
  WRONG(MERCER_TYPE_MISMATCH, "output 'next' must have element type i64, but has i32", PICK, tnext.tensor.dtype = i32);
  WRONG(MERCER_TYPE_MISMATCH, "argument 'keep' must have element type bool, but has i8", WINDOWS(2), in.tkeep.tensor.dtype = i8);
  WRONG(MERCER_TYPE_MISMATCH, "output 'kept' must have element type bool, but has i8", WINDOWS(2), tkept.tensor.dtype = i8);
  WRONG(MERCER_UNSUPPORTED, "argument 'x' must be on a CPU, but its device has type 2", LINEAR,
        in.tx.tensor.device.device_type = kDLCUDA);
  WRONG(MERCER_UNSUPPORTED, "output 'y' must be on a CPU, but its device has type 10", LINEAR,
        ty.tensor.device.device_type = kDLROCM);
}

static void sizes(void) {
  WRONG(MERCER_BAD_VIEW, "argument 'x' must not have a negative size, but dimension 1 has size -3", LINEAR, in.tx.shape[1] = -3);
  WRONG(MERCER_BAD_VIEW, "argument 'w' must not have a negative size, but dimension 0 has size -9223372036854775808", LINEAR,
        in.tw.shape[0] = INT64_MIN);
  WRONG(MERCER_BAD_VIEW, "output 'y' must not have a negative size", LINEAR, ty.shape[0] = -2);
  WRONG(MERCER_BAD_VIEW, "argument 'x' must have fewer than 2^63 bytes, but has shape [4611686018427387904, 3] of f32", LINEAR,
        in.tx.shape[0] = INT64_C(1) << 62);
  WRONG(MERCER_EXTENT_MISMATCH, "index 'k' runs over dimension ", LINEAR, in.tw.shape[0] = 2);
  WRONG(MERCER_EXTENT_MISMATCH, "output 'y' must have size 2 in dimension 0, but has 3", LINEAR, ty.shape[0] = 3);
  WRONG(MERCER_EXTENT_MISMATCH, "output 'y' must have size 2 in dimension 0, but has 0", LINEAR, ty.shape[0] = 0);
  WRONG(MERCER_EXTENT_MISMATCH, "they must be equal", MOMENTUM, in.tg.shape[0] = 3);
  WRONG(MERCER_EXTENT_MISMATCH, "output 'v_new' must have size 4 in dimension 0, but has 5", MOMENTUM, tv_new.shape[0] = 5);
  WRONG(MERCER_EXTENT_MISMATCH, "they must be equal", SUPCON, in.tlabels.shape[0] = 3);
  WRONG(MERCER_EXTENT_MISMATCH, "output 'd_z' must have size 2 in dimension 1, but has 3", SUPCON, td_z.shape[1] = 3);
  WRONG(MERCER_EXTENT_MISMATCH, "output 's' must have size 2 in dimension 0, but has 3", WINDOWS(3), );
  WRONG(MERCER_EXTENT_MISMATCH, "index 'i' has extent 5 and subscripts dimension 0 of 'keep', whose size is 4", WINDOWS(0), );
  WRONG(MERCER_EXTENT_MISMATCH, "of 'keep', whose size is 4", WINDOWS(-1), );
  WRONG(MERCER_EXTENT_MISMATCH, "output 's' must have size 0 in dimension 0, but has 3", WINDOWS(100), );
}

static void memory(void) {
  WRONG(MERCER_BAD_VIEW, "argument 'x' must have memory, for no size is 0, but 'data' is null", LINEAR, in.tx.tensor.data = NULL);
  WRONG(MERCER_BAD_VIEW, "argument 'w' must have memory, for no size is 0, but 'data' is null", LINEAR, in.tw.tensor.data = NULL);
  WRONG(MERCER_BAD_VIEW, "output 'y' must have memory, for no size is 0, but 'data' is null", LINEAR, ty.tensor.data = NULL);
  WRONG(MERCER_BAD_VIEW, "output 'loss' must have memory", SUPCON, tloss.tensor.data = NULL);
  WRONG(MERCER_BAD_VIEW, "'data' is null and 'byte_offset' 8", LINEAR, (in.tx.tensor.data = NULL, in.tx.tensor.byte_offset = 8));
  WRONG(MERCER_BAD_VIEW, "argument 'x' must stay in the address space, but 'byte_offset' is -1", LINEAR,
        in.tx.tensor.byte_offset = UINT64_MAX);
  WRONG(MERCER_BAD_VIEW, "argument 'x' must be aligned to 4 bytes, but 'data' is 2 bytes past that", LINEAR,
        in.tx.tensor.data = (char *)in.x + 2);
  WRONG(MERCER_BAD_VIEW, "output 'y' must be aligned to 4 bytes, but 'data' is 1 bytes past that", LINEAR,
        ty.tensor.byte_offset = 1);
  WRONG(MERCER_BAD_VIEW, "argument 'label' must be aligned to 8 bytes", PICK, in.tlabel.tensor.byte_offset = 4);
  WRONG(MERCER_BAD_VIEW, "must stay in the address space, but has shape [2, 3] and strides [9223372036854775807, 1]", LINEAR,
        set_strides(&in.tx, INT64_MAX, 1));
  WRONG(MERCER_BAD_VIEW, "must stay in the address space, but has shape [2, 3] and strides [-9223372036854775808, 1]", LINEAR,
        set_strides(&in.tx, INT64_MIN, 1));
  WRONG(MERCER_BAD_VIEW, "output 'y' must stay in the address space", LINEAR, set_strides(&ty, -(INT64_C(1) << 60), 0));
}

static void aliasing(void) {
  WRONG(MERCER_ALIASING, "output 'y' must not overlap itself, but its strides are [0]; make a copy", LINEAR, set_strides(&ty, 0, 0));
  WRONG(MERCER_ALIASING, "output 'd_z' must not overlap itself, but its strides are [1, 1]", SUPCON, set_strides(&td_z, 1, 1));
  WRONG(MERCER_ALIASING, "output 'v_new' must not overlap another one, but may overlap 'p_new'", MOMENTUM,
        tv_new.tensor.data = out.p_new);
  WRONG(MERCER_ALIASING, "output 'v_new' must not overlap another one, but may overlap 'p_new'", MOMENTUM,
        (tv_new.tensor.data = out.p_new + 3, tv_new.shape[0] = 4));
  WRONG(MERCER_ALIASING, "output 'y' must not overlap an argument, but may overlap 'x'", LINEAR, ty.tensor.data = in.x + 1);
  WRONG(MERCER_ALIASING, "output 'y' must not overlap an argument, but may overlap 'w'", LINEAR, ty.tensor.data = in.w);
  WRONG(MERCER_ALIASING, "output 'p_new' must not overlap an argument, but may overlap 'p'", MOMENTUM,
        tp_new.tensor.data = in.p + 1);
  WRONG(MERCER_ALIASING, "output 'd_z' must not be the view of argument 'z'", SUPCON, td_z.tensor.data = in.z);
  WRONG(MERCER_ALIASING, "output 'p_new' must not overlap an argument, but may overlap 'v'", MOMENTUM,
        (tp_new.tensor.data = in.v + 3, set_strides(&tp_new, -1, 0)));
}

static void labels(void) {
  static const int64_t wrong[] = {-2, 3, INT64_MAX, INT64_MIN};
  static const char *const texts[] = {"but is -2 at i = 1", "must be 0 to 2, but is 3 at i = 1", "but is 9223372036854775807 at i = 1",
                                      "but is -9223372036854775808 at i = 1"};
  for (int n = 0; n < 4; ++n)
    WRONG(MERCER_INDEX_OUT_OF_RANGE, texts[n], PICK, in.label[1] = wrong[n]);
  WRONG(MERCER_INDEX_OUT_OF_RANGE, "pick_f32: subscript 'label(i)' of dimension 1 of 'x' must be 0 to 2, but is 7 at i = 0", PICK,
        in.label[0] = 7);
  int32_t narrow[] = {0, -5};
  WRONG(MERCER_INDEX_OUT_OF_RANGE, "but is -5 at i = 1", PICK, set(&in.tlabel, narrow, i32, 2, -1));
  signed char tiny[] = {127, 0};
  WRONG(MERCER_INDEX_OUT_OF_RANGE, "but is 127 at i = 0", PICK, set(&in.tlabel, tiny, i8, 2, -1));
  WRONG(MERCER_INDEX_OUT_OF_RANGE, "but the dimension has size 0", PICK, in.tx.shape[1] = 0);
}

static void *no_memory(void *user, int64_t bytes) {
  (void)user, (void)bytes;
  return NULL;
}
static void give_back(void *user, void *data, int64_t bytes) { (void)user, (void)bytes, free(data); }

static void contexts(void) {
  WRONG(MERCER_BAD_OPTION, "'context' must have 'size' 40 (sizeof(mercer_context)), but has 0", LINEAR, context.size = 0);
  WRONG(MERCER_BAD_OPTION, "'context' must have 'size' 40", LINEAR, context.size = 39);
  WRONG(MERCER_BAD_OPTION, "'context' must have 0 to 1024 'threads', but has -1", LINEAR, context.threads = -1);
  WRONG(MERCER_BAD_OPTION, "'context' must have 0 to 1024 'threads', but has 1025", LINEAR, context.threads = 1025);
  WRONG(MERCER_BAD_OPTION, "both 'allocate' and 'release' or none, but 'release' is null", LINEAR, context.allocate = no_memory);
  WRONG(MERCER_BAD_OPTION, "both 'allocate' and 'release' or none, but 'allocate' is null", LINEAR, context.release = give_back);
  enum { many = 40000 };
  float *large = calloc(many, sizeof *large);
  WRONG(MERCER_OUT_OF_MEMORY, "linear_f32: there is no memory for its temporaries", LINEAR,
        (context.allocate = no_memory, context.release = give_back, set(&in.tx, large, f32, 2, many / 2),
         set_strides(&in.tx, 1, 2), set(&in.tw, large, f32, many / 2, -1)));
  free(large);
}

static void sizes_of_outputs(void) {
  int64_t y[1] = {-7}, kept[1] = {-7};
  WRONG(MERCER_BAD_VIEW, "linear_f32: argument 'x' must be a tensor, but is null", linear_f32_sizes(NULL, &in.tw.tensor, 1, y), );
  WRONG(MERCER_BAD_VIEW, "sizes of output 'y' must be written somewhere, but 'y' is null",
        linear_f32_sizes(&in.tx.tensor, &in.tw.tensor, 1, NULL), );
  WRONG(MERCER_EXTENT_MISMATCH, "they must be equal", linear_f32_sizes(&in.tx.tensor, &in.tw.tensor, 1, y), in.tw.shape[0] = 9);
  WRONG(MERCER_TYPE_MISMATCH, "must have element type f32, but has f64", linear_f32_sizes(&in.tx.tensor, &in.tw.tensor, 1, y),
        in.tw.tensor.dtype = f64);
  WRONG(MERCER_BAD_VIEW, "sizes of output 'kept' must be written somewhere",
        windows_f32_sizes(&in.tp.tensor, &in.tkeep.tensor, 2, 0, y, NULL), );
  WRONG(MERCER_EXTENT_MISMATCH, "of 'keep', whose size is 4", windows_f32_sizes(&in.tp.tensor, &in.tkeep.tensor, 0, 0, y, kept), );
  if (y[0] != -7 || kept[0] != -7) {
    ++failures;
    printf("sizes were written by a wrong call\n");
  }
}

int main(void) {
  structure();
  types();
  sizes();
  memory();
  aliasing();
  labels();
  contexts();
  sizes_of_outputs();
  fresh();
  if (LINEAR != 0 || MOMENTUM != 0 || PICK != 0 || WINDOWS(2) != 0 || SUPCON != 0) {
    ++failures;
    printf("a right call is refused: %s\n", mercer_last_error());
  }
  printf("%d wrong calls, %d failures\n", calls, failures);
  return failures != 0 || calls < 60;
}
