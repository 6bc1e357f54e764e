// The decisions that a plan is made of. No LLVM.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mercer::scheduling {

/// One decision: what it is about, what could be taken, what the scheduler's rules prefer and what was taken.
struct Choice {
  std::string name; ///< "jam.2": the third decision of its kind
  std::vector<std::string> options;
  std::size_t preferred, taken;
  bool keepsBits; ///< results have the same bits whatever is taken
};

/// Where the scheduler asks at each decision. It takes what it prefers, unless the plan is given as text:
///
///     lanes.0=j jam.1=4    decisions by name; the others as preferred
///     jam=4                all of a kind that have the option
///     random 17            drawn, the same for the same number; `random 17 same-bits`: only those that keep bits
///
/// Later decisions may depend on earlier ones, so such a text belongs to one program.
class Choices {
public:
  Choices() = default;
  /// What is wrong with a text, whatever the program; empty: nothing.
  static std::string mistakeIn(const std::string &text);
  explicit Choices(const std::string &text);

  /// Makes a decision; returns what to take.
  std::size_t choose(const std::string &kind, std::vector<std::string> options, std::size_t preferred, bool keepsBits);
  /// The same for numbers.
  std::int64_t chooseNumber(const std::string &kind, const std::vector<std::int64_t> &options, std::int64_t preferred, bool keepsBits);
  bool decide(const std::string &kind, bool preferred, bool keepsBits);

  const std::vector<Choice> &made() const { return made_; }
  /// The decisions that were not as preferred.
  std::string text() const;
  /// A decision by name that was given but never asked for, or an option that it does not have; empty: none.
  std::string unused() const;

private:
  struct Given {
    std::string value;
    bool used = false;
  };
  std::map<std::string, Given> given_;
  std::optional<std::uint64_t> seed_;
  bool sameBits_ = false;
  std::map<std::string, unsigned> counts_;
  std::vector<Choice> made_;
};

} // namespace mercer::scheduling
