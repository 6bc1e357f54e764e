// mercer-bench: measures compiled programs, hand-written loops beside them, and compile times.
#include "CompileTimes.h"
#include "Hand.h"
#include "Measure.h"

#include <CLI/CLI.hpp>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

using namespace mercer;
using namespace mercer::bench;

namespace {

Measurement run_mercer(const std::string &workload, bool small, int threads) {
  Case at = make_case(workload, small);
  std::vector<Argument> arguments = at.arguments();
  std::vector<View> views = at.views();
  Function f;
  Measurement result = measure(
      at,
      [&] {
        JitOptions options;
        options.threads = threads;
        options.cache_directory = "off";
        f = jit(at.program, options);
        f.run(arguments, views);
      },
      [&] { f.run(arguments, views); });
  result.peer = "mercer";
  result.version = "mercer 0.1.0";
  return result;
}

Measurement run_hand(const std::string &workload, bool small) {
  Case at = make_case(workload, small);
  std::function<void()> call = hand_written(workload, at);
  if (!call)
    throw Error(ErrorCode::unsupported,
                "--peer hand: no hand-written loop for '" + workload + "' on this processor",
                std::source_location());
  Measurement result = measure(at, call, call);
  result.peer = "hand";
  result.version = "AVX-512 intrinsics";
  return result;
}

Measurement run(const std::string &workload, const std::string &peer, bool small, int threads) {
  pin(threads);
  Measurement result = peer == "hand" ? run_hand(workload, small) : run_mercer(workload, small, threads);
  result.workload = workload;
  result.threads = threads;
  result.size = small ? "small" : "full";
  std::printf("%s\n", result.json().c_str());
  std::fflush(stdout);
  return result;
}

/// Ratios to the loops by hand, one thread; each pair is measured in one run.
void compare_with_hand() {
  for (const char *workload :
       {"gaussian_matvec", "gaussian_matvec_grad", "softmax_cross_entropy", "softmax_cross_entropy_grad"}) {
    try {
      Measurement hand = run(workload, "hand", false, 1), compiled = run(workload, "mercer", false, 1);
      std::printf("%-28s %.2f times the hand-written loop (%.2f and %.2f ms)\n", workload,
                  compiled.least / hand.least, compiled.least * 1e3, hand.least * 1e3);
    } catch (const Error &error) {
      std::printf("%-28s %s\n", workload, error.what());
    }
  }
}

/// Lines "workload value gradient_norm" (or null), computed by other libraries at the small size.
int check(const std::string &path) {
  std::ifstream file(path);
  if (!file)
    throw Error(ErrorCode::io, "--check: cannot read '" + path + "'", std::source_location());
  int wrong = 0, right = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#')
      continue;
    std::istringstream fields(line);
    std::string workload, value, norm;
    fields >> workload >> value >> norm;
    try {
      Measurement result = run(workload, "mercer", true, 1);
      auto differs = [](double a, double b) { return !(std::abs(a - b) <= 2e-4 * std::abs(b) + 1e-7); };
      bool bad = differs(result.value, std::stod(value)) ||
                 (norm != "null" && differs(result.gradient_norm, std::stod(norm)));
      if (bad)
        std::printf("%s: expected %s %s\n", workload.c_str(), value.c_str(), norm.c_str());
      (bad ? wrong : right) += 1;
    } catch (const Error &error) {
      std::printf("%s: %s\n", workload.c_str(), error.what());
      ++wrong;
    }
  }
  std::printf("%d right, %d wrong\n", right, wrong);
  return wrong == 0 && right > 0 ? 0 : 1;
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app(
      "Measures Mercer. Without options: ratios to hand-written loops, and compile times of the library.");
  std::string workload, peer = "mercer", size = "full", expected;
  int threads = 1;
  bool list = false, all = false, compile = false;
  app.add_option("--workload", workload, "NAME or NAME_grad; prints one JSON line");
  app.add_option("--peer", peer, "mercer, or hand: a loop written by hand")
      ->check(CLI::IsMember({"mercer", "hand"}));
  app.add_option("--size", size, "full or small")->check(CLI::IsMember({"full", "small"}));
  app.add_option("--threads", threads, "number of threads")->check(CLI::PositiveNumber);
  app.add_option("--check", expected, "compares the results at the small size with those in a file");
  app.add_flag("--list", list, "prints the names of the workloads");
  app.add_flag("--all", all, "every workload");
  app.add_flag("--compile-times", compile, "value and gradient of every entry of the library");
  CLI11_PARSE(app, argc, argv);
  try {
    if (list) {
      for (const std::string &name : workload_names())
        std::printf("%s\n", name.c_str());
      return 0;
    }
    if (!expected.empty())
      return check(expected);
    if (compile)
      return compile_times(0.4) ? 0 : 1;
    if (!workload.empty()) {
      run(workload, peer, size == "small", threads);
      return 0;
    }
    if (all) {
      for (const std::string &name : workload_names())
        try {
          run(name, peer, size == "small", threads);
        } catch (const Error &error) {
          std::printf("%s: %s\n", name.c_str(), error.what());
        }
      return 0;
    }
    compare_with_hand();
    compile_times(0.4);
    return 0;
  } catch (const std::exception &error) {
    std::cerr << "mercer-bench: " << error.what() << '\n';
    return 2;
  }
}
