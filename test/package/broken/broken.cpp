// Three programs, of which the first is none.
#include <mercer/export.h>

using namespace mercer;

static Program program() {
  Index i("i"), j("j");
  Tensor x("x", 2);
  const Expr values[] = {x(i, j), sum(j, x(i, j)), mean(j, x(i, j))};
  return Program("rows", {x}, {{"y", i, values[MERCER_TEST_VALUE]}});
}

MERCER_EXPORT(rows, program());
