// Numbers that make the rounding errors of a type on purpose: the spread of some runs says what they do to a
// result.
#pragma once

#include "compiler/interpreter/Number.h"

#include "llvm/ADT/ArrayRef.h"

namespace mercer::interpreter {

/// A double that is rounded to the arithmetic's type after each operation and, where that is not exact, moved
/// by up to four units in the last place, at random.
struct Perturbed {
  double value = 0;
  bool mayVary = false; ///< a rounded product or sum: other uses may have it as it is before it is rounded

  Perturbed() = default;
  Perturbed(double number);

  /// Of the thread: f32 or f64, and where the random numbers start.
  static void start(bool single, std::uint64_t seed);
};

Perturbed evaluate(dsl::Function function, const Perturbed *operands);
/// A compensated sum: off by up to two units in the last place of the sum of the terms' sizes.
Perturbed sum_of(llvm::ArrayRef<Perturbed> terms);
/// Numbers that rounding tells apart may be equal: no run with random errors would show that they are.
bool compare(dsl::Function function, const Perturbed &a, const Perturbed &b);
inline double to_double(const Perturbed &number) { return number.value; }
inline std::int64_t to_integer(const Perturbed &number) { return to_integer(number.value); }
inline void from_integer(Perturbed &result, std::int64_t number) {
  result = Perturbed(static_cast<double>(number));
}
inline bool is_zero(const Perturbed &number) { return number.value == 0; }

} // namespace mercer::interpreter
