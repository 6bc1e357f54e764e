#include "Hand.h"

#include "hand/hand.h"

#include <algorithm>
#include <cpuid.h>
#include <map>
#include <numeric>

namespace mercer::bench {
namespace {

using Call = std::function<void()>;

std::int64_t size(const Case &at, std::size_t input, std::size_t dimension) {
  return at.inputs[input].shape()[dimension];
}
const float *input(const Case &at, std::size_t n) { return at.inputs[n].data<float>(); }
/// Null where the case has fewer outputs.
float *output(Case &at, std::size_t n) {
  return n < at.outputs.size() ? at.outputs[n].data<float>() : nullptr;
}
Array floats(std::int64_t count) { return Array(DType::f32, {count}); }

hand::Matvec matvec(Case &at) {
  return {input(at, 0),
          input(at, 1),
          input(at, 2),
          static_cast<float>(at.numbers[0]),
          at.inputs.size() > 3 ? input(at, 3) : nullptr,
          output(at, 0),
          output(at, 1),
          size(at, 0, 0),
          size(at, 1, 0)};
}

template <void (*loop)(const hand::Matvec &)>
Call plain_matvec(Case &at) {
  return [call = matvec(at)] { loop(call); };
}

template <void (*loop)(const hand::Matvec &, hand::Scratch)>
Call packed_matvec(Case &at) {
  hand::Matvec call = matvec(at);
  Array scratch = floats(hand::avx512::matvec_scratch(call.n, call.m, size(at, 0, 1)));
  return [call, scratch]() mutable { loop(call, scratch.data<float>()); };
}

template <void (*loop)(const hand::CrossEntropy &)>
Call cross_entropy(Case &at) {
  const std::int64_t n = size(at, 0, 0);
  Array losses = floats(n);
  hand::CrossEntropy call{
      input(at, 0),  at.inputs[1].data<std::int64_t>(), losses.data<float>(), output(at, 1), n,
      size(at, 0, 1)};
  return [call, losses, to = output(at, 0)] {
    loop(call);
    *to = static_cast<float>(std::accumulate(call.loss, call.loss + call.n, 0.0) / double(call.n));
  };
}

Call logsumexp_512(Case &at) {
  const std::int64_t n = size(at, 0, 0), m = size(at, 1, 0), k = size(at, 0, 1);
  Array scratch = floats(hand::avx512::logsumexp_dot_scratch(n, m, k));
  return [=, x = input(at, 0), y = input(at, 1), to = output(at, 0)]() mutable {
    hand::avx512::logsumexp_dot(x, y, to, n, m, k, scratch.data<float>());
  };
}

Call logsumexp_2(Case &at) {
  const std::int64_t n = size(at, 0, 0), m = size(at, 1, 0);
  Array scratch = floats(hand::avx2::logsumexp_dot_scratch(n, m));
  return [=, x = input(at, 0), y = input(at, 1), to = output(at, 0)]() mutable {
    hand::avx2::logsumexp_dot(x, y, to, n, m, scratch.data<float>());
  };
}

Call clip(Case &at) {
  hand::Contrastive call{input(at, 0),  input(at, 1),   output(at, 0), output(at, 1),
                         output(at, 2), size(at, 0, 0), size(at, 0, 1)};
  Array scratch = floats(hand::avx512::clip_scratch(call.n, call.k));
  return [call, scratch]() mutable { hand::avx512::clip(call, scratch.data<float>()); };
}

Call nearest(Case &at) {
  const std::int64_t n = size(at, 0, 0), m = size(at, 1, 0);
  Array scratch = floats(hand::avx512::nearest_scratch(m));
  return [=, x = input(at, 0), c = input(at, 1), to = at.outputs[0].data<std::int64_t>()]() mutable {
    hand::avx512::nearest(x, c, to, n, m, scratch.data<float>());
  };
}

Call focal(Case &at) {
  return [call = hand::Focal{input(at, 0), input(at, 1), output(at, 0), output(at, 1), size(at, 0, 0)}] {
    hand::avx512::focal(call);
  };
}

const std::uint16_t *halves(const Case &at, std::size_t n) {
  return reinterpret_cast<const std::uint16_t *>(at.inputs[n].data<bfloat16>());
}

Call logsumexp_amx(Case &at) {
  const std::int64_t n = size(at, 0, 0), m = size(at, 1, 0), k = size(at, 0, 1);
  Array scratch = floats(hand::tiles::scratch(m, n, k));
  return [=, x = halves(at, 0), y = halves(at, 1), to = output(at, 0)]() mutable {
    hand::tiles::logsumexp_dot(x, y, to, n, m, k, scratch.data<float>());
  };
}

Call product_amx(Case &at) {
  const std::int64_t n = size(at, 0, 0), m = size(at, 1, 1), k = size(at, 0, 1);
  Array scratch = floats(hand::tiles::scratch(n, m, k));
  return [=, a = halves(at, 0), b = halves(at, 1), to = output(at, 0)]() mutable {
    hand::tiles::product(a, b, to, n, m, k, scratch.data<float>());
  };
}

Call copy(Case &at) {
  return [from = input(at, 0), to = output(at, 0), n = size(at, 0, 0)] { hand::avx512::copy(from, to, n); };
}

using Maker = Call (*)(Case &);

const std::map<std::string, Maker> loops_512 = {
    {"gaussian_matvec", plain_matvec<hand::avx512::gaussian3>},
    {"gaussian_matvec_grad", plain_matvec<hand::avx512::gaussian3>},
    {"gaussian_matvec_d64", packed_matvec<hand::avx512::gaussian64>},
    {"gaussian_matvec_d64_dot", packed_matvec<hand::avx512::gaussian64_by_dot>},
    {"laplacian_l1_matvec", packed_matvec<hand::avx512::laplacian16>},
    {"softmax_cross_entropy", cross_entropy<hand::avx512::cross_entropy>},
    {"softmax_cross_entropy_grad", cross_entropy<hand::avx512::cross_entropy>},
    {"logsumexp_dot_k16", logsumexp_512},
    {"logsumexp_dot_k64", logsumexp_512},
    {"logsumexp_dot_k256", logsumexp_512},
    {"clip_infonce", clip},
    {"clip_infonce_grad", clip},
    {"kmeans_assign", nearest},
    {"focal_loss", focal},
    {"focal_loss_grad", focal},
    {"memory_copy", copy},
};

const std::map<std::string, Maker> loops_2 = {
    {"gaussian_matvec", plain_matvec<hand::avx2::gaussian3>},
    {"gaussian_matvec_grad", plain_matvec<hand::avx2::gaussian3>},
    {"softmax_cross_entropy", cross_entropy<hand::avx2::cross_entropy>},
    {"softmax_cross_entropy_grad", cross_entropy<hand::avx2::cross_entropy>},
    {"logsumexp_dot_k64", logsumexp_2},
};

const std::map<std::string, Maker> loops_amx = {
    {"logsumexp_dot_k64_bf16", logsumexp_amx},
    {"logsumexp_dot_k256_bf16", logsumexp_amx},
    {"sgemm_bf16", product_amx},
};

/// bits 22 and 24 of edx: bf16 and tiles.
bool has_tiles() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d >> 22 & 1) && (d >> 24 & 1) && hand::tiles::allowed();
}

} // namespace

const Isa &host_isa(const std::string &workload) { return loops_amx.count(workload) ? amx : avx512; }

bool runs(const Isa &isa) {
  if (&isa == &amx)
    return runs(avx512) && has_tiles();
  if (&isa == &avx2)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

std::function<void()> hand_written(const std::string &workload, Case &at, const Isa &isa) {
  if (!runs(isa))
    return {};
  const std::map<std::string, Maker> &loops = &isa == &avx2 ? loops_2 : &isa == &amx ? loops_amx : loops_512;
  auto found = loops.find(workload);
  return found == loops.end() ? Call() : found->second(at);
}

const std::vector<Target> &targets() {
  static const std::vector<Target> result = {
      {"gaussian_matvec", avx512, 1.10},
      {"gaussian_matvec_grad", avx512, 1.15},
      {"laplacian_l1_matvec", avx512, 1.15},
      {"gaussian_matvec_d64", avx512, 1.15},
      {"gaussian_matvec_d64_dot", avx512, 1.15},
      {"softmax_cross_entropy", avx512, 1.10},
      {"softmax_cross_entropy_grad", avx512, 1.10},
      {"logsumexp_dot_k16", avx512, 1.15},
      {"logsumexp_dot_k64", avx512, 1.15},
      {"logsumexp_dot_k256", avx512, 1.15},
      {"clip_infonce", avx512, 1.15},
      {"clip_infonce_grad", avx512, 1.15},
      {"kmeans_assign", avx512, 1.10},
      {"focal_loss", avx512, 1.10},
      {"focal_loss_grad", avx512, 1.10},
      {"logsumexp_dot_k64_bf16", amx, 1.15},
      {"logsumexp_dot_k256_bf16", amx, 1.15},
      {"sgemm_bf16", amx, 1.15},
      {"gaussian_matvec", avx2, 1.15},
      {"gaussian_matvec_grad", avx2, 1.15},
      {"softmax_cross_entropy", avx2, 1.15},
      {"softmax_cross_entropy_grad", avx2, 1.15},
      {"logsumexp_dot_k64", avx2, 1.15},
  };
  return result;
}

} // namespace mercer::bench
