#include "ErrorOf.h"
#include "Programs.h"

#include <cmath>

namespace mercer {
namespace {

TEST(Interpret, Runs) {
  Function f = interpret(linear_map());
  std::vector<float> x{1, 2, 3, 4, 5, 6}, w{1, 10};
  Array y = f(view(x, {3, 2}), view(w, {2}), 0.5);
  EXPECT_EQ(y.dtype(), DType::f64);
  EXPECT_EQ(y.shape(), (std::vector<std::int64_t>{3}));
  EXPECT_EQ(y.data<double>()[2], 65.5);
  EXPECT_NE(f.explain({view(x, {3, 2}), view(w, {2}), 1}).find("53 bits"), std::string::npos);
  f.compile({DType::f32, DType::f32, DType::f64});
}

TEST(Interpret, WritesAnyTypeAndStride) {
  Function f = interpret(linear_map());
  std::vector<double> x{1, 2, 3, 4, 5, 6}, w{1, 10};
  std::vector<half> y(6, half(-1));
  f.run({view(x, {3, 2}), view(w, {2}), 0}, {view(y.data() + 4, {3}, {-2})});
  EXPECT_EQ(float(y[4]), 21);
  EXPECT_EQ(float(y[2]), 43);
  EXPECT_EQ(float(y[0]), 65);
  EXPECT_EQ(float(y[1]), -1);
}

TEST(Interpret, HasPrecision) {
  Scalar x("x");
  Program p("cancel", {x}, {{"y", (1.0 + x) - 1.0}});
  EXPECT_EQ(interpret(p)(1e-30).item<double>(), 0);
  EXPECT_EQ(interpret(p, 200)(1e-30).item<double>(), 1e-30);
  expect_error(ErrorCode::bad_option, "cancel: 'bits' must be 53 to 10000, but is 52",
               [&] { interpret(p, 52); });
}

TEST(Interpret, TakesGradients) {
  Tensor x("x", 1), y("y", 1);
  Index i("i");
  Program loss("loss", {x, y}, {{"value", sum(i, square(x(i) - y(i)))}});
  std::vector<double> a{1, 2, 3}, b{0, 0, 1};
  auto [value, dx] = interpret(value_and_gradient(loss, {x})).call<2>(view(a, {3}), view(b, {3}));
  EXPECT_EQ(value.item<double>(), 9);
  EXPECT_EQ(dx.data<double>()[1], 4);
  // Many elements: the differentiated program.
  std::vector<double> c(2000, 2.0), d(2000, 1.0);
  auto [other, dc] = interpret(value_and_gradient(loss, {x})).call<2>(view(c, {2000}), view(d, {2000}));
  EXPECT_EQ(other.item<double>(), 2000);
  EXPECT_EQ(dc.data<double>()[1999], 2);
}

TEST(Interpret, NamesTheFailedCheck) {
  Function f = interpret(pick());
  std::vector<double> x(6);
  std::vector<std::int64_t> label{0, 7, 1}, none;
  expect_error(ErrorCode::index_out_of_range,
               "pick: subscript 'label(i)' of dimension 1 of 'x' must be 0 to 1, but is 7 at i = 1",
               [&] { f(view(x, {3, 2}), view(label, {3})); });
  expect_error(ErrorCode::index_out_of_range, "of 'x' is 0, but the dimension has size 0 at i = 0",
               [&] { f(view<double>(nullptr, {3, 0}), view(label, {3})); });
  EXPECT_EQ(f(view<double>(nullptr, {0, 2}), view(none, {0})).size(), 0);
}

TEST(Interpret, ChecksThatIntegersFit) {
  Function f = interpret(plus_one());
  std::vector<std::int64_t> label{5, 126, 127};
  std::vector<std::int8_t> next(3, -1);
  expect_error(ErrorCode::index_out_of_range, "plus_one: output 'next' must fit i8, but element [2] is 128",
               [&] { f.run({view(label, {3})}, {view(next, {3})}); });
  EXPECT_EQ(next[0], -1);
  label[2] = 0;
  f.run({view(label, {3})}, {view(next, {3})});
  EXPECT_EQ(next[1], 127);
}

} // namespace
} // namespace mercer
