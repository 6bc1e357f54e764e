// What both instruction sets need before their vectors.
#pragma once

#include "hand.h"

#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable)")

namespace mercer::bench::hand {

constexpr float log2e = 1.4426950408889634f, ln2 = 0.6931471805599453f, largest = 3.4028234e38f;

INLINE constexpr Size round_up(Size count, Size unit) { return (count + unit - 1) / unit * unit; }

/// Losses by `log2_sum(row, classes)`, the logarithm to base 2 of the sum of powers of e; gradients by `slopes(row, to,
/// classes, log2_sum, scale)`, or past the cache by `streamed`, which needs aligned rows, where they do not fit there.
template <int width, class Log2Sum, class Slopes, class Streamed>
INLINE void cross_entropy_rows(const CrossEntropy &call, Log2Sum log2_sum, Slopes slopes, Streamed streamed) {
  const float scale = 1.0f / float(call.n);
  const bool streaming = call.classes % width == 0 && call.n * call.classes > (Size(1) << 23);
  for (Size i = 0; i < call.n; ++i) {
    const float *row = call.logits + i * call.classes;
    const float log2_of_sum = log2_sum(row, call.classes);
    call.loss[i] = log2_of_sum * ln2 - row[call.label[i]];
    if (!call.gradient)
      continue;
    float *to = call.gradient + i * call.classes;
    streaming ? streamed(row, to, call.classes, log2_of_sum, scale) : slopes(row, to, call.classes, log2_of_sum, scale);
    to[call.label[i]] -= scale;
  }
  if (streaming && call.gradient)
    _mm_sfence();
}

} // namespace mercer::bench::hand
