// E2: a label out of range never reads outside; the error names tensor, row and value; masked labels are not
// read.
#include "ErrorOf.h"

#include <cmath>

namespace mercer {
namespace {

Program cross_entropy(bool masked) {
  Index i("i"), c("c");
  Tensor logits("logits", 2), label("label", 1, integer);
  Expr loss = logsumexp(c, logits(i, c)) - logits(i, label(i));
  Expr keep = masked ? label(i) != -1 : Expr(true);
  return value_and_gradient(Program("cross_entropy", {logits, label}, {{"loss", sum(i, loss, keep)}}),
                            {logits});
}

template <class Integer>
void damaged_labels(const Function &f) {
  const std::int64_t n = 33, classes = 10;
  std::vector<float> logits(n * classes);
  for (std::size_t p = 0; p < logits.size(); ++p)
    logits[p] = std::sin(static_cast<float>(p));
  for (std::int64_t row : {std::int64_t(0), n / 2, n - 1})
    for (std::int64_t bad : {std::int64_t(std::numeric_limits<Integer>::min()), std::int64_t(-1), classes,
                             std::int64_t(std::numeric_limits<Integer>::max())}) {
      std::vector<Integer> labels(n, Integer(3));
      labels[row] = static_cast<Integer>(bad);
      float loss = -7;
      std::vector<float> gradient(n * classes, -7);
      expect_error(ErrorCode::index_out_of_range,
                   "cross_entropy: subscript 'label(i)' of dimension 1 of 'logits' must be 0 to 9, but is " +
                       std::to_string(bad) + " at i = " + std::to_string(row),
                   [&] {
                     f.run({view(logits, {n, classes}), view(labels, {n})},
                           {view(&loss, {}), view(gradient, {n, classes})});
                   });
      EXPECT_EQ(loss, -7);
      for (float value : gradient)
        ASSERT_EQ(value, -7);
    }
}

TEST(E2, LabelsOutOfRange) {
  const Function f = jit(cross_entropy(false));
  damaged_labels<std::int64_t>(f);
  damaged_labels<std::int32_t>(f);
  damaged_labels<std::int8_t>(f);
}

TEST(E2, MaskedLabelsAreNotRead) {
  const Function f = jit(cross_entropy(true)), right = interpret(cross_entropy(true));
  std::vector<float> logits(4 * 3, 0.5f);
  std::vector<std::int64_t> labels{-1, 0, -1, 2};
  auto [loss, gradient] = f.call<2>(view(logits, {4, 3}), view(labels, {4}));
  auto [expected, slope] = right.call<2>(view(logits, {4, 3}), view(labels, {4}));
  EXPECT_NEAR(loss.item<double>(), expected.item<double>(), 1e-5);
  for (int p = 0; p < 12; ++p)
    EXPECT_NEAR(gradient.data<float>()[p], slope.data<double>()[p], 1e-6);
  EXPECT_EQ(gradient.data<float>()[0], 0);
  labels[1] = 3;
  expect_error(ErrorCode::index_out_of_range, "must be 0 to 2, but is 3 at i = 1",
               [&] { f.call<2>(view(logits, {4, 3}), view(labels, {4})); });
}

/// Subscripts that are read by other subscripts, three deep, with one of the same kind beside them.
TEST(E2, SubscriptsOfSubscripts) {
  Index i("i");
  Tensor x("x", 1), a("a", 1, integer), b("b", 1, integer), c("c", 1, integer);
  const Program program("chain", {x, a, b, c}, {{"y", {i}, x(c(b(a(i)))) + x(a(i))}});
  const Function f = jit(program);
  const std::string text = emit(program, "program");
  for (int round : {0, 1, 2})
    EXPECT_NE(text.find("mercer.round = " + std::to_string(round)), std::string::npos) << text;
  EXPECT_EQ(text.find("mercer.round = 3"), std::string::npos) << text;
  std::vector<float> values{1, 2, 4}, result(2);
  std::vector<std::int64_t> first{2, 0}, second{1, 0, 2}, third{2, 1, 0};
  auto run = [&] {
    f.run({view(values, {3}), view(first, {2}), view(second, {3}), view(third, {3})}, {view(result, {2})});
  };
  run();
  EXPECT_EQ(result, (std::vector<float>{5, 3})); // x(c(2)) + x(2), x(c(1)) + x(0)
  // Far outside: reading there would end the process. The first violation in the program's order is named.
  const std::int64_t far = std::int64_t(1) << 40;
  auto fails = [&](std::vector<std::int64_t> &in, std::size_t position, const std::string &expected) {
    const std::int64_t saved = std::exchange(in[position], far);
    result = {-7, -7};
    expect_error(ErrorCode::index_out_of_range, expected, run);
    EXPECT_EQ(result, (std::vector<float>{-7, -7}));
    in[position] = saved;
  };
  fails(third, 2, "subscript 'c(b(a(i)))' of dimension 0 of 'x'");
  third[0] = far; // not reached
  run();
  fails(second, 2, "subscript 'b(a(i))' of dimension 0 of 'c'");
  fails(first, 1, "subscript 'a(i)' of dimension 0 of 'b'");
}

} // namespace
} // namespace mercer
