#include "mercer/runtime/cache/Store.h"

#include "mercer/runtime/cache/Inventory.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <map>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace mercer::detail::cache {
namespace {

constexpr std::chrono::seconds longest_wait(10);

void warn(const std::string &text) { std::fprintf(stderr, "mercer: cache: %s\n", text.c_str()); }

/// Of a system that does not let us write at all, now or later.
bool forbids_writing(int code) { return code == EACCES || code == EPERM || code == EROFS; }

} // namespace

/// What this process knows of a folder.
struct Store::State {
  std::string folder;
  std::atomic<bool> read_only = false, warned = false, tidied = false;
};

std::shared_ptr<Store::State> Store::state_of(const std::string &folder) {
  static std::mutex mutex;
  // Never destroyed: functions that live until the process ends use it.
  static auto &states = *new std::map<std::string, std::shared_ptr<State>>;
  std::lock_guard lock(mutex);
  std::shared_ptr<State> &state = states[folder];
  if (!state) {
    state = std::make_shared<State>();
    state->folder = folder;
  }
  return state;
}

Store::Store(const std::string &directory) {
  Refusal refusal;
  const std::string folder = folder_of(directory, refusal);
  if (!folder.empty()) {
    state_ = state_of(folder);
    if (const std::string shared = shared_folder(); !shared.empty() && shared != folder)
      shared_ = state_of(shared);
  } else if (!refusal.text.empty() && !state_of("")->warned.exchange(true))
    warn("none: " + refusal.text);
}

/// Says once that a folder is not used as it might be.
void Store::refused(const Refusal &refusal, const char *doing) const {
  if (forbids_writing(refusal.code) || refusal.code == 0)
    state_->read_only = true;
  if (!state_->warned.exchange(true))
    warn("cannot " + std::string(doing) + " " + state_->folder.substr(0, 200) + ": " + refusal.text + "; kernels are compiled in each process");
}

Descriptor Store::open(bool make) const {
  Refusal refusal;
  Descriptor folder = open_folder(state_->folder, make, refusal);
  if (!folder && !(refusal.code == ENOENT && !make))
    refused(refusal, "use");
  return folder;
}

// --- reading -----------------------------------------------------------------------------------------------

std::optional<std::string> Store::find(const Key &key, bool again) const {
  const Descriptor folder = open(/*make=*/!state_->read_only && !again);
  std::optional<std::string> payload = folder ? read(folder, key) : std::nullopt;
  if (!payload && !again)
    payload = read_shared(key);
  if (folder && !again && !state_->read_only)
    count(folder, payload.has_value());
  return payload;
}

namespace {

/// What looking for an entry gives: a payload; or what is wrong with the entry, or an error of the system, or neither.
struct Found {
  std::optional<std::string> payload;
  std::string mistake;
  Refusal error;
};

Found look(const Descriptor &folder, const Key &key, Owner owner) {
  auto wrong = [](std::string mistake) { return Found{std::nullopt, std::move(mistake), {}}; };
  auto failed = [] { return Found{std::nullopt, "", {errno, std::strerror(errno)}}; };
  // A FIFO that somebody put there does not make us wait.
  const Descriptor file(::openat(*folder, key.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file && errno == ELOOP)
    return wrong("is a link");
  if (!file || ::fstat(*file, &status) != 0)
    return errno == ENOENT ? Found{} : failed();
  if (std::string mistake = mistake_in(status, owner); !mistake.empty())
    return wrong(std::move(mistake));
  if (status.st_size > static_cast<off_t>(most_bytes))
    return wrong("is damaged");
  const std::optional<std::string> entry = read_whole(*file, static_cast<std::size_t>(status.st_size));
  if (!entry)
    return failed();
  const std::optional<Content> content = content_of(*entry);
  if (!content)
    return wrong("is damaged");
  if (content->key != key.bytes)
    return wrong("belongs to another key");
  if (owner == Owner::user) {
    constexpr timespec now_and_now[] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
    ::futimens(*file, now_and_now); // when it was used last
  }
  return {std::string(content->payload), "", {}};
}

} // namespace

/// Content that is wrong removes the entry; that the system cannot read does not.
std::optional<std::string> Store::read(const Descriptor &folder, const Key &key) const {
  Found found = look(folder, key, Owner::user);
  if (!found.mistake.empty())
    remove(folder, key, found.mistake);
  if (found.error.code != 0)
    refused(found.error, "read");
  return std::move(found.payload);
}

/// Who made that folder looks after it: what is wrong in it is said, and left as it is.
std::optional<std::string> Store::read_shared(const Key &key) const {
  if (!shared_)
    return std::nullopt;
  Found found;
  if (const Descriptor folder = open_folder(shared_->folder, /*make=*/false, found.error, Owner::user_or_root))
    found = look(folder, key, Owner::user_or_root);
  if (!found.mistake.empty())
    warn("entry " + key.name.substr(0, 16) + " of " + shared_->folder.substr(0, 200) + " " + found.mistake + "; the kernel is compiled");
  const bool is_absent = found.error.code == ENOENT;
  if (!found.error.text.empty() && !is_absent && !shared_->warned.exchange(true))
    warn("cannot read " + shared_->folder.substr(0, 200) + ": " + found.error.text);
  return std::move(found.payload);
}

void Store::remove(const Descriptor &folder, const Key &key, const std::string &why) const {
  const bool removed = ::unlinkat(*folder, key.name.c_str(), 0) == 0;
  if (removed || errno != ENOENT)
    warn("entry " + key.name.substr(0, 16) + " " + why + (removed ? " and is removed" : "") + "; the kernel is compiled");
}

void Store::discard(const Key &key, const std::string &why) const {
  if (const Descriptor folder = open(false))
    remove(folder, key, why);
}

// --- turns -------------------------------------------------------------------------------------------------

Turn Store::turn(const Key &key) const {
  if (state_->read_only)
    return {};
  Descriptor folder = open(/*make=*/true);
  const std::string name = lock_name(key.name);
  const auto end = std::chrono::steady_clock::now() + longest_wait;
  auto pause = std::chrono::microseconds(200);
  while (folder) {
    Descriptor lock(::openat(*folder, name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
    if (!lock) {
      refused({errno, std::strerror(errno)}, "write to");
      break;
    }
    while (::flock(*lock, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK || std::chrono::steady_clock::now() > end)
        return {};
      std::this_thread::sleep_for(pause);
      pause = std::min<std::chrono::microseconds>(2 * pause, std::chrono::milliseconds(20));
    }
    // Who had the lock has removed the file: it may be another one by now.
    struct stat mine {}, there {};
    if (::fstat(*lock, &mine) == 0 && ::fstatat(*folder, name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 &&
        mine.st_ino == there.st_ino && mine.st_dev == there.st_dev)
      return {std::move(folder), std::move(lock), name};
    if (std::chrono::steady_clock::now() > end)
      break;
  }
  return {};
}

Turn::~Turn() {
  if (!lock_)
    return;
  ::unlinkat(*folder_, name_.c_str(), 0);
  ::flock(*lock_, LOCK_UN); // a child of this process may have the descriptor too
}

// --- writing -----------------------------------------------------------------------------------------------

void Store::put(const Key &key, std::string_view payload) const {
  if (state_->read_only)
    return;
  const std::string entry = entry_of(key, payload);
  if (entry.size() > most_bytes || static_cast<std::int64_t>(entry.size()) > size_limit())
    return;
  const Descriptor folder = open(/*make=*/true);
  if (!folder)
    return;
  write(folder, key, entry);
  keep_small(folder, key, static_cast<std::int64_t>(entry.size()));
}

/// A file that no other process takes for a leftover. Between its making and its locking one may: then another is made.
static Descriptor new_temporary(const Descriptor &folder, const Key &key, std::string &name) {
  for (int n = 0; n < 4; ++n) {
    name = temporary_name(key.name);
    Descriptor file(::openat(*folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    struct stat status {};
    if (!file)
      return file;
    const bool lost = (::flock(*file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) ||
                      (::fstat(*file, &status) == 0 && status.st_nlink == 0);
    if (!lost)
      return file;
  }
  errno = EBUSY;
  return {};
}

/// Nobody sees an entry that is not whole: it is written under a name of its own, then gets its name.
void Store::write(const Descriptor &folder, const Key &key, std::string_view entry) const {
  std::string name;
  Descriptor file = new_temporary(folder, key, name);
  if (!file)
    return refused({errno, std::strerror(errno)}, "write to");
  const Descriptor lock(::dup(*file));
  bool done = write_whole(*file, entry) && file.close();
  if (done && ::linkat(*folder, name.c_str(), *folder, key.name.c_str(), 0) != 0 && errno != EEXIST)
    done = ::renameat(*folder, name.c_str(), *folder, key.name.c_str()) == 0; // a file system without hard links
  const int code = errno;
  ::unlinkat(*folder, name.c_str(), 0);
  if (!done)
    refused({code, std::strerror(code)}, "write to");
}

/// The first time in a process, and then so often that the entries outgrow the limit by a 64th of it, however many processes write
/// them: by chance, a chance that grows with the bytes. The digits of the key are as good as random ones.
void Store::keep_small(const Descriptor &folder, const Key &key, std::int64_t bytes) const {
  const std::int64_t limit = size_limit(), step = std::max<std::int64_t>(1, limit / 64);
  const auto random = static_cast<std::int64_t>(std::stoull(key.name.substr(0, 15), nullptr, 16));
  if (!state_->tidied.exchange(true) || random % step < bytes)
    tidy(folder, limit);
}

} // namespace mercer::detail::cache
