// Entries that several processes put and look up: each of them knows what is in each.
#pragma once

#include "Kernels.h"

#include <random>

namespace mercer {

inline constexpr int shared_entries = 40;

inline detail::cache::Key shared_key(int n) { return key_named("shared " + std::to_string(n)); }

/// From a few bytes to half a MB.
inline std::string shared_payload(int n) {
  std::mt19937 random(static_cast<unsigned>(n));
  std::string payload(std::size_t(1) << (random() % 15 + 4), '\0');
  payload.resize(payload.size() + random() % payload.size());
  for (char &byte : payload)
    byte = static_cast<char>(random());
  return payload;
}

} // namespace mercer
