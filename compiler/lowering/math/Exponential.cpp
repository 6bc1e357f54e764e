#include "compiler/lowering/math/Coefficients.h"
#include "compiler/lowering/math/Families.h"

#include <cmath>

namespace mercer::lowering {

using namespace coefficients;

static constexpr double log2e = 1.4426950408889634;

// Adding and subtracting this rounds to an integer.
static double roundMagic(Formula &f) { return f.pick(0x1.8p23, 0x1.8p52); }

// ln 2 in two parts, the first short enough that its product with n is exact.
static double ln2High(Formula &f) { return f.pick(0.693359375, 6.93147180369123816490e-01); }
static double ln2Low(Formula &f) { return f.pick(-2.12194440e-4, 1.90821492927058770002e-10); }

ReducedExponent reduceExponent(Formula &f, V x) {
  V n = f.multiplyAdd(x, log2e, roundMagic(f)) - roundMagic(f);
  V high = f.multiplyAdd(n, -ln2High(f), x);
  V r = f.multiplyAdd(n, -ln2Low(f), high);
  return {n, r, f.fma(n, -ln2Low(f), high - r)};
}

V exponentialTail(Formula &f, const ReducedExponent &reduced) {
  V q = f.horner(expTail32, expTail64, expTailNarrow, reduced.r);
  return f.multiplyAdd(reduced.r * reduced.r, q, reduced.lo);
}

Pair exponentialPair(Formula &f, const ReducedExponent &reduced) {
  Pair first = f.fastTwoSum(1.0, reduced.r);
  return f.fastTwoSum(first.hi, first.lo + exponentialTail(f, reduced));
}

// x = k ln 2 + r, k a multiple of 1/16: the table has 2^k but for its integral part, and three terms of e^r
// are enough.
static Pair decayByTable(Formula &f, V x) {
  constexpr double toSixteenths = 0x1.8p19, ln2High = 0.693115234375, ln2Low = 3.194618329871446e-05;
  V moved = f.fma(x, log2e, toSixteenths);
  V k = moved - toSixteenths;
  V r = f.fma(k, -ln2Low, f.fma(k, -ln2High, x));
  V low = f.fma(r * r, f.horner(expTail16th32, r), r);
  V power = f.lookup(sixteenthPowers32, moved);
  Pair e = f.fastTwoSum(power, f.fma(power, low, f.lookup(sixteenthPowersLow32, moved)));
  return {f.scale(e.hi, k), f.scale(e.lo, k)};
}

Pair decay(Formula &f, V x) {
  V inside = f.atLeast(f.pick(-104.5, -746.0), -x);
  if (f.hasLookup())
    return decayByTable(f, inside);
  ReducedExponent reduced = reduceExponent(f, inside);
  Pair e = exponentialPair(f, reduced);
  return {f.scale(e.hi, reduced.n), f.scale(e.lo, reduced.n)};
}

// vscalef overflows, makes denormals and takes infinite exponents by itself: 0 or infinity, whatever the
// other factor is. So exp2 is not clamped, for the rest of a finite number is at most 1/2. That of exp may be
// large: below, a finite n then meets an infinite polynomial; above, one of odd degree (f64) a negative one.
V emitExp(Formula &f, V x) {
  V inside = f.atLeast(f.pick(-104.5, -746.0), x);
  if (!f.native512() || f.f64())
    inside = f.atMost(f.pick(89.0, 710.0), inside);
  ReducedExponent reduced = reduceExponent(f, inside);
  V q = f.horner(expTail32, expTail64, expTailNarrow, reduced.r);
  V p = f.fma(f.multiplyAdd(q, reduced.r, 1.0), reduced.r, 1.0); // the last rounding is within the bound but once
  return f.scale(p, reduced.n);
}

/// 2^r for |r| at most 1/2.
static V powerOfRest(Formula &f, V r) { return f.fma(f.horner(exp2Factor32, exp2Factor64, r), r, 1.0); }

V emitExp2(Formula &f, V x) {
  if (f.native512()) {
    V n = f.roundEven(x);
    return f.scale(powerOfRest(f, x - n), n);
  }
  // Two factors, so that a denormal result is rounded once and the largest exponent is reached.
  HalvedPower halved = f.halvedPower(f.atMost(f.pick(129.0, 1025.0), f.atLeast(f.pick(-151.0, -1076.0), x)));
  return powerOfRest(f, halved.rest) * halved.first * halved.second;
}

// 2^64 times what it is, whose exponent is a normal one, so that the last product rounds a denormal result once.
V emitExp2AtMostOne(Formula &f, V x) {
  if (f.native512())
    return emitExp2(f, x);
  constexpr int more = 64;
  RoundedPower rounded = f.roundedPower(f.atLeast(f.pick(-151.0, -1076.0), x), more);
  return powerOfRest(f, rounded.rest) * rounded.power * std::ldexp(1.0, -more);
}

// Making or adding a denormal takes some processors over a hundred cycles, and beside 1 it does not matter.
V emitExp2OfTerm(Formula &f, V x) {
  if (f.native512()) {
    V n = f.roundEven(x);
    return f.select(f.lt(x, f.pick(-126.0, -1022.0)), 0.0, f.scale(powerOfRest(f, x - n), n));
  }
  RoundedPower rounded =
      f.roundedPower(f.atMost(f.pick(128.0, 1024.0), f.atLeast(f.pick(-127.0, -1023.0), x)));
  return powerOfRest(f, rounded.rest) * rounded.power;
}

Pair halfExpm1(Formula &f, V x) {
  ReducedExponent reduced = reduceExponent(f, x);
  V w = f.powerOfTwo(reduced.n - 1.0);
  // w (1 + r + tail) - 1/2, largest terms first: w r is exact
  V base = w - 0.5;
  V baseLow = (w - base) - 0.5;
  Pair sum = f.fastTwoSum(base, w * reduced.r);
  Pair square = f.twoProduct(reduced.r, reduced.r);
  V low = f.f64() ? f.fma(square.lo, 0.5, reduced.lo) : reduced.lo;
  V tail = f.fma(square.hi, f.horner(expm1Tail32, expm1Tail64, expTailNarrow, reduced.r), low);
  return f.fastTwoSum(sum.hi, sum.lo + f.fma(w, tail, baseLow));
}

V emitExpm1(Formula &f, V x) {
  V inside = f.atMost(f.pick(88.8, 709.79), f.atLeast(f.pick(-18.0, -40.0), x));
  V half = halfExpm1(f, inside).hi;
  // halving a denormal loses a bit, and the sum the sign of zero
  return f.select(f.lt(f.abs(x), f.pick(0x1p-25, 0x1p-54)), x, half + half);
}

} // namespace mercer::lowering
