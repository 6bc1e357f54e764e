// Five of the loops with vectors of 8 floats: AVX2 and FMA only.
#include "vectors.h"

#include <cmath>

namespace mercer::bench::hand::avx2 {
namespace {

using V = __m256;

INLINE V set(float x) { return _mm256_set1_ps(x); }
INLINE V fma(V a, V b, V c) { return _mm256_fmadd_ps(a, b, c); }

#include "any_width.inc"

/// 2^x for x <= 0 or NaN: the exponent by adding a large number, whose last bits are then shifted up.
INLINE V exp2(V x) {
  V z = _mm256_max_ps(set(-127), x), s = z + set(12583039.0f), p = power_of_fraction(z - (s - set(12583039.0f)));
  return p * _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(s), 23));
}

INLINE float maximum(V v) {
  float result = v[0];
  for (int lane = 1; lane < 8; ++lane)
    result = std::fmax(result, v[lane]);
  return result;
}

INLINE float total(V v) {
  float result = v[0];
  for (int lane = 1; lane < 8; ++lane)
    result += v[lane];
  return result;
}

template <int R, bool gradient>
INLINE void rows(const Matvec &call) {
  const V scale = set(-call.gamma * log2e);
  for (Size i = 0; i < call.n; i += 8 * R) {
    V x[R][3], sum[R], slope[R][3];
    UNROLL for (int r = 0; r < R; ++r) {
      for (int k = 0; k < 3; ++k) {
        float lanes[8];
        for (int lane = 0; lane < 8; ++lane) {
          const Size row = i + 8 * r + lane;
          lanes[lane] = call.x[(row < call.n ? row : call.n - 1) * 3 + k];
        }
        x[r][k] = _mm256_loadu_ps(lanes);
        slope[r][k] = set(0);
      }
      sum[r] = set(0);
    }
    add_pairs<R, gradient>(call, scale, x, sum, slope);
    for (int r = 0; r < R; ++r)
      for (int lane = 0; lane < 8 && i + 8 * r + lane < call.n; ++lane) {
        const Size row = i + 8 * r + lane;
        call.value[row] = sum[r][lane];
        for (int k = 0; gradient && k < 3; ++k)
          call.gradient[3 * row + k] = slope[r][k][lane] * call.cotangent[row] * -2 * call.gamma;
      }
  }
}

INLINE V load(const float *from, Size count, float beyond) {
  float lanes[8];
  for (int lane = 0; lane < 8; ++lane)
    lanes[lane] = lane < count ? from[lane] : beyond;
  return _mm256_loadu_ps(lanes);
}

INLINE float log2_sum(const float *row, Size classes) {
  const V scale = set(log2e);
  V reference = set(-largest), sum = set(0), sum2 = set(0);
  Size j = 0;
  for (; j + 64 <= classes; j += 64) {
    V v[8], top;
    UNROLL for (int u = 0; u < 8; ++u) {
      v[u] = _mm256_loadu_ps(row + j + 8 * u);
      top = u ? _mm256_max_ps(top, v[u]) : v[u];
    }
    V raised = _mm256_max_ps(_mm256_min_ps(set(largest), top * scale), reference),
      shrink = exp2(reference - raised);
    sum *= shrink;
    sum2 *= shrink;
    reference = raised;
    UNROLL for (int u = 0; u < 8; u += 2) {
      sum += exp2(_mm256_fmsub_ps(v[u], scale, reference));
      sum2 += exp2(_mm256_fmsub_ps(v[u + 1], scale, reference));
    }
  }
  for (; j < classes; j += 8) {
    V v = load(row + j, classes - j, -INFINITY);
    V raised = _mm256_max_ps(_mm256_min_ps(set(largest), v * scale), reference),
      shrink = exp2(reference - raised);
    sum = fma(sum, shrink, exp2(_mm256_fmsub_ps(v, scale, raised)));
    sum2 *= shrink;
    reference = raised;
  }
  const float top = maximum(reference);
  return top + log2f(total((sum + sum2) * exp2(reference - set(top))));
}

template <bool streaming>
INLINE void slopes(const float *row, float *to, Size classes, float log2_of_sum, float scale) {
  const V reference = set(log2_of_sum);
  Size j = 0;
  for (; j + 32 <= classes; j += 32)
    UNROLL for (int u = 0; u < 32; u += 8) {
      V e = exp2(_mm256_fmsub_ps(_mm256_loadu_ps(row + j + u), set(log2e), reference)) * set(scale);
      streaming ? _mm256_stream_ps(to + j + u, e) : _mm256_storeu_ps(to + j + u, e);
    }
  for (; j < classes; j += 8) {
    V e = exp2(_mm256_fmsub_ps(load(row + j, classes - j, 0), set(log2e), reference)) * set(scale);
    for (int lane = 0; lane < 8 && j + lane < classes; ++lane)
      to[j + lane] = e[lane];
  }
}

constexpr int K = 64, J = 6, I = 2, T = 8 * I;

void pack(const float *x, float *to, float scale, Size n, Size width) {
  for (Size row = 0; row < n; row += width, to += width * K)
    for (Size k = 0; k < K; ++k)
      for (Size r = 0; r < width; ++r)
        to[k * width + r] = row + r < n ? x[(row + r) * K + k] * scale : 0;
}

} // namespace

void gaussian3(const Matvec &call) { call.gradient ? rows<1, true>(call) : rows<2, false>(call); }

void cross_entropy(const CrossEntropy &call) {
  cross_entropy_rows<8>(
      call, log2_sum, [](auto... row) { slopes<false>(row...); }, [](auto... row) { slopes<true>(row...); });
}

Size logsumexp_dot_scratch(Size n, Size m) { return (round_up(n, T) + round_up(m, J)) * K; }

void logsumexp_dot(const float *x, const float *y, float *out, Size n, Size m, Scratch scratch) {
  float *xp = scratch, *yp = xp + round_up(n, T) * K;
  pack(x, xp, log2e, n, T);
  pack(y, yp, 1, m, J);
  for (Size p = 0; p < n; p += T) {
    V reference[I], sum[I];
    UNROLL for (int v = 0; v < I; ++v) {
      reference[v] = set(-largest);
      sum[v] = set(0);
    }
    for (Size q = 0; q < m; q += J) {
      V a[J][I];
      UNROLL for (int u = 0; u < J; ++u) UNROLL for (int v = 0; v < I; ++v) a[u][v] = set(0);
      ROLLED for (int k = 0; k < K; ++k) UNROLL for (int u = 0; u < J; ++u) {
        V y_k = set(yp[q * K + k * J + u]);
        UNROLL for (int v = 0; v < I; ++v) a[u][v] =
            fma(y_k, _mm256_loadu_ps(xp + p * K + k * T + 8 * v), a[u][v]);
      }
      if (q + J > m)
        for (int u = 0; u < J; ++u)
          for (int v = 0; q + u >= m && v < I; ++v)
            a[u][v] = set(-INFINITY);
      UNROLL for (int v = 0; v < I; ++v) {
        V top = a[0][v];
        UNROLL for (int u = 1; u < J; ++u) top = _mm256_max_ps(top, a[u][v]);
        V raised = _mm256_max_ps(_mm256_min_ps(set(largest), top), reference[v]);
        sum[v] *= exp2(reference[v] - raised);
        reference[v] = raised;
        UNROLL for (int u = 0; u < J; ++u) sum[v] += exp2(a[u][v] - reference[v]);
      }
    }
    for (int v = 0; v < I; ++v)
      for (int lane = 0; lane < 8 && p + 8 * v + lane < n; ++lane)
        out[p + 8 * v + lane] = (reference[v][lane] + log2f(sum[v][lane])) * ln2;
  }
}

} // namespace mercer::bench::hand::avx2
