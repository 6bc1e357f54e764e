// promises KNOWN.tsv [ID...]: the promises of these ids (none: all) on every entry of the library.
#include "Promises.h"

#include <cstdlib>
#include <iostream>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>

using namespace mercer;
using namespace mercer::test;

int main(int argc, char **argv) {
  if (argc < 2)
    return 2;
  std::vector<KnownCase> known = read_known(argv[1]);
  const std::set<std::string> ids(argv + 2, argv + argc);
  const char *given = std::getenv("MERCER_TEST_SEED"), *only = std::getenv("MERCER_TEST_CASE");
  const unsigned seed = given ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : 20261125;
  std::cout << "seed=" << seed << "\n";
  // Rows of entries that are not run tell nothing.
  if (only)
    std::erase_if(known, [&](const KnownCase &row) {
      const std::string_view what = row.what, name = only;
      return !what.starts_with(name) ||
             (what.size() > name.size() && what[name.size()] != ' ' && what[name.size()] != ',');
    });
  // f32 has other code for most functions; its interpreter, in f64, tells nothing about derivatives there.
  const std::tuple<const char *, DType, void (*)(const CompiledEntry &, unsigned, Findings &)> checks[] = {
      {"G1", DType::f64, check_gradient},       {"G2", DType::f64, check_hessian},
      {"G4", DType::f64, check_kinks},          {"K1", DType::f64, check_properties},
      {"N8", DType::f64, check_special_values}, {"N8", DType::f32, check_special_values}};
  std::map<std::string, Findings> findings;
  for (const stdlib::EntryInfo &entry : stdlib::entries())
    for (const Variant &variant : variants(entry)) {
      if (only && variant.name != only)
        continue;
      std::optional<CompiledEntry> compiled;
      for (auto [id, type, check] : checks) {
        if (!ids.empty() && !ids.contains(id))
          continue;
        try {
          if (!compiled || compiled->type() != type)
            compiled.emplace(entry, variant, type, seed);
          check(*compiled, seed, findings[id]);
        } catch (const std::exception &error) {
          findings[id].expect(variant.name, false, error.what());
        }
      }
    }
  bool right = !findings.empty();
  for (const auto &[id, found] : findings)
    right &= found.report(id, known);
  return right ? 0 : 1;
}
