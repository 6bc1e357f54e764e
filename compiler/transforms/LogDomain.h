// Logarithms of values that are made of exponentials, without the exponentials.
#pragma once

#include "compiler/transforms/Formula.h"

#include <optional>

namespace mercer::transforms {

/// A real value as factor * exp(sum of exponents) * product of weights.
struct Product {
  double factor = 1;
  llvm::SmallVector<std::pair<mlir::Value, bool>, 2> exponents; ///< true: subtracted
  llvm::SmallVector<std::pair<mlir::Value, bool>, 2> weights;   ///< true: divides

  /// Decomposes products, quotients and signs; none when there are too many factors.
  static std::optional<Product> of(mlir::Value value);
  /// Sum of the exponents; null when there are none.
  mlir::Value exponent(Formula &f) const;
  /// Factor and weights; null when they are 1.
  mlir::Value weight(Formula &f) const;
};

/// log(x) by the structure of x.
class LogDomain {
public:
  explicit LogDomain(Formula &formula) : f_(formula) {}

  /// Does log(x) have a form that overflows less than log of the value itself? Makes no ops.
  bool gains(mlir::Value x, unsigned depth = 12);
  /// That form; the plain logarithm where nothing is gained.
  mlir::Value of(mlir::Value x, unsigned depth = 12);

private:
  /// A term of a sum: weight * exp(exponent); null weight 1.
  struct Term {
    mlir::Value weight, exponent;
  };
  bool findGain(mlir::Value x, unsigned depth);
  bool sumGains(mlir::Value x, unsigned depth);
  mlir::Value make(mlir::Value x, unsigned depth);
  mlir::Value ofSum(mlir::Value x, unsigned depth);
  mlir::Value ofReduce(ir::ReduceOp sum);
  Term term(mlir::Value leaf, bool negative, unsigned depth);
  mlir::Value clamp(mlir::Value maximum);
  mlir::Value shifted(mlir::Value sum, mlir::Value shift);

  Formula &f_;
  // Shared parts are looked at, and written, once.
  llvm::DenseMap<mlir::Value, bool> gains_;
  llvm::DenseMap<mlir::Value, mlir::Value> logs_;
};

} // namespace mercer::transforms
