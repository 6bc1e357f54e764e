// How long compiling each entry of the standard library takes.
#pragma once

namespace mercer::bench {

/// Compiles value and gradient of every entry for f32 and prints a JSON line each; false when one fails or
/// takes longer than `limit` seconds. With `timing` also what each stage took.
bool compile_times(double limit, bool timing);

/// Compiles every workload, value and gradient, in a process of its own and in one that has compiled before,
/// and prints a table; false when one takes longer than `warm` or `first` seconds. With `timing` also what
/// each stage took.
bool workload_compile_times(double warm, double first, bool timing);

} // namespace mercer::bench
