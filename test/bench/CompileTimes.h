// How long compiling each entry of the standard library takes.
#pragma once

namespace mercer::bench {

/// Compiles value and gradient of every entry for f32 and prints a JSON line each; false when one fails or
/// takes longer than `limit` seconds.
bool compile_times(double limit);

} // namespace mercer::bench
