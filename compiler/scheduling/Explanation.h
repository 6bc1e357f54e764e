// A plan in words, with its amounts as formulas: numbers follow when sizes are known. No LLVM.
#pragma once

#include "compiler/scheduling/Forecast.h"
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
  /// A nest, and after it a line with its time where all sizes are known.
  void time(NestForecast nest, unsigned indent);
  /// A line with the time of all nests so far.
  void wholeTime(unsigned indent);

  /// `measured`: seconds of each nest with these sizes; empty: not known.
  std::string text(const SizeOf &sizes = {}, const std::vector<double> &measured = {}) const;
  /// Of each nest; empty where a size is not known.
  std::vector<Prediction> predictions(const SizeOf &sizes) const;

  Symbols symbols;
  Machine machine; ///< that times are predicted for, but its core: that of the host, with these vectors
  unsigned vectorBits = 512;

private:
  struct Piece {
    std::string text;
    std::optional<Quantity> number = {}; ///< after the text
    Unit unit = Unit::operations;
    enum { none, nest, whole } time = none; ///< `text` is what stands before a time
  };

  std::string title_;
  std::vector<std::string> arguments_;
  std::vector<Piece> pieces_;
  std::vector<NestForecast> nests_;
};

/// An amount for people: 12, 3.4e9, 5.6 MB.
std::string in_words(double amount, Explanation::Unit unit);
/// 7.8 us, 1.2 ms, 3.4 s.
std::string seconds_in_words(double seconds);

} // namespace mercer::scheduling
