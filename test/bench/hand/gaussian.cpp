// By hand, from the study of nests that this project made before its compiler.
// Gaussian matvec D=3, hand-written AVX-512. Rows in lanes, R vectors of 16 rows, y_j broadcast.
#include "exp2.h"
#include <cstdint>
template <int R, bool G>
static inline __attribute__((always_inline)) void
kernel(const float *__restrict x, const float *__restrict y, const float *__restrict b, float g,
       const float *__restrict seed, float *__restrict a, float *__restrict dx, int64_t i0, int64_t i1,
       int64_t m) {
  V gs = set(-g * 1.4426950408889634f);
  __m512i lane = _mm512_mullo_epi32(_mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
                                    _mm512_set1_epi32(3));
  for (int64_t i = i0; i < i1; i += 16 * R) {
    V X[R][3], acc[R], d[R][3];
    __mmask16 mk[R];
    for (int r = 0; r < R; ++r) {
      int64_t rem = i1 - (i + 16 * r);
      mk[r] = rem >= 16 ? 0xffff : rem <= 0 ? 0 : (1u << rem) - 1;
      for (int k = 0; k < 3; ++k)
        X[r][k] = _mm512_mask_i32gather_ps(set(0), mk[r], lane, x + (i + 16 * r) * 3 + k, 4),
        d[r][k] = set(0);
      acc[r] = set(0);
    }
    for (int64_t j = 0; j < m; ++j) {
      V y0 = set(y[3 * j]), y1 = set(y[3 * j + 1]), y2 = set(y[3 * j + 2]), bj = set(b[j]);
      UNROLL for (int r = 0; r < R; ++r) {
        V a0 = X[r][0] - y0, a1 = X[r][1] - y1, a2 = X[r][2] - y2;
        V e = exp2u(fma_(a2, a2, fma_(a1, a1, a0 * a0)) * gs);
        if (G) {
          V w = e * bj;
          acc[r] += w;
          d[r][0] = fma_(w, a0, d[r][0]);
          d[r][1] = fma_(w, a1, d[r][1]);
          d[r][2] = fma_(w, a2, d[r][2]);
        } else
          acc[r] = fma_(e, bj, acc[r]);
      }
    }
    for (int r = 0; r < R; ++r) {
      _mm512_mask_storeu_ps(a + i + 16 * r, mk[r], acc[r]);
      if (G) {
        V f = _mm512_maskz_loadu_ps(mk[r], seed + i + 16 * r) * set(-2 * g);
        for (int k = 0; k < 3; ++k)
          _mm512_mask_i32scatter_ps(dx + (i + 16 * r) * 3 + k, mk[r], lane, d[r][k] * f, 4);
      }
    }
  }
}
#define K(name, R, G)                                                                                        \
  extern "C" void name(const float *x, const float *y, const float *b, float g, const float *s, float *a,    \
                       float *dx, int64_t i0, int64_t i1, int64_t m) {                                       \
    kernel<R, G>(x, y, b, g, s, a, dx, i0, i1, m);                                                           \
  }
K(gaussian_hand2, 2, false)
K(gaussian_hand4, 4, false) K(gaussian_grad_hand1, 1, true) K(gaussian_grad_hand2, 2, true)
