// Runs passes over text of the mercer dialect, from a program to LLVM's dialect, and prints the result.
#include "compiler/Pipeline.h"
#include "compiler/dialect/Mercer.h"
#include "compiler/lowering/Passes.h"
#include "compiler/scheduling/Passes.h"
#include "compiler/import/TextLimits.h"
#include "compiler/transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/ToolOutputFile.h"
#include "llvm/Support/thread.h"

static int run(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<mercer::ir::MercerDialect, mlir::arith::ArithDialect, mlir::cf::ControlFlowDialect,
                  mlir::func::FuncDialect, mlir::LLVM::LLVMDialect, mlir::math::MathDialect,
                  mlir::memref::MemRefDialect, mlir::scf::SCFDialect, mlir::ub::UBDialect,
                  mlir::vector::VectorDialect>();
  mercer::transforms::registerMercerTransformsPasses();
  mercer::scheduling::registerMercerSchedulingPasses();
  mercer::lowering::registerMercerLoweringPasses();
  mlir::PassPipelineRegistration<> transforms("mercer-pipeline", "all transforms of a program, in order",
                                              mercer::compiler::addTransforms);
  mlir::registerCanonicalizerPass();
  mlir::registerCSEPass();

  auto [input, output] =
      mlir::registerAndParseCLIOptions(argc, argv, "mercer-opt: passes over programs\n", registry);
  mlir::MlirOptMainConfig config = mlir::MlirOptMainConfig::createFromCLOptions();
  std::string message;
  std::unique_ptr<llvm::MemoryBuffer> text = mlir::openInputFile(input, &message);
  if (!text) {
    llvm::errs() << "mercer-opt: " << message << '\n';
    return 1;
  }
  // MLIR's parser overflows the stack on deep brackets and takes minutes for long literals: refused before
  // it.
  if (std::string excess = mercer::compiler::exceededLimit(text->getBuffer()); !excess.empty()) {
    llvm::errs() << "mercer-opt: " << input << ": " << excess << '\n';
    return 1;
  }
  std::unique_ptr<llvm::ToolOutputFile> file = mlir::openOutputFile(output, &message);
  if (!file) {
    llvm::errs() << "mercer-opt: " << message << '\n';
    return 1;
  }
  if (failed(mlir::MlirOptMain(file->os(), std::move(text), registry, config)))
    return 1;
  file->keep();
  return 0;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  // What lowering and LLVM do by recursion is as deep as a text's longest chain of values.
  constexpr std::optional<unsigned> stack = 256u << 20;
  int status = 1;
  llvm::thread worker(stack, [&] { status = run(argc, argv); });
  worker.join();
  return status;
}
