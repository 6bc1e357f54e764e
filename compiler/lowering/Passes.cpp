#include "compiler/lowering/Passes.h"

#include "compiler/lowering/Lowering.h"
#include "compiler/scheduling/Operations.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace mercer::lowering {

#define GEN_PASS_DEF_LOWER
#define GEN_PASS_DEF_TOLLVM
#include "compiler/lowering/Passes.h.inc"

namespace {

/// Does a value that stands in a nest depend on the index that runs in vectors?
bool dependsOnLanes(Value root) {
  SmallVector<Value> stack{root};
  DenseSet<Value> seen;
  while (!stack.empty()) {
    Value value = stack.pop_back_val();
    if (isa<ir::ArrayType>(value.getType()) || !seen.insert(value).second)
      continue;
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      auto nest = dyn_cast<ir::NestOp>(argument.getOwner()->getParentOp());
      auto loop = dyn_cast<ir::LoopOp>(argument.getOwner()->getParentOp());
      if ((nest && nest.getLanes()) || (loop && loop.getLanes()))
        return true;
    } else if (Operation *op = value.getDefiningOp()) {
      llvm::append_range(stack, op->getOperands());
    }
  }
  return false;
}

/// What plans may say and the scheduler does not write: refused, so that text from outside gets no wrong
/// code.
LogicalResult verifyLowered(ir::PlanOp plan, const Target &target) {
  if (int64_t longest = scheduling::longestBody(plan); longest > scheduling::longestBodyAllowed)
    return plan.emitOpError() << "has a loop of about " << longest << " machine operations; the limit is "
                              << scheduling::longestBodyAllowed;
  WalkResult result = plan.walk([&](Operation *op) {
    auto loop = dyn_cast<ir::LoopOp>(op);
    if (loop && loop.getPairs() && (target.pairs == Pairs::none || loop->getParentOfType<ir::NestOp>().getLanes() != 16)) {
      op->emitOpError() << "with pairs needs a target that has them, and a nest with 16 lanes";
      return WalkResult::interrupt();
    }
    bool stores = loop && loop.getBody()
                              .walk([](Operation *inner) {
                                return isa<ir::StoreOp, ir::AccumulateOp>(inner) ? WalkResult::interrupt()
                                                                                 : WalkResult::advance();
                              })
                              .wasInterrupted();
    if (stores && (dependsOnLanes(loop.getLower()) || dependsOnLanes(loop.getUpper()))) {
      op->emitOpError() << "stores, and has bounds that differ from lane to lane, which is not lowered";
      return WalkResult::interrupt();
    }
    auto accumulate = dyn_cast<ir::AccumulateOp>(op);
    if (!accumulate || accumulate.getArray().getDefiningOp<ir::AccumulatorOp>())
      return WalkResult::advance();
    if (accumulate.getSubscripts().empty() && !isa<ir::NestOp>(op->getParentOp())) {
      op->emitOpError() << "into an array of rank 0 of the plan is lowered only directly in a nest";
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

struct Lower : impl::LowerBase<Lower> {
  using LowerBase::LowerBase;

  void runOnOperation() override {
    auto plans = llvm::to_vector(getOperation().getOps<ir::PlanOp>());
    if (plans.empty()) {
      getOperation().emitError() << "has no mercer.plan to lower";
      return signalPassFailure();
    }
    std::optional<Pairs> known = llvm::StringSwitch<std::optional<Pairs>>(pairs)
                                     .Case("none", Pairs::none)
                                     .Case("vectors", Pairs::vectors)
                                     .Case("tiles", Pairs::tiles)
                                     .Default(std::nullopt);
    if (!known) {
      getOperation().emitError() << "mercer-lower: 'pairs' must be none, vectors or tiles, but is '" << pairs << "'";
      return signalPassFailure();
    }
    Target target{avx512, fast, accumulateInF64, contiguous, fma, *known};
    for (ir::PlanOp plan : plans) { // lowerPlan takes the first that is left
      std::string symbol = ("mercer_" + plan.getSymName()).str();
      if (getOperation().lookupSymbol(symbol)) {
        plan.emitOpError() << "lowers to a function named '" << symbol << "', which is there already";
        return signalPassFailure();
      }
      if (failed(verifyLowered(plan, target)))
        return signalPassFailure();
      lowerPlan(getOperation(), symbol, target);
    }
  }
};

struct ToLlvm : impl::ToLlvmBase<ToLlvm> {
  void runOnOperation() override {
    if (failed(lowerToLlvm(getOperation())))
      signalPassFailure();
  }
};

} // namespace
} // namespace mercer::lowering
