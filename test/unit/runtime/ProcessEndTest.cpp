// E7: nothing ends the process. The tests of E1 run in this program, where a call of abort or exit is seen.
#include <cstdlib>
#include <exception>

#include <gtest/gtest.h>

#include <dlfcn.h>
#include <unistd.h>

namespace {

TEST(E7, EndsOfTheProcessAreSeen) {
  const auto ended = testing::ExitedWithCode(70);
  EXPECT_EXIT(std::abort(), ended, "E7: abort was called");
  EXPECT_EXIT(std::exit(0), ended, "E7: exit was called");
  EXPECT_EXIT(std::terminate(), ended, "E7: terminate was called");
  // The libraries find the same functions.
  for (const char *name : {"abort", "exit", "quick_exit", "_exit"}) {
    Dl_info library{};
    void *function = dlsym(RTLD_DEFAULT, name);
    ASSERT_TRUE(function && dladdr(function, &library)) << name;
    EXPECT_EQ(std::string(library.dli_fname).find(".so"), std::string::npos)
        << name << " is that of " << library.dli_fname;
  }
}

} // namespace
