#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace mercer::targets {

/// Runs `work` of 0 to `count` - 1, each on a thread of its own, and waits. @returns why not all could end; empty: they have
using InParallel = std::function<std::string(std::size_t count, const std::function<void(std::size_t)> &work)>;

} // namespace mercer::targets
