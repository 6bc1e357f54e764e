// Squared distances as products of rows and norms: no less exact than sums of squares of differences.
#include <mercer/runtime.h>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace mercer {
namespace {

struct Distances : ::testing::Test {
  Index i{"i"}, j{"j"}, k{"k"};
  Tensor x{"x", 2}, y{"y", 2};
  Expr squared = sum(k, square(x(i, k) - y(j, k)));
  Program program{"distances", {x, y}, {{"least", i, min(j, squared)}, {"largest", i, max(j, squared)}, {"nearest", i, argmin(j, squared)}}};

  std::int64_t rows = 70, columns = 37, features = 65;
  std::vector<float> a, b;
  std::mt19937 random{7};

  /// Points around `center`, `spread` apart.
  void draw(float center, float spread) {
    std::normal_distribution<float> normal;
    a.resize(static_cast<std::size_t>(rows * features));
    b.resize(static_cast<std::size_t>(columns * features));
    for (std::vector<float> *points : {&a, &b})
      for (float &value : *points)
        value = center + spread * normal(random);
  }

  std::vector<Argument> points() const { return {view(a, {rows, features}), view(b, {columns, features})}; }

  float &ofA(std::int64_t row, std::int64_t feature) { return a[static_cast<std::size_t>(row * features + feature)]; }
  float &ofB(std::int64_t row, std::int64_t feature) { return b[static_cast<std::size_t>(row * features + feature)]; }

  double trueDistance(std::int64_t p, std::int64_t q) {
    double total = 0;
    for (std::int64_t f = 0; f < features; ++f)
      total += std::pow(double(ofA(p, f)) - double(ofB(q, f)), 2);
    return total;
  }

  /// Each value within the first-order bound of a sum of squares of differences in f32.
  void check() {
    static Function f = jit(program);
    std::vector<Array> got = f.call_all(points());
    const double bound = static_cast<double>(features + 4) * 0x1p-24;
    for (std::int64_t p = 0; p < rows; ++p) {
      double least = HUGE_VAL, largest = -HUGE_VAL;
      for (std::int64_t q = 0; q < columns; ++q) {
        least = std::min(least, trueDistance(p, q));
        largest = std::max(largest, trueDistance(p, q));
      }
      const auto at = static_cast<std::size_t>(p);
      ASSERT_NEAR(got[0].data<float>()[at], least, bound * least + 0x1p-149) << "row " << p;
      if (largest < std::numeric_limits<float>::max())
        ASSERT_NEAR(got[1].data<float>()[at], largest, bound * largest + 0x1p-149) << "row " << p;
      double nearest = trueDistance(p, got[2].data<std::int64_t>()[at]);
      ASSERT_LE(nearest, least * (1 + 2 * bound)) << "row " << p;
    }
  }
};

TEST_F(Distances, ArePreferredAsProducts) { // else the others here would test nothing
  draw(0, 1);
  const std::string text = jit(program).explain(points());
  EXPECT_NE(text.find("where needed"), std::string::npos) << text;
}

TEST_F(Distances, OfPointsAroundTheOrigin) {
  draw(0, 1);
  check();
}

TEST_F(Distances, OfPointsFarFromTheOrigin) {
  draw(1000, 1);
  check();
  draw(3, 1);
  check();
}

TEST_F(Distances, OfEqualAndNearlyEqualPoints) {
  draw(0, 1);
  for (std::int64_t p = 0; p < columns; ++p)
    for (std::int64_t f = 0; f < features; ++f) {
      ofA(p, f) = ofB(p, f);
      ofA(p + 1, f) = p % 3 == 0 ? std::nextafter(ofB(p, f), 9.0f) : ofA(p + 1, f);
    }
  check();
}

TEST_F(Distances, OfDenseClusters) { // a look at some pairs tells that products are not worth a try
  draw(0, 1);
  for (std::int64_t p = 5; p < rows; ++p)
    for (std::int64_t f = 0; f < features; ++f) {
      ofA(p, f) = ofA(p % 5, f) + 0.01f * ofA(p, f);
      if (p < columns)
        ofB(p, f) = ofB(p % 5, f) + 0.01f * ofB(p, f);
    }
  check();
}

TEST_F(Distances, OfHugeAndTinyPoints) {
  draw(0, 1e17f);
  check();
  draw(1.5e19f, 1e17f); // squared norms are infinite, squared distances are not
  check();
  draw(0, 1e-18f);
  check();
  draw(0, 0);
  check();
}

TEST_F(Distances, ArePoisonedByThatRowAlone) {
  draw(0, 1);
  ofA(5, 3) = std::numeric_limits<float>::quiet_NaN();
  ofA(6, 4) = std::numeric_limits<float>::infinity();
  Array least = jit(program).call_all(points())[0];
  EXPECT_TRUE(std::isnan(least.data<float>()[5]));
  EXPECT_EQ(least.data<float>()[6], std::numeric_limits<float>::infinity());
  ofA(5, 3) = ofA(6, 4) = 0;
  check();
}

TEST_F(Distances, OfCoordinatesOverLengths) {
  Tensor length("length", 1);
  const Expr scaled = sum(k, square((x(i, k) - y(j, k)) / length(k))), each = sum(k, square(x(i, k) / length(k) - y(j, k) / length(k))),
             times = sum(k, square(3.0 * (y(j, k) - x(i, k))));
  draw(40, 1);
  for (std::int64_t q = 0; q < features; ++q)
    ofA(2, q) = ofB(1, q);
  std::vector<float> lengths(static_cast<std::size_t>(features));
  for (std::size_t q = 0; q < lengths.size(); ++q)
    lengths[q] = 0.25f + 0.125f * static_cast<float>(q % 7);
  std::vector<Argument> arguments = points();
  arguments.push_back(view(lengths, {features}));
  std::vector<Array> got;
  for (const Expr &squares : {scaled, each, times}) {
    Function f = jit(Program("scaled", {x, y, length}, {{"least", i, min(j, squares)}}));
    EXPECT_NE(f.explain(arguments).find("where needed"), std::string::npos) << f.explain(arguments);
    got.push_back(f.call_all(arguments)[0]);
  }
  for (std::int64_t p = 0; p < rows; ++p) {
    double least = HUGE_VAL, plain = HUGE_VAL;
    for (std::int64_t q = 0; q < columns; ++q) {
      double total = 0;
      for (std::int64_t r = 0; r < features; ++r)
        total += std::pow((double(ofA(p, r)) - double(ofB(q, r))) / double(lengths[static_cast<std::size_t>(r)]), 2);
      least = std::min(least, total);
      plain = std::min(plain, 9 * trueDistance(p, q));
    }
    const auto at = static_cast<std::size_t>(p);
    const double bound = static_cast<double>(features + 8) * 0x1p-24;
    ASSERT_NEAR(got[0].data<float>()[at], least, bound * least) << "row " << p;
    ASSERT_NEAR(got[2].data<float>()[at], plain, bound * plain) << "row " << p;
    // Quotients of coordinates are rounded before they cancel, here by up to 40 / 0.25 units.
    ASSERT_NEAR(got[1].data<float>()[at], least, bound * least + 160 * 2 * 0x1p-23 * std::sqrt(least * static_cast<double>(features))) << "row " << p;
  }
}

TEST_F(Distances, OfAnyNumberOfPointsAndFeatures) {
  for (std::int64_t count : {0, 1, 2, 7, 15, 16, 17, 33})
    for (std::int64_t length : {0, 1, 15, 16, 17, 63, 257, 300}) {
      rows = count, columns = 40 - count, features = length;
      SCOPED_TRACE(std::to_string(rows) + " x " + std::to_string(columns) + " x " + std::to_string(features));
      draw(0, 1);
      check();
    }
}

TEST_F(Distances, OfOnePairDependOnItsRowsAlone) {
  draw(0, 1);
  std::vector<float> near = a;
  for (std::int64_t f = 0; f < features; ++f)
    near[static_cast<std::size_t>(3 * features + f)] = ofB(2, f); // beside the others in a vector
  Function f = jit(Program("sums", {x, y}, {{"sums", i, sum(j, squared)}}));
  Array one = f(view(a, {rows, features}), view(b, {columns, features})), other = f(view(near, {rows, features}), view(b, {columns, features}));
  for (std::size_t p = 0; p < static_cast<std::size_t>(rows); ++p)
    if (p != 3)
      EXPECT_EQ(one.data<float>()[p], other.data<float>()[p]) << "row " << p;
}

} // namespace
} // namespace mercer
