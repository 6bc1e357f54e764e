// G1.
#include "Directions.h"
#include "Promises.h"

#include <algorithm>
#include <numeric>

namespace mercer::test {

namespace {

/// Half the length of a difference.
constexpr double h = 6e-6;

void check_against_duals(const CompiledEntry &entry, const tools::Case &input, const Evaluation &at, int bits,
                         Findings &findings) {
  const std::vector<std::size_t> variables = entry.variables(input);
  const Evaluation exact = entry.interpreted(input, bits);
  for (std::size_t n = 0; n < variables.size(); ++n) {
    const std::vector<double> &given = at.gradient[n], &expected = exact.gradient[n];
    double largest = 0;
    for (double component : expected)
      largest = std::max(largest, std::abs(component));
    for (std::size_t i = 0; i < given.size(); ++i)
      findings.check(entry.name() + ", gradient of " + input.arguments[variables[n]].first,
                     given[i] == expected[i] ? 0 : std::abs(given[i] - expected[i]) / (1e-12 * largest),
                     "element " + std::to_string(i) + " is " + tools::number_text(given[i], 17) +
                         " instead of " + tools::number_text(expected[i], 17));
  }
}

} // namespace

void check_gradient(const CompiledEntry &entry, unsigned seed, Findings &findings) {
  std::mt19937 random(seed);
  const tools::Case input = entry.draw(random);
  const std::vector<std::size_t> variables = entry.variables(input);
  const Evaluation at = entry.compiled(input);
  check_against_duals(entry, input, at, 113, findings);
  const tools::Case large = entry.draw(random, 16); // whole vectors, and a rest
  check_against_duals(entry, large, entry.compiled(large), 53, findings);
  if (entry.entry().smoothness == stdlib::Smoothness::detached)
    return findings.skip();
  for (int trial = 0; trial < 3; ++trial) {
    const Vectors drawn = draw_direction(entry, input, random);
    // Each input alone, then all together.
    for (std::size_t only = 0; only <= variables.size(); ++only) {
      Vectors ahead = drawn;
      for (std::size_t n = 0; n < variables.size(); ++n)
        if ((only < variables.size() && only != n) ||
            parameter_of(entry, input.arguments[variables[n]].first).detached)
          ahead[n].assign(ahead[n].size(), 0);
      Vectors behind = ahead;
      const double difference = (entry.compiled(moved(entry, input, h, ahead)).total -
                                 entry.compiled(moved(entry, input, -h, behind)).total) /
                                (2 * h);
      double along = 0;
      for (std::size_t n = 0; n < variables.size(); ++n)
        along += std::inner_product(ahead[n].begin(), ahead[n].end(), at.gradient[n].begin(), 0.0);
      const std::string of = only < variables.size() ? input.arguments[variables[only]].first : "all inputs";
      findings.check(entry.name() + ", derivative along " + of,
                     std::abs(along - difference) /
                         (1e-9 * (1 + std::abs(at.total)) + 1e-6 * std::abs(difference)),
                     tools::number_text(along, 17) + " instead of " + tools::number_text(difference, 17));
    }
  }
}

} // namespace mercer::test
