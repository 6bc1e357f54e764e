// Kernels that the tests keep in caches, and folders for these.
#pragma once

#include <mercer/runtime.h>
#include <mercer/runtime/cache/Store.h>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <stdlib.h>

namespace mercer {

/// y(i) = factor x(i); another factor is another kernel.
inline Program scaled(double factor) {
  Index i("i");
  Tensor x("x", 1);
  return Program("scaled", {x}, {{"y", i, x(i) * factor}});
}

inline JitOptions cached_in(const std::string &folder) {
  JitOptions options;
  options.cache_directory = folder;
  return options;
}

/// A call of `scaled(factor)`, compiled or taken from the cache. What went wrong; empty: nothing.
inline std::string try_scaled(const std::string &folder, double factor, bool timing = false) {
  JitOptions options = cached_in(folder);
  options.timing = timing;
  const double values[] = {1, -2, 3};
  const Array y = jit(scaled(factor), options)(view(values, {3}));
  for (int n = 0; n < 3; ++n)
    if (y.data<double>()[n] != values[n] * factor)
      return "scaled(" + std::to_string(factor) + ") is wrong";
  return "";
}

/// A folder that is removed with the object.
class FreshFolder {
public:
  FreshFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "mercer-cache-XXXXXX").string();
    if (!::mkdtemp(name.data()))
      throw std::runtime_error("no folder can be made: " + name);
    path = name;
  }
  ~FreshFolder() { std::filesystem::remove_all(path); }
  /// Where the cache's files are when this is `cache_directory`.
  std::filesystem::path files() const { return path / std::to_string(detail::cache::format); }
  std::vector<std::filesystem::path> entries() const {
    std::vector<std::filesystem::path> found;
    if (std::filesystem::exists(files()))
      for (const auto &file : std::filesystem::directory_iterator(files()))
        if (file.path().filename().string().size() == 64)
          found.push_back(file.path());
    return found;
  }
  std::string string() const { return path.string(); }

  std::filesystem::path path;
};

inline std::string bytes_of(const std::filesystem::path &file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_bytes(const std::filesystem::path &file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline std::size_t count_of(const std::string &what, const std::string &text) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++count;
  return count;
}

/// A key as good as those of programs.
inline detail::cache::Key key_named(const std::string &text) { return {text, detail::cache::digest(text)}; }

} // namespace mercer
