// Work that recurses: on a thread of its own with a large stack.
#pragma once

#include <functional>

namespace mercer::detail {

/// Runs `work` on a thread with a 64 MiB stack and waits. What it throws is thrown here. An error that LLVM
/// takes for fatal ends the work alone. @throws Error(compiler, out_of_memory)
void on_large_stack(const std::function<void()> &work);

} // namespace mercer::detail
