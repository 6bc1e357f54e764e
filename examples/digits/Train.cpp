#include "Loops.h"
#include "Programs.h"
#include "Tasks.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace mercer;

namespace digits {
namespace {

constexpr int steps = 150;
constexpr float tau = 0.1f, margin = 0.2f, rate = 0.02f;

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

std::vector<float> embed(const Function &f, const Images &images, const std::vector<float> &w) {
  std::vector<float> z(images.count() * width);
  f.run({view(images.x, {images.count(), pixels}), view(w, {width, pixels})},
        {view(z, {images.count(), width})});
  return z;
}

/// Percent of the queries whose nearest row has their label.
double accuracy(const Function &nearest, const std::vector<float> &query,
                const std::vector<std::int64_t> &truth, const std::vector<float> &x,
                const std::vector<std::int64_t> &label) {
  const std::size_t columns = query.size() / truth.size();
  Array digit = nearest(view(query, {truth.size(), columns}), view(x, {label.size(), columns}),
                        view(label, {label.size()}));
  std::size_t right = 0;
  for (std::size_t n = 0; n < truth.size(); ++n)
    right += digit.data<std::int64_t>()[n] == truth[n];
  return 100.0 * double(right) / double(truth.size());
}

} // namespace

std::vector<float> train(const Split &data, Report &report) {
  const Images &images = data.train;
  Program program = contrastive_loss();
  const Tensor &w_input = program.inputs()[2];
  Function step = jit(value_and_gradient(program, {w_input}));
  double compile_step =
      milliseconds([&] { step.compile({DType::f32, DType::i64, DType::f32, DType::f32, DType::f32}); });
  Function embedding_of = jit(embedding()), nearest = jit(nearest_neighbour());
  double compile_embedding = milliseconds([&] { embedding_of.compile({DType::f32, DType::f32}); });
  double compile_nearest = milliseconds([&] { nearest.compile({DType::f32, DType::f32, DType::i64}); });

  Random random(2);
  std::vector<float> w(width * pixels), dw(w.size());
  for (float &value : w)
    value = float(random.uniform() / 8);
  float loss = 0;
  auto call_step = [&] {
    step.run({view(images.x, {images.count(), pixels}), view(images.label, {images.count()}),
              view(std::as_const(w), {width, pixels}), tau, margin},
             {view(&loss, Shape()), view(dw, {width, pixels})});
  };

  auto accuracy_of = [&](const std::vector<float> &weights) {
    return accuracy(nearest, embed(embedding_of, data.test, weights), data.test.label,
                    embed(embedding_of, images, weights), images.label);
  };
  call_step();
  loops::ValueAndGradient plain;
  double loop = milliseconds([&] { plain = loops::contrastive(images, w, width, tau, margin); });
  double difference = std::max(relative_difference(dw, plain.dw), relative_difference({loss}, {plain.loss}));
  report.timings.push_back(
      {"contrastive loss and its gradient", compile_step, best_milliseconds(3, call_step), loop, difference});
  report.figures.push_back({"1-NN accuracy on pixels, %",
                            accuracy(nearest, data.test.x, data.test.label, images.x, images.label), 96,
                            100});
  report.figures.push_back({"1-NN accuracy before training, %", accuracy_of(w), 70, 99});
  report.figures.push_back({"loss before training", loss, 1, 10});

  Adam adam(w.size());
  double seconds = milliseconds([&] {
                     for (int n = 1; n <= steps; ++n) {
                       call_step();
                       adam.step(w, dw.data());
                       show_progress(n, steps, loss);
                     }
                   }) /
                   1000;
  call_step();
  report.figures.push_back({"loss after training", loss, 0, 2});
  report.figures.push_back({"1-NN accuracy after training, %", accuracy_of(w), 96, 100});
  report.figures.push_back({"training, seconds", seconds, 0, 60});

  std::vector<float> z = embed(embedding_of, images, w), plain_z;
  double loop_embedding = best_milliseconds(3, [&] { plain_z = loops::embedding(images, w, width); });
  report.timings.push_back({"embedding", compile_embedding,
                            best_milliseconds(5, [&] { embed(embedding_of, images, w); }), loop_embedding,
                            relative_difference(z, plain_z)});
  std::vector<float> test = embed(embedding_of, data.test, w), plain_digit;
  double loop_nearest = milliseconds([&] { plain_digit = loops::nearest(test, z, images.label, width); });
  Array digit(DType::i64, {0});
  double call_nearest = best_milliseconds(5, [&] {
    digit = nearest(view(test, {data.test.count(), width}), view(z, {images.count(), width}),
                    view(images.label, {images.count()}));
  });
  std::vector<float> digits(digit.data<std::int64_t>(), digit.data<std::int64_t>() + digit.size());
  // Two neighbours at nearly one distance may change places: a share of the images, not a difference of
  // values.
  double changed = 0;
  for (std::size_t n = 0; n < digits.size(); ++n)
    changed += digits[n] != plain_digit[n];
  report.timings.push_back(
      {"nearest neighbour", compile_nearest, call_nearest, loop_nearest, changed / double(digits.size())});
  return test;
}

} // namespace digits
