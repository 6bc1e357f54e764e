// What the functions should give.
#ifndef MERCER_TEST_NUMERIC_MATH_REFERENCE_H
#define MERCER_TEST_NUMERIC_MATH_REFERENCE_H

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace mercer::test {

/// One elementary function and its true values, to more than 60 bits.
struct Reference {
  std::string name;                                   ///< as emitMath knows it
  int operands;                                       ///< 1 or 2
  long double (*value)(long double x, long double y); ///< the true value; y is 0 for one operand
  double boundF32;                                    ///< the largest error allowed, ulp
  double boundF64;                                    ///< the same for f64
  /// What arguments it is for, and how near it must be.
  enum class Use {
    all,
    terms,    ///< as the lowering takes powers for log-sum-exps: finite x up to 126; below the smallest normal number anything from 0 to it
    atMostOne ///< up to 62
  } use = Use::all;

  /// Whether `got` needs no comparison with `want`.
  template <class T>
  bool isFree(T x, T got, long double want) const {
    constexpr T least = std::numeric_limits<T>::min();
    switch (use) {
    case Use::all:
      return false;
    case Use::terms:
      return (std::isfinite(x) && x > 126) || (want < least && got >= 0 && got <= least);
    case Use::atMostOne:
      return x > 62;
    }
    return false;
  }
};

/// All functions, with the bounds of dsl/ops/Elementwise.def, and what the lowering has beside them.
const std::vector<Reference> &references();

} // namespace mercer::test

#endif
