// Drawings of entries: the value, and its derivative, along one number.
#pragma once

#include "mercer/stdlib/Registry.h"

#include <string>
#include <vector>

namespace mercer::tools {

/// The value of an entry and the derivative of its sum where one number changes.
struct Curve {
  std::string title;        ///< the entry
  std::string across;       ///< the number that changes: "x(0, 0)"
  std::vector<double> at, value, slope;
};

/// Of a kernel k(x, 0) on a line; of another entry its known case, with the first element of its first real input changing.
/// @throws Error(unsupported) for an entry without such an input or without a known case
Curve curve_of(const stdlib::EntryInfo &entry);

/// The drawing as SVG, 640 by 400.
std::string svg_of(const Curve &curve);

} // namespace mercer::tools
