// Seed 20261125, case 121, for any sizes: labels that are read only where the result's own index is small said where terms
// belong, before there was such an index.
#include "Agree.h"

namespace mercer::fuzz {

TEST(Found, GuardedScatter) {
  Tensor x("x", 2), label("label", 2, integer);
  Index row("row", extent(x, 0)), i("i");
  Tensor slope = gradient([&](const Tensor &v) { return sum(i, v(label(i, 1), 0) * (i + 1.0)); }, x);
  Program program("found", {x, label}, {{"out", row, where(row >= 21, Expr(1.0), slope(row, 0))}});
  std::vector<double> data(23 * 2, 0.5);
  std::vector<std::int64_t> labels{0, 3, 0, 20, 0, 3, 0, 0};
  expectAgreement(program, {view(data, {23, 2}), view(labels, {4, 2})}, 1e-15);
  labels[3] = 23;
  expectAgreement(program, {view(data, {23, 2}), view(labels, {4, 2})}, 1e-15);
}

} // namespace mercer::fuzz
