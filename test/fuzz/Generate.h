// Makes random programs that are well typed by construction.
#pragma once

#include "Tree.h"

namespace mercer::fuzz {

/// What a case may cost: elementwise operations of the interpreter.
inline constexpr double mostWork = 400'000;

/// The case of a seed.
Case generate(std::uint64_t seed);

} // namespace mercer::fuzz
