// How the pieces of an expression are written: Unicode text, LaTeX or MathML. The printer decides what is written, and where
// brackets stand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mercer::dsl {

/// How tightly the outermost operator of a text binds. A reduction stands before a product and takes all of it.
enum Binding { lowest, logical_or, logical_and, comparison, additive, prefix, multiplicative, unary, atom };

struct Text {
  std::string text;
  Binding binding = atom;
};

class Notation {
public:
  virtual ~Notation() = default;

  /// Are fractions, exponents and roots laid out in two dimensions, so that what is in them needs no brackets?
  virtual bool is_stacked() const = 0;
  /// Texts beyond this length are given a name and written apart.
  virtual std::size_t part_size() const { return 4096; }
  /// The whole formula, with the definitions of its parts.
  virtual std::string whole(const std::string &formula, const std::vector<std::string> &parts) const = 0;

  virtual Text constant(double value) const = 0;
  virtual std::string integer(std::int64_t value) const = 0;
  virtual std::string truth(bool value) const = 0;
  /// Of an index, a scalar or a tensor.
  virtual std::string name(const std::string &name) const = 0;
  /// A name with this many primes, which may be none.
  virtual std::string primed(const std::string &name, std::size_t primes) const { return name + std::string(primes, '\''); }
  virtual std::string part_name(std::size_t number) const = 0;
  /// Of a function or a reduction that has no sign of its own.
  virtual std::string function(std::string_view name) const = 0;
  virtual std::string dot() const = 0;

  virtual std::string enclosed(const std::string &text) const = 0;
  virtual std::string list(const std::vector<std::string> &texts) const = 0;
  virtual std::string call(std::string_view name, const std::vector<std::string> &operands) const = 0;
  virtual std::string extent(const std::string &index) const = 0;
  /// `sign` is Unicode: "+", "≤", "mod"; "" multiplies.
  virtual std::string infix(const std::string &left, std::string_view sign, const std::string &right) const = 0;
  virtual std::string fraction(const std::string &above, const std::string &below) const = 0;
  virtual std::string negative(const std::string &text) const = 0;
  virtual std::string negation(const std::string &text) const = 0;
  virtual std::string power(const std::string &base, const std::string &exponent) const = 0;
  virtual std::string square(const std::string &base) const { return power(base, "2"); }
  virtual std::string root(const std::string &text) const = 0;
  virtual std::string magnitude(const std::string &text) const = 0;
  virtual std::string floor_ratio(const std::string &above, const std::string &below) const = 0;
  virtual std::string subscripted(const std::string &name, const std::vector<std::string> &subscripts) const = 0;
  /// `condition` and `note` may be empty; so may `body`, of a count.
  virtual std::string reduction(std::string_view name, const std::vector<std::string> &over, const std::string &condition,
                                const std::string &note, const std::string &body) const = 0;
  virtual std::string tangent(const std::vector<std::string> &along, const std::string &body) const = 0;
  /// The partial derivative of `body` by `by`.
  virtual std::string partial(const std::string &body, const std::string &by) const = 0;
  virtual std::string at(const std::string &text, const std::string &variable, const std::string &point) const = 0;
};

const Notation &unicode();
const Notation &latex();
const Notation &mathml();

/// The shortest decimal number that reads back as `value`, of 6 digits at least.
std::string decimal(double value);

} // namespace mercer::dsl
