#include "Report.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace digits {

bool Report::print() const {
  bool good = true;
  std::printf("\n%-34s %10s %10s %10s %8s %11s\n", "compiled function", "compile ms", "call ms", "loop ms",
              "ratio", "difference");
  for (const Timing &timing : timings) {
    std::printf("%-34s %10.1f %10.3f %10.3f %7.1fx %11.1e\n", timing.what.c_str(), timing.compile,
                timing.call, timing.loop, timing.loop / timing.call, timing.difference);
    good &= timing.difference < 1e-3;
  }
  std::printf("\n%-56s %10s\n", "result", "value");
  for (const Figure &figure : figures) {
    bool inside = figure.value >= figure.low && figure.value <= figure.high;
    std::printf("%-56s %10.4g%s\n", figure.what.c_str(), figure.value, inside ? "" : "  (not believable)");
    good &= inside;
  }
  return good;
}

double relative_difference(const std::vector<float> &a, const std::vector<float> &b) {
  double largest = 1e-30, difference = 0;
  for (std::size_t n = 0; n < a.size(); ++n) {
    largest = std::max(largest, std::abs(double(b[n])));
    difference = std::max(difference, std::abs(double(a[n]) - double(b[n])));
    if (std::isnan(a[n]) != std::isnan(b[n]))
      return INFINITY;
  }
  return difference / largest;
}

void show_progress(int step, int steps, double loss) {
  constexpr int width = 40;
  if (isatty(STDOUT_FILENO)) {
    int filled = width * step / steps;
    std::printf("\r[%.*s%*s] %3d/%d  loss %.4f", filled,
                "========================================", width - filled, "", step, steps, loss);
    if (step == steps)
      std::printf("\n");
    std::fflush(stdout);
  } else if (step % (steps / 10) == 0) {
    std::printf("  step %3d/%d  loss %.4f\n", step, steps, loss);
  }
}

} // namespace digits
