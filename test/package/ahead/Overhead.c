// What a call costs: on 32x16 data, and on 0x16, where there is no work. Prints nanoseconds; fails when a call allocates.
#include "Tensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec time;
  timespec_get(&time, TIME_UTC);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void *allocate(void *user, int64_t bytes) {
  ++*(int *)user;
  return malloc((size_t)bytes);
}

static void release(void *user, void *memory, int64_t bytes) {
  (void)user, (void)bytes;
  free(memory);
}

enum { columns = 16, repetitions = 20, calls = 20000 };

static int measure(int rows) {
  static float x[32 * columns], w[columns], y[32];
  int allocations = 0;
  const mercer_context context = {sizeof context, 0, allocate, release, NULL, &allocations};
  Box tx, tw, ty;
  set(&tx, x, f32, rows, columns);
  set(&tw, w, f32, columns, -1);
  set(&ty, y, f32, rows, -1);
  double least = 1e9;
  for (int n = 0; n < repetitions; ++n) {
    const double start = now();
    for (int call = 0; call < calls; ++call)
      if (linear_f32(&tx.tensor, &tw.tensor, 1, &ty.tensor, &context) != 0)
        return printf("%s\n", mercer_last_error()), 1;
    const double time = (now() - start) / calls;
    least = time < least ? time : least;
  }
  printf("a call of linear_f32 on %dx%d numbers: %.0f ns, %d allocations\n", rows, columns, least, allocations);
  return allocations != 0;
}

int main(void) { return measure(32) | measure(0); }
