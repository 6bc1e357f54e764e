// What a check of one promise finds, beside what is known.
#pragma once

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace mercer::test {

/// A row of known.tsv: a case that does not hold yet, why, and how far it may be off.
struct KnownCase {
  std::string id, what, cause;
  double bound = 0;
};

/// The rows of a file. @throws std::runtime_error naming a line that is not "id, case, cause, bound"
std::vector<KnownCase> read_known(const std::string &path);

/// The cases of one promise: how many were checked, the worst figure of each that does not hold.
class Findings {
public:
  /// `figure` is the error over the allowed one: the case holds up to 1. `text` says what was given.
  void check(const std::string &what, double figure, const std::string &text);
  /// Something that is right or wrong.
  void expect(const std::string &what, bool right, const std::string &text) {
    check(what, right ? 0 : HUGE_VAL, text);
  }
  /// A case that could not be decided (at a kink, ill-conditioned): counted.
  void skip() { ++skipped_; }

  /// Prints what is wrong and not known, and known rows that hold now by a margin. @returns whether there is neither
  bool report(const std::string &id, const std::vector<KnownCase> &known) const;

private:
  struct Wrong {
    double figure;
    std::string text;
  };
  std::map<std::string, Wrong> wrong_;
  std::set<std::string> near_; ///< cases that hold with more than half of the allowed error
  std::size_t checked_ = 0, skipped_ = 0;
  double worst_ = 0;
};

} // namespace mercer::test
