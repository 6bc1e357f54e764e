// Vectors of 16 floats.
#pragma once

#include "vectors.h"

namespace mercer::bench::hand::avx512 {

using V = __m512;

INLINE V set(float x) { return _mm512_set1_ps(x); }
INLINE V fma(V a, V b, V c) { return _mm512_fmadd_ps(a, b, c); }
INLINE __mmask16 first(Size count) { return count >= 16 ? 0xffff : count <= 0 ? 0 : (1u << count) - 1; }

#include "any_width.inc"

/// 2^x, any x, 0.77 ulp: round to nearest, degree 6 on [-1/2, 1/2], scale by the exponent.
INLINE V exp2(V x) {
  V n = _mm512_roundscale_ps(x, 8);
  return _mm512_scalef_ps(power_of_fraction(x - n), n);
}

INLINE void transpose(V (&r)[16]) {
  V t[16];
  UNROLL for (int a = 0; a < 16; a += 2) {
    t[a] = _mm512_unpacklo_ps(r[a], r[a + 1]);
    t[a + 1] = _mm512_unpackhi_ps(r[a], r[a + 1]);
  }
  UNROLL for (int a = 0; a < 16; a += 4) UNROLL for (int b = 0; b < 2; ++b) {
    r[a + 2 * b] = _mm512_shuffle_ps(t[a + b], t[a + b + 2], 0x44);
    r[a + 2 * b + 1] = _mm512_shuffle_ps(t[a + b], t[a + b + 2], 0xee);
  }
  UNROLL for (int c = 0; c < 4; ++c) {
    V even = _mm512_shuffle_f32x4(r[c], r[4 + c], 0x88), odd = _mm512_shuffle_f32x4(r[c], r[4 + c], 0xdd);
    V even2 = _mm512_shuffle_f32x4(r[8 + c], r[12 + c], 0x88),
      odd2 = _mm512_shuffle_f32x4(r[8 + c], r[12 + c], 0xdd);
    r[c] = _mm512_shuffle_f32x4(even, even2, 0x88);
    r[8 + c] = _mm512_shuffle_f32x4(even, even2, 0xdd);
    r[4 + c] = _mm512_shuffle_f32x4(odd, odd2, 0x88);
    r[12 + c] = _mm512_shuffle_f32x4(odd, odd2, 0xdd);
  }
}

/// Panels of `width` rows, [panel][k][row], times `scale`, 0 beyond row n. k and, above 8, width: multiples
/// of 16.
INLINE void pack(const float *x, float *to, float scale, Size n, Size k, Size width) {
  for (Size row = 0; row < n; row += width, to += width * k) {
    if (width <= 8) {
      for (Size c = 0; c < k; ++c)
        for (Size r = 0; r < width; ++r)
          to[c * width + r] = row + r < n ? x[(row + r) * k + c] * scale : 0;
      continue;
    }
    for (Size lanes = 0; lanes < width; lanes += 16)
      for (Size c = 0; c < k; c += 16) {
        V block[16];
        for (int r = 0; r < 16; ++r)
          block[r] =
              row + lanes + r < n ? _mm512_loadu_ps(x + (row + lanes + r) * k + c) * set(scale) : set(0);
        transpose(block);
        for (int r = 0; r < 16; ++r)
          _mm512_storeu_ps(to + (c + r) * width + lanes, block[r]);
      }
  }
}

/// acc[u][v] += sum_k rows[k][u] lanes[k][v]
template <int J, int I>
INLINE void contract(V (&acc)[J][I], const float *lanes, Size lane_stride, const float *rows, Size k_stride,
                     Size row_stride, Size count) {
  ROLLED for (Size k = 0; k < count; ++k) {
    V x[I];
    UNROLL for (int v = 0; v < I; ++v) x[v] = _mm512_loadu_ps(lanes + k * lane_stride + 16 * v);
    UNROLL for (int u = 0; u < J; ++u) {
      V s = set(rows[k * k_stride + u * row_stride]);
      UNROLL for (int v = 0; v < I; ++v) acc[u][v] = fma(s, x[v], acc[u][v]);
    }
  }
}

template <int J, int I>
INLINE void zero(V (&acc)[J][I]) {
  UNROLL for (int u = 0; u < J; ++u) UNROLL for (int v = 0; v < I; ++v) acc[u][v] = set(0);
}

} // namespace mercer::bench::hand::avx512
