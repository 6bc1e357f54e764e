// Matvecs with 16 and 64 features: a register tile of J columns and I vectors of rows.
#include "avx512.h"

namespace mercer::bench::hand::avx512 {

enum class Form { absolute, square, dot };

Size matvec_scratch(Size n, Size m, Size d) {
  const Size rows = round_up(n, 48), columns = round_up(m, 8);
  return rows * (d + 2) + columns * (d + 2);
}

/// 0 beyond row n.
template <int K>
INLINE void squared_norms(const float *x, float *to, float scale, Size n, Size all) {
  for (Size r = 0; r < all; ++r) {
    V sum = set(0);
    for (int k = 0; r < n && k < K; k += 16) {
      V v = _mm512_loadu_ps(x + r * K + k) * set(scale);
      sum = fma(v, v, sum);
    }
    to[r] = _mm512_reduce_add_ps(sum);
  }
}

template <Form form, int K, int J, int I>
INLINE void matvec(const Matvec &call, Scratch scratch) {
  constexpr int T = 16 * I;
  const Size n = round_up(call.n, T), m = round_up(call.m, J);
  float *xp = scratch, *yp = xp + n * K, *b = yp + m * K, *y2 = b + m, *x2 = y2 + m, *value = x2 + n;
  // The scale goes into the points: distances come out in units of ln 2.
  const float scale = form == Form::absolute ? call.gamma * log2e : __builtin_sqrtf(call.gamma * log2e);
  pack(call.x, xp, scale, call.n, K, T);
  pack(call.y, yp, scale, call.m, K, J);
  for (Size j = 0; j < m; ++j)
    b[j] = j < call.m ? call.b[j] : 0;
  if (form == Form::dot) {
    squared_norms<K>(call.x, x2, scale, call.n, n);
    squared_norms<K>(call.y, y2, scale, call.m, m);
  }
  // Additions have pipes of their own, and those of multiplications stand idle: |d| * one + acc. The compiler
  // must not know that it is 1.
  float unit = 1;
  asm volatile("" : "+m"(unit));
  const V one = set(unit);
  for (Size p = 0; p < n; p += T) {
    V sum[I];
    UNROLL for (int v = 0; v < I; ++v) sum[v] = set(0);
    for (Size q = 0; q < m; q += J) {
      V acc[J][I];
      zero(acc);
      ROLLED for (int k = 0; k < K; ++k) {
        V x[I];
        UNROLL for (int v = 0; v < I; ++v) x[v] = _mm512_loadu_ps(xp + p * K + k * T + 16 * v);
        UNROLL for (int u = 0; u < J; ++u) {
          V y = set(yp[q * K + k * J + u]);
          UNROLL for (int v = 0; v < I; ++v) {
            V d = x[v] - y;
            acc[u][v] = form == Form::dot      ? fma(y, x[v], acc[u][v])
                        : form == Form::square ? fma(d, d, acc[u][v])
                                               : fma(_mm512_abs_ps(d), one, acc[u][v]);
          }
        }
      }
      UNROLL for (int u = 0; u < J; ++u) UNROLL for (int v = 0; v < I; ++v) {
        V exponent = form == Form::dot ? _mm512_fmsub_ps(acc[u][v], set(2),
                                                         _mm512_loadu_ps(x2 + p + 16 * v) + set(y2[q + u]))
                                       : _mm512_sub_ps(set(0), acc[u][v]);
        sum[v] = fma(exp2(exponent), set(b[q + u]), sum[v]);
      }
    }
    UNROLL for (int v = 0; v < I; ++v) _mm512_storeu_ps(value + p + 16 * v, sum[v]);
  }
  __builtin_memcpy(call.value, value, call.n * sizeof(float));
}

void laplacian16(const Matvec &call, Scratch scratch) { matvec<Form::absolute, 16, 4, 3>(call, scratch); }
void gaussian64(const Matvec &call, Scratch scratch) { matvec<Form::square, 64, 8, 3>(call, scratch); }
void gaussian64_by_dot(const Matvec &call, Scratch scratch) { matvec<Form::dot, 64, 8, 3>(call, scratch); }

} // namespace mercer::bench::hand::avx512
