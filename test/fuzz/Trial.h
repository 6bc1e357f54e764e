// Runs cases in processes of their own, so that a crash, a hang or a damaged heap ends a case and not the
// test.
#pragma once

#include "Check.h"

#include <functional>
#include <optional>

namespace mercer::fuzz {

/// Figures of the cases that a process has run.
struct Tally {
  std::int64_t cases = 0, refused = 0, undecided = 0, elements = 0, undecidedElements = 0;
  std::int64_t nodes = 0, errors = 0, withDerivatives = 0;
};

/// The first case that failed.
struct Failure {
  std::int64_t number;
  Verdict verdict;
  std::string text;
};

/// Runs cases number `first` to `last - 1` in a process of its own until one fails. `limit`: seconds for one
/// case.
std::optional<Failure> runCases(const std::function<Case(std::int64_t)> &caseOf, std::int64_t first,
                                std::int64_t last, unsigned limit, Tally &tally);

} // namespace mercer::fuzz
