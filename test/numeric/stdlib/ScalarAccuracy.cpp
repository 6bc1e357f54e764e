// scalar-accuracy KNOWN.tsv [STEP]: N2 of the library. Entries that are functions of one number at a time, f32 code at each STEP-th float
// (61, or MERCER_TEST_STEP): value and first derivative within 4 units in the last place, of the truth there or, where that has a row, of the
// truth within 4 units of the argument.
#include "Findings.h"

#include "compiler/tools/mercerc/Scalar.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>

using namespace mercer;
using namespace mercer::test;

namespace {

std::string text_of(const tools::Largest &error) {
  return tools::number_text(error.ulps, 4) + " ulp at " + tools::number_text(error.at, 9) + ": " + tools::number_text(error.given, 9) +
         " instead of " + tools::number_text(error.expected, 9);
}

struct Measured {
  std::string name;
  tools::ScalarErrors errors;
};

/// The functions of each entry, with what an exception said last. Of two threads each takes what the other has left.
struct OfEntry {
  const stdlib::EntryInfo *entry;
  std::vector<Measured> functions{};
  std::string failure{};
};

void measure(std::vector<OfEntry> &entries, std::int64_t step) {
  std::atomic<std::size_t> next = 0;
  auto work = [&] {
    for (std::size_t n = next++; n < entries.size(); n = next++)
      try {
        for (const tools::ScalarFunction &function : tools::scalar_functions(*entries[n].entry, {std::string(entries[n].entry->name), {}}))
          entries[n].functions.push_back({function.name(), function.errors(step)});
      } catch (const std::exception &error) {
        entries[n].failure = error.what();
      }
  };
  std::thread other(work);
  work();
  other.join();
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 2)
    return 2;
  std::vector<KnownCase> known = read_known(argv[1]);
  const char *given = std::getenv("MERCER_TEST_STEP"), *only = std::getenv("MERCER_TEST_CASE");
  const std::int64_t step = argc > 2 ? std::atoll(argv[2]) : given ? std::atoll(given) : 61;
  if (step < 1)
    return 2;
  if (only)
    std::erase_if(known, [&](const KnownCase &row) { return !row.what.starts_with(std::string(only) + ","); });
  std::vector<OfEntry> entries;
  for (const stdlib::EntryInfo &entry : stdlib::entries())
    if (!only || entry.name == only)
      entries.push_back({&entry});
  measure(entries, step);
  Findings findings;
  std::size_t functions = 0;
  std::int64_t floats = 0;
  for (const OfEntry &of : entries) {
    const std::string name(of.entry->name);
    findings.expect(name + ", value", of.failure.empty(), of.failure);
    for (const Measured &measured : of.functions) {
      ++functions;
      floats += measured.errors.floats;
      const std::string by = " by " + measured.name + ", ";
      auto check = [&](const std::string &what, const tools::LargestError &error) {
        std::printf("%s%s%s\n", what.c_str(), by.c_str(), text_of(error).c_str());
        findings.check(what, error.ulps / tools::allowed_ulps, by + text_of(error));
        if (error.ulps <= tools::allowed_ulps)
          return;
        std::printf("%s, mixed%s%s\n", what.c_str(), by.c_str(), text_of(error.mixed).c_str());
        findings.check(what + ", mixed", error.mixed.ulps / tools::allowed_ulps, by + text_of(error.mixed));
      };
      check(name + ", value", measured.errors.value);
      check(name + ", derivative", measured.errors.slope);
      // What is taken for the truth is one where it is much nearer to it than a unit of f32.
      findings.check(name + ", f64", measured.errors.truth.ulps / 0.01, by + "f64 code: " + text_of(measured.errors.truth));
    }
  }
  std::printf("%zu functions at each %lldth float, %lld floats\n", functions, static_cast<long long>(step), static_cast<long long>(floats));
  return findings.report("N2", known) ? 0 : 1;
}
