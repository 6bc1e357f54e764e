// What lies in the cache's folder: looked at, kept small, tidied.
#pragma once

#include "mercer/runtime/cache/Folder.h"

#include <cstdint>
#include <string>
#include <vector>

namespace mercer::detail::cache {

/// A file that holds an entry.
struct Item {
  std::string name;
  std::int64_t bytes = 0;
  std::int64_t used = 0; ///< nanoseconds since 1970: written or read last
};

/// The entries of a folder, least recently used first.
std::vector<Item> items_of(const Descriptor &folder);

/// What `tidy` removed.
struct Removed {
  std::int64_t entries = 0, bytes = 0, leftovers = 0;
};

/// Removes what processes that were killed left behind, and when the entries have more than `limit` bytes the least recently used of
/// them until they have no more than nine tenths of it.
Removed tidy(const Descriptor &folder, std::int64_t limit);

/// Removes all that the cache has written to the folder.
Removed clear(const Descriptor &folder);

/// Lookups in a folder, of all processes since it was made or cleared.
struct Counts {
  std::int64_t hits = 0, misses = 0;
};
Counts counts_of(const Descriptor &folder);
/// Adds one lookup. Where that cannot be written, or others write it all the time, it is left out.
void count(const Descriptor &folder, bool hit);

// Names of files in the folder. An entry's is the name of its key.
bool is_entry(const std::string &name);
std::string lock_name(const std::string &entry);
/// A new one each time; the file is locked by its process as long as that lives.
std::string temporary_name(const std::string &entry);

} // namespace mercer::detail::cache
