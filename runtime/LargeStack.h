// Work that recurses: on a thread of its own with a large stack.
#pragma once

#include <functional>
#include <string>

namespace mercer::detail {

/// Runs `work` on a thread with a 64 MiB stack and waits. What it throws is thrown here. An error that LLVM
/// takes for fatal ends the work alone. @throws Error(compiler, out_of_memory)
void on_large_stack(const std::function<void()> &work);

/// Runs `work` of 0 to `count` - 1, each like that, at the same time, and waits. @returns what the first that ended early says
std::string in_parallel_on_large_stacks(std::size_t count, const std::function<void(std::size_t)> &work);

} // namespace mercer::detail
