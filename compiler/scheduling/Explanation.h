// A plan in words, with its amounts as formulas: numbers follow when sizes are known. No LLVM.
#pragma once

#include "compiler/scheduling/Quantity.h"

namespace mercer::scheduling {

class Explanation {
public:
  enum class Unit { operations, bytes };

  /// `arguments`: names, for the legend of the formulas' letters, which stands after the title.
  Explanation(std::string title, std::vector<std::string> arguments)
      : title_(std::move(title)), arguments_(std::move(arguments)) {}

  Explanation &operator<<(const std::string &text);
  /// An amount; as a number too where it has no symbol or the sizes are given.
  void amount(const Quantity &quantity, Unit unit);

  std::string text(const SizeOf &sizes = {}) const;

  Symbols symbols;

private:
  struct Piece {
    std::string text;
    std::optional<Quantity> number; ///< after the text
    Unit unit;
  };

  std::string title_;
  std::vector<std::string> arguments_;
  std::vector<Piece> pieces_;
};

/// An amount for people: 12, 3.4e9, 5.6 MB.
std::string in_words(double amount, Explanation::Unit unit);

} // namespace mercer::scheduling
