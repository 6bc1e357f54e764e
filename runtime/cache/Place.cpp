// Where the cache lies and how large it may be: options and the environment.
#include "mercer/runtime/cache/Store.h"

#include <charconv>
#include <cstdlib>
#include <filesystem>

namespace mercer::detail::cache {

/// Nothing in a program that runs with more rights than its user has.
static std::string environment(const char *name) {
  const char *value = ::secure_getenv(name);
  return value ? value : "";
}

/// The folder above that of the format; "off": none.
static std::string place(const std::string &directory, Refusal &refusal) {
  if (!directory.empty())
    return directory;
  if (std::string given = environment("MERCER_CACHE_DIR"); !given.empty())
    return given;
  // By the XDG Base Directory Specification a relative path is ignored.
  if (std::string caches = environment("XDG_CACHE_HOME"); caches.starts_with('/'))
    return caches + "/mercer";
  if (std::string home = environment("HOME"); home.starts_with('/'))
    return home + "/.cache/mercer";
  refusal.text = "neither MERCER_CACHE_DIR nor XDG_CACHE_HOME nor HOME names a folder";
  return "off";
}

std::string folder_of(const std::string &directory, Refusal &refusal) {
  const std::string folder = place(directory, refusal);
  if (folder == "off")
    return "";
  if (folder.find('\0') != std::string::npos) {
    refusal.text = "a folder's name has no byte 0";
    return "";
  }
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(folder, error);
  if (error) {
    refusal.text = folder.substr(0, 200) + ": " + error.message();
    return "";
  }
  return absolute.string() + "/" + std::to_string(format);
}

std::string shared_folder() {
  const std::string folder = environment("MERCER_CACHE_SHARED");
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(folder, error);
  return folder.empty() || error ? "" : absolute.string() + "/" + std::to_string(format);
}

std::optional<std::int64_t> size_named(const std::string &text) {
  std::int64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const int shift = unit.empty() ? 0 : unit == "K" ? 10 : unit == "M" ? 20 : unit == "G" ? 30 : -1;
  if (error != std::errc() || shift < 0 || size <= 0 || size > (INT64_MAX >> shift))
    return std::nullopt;
  return size << shift;
}

std::int64_t size_limit() { return size_named(environment("MERCER_CACHE_SIZE")).value_or(std::int64_t(1) << 30); }

} // namespace mercer::detail::cache
