// Right calls: values, strides, types, contexts. Prints a number made of the bits of all results: it depends on the instruction
// set alone.
#include "Tensors.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static int failures;
static uint64_t bits = 14695981039346656037u;

static void add_bits(const void *data, size_t bytes) {
  const unsigned char *at = data;
  for (size_t n = 0; n < bytes; ++n)
    bits = (bits ^ at[n]) * 1099511628211u;
}

static void succeed(int line, int32_t code) {
  if (code == 0)
    return;
  ++failures;
  printf("Calls.c:%d: code %d, %s\n", line, (int)code, mercer_last_error());
}
#define RIGHT(call) succeed(__LINE__, call)

static void expect_near(int line, double given, double expected, double tolerance) {
  if (fabs(given - expected) <= tolerance * (1 + fabs(expected)))
    return;
  ++failures;
  printf("Calls.c:%d: %.17g, expected %.17g\n", line, given, expected);
}
#define NEAR(given, expected, tolerance) expect_near(__LINE__, given, expected, tolerance)

static void expect_same(int line, const void *a, const void *b, size_t bytes) {
  if (memcmp(a, b, bytes) == 0)
    return;
  ++failures;
  printf("Calls.c:%d: other bits\n", line);
}
#define SAME(a, b, bytes) expect_same(__LINE__, a, b, bytes)

static double random_number(void) {
  static uint64_t state = 88172645463325252u;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (double)(int64_t)(state >> 11) * 0x1p-52 - 1;
}

// --- a pool of the user's ----------------------------------------------------------------------------------

static int tasks_run, blocks;

typedef struct Task {
  void (*task)(void *data, int64_t n);
  void *data;
  int64_t n;
} Task;

static void *run_task(void *task) {
  const Task *each = task;
  each->task(each->data, each->n);
  return NULL;
}

static int32_t parallel(void *user, void (*task)(void *, int64_t), void *data, int64_t count) {
  (void)user;
  pthread_t threads[64];
  Task tasks[64];
  if (count > 64)
    return 1;
  for (int64_t n = 0; n < count; ++n) {
    tasks[n].task = task, tasks[n].data = data, tasks[n].n = n;
    if (pthread_create(&threads[n], NULL, run_task, &tasks[n]) != 0)
      abort();
  }
  for (int64_t n = 0; n < count; ++n)
    pthread_join(threads[n], NULL);
  tasks_run += (int)count;
  return 0;
}

static int32_t no_threads(void *user, void (*task)(void *, int64_t), void *data, int64_t count) {
  (void)user, (void)task, (void)data, (void)count;
  return 1;
}

static void *allocate(void *user, int64_t bytes) {
  *(int *)user += 1;
  return malloc((size_t)bytes);
}

static void *no_memory(void *user, int64_t bytes) {
  (void)user, (void)bytes;
  return NULL;
}

static void release(void *user, void *data, int64_t bytes) {
  *(int *)user -= 1;
  memset(data, 0xee, (size_t)bytes);
  free(data);
}

// --- calls -------------------------------------------------------------------------------------------------

enum { rows = 203, columns = 37 };

static void linear(void) {
  static float x[rows * columns], transposed[rows * columns], w[columns], y[rows], again[2 * rows];
  static double x64[rows * columns], w64[columns], y64[rows];
  for (int n = 0; n < rows * columns; ++n)
    x[n] = (float)random_number(), x64[n] = x[n], transposed[n % columns * rows + n / columns] = x[n];
  for (int n = 0; n < columns; ++n)
    w[n] = (float)random_number(), w64[n] = w[n];
  Box tx, tw, ty;
  set(&tx, x, f32, rows, columns);
  set(&tw, w, f32, columns, -1);
  set(&ty, y, f32, rows, -1);
  int64_t size = 0;
  RIGHT(linear_f32_sizes(&tx.tensor, &tw.tensor, 0.5, &size));
  NEAR((double)size, rows, 0);
  RIGHT(linear_f32(&tx.tensor, &tw.tensor, 0.5, &ty.tensor, NULL));
  for (int row = 0; row < rows; ++row) {
    double sum = 0.5;
    for (int n = 0; n < columns; ++n)
      sum += (double)x[row * columns + n] * w[n];
    NEAR(y[row], sum, 1e-5);
  }
  add_bits(y, sizeof y);
  // Transposed, into every second element from behind; by the offset in bytes.
  set(&tx, transposed, f32, rows, columns);
  set_strides(&tx, 1, rows);
  set(&ty, again, f32, rows, -1);
  set_strides(&ty, -2, 0);
  ty.tensor.byte_offset = 2 * (rows - 1) * sizeof *again;
  RIGHT(linear_f32(&tx.tensor, &tw.tensor, 0.5, &ty.tensor, NULL));
  for (int row = 0; row < rows; ++row)
    SAME(&again[2 * (rows - 1 - row)], &y[row], sizeof *y);
  // Rows with gaps, from the last one on, are read where they are.
  static float apart[rows * (columns + 3)];
  for (int n = 0; n < rows * columns; ++n)
    apart[(rows - 1 - n / columns) * (columns + 3) + n % columns] = x[n];
  set(&tx, apart + (rows - 1) * (columns + 3), f32, rows, columns);
  set_strides(&tx, -(columns + 3), 1);
  set(&ty, again, f32, rows, -1);
  const mercer_context none = {sizeof none, 0, no_memory, release, NULL, NULL};
  RIGHT(linear_f32(&tx.tensor, &tw.tensor, 0.5, &ty.tensor, &none));
  SAME(again, y, sizeof y);
  set(&tx, x64, f64, rows, columns);
  set(&tw, w64, f64, columns, -1);
  set(&ty, y64, f64, rows, -1);
  RIGHT(linear_f64(&tx.tensor, &tw.tensor, 0.5, &ty.tensor, NULL));
  for (int row = 0; row < rows; ++row)
    NEAR(y64[row], y[row], 1e-5);
  add_bits(y64, sizeof y64);
}

static void empty(void) {
  float nothing = 0, y[2] = {7, 7};
  Box tx, tw, ty;
  set(&tx, NULL, f32, 2, 0);
  set(&tw, NULL, f32, 0, -1);
  set(&ty, y, f32, 2, -1);
  RIGHT(linear_f32(&tx.tensor, &tw.tensor, 3, &ty.tensor, NULL));
  NEAR(y[0] + y[1], 6, 0);
  set(&tx, &nothing, f32, 0, 1);
  set(&tw, &nothing, f32, 1, -1);
  set(&ty, NULL, f32, 0, -1);
  RIGHT(linear_f32(&tx.tensor, &tw.tensor, 3, &ty.tensor, NULL));
}

static void in_place(void) {
  float p[9], v[9], g[9], old_p[9], old_v[9];
  for (int n = 0; n < 9; ++n)
    old_p[n] = p[n] = (float)random_number(), old_v[n] = v[n] = (float)random_number(), g[n] = (float)random_number();
  Box tp, tv, tg;
  set(&tp, p, f32, 9, -1);
  set(&tv, v, f32, 9, -1);
  set(&tg, g, f32, 9, -1);
  RIGHT(momentum_f32(&tp.tensor, &tv.tensor, &tg.tensor, 0.1, &tp.tensor, &tv.tensor, NULL));
  for (int n = 0; n < 9; ++n) {
    NEAR(v[n], 0.9 * old_v[n] + g[n], 1e-6);
    NEAR(p[n], old_p[n] - 0.1 * (0.9 * old_v[n] + g[n]), 1e-6);
  }
}

static void labels(void) {
  float x[] = {1, 2, 3, 4, 5, 6}, y[2];
  int64_t wide[] = {2, -1}, next[2];
  int32_t narrow[] = {2, 99, -1};
  signed char tiny[] = {2, -1};
  Box tx, tlabel, ty, tnext;
  for (int type = 0; type < 3; ++type) {
    set(&tx, x, f32, 2, 3);
    set(&tlabel, type == 0 ? (void *)wide : type == 1 ? (void *)narrow : (void *)tiny, type == 0 ? i64 : type == 1 ? i32 : i8, 2, -1);
    if (type == 1)
      set_strides(&tlabel, 2, 0);
    set(&ty, y, f32, 2, -1);
    set(&tnext, next, i64, 2, -1);
    RIGHT(pick_f32(&tx.tensor, &tlabel.tensor, &ty.tensor, &tnext.tensor, NULL));
    NEAR(y[0], 3, 0);
    NEAR(y[1], 0, 0);
    NEAR((double)next[0], 3, 0);
    NEAR((double)next[1], 0, 0);
  }
}

static void windows(void) {
  double x[] = {1, 2, 4, 8, 16}, s[3];
  unsigned char keep[] = {1, 0, 1, 1}, kept[3];
  Box tx, tkeep, ts, tkept;
  set(&tx, x, f64, 5, -1);
  set(&tkeep, keep, truth, 4, -1);
  int64_t size = 0, other = 0;
  RIGHT(windows_f64_sizes(&tx.tensor, &tkeep.tensor, 3, 1, &size, &other));
  NEAR((double)(size + other), 6, 0);
  set(&ts, s, f64, size, -1);
  set(&tkept, kept, truth, size, -1);
  RIGHT(windows_f64(&tx.tensor, &tkeep.tensor, 3, 1, &ts.tensor, &tkept.tensor, NULL));
  NEAR(s[0], -7, 0);
  NEAR(s[1], 0, 0);
  NEAR(s[2], -28, 0);
  SAME(kept, keep, 3);
}

/// The loss by loops.
static double contrastive(int n, int d, const float *z, const int64_t *label, double tau) {
  double total = 0;
  for (int i = 0; i < n; ++i) {
    double largest = -INFINITY, sum = 0, of_pairs = 0, s[256];
    int pairs = 0;
    for (int j = 0; j < n; ++j) {
      s[j] = 0;
      for (int k = 0; k < d; ++k)
        s[j] += (double)z[i * d + k] * z[j * d + k] / tau;
      if (j != i && s[j] > largest)
        largest = s[j];
    }
    for (int j = 0; j < n; ++j)
      sum += j == i ? 0 : exp(s[j] - largest);
    for (int j = 0; j < n; ++j)
      if (j != i && label[j] == label[i])
        of_pairs += s[j] - largest - log(sum), ++pairs;
    total -= pairs ? of_pairs / pairs : 0;
  }
  return total / n;
}

static void losses(int tests) {
  enum { most = rows * 3000 };
  float *z = malloc(most * sizeof *z), *d_z = malloc(most * sizeof *z), *again = malloc(most * sizeof *z);
  int64_t label[rows];
  const int widths[] = {5, 64, 2100}; // below and above what code for small sizes is for
  for (int test = 0; test < tests; ++test) {
    const int d = widths[test];
    float loss, other;
    for (int n = 0; n < rows * d; ++n)
      z[n] = (float)(random_number() / sqrt(d));
    for (int n = 0; n < rows; ++n)
      label[n] = n % 7;
    Box tz, tlabel, tloss, td_z;
    set(&tz, z, f32, rows, d);
    set(&tlabel, label, i64, rows, -1);
    set(&tloss, &loss, f32, -1, -1);
    set(&td_z, d_z, f32, rows, d);
    RIGHT(supcon_f32(&tz.tensor, &tlabel.tensor, 0.3, &tloss.tensor, &td_z.tensor, NULL));
    NEAR(loss, contrastive(rows, d, z, label, 0.3), 1e-5);
    add_bits(&loss, sizeof loss);
    add_bits(d_z, sizeof *z * (size_t)(rows * d));
    // Others' memory and threads: the same bits, and everything is given back.
    for (int threads = 0; threads <= 8; threads += 4) {
      mercer_context context = {sizeof context, threads, allocate, release, threads == 8 ? no_threads : parallel, &blocks};
      set(&tloss, &other, f32, -1, -1);
      set(&td_z, again, f32, rows, d);
      memset(again, 0, sizeof *z * (size_t)(rows * d));
      RIGHT(supcon_f32(&tz.tensor, &tlabel.tensor, 0.3, &tloss.tensor, &td_z.tensor, &context));
      SAME(&other, &loss, sizeof loss);
      SAME(again, d_z, sizeof *z * (size_t)(rows * d));
      if (blocks != 0) {
        ++failures;
        printf("%d blocks of memory are not given back\n", blocks);
      }
    }
    // In one direction, the derivative is what differences say.
    const float step = 1e-3f;
    double slope = 0;
    for (int n = 0; n < rows * d; ++n)
      slope += d_z[n] * cos(n);
    for (int sign = 1; sign >= -1; sign -= 2) {
      for (int n = 0; n < rows * d; ++n)
        again[n] = z[n] + (float)(sign * step * cos(n));
      slope -= sign * contrastive(rows, d, again, label, 0.3) / (2 * (double)step);
    }
    NEAR(slope, 0, 1e-3);
  }
  if (tasks_run == 0) {
    ++failures;
    printf("no task was given to the pool\n");
  }
  free(z), free(d_z), free(again);
}

/// With an argument: small data, for emulated processors.
int main(int count, char **arguments) {
  (void)arguments;
  linear();
  empty();
  in_place();
  labels();
  windows();
  losses(count > 1 ? 1 : 3);
  printf("bits %016llx\n", (unsigned long long)bits);
  return failures != 0;
}
