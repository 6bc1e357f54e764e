#include "Loops.h"
#include "Programs.h"
#include "Tasks.h"

using namespace mercer;

namespace digits {

void test_two_samples(const Images &images, std::int64_t first, std::int64_t second, Report &report) {
  constexpr int permutations = 200;
  constexpr float sigma = 2.0f;
  // All images of the two digits, those of the first in front.
  Images pool;
  std::int64_t count = 0;
  for (std::int64_t digit : {first, second}) {
    for (std::int64_t n = 0; n < images.count(); ++n)
      if (images.label[n] == digit)
        pool.add(images.image(n), digit);
    if (digit == first)
      count = pool.count();
  }

  Function mmd2 = jit(two_sample());
  double compile = milliseconds([&] { mmd2.compile({DType::f32, DType::f32, DType::f32}); });
  auto statistic = [&](const Images &sample) {
    Array value = mmd2(view(sample.image(0), {count, pixels}),
                       view(sample.image(count), {sample.count() - count, pixels}), sigma);
    return value.item<double>();
  };
  const double observed = statistic(pool);
  Random random(3);
  int as_large = 1;
  for (int n = 0; n < permutations; ++n) {
    Images shuffled;
    for (std::int64_t position : random.order(pool.count()))
      shuffled.add(pool.image(position), pool.label[position]);
    as_large += statistic(shuffled) >= observed;
  }
  std::string pair = std::to_string(first) + " and " + std::to_string(second);
  report.figures.push_back({"squared MMD between " + pair, observed, 0.01, 1});
  report.figures.push_back(
      {"p-value of 'one distribution', " + std::to_string(permutations) + " permutations",
       double(as_large) / (permutations + 1), 0, 0.01});

  std::vector<float> x(pool.image(0), pool.image(count)), y(pool.image(count), pool.image(pool.count()));
  float plain = 0;
  double loop = milliseconds([&] { plain = loops::two_sample(x, y, sigma); });
  report.timings.push_back({"squared MMD", compile, best_milliseconds(5, [&] { statistic(pool); }), loop,
                            relative_difference({float(observed)}, {plain})});
}

} // namespace digits
