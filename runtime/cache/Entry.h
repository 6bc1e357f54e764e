// One file of the cache: a key and what belongs to it, with a checksum.
#pragma once

#include "mercer/runtime/cache/Key.h"

#include <optional>

namespace mercer::detail::cache {

/// Changes with anything in how entries are written. Each format has a folder of its own.
inline constexpr int format = 1;
/// Of an entry; a kernel of the largest program has a few MiB.
inline constexpr std::size_t most_bytes = std::size_t(256) << 20;

/// Magic, format, lengths, key, payload, BLAKE3 of all before it.
std::string entry_of(const Key &key, std::string_view payload);

/// An entry taken apart; both refer to its bytes.
struct Content {
  std::string_view key, payload;
};
/// Nothing when the bytes are not those of a whole and undamaged entry.
std::optional<Content> content_of(std::string_view entry);

/// What `Kernel` is made of.
struct StoredKernel {
  std::string program, types, cpu; ///< for people who look at the cache
  std::string symbol;
  std::int64_t frame_words = 0;
  std::vector<DType> output_types;
  std::vector<std::pair<std::int32_t, std::int32_t>> in_place;
  std::vector<int> nests_of_calls;
  std::string object; ///< relocatable
};
std::string payload_of(const StoredKernel &kernel);
/// Nothing when the bytes are none.
std::optional<StoredKernel> stored_kernel_of(std::string_view payload);

} // namespace mercer::detail::cache
