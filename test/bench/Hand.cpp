#include "Hand.h"

#include <memory>

extern "C" {
void gaussian_hand4(const float *x, const float *y, const float *b, float g, const float *seed, float *a,
                    float *dx, std::int64_t i0, std::int64_t i1, std::int64_t m);
void gaussian_grad_hand2(const float *x, const float *y, const float *b, float g, const float *seed, float *a,
                         float *dx, std::int64_t i0, std::int64_t i1, std::int64_t m);
void ce_hand(const float *x, const int *label, float *loss, float *dx, float scale, std::int64_t i0,
             std::int64_t i1, std::int64_t classes);
void ce_grad_hand_st(const float *x, const int *label, float *loss, float *dx, float scale, std::int64_t i0,
                     std::int64_t i1, std::int64_t classes);
}

namespace mercer::bench {

static std::function<void()> gaussian(Case &at, bool gradient) {
  return [&at, gradient] {
    const std::int64_t n = at.inputs[0].shape()[0], m = at.inputs[1].shape()[0];
    auto run = gradient ? gaussian_grad_hand2 : gaussian_hand4;
    run(at.inputs[0].data<float>(), at.inputs[1].data<float>(), at.inputs[2].data<float>(),
        static_cast<float>(at.numbers[0]), gradient ? at.inputs[3].data<float>() : nullptr,
        at.outputs[0].data<float>(), gradient ? at.outputs[1].data<float>() : nullptr, 0, n, m);
  };
}

static std::function<void()> cross_entropy(Case &at, bool gradient) {
  const std::int64_t n = at.inputs[0].shape()[0], classes = at.inputs[0].shape()[1];
  auto labels = std::make_shared<std::vector<int>>(at.inputs[1].data<std::int64_t>(),
                                                   at.inputs[1].data<std::int64_t>() + n);
  auto losses = std::make_shared<std::vector<float>>(n);
  return [&at, gradient, n, classes, labels, losses] {
    auto run = gradient ? ce_grad_hand_st : ce_hand;
    run(at.inputs[0].data<float>(), labels->data(), losses->data(),
        gradient ? at.outputs[1].data<float>() : nullptr, 1.0f / static_cast<float>(n), 0, n, classes);
    double total = 0;
    for (float loss : *losses)
      total += loss;
    at.outputs[0].data<float>()[0] = static_cast<float>(total / double(n));
  };
}

std::function<void()> hand_written(const std::string &workload, Case &at) {
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512dq"))
    return {};
  if (workload == "gaussian_matvec" || workload == "gaussian_matvec_grad")
    return gaussian(at, workload.ends_with("_grad"));
  if (workload == "softmax_cross_entropy" || workload == "softmax_cross_entropy_grad")
    return cross_entropy(at, workload.ends_with("_grad"));
  return {};
}

} // namespace mercer::bench
