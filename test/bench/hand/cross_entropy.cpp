// By hand, from the study of nests that this project made before its compiler.
// Softmax cross entropy, hand-written AVX-512: streaming maximum and sum per lane, gradient pass while the
// row is in L2.
#include "exp2.h"
#include <cmath>
#include <cstdint>
template <bool G, bool NT, bool PF>
static inline __attribute__((always_inline)) void rows(const float *__restrict x, const int *__restrict label,
                                                       float *__restrict loss, float *__restrict dx,
                                                       float scale, int64_t i0, int64_t i1, int64_t c) {
  const V L = set(1.4426950408889634f);
  for (int64_t i = i0; i < i1; ++i) {
    const float *r = x + i * c;
    V m = set(-3.4028234e38f), s0 = set(0), s1 = set(0);
    int64_t j = 0;
    for (; j + 128 <= c; j += 128) {
      V v[8];
      for (int u = 0; u < 8; ++u)
        v[u] = _mm512_loadu_ps(r + j + 16 * u);
      V b = _mm512_max_ps(_mm512_max_ps(_mm512_max_ps(v[0], v[1]), _mm512_max_ps(v[2], v[3])),
                          _mm512_max_ps(_mm512_max_ps(v[4], v[5]), _mm512_max_ps(v[6], v[7])));
      b = _mm512_min_ps(set(3.4028234e38f), b * L);
      if (_mm512_cmp_ps_mask(b, m + set(60), _CMP_GT_OQ)) { // the reference may lag by 2^60
        V mn = _mm512_max_ps(b, m), q = exp2u(m - mn);
        s0 *= q;
        s1 *= q;
        m = mn;
      }
      for (int u = 0; u < 8; u += 2)
        s0 += exp2u(_mm512_fmsub_ps(v[u], L, m)), s1 += exp2u(_mm512_fmsub_ps(v[u + 1], L, m));
    }
    for (; j < c; j += 16) {
      V v = _mm512_mask_loadu_ps(set(-INFINITY), c - j >= 16 ? 0xffff : (1u << (c - j)) - 1, r + j);
      V mn = _mm512_max_ps(_mm512_min_ps(set(3.4028234e38f), v * L), m), q = exp2u(m - mn);
      s0 = s0 * q + exp2u(_mm512_fmsub_ps(v, L, mn));
      s1 *= q;
      m = mn;
    }
    float M = _mm512_reduce_max_ps(m), S = _mm512_reduce_add_ps((s0 + s1) * exp2u(m - set(M)));
    float lse2 = M + log2f(S);
    loss[i] = lse2 * 0.6931471805599453f - r[label[i]];
    if (G) {
      V l = set(lse2), sc = set(scale);
      float *d = dx + i * c;
      for (j = 0; j + 64 <= c; j += 64)
        for (int u = 0; u < 64; u += 16) {
          if (PF)
            _mm_prefetch((const char *)(r + (i + 1 < i1 ? c : 0) + j + u), _MM_HINT_T1);
          V e = exp2u(_mm512_fmsub_ps(_mm512_loadu_ps(r + j + u), L, l)) * sc;
          NT ? _mm512_stream_ps(d + j + u, e) : _mm512_storeu_ps(d + j + u, e);
        }
      for (; j < c; j += 16) {
        __mmask16 k = c - j >= 16 ? 0xffff : (1u << (c - j)) - 1;
        _mm512_mask_storeu_ps(d + j, k, exp2u(_mm512_fmsub_ps(_mm512_maskz_loadu_ps(k, r + j), L, l)) * sc);
      }
      d[label[i]] -= scale;
    }
  }
  if (NT && G)
    _mm_sfence();
}
#define K(name, G, NT, PF)                                                                                   \
  extern "C" void name(const float *x, const int *l, float *o, float *d, float s, int64_t i0, int64_t i1,    \
                       int64_t c) {                                                                          \
    rows<G, NT, PF>(x, l, o, d, s, i0, i1, c);                                                               \
  }
K(ce_hand, false, false, false)
K(ce_grad_hand_nt, true, true, false) K(ce_grad_hand_st, true, false, false)
    K(ce_grad_hand_ntpf, true, true, true)
    // bounds: read only, and copy
    extern "C" void ce_read(const float *x, const int *, float *o, float *, float, int64_t i0, int64_t i1,
                            int64_t c) {
  V s[8];
  for (auto &v : s)
    v = set(0);
  for (int64_t k = i0 * c; k + 128 <= i1 * c; k += 128)
    for (int u = 0; u < 8; ++u)
      s[u] = _mm512_max_ps(s[u], _mm512_loadu_ps(x + k + 16 * u));
  V t = s[0];
  for (auto v : s)
    t = _mm512_max_ps(t, v);
  o[0] = _mm512_reduce_max_ps(t);
}
extern "C" void ce_grad_copynt(const float *x, const int *, float *, float *d, float, int64_t i0, int64_t i1,
                               int64_t c) {
  for (int64_t k = i0 * c; k + 64 <= i1 * c; k += 64)
    for (int u = 0; u < 4; ++u)
      _mm512_stream_ps(d + k + 16 * u, _mm512_loadu_ps(x + k + 16 * u));
  _mm_sfence();
}
