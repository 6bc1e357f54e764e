// Running programs: views of the user's memory, arrays, compiled functions, errors.
#pragma once

#include "mercer/dsl/DType.h"
#include "mercer/dsl/Error.h"
#include "mercer/program.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <ranges>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#if defined(__BFLT16_MANT_DIG__) || (defined(__clang__) && __clang_major__ >= 17 && defined(__SSE2__))
#define MERCER_HAS_BF16 1
#endif

struct DLTensor;
struct DLManagedTensorVersioned;

namespace mercer {

/// A 16-bit float as stored: 5 bits of exponent. Rounds to nearest, ties to even.
struct half {
  std::uint16_t bits;
  explicit half(float value = 0);
  operator float() const;
};

/// A 16-bit float as stored: the upper half of a float. Rounds to nearest, ties to even.
struct bfloat16 {
  std::uint16_t bits;
  explicit bfloat16(float value = 0);
  operator float() const;
};

namespace detail {

/// The element type that a C++ type is stored as; -1: none.
template <class Element>
constexpr int element_code() {
  using E = std::remove_cv_t<Element>;
  constexpr bool is_int = std::is_same_v<E, signed char> || std::is_same_v<E, int> ||
                          std::is_same_v<E, long> || std::is_same_v<E, long long>;
#ifdef __FLT16_MANT_DIG__
  if (std::is_same_v<E, _Float16>)
    return static_cast<int>(DType::f16);
#endif
#ifdef MERCER_HAS_BF16
  if (std::is_same_v<E, __bf16>)
    return static_cast<int>(DType::bf16);
#endif
  if (std::is_same_v<E, double>)
    return static_cast<int>(DType::f64);
  if (std::is_same_v<E, float>)
    return static_cast<int>(DType::f32);
  if (std::is_same_v<E, half>)
    return static_cast<int>(DType::f16);
  if (std::is_same_v<E, bfloat16>)
    return static_cast<int>(DType::bf16);
  if (std::is_same_v<E, bool>)
    return static_cast<int>(DType::boolean);
  if (is_int)
    return static_cast<int>(sizeof(E) == 8 ? DType::i64 : sizeof(E) == 4 ? DType::i32 : DType::i8);
  return -1;
}

} // namespace detail

/// A C++ type that elements of tensors have: double, float, the 16-bit floats, 64-, 32- and 8-bit signed
/// integers, bool.
template <class T>
concept Element = detail::element_code<T>() >= 0;

/// The element type of a C++ type.
template <Element T>
inline constexpr DType dtype_of = static_cast<DType>(detail::element_code<T>());

/// Sizes of any integer types: `view(X, {X.size() / d, d})`.
class Shape {
public:
  Shape() = default;
  template <class... Sizes>
    requires(sizeof...(Sizes) > 0 && (std::is_integral_v<Sizes> && ...))
  Shape(Sizes... sizes) : sizes_{static_cast<std::int64_t>(sizes)...} {}
  Shape(std::vector<std::int64_t> sizes) : sizes_(std::move(sizes)) {}
  operator const std::vector<std::int64_t> &() const { return sizes_; }
  const std::vector<std::int64_t> &sizes() const & { return sizes_; }
  std::vector<std::int64_t> sizes() && { return std::move(sizes_); }

private:
  std::vector<std::int64_t> sizes_;
};

/// Memory of the user's, with shape and strides (in elements; empty: row-major; may be 0 or negative for
/// inputs). Does not own. A const element type makes a view that cannot be an output. May be null where an
/// extent is 0.
struct View {
  void *data = nullptr;
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape, strides;
  bool read_only = false;
};

namespace detail {
/// Throws bad_view unless the sizes' product is `size`.
void check_container(std::size_t size, const std::vector<std::int64_t> &shape);

template <class Container>
concept Contiguous = std::ranges::contiguous_range<Container> && std::ranges::sized_range<Container> &&
                     !std::is_array_v<std::remove_reference_t<Container>> &&
                     Element<std::remove_reference_t<std::ranges::range_reference_t<Container>>>;
} // namespace detail

template <Element E>
View view(E *data, Shape shape, Shape strides = {}) {
  return {const_cast<std::remove_cv_t<E> *>(data), dtype_of<E>, std::move(shape).sizes(), std::move(strides).sizes(),
          std::is_const_v<E>};
}

/// Any contiguous container: std::vector (not of bool), std::array, std::span. @throws Error(bad_view) when
/// its size is not the product of the shape.
template <class Container>
  requires detail::Contiguous<Container>
View view(Container &&contiguous, Shape shape) {
  detail::check_container(std::ranges::size(contiguous), shape.sizes());
  return view(std::ranges::data(contiguous), std::move(shape));
}

/// DLPack's tensor on a CPU, borrowed. @throws Error(bad_view, type_mismatch, unsupported)
View view(const DLTensor &tensor);
/// The tensor of a versioned DLPack capsule, borrowed; honours its read-only flag.
View view(const DLManagedTensorVersioned &tensor);

/// Memory that Mercer allocated: contiguous, row-major, 64-byte aligned. Shared by copies.
class Array {
public:
  /// Elements start as 0. @throws Error(bad_view, limit_exceeded, out_of_memory)
  Array(DType dtype, Shape shape);
  DType dtype() const;
  const std::vector<std::int64_t> &shape() const;
  std::int64_t size() const;
  /// @throws Error(type_mismatch)
  template <class E>
  E *data() {
    check_type(detail::element_code<E>());
    return static_cast<E *>(memory());
  }
  template <class E>
  const E *data() const {
    check_type(detail::element_code<E>());
    return static_cast<const E *>(memory());
  }
  /// The value of one-element arrays, converted. @throws Error(bad_view) for others
  template <class E>
  E item() const {
    if constexpr (std::is_integral_v<E> && !std::is_same_v<E, bool>)
      return is_real() ? static_cast<E>(real_item()) : static_cast<E>(integer_item());
    else if constexpr (std::is_same_v<E, bool>)
      return is_real() ? real_item() != 0 : integer_item() != 0;
    else if constexpr (std::is_same_v<E, half> || std::is_same_v<E, bfloat16>)
      return E(static_cast<float>(real_item()));
    else
      return static_cast<E>(real_item());
  }
  operator View() const;
  /// A capsule that shares the memory; its deleter gives it back.
  DLManagedTensorVersioned *to_dlpack() const;

private:
  friend struct ArrayStorage;
  struct Uninitialised {};
  Array(DType dtype, std::vector<std::int64_t> shape, Uninitialised);
  void check_type(int code) const;
  void *memory() const;
  bool is_real() const;
  double real_item() const;
  std::int64_t integer_item() const;

  std::shared_ptr<struct ArrayStorage> storage_;
};

/// An argument of a call: a view, an array, or a number for a Scalar.
class Argument {
public:
  Argument(View view) : view_(std::move(view)) {}
  Argument(const Array &array);
  template <class Number>
    requires std::is_arithmetic_v<Number>
  Argument(Number number)
      : real_(static_cast<double>(number)), is_number_(true),
        number_kind_(std::is_same_v<Number, bool> ? boolean
                     : std::is_integral_v<Number> ? integer
                                                  : real) {
    if constexpr (std::is_integral_v<Number>) {
      integer_ = static_cast<std::int64_t>(number);
      if constexpr (std::is_unsigned_v<Number> && sizeof(Number) >= sizeof(integer_))
        fits_ = number <= static_cast<Number>(INT64_MAX);
    }
  }

  bool is_number() const { return is_number_; }
  const View &as_view() const { return view_; }
  Kind number_kind() const { return number_kind_; }
  double real_value() const { return real_; }
  std::int64_t integer_value() const { return integer_; }
  bool fits_integer() const { return fits_; } ///< false: an unsigned number beyond int64

private:
  View view_;
  double real_ = 0;
  std::int64_t integer_ = 0;
  bool is_number_ = false, fits_ = true;
  Kind number_kind_{};
};

/// accurate: within the ulp bounds of the language's functions. fast: 4 ulp, subnormals may become 0.
enum class Precision { accurate, fast };

struct JitOptions {
  Precision precision = Precision::accurate;
  DType accumulate = DType::f32; ///< f64: reductions of f32 values add in f64
  int threads = 0;               ///< 0: all of the process's processors; never changes a bit
  std::string target = "host";   ///< "host", an LLVM CPU name ("haswell"), later "cuda"
  bool timing = false;           ///< prints on standard error what each stage of a compilation took
  /// Each call measures how long its nests take, and `Function::explain` says it beside what is predicted for one thread.
  bool measure = false;
  /// The first call with each combination of element types and sizes up to their classes measures a few more plans of
  /// the same bits on its arguments, and keeps the fastest. That call takes as long as compiling and running these.
  bool tune = false;
  /// Decisions of the plan as `explain` names them ("jam.0=4 lanes.1=j"), for experiments: some change the order of sums and so
  /// bits. Empty: the compiler's own.
  std::string plan{};
  std::string cache_directory{}; ///< empty: MERCER_CACHE_DIR, else the user's cache folder; "off": none
};

/// A compiled program. Compiles at the first call for each combination of element types (and small extents
/// that it specialises on); safe to call from several threads at once. A default-constructed one throws
/// Error(empty_function) when called.
///
/// Element types. A real input takes any float type, an integer input i64, i32 or i8, a boolean one bool;
/// each its own. Arithmetic is in f64 when a real tensor input is f64 or there is none, else in f32; integers
/// in i64. Results that Mercer allocates have the type of the arithmetic, i64 or bool; d_<input>, t_<input>
/// and h_<input> have that of their input (of a scalar: of the arithmetic). An output view may have any type
/// of its kind and is converted when stored (integers that do not fit: index_out_of_range). `interpret`
/// allocates f64.
///
/// Memory. Outputs may have negative strides. They may not overlap each other, themselves or an input, except
/// that an output may be the very view of an input whose elements are read only for output elements at the
/// same position (`x -= rate * g`, momentum in place); anything else is Error(aliasing).
///
/// Calls. A wrong number of arguments is argument_count, of outputs output_count, a wrong rank or a number
/// for a tensor rank_mismatch, a wrong element type or kind type_mismatch.
class Function {
public:
  Function() = default;
  explicit Function(std::shared_ptr<struct FunctionState> state) : state_(std::move(state)) {}

  /// Runs and returns the one output. Arguments in the order of the program's inputs.
  /// @throws Error naming the argument when a shape, type, stride or value is wrong; nothing is then written.
  template <class... Arguments>
  Array operator()(const Arguments &...arguments) const {
    const std::array<Argument, sizeof...(Arguments)> list{Argument(arguments)...};
    return std::move(allocate_and_run(list, 1).front());
  }
  /// Runs and returns all N outputs: `auto [value, dz] = step.call<2>(z, label, 0.1);`
  template <std::size_t N, class... Arguments>
  std::array<Array, N> call(const Arguments &...arguments) const {
    const std::array<Argument, sizeof...(Arguments)> list{Argument(arguments)...};
    std::vector<Array> outputs = allocate_and_run(list, N);
    return [&]<std::size_t... Position>(std::index_sequence<Position...>) {
      return std::array<Array, N>{std::move(outputs[Position])...};
    }(std::make_index_sequence<N>());
  }
  /// Runs into the caller's memory.
  void run(std::span<const Argument> arguments, std::span<const View> outputs) const;
  void run(std::initializer_list<Argument> arguments, std::initializer_list<View> outputs) const;
  /// Runs and returns all outputs, however many there are.
  std::vector<Array> call_all(std::span<const Argument> arguments) const;
  /// Compiles now for these element types of the inputs, so that the first call does not. Calls with these
  /// types then use this code, which is not specialised on small extents.
  void compile(const std::vector<DType> &input_types) const;
  /// The plan of the variant that these arguments select.
  std::string explain(std::initializer_list<Argument> arguments) const;
  std::string explain(std::span<const Argument> arguments) const;
  /// Text of the variant that these arguments select after a stage of the compiler, as `mercer::emit` names them.
  /// @throws Error(bad_option), Error(unsupported) for a function that is interpreted
  std::string emit(const std::string &stage, std::span<const Argument> arguments) const;

private:
  std::vector<Array> allocate_and_run(std::span<const Argument> arguments, std::size_t outputs) const;

  std::shared_ptr<struct FunctionState> state_;
};

/// Makes a function that compiles itself for the arguments it is called with. @throws Error(bad_option,
/// unsupported)
Function jit(const Program &program, const JitOptions &options = {});
/// The program on its way through the compiler, as text, for real tensors of one type and any size: after `stage` "program" (as
/// imported), "mlir" (differentiated, stable, small), "nests" (the plan), "vector", "llvm" or "asm".
/// @throws Error(bad_option)
std::string emit(const Program &program, const std::string &stage, const JitOptions &options = {}, DType tensors = DType::f32);
/// The same of the one `mercer.program` that a text of the compiler's dialect has, with the types that it says; `file` is what errors call
/// it. Of the options `target` and `precision` hold. @throws Error(bad_option, bad_input_file)
std::string emit_text(const std::string &text, const std::string &file, const std::string &stage, const JitOptions &options = {});
/// The same call interface run by the interpreter that defines the language: takes all element types,
/// computes in f64, or with `bits` of precision (53 .. 10 000) in MPFR. Slow, for tests and for asking what
/// is right.
Function interpret(const Program &program, int bits = 53);

} // namespace mercer
