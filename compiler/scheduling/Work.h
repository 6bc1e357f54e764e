// What a plan's loops do in each turn: instructions by port, and what they touch of arrays.
#pragma once

#include "compiler/scheduling/Cost.h"
#include "compiler/scheduling/Forecast.h"

#include "llvm/ADT/DenseSet.h"

namespace mercer::scheduling {

/// Makes of each nest of a plan what predicts its time.
class Forecaster {
public:
  Forecaster(ir::PlanOp plan, Cost &cost, Symbols &symbols, int64_t lanes);

  NestForecast of(ir::NestOp nest);

private:
  /// How a value differs from lane to lane, as in lowering/Lanes.h.
  enum class Kind { uniform, linear, varying };

  /// The values that a jammed loop has for each of the iterations that run side by side.
  struct Copies {
    llvm::DenseSet<mlir::Value> values;
    double count = 1;
    double of(mlir::Value value) const { return values.contains(value) ? count : 1; }
  };

  void visit(mlir::Block &block, unsigned at, Copies &copies);
  void count(mlir::Operation &op, Work &work, const Copies &copies);
  void countApply(ir::ApplyOp op, Work &work, double copies);
  void countAccess(mlir::Value array, mlir::ValueRange subscripts, mlir::Type value, double copies, double &port,
                   Work &work);
  bool isTransposed(ir::StoreOp op, const Copies &copies);
  void countAccumulate(ir::AccumulateOp op, Work &work, double copies);
  Work ofReduction(dsl::Reduction kind, mlir::Value value, mlir::Value predicate);
  void enter(ir::LoopOp loop, unsigned parent, Copies &copies);
  void touch(LoopForecast &body, mlir::Value array, mlir::ValueRange subscripts, bool written);
  void indicesOf(mlir::Value value, Access::Dimension &dimension);
  Quantity turnsOf(mlir::Operation *body);

  Kind kindOf(mlir::Value value);
  Kind kindOf(mlir::ValueRange values);
  double width(mlir::Operation *op); ///< lanes that are active where it stands, or 1
  double registers(mlir::Operation *op, mlir::Type type, Kind kind);
  bool isWide(mlir::Value array);

  Cost &cost_;
  Symbols &symbols_;
  double vectorBits_;
  llvm::DenseMap<mlir::Value, unsigned> arrays_; // their numbers
  ir::NestOp nest_;
  NestForecast result_;
  llvm::DenseMap<mlir::Value, Kind> kinds_;
  llvm::DenseMap<mlir::Value, unsigned> loops_; // positions of indices
};

} // namespace mercer::scheduling
