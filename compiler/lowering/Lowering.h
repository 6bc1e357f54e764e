// From a plan to functions in upstream dialects.
#pragma once

#include "compiler/dialect/Mercer.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LogicalResult.h"

namespace mercer::lowering {

/// What adds up products of bf16: nothing does; vectors of pairs (avx512_bf16); tiles (amx_bf16). Each is a class of bits of its own.
enum class Pairs { none, vectors, tiles };

/// Bytes of outputs that a cache holds at most for whoever reads them: a larger cache has other users, often of other machines.
inline constexpr int64_t mostCached = 32 << 20;

/// `Target::streamed` of processors where nothing is stored past the caches.
inline constexpr int64_t neverStreamed = INT64_MAX;

struct Target {
  bool avx512 = false;
  bool fast = false;            ///< Precision::fast
  bool accumulateInF64 = false; ///< sums of f32 add in f64
  bool contiguous = true;       ///< rows have no gaps between elements; strides that follow from known sizes are row-major ones
  bool fma = true;              ///< an instruction; else sums of products and polynomials round each product
  Pairs pairs = Pairs::none;
  int64_t nearCache = 1 << 20;  ///< bytes that loops read again and again at speed; bits do not depend on it
  int64_t streamed = mostCached; ///< bytes of outputs from which on they are stored past the caches
};

/// The layout of a frame (runtime/Abi.h): first word of each argument, then the scratch words.
struct FrameLayout {
  llvm::SmallVector<int64_t> arguments;
  int64_t words = 0;
};
FrameLayout argumentLayout(ir::PlanOp plan);
/// The word that has a size of an argument.
int64_t wordOf(const FrameLayout &layout, ir::SizeOp size);

/// Replaces the module's plan by LLVM functions whose bodies are in scf, arith, math, vector and llvm: the entry, named
/// `symbol`, and one function for each nest. Returns the size of the frame in words.
int64_t lowerPlan(mlir::ModuleOp module, llvm::StringRef symbol, const Target &target);

/// The nest, counted from 0, that each of the entry's calls of `mercer_context::parallel` is for, in their order.
std::vector<int> nestsOfCalls(ir::PlanOp plan);

/// The passes from there to the LLVM dialect.
mlir::LogicalResult lowerToLlvm(mlir::ModuleOp module);

} // namespace mercer::lowering
