#include "mercer/runtime/Kernel.h"

#include "mercer/runtime/Host.h"
#include "mercer/runtime/LargeStack.h"
#include "mercer/runtime/Linker.h"

#include "compiler/Compiler.h"
#include "compiler/scheduling/Choices.h"

#include "llvm/Support/MemoryBuffer.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace mercer::detail {

void NestTimes::add(const std::vector<std::int64_t> &sizes, const std::vector<double> &seconds) {
  std::lock_guard lock(mutex_);
  if (seconds_.size() != seconds.size() || sizes_ != sizes)
    seconds_ = seconds;
  sizes_ = sizes;
  for (std::size_t n = 0; n < seconds.size(); ++n)
    seconds_[n] = std::min(seconds_[n], seconds[n]);
}

std::vector<double> NestTimes::of(const std::vector<std::int64_t> &sizes) const {
  std::lock_guard lock(mutex_);
  return sizes_ == sizes ? seconds_ : std::vector<double>();
}

Kernel::Kernel() = default;
Kernel::~Kernel() = default;

[[noreturn]] static void fail(const Signature &signature, llvm::Error error) {
  const std::string text = llvm::toString(std::move(error));
  if (text.find("more than") != std::string::npos || text.find("limit") != std::string::npos)
    signature.fail(ErrorCode::limit_exceeded, text);
  if (text.find("not supported") != std::string::npos || text.find("unsupported") != std::string::npos)
    signature.fail(ErrorCode::unsupported, text);
  if (text.find("a plan that does not fit") != std::string::npos)
    signature.fail(ErrorCode::bad_option, text);
  signature.fail(ErrorCode::compiler, "it cannot be compiled, a bug in Mercer: " + text);
}

static compiler::Options options_of(const KernelOptions &options) {
  compiler::Options given;
  given.inputTypes = options.types;
  given.outputTypes = options.output_types;
  given.arithmetic = options.arithmetic;
  given.accumulateInF64 = options.accumulate_in_f64;
  given.fast = options.fast;
  given.contiguous = options.contiguous;
  given.cpu = options.cpu;
  given.plan = options.plan;
  given.tileRegisters = options.fast && may_use_tile_registers();
  for (const KernelOptions::Size &size : options.sizes)
    given.knownSizes.push_back({size.input, size.dimension, size.size, size.bound});
  return given;
}

/// A table on standard error: stages, and below each its parts ("stage/part"), those of one name together.
static void print(const std::string &program, const std::vector<compiler::StageTime> &times) {
  using Parts = std::vector<compiler::StageTime>;
  auto add = [](Parts &parts, const std::string &name, double milliseconds) {
    std::size_t n = 0;
    while (n < parts.size() && parts[n].stage != name)
      ++n;
    if (n == parts.size())
      parts.push_back({name, 0});
    parts[n].milliseconds += milliseconds;
    return n;
  };
  double total = 0;
  Parts stages;
  std::vector<Parts> parts;
  for (const compiler::StageTime &time : times) {
    const std::size_t slash = time.stage.find('/');
    const std::size_t at = add(stages, time.stage.substr(0, slash), time.milliseconds);
    parts.resize(stages.size());
    if (slash != std::string::npos)
      add(parts[at], time.stage.substr(slash + 1), time.milliseconds);
    total += time.milliseconds;
  }
  auto line = [](int indent, const std::string &name, double milliseconds) {
    std::fprintf(stderr, "%*s%-*.60s %8.2f\n", indent, "", 44 - indent, name.c_str(), milliseconds);
  };
  line(0, program + ": milliseconds", total);
  for (std::size_t n = 0; n < stages.size(); ++n) {
    line(2, stages[n].stage, stages[n].milliseconds);
    for (const compiler::StageTime &part : parts[n])
      line(4, part.stage, part.milliseconds);
  }
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
    kernel->nests_of_calls = std::move(code->nestsOfCalls);
    kernel->explain = [explanation = std::move(*code->explanation)](const Kernel::SizeOf &sizes,
                                                                    const std::vector<double> &measured) {
      return explanation.text(sizes, measured);
    };
    const auto start = std::chrono::steady_clock::now();
    llvm::Expected<std::unique_ptr<LinkedCode>> linked = link_object(std::move(code->object), code->symbol);
    if (!linked)
      fail(signature, linked.takeError());
    kernel->entry = reinterpret_cast<mercer_entry>((*linked)->address());
    kernel->code = std::move(*linked);
    if (options.timing) {
      const std::chrono::duration<double, std::milli> link = std::chrono::steady_clock::now() - start;
      code->times.push_back({"linking", link.count()});
      print(signature.name(), code->times);
    }
  });
  return kernel;
}

std::string mistake_in_plan(const std::string &plan) { return scheduling::Choices::mistakeIn(plan); }

std::vector<std::string> other_plans(const Signature &signature, const KernelOptions &options, const Kernel::SizeOf &sizes) {
  std::vector<std::string> plans;
  on_large_stack([&] {
    llvm::Expected<std::vector<std::string>> found = compiler::plans(signature.graph(), options_of(options), sizes);
    if (!found)
      fail(signature, found.takeError());
    plans = std::move(*found);
  });
  std::erase(plans, std::string());
  return plans;
}

std::string emit_text(const Signature &signature, const KernelOptions &options, const std::string &stage) {
  if (!llvm::is_contained(compiler::stages, stage))
    signature.fail(ErrorCode::bad_option,
                   "'stage' must be program, mlir, nests, vector, llvm or asm, but is \"" + stage.substr(0, 40) +
                       "\"");
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
