// Entries on arguments drawn from their declarations: entries known | properties | differences | engines TYPE
// THREADS.
#include "Compare.h"
#include "Draw.h"

#include <algorithm>
#include <cmath>
#include <iostream>

using namespace mercer;
using namespace mercer::tools;
using test::difference;

namespace {

constexpr unsigned seed = 20240229;
int failures = 0, checked = 0;

void report(const stdlib::EntryInfo &entry, const std::string &what,
            const std::optional<std::string> &wrong) {
  ++checked;
  if (!wrong)
    return;
  ++failures;
  std::cout << entry.name << ", " << what << ": " << *wrong << "\n";
}

std::vector<double> value_of(const stdlib::EntryInfo &entry, const Case &input, RunOptions options = {}) {
  options.gradient.reset();
  return elements(run_case(entry, input, options).values.front().second);
}

void check_known(const stdlib::EntryInfo &entry) {
  if (entry.known.value.empty())
    return;
  Case input = test::known_case(entry, entry.known.arguments);
  std::vector<double> expected = test::flatten(nlohmann::json::parse(entry.known.value), false).reals;
  report(entry, "known value", difference(value_of(entry, input), expected, std::max(entry.tolerance, 1e-9)));
}

void check_properties(const stdlib::EntryInfo &entry, std::mt19937 &random) {
  Case input = test::draw(entry, random);
  const std::vector<double> value = value_of(entry, input);
  auto all = [&](auto holds) {
    return std::all_of(value.begin(), value.end(), holds) ? std::optional<std::string>() : "does not hold";
  };
  auto has = [&](stdlib::Properties property) { return (entry.properties & property) != 0; };
  if (has(stdlib::non_negative))
    report(entry, "at least 0", all([](double v) { return v >= -1e-12; }));
  if (has(stdlib::at_most_one))
    report(entry, "at most 1", all([](double v) { return v <= 1 + 1e-12; }));
  auto changed = [&](double scale, double shift) {
    Case other = input;
    for (double &number : other.arguments[0].second.reals)
      number = number * scale + shift;
    return value_of(entry, other);
  };
  if (has(stdlib::scale_invariant))
    report(entry, "invariant to scale", difference(changed(3, 0), value, 1e-8));
  if (has(stdlib::shift_invariant))
    report(entry, "invariant to shifts", difference(changed(1, 1), value, 1e-8));
  if (has(stdlib::zero_when_equal)) {
    Case equal = input;
    equal.arguments[1].second = equal.arguments[0].second;
    std::vector<double> zero = value_of(entry, equal);
    report(entry, "0 when equal", difference(zero, std::vector<double>(zero.size()), 1e-9));
  }
  if (has(stdlib::symmetric)) {
    Case exchanged = input;
    std::swap(exchanged.arguments[0].second, exchanged.arguments[1].second);
    std::vector<double> other = value_of(entry, exchanged);
    if (entry.is_kernel) {
      std::size_t rows = input.arguments[0].second.shape[0], columns = input.arguments[1].second.shape[0];
      std::vector<double> transposed(other.size());
      for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
          transposed[i * columns + j] = other[j * rows + i];
      other = transposed;
    }
    report(entry, "symmetric", difference(other, value, 1e-9));
  }
  if (has(stdlib::positive_definite)) {
    Case gram = input;
    gram.arguments[1].second = gram.arguments[0].second;
    std::vector<double> matrix = value_of(entry, gram);
    std::size_t n = gram.arguments[0].second.shape[0];
    std::normal_distribution<double> normal;
    std::vector<double> weight(n);
    for (double &w : weight)
      w = normal(random);
    double form = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        form += weight[i] * matrix[i * n + j] * weight[j];
    report(entry, "positive definite",
           form >= -1e-9 ? std::nullopt : std::optional<std::string>("does not hold"));
  }
}

/// Takes its mean from each row.
void centre_rows(std::vector<double> &numbers, std::int64_t row) {
  for (auto start = numbers.begin(); start != numbers.end(); start += row) {
    double mean = 0;
    std::for_each(start, start + row, [&](double number) { mean += number / static_cast<double>(row); });
    std::for_each(start, start + row, [&](double &number) { number -= mean; });
  }
}

/// The derivative along a drawn direction against the central difference of the value.
void check_differences(const stdlib::EntryInfo &entry, std::mt19937 &random) {
  Case input = test::draw(entry, random);
  for (std::size_t argument = 0; argument < input.arguments.size(); ++argument) {
    const auto &[name, data] = input.arguments[argument];
    if (data.is_integer)
      continue;
    RunOptions options;
    options.gradient = {name};
    std::vector<double> gradient = elements(run_case(entry, input, options).gradient.front().second);
    std::normal_distribution<double> normal;
    constexpr double step = 1e-6;
    Case ahead = input, behind = input;
    std::vector<double> direction(gradient.size());
    for (double &component : direction)
      component = normal(random);
    bool probability =
        std::any_of(entry.parameters.begin(), entry.parameters.end(), [&](const auto &parameter) {
          return parameter.name == name && parameter.draw == stdlib::Draw::probability;
        });
    if (probability) // rows go on summing to 1
      centre_rows(direction, data.shape.back());
    double along = 0;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      along += gradient[i] * direction[i];
      ahead.arguments[argument].second.reals[i] += step * direction[i];
      behind.arguments[argument].second.reals[i] -= step * direction[i];
    }
    auto total = [&](const Case &at) {
      double sum = 0;
      for (double value : value_of(entry, at))
        sum += value;
      return sum;
    };
    double expected = (total(ahead) - total(behind)) / (2 * step);
    // Teachers and reference models are detached.
    bool detached = std::all_of(gradient.begin(), gradient.end(), [](double g) { return g == 0; });
    if (!detached && entry.smoothness != stdlib::Smoothness::detached)
      report(entry, "gradient of " + name, difference({along}, {expected}, 1e-4));
  }
}

/// Compiled against interpreted: every result, and the gradient by every real input.
void check_engines(const stdlib::EntryInfo &entry, const test::Variant &variant, std::mt19937 &random,
                   DType type, int threads) {
  Case input = test::draw(entry, random, 0, variant.optional);
  input.parameters = variant.parameters;
  RunOptions options;
  options.type = type;
  options.threads = threads;
  options.gradient.emplace();
  RunOptions reference = options;
  reference.interpreter = true;
  bool single = type != DType::f64;
  double tolerance = single ? entry.tolerance_f32 : std::max(entry.tolerance, 1e-10);
  double of_gradient = type == DType::bf16 ? 1e-2 : single ? 2e-3 : std::max(10 * tolerance, 1e-9);
  CaseResult given = run_case(entry, input, options), expected = run_case(entry, input, reference);
  for (std::size_t i = 0; i < given.values.size(); ++i)
    report(entry, variant.name + ", " + given.values[i].first,
           difference(elements(given.values[i].second), elements(expected.values[i].second), tolerance));
  for (std::size_t i = 0; i < given.gradient.size(); ++i) {
    std::vector<double> gradient = elements(given.gradient[i].second);
    // A derivative that is 0 by cancellation has no size of its own to compare with.
    auto is_below = [](double bound) { return [bound](double g) { return std::abs(g) < bound; }; };
    if (std::ranges::all_of(elements(expected.gradient[i].second), is_below(1e-12)) &&
        std::ranges::all_of(gradient, is_below(single ? 1e-5 : 1e-12)))
      continue;
    report(entry, variant.name + ", gradient of " + given.gradient[i].first,
           difference(gradient, elements(expected.gradient[i].second), of_gradient));
  }
}

} // namespace

int main(int argc, char **argv) {
  std::string mode = argc > 1 ? argv[1] : "";
  if (mode != "known" && mode != "properties" && mode != "differences" && !(mode == "engines" && argc == 4))
    return 2;
  std::cout << "seed " << seed << "\n";
  for (const stdlib::EntryInfo &entry : stdlib::entries()) {
    std::mt19937 random(seed);
    try {
      if (mode == "known")
        check_known(entry);
      else if (mode == "properties")
        check_properties(entry, random);
      else if (mode == "differences")
        check_differences(entry, random);
      else
        for (DType type : {DType::f64, DType::f32, DType::bf16})
          if (name_of(type) == argv[2])
            for (const test::Variant &variant : test::variants(entry))
              check_engines(entry, variant, random, type, std::stoi(argv[3]));
    } catch (const std::exception &error) {
      report(entry, mode, error.what());
    }
  }
  std::cout << checked << " checked, " << failures << " wrong\n";
  return failures != 0 || checked == 0;
}
