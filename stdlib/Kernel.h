// Kernels as values that compose.
#pragma once

#include "mercer/language.h"

namespace mercer {

/// k(x, y) of two vectors (rank-1 tensors), as a value.
class Kernel {
public:
  /// @throws Error(empty_function)
  Kernel(std::function<Expr(const Tensor &, const Tensor &)> value);
  Expr operator()(const Tensor &x, const Tensor &y) const { return value_(x, y); }

private:
  std::function<Expr(const Tensor &, const Tensor &)> value_;
};

Kernel operator+(const Kernel &, const Kernel &);
Kernel operator*(const Kernel &, const Kernel &);
Kernel operator-(const Kernel &, const Kernel &);
Kernel operator+(const Kernel &, const Expr &constant);
Kernel operator+(const Expr &constant, const Kernel &);
Kernel operator*(const Expr &scale, const Kernel &);
Kernel operator*(const Kernel &, const Expr &scale);
/// The tensor K(i, j) = k(x[i], y[j]) of two rank-2 tensors, one row a point.
Tensor kernel_matrix(const Kernel &, const Tensor &x, const Tensor &y,
                     std::source_location where = std::source_location::current());
/// f(k(x, y)): `map(k, [](const Expr &v) { return exp(v); })`.
Kernel map(const Kernel &, const std::function<Expr(const Expr &)> &f);
/// k(f(x), f(y)).
Kernel warped(const Kernel &, std::function<Tensor(const Tensor &)> warp);
/// k(x / lengths, y / lengths): a length for each dimension.
Kernel ard(const Kernel &, const Tensor &lengths);
/// k of the dimensions first .. first + count - 1 only. @throws Error(bad_option) for others than first >= 0, count >= 1
Kernel on_dimensions(const Kernel &, int first, int count);
/// a of the first `split` dimensions times b of the others. @throws Error(bad_option) for a split below 1
Kernel tensor_product(const Kernel &a, const Kernel &b, int split);
/// k(x, y) / sqrt(k(x, x) k(y, y)); 0 where a kernel of a point with itself is not above 0.
Kernel normalized(const Kernel &);

} // namespace mercer
