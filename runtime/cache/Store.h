// The cache on disk: kernels that were compiled before, by this process or another one. Never throws; what goes wrong is a miss.
#pragma once

#include "mercer/runtime/cache/Entry.h"
#include "mercer/runtime/cache/Folder.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace mercer::detail::cache {

/// The folder that a program uses, with the format's own below it. Empty: the cache is off; `refusal` is set when that is nobody's wish.
/// `directory`: JitOptions::cache_directory.
std::string folder_of(const std::string &directory, Refusal &refusal);

/// The folder that is only read, after the user's own: MERCER_CACHE_SHARED, with the format's below it. Empty: there is none.
std::string shared_folder();

/// "1000", "3K", "500M", "2G"; nothing when it is no size above 0.
std::optional<std::int64_t> size_named(const std::string &text);

/// Bytes that entries may have together: MERCER_CACHE_SIZE, else 1 GiB.
std::int64_t size_limit();

/// The turn to compile one kernel; others wait for it. It ends with the object.
class Turn {
public:
  Turn() = default;
  Turn(Descriptor folder, Descriptor lock, std::string name)
      : folder_(std::move(folder)), lock_(std::move(lock)), name_(std::move(name)) {}
  Turn(Turn &&) = default;
  ~Turn();

private:
  Descriptor folder_, lock_;
  std::string name_;
};

class Store {
public:
  /// `directory`: JitOptions::cache_directory.
  explicit Store(const std::string &directory);

  bool is_on() const { return state_ != nullptr; }
  /// The payload that was put for this key. Counted as a lookup, unless `again`.
  std::optional<std::string> find(const Key &key, bool again = false) const;
  /// Waits until no other thread or process compiles this kernel, for at most 10 s. Saves work, and is needed for nothing else.
  Turn turn(const Key &key) const;
  /// The first to put something wins.
  void put(const Key &key, std::string_view payload) const;
  /// Says that an entry could not be used although it is whole, and removes it.
  void discard(const Key &key, const std::string &why) const;

private:
  struct State;
  static std::shared_ptr<State> state_of(const std::string &folder);
  Descriptor open(bool make) const;
  void refused(const Refusal &refusal, const char *doing) const;
  std::optional<std::string> read(const Descriptor &folder, const Key &key) const;
  std::optional<std::string> read_shared(const Key &key) const;
  void write(const Descriptor &folder, const Key &key, std::string_view entry) const;
  void keep_small(const Descriptor &folder, const Key &key, std::int64_t bytes) const;
  void remove(const Descriptor &folder, const Key &key, const std::string &why) const;

  std::shared_ptr<State> state_;  ///< of the folder; null: the cache is off
  std::shared_ptr<State> shared_; ///< of the one that is only read; null: there is none
};

} // namespace mercer::detail::cache
