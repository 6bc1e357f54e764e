#include "Loops.h"
#include "Programs.h"
#include "Tasks.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace mercer;

namespace digits {
namespace {

constexpr int steps = 200, batch = 256;
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
  Program loss_program = contrastive_loss(), embedding_program = embedding();
  // d loss / d u from the loss; from that d loss / d w by the vector-Jacobian product of the embedding.
  Function loss_of = jit(value_and_gradient(loss_program, {loss_program.inputs()[0]}));
  Function embedding_of = jit(embedding_program),
           pull_back = jit(vjp(embedding_program, {embedding_program.inputs()[1]}));
  Function nearest = jit(nearest_neighbour());
  constexpr DType f32 = DType::f32, i64 = DType::i64;
  double compile_loss = milliseconds([&] { loss_of.compile({f32, i64, f32, f32}); });
  double compile_embedding = milliseconds([&] { embedding_of.compile({f32, f32}); });
  double compile_pull_back = milliseconds([&] { pull_back.compile({f32, f32, f32}); });
  double compile_nearest = milliseconds([&] { nearest.compile({f32, f32, i64}); });

  Random random(2);
  std::vector<float> w(width * pixels), dw(w.size()), u(batch * width), du(u.size());
  for (float &value : w)
    value = float(random.uniform() / 8);
  Images sample;
  float loss = 0;
  auto call_loss = [&] {
    loss_of.run({view(std::as_const(u), {batch, width}), view(sample.label, {batch}), tau, margin},
                {view(&loss, Shape()), view(du, {batch, width})});
  };
  auto call_pull_back = [&] {
    std::vector<float> again(u.size());
    pull_back.run({view(sample.x, {batch, pixels}), view(std::as_const(w), {width, pixels}),
                   view(std::as_const(du), {batch, width})},
                  {view(again, {batch, width}), view(dw, {width, pixels})});
  };
  auto accuracy_of = [&](const std::vector<float> &weights) {
    return accuracy(nearest, embed(embedding_of, data.test, weights), data.test.label,
                    embed(embedding_of, images, weights), images.label);
  };
  report.figures.push_back({"1-NN accuracy on pixels, %",
                            accuracy(nearest, data.test.x, data.test.label, images.x, images.label), 96,
                            100});
  report.figures.push_back({"1-NN accuracy before training, %", accuracy_of(w), 70, 99});

  Adam adam(w.size());
  double first_loss = 0, last_losses = 0;
  double seconds = milliseconds([&] {
                     for (int n = 1; n <= steps; ++n) {
                       sample = Images();
                       std::vector<std::int64_t> order = random.order(images.count());
                       for (int m = 0; m < batch; ++m)
                         sample.add(images.image(order[m]), images.label[order[m]]);
                       u = embed(embedding_of, sample, w);
                       call_loss();
                       call_pull_back();
                       adam.step(w, dw.data());
                       first_loss = n == 1 ? loss : first_loss;
                       last_losses += n > steps - 20 ? loss / 20 : 0;
                       show_progress(n, steps, loss);
                     }
                   }) /
                   1000;
  report.figures.push_back({"loss of the first batch", first_loss, 1, 10});
  report.figures.push_back({"loss of the last twenty batches", last_losses, 0, 5});
  report.figures.push_back({"1-NN accuracy after training, %", accuracy_of(w), 95, 100});
  report.figures.push_back({"training, seconds", seconds, 0, 60});

  loops::ValueAndGradient plain;
  double loop =
      best_milliseconds(3, [&] { plain = loops::contrastive(u, sample.label, width, tau, margin); });
  double difference = std::max(relative_difference(du, plain.du), relative_difference({loss}, {plain.loss}));
  report.timings.push_back(
      {"contrastive loss and its gradient", compile_loss, best_milliseconds(5, call_loss), loop, difference});
  std::vector<float> z = embed(embedding_of, images, w), plain_z, plain_dw;
  double loop_embedding = best_milliseconds(3, [&] { plain_z = loops::embedding(images, w, width); });
  report.timings.push_back({"embedding", compile_embedding,
                            best_milliseconds(5, [&] { embed(embedding_of, images, w); }), loop_embedding,
                            relative_difference(z, plain_z)});
  call_pull_back();
  double loop_pull_back = best_milliseconds(3, [&] { plain_dw = loops::pull_back(sample, w, du, width); });
  report.timings.push_back({"gradient of the embedding", compile_pull_back,
                            best_milliseconds(5, call_pull_back), loop_pull_back,
                            relative_difference(dw, plain_dw)});
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
