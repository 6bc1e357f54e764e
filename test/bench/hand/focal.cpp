// Sigmoid focal loss, alpha 1/4 and gamma 2: one exponential and one logarithm a value.
#include "avx512.h"

namespace mercer::bench::hand::avx512 {

/// e^x for x <= 0.
INLINE V exp(V x) {
  V z = _mm512_max_ps(set(-105), x), n = _mm512_roundscale_ps(z * set(log2e), 8);
  V r = fma(n, set(2.12194440e-4f), fma(n, set(-0.693359375f), z)), p = set(0.0013782479800283909f);
  p = fma(p, r, set(0.008368671871721745f));
  p = fma(p, r, set(0.04166896268725395f));
  p = fma(p, r, set(0.1666652113199234f));
  p = fma(p, r, set(0.49999991059303284f));
  p = fma(p, r, set(1));
  p = fma(p, r, set(1));
  return _mm512_scalef_ps(p, n);
}

/// log(1 + y) for y in [0, 1].
INLINE V log1p(V y) {
  __mmask16 upper = _mm512_cmp_ps_mask(y, set(0.41421357f), _CMP_GT_OQ);
  V f = _mm512_mask_blend_ps(upper, y, fma(y, set(0.5f), set(-0.5f))), q = set(-0.0811486691236496f);
  q = fma(q, f, set(0.13032317161560059f));
  q = fma(q, f, set(-0.13088741898536682f));
  q = fma(q, f, set(0.14150461554527283f));
  q = fma(q, f, set(-0.1662626713514328f));
  q = fma(q, f, set(0.20004311203956604f));
  q = fma(q, f, set(-0.2500079572200775f));
  q = fma(q, f, set(0.33333274722099304f));
  q = fma(q, f, set(-0.5f));
  V p = fma(f * f, q, f);
  return _mm512_mask_add_ps(p, upper, p, set(ln2));
}

template <bool gradient>
INLINE V loss(V x, V target, V scale, V &slope) {
  V sign = fma(target, set(2), set(-1)), weight = fma(target, set(-0.5f), set(0.75f)), z = x * sign;
  V e = exp(_mm512_sub_ps(set(0), _mm512_abs_ps(z))), u = set(1) / (e + set(1)), eu = e * u;
  __mmask16 negative = _mm512_cmp_ps_mask(z, set(0), _CMP_LT_OQ);
  V miss = _mm512_mask_blend_ps(negative, eu, u),
    entropy = _mm512_maskz_sub_ps(negative, set(0), z) + log1p(e);
  V miss2 = miss * miss;
  if (gradient)
    slope =
        _mm512_sub_ps(set(0), miss2 * fma(_mm512_mask_blend_ps(negative, u, eu) * set(2), entropy, miss)) *
        sign * (weight * scale);
  return weight * (miss2 * entropy);
}

template <bool gradient>
INLINE void run(const Focal &call) {
  const V scale = set(1 / float(call.n));
  V sum[2] = {set(0), set(0)}, slope;
  Size i = 0;
  for (; i + 32 <= call.n; i += 32)
    UNROLL for (int u = 0; u < 2; ++u) {
      sum[u] += loss<gradient>(_mm512_loadu_ps(call.logits + i + 16 * u),
                               _mm512_loadu_ps(call.targets + i + 16 * u), scale, slope);
      if (gradient)
        _mm512_storeu_ps(call.gradient + i + 16 * u, slope);
    }
  for (; i < call.n; i += 16) {
    __mmask16 inside = first(call.n - i);
    V part = loss<gradient>(_mm512_maskz_loadu_ps(inside, call.logits + i),
                            _mm512_maskz_loadu_ps(inside, call.targets + i), scale, slope);
    sum[0] = _mm512_mask_add_ps(sum[0], inside, sum[0], part);
    if (gradient)
      _mm512_mask_storeu_ps(call.gradient + i, inside, slope);
  }
  *call.loss = _mm512_reduce_add_ps(sum[0] + sum[1]) / float(call.n);
}

void focal(const Focal &call) { call.gradient ? run<true>(call) : run<false>(call); }

} // namespace mercer::bench::hand::avx512
