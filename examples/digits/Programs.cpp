#include "Programs.h"

using namespace mercer;

namespace digits {

// For an image i and another j of the same digit: the similarity s(i, j), less a margin, must beat the
// log-sum-exp of the similarities to all images of other digits.
Expr margin_contrastive(const Tensor &u, const Tensor &label, const Expr &tau, const Expr &margin) {
  Index i("i"), j("j"), a("a");
  auto s = [&](const Index &p, const Index &q) { return dot(u[p], u[q]) / tau; };
  Expr others = logsumexp(a, s(i, a), label(a) != label(i));
  Expr same = s(i, j) - margin / tau;
  return mean(i, mean(j, softplus(others - same), label(j) == label(i) && j != i));
}

Program contrastive_loss() {
  Tensor u("u", 2), label("label", 1, integer);
  Scalar tau("tau"), margin("margin");
  return Program("contrastive", {u, label, tau, margin},
                 {{"loss", margin_contrastive(u, label, tau, margin)}});
}

Program embedding() {
  Tensor x("x", 2), w("w", 2);
  Index i("i"), c("c");
  Tensor z({i, c}, dot(w[c], x[i]));
  return Program("embedding", {x, w}, {{"u", {i, c}, normalize(z)(i, c)}});
}

Program nearest_neighbour() {
  Tensor query("query", 2), x("x", 2), label("label", 1, integer);
  Index i("i"), j("j");
  return Program("nearest", {query, x, label},
                 {{"digit", i, label(argmin(j, squared_distance(query[i], x[j])))}});
}

Program two_sample() {
  Tensor x("x", 2), y("y", 2);
  Scalar sigma("sigma");
  Index i("i"), j("j");
  Kernel k = kernels::rbf(sigma);
  Expr within_x = mean({i, j}, k(x[i], x[j]), i != j), within_y = mean({i, j}, k(y[i], y[j]), i != j);
  return Program("mmd2", {x, y, sigma}, {{"mmd2", within_x + within_y - 2.0 * mean({i, j}, k(x[i], y[j]))}});
}

Program kernel_matvec() {
  Tensor x("x", 2), y("y", 2), v("v", 2);
  Scalar sigma("sigma");
  Index i("i"), j("j"), c("c");
  Kernel k = kernels::rbf(sigma);
  return Program("kernel_matvec", {x, y, v, sigma}, {{"a", {i, c}, sum(j, k(x[i], y[j]) * v(j, c))}});
}

} // namespace digits
