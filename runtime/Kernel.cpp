#include "mercer/runtime/Kernel.h"

#include "mercer/runtime/CompilerError.h"
#include "mercer/runtime/Host.h"
#include "mercer/runtime/LargeStack.h"
#include "mercer/runtime/Linker.h"
#include "mercer/runtime/cache/Store.h"

#include "compiler/Compiler.h"
#include "compiler/scheduling/Choices.h"

#include "llvm/Support/MemoryBuffer.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

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

[[noreturn]] void fail(const Signature &signature, llvm::Error error) {
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
  constexpr std::size_t most_threads = 4; // the longest nest is the rest's limit
  given.threads = std::min<std::size_t>(most_threads, std::max(1U, std::thread::hardware_concurrency()));
  given.inParallel = in_parallel_on_large_stacks;
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

using Milliseconds = std::chrono::duration<double, std::milli>;

/// Makes a kernel of code. @throws Error(compiler)
static std::shared_ptr<Kernel> place(const Signature &signature, cache::StoredKernel made, double &milliseconds) {
  const auto start = std::chrono::steady_clock::now();
  auto kernel = std::make_shared<Kernel>();
  kernel->frame_words = made.frame_words;
  kernel->output_types = std::move(made.output_types);
  kernel->in_place = std::move(made.in_place);
  kernel->nests_of_calls = std::move(made.nests_of_calls);
  llvm::Expected<std::unique_ptr<LinkedCode>> linked =
      link_object(llvm::MemoryBuffer::getMemBufferCopy(made.object, signature.name()), made.symbol);
  if (!linked)
    fail(signature, linked.takeError());
  kernel->entry = reinterpret_cast<mercer_entry>((*linked)->address());
  kernel->code = std::move(*linked);
  milliseconds = Milliseconds(std::chrono::steady_clock::now() - start).count();
  return kernel;
}

/// What a cached kernel says of its plan: the plan is made again when somebody asks, and kept.
static auto explained_later(const Signature &signature, const KernelOptions &options) {
  struct Plan {
    std::mutex mutex;
    std::optional<scheduling::Explanation> explanation;
  };
  return [&signature, options, plan = std::make_shared<Plan>()](const Kernel::SizeOf &sizes, const std::vector<double> &measured) {
    std::lock_guard lock(plan->mutex);
    if (!plan->explanation)
      on_large_stack([&] {
        llvm::Expected<scheduling::Explanation> made = compiler::explain(signature.graph(), options_of(options));
        if (!made)
          fail(signature, made.takeError());
        plan->explanation = std::move(*made);
      });
    return plan->explanation->text(sizes, measured);
  };
}

/// The kernel that a payload of the cache holds; null (and why) when it holds none that can be linked.
static std::shared_ptr<Kernel> cached_kernel(const Signature &signature, const KernelOptions &options, std::string_view payload,
                                             std::string &why) try {
  std::optional<cache::StoredKernel> stored = cache::stored_kernel_of(payload);
  if (!stored) {
    why = "holds no kernel";
    return nullptr;
  }
  std::shared_ptr<Kernel> kernel;
  double milliseconds = 0;
  on_large_stack([&] { kernel = place(signature, std::move(*stored), milliseconds); });
  kernel->explain = explained_later(signature, options);
  if (options.timing)
    print(signature.name(), {{"linking what the cache has", milliseconds}});
  return kernel;
} catch (const Error &error) {
  why = std::string("cannot be linked (") + error.what() + ")";
  return nullptr;
}

/// What the cache says of a kernel to people.
static std::string types_in_words(const KernelOptions &options) {
  std::string types;
  for (DType type : options.types)
    types += (types.empty() ? "" : ",") + std::string(name_of(type));
  return types;
}

/// `keep` is given what is compiled.
static std::shared_ptr<const Kernel> compile_kernel(const Signature &signature, const KernelOptions &options,
                                                    const std::function<void(const cache::StoredKernel &)> &keep) {
  std::shared_ptr<Kernel> kernel;
  on_large_stack([&] {
    llvm::Expected<compiler::Code> code = compiler::compile(signature.graph(), options_of(options));
    if (!code)
      fail(signature, code.takeError());
    cache::StoredKernel made{signature.name(), types_in_words(options), options.cpu.empty() ? "host" : options.cpu, code->symbol,
                             code->frameWords, std::move(code->outputTypes), std::move(code->inPlace),
                             std::move(code->nestsOfCalls), code->object->getBuffer().str()};
    keep(made);
    double milliseconds = 0;
    kernel = place(signature, std::move(made), milliseconds);
    kernel->explain = [explanation = std::move(*code->explanation)](const Kernel::SizeOf &sizes,
                                                                    const std::vector<double> &measured) {
      return explanation.text(sizes, measured);
    };
    if (options.timing) {
      code->times.push_back({"linking", milliseconds});
      print(signature.name(), code->times);
    }
  });
  return kernel;
}

std::shared_ptr<const Kernel> make_kernel(const Signature &signature, const KernelOptions &options, const cache::Store &store) {
  if (!store.is_on())
    return compile_kernel(signature, options, [](const cache::StoredKernel &) {});
  const cache::Key key = cache::key_of(signature.graph(), options, cache::platform_of(options));
  auto find = [&](bool again) -> std::shared_ptr<Kernel> {
    const std::optional<std::string> payload = store.find(key, again);
    std::string why;
    std::shared_ptr<Kernel> kernel = payload ? cached_kernel(signature, options, *payload, why) : nullptr;
    if (payload && !kernel)
      store.discard(key, why);
    return kernel;
  };
  if (std::shared_ptr<Kernel> found = find(/*again=*/false))
    return found;
  const cache::Turn turn = store.turn(key);
  if (std::shared_ptr<Kernel> found = find(/*again=*/true)) // while we waited
    return found;
  return compile_kernel(signature, options, [&](const cache::StoredKernel &made) { store.put(key, cache::payload_of(made)); });
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

/// Empty when the compiler has this stage.
static std::string mistake_in_stage(const std::string &stage) {
  if (llvm::is_contained(compiler::stages, stage))
    return "";
  return "'stage' must be program, mlir, nests, vector, llvm or asm, but is \"" + stage.substr(0, 40) + "\"";
}

std::string emit_text(const Signature &signature, const KernelOptions &options, const std::string &stage) {
  if (const std::string mistake = mistake_in_stage(stage); !mistake.empty())
    signature.fail(ErrorCode::bad_option, mistake);
  std::string text;
  on_large_stack([&] {
    llvm::Expected<std::string> made = compiler::emit(signature.graph(), options_of(options), stage);
    if (!made)
      fail(signature, made.takeError());
    text = std::move(*made);
  });
  return text;
}

std::string emit_text(const std::string &text, const std::string &file, const KernelOptions &options, const std::string &stage) {
  if (const std::string mistake = mistake_in_stage(stage); !mistake.empty())
    throw Error(ErrorCode::bad_option, file + ": " + mistake, {});
  std::string made;
  on_large_stack([&] {
    llvm::Expected<std::string> result = compiler::emitText(text, file, options_of(options), stage);
    if (!result)
      throw Error(ErrorCode::bad_input_file, llvm::toString(result.takeError()), {});
    made = std::move(*result);
  });
  return made;
}

} // namespace mercer::detail
