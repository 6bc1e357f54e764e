// G4.
#include "Directions.h"
#include "Promises.h"

#include <cmath>

namespace mercer::test {

namespace {

/// A finite value has no NaN in its gradient, and where the interpreter's dual numbers have a finite
/// derivative, the same is given.
void check_at(const CompiledEntry &entry, const tools::Case &input, const std::string &what,
              Findings &findings) {
  const std::vector<std::size_t> variables = entry.variables(input);
  const Evaluation given = entry.compiled(input);
  if (!std::isfinite(given.total))
    return findings.skip();
  const Evaluation expected = entry.interpreted(input);
  for (std::size_t n = 0; n < variables.size(); ++n) {
    double largest = 1e-3; // derivatives that are 0 because terms cancel have no size of their own
    for (double component : expected.gradient[n])
      largest = std::isfinite(component) ? std::max(largest, std::abs(component)) : largest;
    for (std::size_t i = 0; i < given.gradient[n].size(); ++i) {
      const double g = given.gradient[n][i], e = expected.gradient[n][i];
      const std::string text = "the derivative by element " + std::to_string(i) + " of " +
                               input.arguments[variables[n]].first + " is " + tools::number_text(g, 17) +
                               " instead of " + tools::number_text(e, 17);
      findings.expect(what, !std::isnan(g), text);
      if (std::isfinite(e))
        findings.check(what, g == e ? 0 : std::abs(g - e) / (1e-9 * largest), text);
    }
  }
}

/// Every real element of the declared kind becomes `value`; probabilities share 1.
tools::Case constant(const CompiledEntry &entry, tools::Case input, double value) {
  for (std::size_t position : entry.variables(input)) {
    auto &[name, data] = input.arguments[position];
    if (data.scalar)
      continue;
    const stdlib::Draw draw = parameter_of(entry, name).draw;
    if (draw == stdlib::Draw::probability)
      data.reals.assign(data.reals.size(), 1.0 / static_cast<double>(data.shape.back()));
    else if (draw == stdlib::Draw::normal || draw == stdlib::Draw::cosine || value > 0)
      data.reals.assign(data.reals.size(), value);
  }
  return input;
}

/// The entry's own kink: the gradient by its first input is declared.
void check_declared(const CompiledEntry &entry, Findings &findings) {
  const tools::Case input = known_case(entry.entry(), entry.entry().kink.arguments);
  const std::string &first = input.arguments.front().first;
  tools::RunOptions options;
  options.gradient = {entry.entry().parameters.front().name.data()};
  options.threads = 1;
  const std::vector<double> given =
      tools::elements(tools::run_case(entry.entry(), input, options).gradient.front().second);
  const std::vector<double> expected = flatten(nlohmann::json::parse(entry.entry().kink.value), false).reals;
  for (std::size_t i = 0; i < expected.size(); ++i)
    findings.check(entry.name() + " at its kink, gradient of " + first,
                   i >= given.size() || given.size() != expected.size()
                       ? HUGE_VAL
                       : std::abs(given[i] - expected[i]) / 1e-15,
                   "element " + std::to_string(i) + " is not " + tools::number_text(expected[i], 17));
}

} // namespace

void check_kinks(const CompiledEntry &entry, unsigned seed, Findings &findings) {
  std::mt19937 random(seed);
  const tools::Case input = entry.draw(random);
  check_at(entry, coinciding(entry, input), entry.name() + " where points coincide", findings);
  for (double value : {0.0, 0.5, 1.0})
    check_at(entry, constant(entry, input, value), entry.name() + " of equal numbers", findings);
  for (std::size_t position : entry.variables(input))
    for (const Special &special : special_values(entry.type()))
      for (std::size_t at : positions(input.arguments[position].second)) {
        tools::Case other = input;
        other.arguments[position].second.reals[at] = special.value;
        check_at(entry, other, entry.name() + " with " + special.name, findings);
      }
  if (entry.has_default_options() && !entry.entry().kink.value.empty())
    check_declared(entry, findings);
}

} // namespace mercer::test
