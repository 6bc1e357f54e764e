#include "Loops.h"
#include "Programs.h"
#include "Tasks.h"

#include <algorithm>
#include <cmath>

using namespace mercer;

namespace digits {
namespace {

constexpr int classes = 10;
constexpr float sigma = 1.5f, ridge = 0.01f;
using Columns = std::vector<float>; // rows x classes

/// The dot product of each column of a with that of b.
std::vector<double> dots(const Columns &a, const Columns &b) {
  std::vector<double> result(classes, 0.0);
  for (std::size_t n = 0; n < a.size(); ++n)
    result[n % classes] += double(a[n]) * b[n];
  return result;
}

/// Solves (K + ridge) a = y for all columns at once by conjugate gradients; returns the iterations.
template <class Matvec>
int conjugate_gradients(Matvec matvec, const Columns &y, Columns &a) {
  Columns residual = y, direction = y, product(y.size());
  std::vector<double> squares = dots(y, y), start = squares;
  for (int iteration = 1; iteration <= 300; ++iteration) {
    matvec(direction, product);
    for (std::size_t n = 0; n < product.size(); ++n)
      product[n] += ridge * direction[n];
    std::vector<double> curvature = dots(direction, product);
    for (std::size_t n = 0; n < a.size(); ++n) {
      auto step = float(squares[n % classes] / curvature[n % classes]);
      a[n] += step * direction[n];
      residual[n] -= step * product[n];
    }
    std::vector<double> next = dots(residual, residual);
    bool done = true;
    for (int c = 0; c < classes; ++c)
      done &= next[c] <= 1e-6 * start[c];
    if (done)
      return iteration;
    for (std::size_t n = 0; n < a.size(); ++n)
      direction[n] = residual[n] + float(next[n % classes] / squares[n % classes]) * direction[n];
    squares = next;
  }
  return 300;
}

} // namespace

void classify(const Split &data, Report &report) {
  const Images &train = data.train, &test = data.test;
  Function f = jit(kernel_matvec());
  double compile = milliseconds([&] { f.compile({DType::f32, DType::f32, DType::f32, DType::f32}); });
  auto matvec = [&](const Images &rows, const Columns &v, Columns &result) {
    f.run({view(rows.x, {rows.count(), pixels}), view(train.x, {train.count(), pixels}),
           view(v, {train.count(), classes}), sigma},
          {view(result, {rows.count(), classes})});
  };

  Columns y(train.count() * classes, -1.0f), a(y.size(), 0.0f);
  for (std::int64_t n = 0; n < train.count(); ++n)
    y[n * classes + train.label[n]] = 1;
  int iterations =
      conjugate_gradients([&](const Columns &v, Columns &result) { matvec(train, v, result); }, y, a);

  Columns scores(test.count() * classes);
  matvec(test, a, scores);
  int right = 0;
  for (std::int64_t n = 0; n < test.count(); ++n) {
    auto row = scores.begin() + n * classes;
    right += std::max_element(row, row + classes) - row == test.label[n];
  }
  report.figures.push_back({"kernel ridge: conjugate-gradient iterations", double(iterations), 1, 299});
  report.figures.push_back({"kernel ridge: accuracy, %", 100.0 * right / double(test.count()), 97, 100});

  Columns product(y.size()), plain;
  double loop = milliseconds([&] { plain = loops::kernel_matvec(train.x, train.x, y, classes, sigma); });
  double call = best_milliseconds(3, [&] { matvec(train, y, product); });
  report.timings.push_back(
      {"kernel matvec, 10 columns", compile, call, loop, relative_difference(product, plain)});
}

} // namespace digits
