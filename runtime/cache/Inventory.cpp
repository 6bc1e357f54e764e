#include "mercer/runtime/cache/Inventory.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <functional>
#include <memory>
#include <tuple>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

namespace mercer::detail::cache {
namespace {

constexpr std::size_t name_digits = 64, random_digits = 16;
constexpr const char *counts_name = "lookups", *lock_suffix = ".lock", *temporary_suffix = ".tmp";
/// Where a file system has no locks, a leftover is what is this old.
constexpr std::int64_t old_seconds = 3600;

bool is_hexadecimal(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_leftover(std::string_view name) {
  if (name.size() <= name_digits || !is_entry(std::string(name.substr(0, name_digits))))
    return false;
  const std::string_view rest = name.substr(name_digits);
  return rest == lock_suffix || (rest.size() == 1 + random_digits + 4 && rest.front() == '.' && rest.ends_with(temporary_suffix) &&
                                 is_hexadecimal(rest.substr(1, random_digits)));
}

void for_each_name(const Descriptor &folder, const std::function<void(const std::string &)> &work) {
  // A description of its own: positions in the folder are not shared.
  const int number = ::openat(*folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (number < 0)
    return;
  const std::unique_ptr<DIR, int (*)(DIR *)> open(::fdopendir(number), &::closedir);
  if (!open) {
    ::close(number);
    return;
  }
  while (const dirent *entry = ::readdir(open.get()))
    work(entry->d_name);
}

bool remove(const Descriptor &folder, const std::string &name) { return ::unlinkat(*folder, name.c_str(), 0) == 0; }

/// Removes what no process uses: whoever writes a temporary or compiles has it locked, and ends the lock when it dies. It is removed
/// under a lock of ours, so that a process that has just made it knows that it is lost.
bool remove_leftover(const Descriptor &folder, const std::string &name) {
  const Descriptor file(::openat(*folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(*file, &status) != 0)
    return false;
  const bool free = ::flock(*file, LOCK_EX | LOCK_NB) == 0;
  const bool no_locks = !free && errno != EWOULDBLOCK;
  return (free || (no_locks && std::time(nullptr) - status.st_mtim.tv_sec > old_seconds)) && remove(folder, name);
}

} // namespace

bool is_entry(const std::string &name) { return name.size() == name_digits && is_hexadecimal(name); }

std::string lock_name(const std::string &entry) { return entry + lock_suffix; }

std::string temporary_name(const std::string &entry) {
  unsigned char random[random_digits / 2] = {};
  if (::getrandom(random, sizeof random, GRND_NONBLOCK) != sizeof random) {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    llvm::support::endian::write64le(random, static_cast<std::uint64_t>(now.tv_nsec) << 32 | static_cast<std::uint64_t>(::getpid()));
  }
  return entry + "." + llvm::toHex(llvm::ArrayRef(random), /*LowerCase=*/true) + temporary_suffix;
}

std::vector<Item> items_of(const Descriptor &folder) {
  std::vector<Item> items;
  for_each_name(folder, [&](const std::string &name) {
    struct stat status {};
    if (is_entry(name) && ::fstatat(*folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode))
      items.push_back({name, status.st_size, status.st_mtim.tv_sec * std::int64_t(1'000'000'000) + status.st_mtim.tv_nsec});
  });
  std::sort(items.begin(), items.end(), [](const Item &a, const Item &b) { return std::tie(a.used, a.name) < std::tie(b.used, b.name); });
  return items;
}

Removed tidy(const Descriptor &folder, std::int64_t limit) {
  Removed removed;
  for_each_name(folder, [&](const std::string &name) {
    if (is_leftover(name))
      removed.leftovers += remove_leftover(folder, name);
  });
  const std::vector<Item> items = items_of(folder);
  std::int64_t bytes = 0;
  for (const Item &item : items)
    bytes += item.bytes;
  if (bytes <= limit)
    return removed;
  for (const Item &item : items) {
    if (bytes <= limit / 10 * 9)
      break;
    bytes -= item.bytes;
    if (!remove(folder, item.name))
      continue;
    ++removed.entries;
    removed.bytes += item.bytes;
  }
  return removed;
}

Removed clear(const Descriptor &folder) {
  Removed removed;
  for (const Item &item : items_of(folder))
    if (remove(folder, item.name)) {
      ++removed.entries;
      removed.bytes += item.bytes;
    }
  for_each_name(folder, [&](const std::string &name) {
    if (is_leftover(name))
      removed.leftovers += remove(folder, name);
  });
  remove(folder, counts_name);
  return removed;
}

// --- lookups: two numbers in a file ------------------------------------------------------------------------

static Counts read_counts(int file) {
  unsigned char words[16] = {};
  if (::pread(file, words, sizeof words, 0) != sizeof words)
    return {};
  auto word = [&](int n) { return static_cast<std::int64_t>(llvm::support::endian::read64le(words + 8 * n)); };
  const Counts counts{word(0), word(1)};
  return counts.hits < 0 || counts.misses < 0 ? Counts() : counts;
}

Counts counts_of(const Descriptor &folder) {
  const Descriptor file(::openat(*folder, counts_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  return file ? read_counts(*file) : Counts();
}

void count(const Descriptor &folder, bool hit) {
  const Descriptor file(::openat(*folder, counts_name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
  struct stat status {};
  if (!file || ::fstat(*file, &status) != 0 || !mistake_in(status).empty())
    return;
  constexpr int most_tries = 100;
  constexpr timespec pause{0, 100'000};
  for (int n = 0; ::flock(*file, LOCK_EX | LOCK_NB) != 0; ++n) {
    if (errno != EWOULDBLOCK || n == most_tries)
      return;
    ::nanosleep(&pause, nullptr);
  }
  Counts counts = read_counts(*file);
  ++(hit ? counts.hits : counts.misses);
  unsigned char words[16];
  llvm::support::endian::write64le(words, static_cast<std::uint64_t>(counts.hits));
  llvm::support::endian::write64le(words + 8, static_cast<std::uint64_t>(counts.misses));
  [[maybe_unused]] const ssize_t written = ::pwrite(*file, words, sizeof words, 0);
}

} // namespace mercer::detail::cache
