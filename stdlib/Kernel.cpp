// Composition of kernels.
#include "mercer/stdlib/Kernel.h"

namespace mercer {

Kernel::Kernel(std::function<Expr(const Tensor &, const Tensor &)> value) : value_(std::move(value)) {
  if (!value_)
    throw Error(ErrorCode::empty_function, "Kernel: 'value' must be a function, but is empty", {});
}

Kernel operator+(const Kernel &a, const Kernel &b) {
  return Kernel([=](const Tensor &x, const Tensor &y) { return a(x, y) + b(x, y); });
}

Kernel operator*(const Kernel &a, const Kernel &b) {
  return Kernel([=](const Tensor &x, const Tensor &y) { return a(x, y) * b(x, y); });
}

Kernel operator-(const Kernel &a, const Kernel &b) {
  return Kernel([=](const Tensor &x, const Tensor &y) { return a(x, y) - b(x, y); });
}

Kernel operator+(const Kernel &k, const Expr &constant) {
  return Kernel([=](const Tensor &x, const Tensor &y) { return k(x, y) + constant; });
}

Kernel operator+(const Expr &constant, const Kernel &k) {
  return Kernel([=](const Tensor &x, const Tensor &y) { return constant + k(x, y); });
}

Kernel operator*(const Expr &scale, const Kernel &k) {
  return Kernel([=](const Tensor &x, const Tensor &y) { return scale * k(x, y); });
}

Kernel operator*(const Kernel &k, const Expr &scale) {
  return Kernel([=](const Tensor &x, const Tensor &y) { return k(x, y) * scale; });
}

Tensor kernel_matrix(const Kernel &k, const Tensor &x, const Tensor &y, std::source_location where) {
  for (const Tensor *points : {&x, &y})
    if (points->rank() != 2)
      throw Error(ErrorCode::rank_mismatch,
                  "kernel_matrix, argument '" +
                      (points->name().empty() ? std::string("points") : points->name()) +
                      "': expected rank 2, one row a point, given rank " + std::to_string(points->rank()),
                  where);
  Index i("i"), j("j");
  return Tensor({i, j}, k(x[Subscript(i, where)], y[Subscript(j, where)]), where);
}

Kernel map(const Kernel &k, const std::function<Expr(const Expr &)> &f) {
  return Kernel([=](const Tensor &x, const Tensor &y) { return f(k(x, y)); });
}

Kernel warped(const Kernel &k, std::function<Tensor(const Tensor &)> warp) {
  return Kernel(
      [k, warp = std::move(warp)](const Tensor &x, const Tensor &y) { return k(warp(x), warp(y)); });
}

} // namespace mercer
