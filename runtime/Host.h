// What this machine runs.
#pragma once

#include <string>

namespace mercer::detail {

/// Empty when code for this LLVM CPU runs here; else what is wrong: "is no x86-64 CPU that LLVM knows",
/// "needs avx512f, which this machine has not".
std::string why_not_here(const std::string &cpu);

/// May this process use the processor's tile registers (AMX)? Asks the system once; where there are none, the answer is no.
bool may_use_tile_registers();

} // namespace mercer::detail
