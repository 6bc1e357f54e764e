// Sums, means, dot products and logsumexp of many f32 values against sums in long double with compensation.
#include <mercer/runtime.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

using namespace mercer;

namespace {

int failures = 0;

double ulp(double value) {
  int exponent;
  std::frexp(value, &exponent);
  return std::ldexp(1.0, std::max(exponent, -125) - 24);
}

void check(const std::string &what, double given, long double truth, double scale, double limit) {
  double error = static_cast<double>(std::fabs(given - truth)) / ulp(scale);
  std::printf("%-40s %8.3f ulp (limit %.1f)\n", what.c_str(), error, limit);
  failures += !(error <= limit);
}

/// Neumaier's sum in long double.
struct Exact {
  long double total = 0, lost = 0;
  void add(long double term) {
    long double next = total + term;
    lost += std::fabs(total) >= std::fabs(term) ? (total - next) + term : (term - next) + total;
    total = next;
  }
  long double value() const { return total + lost; }
};

std::vector<float> draw(const std::string &kind, std::size_t count) {
  std::mt19937 random(7);
  std::vector<float> x(count);
  std::uniform_real_distribution<float> uniform(0, 1);
  std::lognormal_distribution<float> lognormal(0, 3);
  for (std::size_t i = 0; i < count; ++i) {
    x[i] = kind == "lognormal" ? lognormal(random) : uniform(random);
    if (kind == "alternating" && i % 2)
      x[i] = -x[i];
  }
  if (kind == "ascending")
    std::sort(x.begin(), x.end());
  if (kind == "descending")
    std::sort(x.rbegin(), x.rend());
  if (kind == "one huge")
    x[count / 3] = 1e8f;
  return x;
}

/// Sums of classes: most terms are in the first one.
void checkClasses() {
  Index i("i"), k("k");
  Tensor x("x", 1), label("label", 1, integer), size("size", 1);
  Index c("c", extent(size, 0));
  Program program("classes", {x, label, size},
                  {{"sums", c, sum(i, x(i), label(i) == c)},
                   {"rows", {c, k}, sum(i, x(i) * (1.0 - 0.0 * size(k)), label(i) == c)}});
  Function sums = jit(program);
  constexpr std::size_t classes = 24;
  for (const char *kind : {"uniform", "lognormal", "alternating", "ascending", "descending", "one huge"})
    for (std::size_t count : {1000u, 4'000'000u}) {
      std::vector<float> data = draw(kind, count), sizes(classes);
      std::vector<std::int8_t> labels(count);
      for (std::size_t n = 0; n < count; ++n)
        labels[n] = static_cast<std::int8_t>(n % 9 ? 0 : n % classes);
      std::vector<Exact> totals(classes), magnitudes(classes);
      for (std::size_t n = 0; n < count; ++n) {
        auto at = static_cast<std::size_t>(labels[n]);
        totals[at].add(data[n]), magnitudes[at].add(std::fabs(data[n]));
      }
      auto [one, rows] = sums.call<2>(view(data, {static_cast<std::int64_t>(count)}),
                                      view(labels, {static_cast<std::int64_t>(count)}), view(sizes, {classes}));
      for (std::size_t n : {0u, 3u}) {
        std::string name = std::string(kind) + " " + std::to_string(count) + " class " + std::to_string(n);
        double magnitude = static_cast<double>(magnitudes[n].value());
        check(name, one.data<float>()[n], totals[n].value(), magnitude, 2);
        check(name + " row", rows.data<float>()[n * classes + 7], totals[n].value(), magnitude, 2);
      }
    }
}

} // namespace

int main() {
  Index i("i");
  Tensor x("x", 1);
  Program program("reductions", {x},
                  {{"sum", sum(i, x(i))}, {"mean", mean(i, x(i))}, {"squares", sum(i, square(x(i)))},
                   {"lse", logsumexp(i, x(i) * 1e4)}});
  JitOptions wide;
  wide.accumulate = DType::f64;
  Function plain = jit(program), in_f64 = jit(program, wide);
  for (const char *kind : {"uniform", "lognormal", "alternating", "ascending", "descending", "one huge"})
    for (std::size_t count : {1000u, 100'000u, 4'000'000u}) {
      std::vector<float> data = draw(kind, count);
      if (std::string(kind) == "lognormal" || std::string(kind) == "one huge")
        for (float &value : data)
          value *= 1e-4f;
      Exact total, size, squares;
      long double largest = -INFINITY;
      for (float value : data) {
        total.add(value), size.add(std::fabs(value)), squares.add(static_cast<long double>(value) * value);
        // The product is rounded to f32 by the program: that is its input here.
        largest = std::max<long double>(largest, static_cast<float>(value * 1e4f));
      }
      Exact shares;
      for (float value : data)
        shares.add(std::exp(static_cast<long double>(static_cast<float>(value * 1e4f)) - largest));
      long double lse = largest + std::log(shares.value());
      std::string name = std::string(kind) + " " + std::to_string(count) + " ";
      for (bool f64 : {false, true}) {
        auto [s, m, q, l] = (f64 ? in_f64 : plain).call<4>(view(data, {count}));
        double limit = f64 ? 1 : 2;
        std::string suffix = f64 ? " in f64" : "";
        double magnitude = static_cast<double>(size.value());
        check(name + "sum" + suffix, s.item<double>(), total.value(), magnitude, limit);
        // A mean is rounded as a sum and as a quotient, whose unit may be half of the sum's.
        check(name + "mean" + suffix, m.item<double>(), total.value() / count, magnitude / static_cast<double>(count), f64 ? 1.5 : 2);
        check(name + "squares" + suffix, q.item<double>(), squares.value(), static_cast<double>(squares.value()), limit);
        double scale = std::max({std::fabs(static_cast<double>(lse)), std::fabs(static_cast<double>(largest)),
                                 std::log(static_cast<double>(count))});
        check(name + "logsumexp" + suffix, l.item<double>(), lse, scale, 2);
      }
    }
  checkClasses();
  std::printf("%d failures\n", failures);
  return failures != 0;
}
