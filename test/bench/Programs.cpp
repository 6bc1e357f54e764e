#include "Programs.h"

#include "Inputs.h"
#include "Workloads.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

namespace mercer::bench {
namespace {

const Index i("i"), j("j"), k("k"), a("a"), c("c");

/// The bandwidth of kernels; any number does for points without features.
double one_over(std::int64_t d) { return 1 / double(std::max<std::int64_t>(d, 1)); }

using Distance = std::function<Expr(const Tensor &, const Tensor &)>;

/// a_i = sum_j exp(-gamma distance(x_i, y_j)) b_j
Definition kernel_matvec(const Sizes &sizes, const Distance &distance) {
  const std::int64_t n = sizes[0], m = sizes[1], d = sizes[2];
  Tensor x("x", 2), y("y", 2), b("b", 1);
  Scalar gamma("gamma");
  Program program("matvec", {x, y, b, gamma}, {{"a", i, sum(j, exp(-gamma * distance(x[i], y[j])) * b(j))}});
  return {
      program, {uniform(1, {n, d}), uniform(2, {m, d}), uniform(3, {m})}, {one_over(d)}, {0}, {n}, DType::f32,
      4};
}

Definition labelled_points(const std::string &name, const Expr &loss, const Tensor &z, const Tensor &label,
                           const Sizes &sizes) {
  return {Program(name, {z, label}, {{"loss", loss}}),
          {unit_rows(uniform(1, {sizes[0], sizes[1]})), integers(2, 10, sizes[0])},
          {},
          {0}};
}

/// Mean squared distance to the chosen centroid: near-ties may be chosen either way.
double assigned_distance(const Case &at) {
  const std::int64_t n = at.inputs[0].shape()[0], d = at.inputs[0].shape()[1];
  double total = 0;
  for (std::int64_t row = 0; row < n; ++row)
    for (std::int64_t column = 0; column < d; ++column) {
      double difference = double(at.inputs[0].data<float>()[row * d + column]) -
                          at.inputs[1].data<float>()[at.outputs[0].data<std::int64_t>()[row] * d + column];
      total += difference * difference;
    }
  return total / double(n);
}

/// A value that is an array and has no gradient.
Definition array_valued(Definition definition, Sizes shape) {
  definition.value_shape = std::move(shape);
  return definition;
}

/// With inputs in bf16, and what processors do to add up their products.
Definition stored_in_bf16(Definition definition) {
  for (Array &input : definition.inputs)
    input = in_bf16(input);
  definition.precision = Precision::fast;
  return definition;
}

} // namespace

Definition gaussian_matvec(const Sizes &sizes) {
  return kernel_matvec(sizes, [](const Tensor &x, const Tensor &y) { return squared_distance(x, y); });
}

Definition gaussian_matvec_by_dot(const Sizes &sizes) {
  return kernel_matvec(sizes, [](const Tensor &x, const Tensor &y) {
    return squared_norm(x) + squared_norm(y) - 2.0 * dot(x, y);
  });
}

Definition laplacian_matvec(const Sizes &sizes) {
  return kernel_matvec(sizes, [](const Tensor &x, const Tensor &y) { return sum(k, abs(x(k) - y(k))); });
}

Definition sinkhorn(const Sizes &sizes) {
  const std::int64_t n = sizes[0], m = sizes[1], d = sizes[2];
  Tensor x("x", 2), y("y", 2), g("g", 1);
  Expr value = -0.05 * logsumexp(j, (g(j) - squared_distance(x[i], y[j])) / 0.05);
  return array_valued({Program("sinkhorn", {x, y, g}, {{"f", i, value}}),
                       {uniform(1, {n, d}), uniform(2, {m, d}), uniform(3, {m}, 0.25f)},
                       {},
                       {}},
                      {n});
}

Definition logsumexp_dot(const Sizes &sizes) {
  Tensor x("x", 2), y("y", 2);
  return array_valued({Program("logsumexp_dot", {x, y}, {{"f", i, logsumexp(j, dot(x[i], y[j]))}}),
                       {uniform(1, {sizes[0], sizes[2]}), uniform(2, {sizes[1], sizes[2]})},
                       {},
                       {}},
                      {sizes[0]});
}

Definition logsumexp_dot_bf16(const Sizes &sizes) { return stored_in_bf16(logsumexp_dot(sizes)); }
Definition matrix_product_bf16(const Sizes &sizes) { return stored_in_bf16(matrix_product(sizes)); }

Definition matrix_product(const Sizes &sizes) {
  Tensor x("a", 2), y("b", 2);
  return array_valued({Program("product", {x, y}, {{"c", {i, j}, sum(k, x(i, k) * y(k, j))}}),
                       {uniform(1, {sizes[0], sizes[2]}), uniform(2, {sizes[2], sizes[1]})},
                       {},
                       {}},
                      {sizes[0], sizes[1]});
}

Definition mmd2(const Sizes &sizes) {
  const std::int64_t n = sizes[0], m = sizes[1], d = sizes[2];
  Tensor x("x", 2), y("y", 2);
  Scalar gamma("gamma");
  auto kernel = [&](const Tensor &p, const Tensor &q) { return exp(-gamma * squared_distance(p, q)); };
  Expr value = mean({i, j}, kernel(x[i], x[j]), i != j) + mean({i, j}, kernel(y[i], y[j]), i != j) -
               2.0 * mean({i, j}, kernel(x[i], y[j]));
  return {Program("mmd2", {x, y, gamma}, {{"mmd2", value}}),
          {uniform(1, {n, d}), uniform(2, {m, d}, 0.5f, 0.25f)},
          {one_over(d)},
          {0}};
}

Definition cross_entropy(const Sizes &sizes) {
  Tensor logits("logits", 2), label("label", 1, integer);
  Program program("cross_entropy", {logits, label},
                  {{"loss", mean(i, logsumexp(c, logits(i, c)) - logits(i, label(i)))}});
  return {program, {uniform(1, {sizes[0], sizes[1]}, 8), integers(2, sizes[1], sizes[0])}, {}, {0}};
}

Definition distillation(const Sizes &sizes) {
  Tensor student("student", 2), teacher("teacher", 2);
  Expr log_p = log_softmax(c, student(i, c) / 2.0), log_q = log_softmax(c, teacher(i, c) / 2.0);
  Expr value = 4.0 * mean(i, sum(c, exp(log_q) * (log_q - log_p)));
  return {Program("distillation", {student, teacher}, {{"loss", value}}),
          {uniform(1, {sizes[0], sizes[1]}, 4), uniform(2, {sizes[0], sizes[1]}, 4)},
          {},
          {0}};
}

Definition linear_cross_entropy(const Sizes &sizes) {
  const std::int64_t n = sizes[0], classes = sizes[1], d = sizes[2];
  Tensor h("h", 2), w("w", 2), label("label", 1, integer);
  Program program("linear_cross_entropy", {h, w, label},
                  {{"loss", mean(i, logsumexp(c, dot(h[i], w[c])) - dot(h[i], w[label(i)]))}});
  return {
      program, {uniform(1, {n, d}), uniform(2, {classes, d}, 0.25f), integers(3, classes, n)}, {}, {0, 1}};
}

Definition mixture(const Sizes &sizes) {
  const std::int64_t n = sizes[0], components = sizes[1], d = sizes[2];
  Tensor x("x", 2), means("means", 2), log_variances("log_variances", 2), logits("logits", 1);
  Expr exponent = sum(k, square(x(i, k) - means(c, k)) * exp(-log_variances(c, k)) + log_variances(c, k) +
                             std::log(2 * std::numbers::pi));
  Expr value = mean(i, logsumexp(c, log_softmax(c, logits(c)) - 0.5 * exponent));
  return {Program("mixture", {x, means, log_variances, logits}, {{"loglik", value}}),
          {uniform(1, {n, d}, 2), uniform(2, {components, d}), uniform(3, {components, d}),
           uniform(4, {components})},
          {},
          {1, 2, 3}};
}

Definition kmeans(const Sizes &sizes) {
  Tensor x("x", 2), centroids("centroids", 2);
  Definition result = array_valued(
      {Program("kmeans", {x, centroids}, {{"nearest", i, argmin(c, squared_distance(x[i], centroids[c]))}}),
       {uniform(1, {sizes[0], sizes[2]}), uniform(2, {sizes[1], sizes[2]})},
       {},
       {}},
      {sizes[0]});
  result.value_type = DType::i64;
  result.summary = assigned_distance;
  return result;
}

Definition clip_infonce(const Sizes &sizes) {
  const std::int64_t n = sizes[0], d = sizes[1];
  Tensor image("image", 2), text("text", 2);
  auto s = [&](const Index &p, const Index &q) { return dot(image[p], text[q]) / 0.07; };
  Expr rows = mean(i, logsumexp(j, s(i, j)) - s(i, i)), columns = mean(j, logsumexp(i, s(i, j)) - s(j, j));
  Program program("clip", {image, text}, {{"loss", 0.5 * (rows + columns)}});
  Array raw = uniform(1, {n, d});
  return {program, {unit_rows(raw), unit_rows(sum(raw, uniform(2, {n, d})))}, {}, {0, 1}};
}

Definition supcon(const Sizes &sizes) {
  Tensor z("z", 2), label("label", 1, integer);
  auto s = [&](const Index &p, const Index &q) { return dot(z[p], z[q]) / 0.1; };
  Expr log_share = s(i, j) - logsumexp(a, s(i, a), a != i);
  return labelled_points("supcon", -mean(i, mean(j, log_share, label(j) == label(i) && j != i)), z, label,
                         sizes);
}

Definition triplet(const Sizes &sizes) {
  Tensor z("z", 2), label("label", 1, integer);
  Expr farthest = max(j, distance(z[i], z[j]), label(j) == label(i) && j != i);
  Expr nearest = min(j, distance(z[i], z[j]), label(j) != label(i));
  return labelled_points("triplet", mean(i, relu(0.2 + farthest - nearest)), z, label, sizes);
}

/// The Stein kernel of a kernel for the score -x, by derivatives of the kernel.
Definition ksd(const Sizes &sizes) {
  Tensor x("x", 2);
  auto kernel = [](const Tensor &p, const Tensor &q) { return rsqrt(1.0 + squared_distance(p, q)); };
  Tensor p = x[i], q = x[j];
  Tensor by_p = gradient([&](const Tensor &u) { return kernel(u, q); }, p);
  Tensor by_q = gradient([&](const Tensor &v) { return kernel(p, v); }, q);
  Expr trace = sum(
      k,
      gradient([&](const Tensor &u) { return gradient([&](const Tensor &v) { return kernel(u, v); }, q)(k); },
               p)(k));
  Expr stein = dot(p, q) * kernel(p, q) - dot(p, by_q) - dot(q, by_p) + trace;
  return {Program("ksd", {x}, {{"ksd", mean({i, j}, stein, i != j)}}),
          {uniform(1, {sizes[0], sizes[1]}, 2)},
          {},
          {}};
}

Definition squared_error(const Sizes &sizes) {
  Tensor p("prediction", 2), t("target", 2);
  return {Program("mse", {p, t}, {{"loss", mean({i, k}, square(p(i, k) - t(i, k)))}}),
          {uniform(1, {sizes[0], sizes[1]}), uniform(2, {sizes[0], sizes[1]})},
          {},
          {}};
}

Definition focal(const Sizes &sizes) {
  const std::int64_t n = sizes[0];
  Tensor logits("logits", 1), target("target", 1);
  Expr positive = target(i) > 0.5;
  Expr log_p = where(positive, log_sigmoid(logits(i)), log_sigmoid(-logits(i)));
  Expr value = mean(i, -where(positive, 0.25, 0.75) * square(1.0 - exp(log_p)) * log_p);
  return {Program("focal", {logits, target}, {{"loss", value}}),
          {uniform(1, {n}, 6), as_floats(integers(2, 2, n))},
          {},
          {0}};
}

Definition copy(const Sizes &sizes) {
  Tensor source("source", 1);
  return array_valued({Program("copy", {source}, {{"copy", i, source(i)}}), {uniform(1, {sizes[0]})}, {}, {}},
                      sizes);
}

} // namespace mercer::bench
