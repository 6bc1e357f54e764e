// E5: expressions at and beyond the limits are an answer or an error, in seconds.
#include <mercer/runtime.h>

#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

using namespace mercer;

namespace {

int failures = 0;

/// Runs `work`; `code` is what it must end with (none: success), within some seconds of processor time: other programs may run beside.
void check(const std::string &what, const ErrorCode *code, const std::string &text,
           const std::function<void()> &work) {
  const std::clock_t start = std::clock();
  std::string ended = "ended well";
  bool right = code == nullptr;
  try {
    work();
  } catch (const Error &error) {
    ended = error.what();
    right = code && error.code() == *code && ended.find(text) != std::string::npos;
  }
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  if (right && seconds < 30)
    return;
  std::printf("%s: %s, after %.1f s\n", what.c_str(), ended.c_str(), seconds);
  ++failures;
}

/// A sum over i of n steps applied to x(i).
Program chain(int steps, const std::function<Expr(const Expr &)> &step) {
  Tensor x("x", 1);
  Index i("i");
  Expr value = x(i);
  for (int n = 0; n < steps; ++n)
    value = step(value);
  return Program("chain", {x}, {{"y", sum(i, value)}});
}

} // namespace

int main() {
  const ErrorCode limit = ErrorCode::limit_exceeded;
  std::vector<double> X{0.5, 0.25};
  auto add = [](const Expr &e) { return e * 0.5 + 1.0; };
  check("depth 100 n", &limit, "expression depth 10001 exceeds the limit of 10000",
        [&] { chain(1'000'000, add); });
  check("depth n + 1", &limit, "exceeds the limit of 10000", [&] { chain(5'000, add); });
  check("deep, compiled", nullptr, "", [&] { jit(chain(4'000, add))(view(X, {2})); });
  check("deep, interpreted", nullptr, "", [&] { interpret(chain(4'000, add))(view(X, {2})); });
  check("deep, gradient", nullptr, "", [&] {
    Program program = chain(1'000, add);
    jit(value_and_gradient(program, {program.inputs()[0]})).call<2>(view(X, {2}));
  });
  check("one long loop", &limit, "machine operations; the limit is 20000",
        [&] { jit(chain(4'000, [](const Expr &e) { return tanh(e) + 0.5; }))(view(X, {2})); });
  check("shared 60 times", nullptr, "",
        [&] { jit(chain(60, [](const Expr &e) { return e + e; }))(view(X, {2})); });
  check("text of what is shared", nullptr, "", [&] {
    Tensor x("x", 0);
    Expr value = x();
    for (int n = 0; n < 200; ++n)
      value = value * value;
    if (to_text(value).size() > 1'000'000)
      throw Error(ErrorCode::compiler, "the text is exponential");
  });
  std::printf("%d failures\n", failures);
  return failures != 0;
}
