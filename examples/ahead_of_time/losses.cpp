// Runs when the program is built: what it exports becomes losses.h and code that needs nothing of Mercer.
#include <mercer/export.h>

using namespace mercer;

namespace {

/// Cross entropy of a linear classifier: mean_i log sum_c exp(s_ic) - s_i,label(i), with s = x w^T + b.
Program classifier() {
  Index i("i"), c("c"), k("k");
  Tensor x("x", 2), label("label", 1, integer), w("w", 2), b("b", 1);
  auto score = [&](const Index &row, const Expr &of) { return sum(k, x(row, k) * w(of, k)) + b(of); };
  Expr loss = mean(i, logsumexp(c, score(i, c)) - score(i, label(i)));
  return Program("classifier", {x, label, w, b}, {{"loss", loss}});
}

/// One step of gradient descent with momentum, in place.
Program step() {
  Index i("i");
  Tensor p("p", 1), v("v", 1), g("g", 1);
  Scalar rate("rate");
  Expr velocity = 0.9 * v(i) + g(i);
  return Program("step", {p, v, g, rate}, {{"p_new", i, p(i) - rate * velocity}, {"v_new", i, velocity}});
}

/// The gradient by the weights, of the exported program.
Program classifier_with_gradient() {
  const Program value = classifier();
  return value_and_gradient(value, {value.inputs()[2], value.inputs()[3]});
}

} // namespace

MERCER_EXPORT(classifier, classifier_with_gradient());
MERCER_EXPORT(step, step());
