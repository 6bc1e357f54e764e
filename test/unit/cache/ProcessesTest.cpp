// C2 and C6: many processes on one cache, killed at any moment, started together.
#include "Shared.h"

#include "mercer/runtime/cache/Inventory.h"

#include <chrono>
#include <cstdlib>
#include <thread>

#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

namespace mercer {
namespace {

using namespace detail;

/// A cache-worker; what it prints goes to a file.
class Worker {
public:
  Worker(std::vector<std::string> arguments, const std::filesystem::path &output) : output_(output) {
    arguments.insert(arguments.begin(), MERCER_CACHE_WORKER);
    std::vector<char *> words;
    for (std::string &argument : arguments)
      words.push_back(argument.data());
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    EXPECT_EQ(posix_spawn(&id_, words[0], &actions, nullptr, words.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
  }
  void kill() { ::kill(id_, SIGKILL); }
  /// Its exit status; of a killed one minus its signal.
  int wait() {
    int status = 0;
    EXPECT_EQ(::waitpid(id_, &status, 0), id_);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }
  std::string output() const { return bytes_of(output_); }

private:
  pid_t id_ = 0;
  std::filesystem::path output_;
};

int number_of(const char *variable, int usual) {
  const char *text = std::getenv(variable);
  return text ? std::atoi(text) : usual;
}

// MERCER_TEST_CASES: how often all are killed.
TEST(C2, KilledAtAnyMoment) {
  const FreshFolder folder, outputs;
  const unsigned seed = static_cast<unsigned>(number_of("MERCER_TEST_SEED", 1));
  std::mt19937 random(seed);
  const int rounds = number_of("MERCER_TEST_CASES", 30);
  std::printf("seed=%u\n", seed);
  const cache::Store store(folder.string());
  std::size_t seen = 0, leftovers = 0, most_files = 0;
  int slowness = 1; // of this machine: until something has been written, they get twice as long each time
  for (int round = 0; round < rounds; ++round) {
    std::vector<Worker> workers;
    for (int n = 0; n < 8; ++n)
      workers.emplace_back(std::vector<std::string>{n < 4 ? "write" : "read", folder.string(), std::to_string(random() % 100'000)},
                           outputs.path / std::to_string(n));
    std::this_thread::sleep_for(std::chrono::microseconds(slowness * (40'000 + static_cast<int>(random() % 100'000)))); // they start in 30 ms
    for (Worker &worker : workers)
      worker.kill();
    for (Worker &worker : workers)
      EXPECT_EQ(worker.wait(), -SIGKILL) << "round " << round << ": " << worker.output();
    for (Worker &worker : workers)
      EXPECT_EQ(worker.output(), "") << "no process has met a damaged entry";
    testing::internal::CaptureStderr();
    for (int n = 0; n < shared_entries; ++n)
      if (const std::optional<std::string> payload = store.find(shared_key(n))) {
        ++seen;
        EXPECT_TRUE(*payload == shared_payload(n)) << "round " << round << ", entry " << n;
      }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    cache::Refusal refusal;
    const cache::Descriptor files = cache::open_folder(folder.files().string(), false, refusal);
    const auto entries = folder.entries().size();
    const auto all = static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder.files()), {}));
    most_files = std::max(most_files, all - entries);
    leftovers += static_cast<std::size_t>(cache::tidy(files, cache::size_limit()).leftovers);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.files()), {}), static_cast<std::ptrdiff_t>(entries + 1))
        << "entries and lookups are left after one sweep";
    if (seen == 0 && slowness < 32)
      slowness *= 2;
    for (const std::filesystem::path &entry : folder.entries()) // so that the next round writes them again
      std::filesystem::remove(entry);
  }
  std::printf("%d rounds, %zu entries read, %zu leftovers, at most %zu at a time\n", rounds, seen, leftovers, most_files);
  EXPECT_GT(seen, static_cast<std::size_t>(rounds));
  EXPECT_GT(leftovers, 0u) << "no writer was killed while it wrote: the test has not seen what it is for";
  EXPECT_LE(most_files, 4 * 2 + 1u) << "a temporary and a lock of each writer, and the lookups";
}

// MERCER_TEST_CASES above 1: 16 processes and 50 kernels.
TEST(C6, StartedColdTogether) {
  const FreshFolder folder, outputs;
  const bool is_long = number_of("MERCER_TEST_CASES", 1) > 1;
  const int processes = is_long ? 16 : 8, kernels = is_long ? 50 : 10;
  std::vector<Worker> workers;
  for (int n = 0; n < processes; ++n)
    workers.emplace_back(std::vector<std::string>{"together", folder.string(), std::to_string(kernels)}, outputs.path / std::to_string(n));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  write_bytes(folder.path / "go", "");
  std::size_t compiled = 0, taken = 0;
  for (Worker &worker : workers) {
    EXPECT_EQ(worker.wait(), 0) << worker.output();
    compiled += count_of("  import ", worker.output());
    taken += count_of("  linking what the cache has ", worker.output());
    EXPECT_EQ(count_of("mercer: cache:", worker.output()), 0u) << worker.output();
  }
  std::printf("%d processes, %d kernels: %zu compiled, %zu taken from the cache\n", processes, kernels, compiled, taken);
  EXPECT_EQ(compiled + taken, static_cast<std::size_t>(processes * kernels));
  EXPECT_GE(compiled, static_cast<std::size_t>(kernels));
  EXPECT_LE(compiled, static_cast<std::size_t>(2 * kernels));
  EXPECT_EQ(folder.entries().size(), static_cast<std::size_t>(kernels));
}

#ifdef __has_feature
constexpr bool slow = __has_feature(address_sanitizer);
#else
constexpr bool slow = false;
#endif

// Processor time, so that a busy machine does not decide, of the fastest of five processes after the first one, which compiles.
TEST(Store, ASecondStartTakesLessThanThreeMilliseconds) {
  const FreshFolder folder, outputs;
  struct Times {
    double cpu = 1e9, clock = 1e9;
  };
  auto start = [&] {
    Worker worker({"start", folder.string(), "0"}, outputs.path / "start");
    EXPECT_EQ(worker.wait(), 0) << worker.output();
    Times times;
    EXPECT_EQ(std::sscanf(worker.output().c_str(), "%lf %lf", &times.cpu, &times.clock), 2);
    return times;
  };
  const Times cold = start();
  Times warm;
  for (int n = 0; n < 5; ++n) {
    const Times times = start();
    warm = {std::min(warm.cpu, times.cpu), std::min(warm.clock, times.clock)};
  }
  std::printf("first start %.1f ms (%.1f of a processor), second start %.2f ms (%.2f)\n", cold.clock, cold.cpu, warm.clock, warm.cpu);
  EXPECT_LT(warm.cpu, slow ? 30 : std::max(3.0, cold.cpu / 60)) << "of a machine where the first start takes more than 180 ms, a sixtieth of it";
  EXPECT_LT(warm.cpu, cold.cpu / 10);
}

} // namespace
} // namespace mercer
