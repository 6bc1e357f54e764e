#!/usr/bin/env python3
"""Fits the polynomials of this folder and prints Coefficients.h (needs mpmath).

Each fit is a weighted least-squares fit on Chebyshev points, which is within a fraction of a bit of the minimax one;
coefficients are rounded to the type one after the other, lowest first, the rest fitted again each time.
"""
import textwrap
from mpmath import mp, mpf, cos, pi, matrix, lu_solve, log, log1p, exp, expm1, erf, erfc, sqrt, sin, atan, asin, tan

mp.dps = 60


def round_to(c, bits):
    if c == 0:
        return mpf(0)
    with mp.workprec(bits):
        return +c


def solve(points, values, weights, powers, mid, half):
    """Least squares in Chebyshev-like scaled monomials; returns coefficients of x^p."""
    n = len(powers)
    rows = [[w * (x / scale_of(mid, half)) ** p for p in powers] for x, w in zip(points, weights)]
    a, b = matrix(n, n), matrix(n, 1)
    for i in range(n):
        b[i] = sum(r[i] * w * v for r, w, v in zip(rows, weights, values))
        for j in range(i, n):
            a[i, j] = a[j, i] = sum(r[i] * r[j] for r in rows)
    with mp.workdps(120):
        c = lu_solve(a, b)
    return [c[i] / scale_of(mid, half) ** powers[i] for i in range(n)]


def scale_of(mid, half):
    return abs(mid) + half


def table(name, numbers):
    text = ", ".join(repr(float(c)) for c in numbers)
    print(f"inline constexpr double {name}[] = {{")
    print(textwrap.fill(text, 110, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False))
    print("};\n", flush=True)


def fit(name, f, lo, hi, degree, bits, weight=lambda x: mpf(1), exact_from=0):
    lo, hi = mpf(lo), mpf(hi)
    mid, half = (lo + hi) / 2, (hi - lo) / 2
    count = 3 * (degree + 1) + 8
    with mp.workdps(100):
        points = [mid + half * cos(pi * (2 * i + 1) / (2 * count)) for i in range(count)]
        values = [f(x) for x in points]
        weights = [weight(x) for x in points]
        done, left = [], list(values)
        for k in range(degree + 1):
            # rounding matters for the low coefficients only; refit for those
            if k == 0 or bits < 53 or k < 3:
                rest = solve(points, left, weights, list(range(k, degree + 1)), mid, half)
            else:
                rest = rest[1:]
            c = round_to(rest[0], bits)
            done.append(c)
            left = [v - c * x**k for v, x in zip(left, points)]
    error = max(abs(w * r) for w, r in zip(weights, left))
    print(f"/// Largest weighted error at the fitted points: {mp.nstr(error, 3)}.")
    table(name, done)


def both(name, f, lo, hi, d32, d64, weight=lambda x: mpf(1)):
    if d32 is not None:
        fit(name + "32", f, lo, hi, d32, 24, weight)
    if d64 is not None:
        fit(name + "64", f, lo, hi, d64, 53, weight)


def near(f, limit):
    """f, with its limit at 0."""
    return lambda x: f(x) if abs(x) > mpf(10) ** -30 else mpf(limit)


def near_float(c0, reach=3000):
    """c of 24 bits near c0 whose -log(c) is a number of 24 bits to within a thousandth of an ulp, and that number."""
    def distance(c):
        return abs(log(c) + round_to(-log(c), 24))
    c = min((round_to(c0 + k * mpf(2) ** -24, 24) for k in range(-reach, reach + 1)), key=distance)
    return c, round_to(-log(c), 24)


def erfcx(a):
    with mp.workdps(60):
        return exp(a * a) * erfc(a)


def main():
    print("// Made by fit.py: the coefficients of the polynomials, lowest power first.")
    print("#ifndef MERCER_COMPILER_LOWERING_MATH_COEFFICIENTS_H")
    print("#define MERCER_COMPILER_LOWERING_MATH_COEFFICIENTS_H\n")
    print("namespace mercer::lowering::coefficients {\n")
    h = log(2) / 2 * mpf("1.0003")
    print("// (exp(r) - 1 - r) / r^2, |r| <= ln 2 / 2")
    both("expTail", near(lambda r: (expm1(r) - r) / r**2, 0.5), -h, h, 4, 9, lambda r: r * r + mpf("1e-9"))
    fit("expTailNarrow", near(lambda r: (expm1(r) - r) / r**2, 0.5), -h, h, 6, 53, lambda r: abs(r) + mpf("1e-6"))
    print("// the same, for e^r - 1")
    both("expm1Tail", near(lambda r: (expm1(r) - r) / r**2, 0.5), -h, h, 5, 10, lambda r: abs(r) + mpf("1e-6"))
    print("// the same, |r| <= ln 2 / 32, and 2^(j / 16) as sums of two numbers, j from 0 to 15")
    fit("expTail16th32", near(lambda r: (expm1(r) - r) / r**2, 0.5), -h / 16, h / 16, 1, 24, lambda r: r * r)
    powers = [mpf(2) ** (mpf(j) / 16) for j in range(16)]
    table("sixteenthPowers32", [round_to(p, 24) for p in powers])
    table("sixteenthPowersLow32", [round_to(p - round_to(p, 24), 24) for p in powers])
    print("// (2^r - 1) / r, |r| <= 1/2")
    both("exp2Factor", near(lambda r: expm1(r * log(2)) / r, log(2)), -0.5001, 0.5001, 5, 11, lambda r: abs(r) + mpf("1e-9"))
    print("// (log(1 + f) - f) / f^2, |f| <= 1/3")
    both("logTail", near(lambda f: (log1p(f) - f) / f**2, -0.5), -0.33334, 0.33334, 8, 19, lambda f: abs(f) + mpf("1e-6"))
    fit("log2Tail32", near(lambda f: (log1p(f) - f) / f**2, -0.5), -0.33334, 0.33334, 9, 24,
        lambda f: abs(f) + mpf("1e-6"))
    fit("logTailNarrow", near(lambda f: (log1p(f) - f) / f**2, -0.5), -0.33334, 0.33334, 12, 53,
        lambda f: abs(f) + mpf("1e-6"))
    print("// the same on [-1/4, 1/2]")
    both("log1pTail", near(lambda f: (log1p(f) - f) / f**2, -0.5), -0.25001, 0.50001, 9, 20, lambda f: abs(f) + mpf("1e-6"))
    print("// the same on [-0.03, 0.067]; below 0 next to numbers of at least 0.067")
    fit("log1pTailNearZero32", near(lambda f: (log1p(f) - f) / f**2, -0.5), -0.0306, 0.0667, 3, 24,
        lambda f: f if f > 0 else f * f / 0.0667)
    print("// c = 1 / (1 + e) near the middle of e in [j / 15, (j + 1) / 15], j from 0 to 14, and -log(c); c = 1 at 0, and for j = -1")
    cells = [near_float(1 / (1 + (j + mpf(0.5)) / 15)) for j in range(1, 15)]
    table("log1pInverse32", [1, *(c for c, _ in cells), 1])
    table("log1pBase32", [0, *(base for _, base in cells), 0])
    print("// erf(x) / x - 1 in s = x^2, |x| <= 1")
    both("erfSmall", near(lambda s: erf(sqrt(abs(s))) / sqrt(abs(s)) - 1, 2 / sqrt(pi) - 1), 0, 1.0001, 6, 13)
    print("// -log(erfc(a)) / a, 1 <= a <= 4")
    fit("erfLarge32", lambda a: -log(erfc(a)) / a, 0.9999, 4.0, 8, 24, lambda a: a * erfc(a))
    print("// (1 + 2 a) exp(a^2) erfc(a) in t = (a - 4) / (a + 4), a >= 0")
    def scaled(t):
        if t > 1 - mpf(10) ** -20: return 2 / sqrt(pi)
        a = 4 * (1 + t) / (1 - t)
        if a > 200:
            s = mpf(1); term = mpf(1)
            for k in range(1, 12):
                term *= -(2 * k - 1) / (2 * a * a); s += term
            return (1 + 2 * a) * s / (a * sqrt(pi))
        return (1 + 2 * a) * erfcx(a)
    fit("erfcScaled64", scaled, -1, 1, 24, 53)
    fit("erfcScaledNarrow", scaled, -1, 1, 13, 53)

    quarter = (pi / 4) ** 2 * mpf("1.0001")
    near_root = lambda g, limit: near(lambda s: g(sqrt(abs(s))), limit)
    print("// (sin(r) / r - 1) / s in s = r^2, |r| <= pi / 4")
    fit("sinTail64", near_root(lambda r: (sin(r) / r - 1) / r**2, -mpf(1) / 6), 0, quarter, 6, 53)
    print("// (cos(r) - 1 + s / 2) / s^2 in s = r^2, |r| <= pi / 4")
    fit("cosTail64", near_root(lambda r: (cos(r) - 1 + r**2 / 2) / r**4, mpf(1) / 24), 0, quarter, 6, 53)
    print("// the same two for results that are rounded to f32")
    fit("sinTailNarrow", near_root(lambda r: (sin(r) / r - 1) / r**2, -mpf(1) / 6), 0, quarter, 3, 53)
    fit("cosTailNarrow", near_root(lambda r: (cos(r) - 1 + r**2 / 2) / r**4, mpf(1) / 24), 0, quarter, 2, 53)
    print("// (atan(z) / z - 1) / s in s = z^2, |z| <= sqrt(2) - 1")
    fit("atanTail64", near_root(lambda z: (atan(z) / z - 1) / z**2, -mpf(1) / 3), 0, 0.1717, 12, 53)
    fit("atanTailNarrow", near_root(lambda z: (atan(z) / z - 1) / z**2, -mpf(1) / 3), 0, 0.1717, 6, 53)
    print("// m^(-1/3), m in [2/3, 4/3]")
    fit("inverseCbrt64", lambda m: m ** (-mpf(1) / 3), 0.6666, 1.3334, 7, 53)
    print("// (atanh(s) / s - 1 - w / 3) / w^2 in w = s^2, s = z / (2 + z), |z| <= 1/3")
    fit("logRatioTail64", near_root(lambda z: (mp.atanh(z) / z - 1 - z**2 / 3) / z**4, mpf(1) / 5), 0, 0.0401, 8, 53)
    print("} // namespace mercer::lowering::coefficients\n")
    print("#endif")


main()
