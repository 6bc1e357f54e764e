// Sums over kernels that never store the matrix.
#pragma once

#include "mercer/stdlib/Entry.h"

namespace mercer::stdlib::operators {

inline constexpr auto gaussian_kernel_matvec = define(
    Spec<4>{
        .name = "gaussian_kernel_matvec",
        .summary = "y(i) = sum over j of exp(-|q_i - k_j|^2 / (2 sigma^2)) x(j).",
        .source = "Charlier et al., Kernel Operations on the GPU, with Autodiff, JMLR 22(74), 2021 (KeOps)",
        .parameters = {{points("q", "i,k", "query points"), points("k", "j,k", "key points"),
                        points("x", "j", "vector (or matrix j,c) to multiply"),
                        number("sigma", 1.0, 0.0, 1e30, "bandwidth")}},
        .known = {R"({"q": [[0.2, 0.1], [1, -0.5]], "k": [[0, 0]], "x": [1]})",
                  "[0.9753099120283326, 0.5352614285189903]"},
    },
    [](const Tensor &q, const Tensor &k, const Tensor &x, const Expr &sigma) {
      Index i("i"), j("j"), c("c");
      Expr weight = exp(-squared_distance(q[i], k[j]) / (2.0 * square(sigma)));
      if (x.rank() == 2)
        return Tensor({i, c}, sum(j, weight * x(j, c)));
      return Tensor(i, sum(j, weight * x(j)));
    });

inline constexpr auto kde = define(
    Spec<3>{
        .name = "kde",
        .summary = "Logarithm of the Gaussian kernel density estimate of the data y at the points x.",
        .source = "Parzen, Ann. Math. Statist. 33(3), 1962; scikit-learn KernelDensity",
        .parameters = {{points("x", "j,d", "queries"), points("y", "i,d", "data"),
                        number("h", 1.0, 0.0, 1e30, "bandwidth")}},
        .known = {R"({"x": [[0.2]], "y": [[0], [0.5], [3]], "h": 0.7})", "[-1.033550719009263]"},
        .tolerance = 1e-9,
    },
    [](const Tensor &x, const Tensor &y, const Expr &h) {
      Index j("j"), i("i");
      Expr count = to_real(extent(y, 0)), d = to_real(extent(y, 1));
      Expr density = logsumexp(i, -squared_distance(x[j], y[i]) / (2.0 * square(h)));
      return Tensor(j, density - log(count) - d * (log(h) + 0.9189385332046728));
    });

} // namespace mercer::stdlib::operators
