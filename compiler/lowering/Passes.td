#ifndef MERCER_LOWERING_PASSES_TD
#define MERCER_LOWERING_PASSES_TD

include "mlir/Pass/PassBase.td"

def Lower : Pass<"mercer-lower", "::mlir::ModuleOp"> {
  let summary = "makes functions in scf, arith, math, vector and llvm of each mercer.plan";
  let options = [
    Option<"avx512", "avx512", "bool", "true", "with the instructions of AVX-512">,
    Option<"fast", "fast", "bool", "false", "shorter polynomials, of 4 ulp">,
    Option<"accumulateInF64", "accumulate-in-f64", "bool", "false", "sums of f32 values add in f64">,
    Option<"contiguous", "contiguous", "bool", "true", "no gaps between the elements of rows; strides that follow from known sizes are row-major ones">,
    Option<"fma", "fma", "bool", "true", "with an instruction for a product and a sum of one rounding">,
    Option<"pairs", "pairs", "std::string", "\"none\"", "what adds up products of bf16: none, vectors (avx512_bf16), tiles (amx_bf16)">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect", "::mlir::math::MathDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def ToLlvm : Pass<"mercer-to-llvm", "::mlir::ModuleOp"> {
  let summary = "takes what mercer-lower makes to the LLVM dialect";
  let dependentDialects = ["::mlir::cf::ControlFlowDialect", "::mlir::LLVM::LLVMDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::ub::UBDialect"];
}

#endif // MERCER_LOWERING_PASSES_TD
