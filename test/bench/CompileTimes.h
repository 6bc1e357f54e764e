// How long compiling each entry of the standard library takes.
#pragma once

#include <string>
#include <vector>

namespace mercer::bench {

/// Compiles value and gradient of these entries (none: all) for f32, each `rounds` times in a process that has compiled
/// before, and prints a JSON line each with the least times, then how they are distributed; false when one fails or takes
/// more than `limit` seconds of a processor. With `timing` also what each stage took.
bool compile_times(const std::vector<std::string> &names, int rounds, double limit, bool timing);

/// Compiles every workload, value and gradient, in a process of its own and in one that has compiled before,
/// and prints a table; false when one takes longer than `warm` or `first` seconds. With `timing` also what
/// each stage took.
bool workload_compile_times(double warm, double first, bool timing);

} // namespace mercer::bench
