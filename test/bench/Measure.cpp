#include "Measure.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>

namespace mercer::bench {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double seconds_of(const std::function<void()> &call) {
  const double start = now();
  call();
  return now() - start;
}

namespace {

/// A figure of /proc/self/status in MB.
double status_megabytes(const std::string &name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.rfind(name + ":", 0) == 0)
      return std::stod(line.substr(name.size() + 1)) / 1024;
  return 0;
}

/// Seconds that all processors were busy since the machine started.
double busy_seconds() {
  std::ifstream file("/proc/stat");
  std::string word;
  double user = 0, nice = 0, system = 0;
  file >> word >> user >> nice >> system;
  return (user + nice + system) / 100;
}

double own_seconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](timeval time) { return double(time.tv_sec) + double(time.tv_usec) * 1e-6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// What the first call after `prepare` adds to the memory of a process: later calls have what the first one left behind.
double peak_of(const std::function<void()> &prepare, const std::function<void()> &call) {
  return std::max(0.0, in_child([&] {
                    prepare();
                    std::ofstream("/proc/self/clear_refs") << 5;
                    const double before = status_megabytes("VmRSS");
                    call();
                    return status_megabytes("VmHWM") - before;
                  }));
}

} // namespace

double in_child(const std::function<double()> &figure) {
  int ends[2];
  if (pipe(ends) != 0)
    return -1;
  const pid_t child = fork();
  if (child == 0) {
    const double made = figure();
    _exit(write(ends[1], &made, sizeof made) == sizeof made ? 0 : 1);
  }
  close(ends[1]);
  double result = -1;
  if (child < 0 || read(ends[0], &result, sizeof result) != sizeof result)
    result = -1;
  close(ends[0]);
  if (child > 0)
    waitpid(child, nullptr, 0);
  return result;
}

void pin(int threads) {
  cpu_set_t all, some;
  sched_getaffinity(0, sizeof all, &all);
  CPU_ZERO(&some);
  for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&some) < threads; ++cpu)
    if (CPU_ISSET(cpu, &all))
      CPU_SET(cpu, &some);
  sched_setaffinity(0, sizeof some, &some);
}

Measurement measure(const Case &at, const std::function<void()> &prepare, const std::function<void()> &first, const std::function<void()> &call) {
  Measurement result;
  result.peak_megabytes = peak_of(prepare, call);
  result.first_call = seconds_of(first);
  double busy = busy_seconds(), own = own_seconds(), began = now();
  double once = seconds_of(call);
  // Calls under 2 ms are timed in groups.
  int group = once < 2e-3 ? std::max(1, static_cast<int>(2e-3 / std::max(once, 1e-8))) : 1;
  int repeats = once > 2 ? 3 : std::max(5, std::min(31, static_cast<int>(1.0 / std::max(once, 1e-3))));
  std::vector<double> times;
  for (int n = 0; n < repeats; ++n) {
    const double start = now();
    for (int m = 0; m < group; ++m)
      call();
    times.push_back((now() - start) / group);
  }
  result.other_load = std::max(0.0, ((busy_seconds() - busy) - (own_seconds() - own)) / (now() - began));
  std::sort(times.begin(), times.end());
  result.repeats = repeats;
  result.median = times[times.size() / 2];
  result.least = times.front();
  result.value = at.value();
  result.bytes = bytes(at);
  result.has_gradient = at.outputs.size() > 1;
  result.gradient_norm = at.gradient_norm();
  return result;
}

/// As JSON: null where it is not known.
static std::string figure(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return std::isfinite(value) && value > 0 ? text : "null";
}

std::string Measurement::json() const {
  char text[700], norm[32] = "null";
  if (has_gradient)
    std::snprintf(norm, sizeof norm, "%.6g", gradient_norm);
  std::snprintf(
      text, sizeof text,
      "{\"workload\": \"%s\", \"peer\": \"%s\", \"version\": \"%s\", \"threads\": %d, \"size\": \"%s\", "
      "\"caches\": \"cold\", \"first_call_s\": %.4g, \"median_s\": %.4g, \"min_s\": %.4g, \"repeats\": %d, "
      "\"other_load\": %.2f, \"peak_rss_mb\": %.1f, \"value\": %.6g, \"gradient_norm\": %s",
      workload.c_str(), peer.c_str(), version.c_str(), threads, size.c_str(), first_call, median, least,
      repeats, other_load, peak_megabytes, value, norm);
  std::string result = text;
  auto add = [&](const char *name, double number) {
    result += ", \"" + std::string(name) + "\": " + figure(number);
  };
  add("predicted_s", predicted);
  add("planned_operations", planned_operations);
  add("least_operations", least_operations);
  add("bytes", bytes);
  add("fma_per_s", rates.fused_multiply_adds);
  add("copied_bytes_per_s", rates.copied_bytes);
  add("times_operations_floor", median * rates.fused_multiply_adds / least_operations);
  add("times_bytes_floor", median * rates.copied_bytes / bytes);
  return result + "}";
}

} // namespace mercer::bench
