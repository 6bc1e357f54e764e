#include "Workloads.h"

#include "Inputs.h"
#include "Measure.h"

#include <algorithm>
#include <cmath>

namespace mercer::bench {
namespace {

const Workload table[] = {
    {"gaussian_matvec", true, {20000, 20000, 3}, {500, 700, 3}, gaussian_matvec},
    {"gaussian_matvec_d64", true, {8192, 8192, 64}, {300, 200, 64}, gaussian_matvec},
    {"gaussian_matvec_d64_dot", false, {8192, 8192, 64}, {300, 200, 64}, gaussian_matvec_by_dot},
    {"laplacian_l1_matvec", false, {8192, 8192, 16}, {300, 200, 16}, laplacian_matvec},
    {"softmax_cross_entropy", true, {1024, 32768}, {50, 1000}, cross_entropy},
    {"cross_entropy_rows_small", true, {65536, 10}, {500, 10}, cross_entropy},
    {"logsumexp_dot_k16", false, {4096, 4096, 16}, {300, 200, 16}, logsumexp_dot},
    {"logsumexp_dot_k64", false, {4096, 4096, 64}, {300, 200, 64}, logsumexp_dot},
    {"logsumexp_dot_k256", false, {4096, 4096, 256}, {300, 200, 256}, logsumexp_dot},
    {"clip_infonce", true, {4096, 256}, {200, 32}, clip_infonce},
    {"linear_cross_entropy", true, {1024, 32768, 256}, {50, 500, 32}, linear_cross_entropy},
    {"supcon", true, {2048, 128}, {128, 16}, supcon},
    {"triplet_batch_hard", true, {2048, 128}, {128, 16}, triplet},
    {"mmd2_rbf_unbiased", true, {4096, 4096, 64}, {200, 300, 64}, mmd2},
    {"ksd_imq", false, {2048, 8}, {200, 8}, ksd},
    {"gmm_diag_loglik", true, {100000, 64, 16}, {1000, 8, 16}, mixture},
    {"kmeans_assign", false, {100000, 256, 64}, {1000, 16, 64}, kmeans},
    {"kl_distillation", true, {512, 32000}, {50, 1000}, distillation},
    {"focal_loss", true, {1000000}, {1000}, focal},
    {"sinkhorn_step", false, {8192, 8192, 3}, {300, 200, 3}, sinkhorn},
    {"call_overhead", false, {32, 16}, {32, 16}, squared_error},
    {"memory_copy", false, {1 << 27}, {1 << 16}, copy},
    {"sgemm", false, {4096, 4096, 256}, {128, 128, 32}, matrix_product},
    {"gaussian_matvec_rewritten",
     true,
     {20000, 20000, 3},
     {500, 700, 3},
     gaussian_matvec_rewritten,
     "gaussian_matvec"},
    {"softmax_cross_entropy_rewritten",
     true,
     {1024, 32768},
     {50, 1000},
     cross_entropy_rewritten,
     "softmax_cross_entropy"},
    {"clip_infonce_rewritten", true, {4096, 256}, {200, 32}, clip_infonce_rewritten, "clip_infonce"},
    {"kl_distillation_rewritten", true, {512, 32000}, {50, 1000}, distillation_rewritten, "kl_distillation"},
    {"focal_loss_rewritten", true, {1000000}, {1000}, focal_rewritten, "focal_loss"},
    {"ksd_imq_rewritten", false, {2048, 8}, {200, 8}, ksd_rewritten, "ksd_imq"},
};

/// The workload of a name and whether its gradient is meant.
std::pair<const Workload *, bool> find(const std::string &name) {
  for (const Workload &workload : table)
    if (name == workload.name)
      return {&workload, false};
    else if (workload.has_gradient && name == workload.name + std::string("_grad"))
      return {&workload, true};
  throw Error(ErrorCode::bad_option, "--workload: no workload is called '" + name + "'",
              std::source_location());
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
    if (workload.has_gradient)
      result.push_back(std::string(workload.name) + "_grad");
  }
  return result;
}

Case make_case(Definition definition, bool gradient) {
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

Case make_case(const std::string &name, bool small) {
  auto [workload, gradient] = find(name);
  return make_case(workload->make(small ? workload->small : workload->full), gradient);
}

std::string original_of(const std::string &name) {
  auto [workload, gradient] = find(name);
  return workload->original ? workload->original + std::string(gradient ? "_grad" : "") : "";
}

} // namespace mercer::bench
