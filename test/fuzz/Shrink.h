// Makes a failing case smaller while it still fails in the same way.
#pragma once

#include "Tree.h"

#include <functional>

namespace mercer::fuzz {

/// Cuts expressions, outputs, derivatives, sizes, types and layouts. `fails`: does a case fail as the first
/// one did? Stops after some seconds.
Case shrink(Case test, const std::function<bool(const Case &)> &fails, double seconds);

} // namespace mercer::fuzz
