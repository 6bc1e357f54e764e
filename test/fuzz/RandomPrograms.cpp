// F1 and E9: random well-typed programs, compiled against interpreted, beside inaccessible pages. F4: each under random plans.
#include "Generate.h"
#include "Shrink.h"
#include "Trial.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <random>
#include <set>

using namespace mercer;
using namespace mercer::fuzz;

namespace {

std::uint64_t seedOf(std::uint64_t seed, std::int64_t number) {
  return seed + static_cast<std::uint64_t>(number) * 0x9e3779b97f4a7c15u;
}

/// Everything that a person needs to see a case.
void print(const Case &test) {
  std::string sizes, types, wrt;
  for (const TensorInfo &tensor : test.tensors)
    if (tensor.role == TensorInfo::input) {
      static const char *layouts[] = {"", " transposed", " gaps", " negative", " repeated"};
      types += "  " + tensor.name + ": " + std::string(name_of(tensor.dtype)) +
               layouts[static_cast<int>(tensor.layout)] + ", sizes";
      for (int dim : tensor.dims)
        types += " " + std::to_string(test.sizeOf(dim));
      if (tensor.values >= 0)
        types += ", values below " + std::to_string(test.sizeOf(tensor.values)) +
                 (test.badLabel ? " but one" : "");
      types += "\n";
    }
  std::printf("%s%s  threads %d and %d, accumulate %s, target %s%s, plans '%s' and '%s'\n", printCpp(test, "found").c_str(),
              types.c_str(), test.threads, test.otherThreads, std::string(name_of(test.accumulate)).c_str(),
              test.haswell ? "haswell" : "host", test.anySize ? ", any sizes" : "", test.plan.c_str(), test.otherPlan.c_str());
}

struct Options {
  std::int64_t cases = 300, first = 0, plans = 0;
  std::uint64_t seed = 0;
  unsigned limit = 120;
  double shrinkSeconds = 60;
  bool printsOnly = false;
  int mostFailures = 10;
  std::string record, commit;
};

Options optionsOf(int count, char **arguments) {
  Options options;
  options.seed = std::random_device()();
  for (int n = 1; n + 1 < count; n += 2) {
    std::string name = arguments[n], value = arguments[n + 1];
    if (name == "--cases")
      options.cases = std::atoll(value.c_str());
    else if (name == "--seed")
      options.seed = std::strtoull(value.c_str(), nullptr, 10);
    else if (name == "--first")
      options.first = std::atoll(value.c_str());
    else if (name == "--plans")
      options.plans = std::atoll(value.c_str());
    else if (name == "--shrink-seconds")
      options.shrinkSeconds = std::atof(value.c_str());
    else if (name == "--failures")
      options.mostFailures = std::atoi(value.c_str());
    else if (name == "--record")
      options.record = value;
    else if (name == "--commit")
      options.commit = value;
    else if (name == "--print")
      options.first = std::atoll(value.c_str()), options.cases = 1, options.printsOnly = true;
  }
  if (const char *seed = std::getenv("MERCER_TEST_SEED"))
    options.seed = std::strtoull(seed, nullptr, 10);
  if (const char *number = std::getenv("MERCER_TEST_CASE"))
    options.first = std::atoll(number), options.cases = 1;
  return options;
}

/// A case; with `--plans N` each program N times: under a plan of any decisions, and in turn as the compiler prefers beside one whose
/// bits must be the same.
Case caseNumber(const Options &options, std::int64_t number) {
  if (options.plans == 0)
    return generate(seedOf(options.seed, number));
  Case test = generate(seedOf(options.seed, number / options.plans));
  const std::int64_t plan = number % options.plans;
  const std::string drawn = "random " + std::to_string(plan);
  if (plan % 2 == 0)
    test.plan = test.otherPlan = drawn;
  else
    test.otherPlan = drawn + " same-bits";
  return test;
}

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name"))
      return line.substr(line.find(':') + 2);
  return "unknown";
}

} // namespace

int main(int count, char **arguments) {
  if (count > 1 && std::string(arguments[1]) == "--help") {
    std::puts(
        "random-programs [--cases N] [--seed S] [--first K] [--print K] [--shrink-seconds T] [--failures N]\n"
        "                [--plans N] [--record FILE --commit HASH]\n"
        "MERCER_TEST_SEED and MERCER_TEST_CASE choose a seed and one case of it.");
    return 0;
  }
  const Options options = optionsOf(count, arguments);
  const auto start = std::chrono::steady_clock::now();
  auto caseOf = [&](std::int64_t number) { return caseNumber(options, number); };
  if (options.printsOnly) {
    print(caseOf(options.first));
    return 0;
  }
  std::printf("seed=%llu\n", static_cast<unsigned long long>(options.seed));
  Tally tally;
  int failures = 0;
  std::set<std::string> causes;
  const std::int64_t last = options.first + options.cases;
  for (std::int64_t next = options.first; next < last && failures < options.mostFailures;) {
    // A fresh process now and then: what one leaves behind ends with it.
    const std::int64_t end = std::min<std::int64_t>(last, next + 1000);
    std::optional<Failure> failure = runCases(caseOf, next, end, options.limit, tally);
    if (!failure) {
      next = end;
      if (next < last)
        std::printf("%lld programs, %d failures\n", static_cast<long long>(tally.cases), failures),
            std::fflush(stdout);
      continue;
    }
    next = failure->number + 1;
    ++failures;
    std::printf("seed=%llu case=%lld: %s: %s\n", static_cast<unsigned long long>(options.seed),
                static_cast<long long>(failure->number), nameOf(failure->verdict), failure->text.c_str());
    std::fflush(stdout);
    const std::string cause = signature(failure->verdict, failure->text);
    if (!causes.insert(cause).second && failure->verdict != Verdict::value)
      continue; // like one before
    std::string text;
    Case smaller = shrink(
        caseOf(failure->number),
        [&](const Case &test) {
          Tally ignored;
          std::optional<Failure> again =
              runCases([&](std::int64_t) { return test; }, 0, 1, options.limit, ignored);
          if (!again || signature(again->verdict, again->text) != cause)
            return false;
          text = again->text;
          return true;
        },
        options.shrinkSeconds);
    std::printf("smaller: %s\n", text.c_str());
    print(smaller);
    std::fflush(stdout);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  char figures[400];
  std::snprintf(
      figures, sizeof figures,
      "%lld programs, %d failures, %lld refused, %lld undecided, %lld calls in error, %lld nodes, %lld "
      "derivatives of programs, %lld elements, %lld of them undecided",
      static_cast<long long>(tally.cases), failures, static_cast<long long>(tally.refused),
      static_cast<long long>(tally.undecided), static_cast<long long>(tally.errors),
      static_cast<long long>(tally.nodes), static_cast<long long>(tally.withDerivatives),
      static_cast<long long>(tally.elements), static_cast<long long>(tally.undecidedElements));
  std::printf("seed=%llu: %s; %.0f s\n", static_cast<unsigned long long>(options.seed), figures, seconds);
  if (!options.record.empty()) {
    char date[20];
    std::time_t now = std::time(nullptr);
    std::strftime(date, sizeof date, "%Y-%m-%d", std::gmtime(&now));
    std::ofstream(options.record, std::ios::app) << date << "\t" << options.commit << "\t" << processor()
                                                 << "\t" << options.seed << "\t" << figures << "\n";
  }
  return failures ? 1 : 0;
}
