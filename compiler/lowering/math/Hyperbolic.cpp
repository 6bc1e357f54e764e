#include "compiler/lowering/math/Families.h"

#include <limits>

namespace mercer::lowering {

static constexpr double infinity = std::numeric_limits<double>::infinity();
static constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

// e^a / 2, which is finite a little further than e^a.
static V halfExponential(Formula &f, V a) {
  ReducedExponent reduced = reduceExponent(f, f.atMost(f.pick(90.0, 712.0), a));
  Pair e = exponentialPair(f, reduced);
  return f.scale(e.hi + e.lo, reduced.n - 1.0);
}

V emitSinh(Formula &f, V x) {
  V a = f.abs(x);
  // with h = (e^a - 1) / 2: h + h / (2 h + 1)
  Pair h = halfExpm1(f, f.atMost(25.0, a));
  Pair d = f.twoSum(h.hi * 2.0, 1.0);
  V q = f.divide(h, {d.hi, f.fma(h.lo, 2.0, d.lo)});
  V small = f.select(f.lt(a, f.pick(0x1p-20, 0x1p-30)), a, h.hi + (h.lo + q));
  return f.copySign(f.select(f.gt(a, 22.0), halfExponential(f, a), small), x);
}

V emitCosh(Formula &f, V x) {
  V a = f.abs(x);
  ReducedExponent reduced = reduceExponent(f, f.atMost(25.0, a));
  Pair e = exponentialPair(f, reduced);
  V half = f.powerOfTwo(reduced.n - 1.0);
  V high = e.hi * half;
  V small = high + f.fma(e.lo, half, 0.25 / high);
  return f.select(f.gt(a, 22.0), halfExponential(f, a), small);
}

V emitAsinh(Formula &f, V x) {
  // log(1 + a + a^2 / (1 + sqrt(1 + a^2)))
  constexpr double ln2 = 0.6931471805599453;
  V a = f.abs(x);
  V huge = f.gt(a, 0x1p60);
  V inside = f.atMost(0x1p60, a);
  Pair square = f.twoProduct(inside, inside);
  Pair sum = f.twoSum(square.hi, 1.0);
  Pair root = sqrtOf(f, {sum.hi, sum.lo + square.lo});
  Pair d = f.fastTwoSum(root.hi, 1.0);
  V q = f.divide(square, {d.hi, d.lo + root.lo});
  Pair argument = f.twoSum(inside, q);
  V y = log1pOf(f, {f.select(huge, a, argument.hi), f.select(huge, 0.0, argument.lo)}) +
        f.select(huge, ln2, 0.0);
  return f.select(f.lt(a, infinity), f.copySign(y, x), x);
}

V emitAcosh(Formula &f, V x) {
  // with t = x - 1: log(1 + t + sqrt(t^2 + 2 t))
  constexpr double ln2 = 0.6931471805599453;
  V huge = f.gt(x, 0x1p60);
  Pair t = f.fastTwoSum(f.atMost(0x1p60, x), -1.0);
  Pair square = f.twoProduct(t.hi, t.hi);
  Pair sum = f.twoSum(square.hi, t.hi * 2.0);
  Pair root = sqrtOf(f, {sum.hi, sum.lo + square.lo + f.fma(t.hi * 2.0, t.lo, t.lo * 2.0)});
  Pair argument = f.twoSum(t.hi, root.hi);
  argument.lo = argument.lo + (t.lo + root.lo);
  V y = log1pOf(f, {f.select(huge, x, argument.hi), f.select(huge, 0.0, argument.lo)}) +
        f.select(huge, ln2, 0.0);
  return f.select(f.lt(x, 1.0), notANumber, f.select(f.lt(x, infinity), y, x));
}

V emitAtanh(Formula &f, V x) {
  // log(1 + 2 a / (1 - a)) / 2
  V a = f.abs(x);
  Pair d = f.fastTwoSum(1.0, -a);
  V y = log1pOf(f, {f.divide({a * 2.0, f.c(0.0)}, d), f.c(0.0)}) * 0.5;
  y = f.select(f.lt(a, 0x1p-30), a, y);
  y = f.select(f.lt(a, 1.0), y, f.select(f.eq(a, 1.0), infinity, notANumber));
  return f.copySign(f.select(f.isNan(x), x, y), x);
}

} // namespace mercer::lowering
