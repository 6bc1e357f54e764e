#include "compiler/lowering/math/Coefficients.h"
#include "compiler/lowering/math/Families.h"

namespace mercer::lowering {

using namespace coefficients;

V emitTanh(Formula &f, V x) {
  // (e^2a - 1) / (e^2a + 1), both halved
  V a = f.atMost(f.pick(10.0, 20.0), f.abs(x));
  Pair n = halfExpm1(f, a + a);
  if (f.target().fast)
    return f.copySign(n.hi / (n.hi + 1.0), x);
  Pair d = f.twoSum(n.hi, 1.0);
  return f.copySign(f.divide(n, {d.hi, d.lo + n.lo}), x);
}

V emitSigmoid(Formula &f, V x) {
  if (f.target().fast) {
    V e = emitExp(f, -f.abs(x));
    return f.select(f.lt(x, 0.0), e, 1.0) / (e + 1.0);
  }
  // 1 / (1 + e) and e / (1 + e): of both, so that those of x and -x share all but the choice
  Pair e = decay(f, f.abs(x));
  V inverse = 1.0 / (e.hi + 1.0);
  V rest = f.fma(-inverse, e.lo, f.fma(-inverse, e.hi, 1.0 - inverse)); // 1 - inverse (1 + e)
  V large = f.fma(inverse, rest, inverse);
  V small = f.fma(e.hi, inverse, inverse * f.fma(e.hi, rest, e.lo));
  return f.select(f.signBit(x), small, large);
}

static constexpr double ln2 = 0.6931471805599453;

namespace {

/// A logarithm as base + z + tail: base is 0, or at least 1/16 and at least |z|.
struct LogarithmParts {
  V base, z, tail;
};

} // namespace

// Above 1/2, 1 + e = 2 (1 + (e - 1) / 2).
static LogarithmParts log1pInHalves(Formula &f, Pair e) {
  V large = f.gt(e.hi, 0.5);
  V z = f.select(large, f.fma(e.hi, 0.5, -0.5), e.hi);
  V low = f.select(large, e.lo * 0.5, e.lo);
  V baseLow = f.select(large, f.pick(-1.9046542121259336e-09, 2.3190468138462996e-17), 0.0);
  V tail = f.fma(z * z, f.horner(log1pTail32, log1pTail64, z), f.fma(-low, z, low) + baseLow);
  return {f.select(large, ln2, 0.0), z, tail};
}

// With a c from a table, 1 + e = (1 + z) / c: 1 up to e = 1/15, where z is e.
static LogarithmParts log1pByTable(Formula &f, V e, const V *low) {
  V cell = f.fma(e, 15.0, 0x1p23 - 0.5); // one less than the cell's number, modulo 16
  V c = f.lookup(log1pInverse32, cell);
  V z = f.fma(e, c, c - 1.0);
  V square = z * z, q = f.horner(log1pTailNearZero32, z);
  return {f.lookup(log1pBase32, cell), z, low ? f.fma(square, q, c * *low) : square * q};
}

// max(x, 0) + log(1 + e) without the parts that rounding loses.
static V fastSoftplus(Formula &f, V x) {
  V e = emitExp(f, -f.abs(x)), positive = f.atLeast(0.0, x);
  if (f.hasLookup()) {
    LogarithmParts log = log1pByTable(f, e, nullptr);
    return positive + (log.base + (log.z + log.tail));
  }
  V large = f.gt(e, 0.5);
  V z = f.select(large, f.fma(e, 0.5, -0.5), e);
  V log = f.fma(z * z, f.horner(log1pTail32, log1pTail64, z), z);
  return positive + (log + f.select(large, ln2, 0.0));
}

V emitSoftplus(Formula &f, V x) {
  if (f.target().fast)
    return fastSoftplus(f, x);
  // max(x, 0) + log(1 + e), e = e^-|x|: small terms first, where roundings are small
  Pair e = decay(f, f.abs(x));
  LogarithmParts log = f.hasLookup() ? log1pByTable(f, e.hi, &e.lo) : log1pInHalves(f, e);
  V positive = f.atLeast(0.0, x);
  V positiveIsSmall = f.gt(log.base, positive);
  V large = f.select(positiveIsSmall, log.base, positive),
    small = f.select(positiveIsSmall, positive, log.base);
  return large + (small + (log.z + log.tail));
}

V emitLogSigmoid(Formula &f, V x) { return -emitSoftplus(f, -x); }

} // namespace mercer::lowering
