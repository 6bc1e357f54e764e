// Values under the exchange of two indices.
#pragma once

#include "compiler/dialect/FreeIndices.h"

namespace mercer::transforms {

class Exchange {
public:
  /// When are two values the same?
  enum class Sameness {
    equal,  ///< they are the same numbers
    unified ///< and `orderAndUnify` makes them one
  };

  Exchange(ir::FreeIndices &free, mlir::Value first, mlir::Value second, Sameness sameness)
      : free_(free), first_(first), second_(second), sameness_(sameness) {}

  /// Is `a` with the indices exchanged the same as `b`? No, where finding out would take long.
  bool same(mlir::Value a, mlir::Value b, unsigned depth = 64);

private:
  bool sameOps(mlir::Operation *a, mlir::Operation *b, unsigned depth);
  bool inOrder(mlir::ValueRange a, mlir::ValueRange b, unsigned depth);
  bool crossed(mlir::Operation *a, mlir::Operation *b, unsigned depth);
  bool commutes(dsl::Function function);

  ir::FreeIndices &free_;
  mlir::Value first_, second_;
  Sameness sameness_;
  llvm::DenseMap<std::pair<mlir::Value, mlir::Value>, bool> known_;
};

} // namespace mercer::transforms
