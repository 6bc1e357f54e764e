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

namespace {

/// The elements of a vector from `first` on: `count` of them, or all.
Tensor elements_of(const Tensor &x, int first, int count) {
  Index k("k", count < 0 ? extent(x, 0) - first : Expr(count));
  return Tensor(k, x(k + first));
}

void check_dimensions(const char *function, const char *argument, int given, int least) {
  if (given < least)
    throw Error(ErrorCode::bad_option,
                std::string(function) + ", argument '" + argument + "': expected a whole number of at least " +
                    std::to_string(least) + ", given " + std::to_string(given),
                {});
}

} // namespace

Kernel ard(const Kernel &k, const Tensor &lengths) {
  return warped(k, [lengths](const Tensor &x) { return x / lengths; });
}

Kernel on_dimensions(const Kernel &k, int first, int count) {
  check_dimensions("on_dimensions", "first", first, 0);
  check_dimensions("on_dimensions", "count", count, 1);
  return warped(k, [=](const Tensor &x) { return elements_of(x, first, count); });
}

Kernel tensor_product(const Kernel &a, const Kernel &b, int split) {
  check_dimensions("tensor_product", "split", split, 1);
  return Kernel([=](const Tensor &x, const Tensor &y) {
    return a(elements_of(x, 0, split), elements_of(y, 0, split)) *
           b(elements_of(x, split, -1), elements_of(y, split, -1));
  });
}

Kernel normalized(const Kernel &k) {
  return Kernel([=](const Tensor &x, const Tensor &y) {
    Expr xx = k(x, x), yy = k(y, y), none = xx <= 0.0 || yy <= 0.0;
    return where(none, 0.0, k(x, y) * rsqrt(where(none, 1.0, xx)) * rsqrt(where(none, 1.0, yy)));
  });
}

} // namespace mercer
