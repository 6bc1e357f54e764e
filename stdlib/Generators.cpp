// Divergences by their generator.
#include "mercer/stdlib/Generators.h"

namespace mercer::divergences {

namespace {

void check_function(const char *entry, const char *argument,
                    const std::function<Expr(const Expr &)> &function) {
  if (!function)
    throw Error(ErrorCode::empty_function,
                std::string(entry) + ": '" + argument + "' must be a function, but is empty", {});
}

} // namespace

Tensor by_generator(const Tensor &p, const Tensor &q, const std::function<Expr(const Expr &)> &f) {
  check_function("by_generator", "f", f);
  Index b("b"), v("v");
  Expr inside = q(b, v) > 0.0, divisor = where(inside, q(b, v), 1.0);
  return Tensor(b, sum(v, q(b, v) * f(p(b, v) / divisor), inside));
}

Tensor bregman_by_generator(const Tensor &p, const Tensor &q, const std::function<Expr(const Expr &)> &phi) {
  check_function("bregman_by_generator", "phi", phi);
  Index b("b"), v("v");
  Expr slope = derivative(phi, q(b, v));
  return Tensor(b, sum(v, phi(p(b, v)) - phi(q(b, v)) - slope * (p(b, v) - q(b, v))));
}

} // namespace mercer::divergences
