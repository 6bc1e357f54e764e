#include "compiler/lowering/math/Coefficients.h"
#include "compiler/lowering/math/Families.h"

#include <limits>

namespace mercer::lowering {

static constexpr double infinity = std::numeric_limits<double>::infinity();

// (a.hi + a.lo) (b.hi + b.lo)
static Pair product(Formula &f, Pair a, Pair b) {
  Pair p = f.twoProduct(a.hi, b.hi);
  return f.fastTwoSum(p.hi, f.fma(a.hi, b.lo, f.fma(a.lo, b.hi, p.lo)));
}

// log(x) to about 65 bits for a positive finite x of f64.
static Pair logarithmPair(Formula &f, V x) {
  // log(1 + z) = 2 s (1 + w / 3 + w^2 (...)), s = z / (2 + z), w = s^2
  SplitLogarithm split = splitLogarithm(f, x);
  Pair d = f.fastTwoSum(2.0, split.z);
  V inverse = 1.0 / d.hi;
  V s = split.z * inverse;
  Pair ratio = f.fastTwoSum(s, (f.fma(-s, d.hi, split.z) - s * d.lo) * inverse);
  Pair w = product(f, ratio, ratio);
  V tail = w.hi * f.horner(coefficients::logRatioTail64, w.hi);
  Pair factor = f.fastTwoSum(0x1.5555555555555p-2, tail);
  factor.lo = factor.lo + 0x1.5555555555555p-56;
  Pair rest = product(f, product(f, w, factor), ratio);
  Pair half = f.fastTwoSum(ratio.hi, rest.hi);
  half.lo = half.lo + (ratio.lo + rest.lo);
  // ln 2 in a part whose product with k is exact, and the rest
  V k = split.k;
  Pair low = f.twoProduct(k, 0x1.a39ef35793c76p-33);
  Pair sum = f.fastTwoSum(k * 6.93147180369123816490e-01, half.hi * 2.0);
  Pair more = f.twoSum(sum.hi, low.hi);
  return f.fastTwoSum(more.hi, more.lo + (sum.lo + f.fma(half.lo, 2.0, low.lo)));
}

V emitPow(Formula &f, V x, V y) {
  constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();
  V a = f.abs(x);
  V ordinary = f.bitAnd(f.gt(a, 0.0), f.lt(a, infinity));
  V inner = f.select(ordinary, a, 1.0);
  Pair log = f.narrow() ? Pair{emitLog(f, inner), f.c(0.0)} : logarithmPair(f, inner);
  // 0 and infinity have infinite logarithms, NaN its own
  V high = f.select(ordinary, log.hi, f.select(f.eq(a, 0.0), -infinity, a));
  Pair exponent = f.twoProduct(high, y);
  exponent.lo = f.fma(log.lo, y, exponent.lo);
  V unit = f.bitAnd(f.eq(a, 1.0), f.eq(f.abs(y), infinity));
  V wanted = f.select(unit, 0.0, exponent.hi);
  V inside = f.atMost(711.0, f.atLeast(-747.0, wanted));
  V low = f.select(f.bitAnd(f.lt(f.abs(wanted), 747.0), ordinary), exponent.lo, 0.0);
  low = f.select(unit, 0.0, low);
  ReducedExponent reduced = reduceExponent(f, inside);
  Pair e = exponentialPair(f, reduced);
  V size = f.scale(f.narrow() ? e.hi : e.hi + f.fma(e.hi, low, e.lo), reduced.n);

  V integral = f.eq(f.floor(y), y);
  V half = y * 0.5;
  V odd = f.bitAnd(integral, f.compare(mlir::arith::CmpFPredicate::ONE, f.floor(half), half));
  V result = f.select(odd, f.copySign(size, x), size);
  V below = f.bitAnd(f.lt(x, 0.0), f.gt(x, -infinity));
  V undefined = f.bitAnd(below, f.compare(mlir::arith::CmpFPredicate::ONE, f.floor(y), y));
  result = f.select(undefined, notANumber, result);
  return f.select(f.bitOr(f.eq(y, 0.0), f.eq(x, 1.0)), 1.0, result);
}

} // namespace mercer::lowering
