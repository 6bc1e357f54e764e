#include "compiler/lowering/Passes.h"

#include "compiler/lowering/Lowering.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace mercer::lowering {

#define GEN_PASS_DEF_LOWER
#define GEN_PASS_DEF_TOLLVM
#include "compiler/lowering/Passes.h.inc"

namespace {

struct Lower : impl::LowerBase<Lower> {
  using LowerBase::LowerBase;

  void runOnOperation() override {
    auto plans = llvm::to_vector(getOperation().getOps<ir::PlanOp>());
    if (plans.empty()) {
      getOperation().emitError() << "has no mercer.plan to lower";
      return signalPassFailure();
    }
    for (ir::PlanOp plan : plans) { // lowerPlan takes the first that is left
      std::string symbol = ("mercer_" + plan.getSymName()).str();
      if (getOperation().lookupSymbol(symbol)) {
        plan.emitOpError() << "lowers to a function named '" << symbol << "', which is there already";
        return signalPassFailure();
      }
      lowerPlan(getOperation(), symbol, Target{avx512, fast, accumulateInF64, contiguous});
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
