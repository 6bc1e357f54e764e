#ifndef MERCER_SCHEDULING_PASSES_TD
#define MERCER_SCHEDULING_PASSES_TD

include "mlir/Pass/PassBase.td"

def Schedule : Pass<"mercer-schedule", "::mlir::ModuleOp"> {
  let summary = "makes a mercer.plan of each mercer.program that has gone through the transforms";
  let options = [Option<"lanes", "lanes", "int64_t", "16", "elements of the arithmetic type in a vector">,
                 Option<"sideBySide", "side-by-side", "int64_t", "8", "iterations of a loop that run at once at most">];
  let dependentDialects = ["::mercer::ir::MercerDialect"];
}

def Explain : Pass<"mercer-explain", "::mercer::ir::PlanOp"> {
  let summary = "says a plan in words, as a remark";
}

#endif // MERCER_SCHEDULING_PASSES_TD
