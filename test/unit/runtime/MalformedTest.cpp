// E1: valid calls with one to three fields damaged are an answer or an error, and errors leave the outputs
// alone.
#include "Programs.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

namespace mercer {
namespace {

std::uint64_t number_from(const char *name, std::uint64_t otherwise) {
  const char *text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

class Damage {
public:
  explicit Damage(std::uint64_t seed) : random_(seed) {}
  std::int64_t pick(std::int64_t count) {
    return std::uniform_int_distribution<std::int64_t>(0, count - 1)(random_);
  }

  std::int64_t wild() {
    constexpr std::int64_t values[] = {0,  1,        -1,          2,        3,         7,        16,
                                       17, 1L << 31, -(1L << 31), 1L << 40, INT64_MAX, INT64_MIN};
    return values[pick(std::size(values))];
  }

  /// Sizes and strides only shrink or break rules: the memory behind a view is never made larger than it is.
  void damage(View &view, bool output) {
    switch (pick(output ? 8 : 7)) {
    case 0:
      if (!view.shape.empty())
        view.shape[pick(view.shape.size())] = pick(2) ? -1 - pick(5) : 0;
      break;
    case 1:
      view.shape.push_back(1);
      break;
    case 2:
      if (!view.shape.empty())
        view.shape.pop_back();
      break;
    case 3:
      view.dtype = static_cast<DType>(pick(12));
      if (view.dtype < DType::boolean && size_of(view.dtype) > 1)
        view.shape.assign(view.shape.size(), 1);
      break;
    case 4:
      view.data = !view.data || pick(2) ? nullptr : static_cast<char *>(view.data) + 1;
      if (view.data)
        view.shape.assign(view.shape.size(), 1);
      break;
    case 5:
      view.strides.assign(view.shape.size(), 0);
      for (std::int64_t &stride : view.strides)
        stride = pick(2) ? 0 : INT64_MAX - pick(3);
      break;
    case 6:
      view.strides.assign(pick(4), 1);
      if (view.strides.size() == view.shape.size())
        view.strides.assign(view.shape.size(), 0);
      break;
    default:
      view.read_only = true;
    }
  }

private:
  std::mt19937_64 random_;
};

TEST(E1, DamagedCalls) {
  const std::uint64_t seed = number_from("MERCER_TEST_SEED", 20261125),
                      cases = number_from("MERCER_TEST_CASES", 2000);
  const Function functions[2][3] = {{interpret(linear_map()), interpret(pick()), interpret(momentum())},
                                    {jit(linear_map()), jit(pick()), jit(momentum())}};
  int answers = 0, errors = 0;
  for (std::uint64_t number = 0; number < cases; ++number) {
    SCOPED_TRACE("seed=" + std::to_string(seed) + " case=" + std::to_string(number));
    Damage damage(seed * 1'000'003 + number);
    alignas(8) float x[32], w[32], y[64];
    std::int64_t label[32];
    std::fill_n(x, 32, 1.0f), std::fill_n(w, 32, 2.0f), std::fill_n(y, 64, -7.0f), std::fill_n(label, 32, 1);
    const std::size_t which = damage.pick(3);
    std::vector<View> inputs, outputs;
    if (which == 0)
      inputs = {view(x, {4, 4}), view(w, {4})}, outputs = {view(y, {4})};
    else if (which == 1)
      inputs = {view(x, {4, 4}), view(label, {4})}, outputs = {view(y, {4})};
    else
      inputs = {view(x, {4}), view(w, {4}), view(w + 8, {4})}, outputs = {view(y, {4}), view(y + 8, {4})};
    for (std::int64_t times = 1 + damage.pick(3); times > 0; --times) {
      const std::size_t hit = damage.pick(inputs.size() + outputs.size());
      damage.damage(hit < inputs.size() ? inputs[hit] : outputs[hit - inputs.size()], hit >= inputs.size());
    }
    if (damage.pick(4) == 0)
      label[damage.pick(4)] = damage.wild();
    std::vector<Argument> arguments(inputs.begin(), inputs.end());
    if (which != 1)
      arguments.push_back(damage.pick(8) ? Argument(0.5) : Argument(true));
    if (damage.pick(16) == 0)
      arguments.pop_back();
    try {
      functions[number % 2][which].run(arguments, outputs);
      ++answers;
    } catch (const Error &error) {
      ++errors;
      const std::string text = error.what();
      EXPECT_NE(text.find(which == 0   ? "linear: "
                          : which == 1 ? "pick: "
                                       : "momentum: "),
                std::string::npos)
          << text;
      EXPECT_TRUE(text.find('\'') != std::string::npos || error.code() == ErrorCode::argument_count) << text;
      EXPECT_NE(error.code(), ErrorCode::compiler) << text;
      for (float value : y)
        ASSERT_EQ(value, -7.0f) << text;
    }
  }
  std::printf("%d answers, %d errors\n", answers, errors);
  EXPECT_GT(errors, static_cast<int>(cases / 2));
}

} // namespace
} // namespace mercer
