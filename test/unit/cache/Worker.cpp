// A process beside others on one cache: what the tests start, kill and count.
//   cache-worker write|read FOLDER SEED   puts or looks up entries of any size until it is killed; a wrong one ends it
//   cache-worker kernels FOLDER COUNT     calls COUNT kernels, and says on standard error what was compiled
//   cache-worker together FOLDER COUNT    the same when the file FOLDER/go is there, so that no process is ahead of the others
//   cache-worker start FOLDER 0           prints milliseconds from `jit` to the end of the first call of a loss with its gradient:
//                                         the processor's, and the clock's
#include "Shared.h"

#include <mercer/stdlib/Registry.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <thread>

using namespace mercer;

namespace {

int write_or_read(const std::string &folder, bool writes, unsigned seed) {
  const detail::cache::Store store(folder);
  std::mt19937 random(seed);
  for (;;) {
    const int n = static_cast<int>(random() % shared_entries);
    if (writes) {
      const detail::cache::Turn turn = store.turn(shared_key(n));
      store.put(shared_key(n), shared_payload(n));
    } else if (const auto payload = store.find(shared_key(n)); payload && *payload != shared_payload(n)) {
      std::printf("entry %d is wrong\n", n);
      return 1;
    }
  }
}

int call_kernels(const std::string &folder, int count) {
  for (int n = 0; n < count; ++n)
    if (const std::string mistake = try_scaled(folder, n + 2, /*timing=*/true); !mistake.empty()) {
      std::printf("%s\n", mistake.c_str());
      return 1;
    }
  return 0;
}

/// Supervised contrastive loss: some hundred operations with its gradient.
int start(const std::string &folder) {
  const stdlib::EntryInfo &entry = *stdlib::find_entry("supcon_loss");
  const std::vector<stdlib::InputShape> shapes = {{"f", 2, false}, {"g", 1, false}};
  const stdlib::EntryProgram made = stdlib::make_program(entry, shapes, {}, true);
  const Program program = value_and_gradient(made.program, {made.inputs[0]});
  const std::vector<float> f(32 * 16, 0.25f);
  const std::vector<std::int64_t> labels(32);
  const auto before = std::chrono::steady_clock::now();
  const std::clock_t cpu_before = std::clock();
  const Function loss = jit(program, cached_in(folder));
  loss.call<3>(view(f, {32, 16}), view(labels, {32}));
  const double cpu = 1e3 * static_cast<double>(std::clock() - cpu_before) / CLOCKS_PER_SEC;
  std::printf("%.3f %.3f\n", cpu, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - before).count());
  return 0;
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 4)
    return 2;
  const std::string what = argv[1], folder = argv[2];
  const int number = std::atoi(argv[3]);
  if (what == "start")
    return start(folder);
  while (what == "together" && !std::filesystem::exists(folder + "/go"))
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  if (what == "kernels" || what == "together")
    return call_kernels(folder, number);
  return write_or_read(folder, what == "write", static_cast<unsigned>(number));
}
