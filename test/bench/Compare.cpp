#include "Compare.h"

#include "Measure.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace mercer::bench {

std::function<void()> compiled(const Case &at, int threads, const char *target, const std::string &plan) {
  Function f = jit(at.program, at.options(threads, target, plan));
  f.run(at.arguments(), at.views());
  return [f, arguments = at.arguments(), views = at.views()] { f.run(arguments, views); };
}

std::function<void()> by_hand(const std::string &workload, Case &at, const Isa &isa) {
  std::function<void()> result = hand_written(workload, at, isa);
  if (!result)
    throw Error(ErrorCode::unsupported,
                "--peer hand: no loop by hand for '" + workload + "' on this processor",
                std::source_location());
  return result;
}

static double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

Comparison compare(const Case &at, const std::function<void()> &ours, const std::function<void()> &theirs,
                   int rounds) {
  const std::function<void()> *both[] = {&ours, &theirs};
  double value[2], norm[2], once = 0;
  for (int which = 0; which < 2; ++which) {
    once = seconds_of(*both[which]);
    value[which] = at.value();
    norm[which] = at.gradient_norm();
  }
  // Short calls are timed in groups of 5 ms.
  const int group = std::clamp(static_cast<int>(5e-3 / std::max(once, 1e-8)), 1, 100000);
  std::vector<double> times[2], ratios;
  for (int round = 0; round < rounds; ++round) {
    for (int turn = 0; turn < 2; ++turn) {
      const int which = (round + turn) % 2;
      const double start = now();
      for (int n = 0; n < group; ++n)
        (*both[which])();
      times[which].push_back((now() - start) / group);
    }
    ratios.push_back(times[0].back() / times[1].back());
  }
  auto difference = [](double a, double b) { return std::abs(a - b) / std::max(std::abs(b), 1e-30); };
  auto [least, greatest] = std::ranges::minmax(ratios);
  return {median(times[0]), median(times[1]),
          median(ratios),   least,
          greatest,         std::max(difference(value[0], value[1]), difference(norm[0], norm[1]))};
}

namespace {

void header(const char *what, const char *ours, const char *theirs) {
  std::printf("\n| %s | %s, ms | %s, ms | ratio | least - greatest | at most | results differ by |\n"
              "|---|---:|---:|---:|---|---:|---:|\n",
              what, ours, theirs);
}

void row(const std::string &what, const Comparison &found, double limit) {
  std::printf("| %s | %.4g | %.4g | %.2f | %.2f - %.2f | %.2f%s | %.0e |\n", what.c_str(), found.ours * 1e3,
              found.theirs * 1e3, found.ratio, found.least, found.greatest, limit,
              found.ratio <= limit ? "" : " missed", found.difference);
  std::fflush(stdout);
}

bool wanted(const std::string &workload, const std::string &name) {
  return workload.empty() || workload == name;
}

} // namespace

void compare_with_hand(const std::string &workload, int rounds) {
  pin(1);
  header("workload", "Mercer", "by hand");
  for (const Target &target : targets()) {
    if (!wanted(workload, target.workload))
      continue;
    const std::string name = std::string(target.workload) + ", " + target.isa.name;
    try {
      Case at = make_case(target.workload, false);
      auto theirs = by_hand(target.workload, at, target.isa);
      row(name, compare(at, compiled(at, 1, target.isa.target), theirs, rounds), target.limit);
    } catch (const Error &error) {
      std::printf("| %s | %s |\n", name.c_str(), error.what());
    }
  }
}

void compare_with_rewritten(const std::string &workload, int rounds) {
  pin(1);
  header("program in another form", "that form", "original");
  for (const std::string &name : workload_names()) {
    const std::string original = original_of(name);
    if (original.empty() || !wanted(workload, original))
      continue;
    Case at = make_case(original, false), other = at;
    other.program = make_case(name, true).program; // a program fits all sizes
    row(original, compare(at, compiled(other), compiled(at), rounds), 1.1);
  }
}

void compare_with_preferred(const std::string &workload, const std::string &plan, const std::string &cpu, int rounds) {
  pin(1);
  header("workload", plan.c_str(), "preferred");
  for (const std::string &name : workload_names())
    if (wanted(workload, name)) {
      Case at = make_case(name, false);
      row(name, compare(at, compiled(at, 1, cpu.c_str(), plan), compiled(at, 1, cpu.c_str()), rounds), 1);
    }
}

void compare_threads(const std::string &workload, int rounds) {
  header("workload", "2 threads", "1 thread");
  for (const std::string &name : workload_names()) {
    if (!original_of(name).empty() || !wanted(workload, name))
      continue;
    Case at = make_case(name, false);
    row(name, compare(at, compiled(at, 2), compiled(at), rounds), 1 / 1.8);
  }
}

} // namespace mercer::bench
