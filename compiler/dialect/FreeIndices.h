// Which indices a value depends on, and substitution of indices.
#pragma once

#include "compiler/dialect/Mercer.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/DenseMap.h"

#include <deque>

#include <memory>

namespace mercer::ir {

/// The indices (results of mercer.index) that a value of a program is a function of, in an order that is the same for every value.
using IndexSet = llvm::SmallVector<mlir::Value, 4>;

/// Free indices of the values of one program, computed once each. Valid while existing ops keep their operands; new ops
/// are looked up as they come.
class FreeIndices {
public:
  /// No recursion over the depth of the program. The reference stays valid until the value is forgotten.
  const IndexSet &of(mlir::Value value);
  bool depends(mlir::Value value, mlir::Value index);
  /// Forgets a value whose op was changed in place (users of it too must be forgotten by the caller).
  void forget(mlir::Value value) { sets_.erase(value); }

private:
  bool compute(mlir::Value value, llvm::SmallVectorImpl<mlir::Value> &missing);
  unsigned order(mlir::Value index);

  void keep(mlir::Value value, IndexSet set) { sets_[value] = std::make_unique<IndexSet>(std::move(set)); }

  llvm::DenseMap<mlir::Value, std::unique_ptr<IndexSet>> sets_; // pointers: callers hold sets while more are computed
  llvm::DenseMap<mlir::Value, unsigned> order_;
};

/// The indices that an op binds: `over` of a reduce, `indices` of an array; none otherwise.
mlir::ValueRange boundIndices(mlir::Operation *op);

/// The operands of an op that are values, not arrays that it reads.
inline auto scalarOperands(mlir::Operation *op) {
  return llvm::make_filter_range(op->getOperands(), [](mlir::Value v) { return !llvm::isa<ArrayType>(v.getType()); });
}

/// Sorted union and difference of index sets (by the order in `a` then `b`).
IndexSet unite(llvm::ArrayRef<mlir::Value> a, llvm::ArrayRef<mlir::Value> b);
IndexSet subtract(llvm::ArrayRef<mlir::Value> a, llvm::ArrayRef<mlir::Value> b);

/// The value with free indices replaced: clones, at the builder's insertion point, the ops that depend on a key of `map`
/// (index -> i64 value). Bound indices that would capture a free index of a replacement get fresh variables. Where `guard` is
/// given, the cloned reads happen only where it holds: needed when a replacement may be out of the key's range.
mlir::Value substitute(mlir::OpBuilder &builder, FreeIndices &free, mlir::Value value,
                       const llvm::SmallDenseMap<mlir::Value, mlir::Value> &map, mlir::Value guard = {});

/// Several values by one substitution: what they share stays shared.
class Substitution {
public:
  Substitution(mlir::OpBuilder &builder, FreeIndices &free, llvm::SmallDenseMap<mlir::Value, mlir::Value> map,
               mlir::Value guard = {});
  mlir::Value operator()(mlir::Value value);

private:
  llvm::SmallVector<mlir::Value> slice(mlir::Value root);
  bool touches(mlir::Value value);
  mlir::Operation *clone(mlir::Operation *op, mlir::IRMapping &mapping);

  mlir::OpBuilder &builder_;
  FreeIndices &free_;
  llvm::SmallDenseMap<mlir::Value, mlir::Value> map_;
  mlir::Value guard_;
  llvm::DenseSet<mlir::Value> captured_;
  llvm::DenseMap<mlir::Value, mlir::Value> cloned_;
};

} // namespace mercer::ir
