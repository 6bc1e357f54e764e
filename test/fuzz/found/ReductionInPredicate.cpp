// Seed 5, case 42: a reduction inside of a predicate that waits for the same loop was not there when it was
// needed.
#include "Agree.h"

namespace mercer::fuzz {

TEST(Found, ReductionInPredicate) {
  Tensor x("x", 5);
  Index i("i", extent(x, 1)), j("j", extent(x, 0));
  Tensor one({i, j}, Expr(1.0));
  Program program("found", {x},
                  {{"out", min(i, to_real(where(one(Expr(1), Expr(1)) <= 1.0, Expr(i), Expr(1))),
                               sum(j, Expr(i)) == Expr(2))}});
  for (std::int64_t size : {0, 1, 2, 3}) {
    std::vector<double> data(static_cast<std::size_t>(size * size));
    expectAgreement(program, {view(data, {size, size, 1, 1, 1})}, 0);
  }
}

} // namespace mercer::fuzz
