#include "mercer/runtime/Linker.h"

#include "llvm/BinaryFormat/Magic.h"
#include "llvm/ExecutionEngine/JITLink/JITLinkMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/Core.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h"
#include "llvm/Object/Archive.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cmath>
#include <cstring>

namespace mercer::detail {
namespace {

using namespace llvm;

/// The process's linker: one session, a library of symbols for each object.
class Linker {
public:
  static Expected<Linker *> instance() {
    // Never destroyed: functions that live until the process ends still give their memory back to it.
    static Linker *linker = nullptr;
    static std::mutex mutex;
    std::lock_guard lock(mutex);
    if (!linker) {
      auto control = orc::SelfExecutorProcessControl::Create();
      if (!control)
        return control.takeError();
      auto memory = jitlink::InProcessMemoryManager::Create();
      if (!memory)
        return memory.takeError();
      linker = new Linker(std::move(*control), std::move(*memory));
    }
    return linker;
  }

  Expected<orc::JITDylib *> add(std::unique_ptr<MemoryBuffer> object) {
    orc::JITDylib &library = session_.createBareJITDylib("mercer." + std::to_string(number_++));
    auto symbol = [](auto *function) {
      return orc::ExecutorSymbolDef(orc::ExecutorAddr::fromPtr(function), JITSymbolFlags::Exported);
    };
    orc::SymbolMap known;
    known[session_.intern("memcpy")] = symbol(&std::memcpy);
    known[session_.intern("memset")] = symbol(&std::memset);
    known[session_.intern("memmove")] = symbol(&std::memmove);
    // What CPUs without FMA and SSE 4.1 have no instructions for; all of these are exact or rounded
    // correctly.
    using Float1 = float (*)(float);
    using Double1 = double (*)(double);
    known[session_.intern("fma")] = symbol(static_cast<double (*)(double, double, double)>(&::fma));
    known[session_.intern("fmaf")] = symbol(static_cast<float (*)(float, float, float)>(&::fmaf));
    known[session_.intern("fmod")] = symbol(static_cast<double (*)(double, double)>(&::fmod));
    known[session_.intern("fmodf")] = symbol(static_cast<float (*)(float, float)>(&::fmodf));
    known[session_.intern("floor")] = symbol(static_cast<Double1>(&::floor));
    known[session_.intern("floorf")] = symbol(static_cast<Float1>(&::floorf));
    known[session_.intern("ceil")] = symbol(static_cast<Double1>(&::ceil));
    known[session_.intern("ceilf")] = symbol(static_cast<Float1>(&::ceilf));
    known[session_.intern("trunc")] = symbol(static_cast<Double1>(&::trunc));
    known[session_.intern("truncf")] = symbol(static_cast<Float1>(&::truncf));
    known[session_.intern("rint")] = symbol(static_cast<Double1>(&::rint));
    known[session_.intern("rintf")] = symbol(static_cast<Float1>(&::rintf));
    known[session_.intern("nearbyint")] = symbol(static_cast<Double1>(&::nearbyint));
    known[session_.intern("nearbyintf")] = symbol(static_cast<Float1>(&::nearbyintf));
    known[session_.intern("roundeven")] = symbol(static_cast<Double1>(&::nearbyint));
    known[session_.intern("roundevenf")] = symbol(static_cast<Float1>(&::nearbyintf));
    Error error = library.define(orc::absoluteSymbols(std::move(known)));
    if (!error)
      error = addObjects(library, std::move(object));
    if (!error)
      return &library;
    return joinErrors(std::move(error), session_.removeJITDylib(library));
  }

  Expected<void *> find(orc::JITDylib &library, const std::string &symbol) {
    auto found = session_.lookup({&library}, session_.intern(symbol));
    if (!found) {
      std::lock_guard lock(mutex_);
      return joinErrors(found.takeError(), createStringError(std::exchange(cause_, "")));
    }
    return found->getAddress().toPtr<void *>();
  }

  void remove(orc::JITDylib &library) {
    consumeError(session_.removeJITDylib(library));
    if (++removed_ % 64 == 0)
      session_.getSymbolStringPool()->clearDeadEntries();
  }

private:
  Linker(std::unique_ptr<orc::ExecutorProcessControl> control,
         std::unique_ptr<jitlink::JITLinkMemoryManager> memory)
      : session_(std::move(control)), layer_(session_, std::move(memory)) {
    // Nothing is printed. What the session reports is the cause of what its calls return.
    session_.setErrorReporter([this](Error error) {
      std::lock_guard lock(mutex_);
      cause_ = toString(std::move(error));
    });
  }

  /// An object, or those of an archive.
  Error addObjects(orc::JITDylib &library, std::unique_ptr<MemoryBuffer> code) {
    if (identify_magic(code->getBuffer()) != file_magic::archive)
      return layer_.add(library, std::move(code));
    auto archive = object::Archive::create(code->getMemBufferRef());
    if (!archive)
      return archive.takeError();
    Error error = Error::success();
    for (const object::Archive::Child &child : (*archive)->children(error)) {
      auto member = child.getMemoryBufferRef();
      if (!member)
        return joinErrors(std::move(error), member.takeError());
      if (Error wrong = layer_.add(library, MemoryBuffer::getMemBufferCopy(member->getBuffer(), member->getBufferIdentifier())))
        return joinErrors(std::move(error), std::move(wrong));
    }
    return error;
  }

  orc::ExecutionSession session_;
  orc::ObjectLinkingLayer layer_;
  std::atomic<std::uint64_t> number_ = 0, removed_ = 0;
  std::mutex mutex_;
  std::string cause_;
};

class Code : public LinkedCode {
public:
  Code(Linker &linker, orc::JITDylib &library) : linker_(linker), library_(library) {}
  ~Code() override { linker_.remove(library_); }
  void *address() const override { return address_; }
  void *address_ = nullptr;

private:
  Linker &linker_;
  orc::JITDylib &library_;
};

} // namespace

Expected<std::unique_ptr<LinkedCode>> link_object(std::unique_ptr<MemoryBuffer> object,
                                                  const std::string &symbol) {
  Expected<Linker *> linker = Linker::instance();
  if (!linker)
    return linker.takeError();
  Expected<orc::JITDylib *> library = (*linker)->add(std::move(object));
  if (!library)
    return library.takeError();
  auto code = std::make_unique<Code>(**linker, **library);
  Expected<void *> address = (*linker)->find(**library, symbol);
  if (!address)
    return address.takeError();
  code->address_ = *address;
  return code;
}

} // namespace mercer::detail
