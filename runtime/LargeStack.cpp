#include "mercer/runtime/LargeStack.h"

#include "mercer/dsl/Node.h"

#include "llvm/Support/ErrorHandling.h"

#include <algorithm>
#include <csetjmp>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace mercer::detail {
namespace {

/// What a thread of ours is doing, where LLVM's fatal errors come back to.
struct Work {
  std::jmp_buf back;
  char fatal[512] = {};
};

thread_local Work *current = nullptr;

/// Leaves the work as it is: its memory is lost, the process goes on. LLVM would end it.
void on_fatal_error(void *, const char *reason, bool) {
  if (!current)
    return;
  for (std::size_t n = 0; n + 1 < sizeof current->fatal && reason && reason[n]; ++n)
    current->fatal[n] = reason[n];
  std::longjmp(current->back, 1);
}

void install_handlers() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::install_fatal_error_handler(on_fatal_error);
    llvm::install_bad_alloc_error_handler(on_fatal_error);
  });
}

} // namespace

void on_large_stack(const std::function<void()> &run) {
  install_handlers();
  if (current) // already there
    return run();
  Work work;
  const bool ran = dsl::on_thread(std::size_t(64) << 20, [&] {
    struct Current { // until the work ends or throws
      explicit Current(Work &work) { current = &work; }
      ~Current() { current = nullptr; }
    } here(work);
    if (setjmp(work.back) == 0)
      run();
    else if (!work.fatal[0])
      work.fatal[0] = '?';
  });
  if (!ran)
    throw Error(ErrorCode::out_of_memory, "compiler: no thread with a stack of 64 MiB can be made", {});
  if (work.fatal[0])
    throw Error(ErrorCode::compiler,
                "compiler: LLVM stopped with '" + std::string(work.fatal) + "', a bug in Mercer", {});
}

// The caller only waits: an error that leaves its work would leave what others still use.
std::string in_parallel_on_large_stacks(std::size_t count, const std::function<void(std::size_t)> &work) {
  std::vector<std::string> errors(count);
  auto run = [&](std::size_t n) {
    try {
      on_large_stack([&] { work(n); });
    } catch (const std::exception &error) {
      errors[n] = error.what();
    }
  };
  std::vector<std::thread> threads;
  std::size_t started = 0;
  try {
    for (; started < count; ++started)
      threads.emplace_back(run, started);
  } catch (const std::system_error &error) {
    errors[started] = error.what();
  }
  for (std::thread &thread : threads)
    thread.join();
  const auto wrong = std::find_if(errors.begin(), errors.end(), [](const std::string &error) { return !error.empty(); });
  return wrong == errors.end() ? std::string() : *wrong;
}

} // namespace mercer::detail
