// What a workload cannot go below: its operations at the rate of the multipliers, its bytes at the rate of a
// copy.
#pragma once

#include "Workloads.h"

namespace mercer::bench {

struct Rates {                    ///< measured, of all threads together
  double fused_multiply_adds = 0; ///< a second; 0: not known on this processor
  double copied_bytes = 0;        ///< read and written, a second
};
/// Measured once in a process, in a quarter of a second.
const Rates &rates(int threads);

/// Of inputs and outputs, each once.
double bytes(const Case &at);
/// Of the plan, as `explain` counts them: instructions on one element.
double planned_operations(const Case &at, const Function &f);
/// The time that `explain` predicts; 0: it does not say one.
double predicted_seconds(const Case &at, const Function &f);

} // namespace mercer::bench
