#ifndef MERCER_SCHEDULING_PASSES_TD
#define MERCER_SCHEDULING_PASSES_TD

include "mlir/Pass/PassBase.td"

def Schedule : Pass<"mercer-schedule", "::mlir::ModuleOp"> {
  let summary = "makes a mercer.plan of each mercer.program that has gone through the transforms";
  let options = [Option<"lanes", "lanes", "int64_t", "16", "elements of the arithmetic type in a vector">,
                 Option<"registers", "registers", "int64_t", "32", "registers that hold vectors">,
                 Option<"plan", "plan", "std::string", "", "decisions, by semicolons apart: jam.0=4;lanes.1=j; or random;17">,
                 Option<"pairs", "pairs", "bool", "false", "products of bf16 may be added in pairs">];
  let dependentDialects = ["::mercer::ir::MercerDialect"];
}

def Explain : Pass<"mercer-explain", "::mercer::ir::PlanOp"> {
  let summary = "says a plan in words, as a remark";
}

#endif // MERCER_SCHEDULING_PASSES_TD
