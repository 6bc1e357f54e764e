#include "Workloads.h"

#include "Inputs.h"

#include <algorithm>
#include <cmath>

namespace mercer::bench {
namespace {

const Workload table[] = {
    {"gaussian_matvec", {20000, 20000, 3}, {500, 700, 3}, gaussian_matvec, {1, 1, 1}, {2, 1, 1}},
    {"gaussian_matvec_d64", {8192, 8192, 64}, {300, 200, 64}, gaussian_matvec, {1, 1, 1}, {2, 1, 1}},
    {"gaussian_matvec_d64_dot", {8192, 8192, 64}, {300, 200, 64}, gaussian_matvec_by_dot, {1, 1, 1}},
    {"laplacian_l1_matvec", {8192, 8192, 16}, {300, 200, 16}, laplacian_matvec, {1, 1, 1}},
    {"softmax_cross_entropy", {1024, 32768}, {50, 1000}, cross_entropy, {0, 1, 1}, {0, 2, 1}},
    {"cross_entropy_rows_small", {65536, 10}, {500, 10}, cross_entropy, {0, 1, 1}, {0, 2, 1}},
    {"logsumexp_dot_k16", {4096, 4096, 16}, {300, 200, 16}, logsumexp_dot, {1, 0, 1}},
    {"logsumexp_dot_k64", {4096, 4096, 64}, {300, 200, 64}, logsumexp_dot, {1, 0, 1}},
    {"logsumexp_dot_k256", {4096, 4096, 256}, {300, 200, 256}, logsumexp_dot, {1, 0, 1}},
    {"clip_infonce", {4096, 256}, {200, 32}, clip_infonce, {1, 0, 1}, {4, 0, 2}},
    {"linear_cross_entropy", {1024, 32768, 256}, {50, 500, 32}, linear_cross_entropy, {1, 0, 1}, {3, 0, 1}},
    {"supcon", {2048, 128}, {128, 16}, supcon, {0.5, 0, 0.5}, {1.5, 0, 0.5}},
    {"triplet_batch_hard", {2048, 128}, {128, 16}, triplet, {0.5, 0, 0}, {0.5, 0, 0}},
    {"mmd2_rbf_unbiased", {4096, 4096, 64}, {200, 300, 64}, mmd2, {2, 2, 2}, {4, 2, 2}},
    {"ksd_imq", {2048, 8}, {200, 8}, ksd, {0.5, 5, 0.5}},
    {"gmm_diag_loglik", {100000, 64, 16}, {1000, 8, 16}, mixture, {2, 1, 1}, {4, 1, 1}},
    {"kmeans_assign", {100000, 256, 64}, {1000, 16, 64}, kmeans, {1, 0, 0}},
    {"kl_distillation", {512, 32000}, {50, 1000}, distillation, {0, 2, 2}, {0, 4, 2}},
    {"focal_loss", {1000000}, {1000}, focal, {0, 6, 2}, {0, 10, 2}},
    {"sinkhorn_step", {8192, 8192, 3}, {300, 200, 3}, sinkhorn, {1, 1, 1}},
    {"call_overhead", {32, 16}, {32, 16}, squared_error, {0, 1, 0}},
    {"memory_copy", {1 << 27}, {1 << 16}, copy, {0, 0, 0}},
    {"sgemm", {4096, 4096, 256}, {128, 128, 32}, matrix_product, {1, 0, 0}},
    {"logsumexp_dot_k64_bf16", {4096, 4096, 64}, {300, 200, 64}, logsumexp_dot_bf16, {1, 0, 1}},
    {"logsumexp_dot_k256_bf16", {4096, 4096, 256}, {300, 200, 256}, logsumexp_dot_bf16, {1, 0, 1}},
    {"sgemm_bf16", {4096, 4096, 256}, {128, 128, 32}, matrix_product_bf16, {1, 0, 0}},
    {"gaussian_matvec_rewritten",
     {20000, 20000, 3},
     {500, 700, 3},
     gaussian_matvec_rewritten,
     {1, 1, 1},
     {2, 1, 1},
     "gaussian_matvec"},
    {"softmax_cross_entropy_rewritten",
     {1024, 32768},
     {50, 1000},
     cross_entropy_rewritten,
     {0, 1, 1},
     {0, 2, 1},
     "softmax_cross_entropy"},
    {"clip_infonce_rewritten",
     {4096, 256},
     {200, 32},
     clip_infonce_rewritten,
     {1, 0, 1},
     {4, 0, 2},
     "clip_infonce"},
    {"kl_distillation_rewritten",
     {512, 32000},
     {50, 1000},
     distillation_rewritten,
     {0, 2, 2},
     {0, 4, 2},
     "kl_distillation"},
    {"focal_loss_rewritten", {1000000}, {1000}, focal_rewritten, {0, 6, 2}, {0, 10, 2}, "focal_loss"},
    {"ksd_imq_rewritten", {2048, 8}, {200, 8}, ksd_rewritten, {0.5, 5, 0.5}, {}, "ksd_imq"},
};

/// The workload of a name and whether its gradient is meant.
std::pair<const Workload *, bool> find(const std::string &name) {
  for (const Workload &workload : table)
    if (name == workload.name)
      return {&workload, false};
    else if (workload.has_gradient() && name == workload.name + std::string("_grad"))
      return {&workload, true};
  throw Error(ErrorCode::bad_option, "--workload: no workload is called '" + name + "'",
              std::source_location());
}

template <class Element>
double weighted_norm(const Array &array) {
  double total = 0, count = double(array.size());
  for (std::int64_t p = 0; p < array.size(); ++p) {
    double value = double(array.data<Element>()[p]);
    total += (1 + double(p) / count) * value * value;
  }
  return std::sqrt(total);
}

} // namespace

double checksum(const Array &array) {
  if (array.shape().empty())
    return array.item<double>();
  return array.dtype() == DType::f32 ? weighted_norm<float>(array) : weighted_norm<std::int64_t>(array);
}

JitOptions Case::options(int threads, const std::string &target, const std::string &plan) const {
  JitOptions result;
  result.precision = precision;
  result.threads = threads;
  result.target = target;
  result.plan = plan;
  result.cache_directory = "off";
  return result;
}

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

double Case::value() const { return summary ? summary(*this) : checksum(outputs[0]); }

double Case::gradient_norm() const {
  double squares = 0;
  for (std::size_t n = 1; n < outputs.size(); ++n)
    squares += std::pow(checksum(outputs[n]), 2);
  return std::sqrt(squares);
}

std::span<const Workload> workloads() { return table; }

std::vector<std::string> workload_names() {
  std::vector<std::string> result;
  for (const Workload &workload : table) {
    result.emplace_back(workload.name);
    if (workload.has_gradient())
      result.push_back(std::string(workload.name) + "_grad");
  }
  return result;
}

Case make_case(Definition definition, bool gradient) {
  Case result{definition.program,
              std::move(definition.inputs),
              std::move(definition.numbers),
              {},
              definition.summary,
              definition.precision};
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

Case make_case(const std::string &name, bool small) {
  auto [workload, gradient] = find(name);
  return make_case(workload->make(small ? workload->small : workload->full), gradient);
}

double least_operations(const std::string &name, bool small) {
  auto [workload, gradient] = find(name);
  const Work &work = gradient ? workload->value_and_gradient : workload->value;
  const Sizes &sizes = small ? workload->small : workload->full;
  // Sizes n, m, d; or n, d where points are paired with each other; or n, classes; or n.
  const bool pairs = sizes.size() == 2 && work.of_feature > 0;
  const double count = double(sizes[0]) * double(sizes.size() == 1 ? 1 : pairs ? sizes[0] : sizes[1]);
  return count * (work.of_feature * double(sizes.back()) + work.beside + 8 * work.functions);
}

std::string original_of(const std::string &name) {
  auto [workload, gradient] = find(name);
  return workload->original ? workload->original + std::string(gradient ? "_grad" : "") : "";
}

} // namespace mercer::bench
