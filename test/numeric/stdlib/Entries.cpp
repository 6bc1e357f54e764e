// K1: entries known | engines TYPE [TARGET]. The known values; compiled code against the interpreter on
// arguments drawn from the declarations.
#include "Compare.h"
#include "Draw.h"

#include <algorithm>
#include <cmath>
#include <iostream>

using namespace mercer;
using namespace mercer::tools;
using test::difference;

namespace {

constexpr unsigned seed = 20240229;
int failures = 0, checked = 0;

void report(const stdlib::EntryInfo &entry, const std::string &what,
            const std::optional<std::string> &wrong) {
  ++checked;
  if (!wrong)
    return;
  ++failures;
  std::cout << entry.name << ", " << what << ": " << *wrong << "\n";
}

std::vector<double> value_of(const stdlib::EntryInfo &entry, const Case &input, RunOptions options = {}) {
  options.gradient.reset();
  return elements(run_case(entry, input, options).values.front().second);
}

void check_known(const stdlib::EntryInfo &entry) {
  if (entry.known.value.empty())
    return;
  Case input = test::known_case(entry, entry.known.arguments);
  std::vector<double> expected = test::flatten(nlohmann::json::parse(entry.known.value), false).reals;
  report(entry, "known value", difference(value_of(entry, input), expected, std::max(entry.tolerance, 1e-9)));
}

/// Compiled against interpreted: every result, and the gradient by every real input.
void compare_results(const stdlib::EntryInfo &entry, const std::string &label, DType type, const CaseResult &given, const CaseResult &expected) {
  const bool single = type != DType::f64;
  const double tolerance = single ? entry.tolerance_f32 : std::max(entry.tolerance, 1e-10);
  const double of_gradient = type == DType::bf16 ? 1e-2 : single ? 2e-3 : std::max(10 * tolerance, 1e-9);
  for (std::size_t i = 0; i < given.values.size(); ++i)
    report(entry, label + ", " + given.values[i].first,
           difference(elements(given.values[i].second), elements(expected.values[i].second), tolerance));
  for (std::size_t i = 0; i < given.gradient.size(); ++i) {
    const std::vector<double> gradient = elements(given.gradient[i].second);
    // A derivative that is 0 by cancellation has no size of its own to compare with; what cancels is larger than values where they are divided
    // by a temperature.
    auto is_below = [](double bound) { return [bound](double g) { return std::abs(g) < bound; }; };
    if (std::ranges::all_of(elements(expected.gradient[i].second), is_below(1e-12)) &&
        std::ranges::all_of(gradient, is_below(single ? 5e-5 : 1e-12)))
      continue;
    report(entry, label + ", gradient of " + given.gradient[i].first,
           difference(gradient, elements(expected.gradient[i].second), of_gradient));
  }
}

/// With one thread and with two, whose code is the same.
void check_engines(const stdlib::EntryInfo &entry, const test::Variant &variant, std::mt19937 &random, DType type,
                   const std::string &target) {
  Case input = test::draw(entry, random, 0, variant.optional);
  input.parameters = variant.parameters;
  RunOptions options;
  options.type = type;
  options.target = target;
  options.gradient.emplace();
  RunOptions reference = options;
  reference.interpreter = true;
  const CaseResult expected = run_case(entry, input, reference);
  for (int threads : {1, 2}) {
    options.threads = threads;
    compare_results(entry, variant.name + (threads == 1 ? "" : ", two threads"), type, run_case(entry, input, options), expected);
  }
}

} // namespace

int main(int argc, char **argv) {
  std::string mode = argc > 1 ? argv[1] : "";
  if (mode != "known" && !(mode == "engines" && (argc == 3 || argc == 4)))
    return 2;
  std::cout << "seed " << seed << "\n";
  for (const stdlib::EntryInfo &entry : stdlib::entries()) {
    std::mt19937 random(seed);
    try {
      if (mode == "known")
        check_known(entry);
      else
        for (DType type : {DType::f64, DType::f32, DType::bf16})
          if (name_of(type) == argv[2])
            for (const test::Variant &variant : test::variants(entry))
              check_engines(entry, variant, random, type, argc == 4 ? argv[3] : "host");
    } catch (const std::exception &error) {
      report(entry, mode, error.what());
    }
  }
  std::cout << checked << " checked, " << failures << " wrong\n";
  return failures != 0 || checked == 0;
}
