// The elementary functions by family; each emits its function of a formula's values.
#ifndef MERCER_COMPILER_LOWERING_MATH_FAMILIES_H
#define MERCER_COMPILER_LOWERING_MATH_FAMILIES_H

#include "compiler/lowering/math/Formula.h"

namespace mercer::lowering {

/// x = n ln 2 + r + lo, n integral, |r| <= ln 2 / 2.
struct ReducedExponent {
  V n;  ///< the power of two of e^x
  V r;  ///< the rest
  V lo; ///< what rounding the rest lost
};

/// Splits a finite x whose e^x is at most a few powers of two beyond the representable ones.
ReducedExponent reduceExponent(Formula &f, V x);
/// e^r - 1 - r with `lo` added, for a reduced exponent.
V exponentialTail(Formula &f, const ReducedExponent &reduced);
/// e^(r + lo) as a sum.
Pair exponentialPair(Formula &f, const ReducedExponent &reduced);
/// (e^x - 1) / 2 as a sum, for x within the exponents of normal values.
Pair halfExpm1(Formula &f, V x);
/// e^-x as a sum for x >= 0; NaN passes.
Pair decay(Formula &f, V x);

V emitExp(Formula &f, V x);
V emitExp2(Formula &f, V x);
V emitExpm1(Formula &f, V x);

/// log(1 + z) - z for |z| <= 1/3.
V logTail(Formula &f, V z);

V emitLog(Formula &f, V x);
V emitLog2(Formula &f, V x);
V emitLog1p(Formula &f, V x);

V emitTanh(Formula &f, V x);
V emitSigmoid(Formula &f, V x);
V emitSoftplus(Formula &f, V x);
V emitLogSigmoid(Formula &f, V x);

V emitErf(Formula &f, V x);
V emitErfc(Formula &f, V x);

V emitSqrt(Formula &f, V x);
V emitRsqrt(Formula &f, V x);

} // namespace mercer::lowering

#endif
