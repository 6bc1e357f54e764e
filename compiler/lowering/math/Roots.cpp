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

} // namespace mercer::lowering
