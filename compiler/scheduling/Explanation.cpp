#include "compiler/scheduling/Explanation.h"

#include <cmath>
#include <cstdio>

namespace mercer::scheduling {

std::string in_words(double amount, Explanation::Unit unit) {
  char text[64];
  if (unit == Explanation::Unit::operations) {
    std::snprintf(text, sizeof text, amount < 1e6 ? "%.0f" : "%.3g", amount);
    return text;
  }
  static constexpr const char *names[] = {"B", "KB", "MB", "GB", "TB", "PB", "EB"};
  std::size_t n = 0;
  for (; amount >= 1000 && n + 1 < std::size(names); ++n)
    amount /= 1000;
  std::snprintf(text, sizeof text, "%.3g %s", amount, names[n]);
  return text;
}

Explanation &Explanation::operator<<(const std::string &text) {
  pieces_.push_back({text, std::nullopt, Unit::operations});
  return *this;
}

void Explanation::amount(const Quantity &quantity, Unit unit) {
  if (const std::optional<double> number = quantity.constant())
    *this << in_words(*number, unit) + (unit == Unit::operations ? " operations" : "");
  else
    pieces_.push_back(
        {symbols.text(quantity) + (unit == Unit::operations ? " operations" : " bytes"), quantity, unit});
}

std::string Explanation::text(const SizeOf &sizes) const {
  std::string result = title_, legend;
  for (const Symbols::Letter &letter : symbols.letters()) {
    legend += (legend.empty() ? "  " : ", ") + letter.letter + " = size " + std::to_string(letter.dimension) +
              " of " + arguments_[letter.argument];
    if (const std::optional<std::int64_t> size =
            sizes ? sizes(letter.argument, letter.dimension) : std::nullopt)
      legend += " = " + std::to_string(*size);
  }
  result += legend.empty() ? legend : legend + "\n";
  for (const Piece &piece : pieces_) {
    result += piece.text;
    const std::optional<double> value = piece.number ? symbols.value(*piece.number, sizes) : std::nullopt;
    if (value)
      result += " = " + in_words(*value, piece.unit);
  }
  return result;
}

} // namespace mercer::scheduling
