// The nearest of m centroids, 64 features: |c|^2 / 2 - x.c in a register tile, minimum and its position in
// lanes.
#include "avx512.h"

#include <cmath>

namespace mercer::bench::hand::avx512 {

constexpr int K = 64, J = 8, I = 3, T = 16 * I;

Size nearest_scratch(Size m) { return T * K + round_up(m, J) * (K + 1); }

void nearest(const float *x, const float *centroids, std::int64_t *index, Size n, Size m, Scratch scratch) {
  const Size columns = round_up(m, J);
  float *xp = scratch, *cp = xp + T * K, *half = cp + columns * K;
  pack(centroids, cp, -1, m, K, J);
  for (Size j = 0; j < columns; ++j) {
    V sum = set(0);
    for (int k = 0; j < m && k < K; k += 16) {
      V v = _mm512_loadu_ps(centroids + j * K + k);
      sum = fma(v, v, sum);
    }
    half[j] = j < m ? _mm512_reduce_add_ps(sum) / 2 : INFINITY;
  }
  for (Size p = 0; p < n; p += T) {
    pack(x + p * K, xp, 1, n - p < T ? n - p : T, K, T);
    V best[I];
    __m512i at[I];
    UNROLL for (int v = 0; v < I; ++v) {
      best[v] = set(INFINITY);
      at[v] = _mm512_set1_epi32(-1);
    }
    for (Size q = 0; q < columns; q += J) {
      V a[J][I];
      UNROLL for (int u = 0; u < J; ++u) UNROLL for (int v = 0; v < I; ++v) a[u][v] = set(half[q + u]);
      contract<J, I>(a, xp, T, cp + q * K, J, 1, K);
      UNROLL for (int v = 0; v < I; ++v) UNROLL for (int u = 0; u < J; ++u) {
        __mmask16 less = _mm512_cmp_ps_mask(a[u][v], best[v], _CMP_LT_OQ);
        best[v] = _mm512_min_ps(a[u][v], best[v]);
        at[v] = _mm512_mask_mov_epi32(at[v], less, _mm512_set1_epi32(int(q + u)));
      }
    }
    for (int v = 0; v < I; ++v) {
      alignas(64) int chosen[16];
      _mm512_store_si512(chosen, at[v]);
      for (int r = 0; r < 16 && p + 16 * v + r < n; ++r)
        index[p + 16 * v + r] = chosen[r];
    }
  }
}

} // namespace mercer::bench::hand::avx512
