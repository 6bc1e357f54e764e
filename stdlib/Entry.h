// One declaration an entry: what people read, what tests draw, and the body that is the formula.
#pragma once

#include "mercer/stdlib/Kernel.h"
#include "mercer/stdlib/Loss.h"

#include <array>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>

namespace mercer::stdlib {

/// What a parameter is when it is left out.
struct Initial {
  enum class Kind { none, number, text, list, kernel };
  constexpr Initial() = default;
  constexpr Initial(double number) : kind(Kind::number), number(number) {}
  constexpr Initial(const char *text) : kind(Kind::text), text(text) {}
  constexpr Initial(std::initializer_list<double> values) : kind(Kind::list), size(values.size()) {
    std::copy(values.begin(), values.end(), list.begin());
  }
  Kind kind = Kind::none;
  double number = 0;
  std::string_view text;
  std::array<double, 8> list{};
  std::size_t size = 0;
};

/// How a test makes an argument up.
enum class Draw { normal, positive, cosine, probability, binary, sign, label, partner, step, fixed };

/// One input or parameter, in the order of the body's arguments.
struct Parameter {
  std::string_view name;
  std::string_view shape; ///< names of its dimensions, "i,k"; "" for a number
  std::string_view doc;
  Initial initial = {};
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  Draw draw = Draw::fixed;
  bool input = false;
  bool detached = false; ///< the gradient by it is 0 on purpose
};

constexpr Parameter points(std::string_view name, std::string_view shape, std::string_view doc) {
  return {.name = name, .shape = shape, .doc = doc, .draw = Draw::normal, .input = true};
}
constexpr Parameter positive(std::string_view name, std::string_view shape, std::string_view doc) {
  return {.name = name, .shape = shape, .doc = doc, .low = 0, .draw = Draw::positive, .input = true};
}
constexpr Parameter cosines(std::string_view name, std::string_view shape, std::string_view doc) {
  return {
      .name = name, .shape = shape, .doc = doc, .low = -1, .high = 1, .draw = Draw::cosine, .input = true};
}
constexpr Parameter probabilities(std::string_view name, std::string_view shape, std::string_view doc) {
  return {.name = name,
          .shape = shape,
          .doc = doc,
          .low = 0,
          .high = 1,
          .draw = Draw::probability,
          .input = true};
}
/// Numbers between 0 and 1, each on its own.
constexpr Parameter fractions(std::string_view name, std::string_view shape, std::string_view doc) {
  return {.name = name, .shape = shape, .doc = doc, .low = 0, .high = 1, .draw = Draw::positive, .input = true};
}
constexpr Parameter binary(std::string_view name, std::string_view shape, std::string_view doc) {
  return {.name = name, .shape = shape, .doc = doc, .low = 0, .high = 1, .draw = Draw::binary, .input = true};
}
constexpr Parameter signs(std::string_view name, std::string_view shape, std::string_view doc) {
  return {.name = name, .shape = shape, .doc = doc, .low = -1, .high = 1, .draw = Draw::sign, .input = true};
}
constexpr Parameter labels(std::string_view name, std::string_view shape, std::string_view doc) {
  return {.name = name, .shape = shape, .doc = doc, .low = 0, .draw = Draw::label, .input = true};
}
constexpr Parameter partners(std::string_view name, std::string_view shape, std::string_view doc) {
  return {.name = name, .shape = shape, .doc = doc, .low = 0, .draw = Draw::partner, .input = true};
}
constexpr Parameter steps(std::string_view name, std::string_view shape, std::string_view doc) {
  return {.name = name, .shape = shape, .doc = doc, .low = 0, .draw = Draw::step, .input = true};
}
/// A real number that the entry takes as an argument, with a default in C++.
constexpr Parameter scalar(std::string_view name, Initial initial, double low, double high,
                           std::string_view doc) {
  return {.name = name, .shape = "", .doc = doc, .initial = initial, .low = low, .high = high, .input = true};
}
constexpr Parameter number(std::string_view name, Initial initial, double low, double high,
                           std::string_view doc) {
  return {.name = name, .shape = "", .doc = doc, .initial = initial, .low = low, .high = high};
}
/// An input that passes no gradient: a teacher's, a reference model's.
constexpr Parameter detached(Parameter parameter) {
  parameter.detached = true;
  return parameter;
}
/// A structural parameter: a count, a name of a variant ("a|b" lists them in doc), a list, a kernel.
constexpr Parameter option(std::string_view name, Initial initial, std::string_view doc) {
  return {.name = name, .shape = "", .doc = doc, .initial = initial};
}
/// A kernel; `initial` is taken when it is left out: "rbf_mixture", "rbf" or "polynomial", with their own defaults.
constexpr Parameter kernel(std::string_view name, std::string_view doc, const char *initial = "rbf_mixture") {
  Parameter parameter{.name = name, .shape = "", .doc = doc, .initial = initial};
  parameter.initial.kind = Initial::Kind::kernel;
  return parameter;
}
constexpr Parameter reduction(const char *initial = "mean") {
  return option("reduction", initial, "mean|sum|none over the samples");
}

/// Properties that the tests check on drawn arguments.
enum Properties : unsigned {
  none = 0,
  non_negative = 1,       ///< every element of the value is at least 0
  at_most_one = 2,        ///< and at most 1
  zero_when_equal = 4,    ///< 0 when the second input is the first
  symmetric = 8,          ///< the first two inputs exchanged give the value (of a matrix: transposed)
  positive_definite = 16, ///< the matrix of a kernel on one set
  scale_invariant = 32,   ///< the first input times 3 gives the same value
  shift_invariant = 64,   ///< the first input plus 1 gives the same value
};

/// How often the value can be differentiated where its arguments are inside of their ranges, with the default
/// options. The tests ask derivatives of `twice` where points coincide, too.
enum class Smoothness {
  detached, ///< the gradient is another one on purpose: parts of the value are detached
  kinked,   ///< hinges, largest elements, distances at 0
  once,     ///< a gradient everywhere; its own derivative has gaps
  twice
};

/// Arguments and the value there, as JSON text.
struct Known {
  std::string_view arguments;
  std::string_view value;
};

/// What is said about an entry of N arguments beside its body.
template <std::size_t N>
struct Spec {
  std::string_view name;
  std::string_view also = ""; ///< the catalogue's name where C++ has another
  std::string_view summary;
  std::string_view source;
  std::array<Parameter, N> parameters;
  Known known = {};
  unsigned properties = none;
  double tolerance = 1e-10; ///< f64, relative; f32 allows 2e-4 at least
  double tolerance_f32 = 2e-4;
  Smoothness smoothness = Smoothness::twice;
  Known kink = {}; ///< arguments at a kink, and the gradient by the first input of the sum of the value there
  /// Of a kernel: the two sets of points of its matrix.
  std::array<Parameter, 2> arguments = {
      {points("X", "i,k", "points, one a row"), points("Y", "j,k", "points, one a row")}};
};

/// An argument whose type is known when run only.
using Value = std::variant<std::monostate, Tensor, Expr, double, std::string, std::vector<double>, Kernel>;

/// One result of an entry.
struct Result {
  std::string name;
  Tensor value;
};

/// What kind of C++ argument a parameter is.
enum class ParameterKind {
  tensor,
  optional_tensor,
  real,
  optional_real,
  constant,
  integer,
  boolean,
  text,
  list,
  kernel,
  reduction
};

/// A rank-0 tensor with this value.
inline Tensor scalar_tensor(const Expr &value) { return Tensor(Indices(std::vector<Index>{}), value); }

namespace detail {

template <class T>
struct Argument;
template <>
struct Argument<Tensor> {
  static constexpr auto kind = ParameterKind::tensor;
  static Tensor from(const Value &value) {
    if (auto *expression = std::get_if<Expr>(&value))
      return scalar_tensor(*expression);
    return std::get<Tensor>(value);
  }
};
template <>
struct Argument<std::optional<Tensor>> {
  static constexpr auto kind = ParameterKind::optional_tensor;
  static std::optional<Tensor> from(const Value &value) {
    if (auto *tensor = std::get_if<Tensor>(&value))
      return *tensor;
    return std::nullopt;
  }
};
template <>
struct Argument<Expr> {
  static constexpr auto kind = ParameterKind::real;
  static Expr from(const Value &value) {
    if (auto *tensor = std::get_if<Tensor>(&value))
      return (*tensor)();
    if (auto *expression = std::get_if<Expr>(&value))
      return *expression;
    return Expr(std::get<double>(value));
  }
};
template <>
struct Argument<std::optional<Expr>> {
  static constexpr auto kind = ParameterKind::optional_real;
  static std::optional<Expr> from(const Value &value) {
    if (std::holds_alternative<std::monostate>(value))
      return std::nullopt;
    return Argument<Expr>::from(value);
  }
};
template <>
struct Argument<double> {
  static constexpr auto kind = ParameterKind::constant;
  static double from(const Value &value) { return std::get<double>(value); }
};
template <>
struct Argument<int> {
  static constexpr auto kind = ParameterKind::integer;
  static int from(const Value &value) { return static_cast<int>(std::get<double>(value)); }
};
template <>
struct Argument<bool> {
  static constexpr auto kind = ParameterKind::boolean;
  static bool from(const Value &value) { return std::get<double>(value) != 0; }
};
template <>
struct Argument<std::string> {
  static constexpr auto kind = ParameterKind::text;
  static std::string from(const Value &value) { return std::get<std::string>(value); }
};
template <>
struct Argument<std::vector<double>> {
  static constexpr auto kind = ParameterKind::list;
  static std::vector<double> from(const Value &value) {
    if (auto *one = std::get_if<double>(&value))
      return {*one};
    return std::get<std::vector<double>>(value);
  }
};
template <>
struct Argument<Kernel> {
  static constexpr auto kind = ParameterKind::kernel;
  static Kernel from(const Value &value) { return std::get<Kernel>(value); }
};
template <>
struct Argument<Reduction> {
  static constexpr auto kind = ParameterKind::reduction;
  static Reduction from(const Value &value) { return Reduction(std::get<std::string>(value)); }
};

/// The results of a body, whatever it returns.
std::vector<Result> results_of(const Expr &value);
std::vector<Result> results_of(const Tensor &value);
std::vector<Result> results_of(const Loss &value);
template <class Several>
  requires requires(const Several &several) { several.results(); }
std::vector<Result> results_of(const Several &several) {
  return several.results();
}

} // namespace detail

/// The value of a parameter that was left out.
Value initial_value(const Parameter &parameter);

namespace detail {

inline const Tensor *tensor_of(const Tensor &tensor) { return &tensor; }
inline const Tensor *tensor_of(const std::optional<Tensor> &tensor) { return tensor ? &*tensor : nullptr; }
template <class Other>
const Tensor *tensor_of(const Other &) {
  return nullptr;
}

/// Throws an error of an entry's body again: with the entry's name, the argument that is not as declared, the user's line.
/// `given`: the arguments that are tensors, null for others.
[[noreturn]] void throw_of_entry(const Error &error, std::string_view entry, std::span<const Parameter> parameters,
                                 std::initializer_list<const Tensor *> given, std::source_location where);

} // namespace detail

/// An entry: the C++ function (call it), and what the registry needs. Its type depends on the body's signature alone, so that
/// the many entries of one signature cost compilers little.
template <class Signature>
struct Entry;

namespace detail {

/// How many of the first arguments must be given: those up to the last tensor.
template <class... P>
constexpr std::size_t required_arguments() {
  std::size_t count = 0, position = 0;
  ((++position, count = std::is_same_v<std::remove_cvref_t<P>, Tensor> ? position : count), ...);
  return count;
}

/// The call with the first sizeof...(I) arguments; the others have their defaults.
template <class Signature, class Leading>
struct Call;
template <class R, class... P, std::size_t... I>
struct Call<R(P...), std::index_sequence<I...>> {
  R operator()(std::tuple_element_t<I, std::tuple<P...>>... given,
               std::source_location where = std::source_location::current()) const {
    return static_cast<const Entry<R(P...)> *>(this)->complete(where, given...);
  }
};

/// One Call for every number of arguments from Least to Least + sizeof...(More) - 1.
template <class Signature, std::size_t Least, class More>
struct Calls;
template <class Signature, std::size_t Least, std::size_t... More>
struct Calls<Signature, Least, std::index_sequence<More...>>
    : Call<Signature, std::make_index_sequence<Least + More>>... {
  using Call<Signature, std::make_index_sequence<Least + More>>::operator()...;
};

template <class R, class... P>
using CallsOf = Calls<R(P...), required_arguments<P...>(),
                      std::make_index_sequence<sizeof...(P) + 1 - required_arguments<P...>()>>;

} // namespace detail

template <class R, class... P>
struct Entry<R(P...)> : detail::CallsOf<R, P...> {
  static constexpr std::size_t arity = sizeof...(P);
  using Body = R (*)(P...);
  using detail::CallsOf<R, P...>::operator();

  Spec<arity> spec;
  Body body;

  constexpr Entry(const Spec<arity> &spec, Body body) : spec(spec), body(body) {}

  /// With the kernel first, as the literature writes it.
  R operator()(const Kernel &kernel, const Tensor &x, const Tensor &y,
               std::source_location where = std::source_location::current()) const
    requires std::is_same_v<Body, R (*)(const Tensor &, const Tensor &, const Kernel &)>
  {
    return complete(where, x, y, kernel);
  }

  template <class... Given>
  R complete(std::source_location where, const Given &...given) const {
    try {
      return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return body(given..., initial<sizeof...(Given) + I>()...);
      }(std::make_index_sequence<arity - sizeof...(Given)>());
    } catch (const Error &error) {
      detail::throw_of_entry(error, spec.name, spec.parameters, {detail::tensor_of(given)...}, where);
    }
  }

  /// The body on values whose types are known when run.
  R apply(std::span<const Value> values) const {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return body(detail::Argument<std::remove_cvref_t<P>>::from(values[I])...);
    }(std::make_index_sequence<arity>());
  }
  static constexpr std::array<ParameterKind, arity> kinds() {
    return {detail::Argument<std::remove_cvref_t<P>>::kind...};
  }

private:
  template <std::size_t I>
  auto initial() const {
    using Plain = std::remove_cvref_t<std::tuple_element_t<I, std::tuple<P...>>>;
    return detail::Argument<Plain>::from(initial_value(spec.parameters[I]));
  }
};

namespace detail {

template <std::size_t N, class R, class... P>
consteval Entry<R(P...)> entry_of(const Spec<N> &spec, R (*body)(P...)) {
  static_assert(sizeof...(P) == N, "the body takes another number of arguments than the entry has parameters");
  if (spec.name.empty() || spec.summary.empty() || spec.source.empty())
    throw "an entry needs a name, a summary and a source";
  return Entry<R(P...)>(spec, body);
}

} // namespace detail

/// Makes an entry. Refuses a nameless one, one without summary or source, when compiled.
template <std::size_t N, class Body>
consteval auto define(const Spec<N> &spec, Body body) {
  return detail::entry_of(spec, +body);
}

} // namespace mercer::stdlib
