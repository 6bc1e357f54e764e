#include "compiler/Compiler.h"

#include "compiler/Context.h"
#include "compiler/ModuleCode.h"
#include "compiler/Pipeline.h"
#include "compiler/dialect/Mercer.h"
#include "compiler/import/Import.h"
#include "compiler/import/TextLimits.h"
#include "compiler/lowering/Lowering.h"
#include "compiler/scheduling/Explain.h"
#include "compiler/scheduling/Operations.h"
#include "compiler/scheduling/Schedule.h"
#include "compiler/scheduling/Search.h"
#include "compiler/targets/cpu/Cpu.h"
#include "compiler/targets/cpu/Parts.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Export.h"

#include "llvm/Support/raw_ostream.h"

#include <chrono>

using namespace mlir;

namespace mercer::compiler {
namespace {

/// Says when each pass of a pass manager is done.
class PassTimes : public PassInstrumentation {
public:
  explicit PassTimes(std::function<void(const std::string &)> done) : done_(std::move(done)) {}
  void runAfterPass(Pass *pass, Operation *) override {
    if (!pass->getArgument().empty()) // an adaptor otherwise
      done_(pass->getArgument().str());
  }

private:
  std::function<void(const std::string &)> done_;
};

class Compilation {
public:
  /// What makes the program's module; null after a diagnostic.
  using Source = std::function<OwningOpRef<ModuleOp>(MLIRContext &)>;

  /// `shared`: where the LLVM module lives, if it outlives this.
  Compilation(std::string name, Source source, const Options &options, llvm::LLVMContext *shared = nullptr)
      : name_(std::move(name)), source_(std::move(source)), options_(options),
        ownLlvmContext_(shared ? nullptr : std::make_unique<llvm::LLVMContext>()),
        llvmContext_(shared ? *shared : *ownLlvmContext_), context_(newContext()),
        handler_(context_.get(), [this](Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() == DiagnosticSeverity::Error && diagnostics_.empty()) {
            diagnostics_ = diagnostic.str();
            place_ = diagnostic.getLocation();
          }
          return success();
        }) {}

  Compilation(const dsl::Graph &graph, const Options &options, llvm::LLVMContext *shared = nullptr)
      : Compilation(
            graph.name,
            [&](MLIRContext &context) {
              return importGraph(context, graph, options.inputTypes, options.arithmetic, options.outputTypes);
            },
            options, shared) {}

  /// Runs the stages up to `last`.
  llvm::Error runTo(StringRef last) {
    return run([&](StringRef stage) { return stage != last; });
  }

  /// Runs the stages as long as `goesOn` is true of the one that is done.
  llvm::Error run(llvm::function_ref<bool(StringRef stage)> goesOn) {
    auto cpu = targets::cpuNamed(options_.cpu);
    if (!cpu)
      return cpu.takeError();
    cpu_ = *cpu;
    module_ = source_(*context_);
    if (!module_)
      return misreading();
    name_ = (*module_->getOps<ir::ProgramOp>().begin()).getSymName();
    assumeSizes();
    done("import");
    if (!goesOn("program"))
      return llvm::Error::success();
    if (failed(runTransforms()))
      return failure("transforms");
    if (!goesOn("mlir"))
      return llvm::Error::success();
    for (auto program : module_->getOps<ir::ProgramOp>())
      if (program.getBlock().getOperations().size() > 100'000)
        return llvm::createStringError("program '" + name_ + "' has more than 100000 operations after differentiation");
    scheduling::PlanFacts facts = this->facts();
    scheduling::Choices choices(options_.plan);
    if (failed(scheduling::schedule(*module_, facts.machine, choices)))
      return failure("scheduling");
    auto plan = *module_->getOps<ir::PlanOp>().begin();
    if (llvm::Error error = checkLength(plan))
      return error;
    facts.choices = &choices;
    explanation = scheduling::explain(plan, facts);
    for (BlockArgument output : plan.getBlock().getArguments().drop_front(plan.getInputs()))
      outputTypes.push_back(dtypeOf(cast<ir::ArrayType>(output.getType()).getElement()));
    done("scheduling");
    if (!goesOn("nests"))
      return llvm::Error::success();
    symbol = "mercer_" + name_;
    lowering::Target target{cpu_.avx512, options_.fast, options_.accumulateInF64, options_.contiguous, cpu_.fma, pairs()};
    target.nearCache = facts.machine.caches[1] / 2;
    // Stores past the caches end with an instruction of x86.
    target.streamed = cpu_.x86 ? std::min<int64_t>(facts.machine.caches[2] / 2, lowering::mostCached) : lowering::neverStreamed;
    nestsOfCalls = lowering::nestsOfCalls(plan);
    frameWords = lowering::lowerPlan(*module_, symbol, target);
    done("lowering");
    if (!goesOn("vector"))
      return llvm::Error::success();
    if (failed(lowering::lowerToLlvm(*module_)))
      return failure("lowering to LLVM");
    done("conversion/to the LLVM dialect");
    llvmModule_ = translateModuleToLLVMIR(*module_, llvmContext_, "mercer", /*disableVerification=*/true);
    if (!llvmModule_)
      return failure("translation to LLVM IR");
    done("conversion/translation");
    if (!goesOn("llvm"))
      return llvm::Error::success();
    return optimise();
  }

  /// After the transforms.
  std::vector<scheduling::PlanTime> search(const scheduling::SizeOf &sizes) {
    return scheduling::searchPlans(*module_, facts(), sizes, /*sameBits=*/true);
  }

  llvm::Error optimise() {
    return targets::optimise(*llvmModule_, cpu_, [&](const std::string &part) { done("target/" + part); });
  }

  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> generate(bool assembly) {
    auto code = targets::emitCode(*llvmModule_, cpu_, assembly);
    done("target/code generation");
    return code;
  }

  /// Optimised, by as many threads as have enough to do.
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> object() {
    const std::size_t parts = targets::partsOf(*llvmModule_, options_.threads);
    if (parts > 1) {
      auto code = targets::emitParts(*llvmModule_, cpu_, parts, options_.inParallel);
      done("target/" + std::to_string(parts) + " parts");
      return code;
    }
    if (llvm::Error error = optimise())
      return error;
    return generate(/*assembly=*/false);
  }

  /// The LLVM module, and the CPU that it is for.
  std::unique_ptr<llvm::Module> takeModule() { return std::move(llvmModule_); }
  const targets::Cpu &cpu() const { return cpu_; }

  /// Tells `take` of each stage.
  llvm::Error emit(TakeStage take) {
    bool more = true;
    auto goesOn = [&](StringRef stage) { return more = take(stage, [&] { return text(stage); }); };
    if (llvm::Error error = run(goesOn); error || !more)
      return error;
    auto assembly = generate(true);
    if (!assembly)
      return assembly.takeError();
    take("asm", [&] { return (*assembly)->getBuffer().str(); });
    return llvm::Error::success();
  }

  std::string text(StringRef stage) {
    std::string result;
    llvm::raw_string_ostream stream(result);
    if (stage == "llvm")
      llvmModule_->print(stream, nullptr);
    else
      module_->print(stream);
    return result;
  }

  std::string symbol;
  std::optional<scheduling::Explanation> explanation;
  int64_t frameWords = 0;
  std::vector<int> nestsOfCalls;
  std::vector<DType> outputTypes;
  std::vector<StageTime> times;

private:
  /// What adds up products of bf16. The instructions take subnormal numbers as 0, which only Precision::fast allows.
  lowering::Pairs pairs() const {
    bool allowed = options_.fast && options_.arithmetic == DType::f32 && !options_.accumulateInF64;
    if (!allowed || !cpu_.pairs)
      return lowering::Pairs::none;
    return cpu_.tiles && options_.tileRegisters ? lowering::Pairs::tiles : lowering::Pairs::vectors;
  }

  LogicalResult runTransforms() {
    PassManager passes(context_.get());
    passes.enableVerifier(false);
    passes.addInstrumentation(std::make_unique<PassTimes>([&](const std::string &pass) { done("transforms/" + pass); }));
    addTransforms(passes);
    return passes.run(*module_);
  }

  /// What is known beside a plan.
  scheduling::PlanFacts facts() {
    scheduling::PlanFacts facts;
    bool single = options_.arithmetic != DType::f64;
    facts.machine.lanes = static_cast<int64_t>(cpu_.vectorBits / (single ? 32 : 64));
    facts.machine.registers = cpu_.vectorBits == 512 ? 32 : 16;
    if (!options_.anyMachine)
      facts.machine.caches = scheduling::hostCaches();
    facts.machine.pairs = pairs() != lowering::Pairs::none;
    facts.vectorBits = cpu_.vectorBits;
    facts.fast = options_.fast;
    facts.known = [this](unsigned input, unsigned dimension) -> std::optional<int64_t> {
      const KnownSize *known = knownSize(input, dimension);
      return known && !known->bound ? std::optional(known->size) : std::nullopt;
    };
    return facts;
  }

  /// Sizes that are known become constants and an attribute of the program; bounds become attributes.
  void assumeSizes() {
    for (auto program : module_->getOps<ir::ProgramOp>()) {
      setKnownSizes(program);
      for (ir::SizeOp size : llvm::make_early_inc_range(program.getBlock().getOps<ir::SizeOp>())) {
        unsigned input = cast<BlockArgument>(size.getArray()).getArgNumber();
        const KnownSize *known = knownSize(input, static_cast<unsigned>(size.getDimension()));
        OpBuilder builder(size);
        if (known && known->bound) {
          size.setAtMost(static_cast<uint64_t>(known->size));
        } else if (known) {
          size.getResult().replaceAllUsesWith(ir::integer(builder, size.getLoc(), known->size));
          size.erase();
        }
      }
    }
  }

  void setKnownSizes(ir::ProgramOp program) {
    Builder builder(program.getContext());
    SmallVector<Attribute> lists;
    bool any = false;
    for (BlockArgument input : program.getBlock().getArguments()) {
      SmallVector<int64_t> sizes;
      for (unsigned d = 0; d < cast<ir::ArrayType>(input.getType()).getRank(); ++d) {
        const KnownSize *known = knownSize(input.getArgNumber(), d);
        sizes.push_back(known && !known->bound ? known->size : -1);
        any |= sizes.back() >= 0;
      }
      lists.push_back(builder.getDenseI64ArrayAttr(sizes));
    }
    if (any)
      program->setAttr(ir::knownSizesAttribute, builder.getArrayAttr(lists));
  }

  /// What is known of the size of a dimension; null: nothing.
  const KnownSize *knownSize(unsigned input, unsigned dimension) {
    for (const KnownSize &known : options_.knownSizes)
      if (known.input == static_cast<int32_t>(input) && known.dimension == static_cast<int32_t>(dimension))
        return &known;
    return nullptr;
  }

  /// Code generation is quadratic in the length of a loop's body: refused here in time. A transcendental function is about 40
  /// machine operations.
  llvm::Error checkLength(ir::PlanOp plan) {
    int64_t longest = scheduling::longestBody(plan);
    if (longest <= scheduling::longestBodyAllowed)
      return llvm::Error::success();
    return llvm::createStringError("program '" + name_ + "': one loop has about " + std::to_string(longest) +
                                   " machine operations; the limit is " + std::to_string(scheduling::longestBodyAllowed));
  }

  static DType dtypeOf(Type type) {
    if (type.isF64())
      return DType::f64;
    if (type.isF32())
      return DType::f32;
    if (type.isF16())
      return DType::f16;
    if (type.isBF16())
      return DType::bf16;
    return type.isInteger(1) ? DType::boolean : DType::i64;
  }

  llvm::Error failure(const std::string &stage) {
    return llvm::createStringError("program '" + name_ + "': " + stage + " failed: " + diagnostics_);
  }

  void done(const std::string &stage) {
    auto now = std::chrono::steady_clock::now();
    times.push_back({stage, std::chrono::duration<double, std::milli>(now - clock_).count()});
    clock_ = now;
  }

  /// Of text that is no program: its first diagnostic with its place.
  llvm::Error misreading() {
    std::string where = name_;
    if (auto place = place_ ? dyn_cast<FileLineColLoc>(*place_) : FileLineColLoc(); place && place.getLine() != 0)
      where += ":" + std::to_string(place.getLine()) + ":" + std::to_string(place.getColumn());
    return llvm::createStringError(where + ": " + diagnostics_);
  }

  std::string name_;
  Source source_;
  const Options &options_;
  std::unique_ptr<llvm::LLVMContext> ownLlvmContext_;
  llvm::LLVMContext &llvmContext_;
  std::chrono::steady_clock::time_point clock_ = std::chrono::steady_clock::now();
  std::unique_ptr<MLIRContext> context_;
  std::string diagnostics_; ///< the first error
  std::optional<Location> place_;
  ScopedDiagnosticHandler handler_;
  OwningOpRef<ModuleOp> module_;
  targets::Cpu cpu_;
  std::unique_ptr<llvm::Module> llvmModule_;
};

} // namespace

llvm::Expected<ModuleCode> compileToModule(const dsl::Graph &graph, const Options &options, llvm::LLVMContext &context) {
  Compilation compilation(graph, options, &context);
  if (llvm::Error error = compilation.runTo("llvm"))
    return error;
  return ModuleCode{compilation.takeModule(), compilation.cpu(), compilation.symbol, compilation.frameWords,
                    std::move(compilation.outputTypes)};
}

llvm::Expected<Code> compile(const dsl::Graph &graph, const Options &options) {
  Compilation compilation(graph, options);
  if (llvm::Error error = compilation.runTo("llvm"))
    return error;
  auto object = compilation.object();
  if (!object)
    return object.takeError();
  Code code;
  code.object = std::move(*object);
  code.symbol = compilation.symbol;
  code.frameWords = compilation.frameWords;
  code.outputTypes = compilation.outputTypes;
  code.nestsOfCalls = std::move(compilation.nestsOfCalls);
  code.explanation = std::move(compilation.explanation);
  code.times = compilation.times;
  return code;
}

llvm::Expected<scheduling::Explanation> explain(const dsl::Graph &graph, const Options &options) {
  Compilation compilation(graph, options);
  if (llvm::Error error = compilation.runTo("nests"))
    return error;
  return std::move(*compilation.explanation);
}

llvm::Expected<std::vector<std::string>> plans(const dsl::Graph &graph, const Options &options, const scheduling::SizeOf &sizes) {
  Compilation compilation(graph, options);
  if (llvm::Error error = compilation.runTo("mlir"))
    return error;
  std::vector<std::string> texts;
  for (scheduling::PlanTime &plan : compilation.search(sizes))
    texts.push_back(std::move(plan.plan));
  return texts;
}

static llvm::Error knownStage(const std::string &stage) {
  if (llvm::is_contained(stages, stage))
    return llvm::Error::success();
  return llvm::createStringError("unknown stage '" + stage + "'; there are program, mlir, nests, vector, llvm and asm");
}

static llvm::Expected<std::string> emit(Compilation compilation, const std::string &stage) {
  std::string result;
  auto take = [&](StringRef reached, llvm::function_ref<std::string()> text) {
    if (reached == stage)
      result = text();
    return reached != stage;
  };
  if (llvm::Error error = compilation.emit(take))
    return error;
  return result;
}

llvm::Error emit(const dsl::Graph &graph, const Options &options, TakeStage take) {
  return Compilation(graph, options).emit(take);
}

llvm::Expected<std::string> emit(const dsl::Graph &graph, const Options &options, const std::string &stage) {
  if (llvm::Error error = knownStage(stage))
    return error;
  return emit(Compilation(graph, options), stage);
}

/// The module of a text with one program.
static OwningOpRef<ModuleOp> moduleOf(MLIRContext &context, llvm::StringRef text, const std::string &file) {
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, ParserConfig(&context), file);
  if (!module)
    return module;
  auto programs = llvm::to_vector(module->getOps<ir::ProgramOp>());
  if (programs.size() == 1 && module->getBody()->getOperations().size() == 1)
    return module;
  module->emitError("expected one mercer.program and nothing else, given ")
      << programs.size() << " programs and " << module->getBody()->getOperations().size() - programs.size() << " other operations";
  return {};
}

/// f64 where a value of the text is.
static DType arithmeticOf(ModuleOp module) {
  auto wide = [](Type type) { return type.isF64(); };
  return module.walk([&](Operation *op) { return WalkResult(llvm::any_of(op->getResultTypes(), wide) ? failure() : success()); })
                 .wasInterrupted()
             ? DType::f64
             : DType::f32;
}

llvm::Expected<std::string> emitText(llvm::StringRef text, const std::string &file, Options options, const std::string &stage) {
  if (llvm::Error error = knownStage(stage))
    return error;
  if (std::string excess = exceededLimit(text); !excess.empty())
    return llvm::createStringError(file + ": " + excess);
  auto read = [&](MLIRContext &context) {
    OwningOpRef<ModuleOp> module = moduleOf(context, text, file);
    if (module)
      options.arithmetic = arithmeticOf(*module);
    return module;
  };
  return emit(Compilation(file, read, options), stage);
}

} // namespace mercer::compiler
