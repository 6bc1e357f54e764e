#include "Workloads.h"

#include "Inputs.h"

#include <cmath>
#include <functional>
#include <numbers>

namespace mercer::bench {
namespace {

/// What a workload is before it is asked for a value or a gradient.
struct Definition {
  Program program;
  std::vector<Array> inputs;
  std::vector<double> numbers;
  std::vector<std::size_t> differentiable; ///< positions of inputs
  std::vector<std::int64_t> value_shape = {};
  DType value_type = DType::f32;
  std::uint64_t cotangent_seed = 0; ///< of a value that is no scalar
  double (*summary)(const Case &) = nullptr;
};

const Index i("i"), j("j"), k("k"), a("a"), c("c");

Definition kernel_matvec(std::int64_t n, std::int64_t d,
                         const std::function<Expr(const Tensor &, const Tensor &)> &distance,
                         std::int64_t m) {
  Tensor x("x", 2), y("y", 2), b("b", 1);
  Scalar gamma("gamma");
  Program program("matvec", {x, y, b, gamma}, {{"a", i, sum(j, exp(-gamma * distance(x[i], y[j])) * b(j))}});
  return {program,
          {uniform(1, {n, d}), uniform(2, {m, d}), uniform(3, {m})},
          {1.0 / double(d)},
          {0},
          {n},
          DType::f32,
          4};
}

Expr l1_distance(const Tensor &x, const Tensor &y) { return sum(k, abs(x(k) - y(k))); }
Expr l2_distance(const Tensor &x, const Tensor &y) { return squared_distance(x, y); }

Definition cross_entropy(std::int64_t n, std::int64_t classes) {
  Tensor logits("logits", 2), label("label", 1, integer);
  Program program("cross_entropy", {logits, label},
                  {{"loss", mean(i, logsumexp(c, logits(i, c)) - logits(i, label(i)))}});
  return {program, {uniform(1, {n, classes}, 8), integers(2, classes, n)}, {}, {0}};
}

Definition clip_infonce(std::int64_t n, std::int64_t d) {
  Tensor image("image", 2), text("text", 2);
  auto s = [&](const Index &p, const Index &q) { return dot(image[p], text[q]) / 0.07; };
  Expr rows = mean(i, logsumexp(j, s(i, j)) - s(i, i)), columns = mean(j, logsumexp(i, s(i, j)) - s(j, j));
  Program program("clip", {image, text}, {{"loss", 0.5 * (rows + columns)}});
  Array raw = uniform(1, {n, d});
  return {program, {unit_rows(raw), unit_rows(sum(raw, uniform(2, {n, d})))}, {}, {0, 1}};
}

Definition labelled_points(const std::string &name, const Expr &loss, const Tensor &z, const Tensor &label,
                           std::int64_t n, std::int64_t d) {
  return {Program(name, {z, label}, {{"loss", loss}}),
          {unit_rows(uniform(1, {n, d})), integers(2, 10, n)},
          {},
          {0}};
}

Definition supcon(std::int64_t n, std::int64_t d) {
  Tensor z("z", 2), label("label", 1, integer);
  auto s = [&](const Index &p, const Index &q) { return dot(z[p], z[q]) / 0.1; };
  Expr log_share = s(i, j) - logsumexp(a, s(i, a), a != i);
  return labelled_points("supcon", -mean(i, mean(j, log_share, label(j) == label(i) && j != i)), z, label, n,
                         d);
}

Definition triplet(std::int64_t n, std::int64_t d) {
  Tensor z("z", 2), label("label", 1, integer);
  Expr farthest = max(j, distance(z[i], z[j]), label(j) == label(i) && j != i);
  Expr nearest = min(j, distance(z[i], z[j]), label(j) != label(i));
  return labelled_points("triplet", mean(i, relu(0.2 + farthest - nearest)), z, label, n, d);
}

Definition mmd2(std::int64_t n, std::int64_t m) {
  constexpr std::int64_t d = 64;
  Tensor x("x", 2), y("y", 2);
  auto kernel = [](const Tensor &p, const Tensor &q) { return exp(-squared_distance(p, q) / double(d)); };
  Expr value = mean({i, j}, kernel(x[i], x[j]), i != j) + mean({i, j}, kernel(y[i], y[j]), i != j) -
               2.0 * mean({i, j}, kernel(x[i], y[j]));
  return {Program("mmd2", {x, y}, {{"mmd2", value}}),
          {uniform(1, {n, d}), uniform(2, {m, d}, 0.5f, 0.25f)},
          {},
          {0}};
}

Definition ksd(std::int64_t n) {
  constexpr std::int64_t d = 8;
  Tensor x("x", 2);
  Expr r2 = squared_distance(x[i], x[j]), kernel = rsqrt(1.0 + r2), cube = kernel * kernel * kernel;
  Expr stein = dot(x[i], x[j]) * kernel + (double(d) - r2) * cube - 3.0 * r2 * cube * kernel * kernel;
  return {Program("ksd", {x}, {{"ksd", mean({i, j}, stein, i != j)}}), {uniform(1, {n, d}, 2)}, {}, {}};
}

Definition mixture(std::int64_t n, std::int64_t components) {
  constexpr std::int64_t d = 16;
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

Definition kmeans(std::int64_t n, std::int64_t clusters) {
  constexpr std::int64_t d = 64;
  Tensor x("x", 2), centroids("centroids", 2);
  Definition result{
      Program("kmeans", {x, centroids}, {{"nearest", i, argmin(c, squared_distance(x[i], centroids[c]))}}),
      {uniform(1, {n, d}), uniform(2, {clusters, d})},
      {},
      {}};
  result.value_shape = {n};
  result.value_type = DType::i64;
  result.summary = assigned_distance;
  return result;
}

Definition distillation(std::int64_t n, std::int64_t classes) {
  Tensor student("student", 2), teacher("teacher", 2);
  Expr log_p = log_softmax(c, student(i, c) / 2.0), log_q = log_softmax(c, teacher(i, c) / 2.0);
  Expr value = 4.0 * mean(i, sum(c, exp(log_q) * (log_q - log_p)));
  return {Program("distillation", {student, teacher}, {{"loss", value}}),
          {uniform(1, {n, classes}, 4), uniform(2, {n, classes}, 4)},
          {},
          {0}};
}

Definition focal(std::int64_t n) {
  Tensor logits("logits", 1), target("target", 1);
  Expr positive = target(i) > 0.5;
  Expr log_p = where(positive, log_sigmoid(logits(i)), log_sigmoid(-logits(i)));
  Expr value = mean(i, -where(positive, 0.25, 0.75) * square(1.0 - exp(log_p)) * log_p);
  Array labels = integers(2, 2, n), targets(DType::f32, {n});
  for (std::int64_t p = 0; p < n; ++p)
    targets.data<float>()[p] = static_cast<float>(labels.data<std::int64_t>()[p]);
  return {Program("focal", {logits, target}, {{"loss", value}}), {uniform(1, {n}, 6), targets}, {}, {0}};
}

Definition sinkhorn(std::int64_t n, std::int64_t m) {
  Tensor x("x", 2), y("y", 2), g("g", 1);
  Expr value = -0.05 * logsumexp(j, (g(j) - squared_distance(x[i], y[j])) / 0.05);
  Definition result{Program("sinkhorn", {x, y, g}, {{"f", i, value}}),
                    {uniform(1, {n, 3}), uniform(2, {m, 3}), uniform(3, {m}, 0.25f)},
                    {},
                    {}};
  result.value_shape = {n};
  return result;
}

Definition squares() {
  Tensor p("prediction", 2), t("target", 2);
  return {Program("mse", {p, t}, {{"loss", mean({i, k}, square(p(i, k) - t(i, k)))}}),
          {uniform(1, {32, 16}), uniform(2, {32, 16})},
          {},
          {}};
}

struct Workload {
  const char *name;
  bool has_gradient;
  Definition (*make)(bool small);
};

const Workload workloads[] = {
    {"gaussian_matvec", true,
     [](bool s) { return kernel_matvec(s ? 500 : 20000, 3, l2_distance, s ? 700 : 20000); }},
    {"gaussian_matvec_d64", true,
     [](bool s) { return kernel_matvec(s ? 300 : 8192, 64, l2_distance, s ? 200 : 8192); }},
    {"laplacian_l1_matvec", false,
     [](bool s) { return kernel_matvec(s ? 300 : 8192, 16, l1_distance, s ? 200 : 8192); }},
    {"softmax_cross_entropy", true, [](bool s) { return cross_entropy(s ? 50 : 1024, s ? 1000 : 32768); }},
    {"cross_entropy_rows_small", true, [](bool s) { return cross_entropy(s ? 500 : 65536, 10); }},
    {"clip_infonce", true, [](bool s) { return clip_infonce(s ? 200 : 4096, s ? 32 : 256); }},
    {"supcon", true, [](bool s) { return supcon(s ? 128 : 2048, s ? 16 : 128); }},
    {"triplet_batch_hard", true, [](bool s) { return triplet(s ? 128 : 2048, s ? 16 : 128); }},
    {"mmd2_rbf_unbiased", true, [](bool s) { return mmd2(s ? 200 : 4096, s ? 300 : 4096); }},
    {"ksd_imq", false, [](bool s) { return ksd(s ? 200 : 2048); }},
    {"gmm_diag_loglik", true, [](bool s) { return mixture(s ? 1000 : 100000, s ? 8 : 64); }},
    {"kmeans_assign", false, [](bool s) { return kmeans(s ? 1000 : 100000, s ? 16 : 256); }},
    {"kl_distillation", true, [](bool s) { return distillation(s ? 50 : 512, s ? 1000 : 32000); }},
    {"focal_loss", true, [](bool s) { return focal(s ? 1000 : 1000000); }},
    {"sinkhorn_step", false, [](bool s) { return sinkhorn(s ? 300 : 8192, s ? 200 : 8192); }},
    {"call_overhead", false, [](bool) { return squares(); }},
};

Case finished(Definition definition, bool gradient) {
  Case result{definition.program,
              std::move(definition.inputs),
              std::move(definition.numbers),
              {},
              definition.summary};
  result.outputs.emplace_back(definition.value_type, Shape(definition.value_shape));
  if (!gradient)
    return result;
  std::vector<Tensor> by;
  for (std::size_t position : definition.differentiable) {
    by.push_back(definition.program.inputs()[position]);
    result.outputs.emplace_back(DType::f32, Shape(result.inputs[position].shape()));
  }
  if (definition.value_shape.empty()) {
    result.program = value_and_gradient(definition.program, by);
  } else {
    result.program = vjp(definition.program, by);
    result.inputs.push_back(uniform(definition.cotangent_seed, Shape(definition.value_shape)));
  }
  return result;
}

} // namespace

std::vector<Argument> Case::arguments() const {
  std::vector<Argument> result;
  std::size_t tensor = 0, number = 0;
  for (const Tensor &input : program.inputs())
    if (input.rank() == 0)
      result.emplace_back(numbers[number++]);
    else
      result.emplace_back(inputs[tensor++]);
  return result;
}

std::vector<View> Case::views() const { return {outputs.begin(), outputs.end()}; }

std::vector<std::string> workload_names() {
  std::vector<std::string> result;
  for (const Workload &workload : workloads) {
    result.emplace_back(workload.name);
    if (workload.has_gradient)
      result.push_back(std::string(workload.name) + "_grad");
  }
  return result;
}

Case make_case(const std::string &name, bool small) {
  for (const Workload &workload : workloads) {
    if (name == workload.name)
      return finished(workload.make(small), false);
    if (workload.has_gradient && name == std::string(workload.name) + "_grad")
      return finished(workload.make(small), true);
  }
  throw Error(ErrorCode::bad_option, "--workload: no workload is called '" + name + "'",
              std::source_location());
}

} // namespace mercer::bench
