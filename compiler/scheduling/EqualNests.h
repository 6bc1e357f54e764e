// Nests that do the same to other arrays.
#pragma once

#include "compiler/dialect/Mercer.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"

namespace mercer::scheduling {

/// Which nests of a plan have the same code: they differ in the arrays and sizes of the plan that they read and write, and in real
/// numbers, constants or computed. Steps of an iteration with a fixed number of them are such nests.
class EqualNests {
public:
  explicit EqualNests(ir::PlanOp plan);

  /// The first nest of the plan that has the code of `nest`: often that one itself.
  ir::NestOp firstOf(ir::NestOp nest) const;
  /// Does another nest have its code?
  bool isShared(ir::NestOp nest) const { return shared_.contains(firstOf(nest)); }

  /// What stands in `nest` for each value of firstOf(nest): arrays, sizes and numbers of the plan, and what is in the nest. Empty for
  /// the first nest.
  const llvm::DenseMap<mlir::Value, mlir::Value> &counterparts(ir::NestOp nest) const;
  /// Real numbers that nests use and that a call computes outside of them, not from constants alone.
  const llvm::DenseSet<mlir::Value> &computedNumbers() const { return computed_; }
  /// The real constants of a first nest that are other numbers in some other nest with its code.
  llvm::ArrayRef<mlir::Value> numbers(ir::NestOp first) const;

private:
  struct Copy {
    ir::NestOp first;
    llvm::DenseMap<mlir::Value, mlir::Value> counterparts;
  };
  llvm::DenseSet<mlir::Value> computed_;
  llvm::DenseMap<mlir::Operation *, Copy> copies_;
  llvm::DenseMap<mlir::Operation *, llvm::SetVector<mlir::Value>> shared_; // first nests, their numbers
};

} // namespace mercer::scheduling
