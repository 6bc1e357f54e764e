// Every golden case through the registry: golden-values FOLDER ENGINE TYPE.
#include "Compare.h"

#include "compiler/tools/mercerc/Case.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

using namespace mercer;
using namespace mercer::tools;

namespace {

/// Whether a case has numbers that f32 cannot hold.
bool beyond_f32(const Case &input) {
  for (const auto &[name, data] : input.arguments)
    for (double value : data.reals)
      if (std::isfinite(value) && std::abs(value) > 1e18)
        return true;
  return false;
}

int failures = 0, checked = 0;

void report(const std::string &what, const std::optional<std::string> &difference) {
  ++checked;
  if (!difference)
    return;
  ++failures;
  std::cout << what << ": " << *difference << "\n";
}

void check(const nlohmann::json &golden, const std::string &engine, DType type) {
  std::string name = golden["entry"], label = name + " " + golden["case"].get<std::string>();
  const stdlib::EntryInfo *entry = stdlib::find_entry(name);
  if (!entry)
    return report(label, "no such entry");
  Case input = read_case(golden, label);
  bool single = type == DType::f32;
  if (single && (beyond_f32(input) || label.find(" edge_") != std::string::npos))
    return;
  RunOptions options;
  options.type = type;
  options.interpreter = engine == "interpreter";
  const auto &expected = golden["expected"];
  bool has_gradient = expected.contains("gradient") && !expected["gradient"].empty();
  if (has_gradient) {
    options.gradient.emplace();
    for (const auto &[argument, value] : expected["gradient"].items())
      options.gradient->push_back(argument);
  }
  bool relative = golden.contains("compare") && golden["compare"] == "relative";
  double tolerance = golden["tolerance"];
  try {
    CaseResult result = run_case(*entry, input, options);
    report(label, test::difference(elements(result.values.front().second),
                                   read_array(expected["value"], label).reals,
                                   single ? std::max(tolerance, entry->tolerance_f32) : tolerance, relative));
    auto is_below = [](double bound) { return [bound](double g) { return std::abs(g) < bound; }; };
    for (const auto &[argument, array] : result.gradient) {
      // A derivative that is 0 by cancellation has no size of its own to compare with.
      if (single && std::ranges::all_of(read_array(expected["gradient"][argument], label).reals, is_below(1e-12)) &&
          std::ranges::all_of(elements(array), is_below(1e-5)))
        continue;
      report(label + ", gradient of " + argument,
             test::difference(elements(array), read_array(expected["gradient"][argument], label).reals,
                              single ? std::max(tolerance, 2e-3) : std::max(10 * tolerance, 1e-9), relative));
    }
  } catch (const std::exception &error) {
    report(label, error.what());
  }
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 4)
    return 2;
  DType type = std::string(argv[3]) == "f32" ? DType::f32 : DType::f64;
  for (const auto &file : std::filesystem::directory_iterator(argv[1])) {
    if (file.path().extension() != ".json")
      continue;
    std::ifstream in(file.path());
    std::string text{std::istreambuf_iterator<char>(in), {}};
    for (const auto &golden : parse_json(text, file.path().string()))
      check(golden, argv[2], type);
  }
  std::cout << checked << " arrays compared, " << failures << " wrong\n";
  return failures != 0 || checked == 0;
}
