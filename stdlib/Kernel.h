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

} // namespace mercer
