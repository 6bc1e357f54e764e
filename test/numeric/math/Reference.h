// What the functions should give.
#ifndef MERCER_TEST_NUMERIC_MATH_REFERENCE_H
#define MERCER_TEST_NUMERIC_MATH_REFERENCE_H

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
};

/// All functions, with the bounds of dsl/ops/Elementwise.def.
const std::vector<Reference> &references();

} // namespace mercer::test

#endif
