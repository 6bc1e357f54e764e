#include "mercer/runtime/LargeStack.h"

#include "mercer/dsl/Error.h"

#include "llvm/Support/ErrorHandling.h"

#include <csetjmp>
#include <mutex>
#include <pthread.h>
#include <string>

namespace mercer::detail {
namespace {

/// What a thread of ours is doing, where LLVM's fatal errors come back to.
struct Work {
  const std::function<void()> *run;
  std::exception_ptr error;
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

void *run_work(void *argument) {
  Work &work = *static_cast<Work *>(argument);
  current = &work;
  if (setjmp(work.back) == 0) {
    try {
      (*work.run)();
    } catch (...) {
      work.error = std::current_exception();
    }
  } else if (!work.fatal[0]) {
    work.fatal[0] = '?';
  }
  current = nullptr;
  return nullptr;
}

} // namespace

void on_large_stack(const std::function<void()> &run) {
  install_handlers();
  if (current) // already there
    return run();
  Work work{&run, {}, {}};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, std::size_t(64) << 20);
  pthread_t thread;
  const int failed = pthread_create(&thread, &attributes, run_work, &work);
  pthread_attr_destroy(&attributes);
  if (failed)
    throw Error(ErrorCode::out_of_memory, "compiler: no thread with a stack of 64 MiB can be made", {});
  pthread_join(thread, nullptr);
  if (work.fatal[0])
    throw Error(ErrorCode::compiler,
                "compiler: LLVM stopped with '" + std::string(work.fatal) + "', a bug in Mercer", {});
  if (work.error)
    std::rethrow_exception(work.error);
}

} // namespace mercer::detail
