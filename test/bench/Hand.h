// Loops by hand for some workloads.
#pragma once

#include "Workloads.h"

#include <functional>

namespace mercer::bench {

/// A call that computes the case into its outputs by a hand-written loop; empty where there is none, or where
/// this processor lacks AVX-512.
std::function<void()> hand_written(const std::string &workload, Case &at);

} // namespace mercer::bench
