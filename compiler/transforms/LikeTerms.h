// Products of numbers and powers, compared as such.
#pragma once

#include "compiler/transforms/Formula.h"

namespace mercer::transforms {

/// A number times values, as often as their powers say.
struct Monomial {
  double number = 1;
  llvm::SmallVector<mlir::Value, 8> factors;

  /// A product taken apart; one with more factors than are compared has none.
  static Monomial of(mlir::Value product);
};

/// 3 a b + 2 b a -> 5 a b: the sum (or difference) of two products that differ in their numbers only and do not cancel. Null:
/// they are no such.
mlir::Value combineLikeTerms(Formula f, mlir::Value a, mlir::Value b, bool subtract);

} // namespace mercer::transforms
