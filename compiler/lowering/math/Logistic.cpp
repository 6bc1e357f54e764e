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
  Pair e = decay(f, f.abs(x));
  Pair d = f.fastTwoSum(1.0, e.hi);
  V negative = f.lt(x, 0.0);
  Pair n = {f.select(negative, e.hi, 1.0), f.select(negative, e.lo, 0.0)};
  return f.divide(n, {d.hi, d.lo + e.lo});
}

static constexpr double ln2 = 0.6931471805599453;

// max(x, 0) + log(1 + e) without the parts that rounding loses.
static V fastSoftplus(Formula &f, V x) {
  V e = emitExp(f, -f.abs(x));
  V large = f.gt(e, 0.5);
  V z = f.select(large, f.fma(e, 0.5, -0.5), e);
  V log = f.fma(z * z, f.horner(log1pTail32, log1pTail64, z), z);
  return f.select(f.lt(x, 0.0), 0.0, x) + (log + f.select(large, ln2, 0.0));
}

V emitSoftplus(Formula &f, V x) {
  if (f.target().fast)
    return fastSoftplus(f, x);
  // max(x, 0) + log(1 + e), e = e^-|x|; above 1/2, 1 + e = 2 (1 + (e - 1) / 2)
  Pair e = decay(f, f.abs(x));
  V large = f.gt(e.hi, 0.5);
  V z = f.select(large, f.fma(e.hi, 0.5, -0.5), e.hi);
  V low = f.select(large, e.lo * 0.5, e.lo);
  V positive = f.select(f.lt(x, 0.0), 0.0, x);
  V base = f.select(large, ln2, 0.0);
  V baseLow = f.select(large, f.pick(-1.9046542121259336e-09, 2.3190468138462996e-17), 0.0);
  Pair first = f.fastTwoSum(base, positive);
  Pair sum = f.fastTwoSum(first.hi, z);
  V tail = f.fma(z * z, f.horner(log1pTail32, log1pTail64, z), f.fma(-low, z, low));
  V result = sum.hi + (sum.lo + (first.lo + baseLow + tail));
  return f.select(f.gt(x, f.pick(20.0, 40.0)), x, result);
}

V emitLogSigmoid(Formula &f, V x) { return -emitSoftplus(f, -x); }

} // namespace mercer::lowering
