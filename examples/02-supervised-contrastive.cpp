// A new loss as a C++ function; labels; predicates; value and gradient in one call.
#include <mercer/mercer.h>

#include <cstdio>
#include <vector>

using namespace mercer;

Expr supervised_contrastive(const Tensor &z, const Tensor &label, const Expr &tau) {
  Index i("i"), j("j"), a("a");
  auto s = [&](const Index &p, const Index &q) { return dot(z[p], z[q]) / tau; };
  Expr log_p = s(i, j) - logsumexp(a, s(i, a), a != i);
  return -mean(i, mean(j, log_p, label(i) == label(j) && i != j));
}

int main() {
  Tensor z("z", 2), label("label", 1, integer);
  Scalar tau("tau");
  Program loss("supcon", {z, label, tau}, {{"loss", supervised_contrastive(normalize(z), label, tau)}});
  Function step = jit(value_and_gradient(loss, {z}));

  std::vector<float> Z = {1, 0, 0.9f, 0.1f, 0, 1, 0.2f, 1};
  std::vector<std::int64_t> labels = {0, 0, 1, 1};
  auto [value, dz] = step.call<2>(view(Z, {4, 2}), view(labels, {4}), 0.1);
  std::printf("loss %.9g\n", value.item<double>());
  for (int p = 0; p < 4; ++p)
    std::printf("%12.6g %12.6g\n", dz.data<float>()[2 * p], dz.data<float>()[2 * p + 1]);

  try {
    std::vector<std::int64_t> short_labels = {0, 0, 1};
    step.call<2>(view(Z, {4, 2}), view(short_labels, {3}), 0.1);
  } catch (const Error &error) {
    std::printf("%s\n", error.what()); // names supcon, label, the index i, sizes 4 and 3
    return error.code() == ErrorCode::extent_mismatch ? 0 : 1;
  }
  return 1;
}
