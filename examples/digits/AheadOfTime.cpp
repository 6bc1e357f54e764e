// The training of this example once more with its loss linked from a library that was compiled ahead of time, and with the loss
// compiled here for the same instruction set: they must end at the same weights, bit for bit.
#include "Fit.h"
#include "Programs.h"
#include "Report.h"
#include "Tasks.h"

#include "digits_losses.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <stdexcept>

using namespace mercer;

namespace digits {
namespace {

constexpr int skipped = 77; ///< the status by which CTest knows

template <class T>
DLTensor tensor(T *data, std::int32_t rank, std::int64_t *shape) {
  const DLDataType type = {std::uint8_t(std::is_same_v<std::remove_const_t<T>, float> ? kDLFloat : kDLInt), 8 * sizeof(T), 1};
  return {const_cast<std::remove_const_t<T> *>(data), {kDLCPU, 0}, rank, type, shape, nullptr, 0};
}

/// By the library, in `digits_losses.h`.
float linked_loss(const std::vector<float> &u, const std::vector<std::int64_t> &label, std::vector<float> &du) {
  std::int64_t rows[] = {batch, width}, count[] = {batch};
  float loss = 0;
  DLTensor u_tensor = tensor(u.data(), 2, rows), label_tensor = tensor(label.data(), 1, count), loss_tensor = tensor(&loss, 0, nullptr),
           du_tensor = tensor(du.data(), 2, rows);
  if (contrastive_f32(&u_tensor, &label_tensor, double(tau), double(margin), &loss_tensor, &du_tensor, nullptr) != 0)
    throw std::runtime_error(mercer_last_error());
  return loss;
}

/// An instruction set that this processor lacks is no failure.
bool runs_here(const std::string &target) {
  try {
    std::vector<float> u(batch * width), du(batch * width);
    linked_loss(u, std::vector<std::int64_t>(batch), du);
    return true;
  } catch (const std::exception &error) {
    if (std::strstr(error.what(), target.c_str()) == nullptr)
      throw;
    std::printf("%s\n", error.what());
    return false;
  }
}

int run(const std::string &data, const std::string &target) {
  setenv("MERCER_TARGET", target.c_str(), 1); // of the library
  if (!runs_here(target))
    return skipped;
  const Images images = split(read_csv(data)).train;
  const Program loss = contrastive_loss(), embedding_program = embedding();
  const Embedding embed{jit(embedding_program), jit(vjp(embedding_program, {embedding_program.inputs()[1]}))};
  JitOptions options;
  options.target = target;
  // Numbers are passed as f64. The library has no code that is specialised on sizes, which may add in another order.
  const Function compiled_function = jit(value_and_gradient(loss, {loss.inputs()[0]}), options);
  compiled_function.compile({DType::f32, DType::i64, DType::f64, DType::f64});
  const Loss compiled = compiled_loss(compiled_function);

  const Fitted first = fit(images, embed, linked_loss), second = fit(images, embed, compiled);
  std::vector<float> du = first.du;
  std::printf("%s: loss of the last twenty batches %.9g and %.9g; a call takes %.3g and %.3g ms\n", target.c_str(), first.last_losses,
              second.last_losses, best_milliseconds(20, [&] { linked_loss(first.u, first.sample.label, du); }),
              best_milliseconds(20, [&] { compiled(first.u, first.sample.label, du); }));
  if (first.w.size() != second.w.size() || std::memcmp(first.w.data(), second.w.data(), first.w.size() * sizeof(float)) != 0) {
    std::printf("the weights differ\n");
    return 1;
  }
  std::printf("the same weights\n");
  return first.last_losses < first.first_loss ? 0 : 1;
}

} // namespace
} // namespace digits

int main(int argc, char **argv) {
  if (argc != 3)
    return std::fprintf(stderr, "usage: digits-ahead-of-time digits.csv TARGET\n"), 2;
  try {
    return digits::run(argv[1], argv[2]);
  } catch (const std::exception &error) {
    return std::fprintf(stderr, "digits-ahead-of-time: %s\n", error.what()), 1;
  }
}
