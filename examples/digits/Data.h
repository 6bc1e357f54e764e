// Handwritten digits: reading, and a fixed split.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace digits {

inline constexpr int pixels = 64;

/// Images of 8x8 pixels in 0 .. 1, row after row, and the digit that each shows.
struct Images {
  std::vector<float> x;
  std::vector<std::int64_t> label;
  std::int64_t count() const { return static_cast<std::int64_t>(label.size()); }
  const float *image(std::int64_t n) const { return x.data() + n * pixels; }
  void add(const float *image, std::int64_t digit);
};

/// A linear congruential generator (Knuth's MMIX constants), so that NumPy can repeat every draw.
class Random {
public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  /// In 0 .. below-1.
  std::uint64_t below(std::uint64_t below) { return next() % below; }
  /// In -1 .. 1.
  double uniform() { return static_cast<double>(next()) / static_cast<double>(1ull << 30) - 1; }
  /// A random order of 0 .. count-1.
  std::vector<std::int64_t> order(std::int64_t count);

private:
  std::uint64_t next() {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    return state_ >> 33;
  }
  std::uint64_t state_;
};

/// Lines of 64 intensities 0 .. 16 and the digit. @throws std::runtime_error naming file and line
Images read_csv(const std::string &path);

/// 1,347 images to train on and 450 to test, always the same.
struct Split {
  Images train, test;
};
Split split(const Images &all);

} // namespace digits
