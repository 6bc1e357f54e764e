// What the C programs of this folder call.
#include <mercer/export.h>

using namespace mercer;

namespace {

/// y(i) = sum_k w(k) x(i, k) + bias.
Program linear() {
  Index i("i"), k("k");
  Tensor x("x", 2), w("w", 1);
  Scalar bias("bias");
  return Program("linear_map", {x, w, bias}, {{"y", i, sum(k, w(k) * x(i, k)) + bias}});
}

/// x - rate * g and the velocity that goes with it.
Program momentum() {
  Index i("i");
  Tensor p("p", 1), v("v", 1), g("g", 1);
  Scalar rate("rate");
  Expr velocity = 0.9 * v(i) + g(i);
  return Program("momentum", {p, v, g, rate}, {{"p_new", i, p(i) - rate * velocity}, {"v_new", i, velocity}});
}

/// The element of a row that a label names, where the label is not -1.
Program pick() {
  Index i("i");
  Tensor x("x", 2), label("label", 1, integer);
  return Program("pick", {x, label}, {{"y", i, where(label(i) == -1, 0.0, x(i, label(i)))}, {"next", i, label(i) + 1}});
}

/// Sums of windows, where `keep` holds: an extent made of a size and a number.
Program windows() {
  Tensor x("x", 1), keep("keep", 1, boolean);
  Scalar width("width", integer), negate("negate", boolean);
  Index i("i", extent(x, 0) - width + 1), k("k", width);
  Expr sums = where(keep(i), sum(k, x(i + k)), 0.0);
  return Program("windows", {x, keep, width, negate}, {{"s", i, where(negate, -sums, sums)}, {"kept", i, keep(i)}});
}

/// Supervised contrastive loss.
Program contrastive() {
  Index i("i"), j("j"), a("a");
  Tensor z("z", 2), label("label", 1, integer);
  Scalar tau("tau");
  auto s = [&](Index p, Index q) { return dot(z[p], z[q]) / tau; };
  Expr log_p = s(i, j) - logsumexp(a, s(i, a), a != i);
  Expr value = -mean(i, mean(j, log_p, label(i) == label(j) && i != j));
  return value_and_gradient(Program("contrastive", {z, label, tau}, {{"loss", value}}), {z});
}

} // namespace

MERCER_EXPORT(linear, linear());
MERCER_EXPORT(momentum, momentum());
MERCER_EXPORT(pick, pick());
MERCER_EXPORT(windows, windows());
MERCER_EXPORT(supcon, contrastive());
