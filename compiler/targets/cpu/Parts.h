// Code generation on several threads.
#pragma once

#include "compiler/targets/InParallel.h"
#include "compiler/targets/cpu/Cpu.h"

namespace mercer::targets {

/// How many parts a module's functions are to be split into: enough code for each, at most `most`.
std::size_t partsOf(const llvm::Module &module, std::size_t most);

/// Optimises and generates the functions of a module in so many parts: an archive of relocatable objects that refer to each other. A
/// function's code is the same as in one object, for no pass looks at two.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> emitParts(llvm::Module &module, const Cpu &cpu, std::size_t count, const InParallel &inParallel);

} // namespace mercer::targets
