#include "mercer/runtime/export/Files.h"

#include "mercer/dsl/Error.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <unistd.h>

namespace mercer::detail {

[[noreturn]] static void fail(const std::string &path, int number) {
  throw Error(ErrorCode::io, "write_object: '" + path + "' must be writable, but: " + std::strerror(number), {});
}

/// A file beside the one that is meant; gone with the object unless it was renamed.
class Beside {
public:
  explicit Beside(const NewFile &file) : path_(file.path), beside_(file.path + "." + std::to_string(getpid())) {
    std::FILE *stream = std::fopen(beside_.c_str(), "wb");
    if (!stream)
      fail(path_, errno);
    exists_ = true;
    const bool written = std::fwrite(file.bytes.data(), 1, file.bytes.size(), stream) == file.bytes.size();
    const int number = errno;
    if (std::fclose(stream) != 0 || !written)
      fail_and_remove(written ? errno : number);
  }
  Beside(Beside &&other) noexcept : path_(std::move(other.path_)), beside_(std::move(other.beside_)), exists_(other.exists_) {
    other.exists_ = false;
  }
  ~Beside() {
    if (exists_)
      std::remove(beside_.c_str());
  }

  void publish() {
    if (std::rename(beside_.c_str(), path_.c_str()) != 0)
      fail(path_, errno);
    exists_ = false;
  }

private:
  [[noreturn]] void fail_and_remove(int number) { // the destructor of what is not built yet does not run
    std::remove(beside_.c_str());
    fail(path_, number);
  }

  std::string path_, beside_;
  bool exists_ = false;
};

void write_files(const std::vector<NewFile> &files) {
  std::vector<Beside> written;
  written.reserve(files.size());
  for (const NewFile &file : files)
    written.emplace_back(file);
  std::size_t published = 0;
  try {
    for (; published < written.size(); ++published)
      written[published].publish();
  } catch (...) {
    for (std::size_t n = 0; n < published; ++n)
      std::remove(files[n].path.c_str());
    throw;
  }
}

} // namespace mercer::detail
