// Choices between two calls of one function.
#include "compiler/transforms/Formula.h"
#include "compiler/transforms/Stabilize.h"

using namespace mlir;

namespace mercer::transforms {
namespace {

using dsl::Function;

/// The function of which both sides of a choice are calls that only it needs and that are made as often as the choice: exp(a(i))
/// and exp(b(j)) are n + m calls, one of a choice between a(i) and b(j) would be n m.
std::optional<Function> commonCall(ir::FreeIndices &free, ir::ApplyOp choice) {
  if (choice.getFunction().getValue() != Function::select)
    return std::nullopt;
  auto yes = choice.getOperands()[1].getDefiningOp<ir::ApplyOp>(), no = choice.getOperands()[2].getDefiningOp<ir::ApplyOp>();
  if (!yes || !no || yes.getFunction() != no.getFunction() || yes.getOperands().size() != 1 || yes == no)
    return std::nullopt;
  Function function = yes.getFunction().getValue();
  size_t indices = free.of(choice.getResult()).size();
  for (ir::ApplyOp call : {yes, no})
    if (!call.getResult().hasOneUse() || free.of(call.getResult()).size() != indices)
      return std::nullopt;
  return isPolynomial(function) ? std::optional(function) : std::nullopt;
}

} // namespace

bool mergeChoices(Block &block) {
  ir::FreeIndices free;
  bool merged = false;
  for (Operation &op : llvm::make_early_inc_range(block)) {
    auto choice = dyn_cast<ir::ApplyOp>(op);
    while (choice) {
      std::optional<Function> function = commonCall(free, choice);
      if (!function)
        break;
      OpBuilder builder(choice);
      Formula f(builder, choice.getLoc(), choice.getType());
      Operation *calls[] = {choice.getOperands()[1].getDefiningOp(), choice.getOperands()[2].getDefiningOp()};
      Value argument = f.select(choice.getOperands()[0], calls[0]->getOperand(0), calls[1]->getOperand(0));
      Value result = f.call(*function, {argument});
      choice.getResult().replaceAllUsesWith(result);
      for (Operation *done : {choice.getOperation(), calls[0], calls[1]}) {
        free.forget(done->getResult(0));
        done->erase();
      }
      merged = true;
      choice = argument.getDefiningOp<ir::ApplyOp>(); // its sides may be calls again
    }
  }
  return merged;
}

} // namespace mercer::transforms
