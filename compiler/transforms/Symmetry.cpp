// mercer-symmetry: sums over all pairs of a symmetric value become twice the sum over half of them.
#include "compiler/transforms/Exchange.h"
#include "compiler/transforms/Formula.h"
#include "compiler/transforms/Passes.h"
#include "compiler/transforms/Simplify.h"

using namespace mlir;

namespace mercer::transforms {

#define GEN_PASS_DEF_SYMMETRY
#include "compiler/transforms/Passes.h.inc"

namespace {

using dsl::Function;
using dsl::Reduction;

/// Does anything but `sums` use a part of `value` that is a function of both indices? Then the whole square
/// is needed anyway.
bool usedElsewhere(ir::FreeIndices &free, Value value, Value first, Value second,
                   ArrayRef<Operation *> sums) {
  DenseSet<Operation *> inside(sums.begin(), sums.end());
  SmallVector<Operation *> order, stack{value.getDefiningOp()};
  while (!stack.empty()) {
    Operation *op = stack.pop_back_val();
    if (!op || isa<ir::IndexOp>(op) || !free.depends(op->getResult(0), first) ||
        !free.depends(op->getResult(0), second) || !inside.insert(op).second)
      continue;
    order.push_back(op);
    for (Value operand : ir::scalarOperands(op))
      stack.push_back(operand.getDefiningOp());
  }
  return llvm::any_of(order, [&](Operation *op) {
    return llvm::any_of(op->getUsers(), [&](Operation *user) { return !inside.contains(user); });
  });
}

bool isSumOfReals(ir::ReduceOp op) {
  return op && op.getKind().getValue() == Reduction::sum && isa<FloatType>(op.getResult().getType());
}

/// The sum over all pairs, or over all pairs of different ones, of a value with K(i, j) = K(j, i), that
/// nothing else uses.
struct PairSum {
  Value first, second, value;
  bool withoutDiagonal = false;

  static std::optional<PairSum> of(ir::FreeIndices &free, ir::ReduceOp op);
};

std::optional<PairSum> PairSum::of(ir::FreeIndices &free, ir::ReduceOp op) {
  if (!isSumOfReals(op) || !free.of(op.getResult()).empty())
    return std::nullopt;
  SmallVector<Operation *> sums{op};
  PairSum result;
  Value predicate = op.getPredicate();
  if (op.getOver().size() == 2) {
    result = {op.getOver()[0], op.getOver()[1], op.getValue()};
  } else {
    auto inner = op.getValue().getDefiningOp<ir::ReduceOp>();
    if (op.getOver().size() != 1 || predicate || !isSumOfReals(inner) || inner.getOver().size() != 1)
      return std::nullopt;
    result = {op.getOver()[0], inner.getOver()[0], inner.getValue()};
    predicate = inner.getPredicate();
    sums.push_back(inner);
    if (!inner->hasOneUse())
      return std::nullopt;
  }
  if (predicate) {
    result.withoutDiagonal = is(predicate, Function::ne) &&
                             llvm::is_contained(predicate.getDefiningOp()->getOperands(), result.first) &&
                             llvm::is_contained(predicate.getDefiningOp()->getOperands(), result.second);
    if (!result.withoutDiagonal)
      return std::nullopt;
  }
  auto extent = [](Value index) { return index.getDefiningOp<ir::IndexOp>().getExtent(); };
  if (!sameValue(extent(result.first), extent(result.second)) || !free.depends(result.value, result.first) ||
      !free.depends(result.value, result.second))
    return std::nullopt;
  if (usedElsewhere(free, result.value, result.first, result.second, sums))
    return std::nullopt;
  Exchange exchange(free, result.first, result.second, Exchange::Sameness::equal);
  return exchange.same(result.value, result.value) ? std::optional(result) : std::nullopt;
}

/// sum(i, sum(j, K(i, j))) -> sum(i, 2 sum(j, K(i, j) where j < i) + K(i, i)) for K(i, j) = K(j, i)
void halve(ir::FreeIndices &free, ir::ReduceOp op, const PairSum &pairs) {
  OpBuilder builder(op);
  Formula f(builder, op.getLoc(), op.getResult().getType());
  Value below = ir::reduce(builder, op.getLoc(), Reduction::sum, pairs.second, pairs.value,
                           f.call(Function::lt, {pairs.second, pairs.first}));
  Value row = f.scale(2, below);
  if (!pairs.withoutDiagonal)
    row = f.add(row, ir::substitute(builder, free, pairs.value, {{pairs.second, pairs.first}}));
  op.getResult().replaceAllUsesWith(ir::reduce(builder, op.getLoc(), Reduction::sum, pairs.first, row));
}

struct SymmetryPass : impl::SymmetryBase<SymmetryPass> {
  void runOnOperation() override {
    ir::FreeIndices free;
    SmallVector<ir::ReduceOp> sums(getOperation().getBlock().getOps<ir::ReduceOp>());
    for (ir::ReduceOp op : sums)
      if (std::optional<PairSum> pairs = PairSum::of(free, op))
        halve(free, op, *pairs);
    orderAndUnify(getOperation());
  }
};

} // namespace
} // namespace mercer::transforms
