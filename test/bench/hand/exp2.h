// 2^x for 16 floats, any x, 0.77 ulp: round to nearest, degree 6 on [-1/2, 1/2], scale by the exponent.
#pragma once
#include <cstdint>
#include <immintrin.h>
typedef __m512 V;
static inline V set(float x) { return _mm512_set1_ps(x); }
static inline V fma_(V a, V b, V c) { return _mm512_fmadd_ps(a, b, c); }
static inline V exp2u(V x) {
  V n = _mm512_roundscale_ps(x, 8), f = x - n, p = set(0.00015243396046571434f);
  p = fma_(p, f, set(0.0013391473330557346f));
  p = fma_(p, f, set(0.009618829004466534f));
  p = fma_(p, f, set(0.05550358444452286f));
  p = fma_(p, f, set(0.24022644758224487f));
  p = fma_(p, f, set(0.6931471824645996f));
  p = fma_(p, f, set(1.0f));
  return _mm512_scalef_ps(p, n);
}
#define AI static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
