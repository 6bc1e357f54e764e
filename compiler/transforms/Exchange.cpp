#include "compiler/transforms/Exchange.h"

#include "compiler/transforms/Formula.h"
#include "compiler/transforms/Simplify.h"

using namespace mlir;

namespace mercer::transforms {

using dsl::Function;

bool Exchange::same(Value a, Value b, unsigned depth) {
  if (a == first_ || a == second_)
    return b == (a == first_ ? second_ : first_);
  bool fixed = !free_.depends(a, first_) && !free_.depends(a, second_);
  if (fixed || depth == 0)
    return fixed && a == b;
  auto [known, isNew] = known_.try_emplace({a, b}, false);
  if (!isNew)
    return known->second;
  if (known_.size() > 10000) // give up rather than compare for long
    return false;
  bool result = sameOps(a.getDefiningOp(), b.getDefiningOp(), depth - 1);
  known_[{a, b}] = result;
  return result;
}

bool Exchange::sameOps(Operation *a, Operation *b, unsigned depth) {
  if (!a || !b || a->getName() != b->getName() || a->getAttrs() != b->getAttrs() ||
      a->getPropertiesAsAttribute() != b->getPropertiesAsAttribute() || a->getNumOperands() != b->getNumOperands() ||
      isa<ir::IndexOp>(a))
    return false;
  ValueRange bound = ir::boundIndices(a);
  if (!llvm::equal(bound, ir::boundIndices(b)) || llvm::is_contained(bound, first_) || llvm::is_contained(bound, second_))
    return false;
  if (inOrder(a->getOperands(), b->getOperands(), depth))
    return true;
  auto apply = dyn_cast<ir::ApplyOp>(a);
  if (!apply)
    return false;
  Function function = apply.getFunction().getValue();
  if (a->getNumOperands() == 2 && commutes(function))
    return crossed(a, b, depth);
  // (x - y)^2 = (y - x)^2
  if ((function == Function::square || function == Function::abs) && is(a->getOperand(0), Function::sub) &&
      is(b->getOperand(0), Function::sub))
    return crossed(a->getOperand(0).getDefiningOp(), b->getOperand(0).getDefiningOp(), depth);
  return false;
}

bool Exchange::inOrder(ValueRange a, ValueRange b, unsigned depth) {
  return llvm::all_of(llvm::zip_equal(a, b), [&](auto pair) {
    auto [x, y] = pair;
    return isa<ir::ArrayType>(x.getType()) ? x == y : same(x, y, depth);
  });
}

bool Exchange::crossed(Operation *a, Operation *b, unsigned depth) {
  return same(a->getOperand(0), b->getOperand(1), depth) && same(a->getOperand(1), b->getOperand(0), depth);
}

bool Exchange::commutes(Function function) {
  if (isReordered(function))
    return true;
  using enum Function;
  return sameness_ == Sameness::equal &&
         (function == minimum || function == maximum || function == logical_and || function == logical_or);
}

} // namespace mercer::transforms
