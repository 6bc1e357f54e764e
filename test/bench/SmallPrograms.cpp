#include "SmallCalls.h"

namespace mercer::bench {

Program momentum_step() {
  Index i("i"), k("k");
  Tensor p("p", 2), v("v", 2), g("g", 2);
  Scalar rate("rate");
  const Expr velocity = 0.9 * v(i, k) + g(i, k);
  return Program("momentum_step", {p, v, g, rate}, {{"p_new", {i, k}, p(i, k) - rate * velocity}, {"v_new", {i, k}, velocity}});
}

Program row_products() {
  Index i("i"), k("k");
  Tensor x("x", 2), w("w", 1);
  return Program("row_products", {x, w}, {{"y", i, sum(k, w(k) * x(i, k))}});
}

Program cross_entropy_step() {
  Index i("i"), c("c");
  Tensor x("x", 2), label("label", 1, integer);
  const Expr loss = mean(i, logsumexp(c, x(i, c)) - x(i, label(i)));
  return value_and_gradient(Program("cross_entropy_step", {x, label}, {{"loss", loss}}), {x});
}

Program contrastive_step() {
  Index i("i"), j("j"), a("a");
  Tensor z("z", 2), label("label", 1, integer);
  Scalar tau("tau");
  auto s = [&](const Index &p, const Index &q) { return dot(z[p], z[q]) / tau; };
  const Expr log_p = s(i, j) - logsumexp(a, s(i, a), a != i);
  const Expr loss = -mean(i, mean(j, log_p, label(i) == label(j) && i != j));
  return value_and_gradient(Program("contrastive_step", {z, label, tau}, {{"loss", loss}}), {z});
}

} // namespace mercer::bench
