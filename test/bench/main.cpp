// mercer-bench: measures compiled programs, hand-written loops beside them, and compile times.
#include "Check.h"
#include "Compare.h"
#include "CompileTimes.h"
#include "Measure.h"
#include "Plans.h"
#include "SmallCalls.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <iostream>

using namespace mercer;
using namespace mercer::bench;

namespace {

/// How Mercer compiles what is measured.
struct Compile {
  std::string cpu = "host", plan;
};

Measurement run_mercer(const std::string &workload, bool small, int threads, const Compile &compile) {
  Case at = make_case(workload, small);
  std::vector<Argument> arguments = at.arguments();
  std::vector<View> views = at.views();
  Function f;
  Measurement result = measure(
      at,
      [&] {
        f = jit(at.program, at.options(1, compile.cpu, compile.plan)); // a child has one thread
        f.explain(arguments);
      },
      [&] {
        f = jit(at.program, at.options(threads, compile.cpu, compile.plan));
        f.run(arguments, views);
      },
      [&] { f.run(arguments, views); });
  result.planned_operations = planned_operations(at, f);
  result.predicted = predicted_seconds(at, f);
  result.peer = "mercer";
  result.version = "mercer 0.1.0";
  return result;
}

Measurement run_hand(const std::string &workload, bool small, const Isa &isa) {
  Case at = make_case(workload, small);
  auto call = by_hand(workload, at, isa);
  Measurement result = measure(at, [] {}, call, call);
  result.peer = "hand";
  result.version = std::string(isa.name) + " intrinsics";
  return result;
}

Measurement run(const std::string &workload, const std::string &peer, bool small, int threads,
                const Compile &compile) {
  pin(threads);
  Measurement result = peer == "hand" ? run_hand(workload, small, compile.cpu == avx2.target ? avx2 : host_isa(workload))
                                      : run_mercer(workload, small, threads, compile);
  result.least_operations = least_operations(workload, small);
  result.rates = rates(threads);
  result.workload = workload;
  result.threads = threads;
  result.size = small ? "small" : "full";
  std::printf("%s\n", result.json().c_str());
  std::fflush(stdout);
  return result;
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app(
      "Measures Mercer. Without options: ratios to loops by hand and to programs in another form, and "
      "compile times.");
  std::string workload, peer = "mercer", size = "full", expected, stage;
  Compile how;
  int threads = 1, rounds = 10, plans = 0;
  bool list = false, all = false, explained = false, by_hand = false, rewritten = false, two = false, compile = false,
       timing = false, preferred = false, small_only = false;
  std::vector<std::string> entries;
  app.add_option("--workload", workload, "NAME or NAME_grad; alone: prints one JSON line");
  app.add_option("--peer", peer, "mercer, or hand: a loop written by hand")
      ->check(CLI::IsMember({"mercer", "hand"}));
  app.add_option("--size", size, "full or small")->check(CLI::IsMember({"full", "small"}));
  app.add_option("--emit", stage,
                 "with --workload: only the text after a stage of the compiler: program, mlir, nests, vector, llvm, asm");
  app.add_option("--threads", threads, "number of threads")->check(CLI::PositiveNumber);
  app.add_option("--cpu", how.cpu, "host, or the processor to compile for: haswell");
  app.add_option("--plan", how.plan, "decisions of the plan by name, as --explain lists them: \"jam.0=4 keep.1=no\"");
  app.add_option("--rounds", rounds, "pairs of times that a ratio is the median of")
      ->check(CLI::PositiveNumber);
  app.add_option("--check", expected, "compares the results at the small size with those in a file");
  app.add_flag("--list", list, "prints the names of the workloads");
  app.add_option("--plans", plans, "measures so many plans of a workload, or of all, and compares with their predicted order");
  app.add_flag("--preferred", preferred, "with --plan: ratios to the preferred plan, of a workload or of all");
  app.add_flag("--explain", explained, "the plan of a workload, with predicted and measured times");
  app.add_flag("--all", all, "a JSON line for every workload");
  app.add_flag("--hand", by_hand, "ratios to loops by hand, of all workloads or of one");
  app.add_flag("--rewritten", rewritten, "ratios of programs in another form to the original");
  app.add_flag("--two-threads", two, "ratios of two threads to one");
  app.add_flag("--compile-times", compile,
               "of workloads, and of value and gradient of every entry of the library");
  CLI::Option *of_entries = app.add_option("--entries", entries, "compile times of these entries of the library, or of all: the least of --rounds")
                                ->expected(0, CLI::detail::expected_max_vector_size);
  app.add_flag("--calls", small_only, "what calls on small data cost, linked ahead of time and by the JIT");
  app.add_flag("--timing", timing, "with --compile-times or --entries: what each stage took, on standard error");
  CLI11_PARSE(app, argc, argv);
  try {
    if (list) {
      for (const std::string &name : workload_names())
        std::printf("%s\n", name.c_str());
      return 0;
    }
    if (small_only) {
      small_calls(rounds);
      return 0;
    }
    std::erase(entries, ""); // what the option has without names
    if (*of_entries)
      return compile_times(entries, rounds, 0.3, timing) ? 0 : 1;
    if (plans > 0) {
      compare_plans(workload, plans);
      return 0;
    }
    if (preferred) {
      compare_with_preferred(workload, how.plan, how.cpu, rounds);
      return 0;
    }
    if (explained) {
      const Case at = make_case(workload, size == "small");
      JitOptions options = at.options(threads, how.cpu, how.plan);
      options.measure = true;
      const Function f = jit(at.program, options);
      for (int n = 0; n < 3; ++n)
        f.run(at.arguments(), at.views());
      std::printf("%s", f.explain(at.arguments()).c_str());
      return 0;
    }
    if (!expected.empty())
      return check(expected);
    if (!stage.empty()) {
      const Case at = make_case(workload, size == "small");
      std::cout << jit(at.program, at.options(threads, how.cpu, how.plan)).emit(stage, at.arguments());
      return 0;
    }
    const bool default_run = workload.empty() && !all && !by_hand && !rewritten && !two && !compile;
    bool good = true;
    // In children, before this process has compiled anything.
    if (compile || default_run)
      good = workload_compile_times(0.15, 0.3, timing);
    if (default_run)
      small_calls(rounds);
    if (by_hand || default_run)
      compare_with_hand(workload, rounds);
    if (rewritten || default_run)
      compare_with_rewritten(workload, rounds);
    if (two)
      compare_threads(workload, rounds);
    if (compile || default_run)
      good &= compile_times({}, 1, 0.3, timing);
    if (!workload.empty() && !by_hand && !rewritten && !two)
      run(workload, peer, size == "small", threads, how);
    if (all)
      for (const std::string &name : workload_names())
        run(name, peer, size == "small", threads, how);
    return good || default_run ? 0 : 1;
  } catch (const std::exception &error) {
    std::cerr << "mercer-bench: " << error.what() << '\n';
    return 2;
  }
}
