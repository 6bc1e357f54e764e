// An object file of functions for callers in C, each with code for several instruction sets.
#pragma once

#include "compiler/ModuleCode.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/Linker/Linker.h"

#include <map>

namespace mercer::compiler {

/// A function that hands its parameters to the support archive, with a table: int32_t name(parameters...).
struct CFunction {
  enum Kind { number, integer, truth, address }; ///< double, int64_t, int32_t, a pointer
  std::string name, callee;   ///< callee(table, values, last parameter)
  std::vector<Kind> values;   ///< the parameters that are put into an array of 64-bit values
  std::vector<Kind> others;   ///< further ones: all into a second array, or with `passesLast` the one after the values as it is
  bool passesLast = false;
};

/// Where the entry of a variant is to be written in a table: an int32_t, bytes from the table's start.
struct EntryPlace {
  std::int32_t at;
  std::string symbol;
};

class ObjectFile {
public:
  /// `support`: what the names of the support archive's functions begin with.
  explicit ObjectFile(std::string support) : support_(std::move(support)) {}

  struct Facts {
    std::int64_t frameWords;
    std::vector<DType> outputTypes;
    std::string symbol; ///< for EntryPlace
  };
  /// Compiles a variant; equal code is kept once.
  llvm::Expected<Facts> addCode(const dsl::Graph &graph, const Options &options);
  /// A constant table; each function that uses it comes with it.
  llvm::Error addTable(llvm::StringRef bytes, llvm::ArrayRef<EntryPlace> entries, llvm::ArrayRef<CFunction> functions);
  /// A constant text that may be in several objects of a program.
  void addText(const std::string &symbol, llvm::StringRef text);
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> finish();

private:
  llvm::Error add(ModuleCode code, const std::string &suffix);
  void addFunction(const CFunction &function, llvm::Constant *table);

  std::string support_;
  llvm::LLVMContext context_;
  std::unique_ptr<llvm::Module> module_;
  std::optional<llvm::Linker> linker_; ///< one for all: each begins with a walk over the whole module
  std::map<std::string, std::string> symbols_; ///< of code that is there, by its digest
  targets::Cpu base_; ///< of the least demanding code: what functions without one are for
  int number_ = 0;
};

} // namespace mercer::compiler
