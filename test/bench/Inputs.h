// Reproducible inputs: splitmix64, one seed a tensor; the same numbers as those of other libraries'
// benchmarks.
#pragma once

#include <mercer/runtime.h>

namespace mercer::bench {

/// scale u + shift, u in [-1, 1), row-major f32.
Array uniform(std::uint64_t seed, Shape shape, float scale = 1, float shift = 0);
/// In 0 .. bound-1, i64; 0 where there is no such number.
Array integers(std::uint64_t seed, std::uint64_t bound, std::int64_t count);
/// Rows divided by their length: computed in f64, rounded to f32.
Array unit_rows(const Array &matrix);
/// Rounded to bf16.
Array in_bf16(const Array &floats);
Array as_floats(const Array &integers);
Array sum(const Array &a, const Array &b);

} // namespace mercer::bench
