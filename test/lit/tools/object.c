/* Calls huber_loss with its gradient from an object file of mercerc. OBJECT_HEADER: its header. */
#include OBJECT_HEADER

#include <stdio.h>

int main(void) {
  float y[] = {3, 4, 0, 0.5f}, total, value[2], d_y[4];
  int64_t rows = 2, shape[] = {2, 2}, value_rows, d_y_shape[2];
  const DLDataType f32 = {kDLFloat, 32, 1};
  const DLDevice cpu = {kDLCPU, 0};
  DLTensor ty = {y, cpu, 2, f32, shape, NULL, 0};
  DLTensor ttotal = {&total, cpu, 0, f32, NULL, NULL, 0};
  DLTensor tvalue = {value, cpu, 1, f32, &rows, NULL, 0};
  DLTensor td_y = {d_y, cpu, 2, f32, shape, NULL, 0};
  if (huber_loss_f32(&ty, &ttotal, &tvalue, &td_y, NULL) || huber_loss_f32_sizes(&ty, &value_rows, d_y_shape)) {
    puts(mercer_last_error());
    return 1;
  }
  printf("total %g, value %g %g, d_y %g %g %g %g, rows %d\n", total, value[0], value[1], d_y[0], d_y[1], d_y[2], d_y[3],
         (int)value_rows);
  const int code = huber_loss_f32(NULL, &ttotal, &tvalue, &td_y, NULL);
  printf("without y: %d, %s\n", code, mercer_last_error());
  return 0;
}
