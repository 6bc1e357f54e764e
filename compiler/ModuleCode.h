// Machine code on its way: one variant of a program as an LLVM module, before the target's passes.
#pragma once

#include "compiler/Compiler.h"
#include "compiler/targets/cpu/Cpu.h"

#include "llvm/IR/Module.h"

namespace mercer::compiler {

/// What `Code` is made of.
struct ModuleCode {
  std::unique_ptr<llvm::Module> module;
  targets::Cpu cpu;
  std::string symbol;
  std::int64_t frameWords = 0;
  std::vector<DType> outputTypes;
};

llvm::Expected<ModuleCode> compileToModule(const dsl::Graph &graph, const Options &options, llvm::LLVMContext &context);

} // namespace mercer::compiler
