// Times, memory and checksums of one workload.
#pragma once

#include "Floors.h"

#include <functional>

namespace mercer::bench {

struct Measurement {
  std::string workload, peer, version, size;
  int threads = 1, repeats = 0;
  double first_call = 0, median = 0, least = 0, other_load = 0, peak_megabytes = 0;
  double value = 0, gradient_norm = 0;
  bool has_gradient = false;
  double predicted = 0, planned_operations = 0, least_operations = 0, bytes = 0;
  Rates rates;
  std::string json() const;
};

/// Runs `first` (which compiles and runs once) and then `call` at least `repeats` times; in a child before, for the memory, `prepare` (which
/// compiles) and `call`.
Measurement measure(const Case &at, const std::function<void()> &prepare, const std::function<void()> &first,
                    const std::function<void()> &call);

/// A figure that a child of this process finds; negative when it fails.
double in_child(const std::function<double()> &figure);
/// Seconds, of a steady clock.
double now();
double seconds_of(const std::function<void()> &call);
/// The processors that this process may use, limited to `threads`.
void pin(int threads);

} // namespace mercer::bench
