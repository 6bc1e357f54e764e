// K1: what entries declare about their values.
#include "Compare.h"
#include "Promises.h"

#include <algorithm>
#include <cmath>

namespace mercer::test {

namespace {

/// The matrix of a kernel with rows and columns exchanged.
std::vector<double> transposed(const std::vector<double> &matrix, std::size_t columns) {
  std::vector<double> result(matrix.size());
  const std::size_t rows = matrix.size() / columns;
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j)
      result[j * rows + i] = matrix[i * columns + j];
  return result;
}

/// sum of w_i K_ij w_j for drawn weights.
double quadratic_form(const std::vector<double> &matrix, std::mt19937 &random) {
  const auto n = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(matrix.size()))));
  std::normal_distribution<double> normal;
  std::vector<double> weight(n);
  for (double &w : weight)
    w = normal(random);
  double form = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      form += weight[i] * matrix[i * n + j] * weight[j];
  return form;
}

class Properties {
public:
  Properties(const CompiledEntry &entry, const tools::Case &input, Findings &findings)
      : entry_(entry), input_(input), findings_(findings), value_(value_of(input)) {}

  void check(std::mt19937 &random) {
    if (has(stdlib::non_negative))
      expect("at least 0", std::ranges::all_of(value_, [](double v) { return v >= -1e-12; }));
    if (has(stdlib::at_most_one))
      expect("at most 1", std::ranges::all_of(value_, [](double v) { return v <= 1 + 1e-12; }));
    if (has(stdlib::scale_invariant))
      equal("invariant to scale", changed(3, 0), value_, 1e-8);
    if (has(stdlib::shift_invariant))
      equal("invariant to shifts", changed(1, 1), value_, 1e-8);
    tools::Case same = input_, exchanged = input_;
    if (has(stdlib::zero_when_equal) || has(stdlib::positive_definite))
      same.arguments[1].second = same.arguments[0].second;
    if (has(stdlib::zero_when_equal)) {
      const std::vector<double> zero = value_of(same);
      equal("0 when equal", zero, std::vector<double>(zero.size()), 1e-9);
    }
    if (has(stdlib::symmetric)) {
      std::swap(exchanged.arguments[0].second, exchanged.arguments[1].second);
      const std::vector<double> other = value_of(exchanged);
      const auto columns = static_cast<std::size_t>(input_.arguments[0].second.shape[0]);
      equal("symmetric", entry_.entry().is_kernel ? transposed(other, columns) : other, value_, 1e-9);
    }
    if (has(stdlib::positive_definite))
      expect("positive definite", quadratic_form(value_of(same), random) >= -1e-9);
  }

private:
  bool has(stdlib::Properties property) const { return (entry_.entry().properties & property) != 0; }
  std::vector<double> value_of(const tools::Case &input) const { return entry_.compiled(input).values[0]; }
  std::vector<double> changed(double scale, double shift) const {
    tools::Case other = input_;
    for (double &number : other.arguments[0].second.reals)
      number = number * scale + shift;
    return value_of(other);
  }
  void expect(const std::string &what, bool holds) {
    findings_.expect(entry_.name() + ", " + what, holds, "does not hold");
  }
  void equal(const std::string &what, const std::vector<double> &given, const std::vector<double> &expected,
             double tolerance) {
    const std::optional<std::string> wrong = difference(given, expected, tolerance);
    findings_.expect(entry_.name() + ", " + what, !wrong, wrong.value_or(""));
  }

  const CompiledEntry &entry_;
  const tools::Case &input_;
  Findings &findings_;
  std::vector<double> value_;
};

} // namespace

void check_properties(const CompiledEntry &entry, unsigned seed, Findings &findings) {
  if (!entry.has_default_options())
    return;
  std::mt19937 random(seed);
  for (std::int64_t more : {0, 0, 0, 16, 32}) {
    const tools::Case input = entry.draw(random, more);
    Properties(entry, input, findings).check(random);
  }
}

} // namespace mercer::test
