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

std::string seconds_in_words(double seconds) {
  char text[64];
  const char *unit = seconds < 1e-3 ? "us" : seconds < 1 ? "ms" : "s";
  std::snprintf(text, sizeof text, "%.3g %s", seconds * (seconds < 1e-3 ? 1e6 : seconds < 1 ? 1e3 : 1), unit);
  return text;
}

Explanation &Explanation::operator<<(const std::string &text) {
  pieces_.push_back({text});
  return *this;
}

void Explanation::amount(const Quantity &quantity, Unit unit) {
  if (const std::optional<double> number = quantity.constant())
    *this << in_words(*number, unit) + (unit == Unit::operations ? " operations" : "");
  else
    pieces_.push_back(
        {symbols.text(quantity) + (unit == Unit::operations ? " operations" : " bytes"), quantity, unit});
}

void Explanation::time(NestForecast nest, unsigned indent) {
  nests_.push_back(std::move(nest));
  pieces_.push_back({std::string(indent, ' ')});
  pieces_.back().time = Piece::nest;
}

void Explanation::wholeTime(unsigned indent) {
  pieces_.push_back({std::string(indent, ' ')});
  pieces_.back().time = Piece::whole;
}

std::vector<Prediction> Explanation::predictions(const SizeOf &sizes) const {
  // The host is measured only when it is asked for.
  const bool known = !predict(nests_, symbols, sizes, machine, Rates{1, {1, 1, 1}}).empty();
  if (!known)
    return {};
  Machine host = machine;
  host.core = hostCore(vectorBits);
  return predict(nests_, symbols, sizes, host, hostRates());
}

std::string Explanation::text(const SizeOf &sizes, const std::vector<double> &measured) const {
  std::string result = title_, legend;
  for (const Symbols::Letter &letter : symbols.letters()) {
    legend += (legend.empty() ? "  " : ", ") + letter.letter + " = size " + std::to_string(letter.dimension) +
              " of " + arguments_[letter.argument];
    if (const std::optional<std::int64_t> size =
            sizes ? sizes(letter.argument, letter.dimension) : std::nullopt)
      legend += " = " + std::to_string(*size);
  }
  result += legend.empty() ? legend : legend + "\n";
  const std::vector<Prediction> times = predictions(sizes);
  double all = 0, all_measured = 0;
  std::size_t nest = 0;
  auto beside = [&](double seconds) { return measured.empty() ? std::string() : ", measured " + seconds_in_words(seconds); };
  for (const Piece &piece : pieces_) {
    if (piece.time == Piece::none)
      result += piece.text;
    else if (!times.empty() && piece.time == Piece::whole)
      result += piece.text + "about " + seconds_in_words(all) + " on one thread" + beside(all_measured) + "\n";
    if (!times.empty() && piece.time == Piece::nest) {
      const double own = nest < measured.size() ? measured[nest] : 0;
      all += times[nest].seconds, all_measured += own;
      result += piece.text + "about " + seconds_in_words(times[nest].seconds) + " on one thread, bound by " +
                in_words(times[nest].bound) + beside(own) + "\n";
      ++nest;
    }
    const std::optional<double> value = piece.number ? symbols.value(*piece.number, sizes) : std::nullopt;
    if (value)
      result += " = " + in_words(*value, piece.unit);
  }
  return result;
}

} // namespace mercer::scheduling
