// a(i) = sum_j exp(-gamma |x_i - y_j|^2) b(j), and its gradient, without a matrix of n*m.
#include <mercer/mercer.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

using namespace mercer;

int main() {
  const int n = 1000, m = 800, d = 3;
  std::vector<float> X(n * d), Y(m * d), B(m), A(n), seed(n, 1.0f);
  for (int p = 0; p < n * d; ++p)
    X[p] = std::sin(0.37f * p);
  for (int p = 0; p < m * d; ++p)
    Y[p] = std::cos(0.21f * p);
  for (int p = 0; p < m; ++p)
    B[p] = 1.0f / (1 + p % 7);

  Index i("i"), j("j"), k("k");
  Tensor x("x", 2), y("y", 2), b("b", 1);
  Scalar gamma("gamma");
  Expr distance2 = sum(k, square(x(i, k) - y(j, k)));
  Program matvec("gaussian_matvec", {x, y, b, gamma}, {{"a", i, sum(j, exp(-gamma * distance2) * b(j))}});

  Function f = jit(matvec);
  f.run({view(X, {n, d}), view(Y, {m, d}), view(B, {m}), 0.5}, {view(A, {n})});

  double worst = 0;
  for (int p = 0; p < n; ++p) {
    double expected = 0;
    for (int q = 0; q < m; ++q) {
      double r = 0;
      for (int c = 0; c < d; ++c)
        r += std::pow(double(X[p * d + c]) - Y[q * d + c], 2);
      expected += std::exp(-0.5 * r) * B[q];
    }
    worst = std::max(worst, std::abs(A[p] - expected) / (1 + std::abs(expected)));
  }
  std::printf("largest relative difference %.2e\n", worst);

  Function with_gradient = jit(vjp(matvec, {x, gamma}));
  auto [a, dx, dgamma] =
      with_gradient.call<3>(view(X, {n, d}), view(Y, {m, d}), view(B, {m}), 0.5, view(seed, {n}));
  std::printf("a[0] %g  dx[0] %g  dgamma %g\n", a.data<float>()[0], dx.data<float>()[0],
              dgamma.item<double>());
  return worst < 1e-5 ? 0 : 1;
}
