// Small programs that the tests call.
#pragma once

#include <mercer/runtime.h>

namespace mercer {

/// y(i) = sum_k w(k) x(i, k) + bias.
inline Program linear_map() {
  Index i("i"), k("k");
  Tensor x("x", 2), w("w", 1);
  Scalar bias("bias");
  return Program("linear", {x, w, bias}, {{"y", i, sum(k, w(k) * x(i, k)) + bias}});
}

/// x - rate * g and the velocity that goes with it.
inline Program momentum() {
  Index i("i");
  Tensor p("p", 1), v("v", 1), g("g", 1);
  Scalar rate("rate");
  Expr velocity = 0.9 * v(i) + g(i);
  return Program("momentum", {p, v, g, rate}, {{"p_new", i, p(i) - rate * velocity}, {"v_new", i, velocity}});
}

/// The element of a row that a label names.
inline Program pick() {
  Index i("i");
  Tensor x("x", 2), label("label", 1, integer);
  return Program("pick", {x, label}, {{"y", i, x(i, label(i))}});
}

/// Labels and their number.
inline Program plus_one() {
  Index i("i");
  Tensor label("label", 1, integer);
  return Program("plus_one", {label}, {{"next", i, label(i) + 1}});
}

} // namespace mercer
