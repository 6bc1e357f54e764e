#include "compiler/targets/cpu/Parts.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Object/ArchiveWriter.h"

#include <vector>

namespace mercer::targets {
namespace {

/// Operations of a part: fewer take less time than the copy of the module and the thread.
constexpr std::size_t leastOperations = 1000;

std::vector<const llvm::Function *> longestFirst(const llvm::Module &module) {
  std::vector<const llvm::Function *> functions;
  for (const llvm::Function &function : module)
    if (!function.isDeclaration())
      functions.push_back(&function);
  llvm::sort(functions, [](const auto *a, const auto *b) {
    const auto x = a->getInstructionCount(), y = b->getInstructionCount();
    return x != y ? x > y : a->getName() < b->getName();
  });
  return functions;
}

/// The part of each function by its name: longest first, each to the part that has least.
llvm::StringMap<std::size_t> placesOf(const llvm::Module &module, std::size_t count) {
  llvm::StringMap<std::size_t> parts;
  std::vector<std::size_t> operations(count);
  for (const llvm::Function *function : longestFirst(module)) {
    auto least = llvm::min_element(operations);
    *least += function->getInstructionCount();
    parts[function->getName()] = static_cast<std::size_t>(least - operations.begin());
  }
  return parts;
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> emitPart(llvm::MemoryBufferRef bitcode, const Cpu &cpu,
                                                             const llvm::StringMap<std::size_t> &parts, std::size_t part) {
  llvm::LLVMContext context;
  auto module = llvm::getLazyBitcodeModule(bitcode, context); // bodies of other parts are never read
  if (!module)
    return module.takeError();
  for (llvm::Function &function : **module)
    if (auto found = parts.find(function.getName()); found != parts.end() && found->second != part) {
      function.setIsMaterializable(false);
      function.deleteBody();
    }
  if (llvm::Error error = (*module)->materializeAll())
    return error;
  if (llvm::Error error = optimise(**module, cpu, [](const std::string &) {}))
    return error;
  return emitCode(**module, cpu, /*assembly=*/false);
}

} // namespace

std::size_t partsOf(const llvm::Module &module, std::size_t most) {
  std::size_t all = 0, longest = 0;
  for (const llvm::Function &function : module) {
    all += function.getInstructionCount();
    longest = std::max<std::size_t>(longest, function.getInstructionCount());
  }
  // Beside the longest function there must be something to do, and what is saved is at most all the rest.
  const std::size_t rest = (all - longest) / leastOperations;
  return std::max<std::size_t>(1, std::min(most, 1 + rest));
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> emitParts(llvm::Module &module, const Cpu &cpu, std::size_t count,
                                                              const InParallel &inParallel) {
  for (llvm::Function &function : module)
    if (function.hasLocalLinkage()) {
      function.setLinkage(llvm::GlobalValue::ExternalLinkage);
      function.setDSOLocal(false); // objects may lie far from each other
    }
  const llvm::StringMap<std::size_t> parts = placesOf(module, count);
  llvm::SmallString<0> bitcode;
  llvm::raw_svector_ostream stream(bitcode);
  llvm::WriteBitcodeToFile(module, stream);
  std::vector<std::unique_ptr<llvm::MemoryBuffer>> objects(count);
  std::vector<std::string> errors(count);
  const std::string stopped = inParallel(count, [&](std::size_t part) {
    auto object = emitPart({bitcode, "mercer"}, cpu, parts, part);
    if (object)
      objects[part] = std::move(*object);
    else
      errors[part] = llvm::toString(object.takeError());
  });
  errors.push_back(stopped);
  for (const std::string &error : errors)
    if (!error.empty())
      return llvm::createStringError(error);
  std::vector<llvm::NewArchiveMember> members;
  for (const auto &object : objects)
    members.emplace_back(object->getMemBufferRef());
  return llvm::writeArchiveToBuffer(members, llvm::SymtabWritingMode::NoSymtab, llvm::object::Archive::K_GNU,
                                    /*Deterministic=*/true, /*Thin=*/false);
}

} // namespace mercer::targets
