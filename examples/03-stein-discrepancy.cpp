// Kernels compose; derivatives inside an expression; compiled against interpreted.
#include <mercer/mercer.h>

#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

using namespace mercer;

Expr stein_kernel(const Kernel &k, const Tensor &x, const Tensor &y, const Tensor &score_x,
                  const Tensor &score_y) {
  Index l("l"), m("m"), p("p");
  Tensor dk_dx = gradient([&](const Tensor &u) { return k(u, y); }, x);
  Tensor dk_dy = gradient([&](const Tensor &v) { return k(x, v); }, y);
  // trace of d^2 k / dx dy
  Expr trace = sum(
      l, gradient([&](const Tensor &u) { return gradient([&](const Tensor &v) { return k(u, v); }, y)(l); },
                  x)(l));
  return k(x, y) * dot(score_x, score_y) + dot(score_x, dk_dy) + dot(score_y, dk_dx) + trace;
}

int main() {
  const int n = 60, d = 3;
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  std::vector<double> X(n * d);
  for (double &value : X)
    value = 0.4 + normal(random);

  Index i("i"), j("j"), c("c");
  Tensor x("x", 2);
  Tensor score({i, c}, -x(i, c)); // of the standard normal distribution
  Kernel k = 0.3 * kernels::rbf(1.5) + kernels::imq() * kernels::matern52(2.0);
  Expr u_statistic = mean({i, j}, stein_kernel(k, x[i], x[j], score[i], score[j]), i != j);
  Program ksd("ksd", {x}, {{"ksd", u_statistic}});

  const double compiled = jit(ksd)(view(X, {n, d})).item<double>();
  const double defined = interpret(ksd)(view(X, {n, d})).item<double>();
  std::printf("%s\ncompiled %.15g interpreted %.15g\n", to_text(u_statistic).c_str(), compiled, defined);
  return std::abs(compiled - defined) < 1e-10 * (1 + std::abs(defined)) ? 0 : 1;
}
