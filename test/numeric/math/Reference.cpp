#include "test/numeric/math/Reference.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mpfr.h>

namespace mercer::test {

using Real = long double;

static constexpr Real infinity = HUGE_VALL;

// The normal distribution by MPFR: the argument of erfc needs more bits than a long double has.
static Real normalCdf(Real x, bool logarithm) {
  if (std::isnan(x))
    return x;
  if (logarithm && x == -infinity)
    return -infinity;
  static mpfr_t value, root;
  static bool ready = false;
  if (!ready) {
    mpfr_inits2(200, value, root, nullptr);
    mpfr_sqrt_ui(root, 2, MPFR_RNDN);
    ready = true;
  }
  if (logarithm && x < -1e4L) // -x^2/2 - log(-x sqrt(2 pi)): the next term is 1 / x^2
    return -x * x / 2 - logl(-x) - 0.918938533204672741780329736405617639861L;
  mpfr_set_ld(value, -x, MPFR_RNDN);
  mpfr_div(value, value, root, MPFR_RNDN);
  mpfr_erfc(value, value, MPFR_RNDN);
  mpfr_div_ui(value, value, 2, MPFR_RNDN);
  if (logarithm && x > 5) { // log1p keeps what erfc near 2 loses
    mpfr_set_ld(value, x, MPFR_RNDN);
    mpfr_div(value, value, root, MPFR_RNDN);
    mpfr_erfc(value, value, MPFR_RNDN);
    mpfr_div_si(value, value, -2, MPFR_RNDN);
    mpfr_log1p(value, value, MPFR_RNDN);
  } else if (logarithm) {
    mpfr_log(value, value, MPFR_RNDN);
  }
  return mpfr_get_ld(value, MPFR_RNDN);
}

static Real log1mexp(Real x) { return x > 0.6931L ? log1pl(-expl(-x)) : logl(-expm1l(-x)); }
static Real sigmoid(Real x) { return x < 0 ? expl(x) / (1 + expl(x)) : 1 / (1 + expl(-x)); }
static Real softplus(Real x) { return x > 0 ? x + log1pl(expl(-x)) : log1pl(expl(x)); }
static Real xlogy(Real x, Real y) { return x == 0 && !std::isnan(y) ? 0 : x * logl(y); }

const std::vector<Reference> &references() {
  static std::vector<Reference> list = {
#define ONE(name, expression) {#name, 1, [](Real x, Real) -> Real { return expression; }, 0, 0}
#define TWO(name, expression) {#name, 2, [](Real x, Real y) -> Real { return expression; }, 0, 0}
      ONE(exp, expl(x)),
      ONE(exp2, exp2l(x)),
      {"exp2_at_most_one", 1, [](Real x, Real) -> Real { return exp2l(x); }, 1, 1, Reference::Use::atMostOne},
      {"exp2_of_term", 1, [](Real x, Real) -> Real { return exp2l(x); }, 1, 1, Reference::Use::terms},
      ONE(expm1, expm1l(x)),
      ONE(log, logl(x)),
      ONE(log2, log2l(x)),
      ONE(log1p, log1pl(x)),
      ONE(tanh, tanhl(x)),
      ONE(sigmoid, sigmoid(x)),
      ONE(softplus, softplus(x)),
      ONE(log_sigmoid, -softplus(-x)),
      ONE(erf, erfl(x)),
      ONE(erfc, erfcl(x)),
      ONE(sqrt, sqrtl(x)),
      ONE(rsqrt, 1 / sqrtl(x)),
      ONE(xlogx, x == 0 ? 0 : x * logl(x)),
      TWO(xlogy, xlogy(x, y)),
      ONE(log1mexp, log1mexp(x)),
      ONE(sin, sinl(x)),
      ONE(cos, cosl(x)),
      ONE(tan, tanl(x)),
      ONE(asin, asinl(x)),
      ONE(acos, acosl(x)),
      ONE(atan, atanl(x)),
      TWO(atan2, atan2l(x, y)),
      ONE(sinh, sinhl(x)),
      ONE(cosh, coshl(x)),
      ONE(asinh, asinhl(x)),
      ONE(acosh, acoshl(x)),
      ONE(atanh, atanhl(x)),
      ONE(normal_cdf, normalCdf(x, false)),
      ONE(log_normal_cdf, normalCdf(x, true)),
      ONE(reciprocal, 1 / x),
      ONE(cbrt, cbrtl(x)),
      TWO(hypot, hypotl(x, y)),
      TWO(pow, powl(x, y)),
      ONE(floor, floorl(x)),
      ONE(ceil, ceill(x)),
      ONE(round, rintl(x)),
#undef ONE
#undef TWO
  };
  for (Reference &reference : list) {
#define MERCER_ELEMENTWISE(row, operands, signature, ulpF32, ulpF64)                                         \
  if (reference.name == #row) {                                                                              \
    reference.boundF32 = ulpF32;                                                                             \
    reference.boundF64 = ulpF64;                                                                             \
  }
#include "dsl/ops/Elementwise.def"
  }
  return list;
}

} // namespace mercer::test
