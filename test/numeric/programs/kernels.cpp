// Kernels that compose, divergences by their generator.
#include "Agree.h"

#include <mercer/kernels.h>
#include <mercer/stdlib/Generators.h>

#include <gtest/gtest.h>

using namespace mercer;
using namespace mercer::test;

namespace {

class Kernels : public ::testing::Test {
protected:
  Tensor x{"x", 2}, y{"y", 2}, l{"l", 1};
  Index i{"i"}, j{"j"}, v{"v"};

  /// The sum of a kernel's matrix with weights of its own, against `value` of two rows.
  void check(const Kernel &k, const std::function<Number(const List &, int, int)> &value) {
    Tensor matrix = kernel_matrix(k, x, y);
    Program p("composed", {x, y, l},
              {{"total", sum({i, j}, matrix(i, j) * to_real(1 + i + 2 * j)) + 0.0 * sum(v, l(v))}});
    agree(p, {draw({3, 4}), draw({2, 4}), draw({4}, 0.5, 2)}, {x, y, l}, [&](const List &in) {
      Number total = 0;
      for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 2; ++j)
          total += value(in, i, j) * (1.0 + i + 2 * j);
      return List{scalar(total)};
    });
  }
};

/// |x_i - y_j|^2 of some of the dimensions, each over a length.
Number apart(const List &in, int i, int j, int first, int last, bool lengths = false) {
  Number total = 0;
  for (int k = first; k < last; ++k) {
    Number d = in[0](i, k) - in[1](j, k);
    if (lengths)
      d = d / in[2](k);
    total += d * d;
  }
  return total;
}

TEST_F(Kernels, aLengthForEachDimension) {
  check(ard(kernels::rbf(1.0), l),
        [](const List &in, int i, int j) { return exp(-0.5 * apart(in, i, j, 0, 4, true)); });
}

TEST_F(Kernels, someDimensions) {
  check(on_dimensions(kernels::rbf(1.0), 1, 2),
        [](const List &in, int i, int j) { return exp(-0.5 * apart(in, i, j, 1, 3)); });
}

TEST_F(Kernels, tensorProduct) {
  check(tensor_product(kernels::rbf(1.0), kernels::cauchy_kernel(2.0), 1), [](const List &in, int i, int j) {
    return exp(-0.5 * apart(in, i, j, 0, 1)) / (1.0 + 0.25 * apart(in, i, j, 1, 4));
  });
}

TEST_F(Kernels, normalized) {
  check(normalized(1.0 + kernels::linear()), [](const List &in, int i, int j) {
    Number xy = 1, xx = 1, yy = 1;
    for (int k = 0; k < 4; ++k) {
      xy += in[0](i, k) * in[1](j, k);
      xx += in[0](i, k) * in[0](i, k);
      yy += in[1](j, k) * in[1](j, k);
    }
    return xy / sqrt(xx * yy);
  });
}

TEST_F(Kernels, aPointWithoutLengthHasNoCosine) {
  Program p("zero", {x, y}, {{"k", {i, j}, kernel_matrix(normalized(kernels::linear()), x, y)(i, j)}});
  agree(p, {list({1, 2}, {0, 0}), list({1, 2}, {1, 2})}, {}, [](const List &) {
    return List{Values({1, 1})};
  });
}

TEST_F(Kernels, byGenerator) {
  Tensor d = divergences::by_generator(x, y, [](const Expr &r) { return r * log(r); });
  Tensor b = divergences::bregman_by_generator(x, y, [](const Expr &u) { return u * log(u); });
  Program p("generated", {x, y}, {{"total", sum(i, d(i)) + 3.0 * sum(i, b(i))}});
  agree(p, {draw({2, 3}, 0.2, 1), draw({2, 3}, 0.2, 1)}, {x, y}, [](const List &in) {
    Number total = 0;
    for (int i = 0; i < 2; ++i)
      for (int k = 0; k < 3; ++k) {
        Number a = in[0](i, k), c = in[1](i, k), kl = a * log(a / c);
        total += kl + 3.0 * (kl - a + c);
      }
    return List{scalar(total)};
  });
}

TEST_F(Kernels, refused) {
  auto text = [](auto body) {
    try {
      body();
    } catch (const Error &error) {
      return std::string(error.what());
    }
    return std::string("nothing thrown");
  };
  Kernel k = kernels::linear();
  EXPECT_NE(text([&] {
              on_dimensions(k, -1, 2);
            }).find("on_dimensions, argument 'first': expected a whole number of at least 0, given -1"),
            std::string::npos);
  EXPECT_NE(text([&] {
              on_dimensions(k, 0, 0);
            }).find("on_dimensions, argument 'count': expected a whole number of at least 1, given 0"),
            std::string::npos);
  EXPECT_NE(text([&] {
              tensor_product(k, k, 0);
            }).find("tensor_product, argument 'split': expected a whole number of at least 1, given 0"),
            std::string::npos);
  EXPECT_NE(text([&] {
              divergences::by_generator(x, y, {});
            }).find("by_generator: 'f' must be a function, but is empty"),
            std::string::npos);
}

} // namespace
