// How well predicted times order plans.
#pragma once

#include <string>

namespace mercer::bench {

/// Measures plans of a workload, or of all, that differ in one decision from the preferred one, and compares their order with that of
/// the predicted times. Of plans that are predicted to take the same time one is measured. `most`: other plans of a workload.
void compare_plans(const std::string &workload, int most);

} // namespace mercer::bench
