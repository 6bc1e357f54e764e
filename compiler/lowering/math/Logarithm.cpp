#include "compiler/lowering/math/Coefficients.h"
#include "compiler/lowering/math/Families.h"

#include <limits>

namespace mercer::lowering {

using namespace coefficients;

static constexpr double infinity = std::numeric_limits<double>::infinity();
static constexpr double ln2 = 0.6931471805599453;
static constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

// What the type's ln 2 lacks.
static double ln2Rest(Formula &f) { return f.pick(-1.9046542121259336e-09, 2.3190468138462996e-17); }

// The bits of 2^k, less those of 1, where x = 2^k m and m in [2/3, 4/3).
static V exponentBits(Formula &f, V bits) {
  V above = f.sub(bits, f.i(f.f64() ? 0x3FE5555555555555 : 0x3F2AAAAB));
  return f.bitAnd(above, f.i(f.f64() ? ~int64_t(0xFFFFFFFFFFFFF) : ~int64_t(0x7FFFFF)));
}

// k as a floating-point value: no shift with sign and no conversion, which 64-bit lanes lack before AVX-512.
static V exponentValue(Formula &f, V exponentBits) {
  int shift = f.f64() ? 52 : 23;
  int64_t bias = f.f64() ? 1536 : 192;
  V biased = f.shiftRight(f.add(exponentBits, f.i(bias << shift)), shift);
  V anchored = f.bitOr(biased, f.i(f.f64() ? 0x4330000000000000 : 0x4B000000));
  return f.fromBits(anchored) - (f.pick(0x1p23, 0x1p52) + bias);
}

static SplitLogarithm splitByBits(Formula &f, V x) {
  V small = f.lt(x, f.pick(0x1p-126, 0x1p-1022));
  V normal = f.select(small, x * f.pick(0x1p24, 0x1p54), x);
  V exponent = exponentBits(f, f.bits(normal));
  V z = f.fromBits(f.sub(f.bits(normal), exponent)) - 1.0;
  V k = exponentValue(f, exponent) - f.select(small, f.pick(24, 54), 0.0);
  return {k, z};
}

// 0 and infinity give an infinite k, less than 0 and NaN a NaN.
static SplitLogarithm splitByInstruction(Formula &f, V x) {
  constexpr int threeQuartersNanBelowZero = 0b1011;
  V m = f.native("mask.getmant", {x}, {threeQuartersNanBelowZero}, /*rounding=*/true);
  V k = f.native("mask.getexp", {x}, {}, /*rounding=*/true);
  k = f.select(f.lt(m, 1.0), k + 1.0, k);
  V large = f.gt(m, 1.3333334);
  return {f.select(large, k + 1.0, k), f.select(large, m * 0.5, m) - 1.0};
}

static V withSpecialValues(Formula &f, V x, V finite, double pole) {
  V result = f.select(f.lt(x, infinity), finite, x);
  V atPole = f.select(f.eq(x, pole), -infinity, notANumber);
  return f.select(f.le(x, pole), atPole, result);
}

V emitLog(Formula &f, V x) {
  bool native = f.native512();
  SplitLogarithm split = splitLogarithm(f, x);
  V q = f.horner(logTail32, logTail64, logTailNarrow, split.z);
  V z = split.z;
  V tail = f.f64() ? z + f.fma(z * z, q, split.k * ln2Rest(f)) : f.fma(z * z, q, z);
  V result = f.fma(split.k, ln2, tail);
  return native ? result : withSpecialValues(f, x, result, 0.0);
}

V emitLog2(Formula &f, V x) {
  constexpr double log2e = 1.4426950408889634;
  double log2eRest = f.pick(1.925963033500011e-08, 2.0355273740931033e-17);
  bool native = f.native512();
  SplitLogarithm split = splitLogarithm(f, x);
  V q = f.horner(log2Tail32, logTail64, logTailNarrow, split.z);
  Pair log = f.fastTwoSum(split.z, split.z * split.z * q);
  Pair scaled = f.twoProduct(log.hi, log2e);
  V rest = scaled.lo + f.fma(log.hi, log2eRest, log.lo * log2e);
  Pair sum = f.fastTwoSum(split.k, scaled.hi);
  V result = sum.hi + (sum.lo + rest);
  if (native)
    return f.select(f.eq(f.abs(split.k), infinity), split.k + split.z, result);
  return withSpecialValues(f, x, result, 0.0);
}

SplitLogarithm splitLogarithm(Formula &f, V x) {
  return f.native512() ? splitByInstruction(f, x) : splitByBits(f, x);
}

// log(1 + x.hi + x.lo), where there is a low part.
static V log1pFinite(Formula &f, V x, const V *xLow) {
  // x 2^-k + (2^-k - 1) is the reduced argument: no division
  V exponent = exponentBits(f, f.bits(x + 1.0));
  V scaled = f.fromBits(f.sub(f.bits(x), exponent));
  V fourParts = f.fromBits(f.sub(f.i(f.f64() ? 0x4010000000000000 : 0x40800000), exponent));
  Pair z = f.twoSum(scaled, f.fma(fourParts, 0.25, -1.0));
  V k = exponentValue(f, exponent);
  if (xLow)
    z.lo = f.fma(fourParts * 0.25, *xLow, z.lo);
  V low = f.fma(-z.lo, z.hi, z.lo);
  if (f.f64())
    low = f.fma(k, ln2Rest(f), low);
  V q = f.horner(logTail32, logTail64, logTailNarrow, z.hi);
  V result = f.fma(k, ln2, z.hi + f.fma(z.hi * z.hi, q, low));
  return f.select(f.lt(f.abs(x), f.pick(0x1p-25, 0x1p-54)), x, result);
}

V log1pOf(Formula &f, Pair x) { return log1pFinite(f, x.hi, &x.lo); }

V emitLog1p(Formula &f, V x) { return withSpecialValues(f, x, log1pFinite(f, x, nullptr), -1.0); }

V emitXlogx(Formula &f, V x) { return f.select(f.eq(x, 0.0), 0.0, x * emitLog(f, x)); }

V emitXlogy(Formula &f, V x, V y) {
  V zero = f.bitAnd(f.eq(x, 0.0), f.eq(y, y));
  return f.select(zero, 0.0, x * emitLog(f, y));
}

V emitLog1mexp(Formula &f, V x) {
  V near = f.atMost(1.0, f.atLeast(-1.0, x));
  V expm1 = f.select(f.lt(f.abs(x), f.pick(0x1p-25, 0x1p-54)), x, halfExpm1(f, -near).hi * -2.0);
  V small = emitLog(f, expm1);
  Pair e = decay(f, f.atLeast(0.5, x));
  return f.select(f.gt(x, ln2), log1pOf(f, {-e.hi, -e.lo}), small);
}

} // namespace mercer::lowering
