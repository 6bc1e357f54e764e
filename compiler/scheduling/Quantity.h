// Amounts as formulas in the sizes of a call: 2 n m k + 7 n m. No LLVM, so that who runs a program can
// evaluate them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mercer::scheduling {

/// The size of a dimension of an argument of the plan, where it is known: inputs first, then outputs.
using SizeOf = std::function<std::optional<std::int64_t>(unsigned argument, unsigned dimension)>;

/// A polynomial with real coefficients in the symbols of one `Symbols`.
class Quantity {
public:
  Quantity() = default;
  Quantity(double number); ///< a constant

  static Quantity symbol(unsigned id);

  Quantity &operator+=(const Quantity &other);
  Quantity operator+(const Quantity &other) const;
  Quantity operator-(const Quantity &other) const;
  Quantity operator*(const Quantity &other) const;
  bool operator==(const Quantity &) const = default;

  bool is_zero() const { return terms_.empty(); }
  std::optional<double> constant() const; ///< none when it has a symbol
  unsigned degree() const;
  /// Coefficient of each product of symbols; the ids are sorted, one for each power.
  const std::map<std::vector<unsigned>, double> &terms() const { return terms_; }

private:
  void add(const std::vector<unsigned> &product, double coefficient);

  std::map<std::vector<unsigned>, double> terms_;
};

/// What the symbols of quantities stand for.
class Symbols {
public:
  /// What a symbol that is no size is made of.
  enum class Kind { size, index, divided_up, divided_down, minimum, maximum, unknown };

  /// A size; the same one each time. It gets its letter when it is first printed.
  Quantity size(unsigned argument, unsigned dimension);
  /// A variable that `sum` removes; its name is no letter of a size.
  Quantity index(const std::string &name);
  Quantity unknown();
  /// A function of quantities that is no polynomial; of functions at most five deep, else unknown.
  Quantity made(Kind kind, const Quantity &a, const Quantity &b);

  /// Sum of `quantity` over lower <= index < upper. Exact for polynomials, and for min(L index + L, X), the
  /// end of a block, over the blocks of length L of X. Another function of the index that is no polynomial is
  /// taken at the middle.
  Quantity sum(const Quantity &quantity, const Quantity &index, const Quantity &lower, const Quantity &upper);
  /// The extreme values for lower <= index < upper, of each term by itself.
  Quantity least(const Quantity &quantity, const Quantity &index, const Quantity &lower,
                 const Quantity &upper);
  Quantity greatest(const Quantity &quantity, const Quantity &index, const Quantity &lower,
                    const Quantity &upper);

  /// The formula, as in 2 n m + 3.
  std::string text(const Quantity &quantity);
  /// The number, where all sizes are known. Not negative.
  std::optional<double> value(const Quantity &quantity, const SizeOf &sizes) const;
  /// The letters so far: (letter, argument, dimension).
  struct Letter {
    std::string letter;
    unsigned argument, dimension;
  };
  std::vector<Letter> letters() const;

private:
  struct Symbol {
    Kind kind;
    unsigned argument = 0, dimension = 0;
    Quantity a, b;
    std::string letter;
    unsigned depth = 0; ///< of functions in functions
  };

  unsigned add(Symbol symbol);
  bool mentions(const Quantity &quantity, unsigned index) const;
  bool is_blocks(const Quantity &count, const Quantity &whole, double length) const;
  std::optional<Quantity> sum_of_block_ends(unsigned id, const Quantity &index, const Quantity &lower,
                                            const Quantity &upper) const;
  Quantity replaced(const Quantity &quantity, const Quantity &index, const Quantity &value);
  std::string name(unsigned id);
  std::string next_letter();
  std::optional<double> signed_value(const Quantity &quantity, const SizeOf &sizes) const;

  std::vector<Symbol> symbols_;
  unsigned lettered_ = 0, made_ = 0, last_unknown_ = 0;
};

} // namespace mercer::scheduling
