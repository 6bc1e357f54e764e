#include "Fit.h"

#include "Report.h"
#include "Tasks.h"

#include <cmath>

using namespace mercer;

namespace digits {
namespace {

constexpr int steps = 200;
constexpr float rate = 0.02f;
constexpr std::uint64_t seed = 2;

/// Adam (Kingma and Ba, ICLR 2015) with its usual constants.
class Adam {
public:
  explicit Adam(std::size_t size) : mean_(size, 0.0f), square_(size, 0.0f) {}
  void step(std::vector<float> &w, const float *gradient) {
    ++count_;
    float correct_mean = 1 - std::pow(0.9f, float(count_)),
          correct_square = 1 - std::pow(0.999f, float(count_));
    for (std::size_t n = 0; n < w.size(); ++n) {
      mean_[n] = 0.9f * mean_[n] + 0.1f * gradient[n];
      square_[n] = 0.999f * square_[n] + 0.001f * gradient[n] * gradient[n];
      w[n] -= rate * mean_[n] / correct_mean / (std::sqrt(square_[n] / correct_square) + 1e-8f);
    }
  }

private:
  std::vector<float> mean_, square_;
  int count_ = 0;
};

std::vector<float> random_weights(Random &random) {
  std::vector<float> w(width * pixels);
  for (float &value : w)
    value = float(random.uniform() / 8);
  return w;
}

Images random_batch(const Images &images, Random &random) {
  Images sample;
  std::vector<std::int64_t> order = random.order(images.count());
  for (int m = 0; m < batch; ++m)
    sample.add(images.image(order[m]), images.label[order[m]]);
  return sample;
}

} // namespace

Loss compiled_loss(const Function &loss) {
  return [loss](const std::vector<float> &u, const std::vector<std::int64_t> &label, std::vector<float> &du) {
    float value = 0;
    loss.run({view(u, {batch, width}), view(label, {batch}), tau, margin}, {view(&value, Shape()), view(du, {batch, width})});
    return value;
  };
}

std::vector<float> Embedding::of(const Images &images, const std::vector<float> &w) const {
  std::vector<float> u(images.count() * width);
  forward.run({view(images.x, {images.count(), pixels}), view(w, {width, pixels})}, {view(u, {images.count(), width})});
  return u;
}

void Embedding::gradient(const Images &images, const std::vector<float> &w, const std::vector<float> &du,
                         std::vector<float> &dw) const {
  std::vector<float> again(du.size());
  pull_back.run({view(images.x, {images.count(), pixels}), view(w, {width, pixels}), view(du, {images.count(), width})},
                {view(again, {images.count(), width}), view(dw, {width, pixels})});
}

std::vector<float> initial_weights() {
  Random random(seed);
  return random_weights(random);
}

Fitted fit(const Images &images, const Embedding &embedding, const Loss &loss) {
  Random random(seed);
  Fitted result;
  result.w = random_weights(random);
  result.du.resize(batch * width);
  result.dw.resize(result.w.size());
  Adam adam(result.w.size());
  for (int n = 1; n <= steps; ++n) {
    result.sample = random_batch(images, random);
    result.u = embedding.of(result.sample, result.w);
    const float value = loss(result.u, result.sample.label, result.du);
    embedding.gradient(result.sample, result.w, result.du, result.dw);
    adam.step(result.w, result.dw.data());
    result.first_loss = n == 1 ? value : result.first_loss;
    result.last_losses += n > steps - 20 ? value / 20 : 0;
    show_progress(n, steps, value);
  }
  return result;
}

} // namespace digits
