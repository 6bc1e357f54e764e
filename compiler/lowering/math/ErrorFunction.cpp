#include "compiler/lowering/math/Coefficients.h"
#include "compiler/lowering/math/Families.h"

namespace mercer::lowering {

using namespace coefficients;

// erfc(a) for f64 and a >= 0, where a^2 is `square`: e^-square times a polynomial in (a - 4) / (a + 4), over
// 1 + 2 a.
static V erfcOf(Formula &f, V a, Pair square) {
  ReducedExponent reduced = reduceExponent(f, -square.hi);
  Pair e = exponentialPair(f, reduced);
  e.lo = f.fma(-square.lo, e.hi, e.lo);
  V p = f.horner(erfcScaled64, erfcScaled64, (a - 4.0) / (a + 4.0));
  Pair product = f.twoProduct(e.hi, p);
  product.lo = f.fma(e.lo, p, product.lo);
  return f.scale(f.divide(product, f.twoSum(a + a, 1.0)), reduced.n);
}

V emitErf(Formula &f, V x) {
  V a = f.abs(x);
  V small = f.fma(x, f.horner(erfSmall32, erfSmall64, x * x), x);
  V large;
  if (f.f64()) {
    V inside = f.atMost(6.0, a);
    large = 1.0 - erfcOf(f, inside, f.twoProduct(inside, inside));
  } else {
    V inside = f.atMost(4.0, a);
    V exponent = -inside * f.horner(erfLarge32, erfLarge32, inside);
    ReducedExponent reduced = reduceExponent(f, exponent);
    V q = f.horner(expTail32, expTail64, reduced.r);
    V p = f.fma(f.fma(q, reduced.r, 1.0), reduced.r, 1.0);
    large = f.fma(-p, f.powerOfTwo(reduced.n), 1.0);
  }
  return f.select(f.lt(a, 1.0), small, f.copySign(large, x));
}

V emitErfc(Formula &f, V x) {
  V a = f.atMost(27.4, f.abs(x));
  V tail = erfcOf(f, a, f.twoProduct(a, a));
  V large = f.select(f.lt(x, 0.0), 2.0 - tail, tail);
  // near 0 the polynomial's terms cancel
  V small = 1.0 - f.fma(x, f.horner(erfSmall64, erfSmall64, x * x), x);
  return f.select(f.lt(a, 0.45), small, large);
}

} // namespace mercer::lowering
