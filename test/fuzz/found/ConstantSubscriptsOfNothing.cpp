// Seed 4, case 526: compiling a gradient by elements at constant positions read a value that had been erased.
#include "Agree.h"

namespace mercer::fuzz {

static Program constantSubscripts() {
  Tensor x("x", 5);
  Index i("i", extent(x, 0)), j("j", extent(x, 0)), k("k"), l("l", extent(x, 4));
  Tensor u({i, j}, sum(k, tanh(sum(l, x(Expr(1), k, Expr(1), l, Expr(1))))));
  return value_and_gradient(Program("found", {x}, {{"out", u(Expr(1), Expr(1))}}), {x});
}

TEST(Found, ConstantSubscriptsOfNothing) {
  std::vector<double> nothing, some(48, 0.25);
  expectAgreement(constantSubscripts(), {view(nothing, {2, 2, 2, 2, 0})}, 1e-14);
  expectAgreement(constantSubscripts(), {view(some, {2, 2, 2, 2, 3})}, 1e-14);
}

} // namespace mercer::fuzz
