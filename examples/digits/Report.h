// A table of the compiled functions beside plain C++ loops.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace digits {

/// Milliseconds that `work` takes.
template <class Work>
double milliseconds(Work work) {
  auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

/// The least of several runs.
template <class Work>
double best_milliseconds(int runs, Work work) {
  double best = milliseconds(work);
  for (int run = 1; run < runs; ++run)
    best = std::min(best, milliseconds(work));
  return best;
}

/// A compiled function: how long compiling and a call take, a plain loop for the same, and how far they
/// differ.
struct Timing {
  std::string what;
  double compile, call, loop, difference;
};

/// A fact that the example reports, and the range in which it is believable.
struct Figure {
  std::string what;
  double value, low, high;
};

struct Report {
  std::vector<Timing> timings;
  std::vector<Figure> figures;
  /// Prints the table; true when every figure lies in its range and loops agree.
  bool print() const;
};

/// The largest |a - b| over the largest |b|.
double relative_difference(const std::vector<float> &a, const std::vector<float> &b);

/// A bar on the terminal; every tenth step as a line where the output is no terminal.
void show_progress(int step, int steps, double loss);

} // namespace digits
