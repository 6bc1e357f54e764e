#include "compiler/lowering/math/Coefficients.h"
#include "compiler/lowering/math/Families.h"

namespace mercer::lowering {

using namespace coefficients;

static Pair sine(Formula &f, Pair r) {
  V s = r.hi * r.hi;
  if (f.narrow())
    return {f.fma(r.hi * s, f.horner(sinTailNarrow, s), r.hi), r.lo};
  V tail = f.fma(r.hi * s, f.horner(sinTail64, s), f.fma(r.lo * s, -0.5, r.lo));
  return f.fastTwoSum(r.hi, tail);
}

static Pair cosine(Formula &f, Pair r) {
  if (f.narrow()) {
    V s = r.hi * r.hi;
    V tail = f.fma(s, f.horner(cosTailNarrow, s), -0.5);
    return {f.fma(s, tail, 1.0), r.lo};
  }
  Pair s = f.twoProduct(r.hi, r.hi);
  Pair first = f.fastTwoSum(1.0, s.hi * -0.5);
  V tail = f.fma(s.hi * s.hi, f.horner(cosTail64, s.hi), -(r.hi * r.lo));
  return f.fastTwoSum(first.hi, first.lo + f.fma(s.lo, -0.5, tail));
}

namespace {

/// The number of quarter turns as bits.
struct Quarter {
  V odd;       ///< boolean: n is odd
  V secondBit; ///< integer: bit 1 of n, at the place of the sign
};

} // namespace

static Quarter quarterOf(Formula &f, V n) {
  V integer = f.bits(n + 0x1.8p52);
  return {f.isNonZero(f.bitAnd(integer, f.i(1))), f.bitAnd(f.shiftLeft(integer, 62), f.i(INT64_MIN))};
}

static V flipSign(Formula &f, V x, V sign) { return f.fromBits(f.bitXor(f.bits(x), sign)); }

V emitSin(Formula &f, V x) {
  QuarterTurns turns = splitQuarterTurns(f, x);
  Quarter quarter = quarterOf(f, turns.n);
  V y = flipSign(f, f.select(quarter.odd, cosine(f, turns.r).hi, sine(f, turns.r).hi), quarter.secondBit);
  return f.select(f.lt(f.abs(x), 0x1p-27), x, y);
}

V emitCos(Formula &f, V x) {
  QuarterTurns turns = splitQuarterTurns(f, x);
  Quarter quarter = quarterOf(f, turns.n);
  V sign = quarterOf(f, turns.n + 1.0).secondBit;
  return flipSign(f, f.select(quarter.odd, sine(f, turns.r).hi, cosine(f, turns.r).hi), sign);
}

V emitTan(Formula &f, V x) {
  QuarterTurns turns = splitQuarterTurns(f, x);
  Quarter quarter = quarterOf(f, turns.n);
  Pair s = sine(f, turns.r), c = cosine(f, turns.r);
  Pair n = {f.select(quarter.odd, -c.hi, s.hi), f.select(quarter.odd, -c.lo, s.lo)};
  Pair d = {f.select(quarter.odd, s.hi, c.hi), f.select(quarter.odd, s.lo, c.lo)};
  V quotient = f.divide(n, d);
  return f.select(f.lt(f.abs(x), 0x1p-27), x, quotient);
}

} // namespace mercer::lowering
