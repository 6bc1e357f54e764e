// What a plan costs: operations, bytes, memory, as formulas in the sizes of a call.
#pragma once

#include "compiler/scheduling/Operations.h"
#include "compiler/scheduling/Quantity.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace mercer::scheduling {

/// What the iterations of one nest do together.
struct NestCost {
  Quantity operations;
  Quantity read, written; ///< bytes of arguments and stored arrays, each element once
  Quantity partials;      ///< bytes of what chunks hand on
  Quantity scratch;       ///< bytes of tiles, for a thread
};

class Cost {
public:
  /// `known`: sizes of the inputs that are fixed.
  Cost(ir::PlanOp plan, const SizeOf &known, Symbols &symbols);

  NestCost of(ir::NestOp nest); ///< in the order of the plan
  /// The value of an i64 of the plan.
  Quantity amount(mlir::Value value);
  Quantity size(mlir::Value array, unsigned dimension);
  /// The values of the index of a nest or loop; `count`: how many it has in all.
  struct Range {
    Quantity symbol, lower, upper, count;
  };
  const Range &rangeOf(mlir::Value index) { return ranges_[index]; }
  Quantity inputs();  ///< bytes
  Quantity outputs(); ///< bytes; after all nests
  Quantity stored();  ///< bytes of allocations

private:
  /// The part of an array that a nest touches, as far as subscripts show it: for each dimension, which
  /// constants and how many values.
  struct Dimension {
    llvm::SmallVector<int64_t> constants;
    llvm::SmallVector<Quantity> counts;
    mlir::Value index; ///< the one index that all subscripts are; null: none
    bool any = false, whole = false;
    std::optional<Quantity> most; ///< values of a subscript that is data; none: as many as the dimension has
  };
  using Part = llvm::SmallVector<Dimension>;
  using Parts = llvm::MapVector<mlir::Value, Part>;

  Quantity operations(mlir::Block &block);
  std::optional<Quantity> valuesOfData(mlir::Value subscript);
  Part &touch(Parts &parts, mlir::Value array, mlir::ValueRange subscripts);
  void collect(mlir::Block &block, NestCost &cost);
  Quantity tables(ir::NestOp nest);
  Quantity bytes(mlir::Value array, Part &part);
  Quantity bytes(mlir::Value array);
  Quantity applied(ir::ApplyOp op);

  ir::PlanOp plan_;
  const SizeOf &known_;
  Symbols &symbols_;
  Parts reads_, writes_, allWrites_;
  llvm::SetVector<mlir::Value> tables_; // arrays that the nest adds into
  llvm::DenseMap<mlir::Value, Quantity> amounts_;
  llvm::DenseMap<mlir::Value, Range> ranges_; // of indices
};

} // namespace mercer::scheduling
