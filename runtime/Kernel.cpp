#include "mercer/runtime/Kernel.h"

#include "mercer/runtime/LargeStack.h"
#include "mercer/runtime/Linker.h"

#include "compiler/Compiler.h"

#include "llvm/Support/MemoryBuffer.h"

namespace mercer::detail {

Kernel::Kernel() = default;
Kernel::~Kernel() = default;

[[noreturn]] static void fail(const Signature &signature, llvm::Error error) {
  const std::string text = llvm::toString(std::move(error));
  if (text.find("more than") != std::string::npos || text.find("limit") != std::string::npos)
    signature.fail(ErrorCode::limit_exceeded, text);
  if (text.find("not supported") != std::string::npos || text.find("unsupported") != std::string::npos)
    signature.fail(ErrorCode::unsupported, text);
  signature.fail(ErrorCode::compiler, "it cannot be compiled, a bug in Mercer: " + text);
}

static compiler::Options options_of(const KernelOptions &options) {
  compiler::Options given;
  given.inputTypes = options.types;
  given.arithmetic = options.arithmetic;
  given.accumulateInF64 = options.accumulate_in_f64;
  given.fast = options.fast;
  given.contiguous = options.contiguous;
  given.cpu = options.cpu;
  for (const KernelOptions::Size &size : options.sizes)
    given.knownSizes.push_back({size.input, size.dimension, size.size, size.bound});
  return given;
}

std::shared_ptr<const Kernel> make_kernel(const Signature &signature, const KernelOptions &options) {
  auto kernel = std::make_shared<Kernel>();
  on_large_stack([&] {
    llvm::Expected<compiler::Code> code = compiler::compile(signature.graph(), options_of(options));
    if (!code)
      fail(signature, code.takeError());
    kernel->frame_words = code->frameWords;
    kernel->output_types = std::move(code->outputTypes);
    kernel->in_place = std::move(code->inPlace);
    kernel->explain = [explanation = std::move(*code->explanation)](const Kernel::SizeOf &sizes) {
      return explanation.text(sizes);
    };
    llvm::Expected<std::unique_ptr<LinkedCode>> linked = link_object(std::move(code->object), code->symbol);
    if (!linked)
      fail(signature, linked.takeError());
    kernel->entry = reinterpret_cast<mercer_entry>((*linked)->address());
    kernel->code = std::move(*linked);
  });
  return kernel;
}

std::string emit_text(const Signature &signature, const KernelOptions &options, const std::string &stage) {
  std::string text;
  on_large_stack([&] {
    llvm::Expected<std::string> made = compiler::emit(signature.graph(), options_of(options), stage);
    if (!made)
      fail(signature, made.takeError());
    text = std::move(*made);
  });
  return text;
}

} // namespace mercer::detail
