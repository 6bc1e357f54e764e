// Two ways to compute the same, in turn: ratios of their times.
#pragma once

#include "Hand.h"

namespace mercer::bench {

/// A program for a case, compiled; it has run once.
std::function<void()> compiled(const Case &at, int threads = 1, const char *target = "host", const std::string &plan = "");
/// A loop by hand. @throws Error(unsupported) where there is none
std::function<void()> by_hand(const std::string &workload, Case &at, const Isa &isa = avx512);

/// Of `rounds` pairs of times: their medians in seconds, and the ratio's median, least and greatest value.
struct Comparison {
  double ours, theirs, ratio, least, greatest;
  double difference; ///< relative, of the results' checksums
};
/// Two calls that compute the same case: the same memory, so that its pages favour neither.
Comparison compare(const Case &at, const std::function<void()> &ours, const std::function<void()> &theirs,
                   int rounds);

/// Prints a Markdown table: programs beside loops by hand. Of one workload, or of all where it is empty.
void compare_with_hand(const std::string &workload, int rounds);
/// Programs beside the same in another form.
void compare_with_rewritten(const std::string &workload, int rounds);
/// A plan, as `JitOptions::plan` takes it, beside the preferred one, for the processor `cpu`.
void compare_with_preferred(const std::string &workload, const std::string &plan, const std::string &cpu, int rounds);
/// One thread beside two.
void compare_threads(const std::string &workload, int rounds);

} // namespace mercer::bench
