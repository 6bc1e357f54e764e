// Softmax cross entropy: streaming maximum and sum per lane, the gradient while the row is in L2.
#include "avx512.h"

#include <cmath>

namespace mercer::bench::hand::avx512 {

/// The logarithm to base 2 of the sum of powers of e.
INLINE float log2_sum(const float *row, Size classes) {
  const V scale = set(log2e);
  V reference = set(-largest), sum = set(0), sum2 = set(0);
  Size j = 0;
  for (; j + 128 <= classes; j += 128) {
    V v[8];
    UNROLL for (int u = 0; u < 8; ++u) v[u] = _mm512_loadu_ps(row + j + 16 * u);
    V top = _mm512_max_ps(_mm512_max_ps(_mm512_max_ps(v[0], v[1]), _mm512_max_ps(v[2], v[3])),
                          _mm512_max_ps(_mm512_max_ps(v[4], v[5]), _mm512_max_ps(v[6], v[7])));
    top = _mm512_min_ps(set(largest), top * scale);
    if (_mm512_cmp_ps_mask(top, reference + set(60), _CMP_GT_OQ)) { // the reference may lag by 2^60
      V raised = _mm512_max_ps(top, reference), shrink = exp2(reference - raised);
      sum *= shrink;
      sum2 *= shrink;
      reference = raised;
    }
    UNROLL for (int u = 0; u < 8; u += 2) {
      sum += exp2(_mm512_fmsub_ps(v[u], scale, reference));
      sum2 += exp2(_mm512_fmsub_ps(v[u + 1], scale, reference));
    }
  }
  for (; j < classes; j += 16) {
    V v = _mm512_mask_loadu_ps(set(-INFINITY), first(classes - j), row + j);
    V raised = _mm512_max_ps(_mm512_min_ps(set(largest), v * scale), reference),
      shrink = exp2(reference - raised);
    sum = fma(sum, shrink, exp2(_mm512_fmsub_ps(v, scale, raised)));
    sum2 *= shrink;
    reference = raised;
  }
  const float top = _mm512_reduce_max_ps(reference);
  return top + log2f(_mm512_reduce_add_ps((sum + sum2) * exp2(reference - set(top))));
}

/// `streaming`: past the cache, for gradients that do not fit there; needs aligned rows.
template <bool streaming>
INLINE void slopes(const float *row, float *to, Size classes, float log2_of_sum, float scale) {
  const V reference = set(log2_of_sum);
  Size j = 0;
  for (; j + 64 <= classes; j += 64)
    UNROLL for (int u = 0; u < 64; u += 16) {
      V e = exp2(_mm512_fmsub_ps(_mm512_loadu_ps(row + j + u), set(log2e), reference)) * set(scale);
      streaming ? _mm512_stream_ps(to + j + u, e) : _mm512_storeu_ps(to + j + u, e);
    }
  for (; j < classes; j += 16) {
    __mmask16 inside = first(classes - j);
    V e = exp2(_mm512_fmsub_ps(_mm512_maskz_loadu_ps(inside, row + j), set(log2e), reference)) * set(scale);
    _mm512_mask_storeu_ps(to + j, inside, e);
  }
}

void cross_entropy(const CrossEntropy &call) {
  cross_entropy_rows<16>(
      call, log2_sum, [](auto... row) { slopes<false>(row...); }, [](auto... row) { slopes<true>(row...); });
}

void copy(const float *from, float *to, Size count) {
  Size p = 0;
  for (; p + 64 <= count; p += 64)
    UNROLL for (int u = 0; u < 64; u += 16) _mm512_stream_ps(to + p + u, _mm512_loadu_ps(from + p + u));
  for (; p < count; ++p)
    to[p] = from[p];
  _mm_sfence();
}

double fused_multiply_adds(Size rounds) {
  V acc[24];
  UNROLL for (int u = 0; u < 24; ++u) acc[u] = set(float(u));
  for (Size n = 0; n < rounds; ++n) {
    UNROLL for (int u = 0; u < 24; ++u) acc[u] = fma(acc[u], set(0.5f), set(0.25f));
    asm volatile("" : "+v"(acc[0]), "+v"(acc[23]));
  }
  V all = acc[0];
  UNROLL for (int u = 1; u < 24; ++u) all += acc[u];
  volatile float used = _mm512_reduce_add_ps(all);
  (void)used;
  return double(rounds) * 24 * 16;
}

} // namespace mercer::bench::hand::avx512
