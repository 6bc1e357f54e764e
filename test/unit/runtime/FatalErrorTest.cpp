// E7: LLVM's fatal errors and failed allocations become an Error of the call that compiles; the next one
// works.
#include "mercer/dsl/Error.h"
#include "mercer/runtime/LargeStack.h"

#include "llvm/Support/ErrorHandling.h"

#include <gtest/gtest.h>

/// What the thread held that LLVM's error ended is lost, here the text of the error.
extern "C" const char *__lsan_default_suppressions() { return "leak:llvm::Twine::str"; }

namespace mercer {
namespace {

void expect_error(const std::function<void()> &work, const std::string &text) {
  try {
    detail::on_large_stack(work);
    ADD_FAILURE() << "no error; expected: " << text;
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), ErrorCode::compiler);
    EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what();
  }
}

TEST(E7, FatalErrorsOfLlvmAreErrors) {
  expect_error([] { llvm::report_fatal_error("no such relocation"); },
               "compiler: LLVM stopped with 'no such relocation', a bug in Mercer");
  expect_error([] { llvm::report_bad_alloc_error("out of memory in a table"); },
               "compiler: LLVM stopped with 'out of memory in a table', a bug in Mercer");
  bool done = false;
  detail::on_large_stack([&] { done = true; });
  EXPECT_TRUE(done);
}

} // namespace
} // namespace mercer
