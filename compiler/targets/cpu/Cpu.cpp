#include "compiler/targets/cpu/Cpu.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/PassInfo.h"
#include "llvm/PassRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

namespace mercer::targets {
namespace {

void initialise() {
  static const bool once = [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser();
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64Target();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmPrinter();
    return true;
  }();
  (void)once;
}

std::string hostFeatures() {
  std::string features;
  for (const auto &[name, present] : llvm::sys::getHostCPUFeatures())
    features += (features.empty() ? "" : ",") + std::string(present ? "+" : "-") + name.str();
  return features;
}

llvm::Expected<std::unique_ptr<llvm::TargetMachine>> machineOf(const Cpu &cpu) {
  initialise();
  std::string message;
  llvm::Triple triple(cpu.triple);
  const llvm::Target *target = llvm::TargetRegistry::lookupTarget(triple, message);
  if (!target)
    return llvm::createStringError(message);
  std::unique_ptr<llvm::TargetMachine> machine(target->createTargetMachine(
      triple, cpu.name, cpu.features, llvm::TargetOptions(), llvm::Reloc::PIC_, std::nullopt, llvm::CodeGenOptLevel::Default));
  if (!machine)
    return llvm::createStringError("no code generator for CPU '" + cpu.name + "'");
  return machine;
}

/// The operations of the longest block from which on instructions keep the order that they are written in: schedulers compare each
/// access to memory with all others of its block, and where 4000 operations spill registers all the time they took half of the time.
constexpr size_t longestScheduled = 600;

size_t longestBlock(const llvm::Module &module) {
  size_t longest = 0;
  for (const llvm::Function &function : module)
    for (const llvm::BasicBlock &block : function)
      longest = std::max(longest, block.size());
  return longest;
}

/// Code generation without the passes on loops: addresses are written as the processor has them, and these took a fifth of
/// the time and gained nothing.
class CodeGeneration : public llvm::legacy::PassManager {
public:
  explicit CodeGeneration(bool schedules) : schedules_(schedules) {}

  void add(llvm::Pass *pass) override {
    const llvm::PassInfo *info = llvm::PassRegistry::getPassRegistry()->getPassInfo(pass->getPassID());
    const llvm::StringRef name = info ? info->getPassArgument() : "";
    if (name == "loop-reduce" || name == "canon-freeze" || (!schedules_ && (name == "machine-scheduler" || name == "post-RA-sched")))
      delete pass;
    else
      PassManager::add(pass);
  }

private:
  bool schedules_;
};

} // namespace

llvm::Expected<Cpu> cpuNamed(const std::string &name) {
  Cpu cpu{name.empty() ? llvm::sys::getHostCPUName().str() : name, name.empty() ? hostFeatures() : "",
          llvm::sys::getProcessTriple()};
  if (name == "aarch64") {
    cpu.name = "generic";
    cpu.triple = "aarch64-unknown-linux-gnu";
    cpu.x86 = false;
    cpu.fma = true;
    return cpu;
  }
  auto machine = machineOf(cpu);
  if (!machine)
    return machine.takeError();
  const llvm::MCSubtargetInfo &info = *(*machine)->getMCSubtargetInfo();
  if (!name.empty() && !info.isCPUStringValid(name))
    return llvm::createStringError("unknown CPU '" + name + "'");
  cpu.fma = info.checkFeatures("+fma");
  cpu.avx512 = info.checkFeatures("+avx512f") && info.checkFeatures("+avx512dq") && info.checkFeatures("+avx512bw") &&
               info.checkFeatures("+avx512vl");
  cpu.pairs = cpu.avx512 && info.checkFeatures("+avx512bf16");
  cpu.tiles = cpu.pairs && info.checkFeatures("+amx-tile") && info.checkFeatures("+amx-bf16");
  cpu.vectorBits = cpu.avx512 ? 512 : info.checkFeatures("+avx2") ? 256 : 128;
  // LLVM would make a branch for each lane of a gather where AVX2 has one instruction, which some processors take as long for: of long
  // kernels that was half of the code.
  if (cpu.vectorBits == 256)
    cpu.features += (cpu.features.empty() ? "" : ",") + std::string("+fast-gather");
  return cpu;
}

/// Code generation takes time that is quadratic in the length of a block: 20 000 instructions take seconds, 100 000 minutes.
static constexpr size_t largestBlock = 20'000;

llvm::Error optimise(llvm::Module &module, const Cpu &cpu, llvm::function_ref<void(const std::string &)> done) {
  auto machine = machineOf(cpu);
  if (!machine)
    return machine.takeError();
  module.setTargetTriple((*machine)->getTargetTriple());
  module.setDataLayout((*machine)->createDataLayout());
  for (llvm::Function &function : module)
    if (!function.isDeclaration()) {
      function.addFnAttr("target-cpu", cpu.name);
      function.addFnAttr("target-features", cpu.features);
      if (cpu.avx512)
        function.addFnAttr("prefer-vector-width", "512");
    }
  llvm::PassInstrumentationCallbacks callbacks;
  callbacks.registerAfterPassCallback([&](llvm::StringRef pass, llvm::Any, const llvm::PreservedAnalyses &) {
    if (!pass.ends_with("Adaptor") && !pass.contains('<'))
      done(pass.str());
  });
  llvm::PassBuilder builder(machine->get(), llvm::PipelineTuningOptions(), std::nullopt, &callbacks);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager graphs;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(graphs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, graphs, modules);
  llvm::ModulePassManager passes;
  // The inner loops are what the scheduler wrote; this list only tidies. SROA, GVN and more rounds cost time and gain nothing.
  if (llvm::Error error = builder.parsePassPipeline(
          passes, "function(early-cse<memssa>,loop-simplify,lcssa,loop-mssa(licm),"
                  "instcombine<no-verify-fixpoint>,early-cse)"))
    return error;
  passes.run(module, modules);
  if (size_t longest = longestBlock(module); longest > largestBlock)
    return llvm::createStringError("one loop has " + std::to_string(longest) + " machine operations; the limit is " +
                                   std::to_string(largestBlock));
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> emitCode(llvm::Module &module, const Cpu &cpu, bool assembly) {
  auto machine = machineOf(cpu);
  if (!machine)
    return machine.takeError();
  llvm::SmallString<0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  CodeGeneration codegen(longestBlock(module) <= longestScheduled);
  auto kind = assembly ? llvm::CodeGenFileType::AssemblyFile : llvm::CodeGenFileType::ObjectFile;
  if ((*machine)->addPassesToEmitFile(codegen, stream, nullptr, kind, /*DisableVerify=*/true))
    return llvm::createStringError("the code generator cannot write objects");
  codegen.run(module);
  return std::make_unique<llvm::SmallVectorMemoryBuffer>(std::move(bytes), "mercer", false);
}

} // namespace mercer::targets
