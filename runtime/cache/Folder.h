// Folders and files that nobody else can have written to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sys/stat.h>

namespace mercer::detail::cache {

/// A file descriptor, closed with the object.
class Descriptor {
public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor &&other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor &operator=(Descriptor &&other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();
  explicit operator bool() const { return number_ >= 0; }
  int operator*() const { return number_; }
  /// Closes it now. What was written has reached the system when this is true.
  bool close();

private:
  int number_ = -1;
};

/// Why something cannot be used.
struct Refusal {
  int code = 0; ///< errno; 0: it breaks a rule of ours
  std::string text;
};

/// Whose the last folder and the files in it may be.
enum class Owner { user, user_or_root };

/// Opens a folder, and with `make` what is missing of it (mode 0700). Each folder on the way must be this user's or root's and not
/// be writable by others, unless it is sticky as /tmp is; the last one is its owner's, no link, and not writable by others at all.
/// Links on the way are followed when they are this user's or root's. An absolute path. `refusal` is set when nothing is returned.
Descriptor open_folder(const std::string &path, bool make, Refusal &refusal, Owner owner = Owner::user);

/// Is it a regular file of its owner's that others cannot write to? Empty when it is, else what it is.
std::string mistake_in(const struct stat &file, Owner owner = Owner::user);

/// The whole file. Nothing (and errno) when the system refuses; what is read may be shorter than the file was.
std::optional<std::string> read_whole(int file, std::size_t size);
/// All of it. False (and errno) when the system refuses.
bool write_whole(int file, std::string_view bytes);

} // namespace mercer::detail::cache
