// MERCER_CACHE_SHARED: a second folder that is read after the user's own, and never changed.
#include "Kernels.h"

#include <map>

#include <sys/wait.h>
#include <unistd.h>

namespace mercer {
namespace {

using namespace detail;

/// The folder that is shared, and one of the user's own.
class SharedCache : public testing::Test {
protected:
  SharedCache() { share(shared.string()); }
  ~SharedCache() override { ::unsetenv("MERCER_CACHE_SHARED"); }
  static void share(const std::string &folder) { ::setenv("MERCER_CACHE_SHARED", folder.c_str(), 1); }

  std::optional<std::string> find(const std::string &directory) {
    testing::internal::CaptureStderr();
    auto found = cache::Store(directory).find(key);
    said = testing::internal::GetCapturedStderr();
    return found;
  }
  /// Files below the shared folder with their bytes.
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> result;
    for (const auto &file : std::filesystem::recursive_directory_iterator(shared.path))
      if (file.is_regular_file())
        result[file.path().string()] = bytes_of(file.path());
    return result;
  }

  const FreshFolder shared, own;
  const cache::Key key = key_named("k");
  std::string said;
};

TEST_F(SharedCache, IsReadAfterTheUsersOwn) {
  cache::Store(shared.string()).put(key, "shared");
  const auto before = files();
  ASSERT_FALSE(before.empty());
  EXPECT_EQ(find(own.string()), "shared");
  EXPECT_EQ(said, "");
  cache::Store(own.string()).put(key, "own");
  EXPECT_EQ(find(own.string()), "own");
  EXPECT_EQ(files(), before) << "nothing is written there";
  ::unsetenv("MERCER_CACHE_SHARED");
  const FreshFolder other;
  EXPECT_EQ(find(other.string()), std::nullopt) << "without it there is one folder";
}

TEST_F(SharedCache, KernelsAreTakenFromIt) {
  ASSERT_EQ(try_scaled(shared.string(), 5), "");
  testing::internal::CaptureStderr();
  EXPECT_EQ(try_scaled(own.string(), 5, /*timing=*/true), "");
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(count_of("linking what the cache has", said), 1u) << said;
  EXPECT_EQ(own.entries().size(), 0u);
  EXPECT_EQ(try_scaled(own.string(), 6), "");
  EXPECT_EQ(own.entries().size(), 1u) << "what is compiled goes to the user's own";
  EXPECT_EQ(shared.entries().size(), 1u);
}

TEST_F(SharedCache, DamageIsSaidAndLeft) {
  ASSERT_EQ(try_scaled(shared.string(), 7), "");
  const std::filesystem::path file = shared.entries().at(0);
  write_bytes(file, bytes_of(file).substr(1));
  testing::internal::CaptureStderr();
  EXPECT_EQ(try_scaled(own.string(), 7), "");
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(count_of("is damaged; the kernel is compiled", said), 1u) << said;
  EXPECT_TRUE(std::filesystem::exists(file));
  EXPECT_EQ(own.entries().size(), 1u);
}

TEST_F(SharedCache, FoldersThatOthersMayWriteToAreRefused) {
  cache::Store(shared.string()).put(key, "planted");
  ASSERT_EQ(::chmod(shared.files().c_str(), 0777), 0);
  EXPECT_EQ(find(own.string()), std::nullopt);
  EXPECT_EQ(count_of("mercer: cache: cannot read", said), 1u) << said;
  EXPECT_NE(said.find("others may write to"), std::string::npos) << said;
  ASSERT_EQ(::chmod(shared.files().c_str(), 0755), 0);
  EXPECT_EQ(find(own.string()), "planted");
  ASSERT_EQ(::chmod((shared.files() / key.name).c_str(), 0666), 0);
  EXPECT_EQ(find(own.string()), std::nullopt);
  EXPECT_EQ(count_of("can be written to by others; the kernel is compiled", said), 1u) << said;
}

TEST_F(SharedCache, MayBeAbsent) {
  share(shared.string() + "/none");
  EXPECT_EQ(find(own.string()), std::nullopt);
  EXPECT_EQ(said, "");
}

TEST_F(SharedCache, OfRootServesAll) {
  if (::geteuid() != 0)
    GTEST_SKIP() << "needs root: its folder is shared";
  cache::Store(shared.string()).put(key, "root's");
  ASSERT_EQ(::chmod(shared.path.c_str(), 0755), 0);
  ASSERT_EQ(::chmod(shared.files().c_str(), 0755), 0);
  ASSERT_EQ(::chmod((shared.files() / key.name).c_str(), 0644), 0);
  ASSERT_EQ(::chown(own.path.c_str(), 65534, 65534), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const bool changed = ::setgid(65534) == 0 && ::setuid(65534) == 0;
    ::_exit(changed && cache::Store(own.string()).find(key) == "root's" ? 0 : 1);
  }
  int status = 1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

} // namespace
} // namespace mercer
