// scalar-accuracy KNOWN.tsv [STEP]: N2 of the library. Entries that are functions of one number at a time, f32 code at each STEP-th float
// (997, or MERCER_TEST_STEP): value and first derivative within 4 units in the last place.
#include "Findings.h"

#include "compiler/tools/mercerc/Scalar.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>

using namespace mercer;
using namespace mercer::test;

namespace {

std::string text_of(const tools::LargestError &error) {
  return tools::number_text(error.ulps, 4) + " ulp at " + tools::number_text(error.at, 9) + ": " + tools::number_text(error.given, 9) + " instead of " +
         tools::number_text(error.expected, 9);
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 2)
    return 2;
  std::vector<KnownCase> known = read_known(argv[1]);
  const char *given = std::getenv("MERCER_TEST_STEP"), *only = std::getenv("MERCER_TEST_CASE");
  const std::int64_t step = argc > 2 ? std::atoll(argv[2]) : given ? std::atoll(given) : 997;
  if (step < 1)
    return 2;
  if (only)
    std::erase_if(known, [&](const KnownCase &row) { return !row.what.starts_with(std::string(only) + ","); });
  Findings findings;
  std::size_t functions = 0;
  for (const stdlib::EntryInfo &entry : stdlib::entries()) {
    if (only && entry.name != only)
      continue;
    const std::string name(entry.name);
    try {
      for (const tools::ScalarFunction &function : tools::scalar_functions(entry, {name, {}})) {
        const tools::ScalarErrors errors = function.errors(step);
        ++functions;
        std::printf("%s of %s: value %s; derivative %s\n", name.c_str(), function.name().c_str(), text_of(errors.value).c_str(),
                    text_of(errors.slope).c_str());
        const std::string by = " by " + function.name() + ", ";
        findings.check(name + ", value", errors.value.ulps / 4, by + text_of(errors.value));
        findings.check(name + ", derivative", errors.slope.ulps / 4, by + text_of(errors.slope));
        // What is taken for the truth is one where it is much nearer to it than a unit of f32.
        findings.check(name + ", f64", errors.truth.ulps / 0.01, by + "f64 code: " + text_of(errors.truth));
      }
    } catch (const std::exception &error) {
      findings.expect(name + ", value", false, error.what());
    }
  }
  std::printf("%zu functions at each %lldth float\n", functions, static_cast<long long>(step));
  return findings.report("N2", known) ? 0 : 1;
}
