// Which arrays a value needs, and in which order arrays can be computed.
#pragma once

#include "compiler/dialect/FreeIndices.h"
#include "compiler/scheduling/Choices.h"
#include "compiler/transforms/Scatter.h"

namespace mercer::scheduling {

/// Where an array or an output is computed: in the nest over `index` (null: outside of nests), after the
/// nests of lower stages. Arrays of one nest use each other's elements at the nest's own index directly.
struct Place {
  mlir::Value index;
  unsigned stage = 0;
  bool operator==(const Place &) const = default;
};

/// Do elements follow each other in memory when an index runs? The last subscript is the index, or a sum or
/// difference with it, and no other one depends on it.
bool runsAlong(mlir::ValueRange subscripts, mlir::Value index, ir::FreeIndices &free);

/// Is an array filled by one loop over terms, each of which belongs to one element?
bool isScattered(ir::ArrayOp array);
transforms::Scatter scatterOf(ir::FreeIndices &free, ir::ArrayOp array);
/// Value, conditions and place of such a term.
llvm::SmallVector<mlir::Value> termsOf(const transforms::Scatter &scatter);

/// Is it the array's element at the very indices over which the array is defined?
bool readsOwnElement(ir::ReadOp read, ir::ArrayOp array);

/// What reductions combine: the value of each, and its predicate where it has one.
llvm::SmallVector<mlir::Value> termsOf(llvm::ArrayRef<ir::ReduceOp> reductions);

/// A decision for one of some indices, which changes the order of sums.
mlir::Value chooseIndex(Choices &choices, const std::string &kind, llvm::ArrayRef<mlir::Value> indices,
                        mlir::Value preferred);

class Dependences {
public:
  /// `choices`: where decisions are made; null: as preferred.
  explicit Dependences(Choices *choices = nullptr) : choices_(choices) {}

  /// Says that one nest over an index, which is none of theirs, computes some arrays.
  void together(mlir::Value index, llvm::ArrayRef<ir::ArrayOp> arrays);
  bool isTogether(ir::ArrayOp array) const { return together_.contains(array); }

  /// The reads of stored arrays that a value needs, through reductions that are not stored themselves.
  llvm::SmallVector<ir::ReadOp> arrayReads(llvm::ArrayRef<mlir::Value> roots);
  /// All ops that a value needs without what computes stored arrays; with `but`, without what only reductions
  /// over this index need.
  llvm::SetVector<mlir::Operation *> closure(llvm::ArrayRef<mlir::Value> roots, mlir::Value but = {});

  const Place &placeOf(ir::ArrayOp array);
  const Place &placeOf(ir::OutputOp output); ///< that has indices
  /// The earliest stage at which roots can be computed in a nest over `index`.
  unsigned stageOf(llvm::ArrayRef<mlir::Value> roots, mlir::Value index);

private:
  mlir::Value nestIndexOf(mlir::ValueRange indices, mlir::Value value);

  Choices *choices_;
  ir::FreeIndices free_;
  llvm::DenseMap<mlir::Operation *, Place> places_;
  llvm::DenseMap<mlir::Operation *, std::pair<mlir::Value, llvm::SmallVector<ir::ArrayOp>>> together_;
};

} // namespace mercer::scheduling
