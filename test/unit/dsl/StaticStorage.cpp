// Programs of static storage end after the main thread's own objects.
#include <mercer/runtime.h>

#include <cstdio>
#include <cstdlib>

using namespace mercer;

namespace {

/// An expression that is taken apart in many steps.
Expr long_sum(const Tensor &x, Index i) {
  Expr total = x(i);
  for (int n = 0; n < 3000; ++n)
    total = total * 0.5 + x(i);
  return total;
}

const Program &program() {
  static Index i("i");
  static Tensor x("x", 1);
  static Program made("sums", {x}, {{"y", i, long_sum(x, i)}});
  return made;
}

} // namespace

int main() {
  static Program kept = program();
  static Expr expression = kept.outputs()[0].value;
  std::puts(kept.name().c_str());
  return EXIT_SUCCESS;
}
