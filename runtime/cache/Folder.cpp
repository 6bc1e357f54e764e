#include "mercer/runtime/cache/Folder.h"

#include <cerrno>
#include <cstring>
#include <deque>

#include <fcntl.h>
#include <unistd.h>

namespace mercer::detail::cache {
namespace {

constexpr int as_a_place = O_PATH | O_NOFOLLOW | O_CLOEXEC;
constexpr int most_links = 40; // as Linux has it

bool belongs_to(const struct stat &status, Owner owner) {
  return status.st_uid == ::geteuid() || (owner == Owner::user_or_root && status.st_uid == 0);
}

/// Goes down a path from folder to folder. What was opened is what was checked: nobody can put something else in its place.
class Walk {
public:
  Walk(const std::string &path, bool make, Refusal &refusal, Owner owner) : make_(make), owner_(owner), refusal_(refusal) { push(path); }

  Descriptor run() {
    if (!enter("/", ::open("/", as_a_place)))
      return {};
    while (!rest_.empty()) {
      const std::string name = std::move(rest_.front());
      rest_.pop_front();
      if (!step(name))
        return {};
    }
    if (const std::string mistake = mistake_at_end(); !mistake.empty()) {
      refuse(mistake);
      return {};
    }
    Descriptor folder(::openat(*here_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder)
      fail();
    return folder;
  }

private:
  /// Puts the names of a path in front of what is left to go.
  void push(const std::string &path) {
    std::deque<std::string> names;
    for (std::size_t at = 0, next; at < path.size(); at = next + 1) {
      next = std::min(path.find('/', at), path.size());
      if (std::string name = path.substr(at, next - at); !name.empty() && name != ".")
        names.push_back(std::move(name));
    }
    rest_.insert(rest_.begin(), names.begin(), names.end());
  }

  bool step(const std::string &name) {
    int next = ::openat(*here_, name.c_str(), as_a_place);
    if (next < 0 && errno == ENOENT && make_) {
      // Another process may make it at the same time.
      if (::mkdirat(*here_, name.c_str(), 0700) != 0 && errno != EEXIST)
        return fail(name);
      next = ::openat(*here_, name.c_str(), as_a_place);
    }
    return enter(name, next);
  }

  bool enter(const std::string &name, int number) {
    if (number < 0)
      return fail(name);
    Descriptor next(number);
    if (::fstat(*next, &status_) != 0)
      return fail(name);
    if (status_.st_uid != ::geteuid() && status_.st_uid != 0)
      return refuse("'" + name + "' belongs to another user");
    if (S_ISLNK(status_.st_mode))
      return follow(name, *next);
    if (!S_ISDIR(status_.st_mode))
      return refuse("'" + name + "' is no folder");
    if ((status_.st_mode & 022) != 0 && (status_.st_mode & S_ISVTX) == 0)
      return refuse("others may write to '" + name + "'");
    here_ = std::move(next);
    return true;
  }

  bool follow(const std::string &name, int link) {
    if (rest_.empty())
      return refuse("'" + name + "' is a link");
    std::string target(4096, '\0');
    const ssize_t size = ::readlinkat(link, "", target.data(), target.size());
    if (size < 0)
      return fail(name);
    if (++links_ > most_links)
      return refuse("'" + name + "' is one of too many links");
    target.resize(static_cast<std::size_t>(size));
    push(target);
    return !target.starts_with('/') || enter("/", ::open("/", as_a_place));
  }

  std::string mistake_at_end() const {
    if (!belongs_to(status_, owner_))
      return "it belongs to another user";
    return (status_.st_mode & 022) != 0 ? "others may write to it" : "";
  }

  bool fail(const std::string &name = "it") {
    refusal_.code = errno;
    refusal_.text = (name == "it" ? name : "'" + name.substr(0, 80) + "'") + ": " + std::strerror(refusal_.code);
    return false;
  }
  bool refuse(const std::string &text) {
    refusal_ = {0, text};
    return false;
  }

  const bool make_;
  const Owner owner_;
  Refusal &refusal_;
  std::deque<std::string> rest_;
  Descriptor here_;
  struct stat status_ {}; ///< of the last that was opened
  int links_ = 0;
};

} // namespace

Descriptor::~Descriptor() { close(); }

bool Descriptor::close() {
  const int number = std::exchange(number_, -1);
  return number < 0 || ::close(number) == 0;
}

Descriptor open_folder(const std::string &path, bool make, Refusal &refusal, Owner owner) {
  return Walk(path, make, refusal, owner).run();
}

std::string mistake_in(const struct stat &file, Owner owner) {
  if (!S_ISREG(file.st_mode))
    return "is no regular file";
  if (!belongs_to(file, owner))
    return "belongs to another user";
  return (file.st_mode & 022) != 0 ? "can be written to by others" : "";
}

std::optional<std::string> read_whole(int file, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::read(file, bytes.data() + done, size - done);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return std::nullopt;
    if (got == 0)
      break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

bool write_whole(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(file, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  return true;
}

} // namespace mercer::detail::cache
