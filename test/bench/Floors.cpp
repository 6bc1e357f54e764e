#include "Floors.h"

#include "Hand.h"
#include "Measure.h"
#include "hand/hand.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <thread>

namespace mercer::bench {
namespace {

/// Seconds that `threads` calls take beside each other: the least of some.
template <class Call>
double beside_each_other(int threads, const Call &call) {
  double least = 1e9;
  for (int n = 0; n < 5; ++n)
    least = std::min(least, seconds_of([&] {
                       std::vector<std::jthread> others;
                       for (int thread = 1; thread < threads; ++thread)
                         others.emplace_back([&, thread] { call(thread); });
                       call(0);
                     }));
  return least;
}

Rates measured(int threads) {
  if (!runs(avx512))
    return {};
  constexpr std::int64_t rounds = 1 << 18, floats = 1 << 23; // beyond caches
  Rates result;
  double counts = 0;
  const double computing = beside_each_other(threads, [&](int thread) {
    const double count = hand::avx512::fused_multiply_adds(rounds);
    if (thread == 0)
      counts = count;
  });
  result.fused_multiply_adds = threads * counts / computing;
  Array from(DType::f32, {threads, floats}), to(DType::f32, {threads, floats});
  const double copying = beside_each_other(threads, [&](int thread) {
    hand::avx512::copy(from.data<float>() + thread * floats, to.data<float>() + thread * floats, floats);
  });
  result.copied_bytes = double(threads) * floats * 2 * sizeof(float) / copying;
  return result;
}

double bytes_of(const Array &array) {
  const double width = array.dtype() == DType::i64 ? 8 : array.dtype() == DType::bf16 ? 2 : 4;
  return width * double(array.size());
}

} // namespace

const Rates &rates(int threads) {
  static const Rates result = measured(threads);
  return result;
}

double bytes(const Case &at) {
  double result = 0;
  for (const auto &arrays : {at.inputs, at.outputs})
    for (const Array &array : arrays)
      result += bytes_of(array);
  return result;
}

double planned_operations(const Case &at, const Function &f) {
  // "in all F operations = N, ...", or "in all N operations, ..." where no size is open
  const std::string plan = f.explain(at.arguments());
  const std::size_t all = plan.rfind("in all "), end = plan.find(" operations", all);
  if (all == std::string::npos || end == std::string::npos)
    throw std::runtime_error("no sum of operations in:\n" + plan);
  const std::size_t after = end + std::string(" operations").size();
  const bool has_formula = plan.compare(after, 3, " = ") == 0;
  return std::stod(plan.substr(has_formula ? after + 3 : all + 7));
}

double predicted_seconds(const Case &at, const Function &f) {
  // "  about 1.2 ms on one thread" after "in all ..."
  const std::string plan = f.explain(at.arguments()), about = "about ";
  const std::size_t found = plan.find(about, plan.rfind("in all "));
  if (found == std::string::npos)
    return 0;
  std::size_t length = 0;
  const double number = std::stod(plan.substr(found + about.size()), &length);
  const std::string unit = plan.substr(found + about.size() + length + 1, 2);
  return number * (unit == "us" ? 1e-6 : unit == "ms" ? 1e-3 : 1);
}

} // namespace mercer::bench
