// The elementary functions by family; each emits its function of a formula's values.
#ifndef MERCER_COMPILER_LOWERING_MATH_FAMILIES_H
#define MERCER_COMPILER_LOWERING_MATH_FAMILIES_H

#include "compiler/lowering/math/Formula.h"

namespace mercer::lowering {

// emit<Name> emits the function that Math.cpp lists under that name.

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
/// e^-x as a sum for x >= 0, to within 1/20 ulp where it is normal; NaN passes.
Pair decay(Formula &f, V x);

V emitExp(Formula &f, V x);
V emitExp2(Formula &f, V x);
/// 2^x for x up to 62 or NaN, as it is where the power is at most one but for rounding.
V emitExp2AtMostOne(Formula &f, V x);
/// 2^x for x up to 126 or infinite, as a term of a sum of at least about 1 needs it: 0 below the smallest normal number.
V emitExp2OfTerm(Formula &f, V x);
V emitExpm1(Formula &f, V x);

V emitLog(Formula &f, V x);
V emitLog2(Formula &f, V x);
V emitLog1p(Formula &f, V x);

/// x = 2^k (1 + z), z in [-1/3, 1/3].
struct SplitLogarithm {
  V k; ///< the power of two
  V z; ///< the rest
};

/// Splits a positive finite x.
SplitLogarithm splitLogarithm(Formula &f, V x);
/// log(1 + x.hi + x.lo) for f64 and a finite 1 + x > 0; x.hi in place of it where it is tiny.
V log1pOf(Formula &f, Pair x);

V emitXlogx(Formula &f, V x);
V emitXlogy(Formula &f, V x, V y);
V emitLog1mexp(Formula &f, V x);

V emitSin(Formula &f, V x);
V emitCos(Formula &f, V x);
V emitTan(Formula &f, V x);

/// x = n pi / 2 + r: a multiple of a quarter turn, right modulo 4, and a rest of at most an eighth of a turn.
struct QuarterTurns {
  V n;    ///< how many
  Pair r; ///< the rest
};

/// Splits any finite x of f64; the rest of others is NaN.
QuarterTurns splitQuarterTurns(Formula &f, V x);

V emitAsin(Formula &f, V x);
V emitAcos(Formula &f, V x);
V emitAtan(Formula &f, V x);
V emitAtan2(Formula &f, V y, V x);

V emitSinh(Formula &f, V x);
V emitCosh(Formula &f, V x);
V emitAsinh(Formula &f, V x);
V emitAcosh(Formula &f, V x);
V emitAtanh(Formula &f, V x);

V emitTanh(Formula &f, V x);
V emitSigmoid(Formula &f, V x);
V emitSoftplus(Formula &f, V x);
V emitLogSigmoid(Formula &f, V x);

V emitErf(Formula &f, V x);
V emitErfc(Formula &f, V x);
V emitNormalCdf(Formula &f, V x);
V emitLogNormalCdf(Formula &f, V x);

V emitSqrt(Formula &f, V x);
V emitRsqrt(Formula &f, V x);
V emitReciprocal(Formula &f, V x);
V emitCbrt(Formula &f, V x);
V emitHypot(Formula &f, V x, V y);
V emitPow(Formula &f, V x, V y);

/// The square root of a sum.
Pair sqrtOf(Formula &f, Pair x);

V emitFloor(Formula &f, V x);
V emitCeil(Formula &f, V x);
V emitRound(Formula &f, V x);

} // namespace mercer::lowering

#endif
