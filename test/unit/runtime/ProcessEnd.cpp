// Linked into a test program, this replaces the functions that end a process, for every library in it. A call
// is reported and fails the test, an exit with status 0 too.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <unistd.h>

namespace {

[[noreturn]] void report(const char *function) {
  std::fprintf(stderr, "E7: %s was called\n", function);
  std::_Exit(70);
}

[[maybe_unused]] const std::terminate_handler before = std::set_terminate([] { report("terminate"); });

} // namespace

extern "C" {
void abort() noexcept { report("abort"); }
void exit(int) noexcept { report("exit"); }
void quick_exit(int) noexcept { report("quick_exit"); }
void _exit(int) { report("_exit"); }
}
