// The language: indices, tensors, expressions.
#pragma once

#include "mercer/dsl/DType.h"
#include "mercer/dsl/Error.h"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace mercer {

class Expr;
class Scalar;
class Tensor;
struct ExprNode;
struct IndexNode;
struct TensorNode;

/// What a value is. Real values get their element type when a program is compiled.
enum class Kind { real, integer, boolean };
inline constexpr Kind real = Kind::real, integer = Kind::integer, boolean = Kind::boolean;

/// A loop variable. Its identity is the object's (copies are the same index); the name is for people.
/// A reduction, an output or a definition binds it for the text inside (lexical scope, as a paper's sum
/// does): the same index may be bound again elsewhere with another extent. Its range is 0 .. extent-1;
/// without `extent`, the size of the tensor dimensions that it subscripts alone inside its binder, which must
/// all agree: checked when called, the message names both tensors and places. One that subscripts nothing
/// needs `extent`
/// (`unknown_extent` when the program is built says so and suggests `extent(x, 0)`). A given extent may
/// depend on constants, sizes and integer scalars (ranges that depend on data or on outer indices are
/// predicates), may be smaller than a dimension (larger is `extent_mismatch`), and is 0 when negative. As a
/// value an index is an integer.
class Index {
public:
  explicit Index(std::string_view name, std::source_location where = std::source_location::current());
  Index(std::string_view name, Expr extent, std::source_location where = std::source_location::current());
  const std::string &name() const;
  const std::shared_ptr<const IndexNode> &node() const { return node_; }

private:
  std::shared_ptr<const IndexNode> node_;
};

/// One or more indices, as reductions and outputs take them: `sum(k, ...)`, `sum({i, j}, ...)`.
class Indices {
public:
  Indices(Index one);
  Indices(std::initializer_list<Index> several);
  Indices(std::vector<Index> several);
  const std::vector<Index> &list() const { return indices_; }

private:
  std::vector<Index> indices_;
};

/// A scalar value that depends on its free indices. Immutable; a handle, cheap to copy. Using one
/// handle in several places means one computation.
class Expr {
public:
  /// A constant: floating types are real, integers integer, bool boolean. Nothing else converts.
  template <class Number>
    requires std::is_arithmetic_v<Number>
  Expr(Number value, std::source_location where = std::source_location::current())
      : Expr(constant(value, where)) {}
  Expr(Index index,
       std::source_location where = std::source_location::current()); ///< the index as an integer
  Expr(const Scalar &scalar, std::source_location where = std::source_location::current());
  explicit Expr(std::shared_ptr<const ExprNode> node) : node_(std::move(node)) {}

  Kind kind() const;
  std::vector<Index> free_indices() const;

  explicit operator bool() const = delete; // a condition on data is an expression: where(), predicates

  const std::shared_ptr<const ExprNode> &node() const { return node_; }

private:
  template <class Number>
  static Expr constant(Number value, std::source_location where) {
    if constexpr (std::is_same_v<Number, bool>)
      return boolean_constant(value, where);
    else if constexpr (std::is_floating_point_v<Number>)
      return real_constant(static_cast<double>(value), where);
    else
      return integer_constant(static_cast<std::int64_t>(value),
                              std::is_unsigned_v<Number> && value > Number(INT64_MAX), where);
  }
  static Expr real_constant(double value, std::source_location where);
  static Expr integer_constant(std::int64_t value, bool too_large, std::source_location where);
  static Expr boolean_constant(bool value, std::source_location where);

  std::shared_ptr<const ExprNode> node_;
};

/// What stands in a subscript, with the user's line.
struct Subscript {
  template <class Value>
    requires std::is_convertible_v<const Value &, Expr>
  Subscript(const Value &value, std::source_location where = std::source_location::current())
      : value(at(value, where)), where(where) {}
  Expr value;
  std::source_location where;

private:
  template <class Value> static Expr at(const Value &value, std::source_location where) {
    if constexpr (std::is_constructible_v<Expr, const Value &, std::source_location>)
      return Expr(value, where);
    else
      return value;
  }
};

/// A tensor-valued expression of fixed rank: an input, or a definition (a function of its indices).
/// What a user function takes and returns, so a loss works on inputs and on computed values alike.
class Tensor {
public:
  /// An input of a program.
  Tensor(std::string_view name, int rank, Kind kind = real,
         std::source_location where = std::source_location::current());
  /// The tensor u with u(i, k) = body: `Tensor u({i, k}, x(i, k) / norm(x[i]));`
  Tensor(Indices indices, Expr body, std::source_location where = std::source_location::current());

  /// The element at these subscripts, one for each dimension: an index, an affine form of indices, or an
  /// integer expression (of data: a gather), checked when run: the error names this tensor, the dimension,
  /// the value, its size, the subscript's text and the values of the indices there. @throws
  /// Error(rank_mismatch, kind_mismatch)
  Expr operator()(std::source_location where = std::source_location::current()) const {
    return read({}, where);
  }
  Expr operator()(const Subscript &a) const { return read({a.value}, a.where); }
  Expr operator()(const Subscript &a, const Subscript &b) const { return read({a.value, b.value}, a.where); }
  Expr operator()(const Subscript &a, const Subscript &b, const Subscript &c) const {
    return read({a.value, b.value, c.value}, a.where);
  }
  template <class... Subscripts>
    requires(sizeof...(Subscripts) >= 3)
  Expr operator()(const Subscript &first, const Subscripts &...others) const {
    return read({first.value, Subscript(others, first.where).value...}, first.where);
  }
  Expr read(std::vector<Expr> subscripts, std::source_location where) const;
  /// The tensor with its first dimension fixed: x[i] is row i. Chains: x[i][j]. A rank-0 tensor is read by
  /// x().
  Tensor operator[](const Subscript &subscript) const;

  int rank() const;
  Kind kind() const;
  const std::string &name() const; ///< of an input or a `named` tensor, else empty

  // Elementwise on whole tensors of equal rank and sizes, and with a scalar expression on either side. Found
  // only for tensors, so that scalars and expressions stay expressions.
  friend Tensor operator+(const Tensor &, const Tensor &);
  friend Tensor operator-(const Tensor &, const Tensor &);
  friend Tensor operator*(const Tensor &, const Tensor &);
  friend Tensor operator/(const Tensor &, const Tensor &);
  friend Tensor operator+(const Tensor &, const Expr &);
  friend Tensor operator-(const Tensor &, const Expr &);
  friend Tensor operator*(const Tensor &, const Expr &);
  friend Tensor operator/(const Tensor &, const Expr &);
  friend Tensor operator+(const Expr &, const Tensor &);
  friend Tensor operator-(const Expr &, const Tensor &);
  friend Tensor operator*(const Expr &, const Tensor &);
  friend Tensor operator/(const Expr &, const Tensor &);
  friend Tensor operator+(const Tensor &, const Scalar &);
  friend Tensor operator-(const Tensor &, const Scalar &);
  friend Tensor operator*(const Tensor &, const Scalar &);
  friend Tensor operator/(const Tensor &, const Scalar &);
  friend Tensor operator+(const Scalar &, const Tensor &);
  friend Tensor operator-(const Scalar &, const Tensor &);
  friend Tensor operator*(const Scalar &, const Tensor &);
  friend Tensor operator/(const Scalar &, const Tensor &);
  friend Tensor operator-(const Tensor &);

  explicit Tensor(std::shared_ptr<const TensorNode> node) : node_(std::move(node)) {}
  const std::shared_ptr<const TensorNode> &node() const { return node_; }

private:
  std::shared_ptr<const TensorNode> node_;
};

/// An input without indices: a real number unless said otherwise. A number when a program is called.
class Scalar {
public:
  explicit Scalar(std::string_view name, Kind kind = real,
                  std::source_location where = std::source_location::current());
  operator Tensor() const; ///< as a rank-0 input, for lists of inputs
  const std::string &name() const;

private:
  std::shared_ptr<const TensorNode> node_;
};

/// f of each element: `map(x, [](const Expr &e) { return exp(e); })`.
Tensor map(const Tensor &tensor, const std::function<Expr(const Expr &)> &f,
           std::source_location where = std::source_location::current());

/// Number of values of an index, where it is bound (elsewhere `unbound_index`, which suggests the other
/// form); size of a dimension, counted from 0. Integer expressions.
Expr extent(const Index &index, std::source_location where = std::source_location::current());
Expr extent(const Tensor &tensor, int dimension,
            std::source_location where = std::source_location::current());

/// Reads outside the tensor give `value` instead of an error: `padded(x, 0.0)(b, t + r - 1)`.
Tensor padded(const Tensor &tensor, Expr value, std::source_location where = std::source_location::current());
/// The tensor with two dimensions exchanged.
Tensor transpose(const Tensor &matrix, std::source_location where = std::source_location::current());
/// The same value under a name, which plans, errors and gradients then show.
Expr named(std::string_view name, const Expr &value,
           std::source_location where = std::source_location::current());
Tensor named(std::string_view name, const Tensor &value,
             std::source_location where = std::source_location::current());

// --- elementwise --------------------------------------------------------------------------------
// Integers and reals mix: the result is real when one is. `/` is true division, also of integers;
// floor_div and % round to minus infinity.
Expr operator+(const Expr &, const Expr &);
Expr operator-(const Expr &, const Expr &);
Expr operator*(const Expr &, const Expr &);
Expr operator/(const Expr &, const Expr &);
Expr operator%(const Expr &, const Expr &);
Expr operator-(const Expr &);
Expr operator==(const Expr &, const Expr &);
Expr operator!=(const Expr &, const Expr &);
Expr operator<(const Expr &, const Expr &);
Expr operator<=(const Expr &, const Expr &);
Expr operator>(const Expr &, const Expr &);
Expr operator>=(const Expr &, const Expr &);
Expr operator&&(const Expr &, const Expr &);
Expr operator||(const Expr &, const Expr &);
Expr operator!(const Expr &);

Expr floor_div(const Expr &, const Expr &);
Expr minimum(const Expr &, const Expr &);
Expr maximum(const Expr &, const Expr &);
Expr pow(const Expr &base, const Expr &exponent,
         std::source_location where = std::source_location::current());
Expr atan2(const Expr &y, const Expr &x);
Expr hypot(const Expr &, const Expr &);
/// `then` where the condition holds, else `otherwise`; the branch not taken is not read.
Expr where(const Expr &condition, const Expr &then, const Expr &otherwise,
           std::source_location where = std::source_location::current());
Expr clamp(const Expr &value, const Expr &low, const Expr &high);
Expr to_real(const Expr &);    ///< integer or boolean as a real number
Expr to_integer(const Expr &); ///< truncates a real; true is 1

Expr abs(const Expr &);
Expr sign(const Expr &);
Expr square(const Expr &);
Expr sqrt(const Expr &);
Expr rsqrt(const Expr &);
Expr cbrt(const Expr &);
Expr reciprocal(const Expr &);
Expr exp(const Expr &);
Expr exp2(const Expr &);
Expr expm1(const Expr &);
Expr log(const Expr &);
Expr log2(const Expr &);
Expr log1p(const Expr &);
Expr sin(const Expr &);
Expr cos(const Expr &);
Expr tan(const Expr &);
Expr asin(const Expr &);
Expr acos(const Expr &);
Expr atan(const Expr &);
Expr sinh(const Expr &);
Expr cosh(const Expr &);
Expr tanh(const Expr &);
Expr asinh(const Expr &);
Expr acosh(const Expr &);
Expr atanh(const Expr &);
Expr erf(const Expr &);
Expr erfc(const Expr &);
Expr floor(const Expr &);
Expr ceil(const Expr &);
Expr round(const Expr &); ///< half to even
Expr relu(const Expr &);
Expr sigmoid(const Expr &);
Expr log_sigmoid(const Expr &);
Expr softplus(const Expr &); ///< log(1 + exp(x))
Expr silu(const Expr &);
Expr gelu(const Expr &);      ///< exact, with erf
Expr gelu_tanh(const Expr &); ///< the tanh approximation
Expr normal_cdf(const Expr &);
Expr log_normal_cdf(const Expr &);
Expr xlogx(const Expr &);                 ///< 0 at 0
Expr xlogy(const Expr &x, const Expr &y); ///< 0 where x is 0

/// Value as it is, derivative 0.
Expr stop_gradient(const Expr &);
/// The value of one, the derivative of the other (straight-through estimators).
Expr with_gradient_of(const Expr &value, const Expr &surrogate);

// --- reductions ---------------------------------------------------------------------------------
// Over one or more indices, where the predicate holds; `design.md` has the values of empty ones.
Expr sum(Indices over, const Expr &value, const Expr &predicate = true,
         std::source_location where = std::source_location::current());
Expr mean(Indices over, const Expr &value, const Expr &predicate = true,
          std::source_location where = std::source_location::current());
Expr prod(Indices over, const Expr &value, const Expr &predicate = true,
          std::source_location where = std::source_location::current());
Expr min(Indices over, const Expr &value, const Expr &predicate = true,
         std::source_location where = std::source_location::current());
Expr max(Indices over, const Expr &value, const Expr &predicate = true,
         std::source_location where = std::source_location::current());
Expr logsumexp(Indices over, const Expr &value, const Expr &predicate = true,
               std::source_location where = std::source_location::current());
Expr any(Indices over, const Expr &condition, const Expr &predicate = true,
         std::source_location where = std::source_location::current());
Expr all(Indices over, const Expr &condition, const Expr &predicate = true,
         std::source_location where = std::source_location::current());
Expr count(Indices over, const Expr &predicate, std::source_location where = std::source_location::current());
/// Position of the first smallest / largest value, or of the first NaN: an integer that may subscript; -1
/// when empty.
Expr argmin(Index over, const Expr &value, const Expr &predicate = true,
            std::source_location where = std::source_location::current());
Expr argmax(Index over, const Expr &value, const Expr &predicate = true,
            std::source_location where = std::source_location::current());
/// With `over` left free in the result.
Expr softmax(Index over, const Expr &value, const Expr &predicate = true,
             std::source_location where = std::source_location::current());
Expr log_softmax(Index over, const Expr &value, const Expr &predicate = true,
                 std::source_location where = std::source_location::current());
/// Sum of squared deviations from the mean over (count - ddof); 0 where count <= ddof.
Expr variance(Indices over, const Expr &value, const Expr &predicate = true, int ddof = 0,
              std::source_location where = std::source_location::current());

// --- vectors (rank-1 tensors) ---------------------------------------------------------------------
Expr dot(const Tensor &, const Tensor &, std::source_location where = std::source_location::current());
Expr norm(const Tensor &, std::source_location where = std::source_location::current());
Expr squared_norm(const Tensor &, std::source_location where = std::source_location::current());
Expr distance(const Tensor &, const Tensor &, std::source_location where = std::source_location::current());
Expr squared_distance(const Tensor &, const Tensor &,
                      std::source_location where = std::source_location::current());
Expr cosine(const Tensor &, const Tensor &, const Expr &epsilon = 1e-8,
            std::source_location where = std::source_location::current());
/// Unit vectors along the last dimension, of a tensor of rank >= 1: x / max(norm, epsilon); its derivative at
/// 0 is that of x / epsilon.
Tensor normalize(const Tensor &, const Expr &epsilon = 1e-12,
                 std::source_location where = std::source_location::current());

// --- derivatives inside an expression -------------------------------------------------------------
/// The gradient of f at `at`, a tensor of at's rank: `gradient([&](Tensor u) { return k(u, y[j]); },
/// x[i])(l)`. Nests, to any order.
Tensor gradient(const std::function<Expr(const Tensor &)> &f, const Tensor &at,
                std::source_location where = std::source_location::current());
/// d f / d t at `at`, of a scalar.
Expr derivative(const std::function<Expr(const Expr &)> &f, const Expr &at,
                std::source_location where = std::source_location::current());

/// Text of an expression in the notation of papers (Unicode), as LaTeX, and as MathML (elements `math`, for web pages).
std::string to_text(const Expr &);
std::string to_latex(const Expr &);
std::string to_mathml(const Expr &);

} // namespace mercer
