// G2.
#include "Directions.h"
#include "Promises.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace mercer::test {

namespace {

/// Half the length of a difference.
constexpr double h = 6e-6;

/// The sum of the products of two vectors' components, and that of their absolute values.
std::pair<double, double> product(const Vectors &a, const Vectors &b) {
  double sum = 0, absolute = 0;
  for (std::size_t n = 0; n < a.size(); ++n)
    for (std::size_t i = 0; i < a[n].size(); ++i) {
      sum += a[n][i] * b[n][i];
      absolute += std::abs(a[n][i] * b[n][i]);
    }
  return {sum, absolute};
}

void check_at(const CompiledEntry &entry, const tools::Case &input, const std::string &where,
              std::mt19937 &random, Findings &findings) {
  const std::vector<std::size_t> variables = entry.variables(input);
  Vectors direction = draw_direction(entry, input, random), other = draw_direction(entry, input, random);
  for (std::size_t n = 0; n < variables.size(); ++n)
    if (parameter_of(entry, input.arguments[variables[n]].first).detached)
      direction[n].assign(direction[n].size(), 0), other[n] = direction[n];
  Vectors back = direction;
  const Vectors gradient = entry.compiled(input).gradient;
  const Vectors ahead = entry.compiled(moved(entry, input, h, direction)).gradient;
  const Vectors behind = entry.compiled(moved(entry, input, -h, back)).gradient;
  const Vectors along = entry.hessian_times(input, direction);
  for (std::size_t n = 0; n < variables.size(); ++n) {
    const std::string &name = input.arguments[variables[n]].first;
    double largest = 0;
    for (double component : gradient[n])
      largest = std::max(largest, std::abs(component));
    for (std::size_t i = 0; i < along[n].size(); ++i) {
      const double difference = (ahead[n][i] - behind[n][i]) / (2 * h);
      findings.check(entry.name() + where + ", Hessian by " + name,
                     std::abs(along[n][i] - difference) /
                         (1e-8 * (1 + largest) + 1e-5 * std::abs(difference)),
                     "element " + std::to_string(i) + " is " + tools::number_text(along[n][i], 17) +
                         " instead of " + tools::number_text(difference, 17));
    }
  }
  const auto [uHv, size] = product(other, along);
  const auto [vHu, size_too] = product(direction, entry.hessian_times(input, other));
  findings.check(entry.name() + where + ", Hessian symmetric",
                 uHv == vHu ? 0 : std::abs(uHv - vHu) / (1e-10 * std::max(size, size_too)),
                 tools::number_text(uHv, 17) + " and " + tools::number_text(vHu, 17));
}

} // namespace

tools::Case coinciding(const CompiledEntry &entry, tools::Case input) {
  std::map<stdlib::Draw, tools::ArrayData *> firsts; // a variance is no point
  for (auto &[name, data] : input.arguments) {
    if (data.is_integer || data.scalar)
      continue;
    tools::ArrayData *&first = firsts[parameter_of(entry, name).draw];
    if (!first) {
      first = &data;
      const std::size_t row = data.reals.size() / static_cast<std::size_t>(data.shape[0]);
      if (firsts.size() == 1)
        std::copy_n(data.reals.begin(), row, data.reals.begin() + static_cast<std::ptrdiff_t>(row));
    } else if (data.shape.size() == first->shape.size() &&
               std::equal(data.shape.begin() + 1, data.shape.end(), first->shape.begin() + 1)) {
      std::copy_n(first->reals.begin(), std::min(first->reals.size(), data.reals.size()), data.reals.begin());
    }
  }
  return input;
}

void check_hessian(const CompiledEntry &entry, unsigned seed, Findings &findings) {
  std::mt19937 random(seed);
  const tools::Case input = entry.draw(random);
  if (entry.entry().smoothness == stdlib::Smoothness::detached || entry.variables(input).empty())
    return findings.skip();
  check_at(entry, input, "", random, findings);
  // What is C2 everywhere is so where points coincide.
  if (entry.entry().smoothness == stdlib::Smoothness::twice && entry.has_default_options())
    check_at(entry, coinciding(entry, input), " where points coincide", random, findings);
}

} // namespace mercer::test
