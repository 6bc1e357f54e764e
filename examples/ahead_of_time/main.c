/* Trains a linear classifier of points in a plane. Plain C: no Mercer, no LLVM, no C++ when it runs. */
#include "losses.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { points = 600, features = 2, classes = 3 };

/* Row-major f32 tensors; `columns` of 0: rank 1. Shapes live as long as the program. */
static DLTensor tensor(float *data, int64_t rows, int64_t columns) {
  int64_t *shape = malloc(2 * sizeof *shape);
  DLTensor result = {data, {kDLCPU, 0}, columns ? 2 : 1, {kDLFloat, 32, 1}, shape, NULL, 0};
  shape[0] = rows;
  shape[1] = columns;
  return result;
}

static void expect(int32_t code) {
  if (code == MERCER_OK)
    return;
  fprintf(stderr, "%d: %s\n", (int)code, mercer_last_error());
  exit(1);
}

static double noise(void) { return 2.0 * rand() / RAND_MAX - 1; }

static float x[points * features], weights[classes * (features + 1)], velocity[classes * (features + 1)],
    gradient[classes * (features + 1)], loss;
static int32_t labels[points];

int main(void) {
  for (int n = 0; n < points; ++n) { /* three clouds around a circle */
    labels[n] = n % classes;
    const double angle = 2.0 * 3.14159265358979 * labels[n] / classes;
    x[n * features] = (float)(cos(angle) + 0.9 * noise());
    x[n * features + 1] = (float)(sin(angle) + 0.9 * noise());
  }
  /* Weights and biases lie behind one another, so that one step moves both. */
  const int all = classes * (features + 1);
  DLTensor tx = tensor(x, points, features), tlabel = tensor(NULL, points, 0);
  tlabel.data = labels;
  tlabel.dtype.code = kDLInt;
  DLTensor tw = tensor(weights, classes, features), tb = tensor(weights + classes * features, classes, 0);
  DLTensor td_w = tensor(gradient, classes, features), td_b = tensor(gradient + classes * features, classes, 0);
  DLTensor tp = tensor(weights, all, 0), tv = tensor(velocity, all, 0), tg = tensor(gradient, all, 0);
  DLTensor tloss = tensor(&loss, 0, 0);
  tloss.ndim = 0;

  for (int n = 0; n <= 100; ++n) {
    expect(classifier_f32(&tx, &tlabel, &tw, &tb, &tloss, &td_w, &td_b, NULL));
    if (n % 25 == 0)
      printf("step %3d  loss %.4f\n", n, loss);
    expect(step_f32(&tp, &tv, &tg, 0.5, &tp, &tv, NULL));
  }
  int right = 0;
  for (int n = 0; n < points; ++n) {
    int best = 0;
    float scores[classes];
    for (int c = 0; c < classes; ++c) {
      scores[c] = weights[c * features] * x[n * features] + weights[c * features + 1] * x[n * features + 1] +
                  weights[classes * features + c];
      if (scores[c] > scores[best])
        best = c;
    }
    right += best == labels[n];
  }
  printf("%d of %d points are classified right\n", right, points);

  labels[7] = 3; /* there is no such class */
  if (classifier_f32(&tx, &tlabel, &tw, &tb, &tloss, &td_w, &td_b, NULL) != MERCER_OK)
    printf("%s\n", mercer_last_error());
  return 0;
}
