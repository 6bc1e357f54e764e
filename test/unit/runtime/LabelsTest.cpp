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

} // namespace
} // namespace mercer
