// The cache of compiled kernels, for people: what is in it, is it whole, make it smaller.
#pragma once

#include <string>

namespace mercer::tools {

struct CacheOptions {
  std::string folder; ///< as JitOptions::cache_directory
  std::string limit;  ///< of prune: "500M"; empty: the usual one
  bool json = false;
};

// Each prints what it found or did. @throws Error(io, bad_option) when the cache is off or cannot be used

/// Entries, bytes, lookups.
int cache_stats(const CacheOptions &options);
/// A line for each entry, the last used first.
int cache_list(const CacheOptions &options);
/// Reads every entry. @returns 1 when one is damaged, 0 else
int cache_verify(const CacheOptions &options);
/// Removes leftovers, and the least recently used entries above the limit.
int cache_prune(const CacheOptions &options);
/// Removes all.
int cache_clear(const CacheOptions &options);

} // namespace mercer::tools
