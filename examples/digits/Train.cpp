#include "Fit.h"
#include "Loops.h"
#include "Programs.h"
#include "Tasks.h"

#include <algorithm>
#include <cmath>

using namespace mercer;

namespace digits {
namespace {

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
  const Embedding embed{jit(embedding_program), jit(vjp(embedding_program, {embedding_program.inputs()[1]}))};
  Function nearest = jit(nearest_neighbour());
  constexpr DType f32 = DType::f32, i64 = DType::i64;
  double compile_loss = milliseconds([&] { loss_of.compile({f32, i64, f32, f32}); });
  double compile_embedding = milliseconds([&] { embed.forward.compile({f32, f32}); });
  double compile_pull_back = milliseconds([&] { embed.pull_back.compile({f32, f32, f32}); });
  double compile_nearest = milliseconds([&] { nearest.compile({f32, f32, i64}); });

  const Loss loss = compiled_loss(loss_of);
  auto accuracy_of = [&](const std::vector<float> &weights) {
    return accuracy(nearest, embed.of(data.test, weights), data.test.label, embed.of(images, weights), images.label);
  };
  report.figures.push_back({"1-NN accuracy on pixels, %",
                            accuracy(nearest, data.test.x, data.test.label, images.x, images.label), 96,
                            100});
  report.figures.push_back({"1-NN accuracy before training, %", accuracy_of(initial_weights()), 70, 99});

  Fitted fitted;
  double seconds = milliseconds([&] { fitted = fit(images, embed, loss); }) / 1000;
  const std::vector<float> &w = fitted.w, &u = fitted.u;
  std::vector<float> du = fitted.du, dw = fitted.dw;
  const Images &sample = fitted.sample;
  report.figures.push_back({"loss of the first batch", fitted.first_loss, 1, 10});
  report.figures.push_back({"loss of the last twenty batches", fitted.last_losses, 0, 5});
  report.figures.push_back({"1-NN accuracy after training, %", accuracy_of(w), 95, 100});
  report.figures.push_back({"training, seconds", seconds, 0, 60});

  float value = 0;
  auto call_loss = [&] { value = loss(u, sample.label, du); };
  auto call_pull_back = [&] { embed.gradient(sample, w, du, dw); };
  call_loss();
  loops::ValueAndGradient plain;
  double loop =
      best_milliseconds(3, [&] { plain = loops::contrastive(u, sample.label, width, tau, margin); });
  double difference = std::max(relative_difference(du, plain.du), relative_difference({value}, {plain.loss}));
  report.timings.push_back(
      {"contrastive loss and its gradient", compile_loss, best_milliseconds(5, call_loss), loop, difference});
  std::vector<float> z = embed.of(images, w), plain_z, plain_dw;
  double loop_embedding = best_milliseconds(3, [&] { plain_z = loops::embedding(images, w, width); });
  report.timings.push_back({"embedding", compile_embedding,
                            best_milliseconds(5, [&] { embed.of(images, w); }), loop_embedding,
                            relative_difference(z, plain_z)});
  call_pull_back();
  double loop_pull_back = best_milliseconds(3, [&] { plain_dw = loops::pull_back(sample, w, du, width); });
  report.timings.push_back({"gradient of the embedding", compile_pull_back,
                            best_milliseconds(5, call_pull_back), loop_pull_back,
                            relative_difference(dw, plain_dw)});
  std::vector<float> test = embed.of(data.test, w), plain_digit;
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
