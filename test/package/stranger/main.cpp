#include <mercer/mercer.h>

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

using namespace mercer;

int main() {
  Index i("i");
  Tensor x("x", 1);
  Program program("log_sum", {x}, {{"value", log(sum(i, exp(x(i))))}});
  std::puts(to_text(program).c_str());

  std::vector<double> X = {1000, 1000};
  double value = jit(program)(view(X, {2})).item<double>();
  std::printf("%.17g\n", value);
  if (std::abs(value - (1000 + std::log(2.0))) > 1e-12)
    return 1;

  try {
    jit(program)(view(X, {1, 2}));
  } catch (const Error &error) { // thrown inside the shared library, caught outside
    std::puts(error.what());
    return error.code() == ErrorCode::rank_mismatch ? 0 : 2;
  }
  return 3;
}
