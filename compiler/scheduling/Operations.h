// How many operations functions, reductions and blocks of a plan are.
#pragma once

#include "compiler/dialect/Mercer.h"

namespace mercer::scheduling {

/// Vector operations of one elementwise function on f32 with AVX-512 (a fused multiply-add is two): what its
/// formula in lowering/math has, division and square root counting 4. test/lit/lowering compares.
int64_t operationsOf(dsl::Function function);
/// Of taking one more term into a reduction.
int64_t operationsOf(dsl::Reduction kind);
/// Of one run of a block, without the loops in it.
int64_t operationsOf(mlir::Block &block);

/// The most operations that one block of a plan has, iterations side by side counted apart: code generation
/// takes time that grows with its square.
int64_t longestBody(ir::PlanOp plan);
/// Beyond this it takes minutes.
inline constexpr int64_t longestBodyAllowed = 20'000;

} // namespace mercer::scheduling
