#include "test/numeric/math/Kernels.h"

#include "compiler/lowering/math/Math.h"

#include <cstdio>
#include <cstdlib>
#include <llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Target/TargetMachine.h>
#include <mlir/Conversion/Passes.h>
#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/Dialect/ControlFlow/IR/ControlFlow.h>
#include <mlir/Dialect/Func/IR/FuncOps.h>
#include <mlir/Dialect/LLVMIR/LLVMDialect.h>
#include <mlir/Dialect/Math/IR/Math.h>
#include <mlir/Dialect/MemRef/IR/MemRef.h>
#include <mlir/Dialect/SCF/IR/SCF.h>
#include <mlir/Dialect/Vector/IR/VectorOps.h>
#include <mlir/ExecutionEngine/ExecutionEngine.h>
#include <mlir/ExecutionEngine/OptUtils.h>
#include <mlir/IR/BuiltinOps.h>
#include <mlir/Pass/PassManager.h>
#include <mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h>
#include <mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h>

using namespace mlir;

namespace mercer::test {

struct Kernels::Engine {
  MLIRContext context;
  std::unique_ptr<ExecutionEngine> engine;
};

[[noreturn]] static void fail(const std::string &message) {
  std::fprintf(stderr, "math-check: %s\n", message.c_str());
  std::exit(2);
}

static void buildKernel(OpBuilder &builder, const KernelSpec &spec, const std::string &name) {
  Location loc = builder.getUnknownLoc();
  Type element = spec.f64 ? Type(builder.getF64Type()) : Type(builder.getF32Type());
  auto memref = MemRefType::get({kernelLength}, element);
  auto function =
      func::FuncOp::create(builder, loc, name, builder.getFunctionType({memref, memref, memref}, {}));
  OpBuilder::InsertionGuard guard(builder);
  Block *body = function.addEntryBlock();
  builder.setInsertionPointToStart(body);
  auto index = [&](int64_t number) -> Value { return arith::ConstantIndexOp::create(builder, loc, number); };
  auto loop = scf::ForOp::create(builder, loc, index(0), index(kernelLength), index(spec.width));
  func::ReturnOp::create(builder, loc);
  builder.setInsertionPointToStart(loop.getBody());
  Value at = loop.getInductionVar();
  auto vector = VectorType::get({spec.width}, element);
  SmallVector<Value> operands;
  for (int k = 0; k < spec.operands; ++k) {
    Value from = body->getArgument(k);
    operands.push_back(spec.width == 1 ? Value(memref::LoadOp::create(builder, loc, from, at))
                                       : Value(vector::LoadOp::create(builder, loc, vector, from, at)));
  }
  Value result =
      lowering::emitMath(builder, loc, spec.function, operands, {.avx512 = spec.avx512, .fast = spec.fast, .fma = spec.fma});
  if (!result)
    fail("emitMath does not know '" + spec.function + "' of " + std::to_string(spec.operands) + " operands");
  if (spec.width == 1)
    memref::StoreOp::create(builder, loc, result, body->getArgument(2), at);
  else
    vector::StoreOp::create(builder, loc, result, body->getArgument(2), at);
}

// Conversion would turn any other function of the dialect into calls of libm, one per lane.
static void checkOperations(ModuleOp module) {
  module.walk([](Operation *op) {
    if (llvm::isa_and_nonnull<math::MathDialect>(op->getDialect()) &&
        !isa<math::AbsFOp, math::CeilOp, math::CopySignOp, math::FloorOp, math::FmaOp, math::RoundEvenOp,
             math::SqrtOp>(op))
      fail("emitMath made '" + op->getName().getStringRef().str() + "'");
  });
}

static void lower(ModuleOp module) {
  PassManager passes(module.getContext());
  passes.enableVerifier(true);
  passes.addPass(createSCFToControlFlowPass());
  passes.addPass(createConvertVectorToLLVMPass());
  passes.addPass(createConvertMathToLLVMPass());
  passes.addPass(createFinalizeMemRefToLLVMConversionPass());
  ConvertFuncToLLVMPassOptions options;
  options.useBarePtrCallConv = true;
  passes.addPass(createConvertFuncToLLVMPass(options));
  passes.addPass(createArithToLLVMConversionPass());
  passes.addPass(createConvertControlFlowToLLVMPass());
  passes.addPass(createReconcileUnrealizedCastsPass());
  if (failed(passes.run(module)))
    fail("the module could not be lowered");
}

Kernels::Kernels(const std::vector<KernelSpec> &specs) : engine_(std::make_unique<Engine>()) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  MLIRContext &context = engine_->context;
  DialectRegistry registry;
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  context.appendDialectRegistry(registry);
  context.loadDialect<arith::ArithDialect, cf::ControlFlowDialect, func::FuncDialect, LLVM::LLVMDialect,
                      math::MathDialect, memref::MemRefDialect, scf::SCFDialect, vector::VectorDialect>();
  OpBuilder builder(&context);
  OwningOpRef<ModuleOp> module = ModuleOp::create(builder.getUnknownLoc());
  builder.setInsertionPointToStart(module->getBody());
  for (size_t k = 0; k < specs.size(); ++k)
    buildKernel(builder, specs[k], "kernel" + std::to_string(k));
  checkOperations(*module);
  lower(*module);

  auto host = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!host)
    fail(llvm::toString(host.takeError()));
  auto machine = host->createTargetMachine();
  if (!machine)
    fail(llvm::toString(machine.takeError()));
  ExecutionEngineOptions options;
  auto transformer = makeOptimizingTransformer(/*optLevel=*/1, /*sizeLevel=*/0, machine->get());
  options.transformer = transformer;
  options.jitCodeGenOptLevel = llvm::CodeGenOptLevel::Default;
  auto engine = ExecutionEngine::create(*module, options, std::move(*machine));
  if (!engine)
    fail(llvm::toString(engine.takeError()));
  engine_->engine = std::move(*engine);
  for (size_t k = 0; k < specs.size(); ++k) {
    auto symbol = engine_->engine->lookup("kernel" + std::to_string(k));
    if (!symbol)
      fail(llvm::toString(symbol.takeError()));
    functions_.push_back(reinterpret_cast<Function>(*symbol));
  }
}

Kernels::~Kernels() = default;

} // namespace mercer::test
