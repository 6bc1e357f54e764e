#include "compiler/lowering/math/Coefficients.h"
#include "compiler/lowering/math/Families.h"

#include <limits>

namespace mercer::lowering {

static constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

// The angle in [0, pi] of a point with ordinate y >= 0 and abscissa +-|x|; neither is so large or small that
// sums overflow or quotients lose bits, and not both are 0.
static V angle(Formula &f, Pair y, Pair x, V leftwards) {
  V steep = f.gt(y.hi, x.hi);
  Pair small = {f.select(steep, x.hi, y.hi), f.select(steep, x.lo, y.lo)};
  Pair large = {f.select(steep, y.hi, x.hi), f.select(steep, y.lo, x.lo)};
  // beyond tan(pi / 8), atan(q) = pi / 4 + atan((q - 1) / (q + 1))
  V diagonal = f.gt(small.hi, large.hi * 0.41421356237309503);
  Pair difference = f.fastTwoSum(-large.hi, small.hi);
  Pair sum = f.fastTwoSum(large.hi, small.hi);
  Pair n = {f.select(diagonal, difference.hi, small.hi),
            f.select(diagonal, difference.lo + (small.lo - large.lo), small.lo)};
  Pair d = {f.select(diagonal, sum.hi, large.hi),
            f.select(diagonal, sum.lo + (small.lo + large.lo), large.lo)};
  V z = f.divide(n, d);
  V s = z * z;
  V q = f.horner(coefficients::atanTail64, coefficients::atanTail64, coefficients::atanTailNarrow, s);
  V tail = z * s * q;
  // the angle is `eighths` pi / 4 plus or minus atan(z)
  V eighths = f.select(diagonal, 1.0, 0.0);
  eighths = f.select(steep, 2.0 - eighths, eighths);
  eighths = f.select(leftwards, 4.0 - eighths, eighths);
  V negative = f.bitXor(steep, leftwards);
  V turned = f.select(negative, -z, z);
  constexpr double eighth = 0x1.921fb54442d18p-1, eighthLow = 0x1.1a62633145c07p-55;
  Pair base = f.twoProduct(eighths, eighth);
  base.lo = f.fma(eighths, eighthLow, base.lo);
  Pair result = f.fastTwoSum(base.hi, turned);
  return result.hi + (result.lo + (base.lo + f.select(negative, -tail, tail)));
}

static V never(Formula &f, V x) { return f.compare(mlir::arith::CmpFPredicate::AlwaysFalse, x, x); }

V emitAtan(Formula &f, V x) {
  V zero = f.c(0.0);
  V a = f.atMost(0x1p64, f.abs(x));
  return f.copySign(angle(f, {a, zero}, {f.c(1.0), zero}, never(f, x)), x);
}

// sqrt(1 - x^2) to more than the type's bits.
static Pair cathetus(Formula &f, V x) {
  Pair square = f.twoProduct(x, x);
  Pair rest = f.fastTwoSum(1.0, -square.hi);
  return sqrtOf(f, f.fastTwoSum(rest.hi, rest.lo - square.lo));
}

V emitAsin(Formula &f, V x) {
  V a = f.abs(x);
  V y = angle(f, {a, f.c(0.0)}, cathetus(f, x), never(f, x));
  return f.copySign(f.select(f.le(a, 1.0), y, x + notANumber), x);
}

V emitAcos(Formula &f, V x) {
  V a = f.abs(x);
  V y = angle(f, cathetus(f, x), {a, f.c(0.0)}, f.lt(x, 0.0));
  return f.select(f.le(a, 1.0), y, x + notANumber);
}

V emitAtan2(Formula &f, V y, V x) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  V a = f.abs(x), b = f.abs(y), zero = f.c(0.0);
  V infinite = f.bitOr(f.eq(a, infinity), f.eq(b, infinity));
  V abscissa = f.select(infinite, f.select(f.eq(a, infinity), 1.0, 0.0), a);
  V ordinate = f.select(infinite, f.select(f.eq(b, infinity), 1.0, 0.0), b);
  V largest = f.select(f.gt(ordinate, abscissa), ordinate, abscissa);
  V factor = f.select(f.gt(largest, 0x1p900), 0x1p-200, f.select(f.lt(largest, 0x1p-500), 0x1p500, 1.0));
  V origin = f.eq(largest, 0.0);
  abscissa = f.select(origin, 1.0, abscissa * factor);
  ordinate = ordinate * factor;
  V leftwards = f.lt(f.copySign(1.0, x), 0.0);
  V result = f.copySign(angle(f, {ordinate, zero}, {abscissa, zero}, leftwards), y);
  return f.select(f.isNan(x), x, f.select(f.isNan(y), y, result));
}

} // namespace mercer::lowering
