#include "compiler/scheduling/Quantity.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace mercer::scheduling {

/// More terms say nothing to a reader: products drop those of the lowest degree.
static constexpr std::size_t most_terms = 48;

Quantity::Quantity(double number) { add({}, number); }

Quantity Quantity::symbol(unsigned id) {
  Quantity result;
  result.add({id}, 1);
  return result;
}

void Quantity::add(const std::vector<unsigned> &product, double coefficient) {
  auto [at, made] = terms_.try_emplace(product, 0.0);
  at->second += coefficient;
  if (at->second == 0)
    terms_.erase(at);
}

Quantity &Quantity::operator+=(const Quantity &other) {
  for (const auto &[product, coefficient] : other.terms_)
    add(product, coefficient);
  return *this;
}

Quantity Quantity::operator+(const Quantity &other) const {
  Quantity result = *this;
  return result += other;
}

Quantity Quantity::operator-(const Quantity &other) const { return *this + other * Quantity(-1); }

Quantity Quantity::operator*(const Quantity &other) const {
  Quantity result;
  for (const auto &[a, x] : terms_)
    for (const auto &[b, y] : other.terms_) {
      std::vector<unsigned> product(a.size() + b.size());
      std::merge(a.begin(), a.end(), b.begin(), b.end(), product.begin());
      result.add(product, x * y);
    }
  while (result.terms_.size() > most_terms)
    result.terms_.erase(
        std::min_element(result.terms_.begin(), result.terms_.end(),
                         [](const auto &a, const auto &b) { return a.first.size() < b.first.size(); }));
  return result;
}

std::optional<double> Quantity::constant() const {
  if (terms_.empty())
    return 0.0;
  if (terms_.size() == 1 && terms_.begin()->first.empty())
    return terms_.begin()->second;
  return std::nullopt;
}

unsigned Quantity::degree() const {
  std::size_t result = 0;
  for (const auto &[product, coefficient] : terms_)
    result = std::max(result, product.size());
  return static_cast<unsigned>(result);
}

// --- symbols -----------------------------------------------------------------------------------------

unsigned Symbols::add(Symbol symbol) {
  symbols_.push_back(std::move(symbol));
  return static_cast<unsigned>(symbols_.size() - 1);
}

Quantity Symbols::size(unsigned argument, unsigned dimension) {
  for (unsigned id = 0; id < symbols_.size(); ++id)
    if (symbols_[id].kind == Kind::size && symbols_[id].argument == argument &&
        symbols_[id].dimension == dimension)
      return Quantity::symbol(id);
  return Quantity::symbol(add({Kind::size, argument, dimension, {}, {}, {}, 0}));
}

Quantity Symbols::index(const std::string &name) {
  return Quantity::symbol(add({Kind::index, 0, 0, {}, {}, name, 0}));
}

/// Nobody reads a formula with more: what is made beyond that is one unknown.
static constexpr unsigned most_made = 256;

Quantity Symbols::unknown() {
  if (made_ > most_made)
    return Quantity::symbol(last_unknown_);
  ++made_;
  last_unknown_ = add({Kind::unknown, 0, 0, {}, {}, "?", 0});
  return Quantity::symbol(last_unknown_);
}

static double apply(Symbols::Kind kind, double a, double b) {
  switch (kind) {
  case Symbols::Kind::divided_up:
    return std::ceil(a / b);
  case Symbols::Kind::divided_down:
    return std::floor(a / b);
  case Symbols::Kind::minimum:
    return std::min(a, b);
  case Symbols::Kind::maximum:
    return std::max(a, b);
  default:
    return NAN;
  }
}

Quantity Symbols::made(Kind kind, const Quantity &a, const Quantity &b) {
  if (a.constant() && b.constant())
    return Quantity(apply(kind, *a.constant(), *b.constant()));
  if (kind == Kind::divided_up && b == Quantity(1))
    return a;
  if (made_ >= most_made)
    return unknown();
  for (const auto &[whole, rounded] :
       {std::pair(&a, &b), std::pair(&b, &a)}) // min(X, X rounded up to blocks)
    if (kind == Kind::minimum && rounded->terms().size() == 1) {
      const double length = rounded->terms().begin()->second;
      if (is_blocks(*rounded * Quantity(1 / length), *whole, length))
        return *whole;
    }
  for (unsigned id = 0; id < symbols_.size(); ++id)
    if (symbols_[id].kind == kind && symbols_[id].a == a && symbols_[id].b == b)
      return Quantity::symbol(id);
  unsigned depth = 0;
  for (const Quantity *operand : {&a, &b})
    for (const auto &[product, coefficient] : operand->terms())
      for (unsigned id : product)
        depth = std::max(depth, symbols_[id].depth + 1);
  if (depth > 5)
    return unknown();
  ++made_;
  return Quantity::symbol(add({kind, 0, 0, a, b, {}, depth}));
}

bool Symbols::mentions(const Quantity &quantity, unsigned index) const {
  for (const auto &[product, coefficient] : quantity.terms())
    for (unsigned id : product)
      if (id == index || mentions(symbols_[id].a, index) || mentions(symbols_[id].b, index))
        return true;
  return false;
}

Quantity Symbols::replaced(const Quantity &quantity, const Quantity &index, const Quantity &value) {
  const unsigned id = index.terms().begin()->first[0];
  if (!mentions(quantity, id))
    return quantity;
  Quantity result;
  for (const auto &[product, coefficient] : quantity.terms()) {
    Quantity term(coefficient);
    for (unsigned factor : product) {
      if (factor == id) {
        term = term * value;
      } else if (mentions(Quantity::symbol(factor), id)) {
        const Symbol symbol = symbols_[factor];
        term = term * made(symbol.kind, replaced(symbol.a, index, value), replaced(symbol.b, index, value));
      } else {
        term = term * Quantity::symbol(factor);
      }
    }
    result += term;
  }
  return result;
}

Quantity Symbols::greatest(const Quantity &quantity, const Quantity &index, const Quantity &lower,
                           const Quantity &upper) {
  Quantity result;
  for (const auto &[product, coefficient] : quantity.terms()) {
    Quantity term(coefficient);
    for (unsigned id : product)
      term = term * Quantity::symbol(id);
    result += replaced(term, index, coefficient > 0 ? upper - Quantity(1) : lower);
  }
  return result;
}

Quantity Symbols::least(const Quantity &quantity, const Quantity &index, const Quantity &lower,
                        const Quantity &upper) {
  return greatest(quantity * Quantity(-1), index, lower, upper) * Quantity(-1);
}

/// Sum of n^power over 0 <= n < end.
static Quantity sum_of_powers(unsigned power, const Quantity &end) {
  const Quantity two = end * end, three = two * end;
  switch (power) {
  case 0:
    return end;
  case 1:
    return two * 0.5 - end * 0.5;
  case 2:
    return three * (1.0 / 3) - two * 0.5 + end * (1.0 / 6);
  case 3:
    return three * end * 0.25 - three * 0.5 + two * 0.25;
  default: // the leading term
    Quantity result(1.0 / (power + 1));
    for (unsigned n = 0; n <= power; ++n)
      result = result * end;
    return result;
  }
}

/// Is it floor((whole + length - 1) / length) or ceil(whole / length)?
bool Symbols::is_blocks(const Quantity &count, const Quantity &whole, double length) const {
  if (count.terms().size() != 1 || count.terms().begin()->first.size() != 1 ||
      count.terms().begin()->second != 1)
    return false;
  const Symbol &symbol = symbols_[count.terms().begin()->first[0]];
  return (symbol.kind == Kind::divided_down && symbol.b == Quantity(length) &&
          symbol.a == whole + Quantity(length - 1)) ||
         (symbol.kind == Kind::divided_up && symbol.b == Quantity(length) && symbol.a == whole);
}

std::optional<Quantity> Symbols::sum_of_block_ends(unsigned id, const Quantity &index, const Quantity &lower,
                                                   const Quantity &upper) const {
  const Symbol &symbol = symbols_[id];
  if (symbol.kind != Kind::minimum || !lower.is_zero())
    return std::nullopt;
  for (const auto &[end, whole] : {std::pair(&symbol.a, &symbol.b), std::pair(&symbol.b, &symbol.a)}) {
    const auto at = end->terms().find(index.terms().begin()->first);
    const double length = at == end->terms().end() ? 0 : at->second;
    if (length > 0 && *end == (index + Quantity(1)) * Quantity(length) && is_blocks(upper, *whole, length))
      return sum_of_powers(1, upper) * Quantity(length) + *whole;
  }
  return std::nullopt;
}

Quantity Symbols::sum(const Quantity &quantity, const Quantity &index, const Quantity &lower,
                      const Quantity &upper) {
  const unsigned id = index.terms().begin()->first[0];
  if (!mentions(quantity, id))
    return quantity * (upper - lower);
  Quantity result;
  for (const auto &[product, coefficient] : quantity.terms()) {
    unsigned power = 0;
    std::vector<unsigned> functions;
    Quantity rest(coefficient);
    for (unsigned factor : product) {
      if (factor == id)
        ++power;
      else if (mentions(Quantity::symbol(factor), id))
        functions.push_back(factor);
      else
        rest = rest * Quantity::symbol(factor);
    }
    std::optional<Quantity> ends;
    if (power == 0 && functions.size() == 1)
      ends = sum_of_block_ends(functions[0], index, lower, upper);
    if (ends) {
      result += rest * *ends;
      continue;
    }
    for (unsigned function : functions)
      rest = rest * replaced(Quantity::symbol(function), index, (lower + upper) * 0.5);
    result += rest * (sum_of_powers(power, upper) - sum_of_powers(power, lower));
  }
  return result;
}

// --- text and numbers --------------------------------------------------------------------------------

std::string Symbols::next_letter() {
  static constexpr char letters[] = "nmkdlpqrstuvw";
  static constexpr unsigned count = sizeof(letters) - 1;
  for (;;) {
    const unsigned n = lettered_++;
    const std::string letter = letters[n % count] + (n < count ? std::string() : std::to_string(n / count));
    if (std::none_of(symbols_.begin(), symbols_.end(),
                     [&](const Symbol &symbol) { return symbol.letter == letter; }))
      return letter;
  }
}

std::string Symbols::name(unsigned id) {
  if (symbols_[id].letter.empty() && symbols_[id].kind == Kind::size)
    symbols_[id].letter = next_letter();
  const Symbol symbol = symbols_[id];
  const std::string both = "(" + text(symbol.a) + ", " + text(symbol.b) + ")";
  const std::string dividend = symbol.a.terms().size() > 1 ? "(" + text(symbol.a) + ")" : text(symbol.a);
  switch (symbol.kind) {
  case Kind::divided_up:
    return "ceil(" + dividend + " / " + text(symbol.b) + ")";
  case Kind::divided_down:
    return "floor(" + dividend + " / " + text(symbol.b) + ")";
  case Kind::minimum:
    return "min" + both;
  case Kind::maximum:
    return "max" + both;
  default:
    return symbol.letter;
  }
}

std::string Symbols::text(const Quantity &quantity) {
  if (quantity.is_zero())
    return "0";
  std::vector<std::pair<std::vector<unsigned>, double>> terms(quantity.terms().begin(),
                                                              quantity.terms().end());
  std::sort(terms.begin(), terms.end(), [](const auto &a, const auto &b) {
    return a.first.size() != b.first.size() ? a.first.size() > b.first.size() : a.first < b.first;
  });
  std::string result;
  for (const auto &[product, coefficient] : terms) {
    const double size = std::abs(coefficient);
    if (!result.empty())
      result += coefficient < 0 ? " - " : " + ";
    else if (coefficient < 0)
      result += "-";
    if (size != 1 || product.empty()) {
      char number[32];
      std::snprintf(number, sizeof number, size == std::floor(size) && size < 1e15 ? "%.0f" : "%.4g", size);
      result += number;
      result += product.empty() ? "" : " ";
    }
    for (std::size_t n = 0, power; n < product.size(); n += power) {
      power = static_cast<std::size_t>(std::count(product.begin(), product.end(), product[n]));
      result += (n == 0 ? "" : " ") + name(product[n]);
      if (power > 1)
        result += "^" + std::to_string(power);
    }
  }
  return result;
}

std::optional<double> Symbols::signed_value(const Quantity &quantity, const SizeOf &sizes) const {
  double result = 0;
  for (const auto &[product, coefficient] : quantity.terms()) {
    double term = coefficient;
    for (unsigned id : product) {
      const Symbol &symbol = symbols_[id];
      std::optional<double> factor;
      if (symbol.kind == Kind::size) {
        if (const std::optional<std::int64_t> size =
                sizes ? sizes(symbol.argument, symbol.dimension) : std::nullopt)
          factor = static_cast<double>(*size);
      } else if (symbol.kind != Kind::index && symbol.kind != Kind::unknown) {
        const std::optional<double> a = signed_value(symbol.a, sizes), b = signed_value(symbol.b, sizes);
        if (a && b)
          factor = apply(symbol.kind, *a, *b);
      }
      if (!factor)
        return std::nullopt;
      term *= *factor;
    }
    result += term;
  }
  return result;
}

std::optional<double> Symbols::value(const Quantity &quantity, const SizeOf &sizes) const {
  const std::optional<double> result = signed_value(quantity, sizes);
  return result ? std::optional(std::max(0.0, *result)) : std::nullopt;
}

std::vector<Symbols::Letter> Symbols::letters() const {
  std::vector<Letter> result;
  for (const Symbol &symbol : symbols_)
    if (symbol.kind == Kind::size && !symbol.letter.empty())
      result.push_back({symbol.letter, symbol.argument, symbol.dimension});
  return result;
}

} // namespace mercer::scheduling
