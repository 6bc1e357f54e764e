// Comparing arrays.
#include "Compare.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace mercer::test {

std::optional<std::string> difference(const std::vector<double> &given, const std::vector<double> &expected,
                                      double tolerance, bool relative) {
  if (given.size() != expected.size())
    return std::to_string(given.size()) + " elements instead of " + std::to_string(expected.size());
  double largest = 0;
  for (double value : expected)
    if (std::isfinite(value))
      largest = std::max(largest, std::abs(value));
  double scale = relative ? 0 : std::clamp(largest, 1e-4, 1.0);
  for (std::size_t i = 0; i < given.size(); ++i) {
    double a = given[i], b = expected[i];
    bool same = a == b || (std::isnan(a) && std::isnan(b)) ||
                (std::isfinite(b) && std::abs(a - b) <= tolerance * std::max(std::abs(b), scale));
    if (!same) {
      char text[120];
      std::snprintf(text, sizeof text, "element %zu is %.17g instead of %.17g", i, a, b);
      return text;
    }
  }
  return std::nullopt;
}

} // namespace mercer::test
