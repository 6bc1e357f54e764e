#include "compiler/transforms/EqualOps.h"
#include "compiler/transforms/Formula.h"
#include "compiler/transforms/Simplify.h"

using namespace mlir;

namespace mercer::transforms {
namespace {

using dsl::Function;

/// Walks a block once from the top. What comes before has its final form.
class Unifier {
public:
  explicit Unifier(Block &block) : block_(block) {}

  void run() {
    for (Operation &op : llvm::make_early_inc_range(block_)) {
      if (auto apply = dyn_cast<ir::ApplyOp>(op))
        order(apply);
      unify(&op);
    }
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block_)))
      if (op.use_empty() && (isMemoryEffectFree(&op) || isa<ir::IndexOp>(op)) && op.getNumResults() > 0)
        op.erase();
  }

private:
  /// Constants come last.
  unsigned rank(Value value) {
    if (!value.getDefiningOp())
      return 0;
    return isa<ir::ConstantOp>(value.getDefiningOp()) ? ~0u : position_.lookup(value.getDefiningOp());
  }
  bool inOrder(Value a, Value b) { return rank(a) <= rank(b); }

  void order(ir::ApplyOp op) {
    Function function = op.getFunction().getValue();
    OperandRange x = op.getOperands();
    if (x.size() == 2 && isReordered(function) && !inOrder(x[0], x[1]))
      op->setOperands({x[1], x[0]});
    // b - a -> -(a - b) where a - b is there: the sign then leaves sums, and one sum serves both.
    if (auto turned = differences_.find(reversed(op)); turned != differences_.end()) {
      OpBuilder builder(op);
      Value negative = ir::apply(builder, op.getLoc(), Function::neg, {turned->second});
      op.getResult().replaceAllUsesWith(unify(negative.getDefiningOp())->getResult(0));
      return;
    }
    bool even = function == Function::square || function == Function::abs;
    if (even && is(op.getOperands()[0], Function::neg)) // also one that was made above
      op->setOperands(operand(op.getOperands()[0]));
    // square(b - a) -> square(a - b): an op of its own, for others may use b - a.
    if (!even || !is(op.getOperands()[0], Function::sub))
      return;
    Value difference = op.getOperands()[0], a = operand(difference, 0), b = operand(difference, 1);
    if (!isa<FloatType>(a.getType()) || inOrder(a, b))
      return;
    OpBuilder builder(op);
    Value turned = ir::apply(builder, difference.getLoc(), Function::sub, {b, a});
    op->setOperands(unify(turned.getDefiningOp())->getResult(0));
  }

  using Pair = std::pair<Value, Value>;

  /// (b, a) of a real a - b; of anything else a pair that is no key.
  static Pair reversed(ir::ApplyOp op) {
    bool difference =
        op.getFunction().getValue() == Function::sub && isa<FloatType>(op.getResult().getType());
    return difference ? Pair(op.getOperands()[1], op.getOperands()[0]) : Pair();
  }

  /// The first op that computes the same; `op` itself is erased when it is another.
  Operation *unify(Operation *op) {
    if (op->getNumResults() != 1 || !isMemoryEffectFree(op)) {
      number(op);
      return op;
    }
    if (Operation *first = equal_.first(op); first != op) {
      op->getResult(0).replaceAllUsesWith(first->getResult(0));
      op->erase();
      return first;
    }
    number(op);
    if (auto apply = dyn_cast<ir::ApplyOp>(op))
      if (auto [b, a] = reversed(apply); a)
        differences_.try_emplace({a, b}, apply.getResult());
    return op;
  }

  void number(Operation *op) { position_.try_emplace(op, static_cast<unsigned>(position_.size()) + 1); }

  Block &block_;
  DenseMap<Operation *, unsigned> position_;
  DenseMap<Pair, Value> differences_; // (a, b) -> a - b
  EqualOps equal_;
};

} // namespace

bool isReordered(Function function) {
  switch (function) {
  case Function::add:
  case Function::mul:
  case Function::eq:
  case Function::ne:
  case Function::hypot:
    return true;
  default:
    return false;
  }
}

void orderAndUnify(ir::ProgramOp program) { Unifier(program.getBlock()).run(); }

} // namespace mercer::transforms
