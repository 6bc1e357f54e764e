#include "compiler/lowering/math/Coefficients.h"
#include "compiler/lowering/math/Families.h"

namespace mercer::lowering {

using namespace coefficients;

// e^(a^2) erfc(a) (1 + 2 a) for f64 and a >= 0: a polynomial in (a - 4) / (a + 4).
static V scaledErfc(Formula &f, V a) {
  return f.horner(erfcScaled64, erfcScaled64, erfcScaledNarrow, (a - 4.0) / (a + 4.0));
}

// erfc(a) for f64 and 0 <= a < 30, where a^2 is `square`.
static V erfcOf(Formula &f, V a, Pair square) {
  ReducedExponent reduced = reduceExponent(f, -square.hi);
  if (f.narrow()) {
    V left = a + 4.0, right = f.fma(a, 2.0, 1.0);
    V inverse = 1.0 / (left * right);
    V p = f.horner(erfcScaledNarrow, (a - 4.0) * right * inverse);
    V q = f.horner(expTail32, reduced.r);
    V e = f.fma(f.fma(q, reduced.r, 1.0), reduced.r, 1.0);
    return f.scale(p * e * (left * inverse), reduced.n);
  }
  Pair e = exponentialPair(f, reduced);
  e.lo = f.fma(-square.lo, e.hi, e.lo);
  V p = scaledErfc(f, a);
  Pair product = f.twoProduct(e.hi, p);
  product.lo = f.fma(e.lo, p, product.lo);
  return f.scale(f.divide(product, f.twoSum(a + a, 1.0)), reduced.n);
}

V emitErf(Formula &f, V x) {
  V a = f.abs(x);
  // The first terms cancel near 1, and are added with one rounding on every processor.
  V square = x * x;
  llvm::ArrayRef<double> series = f.f64() ? llvm::ArrayRef<double>(erfSmall64) : llvm::ArrayRef<double>(erfSmall32);
  V small = f.fma(x, f.fma(f.horner(series.drop_front(), square), square, series.front()), x);
  V large;
  if (f.f64()) {
    V inside = f.atMost(6.0, a);
    large = 1.0 - erfcOf(f, inside, f.twoProduct(inside, inside));
  } else {
    V inside = f.atMost(4.0, a);
    V exponent = -inside * f.horner(erfLarge32, inside);
    ReducedExponent reduced = reduceExponent(f, exponent);
    V q = f.horner(expTail32, expTail64, expTailNarrow, reduced.r);
    V p = f.fma(f.fma(q, reduced.r, 1.0), reduced.r, 1.0);
    large = f.fma(-p, f.powerOfTwo(reduced.n), 1.0);
  }
  return f.select(f.lt(a, 1.0), small, f.copySign(large, x));
}

V emitErfc(Formula &f, V x) {
  V a = f.atMost(27.4, f.abs(x));
  V tail = erfcOf(f, a, f.twoProduct(a, a));
  V large = f.select(f.lt(x, 0.0), 2.0 - tail, tail);
  if (f.narrow())
    return large;
  // near 0 the polynomial's terms cancel
  V small = 1.0 - f.fma(x, f.horner(erfSmall64, x * x), x);
  return f.select(f.lt(a, 0.45), small, large);
}

// x^2 / 2 as a sum.
static Pair halfSquare(Formula &f, V x) {
  Pair square = f.twoProduct(x, x);
  return {square.hi * 0.5, square.lo * 0.5};
}

static constexpr double rootHalf = 0x1.6a09e667f3bcdp-1;

// Where the polynomial's terms cancel: 1/2 + erf(x / sqrt(2)) / 2.
static V normalCdfNearZero(Formula &f, V x) {
  V z = x * rootHalf;
  return f.fma(f.fma(z, f.horner(erfSmall64, z * z), z), 0.5, 0.5);
}

V emitNormalCdf(Formula &f, V x) {
  // the exponent comes from x itself: rounding x / sqrt(2) would cost x^2 ulp
  V inside = f.atMost(38.8, f.abs(x));
  V a = inside * rootHalf;
  V half = erfcOf(f, a, halfSquare(f, inside)) * 0.5;
  V large = f.select(f.lt(x, 0.0), half, 1.0 - half);
  if (f.narrow())
    return large;
  V small = normalCdfNearZero(f, x);
  return f.select(f.lt(a, 0.45), small, large);
}

V emitLogNormalCdf(Formula &f, V x) {
  V inside = f.atMost(38.8, f.abs(x));
  V half = erfcOf(f, inside * rootHalf, halfSquare(f, inside)) * -0.5;
  V right = log1pOf(f, {half, f.c(0.0)});
  // to the left -x^2 / 2 and the logarithm of what it leaves have one sign
  V left = f.atMost(1e150, f.abs(x));
  V a = left * rootHalf;
  V small = f.lt(a, 0.45);
  V scaled = scaledErfc(f, a) * 0.5 / f.fma(a, 2.0, 1.0);
  V logarithm = emitLog(f, f.select(small, normalCdfNearZero(f, x), scaled));
  Pair square = halfSquare(f, left);
  Pair sum = f.fastTwoSum(-square.hi, logarithm);
  V finite = sum.hi + (sum.lo - square.lo);
  V result = f.select(small, logarithm, f.select(f.lt(x, 0.0), finite, right));
  result = f.select(f.lt(x, -1e100), x * -0.5 * x, result);
  return f.select(f.isNan(x), x, result);
}

} // namespace mercer::lowering
