// Libraries that two versions of Mercer made, in one program.
#include "Tensors.h"

#include <stdio.h>

int32_t older_f32(const DLTensor *x, const DLTensor *w, double bias, DLTensor *y, const mercer_context *context);

int main(void) {
  float x[] = {1, 2, 3, 4, 5, 6}, w[] = {1, 10, 100}, y[2], older[2];
  Box tx, tw, ty;
  set(&tx, x, f32, 2, 3);
  set(&tw, w, f32, 3, -1);
  set(&ty, y, f32, 2, -1);
  const int32_t code = linear_f32(&tx.tensor, &tw.tensor, 1, &ty.tensor, NULL);
  ty.tensor.data = older;
  const int32_t older_code = older_f32(&tx.tensor, &tw.tensor, 1, &ty.tensor, NULL);
  if (code || older_code || memcmp(y, older, sizeof y) != 0 || y[1] != 655)
    return printf("codes %d, %d; %g, %g\n", (int)code, (int)older_code, y[1], older[1]), 1;
  // Both say what is wrong in one place.
  if (older_f32(NULL, &tw.tensor, 1, &ty.tensor, NULL) != MERCER_BAD_VIEW || !strstr(mercer_last_error(), "argument 'x'") ||
      linear_f32(&tx.tensor, NULL, 1, &ty.tensor, NULL) != MERCER_BAD_VIEW || !strstr(mercer_last_error(), "argument 'w'"))
    return printf("last error: %s\n", mercer_last_error()), 1;
  return 0;
}
