// Loops by hand for some workloads.
#pragma once

#include "Workloads.h"

#include <functional>
#include <string>
#include <vector>

namespace mercer::bench {

/// What programs are compiled for and loops written for.
struct Isa {
  const char *name;   ///< "AVX-512"
  const char *target; ///< JitOptions::target
};
inline constexpr Isa avx512{"AVX-512", "host"}, avx2{"AVX2", "haswell"}, amx{"AMX", "host"};

/// Whether this processor has the instructions.
bool runs(const Isa &isa);

/// A call that computes the case into its outputs by a hand-written loop; empty where there is none, or where
/// this processor lacks the instructions.
std::function<void()> hand_written(const std::string &workload, Case &at, const Isa &isa = avx512);

/// The one of those with target "host" that a workload's loop is written for.
const Isa &host_isa(const std::string &workload);

/// A row of the table: how many times a loop's time the compiled program may take.
struct Target {
  const char *workload;
  const Isa &isa;
  double limit;
};
const std::vector<Target> &targets();

} // namespace mercer::bench
