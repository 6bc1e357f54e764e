// Composition of kernels.
#include "mercer/stdlib/Kernel.h"

namespace mercer {

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

Tensor kernel_matrix(const Kernel &k, const Tensor &x, const Tensor &y) {
  for (const Tensor *points : {&x, &y})
    if (points->rank() != 2)
      throw Error(ErrorCode::rank_mismatch,
                  "kernel_matrix, argument '" +
                      (points->name().empty() ? std::string("points") : points->name()) +
                      "': expected rank 2, one row a point, given rank " + std::to_string(points->rank()));
  Index i("i"), j("j");
  return Tensor({i, j}, k(x[i], y[j]));
}

Kernel map(const Kernel &k, const std::function<Expr(const Expr &)> &f) {
  return Kernel([=](const Tensor &x, const Tensor &y) { return f(k(x, y)); });
}

Kernel warped(const Kernel &k, std::function<Tensor(const Tensor &)> warp) {
  return Kernel(
      [k, warp = std::move(warp)](const Tensor &x, const Tensor &y) { return k(warp(x), warp(y)); });
}

} // namespace mercer
