#ifndef MERCER_TRANSFORMS_PASSES_TD
#define MERCER_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

class Mercer_ProgramPass<string argument> : Pass<argument, "::mercer::ir::ProgramOp"> {
  let dependentDialects = ["::mercer::ir::MercerDialect"];
}

def Stabilize : Mercer_ProgramPass<"mercer-stabilize"> {
  let summary = "rewrites formulas that overflow or cancel into ones that do not";
}

def Differentiate : Mercer_ProgramPass<"mercer-differentiate"> {
  let summary = "expands mercer.gradient and mercer.tangent; writes out all arrays";
}

def CanonicalIndices : Mercer_ProgramPass<"mercer-canonical-indices"> {
  let summary = "renames bound and output indices so that equal values become the same value";
}

def Simplify : Mercer_ProgramPass<"mercer-simplify"> {
  let summary = "canonical forms of scalar formulas";
}

def Factor : Mercer_ProgramPass<"mercer-factor"> {
  let summary = "moves factors out of sums and predicates on the reduced index into single terms";
}

def MergeSums : Mercer_ProgramPass<"mercer-merge-sums"> {
  let summary = "makes one sum of several that weigh the same terms";
}

def Symmetry : Mercer_ProgramPass<"mercer-symmetry"> {
  let summary = "sums half of the pairs of a symmetric value";
}

def Exponents : Mercer_ProgramPass<"mercer-exponents"> {
  let summary = "exponentials of multiples to base 2, the conversion in the factor that has fewer indices";
}

def UnrollSmall : Mercer_ProgramPass<"mercer-unroll-small"> {
  let summary = "writes out reductions and outputs over indices of a small constant extent";
  let options = [Option<"limit", "limit", "int64_t", "16", "largest extent that is written out">];
}

def SplitReductions : Mercer_ProgramPass<"mercer-split-reductions"> {
  let summary = "makes each reduction over several indices one over the first of one over the others";
}

def Scatter : Mercer_ProgramPass<"mercer-scatter"> {
  let summary = "makes arrays that one loop over the terms fills of sums by a predicate over an index of the result";
}

def StoreReductions : Mercer_ProgramPass<"mercer-store-reductions"> {
  let summary = "makes arrays of the reductions that depend on at most one index, and of tables over two: what is computed once";
}

def ChecksToValues : Mercer_ProgramPass<"mercer-checks-to-values"> {
  let summary = "makes each check an output that says whether it fails";
}

#endif // MERCER_TRANSFORMS_PASSES_TD
