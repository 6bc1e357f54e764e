// Gaussian matvec in three dimensions: rows in lanes, R vectors of 16 rows, y_j broadcast.
#include "avx512.h"

namespace mercer::bench::hand::avx512 {

template <int R, bool gradient>
INLINE void rows(const Matvec &call) {
  const V scale = set(-call.gamma * log2e);
  const __m512i lane = _mm512_mullo_epi32(
      _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0), _mm512_set1_epi32(3));
  for (Size i = 0; i < call.n; i += 16 * R) {
    V x[R][3], sum[R], slope[R][3];
    __mmask16 inside[R];
    for (int r = 0; r < R; ++r) {
      inside[r] = first(call.n - (i + 16 * r));
      for (int k = 0; k < 3; ++k) {
        x[r][k] = _mm512_mask_i32gather_ps(set(0), inside[r], lane, call.x + (i + 16 * r) * 3 + k, 4);
        slope[r][k] = set(0);
      }
      sum[r] = set(0);
    }
    add_pairs<R, gradient>(call, scale, x, sum, slope);
    for (int r = 0; r < R; ++r) {
      _mm512_mask_storeu_ps(call.value + i + 16 * r, inside[r], sum[r]);
      if (!gradient)
        continue;
      V factor = _mm512_maskz_loadu_ps(inside[r], call.cotangent + i + 16 * r) * set(-2 * call.gamma);
      for (int k = 0; k < 3; ++k)
        _mm512_mask_i32scatter_ps(call.gradient + (i + 16 * r) * 3 + k, inside[r], lane, slope[r][k] * factor,
                                  4);
    }
  }
}

void gaussian3(const Matvec &call) { call.gradient ? rows<2, true>(call) : rows<4, false>(call); }

} // namespace mercer::bench::hand::avx512
