// Log-sum-exp of dot products: a register tile of 8 columns and 48 rows, reduced before it leaves the
// registers. CLIP: that for rows and for columns, then both gradients from tiles in L1.
#include "avx512.h"

#include <cmath>
#include <cstring>

namespace mercer::bench::hand::avx512 {

constexpr int J = 8, I = 3, T = 16 * I;

/// lse2_i = log2 sum_j 2^(x_i . y_j), of packed rows.
template <int K>
INLINE void logsumexp_rows(const float *xp, const float *yp, float *lse2, Size n, Size m) {
  for (Size p = 0; p < n; p += T) {
    V reference[I], sum[I];
    UNROLL for (int v = 0; v < I; ++v) {
      reference[v] = set(-largest);
      sum[v] = set(0);
    }
    for (Size q = 0; q < m; q += J) {
      V a[J][I];
      zero(a);
      contract<J, I>(a, xp + p * K, T, yp + q * K, J, 1, K);
      if (q + J > m)
        for (int u = 0; u < J; ++u)
          for (int v = 0; q + u >= m && v < I; ++v)
            a[u][v] = set(-INFINITY);
      __mmask16 rises = 0;
      V top[I];
      UNROLL for (int v = 0; v < I; ++v) {
        top[v] = a[0][v];
        UNROLL for (int u = 1; u < J; ++u) top[v] = _mm512_max_ps(top[v], a[u][v]);
        top[v] = _mm512_min_ps(set(largest), top[v]);
        rises |= _mm512_cmp_ps_mask(top[v], reference[v] + set(60), _CMP_GT_OQ);
      }
      if (rises)
        UNROLL for (int v = 0; v < I; ++v) {
          V raised = _mm512_max_ps(top[v], reference[v]);
          sum[v] *= exp2(reference[v] - raised);
          reference[v] = raised;
        }
      UNROLL for (int u = 0; u < J; ++u) UNROLL for (int v = 0; v < I; ++v) sum[v] +=
          exp2(a[u][v] - reference[v]);
    }
    for (int v = 0; v < I; ++v) {
      alignas(64) float top[16], total[16];
      _mm512_store_ps(top, reference[v]);
      _mm512_store_ps(total, sum[v]);
      for (int r = 0; r < 16; ++r)
        lse2[p + 16 * v + r] = top[r] + log2f(total[r]);
    }
  }
}

Size logsumexp_dot_scratch(Size n, Size m, Size k) { return round_up(n, T) * (k + 1) + round_up(m, J) * k; }

template <int K>
INLINE void logsumexp(const float *x, const float *y, float *out, Size n, Size m, Scratch scratch) {
  float *xp = scratch, *yp = xp + round_up(n, T) * K, *lse2 = yp + round_up(m, J) * K;
  pack(x, xp, log2e, n, K, T);
  pack(y, yp, 1, m, K, J);
  logsumexp_rows<K>(xp, yp, lse2, n, m);
  for (Size i = 0; i < n; ++i)
    out[i] = lse2[i] * ln2;
}

void logsumexp_dot(const float *x, const float *y, float *out, Size n, Size m, Size k, Scratch scratch) {
  k == 16   ? logsumexp<16>(x, y, out, n, m, scratch)
  : k == 64 ? logsumexp<64>(x, y, out, n, m, scratch)
            : logsumexp<256>(x, y, out, n, m, scratch);
}

/// With P_ij = 2^(s_ij - rows_i) + 2^(s_ij - columns_j): dx = P y, dy = P^T x, a block of NP x 48 rows and JB
/// columns at a time, whose P stays in L1. KU, LV, JU: tiles of the second and the third product.
template <int K, int KU, int JU, int LV, int JB, int NP>
INLINE void gradients(const float *xp, const float *yp, const float *x, const float *y, const float *rows,
                      const float *columns, float *dx, float *dy, Size n, float scale) {
  alignas(64) float P[NP][JB][T], D[NP][K][T];
  for (Size group = 0; group < n; group += NP * T) {
    const Size panels = n - group < NP * T ? (n - group + T - 1) / T : NP;
    memset(D, 0, sizeof D);
    for (Size j0 = 0; j0 < n; j0 += JB) {
      const Size columns_here = n - j0 < JB ? n - j0 : JB;
      for (Size r = 0; r < panels; ++r) {
        const Size i0 = group + r * T;
        V row[I];
        UNROLL for (int v = 0; v < I; ++v) row[v] = _mm512_loadu_ps(rows + i0 + 16 * v);
        for (Size u0 = 0; u0 < columns_here; u0 += J) {
          V a[J][I];
          zero(a);
          contract<J, I>(a, xp + i0 * K, T, yp + (j0 + u0) * K, J, 1, K);
          UNROLL for (int u = 0; u < J; ++u) {
            V column = set(columns[j0 + u0 + u]);
            UNROLL for (int v = 0; v < I; ++v)
                _mm512_store_ps(&P[r][u0 + u][16 * v], exp2(a[u][v] - row[v]) + exp2(a[u][v] - column));
          }
        }
        for (int k = 0; k < K; k += KU) {
          V a[KU][I];
          UNROLL for (int u = 0; u < KU; ++u) UNROLL for (int v = 0; v < I; ++v) a[u][v] =
              _mm512_load_ps(&D[r][k + u][16 * v]);
          contract<KU, I>(a, P[r][0], T, y + j0 * K + k, K, 1, columns_here);
          UNROLL for (int u = 0; u < KU; ++u) UNROLL for (int v = 0; v < I; ++v)
              _mm512_store_ps(&D[r][k + u][16 * v], a[u][v]);
        }
      }
      for (Size u0 = 0; u0 < columns_here; u0 += JU)
        for (int k = 0; k < K; k += 16 * LV) {
          V a[JU][LV];
          float *to = dy + (j0 + u0) * K + k;
          UNROLL for (int u = 0; u < JU; ++u) UNROLL for (int v = 0; v < LV; ++v) a[u][v] =
              _mm512_loadu_ps(to + u * K + 16 * v);
          for (Size r = 0; r < panels; ++r) {
            const Size i0 = group + r * T, here = n - i0 < T ? n - i0 : T;
            contract<JU, LV>(a, x + i0 * K + k, K, P[r][u0], 1, T, here);
          }
          UNROLL for (int u = 0; u < JU; ++u) UNROLL for (int v = 0; v < LV; ++v)
              _mm512_storeu_ps(to + u * K + 16 * v, a[u][v]);
        }
    }
    for (Size i = group; i < n && i < group + panels * T; ++i) // the diagonal's terms are apart
      for (int k = 0; k < K; ++k)
        dx[i * K + k] = scale * (D[(i - group) / T][k][(i - group) % T] - 2 * y[i * K + k]);
  }
}

Size clip_scratch(Size n, Size k) {
  return 2 * round_up(n, T) * (k + 1) + 2 * round_up(n, J) * k + (n + T) * k;
}

template <int K, int KU, int JU, int LV>
INLINE void clip_of(const Contrastive &call, Scratch scratch) {
  constexpr float inverse = 1 / 0.07f;
  const Size n = call.n, rows = round_up(n, T);
  float *xp = scratch, *yp = xp + rows * K, *row = yp + round_up(n, J) * K, *column = row + rows,
        *dy = column + rows;
  // The columns first: rows of the transpose.
  pack(call.text, xp, log2e * inverse, n, K, T);
  pack(call.image, yp, 1, n, K, J);
  logsumexp_rows<K>(xp, yp, column, n, n);
  pack(call.image, xp, log2e * inverse, n, K, T);
  pack(call.text, yp, 1, n, K, J);
  logsumexp_rows<K>(xp, yp, row, n, n);
  double loss = 0;
  for (Size i = 0; i < n; ++i) {
    V product = set(0);
    for (int k = 0; k < K; k += 16)
      product = fma(_mm512_loadu_ps(call.image + i * K + k), _mm512_loadu_ps(call.text + i * K + k), product);
    loss += (row[i] + column[i]) * ln2 / 2 - _mm512_reduce_add_ps(product) * inverse;
  }
  *call.loss = float(loss / double(n));
  if (!call.d_image)
    return;
  const float scale = inverse / float(2 * n);
  memset(dy, 0, (n + T) * K * sizeof(float)); // tiles reach beyond the last row
  gradients<K, KU, JU, LV, 48, 4>(xp, yp, call.image, call.text, row, column, call.d_image, dy, n, scale);
  for (Size p = 0; p < n * K; p += 16)
    _mm512_storeu_ps(call.d_text + p,
                     set(scale) * (_mm512_loadu_ps(dy + p) - set(2) * _mm512_loadu_ps(call.image + p)));
}

void clip(const Contrastive &call, Scratch scratch) {
  call.k == 32 ? clip_of<32, 8, 8, 2>(call, scratch) : clip_of<256, 8, 6, 4>(call, scratch);
}

} // namespace mercer::bench::hand::avx512
