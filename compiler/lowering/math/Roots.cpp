#include "compiler/lowering/math/Coefficients.h"
#include "compiler/lowering/math/Families.h"

#include <limits>

namespace mercer::lowering {

V emitSqrt(Formula &f, V x) { return f.sqrt(x); }

V emitRsqrt(Formula &f, V x) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (f.native512() && !f.f64()) {
    V y = f.native("rsqrt14", {x}, {}, /*rounding=*/false);
    V e = f.fma(-(x * y), y, 1.0);
    V better = f.fma(e, f.fma(e, 0.375, 0.5) * y, y);
    return f.select(f.lt(f.abs(e), 0.5), better, y); // 0, infinity and NaN keep the estimate's value
  }
  // a small x is made larger, so that the residual of its root is not rounded away
  V small = f.lt(x, f.pick(0x1p-90, 0x1p-900));
  V inside = f.select(small, x * f.pick(0x1p64, 0x1p128), x);
  V root = f.sqrt(inside);
  V y = 1.0 / root;
  V missing = f.fma(-y, root, 1.0);
  V residual = f.fma(-root, root, inside);
  V better = f.fma(y, f.fma(residual * -0.5, y * y, missing), y);
  V ordinary = f.lt(f.abs(residual), infinity);
  V result = f.select(ordinary, f.select(f.gt(inside, 0.0), better, y), y);
  return result * f.select(small, f.pick(0x1p32, 0x1p64), 1.0);
}

V emitReciprocal(Formula &f, V x) { return 1.0 / x; }

Pair sqrtOf(Formula &f, Pair x) {
  V root = f.sqrt(x.hi);
  V rest = (f.fma(-root, root, x.hi) + x.lo) * 0.5 / root;
  return {root, f.select(f.gt(root, 0.0), rest, 0.0)};
}

V emitCbrt(Formula &f, V x) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  V a = f.abs(x);
  V ordinary = f.bitAnd(f.gt(a, 0.0), f.lt(a, infinity));
  SplitLogarithm split = splitLogarithm(f, f.select(ordinary, a, 1.0));
  // x = 2^(3 q + e) m, e in {-1, 0, 1}
  V q = f.roundEven(split.k * (1.0 / 3));
  V e = f.fma(q, -3.0, split.k);
  V m = split.z + 1.0;
  V up = f.gt(e, 0.5), down = f.lt(e, -0.5);
  V scaled = m * f.select(up, 2.0, f.select(down, 0.5, 1.0));
  V inverse = f.horner(coefficients::inverseCbrt64, m) *
              f.select(up, 0x1.965fea53d6e3dp-1, f.select(down, 0x1.428a2f98d728bp+0, 1.0));
  V missing = f.fma(-(scaled * inverse), inverse * inverse, 1.0);
  inverse = f.fma(inverse * missing, f.fma(missing, 2.0 / 9, 1.0 / 3), inverse);
  V y = scaled * inverse * inverse;
  Pair square = f.twoProduct(y, y);
  V residual = f.fma(-square.hi, y, scaled) - square.lo * y;
  y = f.fma(residual * (1.0 / 3), inverse * inverse, y);
  return f.select(ordinary, f.copySign(y * f.powerOfTwo(q), x), x + x);
}

V emitHypot(Formula &f, V x, V y) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  V a = f.abs(x), b = f.abs(y);
  V swap = f.lt(a, b);
  V large = f.select(swap, b, a), small = f.select(swap, a, b);
  V huge = f.gt(large, 0x1p500), tiny = f.lt(large, 0x1p-400);
  V down = f.select(huge, 0x1p-600, f.select(tiny, 0x1p600, 1.0));
  V up = f.select(huge, 0x1p600, f.select(tiny, 0x1p-600, 1.0));
  Pair first = f.twoProduct(large * down, large * down);
  Pair second = f.twoProduct(small * down, small * down);
  Pair sum = f.fastTwoSum(first.hi, second.hi);
  Pair root = sqrtOf(f, {sum.hi, sum.lo + (first.lo + second.lo)});
  V result = (root.hi + root.lo) * up;
  result = f.select(f.eq(large, 0.0), 0.0, result);
  result = f.select(f.isNan(x), x, f.select(f.isNan(y), y, result));
  V infinite = f.bitOr(f.eq(a, infinity), f.eq(b, infinity));
  return f.select(infinite, infinity, result);
}

V emitFloor(Formula &f, V x) { return f.floor(x); }
V emitCeil(Formula &f, V x) { return f.ceil(x); }
V emitRound(Formula &f, V x) { return f.roundEven(x); }

} // namespace mercer::lowering
