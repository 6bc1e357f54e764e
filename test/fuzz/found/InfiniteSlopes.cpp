// Where a function is finite and its derivative infinite, a seed of 0 gives 0.
#include "Agree.h"

namespace mercer::fuzz {

TEST(Found, InfiniteSlopes) {
  Tensor x("x", 1), s("s", 1);
  Index i("i");
  for (auto f :
       {+[](const Expr &e) { return asin(e); }, +[](const Expr &e) { return acos(e); },
        +[](const Expr &e) { return acosh(e); }, +[](const Expr &e) { return sqrt(e - 1.0); },
        +[](const Expr &e) { return cbrt(e - 1.0); }, +[](const Expr &e) { return xlogx(e - 1.0); }}) {
    Program program("found", {x, s}, {{"out", sum(i, s(i) * f(x(i)))}});
    std::vector<double> points{1, 1}, seeds{0, 0};
    Program slopes = value_and_gradient(program, {x});
    expectAgreement(slopes, {view(points, {2}), view(seeds, {2})}, 1e-14);
    EXPECT_EQ(jit(slopes).call<2>(view(points, {2}), view(seeds, {2}))[1].data<double>()[0], 0);
  }
}

} // namespace mercer::fuzz
