// From a graph to machine code: what the runtime calls. No exceptions; errors come back as llvm::Expected.
#pragma once

#include "compiler/scheduling/Explanation.h"
#include "compiler/targets/InParallel.h"
#include "mercer/dsl/DType.h"
#include "mercer/dsl/Graph.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace llvm {
class MemoryBuffer;
}

namespace mercer::compiler {

/// What is known of a size when compiling: dimension `dimension` of input `input` is `size`, or at most that.
struct KnownSize {
  std::int32_t input, dimension;
  std::int64_t size;
  bool bound = false;
};

/// What one variant of a program is compiled for.
struct Options {
  std::vector<DType> inputTypes;     ///< storage type of each input
  std::vector<DType> outputTypes;    ///< of each output that is real; empty: the arithmetic type
  DType arithmetic = DType::f32;     ///< f32 or f64
  bool accumulateInF64 = false;      ///< sums of f32 values add in f64
  bool fast = false;                 ///< Precision::fast
  std::vector<KnownSize> knownSizes; ///< small extents that loops are specialised on
  bool contiguous = true;            ///< as lowering::Target has it
  std::string cpu;                   ///< LLVM CPU name; empty: the host
  std::string plan;                  ///< decisions (scheduling/Choices.h); empty: as the scheduler prefers
  bool anyMachine = false;           ///< code for other machines than this one too: its caches do not matter
  bool tileRegisters = false;        ///< the process may use them, where the CPU has them
  std::size_t threads = 1;           ///< for code generation
  targets::InParallel inParallel;    ///< how they run; needed for more than one
};

/// One stage and how long it took.
struct StageTime {
  std::string stage;
  double milliseconds;
};

/// Machine code of one variant.
struct Code {
  /// A relocatable object, or an archive of objects that refer to each other, with the symbol `symbol` of type mercer_entry.
  std::unique_ptr<llvm::MemoryBuffer> object;
  std::string symbol;
  std::int64_t frameWords = 0;       ///< arguments and scratch
  std::vector<DType> outputTypes;    ///< types of the outputs' memory: of real ones those asked for, i64 or bool
  std::vector<std::pair<std::int32_t, std::int32_t>> inPlace; ///< (output, input) that may be the very same memory
  std::optional<scheduling::Explanation> explanation; ///< the plan in words; of compiled code always there
  std::vector<int> nestsOfCalls; ///< the nest of the explanation that each call of mercer_context::parallel is for
  std::vector<StageTime> times;
};

llvm::Expected<Code> compile(const dsl::Graph &graph, const Options &options);

/// The plan in words alone, of the code that `compile` makes.
llvm::Expected<scheduling::Explanation> explain(const dsl::Graph &graph, const Options &options);

/// Plans for `Options::plan` whose results have the same bits, best predicted first for these sizes of inputs and outputs; the
/// preferred one (empty) is among them.
llvm::Expected<std::vector<std::string>> plans(const dsl::Graph &graph, const Options &options, const scheduling::SizeOf &sizes);

/// The stages that `emit` knows: "program" is imported, "mlir" after the transforms.
inline constexpr llvm::StringLiteral stages[] = {"program", "mlir", "nests", "vector", "llvm", "asm"};
/// Text of the module after a stage.
llvm::Expected<std::string> emit(const dsl::Graph &graph, const Options &options, const std::string &stage);
/// Several of them of one compilation: `take` is told each stage in its order, may ask for its text, and says whether to go on.
using TakeStage = llvm::function_ref<bool(llvm::StringRef stage, llvm::function_ref<std::string()> text)>;
llvm::Error emit(const dsl::Graph &graph, const Options &options, TakeStage take);

/// The same of the one program that the dialect's text has. Of the options those of the CPU and the arithmetic's precision hold: types are
/// the text's own. Errors begin with "FILE:LINE:COLUMN: " where they have a place; `file` is only a name.
llvm::Expected<std::string> emitText(llvm::StringRef text, const std::string &file, Options options, const std::string &stage);

} // namespace mercer::compiler
