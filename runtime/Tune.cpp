// The fastest of a few plans of the same bits, measured on the arguments of a call.
#include "mercer/runtime/Compiled.h"
#include "mercer/runtime/Surroundings.h"

#include <algorithm>
#include <chrono>

namespace mercer::detail {

/// Plans beside the preferred one, and how often each runs.
static constexpr std::size_t most_plans = 4, rounds = 3;
/// What another plan must gain: less is chance.
static constexpr double gain = 0.97;

/// `arguments` is the part of a frame that says where inputs and outputs are; the outputs' memory is no input's, and every plan
/// stores the same there. The kernel that the compiler prefers is in use meanwhile, and stays where a plan cannot be compiled.
void Compiled::tune(Call &call, bool contiguous, const Result &kernel, std::span<const std::int64_t> arguments) const try {
  std::vector<std::int64_t> key(key_size());
  write_key(call, contiguous, key);
  if (this->kernel(key) != kernel) // which makes `key` that of the general variant where that is used
    return;
  KernelOptions options = this->options(key);
  std::vector<std::string> plans = other_plans(signature_, options, sizes_of(call));
  plans.resize(std::min(plans.size(), most_plans));
  std::vector<Result> kernels{kernel};
  for (const std::string &plan : plans) {
    options.plan = plan;
    kernels.push_back(make_kernel(signature_, options, store_));
    kernels.back()->is_tuned = true;
  }
  auto seconds = [&](const Kernel &one) {
    std::vector<std::int64_t> frame(arguments.begin(), arguments.end());
    frame.resize(std::max(frame.size(), static_cast<std::size_t>(one.frame_words)));
    Surroundings surroundings(pool_);
    const auto start = std::chrono::steady_clock::now();
    const bool failed = one.entry(frame.data(), &surroundings.context) != 0;
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    return failed ? 1e30 : time.count();
  };
  std::vector<double> least(kernels.size(), 1e30);
  for (std::size_t round = 0; round < rounds; ++round) // in turn: what else runs on the machine meets all of them
    for (std::size_t n = 0; n < kernels.size(); ++n)
      least[n] = std::min(least[n], seconds(*kernels[n]));
  const auto fastest = static_cast<std::size_t>(std::min_element(least.begin(), least.end()) - least.begin());
  if (least[fastest] > gain * least[0])
    return;
  std::promise<Result> better;
  better.set_value(kernels[fastest]);
  std::lock_guard lock(mutex_);
  for (Variant &variant : variants_)
    if (variant.key == key)
      variant.kernel = better.get_future().share();
} catch (const Error &) { // the call itself is done
}

} // namespace mercer::detail
