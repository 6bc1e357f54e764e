// Directions.
#include "Directions.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mercer::test {

const stdlib::ParameterInfo &parameter_of(const CompiledEntry &entry, const std::string &input) {
  const auto &parameters = entry.entry().parameters;
  return *std::find_if(parameters.begin(), parameters.end(),
                       [&](const stdlib::ParameterInfo &parameter) { return parameter.name == input; });
}

Vectors draw_direction(const CompiledEntry &entry, const tools::Case &input, std::mt19937 &random) {
  std::uniform_real_distribution<double> uniform(-1, 1);
  Vectors result;
  for (std::size_t position : entry.variables(input)) {
    const auto &[name, data] = input.arguments[position];
    std::vector<double> &direction = result.emplace_back(data.reals.size());
    for (double &component : direction)
      component = uniform(random);
    if (parameter_of(entry, name).draw != stdlib::Draw::probability)
      continue;
    const std::int64_t row = data.shape.back();
    for (auto start = direction.begin(); start != direction.end(); start += row) {
      const double mean = std::accumulate(start, start + row, 0.0) / static_cast<double>(row);
      std::for_each(start, start + row, [&](double &component) { component -= mean; });
    }
  }
  return result;
}

tools::Case moved(const CompiledEntry &entry, const tools::Case &input, double length, Vectors &direction) {
  tools::Case result = input;
  const std::vector<std::size_t> variables = entry.variables(input);
  for (std::size_t n = 0; n < variables.size(); ++n)
    for (std::size_t i = 0; i < direction[n].size(); ++i) {
      double &x = result.arguments[variables[n]].second.reals[i];
      direction[n][i] *= std::max(1.0, std::abs(x));
      x += length * direction[n][i];
    }
  return result;
}

} // namespace mercer::test
