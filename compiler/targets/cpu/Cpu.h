// LLVM IR to object code for a CPU.
#pragma once

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <string>

namespace mercer::targets {

/// A CPU's name, features, and what the lowering asks about them.
struct Cpu {
  std::string name, features;
  bool avx512 = false;
  bool pairs = false; ///< adds up products of bf16 in pairs: avx512_bf16
  bool tiles = false; ///< multiplies tiles of bf16: amx_bf16
  unsigned vectorBits = 128;
};

/// The CPU of this name; empty: the host. An error names the CPU when LLVM does not know it.
llvm::Expected<Cpu> cpuNamed(const std::string &name);

/// Optimises with the short list of passes and generates a relocatable object; or assembly. Calls `done` after each part of that.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> generate(llvm::Module &module, const Cpu &cpu, bool assembly,
                                                            llvm::function_ref<void(const std::string &)> done);

} // namespace mercer::targets
