// C4 and C5: no usable disk is no problem, and nobody else's file is used.
#include "Kernels.h"

#include <atomic>
#include <cstdlib>
#include <thread>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mercer {
namespace {

using namespace detail;

constexpr uid_t nobody = 65534;

struct Ran {
  int status;
  std::string text;
  std::size_t warnings() const { return count_of("mercer: cache:", text); }
  std::size_t compiled() const { return count_of("  import ", text); }
};

/// Runs a line of shell, in which $WORKER is the cache-worker and $FOLDER the folder.
Ran shell(const std::string &line, const std::string &folder) {
  const FreshFolder output;
  const std::string file = output.string() + "/text";
  ::setenv("WORKER", MERCER_CACHE_WORKER, 1);
  ::setenv("FOLDER", folder.c_str(), 1);
  const int status = std::system(("{ " + line + "; } >" + file + " 2>&1").c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, bytes_of(file)};
}

bool can(const std::string &line) { return shell(line, "/").status == 0; }

/// Three kernels in one process: all right, all compiled, one warning.
void expect_one_warning(const Ran &ran, const std::string &why) {
  EXPECT_EQ(ran.status, 0) << why << ":\n" << ran.text;
  EXPECT_EQ(ran.compiled(), 3u) << why << ":\n" << ran.text;
  EXPECT_EQ(ran.warnings(), 1u) << why << ":\n" << ran.text;
}

TEST(C4, FoldersThatAreNone) {
  const FreshFolder folder;
  const std::string at = folder.string();
  write_bytes(folder.path / "file", "text");
  std::filesystem::create_directory(folder.path / "real");
  std::filesystem::create_symlink("real", folder.path / "link");
  std::filesystem::create_symlink("loop", folder.path / "loop");
  ASSERT_EQ(::mkfifo((at + "/fifo").c_str(), 0600), 0);
  for (const char *format : {"/a", "/b", "/c"})
    std::filesystem::create_directory(at + format);
  const std::string last = "/" + std::to_string(cache::format);
  write_bytes(at + "/a" + last, "text");
  std::filesystem::create_symlink("../real", at + "/b" + last);
  ASSERT_EQ(::mkfifo((at + "/c" + last).c_str(), 0600), 0);
  for (const std::string &name : {at + "/file", at + "/loop", at + "/fifo", at + "/a", at + "/b", at + "/c", std::string("/dev/null"),
                                  at + "/" + std::string(300, 'n'), std::string("/proc/nothing")})
    expect_one_warning(shell("$WORKER kernels \"$FOLDER\" 3", name), name);
  // A path of 4 KiB of short names is one that works, or is refused by the system.
  std::string deep = at;
  while (deep.size() < 4096)
    deep += "/" + std::string(100, 'd');
  const Ran ran = shell("$WORKER kernels \"$FOLDER\" 3", deep);
  EXPECT_EQ(ran.status, 0) << ran.text;
  EXPECT_LE(ran.warnings(), 1u) << ran.text;
  // A link on the way is fine.
  EXPECT_EQ(try_scaled(at + "/link/below", 2), "");
  EXPECT_TRUE(std::filesystem::exists(at + "/real/below" + last));
}

TEST(C4, NoHome) {
  const std::string start = "env -u MERCER_CACHE_DIR -u XDG_CACHE_HOME ";
  expect_one_warning(shell(start + "-u HOME $WORKER kernels '' 3", ""), "no HOME");
  expect_one_warning(shell(start + "HOME=/dev/null $WORKER kernels '' 3", ""), "HOME is /dev/null");
  expect_one_warning(shell(start + "HOME=there $WORKER kernels '' 3", ""), "HOME is relative");
  const FreshFolder home;
  const Ran ran = shell(start + "HOME=\"$FOLDER\" $WORKER kernels '' 3", home.string());
  EXPECT_EQ(ran.warnings(), 0u) << ran.text;
  EXPECT_TRUE(std::filesystem::exists(home.path / ".cache/mercer")) << ran.text;
  const Ran other = shell(start + "XDG_CACHE_HOME=\"$FOLDER/x\" $WORKER kernels '' 3", home.string());
  EXPECT_EQ(other.warnings(), 0u) << other.text;
  EXPECT_TRUE(std::filesystem::exists(home.path / "x/mercer")) << other.text;
}

TEST(C4, FullAndReadOnlyDisks) {
  if (!can("unshare -m mount -t tmpfs none /mnt"))
    GTEST_SKIP() << "this process may not mount a file system";
  const FreshFolder folder;
  const std::string mount = "unshare -m sh -c 'mount -t tmpfs -o size=64k,mode=700 none \"$FOLDER\" && ", end = "'";
  const std::string run = "$WORKER kernels \"$FOLDER\" 3";
  expect_one_warning(shell(mount + "{ head -c 65536 /dev/zero >\"$FOLDER\"/fill || true; } && " + run + end, folder.string()), "full");
  expect_one_warning(shell(mount + "mount -o remount,ro \"$FOLDER\" && " + run + end, folder.string()), "read-only");
  // With entries in it, a read-only cache is as good as another one.
  const Ran ran = shell(mount + run + " && mount -o remount,ro \"$FOLDER\" && echo again && " + run + end, folder.string());
  EXPECT_EQ(ran.status, 0) << ran.text;
  EXPECT_EQ(ran.compiled(), 3u) << ran.text;
  EXPECT_EQ(count_of("linking what the cache has", ran.text.substr(ran.text.find("again"))), 3u) << ran.text;
  EXPECT_EQ(ran.warnings(), 0u) << ran.text;
}

TEST(C4, NoPermission) {
  const std::string as_nobody = "setpriv --reuid=65534 --clear-groups ";
  if (::geteuid() != 0 || !can(as_nobody + "test -x $WORKER"))
    GTEST_SKIP() << "needs root, and a build folder that others can read";
  const FreshFolder folder;
  ASSERT_EQ(::chmod(folder.string().c_str(), 0755), 0);
  expect_one_warning(shell(as_nobody + "$WORKER kernels \"$FOLDER/new\" 3", folder.string()), "may not make a folder there");
  const std::string own = folder.string() + "/own";
  std::filesystem::create_directory(own);
  ASSERT_EQ(::chown(own.c_str(), nobody, nobody), 0);
  ASSERT_EQ(shell(as_nobody + "$WORKER kernels \"$FOLDER\" 3", own).status, 0);
  // A file that may not be read is left alone: it may be another time.
  const std::string files = own + "/" + std::to_string(cache::format);
  ASSERT_TRUE(can("chmod 0 " + files + "/*"));
  expect_one_warning(shell(as_nobody + "$WORKER kernels \"$FOLDER\" 3", own), "entries may not be read");
  ASSERT_TRUE(can("chmod 600 " + files + "/*"));
  const Ran again = shell(as_nobody + "$WORKER kernels \"$FOLDER\" 3", own);
  EXPECT_EQ(again.compiled(), 0u) << again.text;
  // One that may be read and not written is used.
  ASSERT_TRUE(can("chmod 500 " + files));
  const Ran readable = shell(as_nobody + "$WORKER kernels \"$FOLDER\" 3", own);
  EXPECT_EQ(readable.compiled(), 0u) << readable.text;
  EXPECT_EQ(readable.warnings(), 0u) << readable.text;
}

// --- C5 ------------------------------------------------------------------------------------------------------

/// A folder of root's and what another user may do to it.
class C5 : public testing::Test {
protected:
  void SetUp() override {
    if (::geteuid() != 0)
      GTEST_SKIP() << "needs root: a file of another user's must be made";
  }
  void put(const std::string &directory, const std::string &payload) const {
    cache::Store(directory).put(key, payload);
    ASSERT_TRUE(std::filesystem::exists(entry_in(directory)));
  }
  std::optional<std::string> find(const std::string &directory) const {
    testing::internal::CaptureStderr();
    auto found = cache::Store(directory).find(key);
    said = testing::internal::GetCapturedStderr();
    return found;
  }
  std::string entry_in(const std::string &directory) const {
    return directory + "/" + std::to_string(cache::format) + "/" + key.name;
  }
  static void give(const std::string &path) { ASSERT_EQ(::lchown(path.c_str(), nobody, nobody), 0); }

  const cache::Key key = key_named("k");
  mutable std::string said;
};

TEST_F(C5, FoldersOfOthers) {
  const FreshFolder folder;
  const std::string last = "/" + std::to_string(cache::format);
  auto fresh = [&](const std::string &name) {
    const std::string directory = folder.string() + "/" + name + "/cache";
    std::filesystem::create_directories(directory);
    put(directory, "planted");
    return directory;
  };
  const std::string owned = fresh("a"), above = fresh("b"), open = fresh("c"), group = fresh("d"), loose = fresh("e"), sticky = fresh("f"),
                    inner = fresh("g");
  give(owned);
  give(folder.string() + "/b");
  ::chmod(open.c_str(), 0777);
  ::chmod(group.c_str(), 0770);
  ::chmod((folder.string() + "/e").c_str(), 0777);
  ::chmod((folder.string() + "/f").c_str(), 01777);
  give(inner + last);
  for (const std::string &directory : {owned, above, open, group, loose, inner}) {
    EXPECT_EQ(find(directory), std::nullopt) << directory;
    EXPECT_EQ(count_of("mercer: cache:", said), 1u) << directory << ": " << said;
    EXPECT_TRUE(std::filesystem::exists(entry_in(directory))) << "nothing of others is touched";
  }
  EXPECT_EQ(find(sticky), "planted") << "a folder of ours below one as /tmp is";
  // A link of another user's leads nowhere.
  std::filesystem::create_symlink("f/cache", folder.string() + "/link");
  give(folder.string() + "/link");
  std::filesystem::create_directory(sticky + "/deeper");
  put(sticky + "/deeper", "planted");
  EXPECT_EQ(find(folder.string() + "/link/deeper"), std::nullopt);
  EXPECT_NE(said.find("belongs to another user"), std::string::npos) << said;
}

TEST_F(C5, EntriesOfOthers) {
  const FreshFolder ours, theirs;
  const std::string directory = ours.string(), entry = entry_in(directory);
  auto expect_refused = [&](const std::string &why) {
    EXPECT_EQ(find(directory), std::nullopt) << why;
    EXPECT_EQ(count_of("mercer: cache:", said), 1u) << why << ": " << said;
    EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(entry))) << why << ": it is removed";
  };
  put(theirs.string(), "planted");
  const std::string planted = entry_in(theirs.string());
  put(directory, "ours");
  give(entry);
  expect_refused("belongs to another user");
  put(directory, "ours");
  ::chmod(entry.c_str(), 0666);
  expect_refused("can be written to by others");
  std::filesystem::create_symlink(planted, entry);
  expect_refused("a link");
  give(planted);
  std::filesystem::create_hard_link(planted, entry);
  expect_refused("a hard link");
  ASSERT_EQ(::mkfifo(entry.c_str(), 0600), 0);
  expect_refused("a FIFO");
  put(directory, "ours");
  EXPECT_EQ(find(directory), "ours");
}

/// What is looked at is what was checked, also while somebody changes the one for the other.
TEST_F(C5, AFolderThatIsSwapped) {
  const FreshFolder folder;
  const std::string ours = folder.string() + "/cache", theirs = folder.string() + "/theirs";
  std::filesystem::create_directory(ours);
  std::filesystem::create_directory(theirs);
  put(ours, "ours");
  put(theirs, "planted");
  give(theirs);
  std::atomic<bool> done = false;
  std::thread swapper([&] {
    while (!done)
      ::renameat2(AT_FDCWD, ours.c_str(), AT_FDCWD, theirs.c_str(), RENAME_EXCHANGE);
  });
  int right = 0, refused = 0;
  testing::internal::CaptureStderr();
  for (int n = 0; n < 2000; ++n) {
    const std::optional<std::string> found = cache::Store(ours).find(key, /*again=*/true);
    right += found == "ours";
    refused += !found;
  }
  testing::internal::GetCapturedStderr();
  done = true;
  swapper.join();
  EXPECT_EQ(right + refused, 2000);
  EXPECT_GT(right, 0);
  EXPECT_GT(refused, 0);
}

} // namespace
} // namespace mercer
