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
  std::string triple;
  bool x86 = true;
  bool fma = false;
  bool avx512 = false;
  bool pairs = false; ///< adds up products of bf16 in pairs: avx512_bf16
  bool tiles = false; ///< multiplies tiles of bf16: amx_bf16
  unsigned vectorBits = 128;
};

/// The CPU of this name; empty: the host; "aarch64": any 64-bit ARM. An error names the CPU when LLVM does not know it.
llvm::Expected<Cpu> cpuNamed(const std::string &name);

/// Sets the module's target and optimises it with the short list of passes. Calls `done` after each.
llvm::Error optimise(llvm::Module &module, const Cpu &cpu, llvm::function_ref<void(const std::string &)> done);

/// Generates a relocatable object, or assembly. Functions say which CPU they are for.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> emitCode(llvm::Module &module, const Cpu &cpu, bool assembly);

} // namespace mercer::targets
