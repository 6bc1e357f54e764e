#include "compiler/transforms/Formula.h"
#include "compiler/transforms/Simplify.h"

using namespace mlir;

namespace mercer::transforms {
namespace {

using dsl::Function;

/// The extent n in n > 0, null if it is no such comparison.
Value nonEmpty(Value condition) {
  for (auto [function, side] : {std::pair(Function::gt, 0u), {Function::ne, 0u}, {Function::lt, 1u}})
    if (is(condition, function) && isNumber(operand(condition, 1 - side), 0) &&
        operand(condition, side).getType().isInteger(64))
      return operand(condition, side);
  return {};
}

class Occupied {
public:
  explicit Occupied(ir::ProgramOp program) : program_(program), builder_(program.getContext()) {}

  void run() {
    for (Operation &op : llvm::make_early_inc_range(program_.getBlock())) {
      builder_.setInsertionPoint(&op);
      if (auto reduce = dyn_cast<ir::ReduceOp>(op)) {
        shorten(reduce.getPredicateMutable(), ir::unite(free_.of(reduce.getResult()), SmallVector<Value>(reduce.getOver())));
      } else if (auto read = dyn_cast<ir::ReadOp>(op)) {
        shorten(read.getGuardMutable(), free_.of(read.getResult()));
      } else if (auto apply = dyn_cast<ir::ApplyOp>(op); apply && is(apply.getResult(), Function::select)) {
        Value condition = apply.getOperands()[0], rest = without(condition, free_.of(apply.getResult()));
        if (!rest)
          apply.getResult().replaceAllUsesWith(apply.getOperands()[1]);
        else if (rest != condition)
          apply->setOperand(0, rest);
      }
    }
  }

private:
  void shorten(MutableOperandRange condition, ArrayRef<Value> indices) {
    if (condition.empty())
      return;
    Value before = condition[0].get(), rest = without(before, indices);
    if (!rest)
      condition.clear();
    else if (rest != before)
      condition.assign(rest);
  }

  /// A condition without what holds wherever there are values of some indices; null: always true.
  Value without(Value condition, ArrayRef<Value> indices) {
    if (is(condition, Function::logical_and)) {
      Value a = operand(condition, 0), b = operand(condition, 1);
      Value x = without(a, indices), y = without(b, indices);
      if (x == a && y == b)
        return condition;
      return x && y ? ir::apply(builder_, condition.getLoc(), Function::logical_and, {x, y}) : x ? x : y;
    }
    Value extent = nonEmpty(condition);
    bool known = extent && llvm::any_of(indices, [&](Value index) {
      return sameValue(index.getDefiningOp<ir::IndexOp>().getExtent(), extent);
    });
    return known ? Value() : condition;
  }

  ir::ProgramOp program_;
  OpBuilder builder_;
  ir::FreeIndices free_;
};

} // namespace

void useExtents(ir::ProgramOp program) { Occupied(program).run(); }

} // namespace mercer::transforms
