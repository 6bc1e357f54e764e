// The rules of test/numeric/oracle/README.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mercer::test {

/// What differs, or nothing. `relative`: the value must be right relative to itself.
std::optional<std::string> difference(const std::vector<double> &given, const std::vector<double> &expected,
                                      double tolerance, bool relative = false);

} // namespace mercer::test
