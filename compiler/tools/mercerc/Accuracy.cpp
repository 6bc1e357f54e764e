#include "compiler/tools/mercerc/Accuracy.h"

#include "compiler/tools/mercerc/Scalar.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iomanip>
#include <limits>
#include <ostream>

namespace mercer::tools {
namespace {

constexpr int true_bits = 200;
constexpr std::int64_t floats_apart = 997;

/// What is done to the drawn numbers of inputs that take any real number.
struct Hostility {
  const char *name;
  double (*change)(double number, std::size_t position);
};
constexpr Hostility kinds[] = {
    {"drawn", [](double number, std::size_t) { return number; }},
    {"tiny", [](double number, std::size_t) { return number * 1e-12; }},
    {"huge", [](double number, std::size_t) { return number * 1e4; }},
    {"far", [](double number, std::size_t) { return number + 1000; }},
    {"close", [](double number, std::size_t position) { return 0.7 + 1e-4 * number * static_cast<double>(position % 3); }},
};

/// The largest error met, in units in the last place.
struct Worst {
  double own = 0;     ///< of the element itself
  double largest = 0; ///< of the result's largest element

  void meet(const std::vector<double> &given, const std::vector<double> &expected, DType type) {
    double most = 0;
    for (double value : expected)
      most = std::max(most, std::abs(value));
    for (std::size_t n = 0; n < expected.size(); ++n) {
      own = std::max(own, distance(given[n], expected[n], expected[n], type));
      largest = std::max(largest, distance(given[n], expected[n], most, type));
    }
  }

private:
  static double distance(double given, double expected, double scale, DType type) {
    if ((std::isnan(given) && std::isnan(expected)) || given == expected)
      return 0;
    const bool is_f32 = type == DType::f32;
    const double greatest = is_f32 ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
    if (std::isinf(given) && std::abs(expected) >= greatest)
      return 0; // overflows in this type
    const int digits = is_f32 ? 24 : 53, least = is_f32 ? -149 : -1074;
    const int exponent = scale == 0 || !std::isfinite(scale) ? least : std::max(std::ilogb(scale) - digits + 1, least);
    return std::abs(given - expected) / std::ldexp(1.0, exponent);
  }
};

void change(const stdlib::EntryInfo &entry, const Hostility &kind, DType type, Case &input) {
  for (auto &[name, data] : input.arguments) {
    auto parameter = std::find_if(entry.parameters.begin(), entry.parameters.end(), [&, &name = name](const auto &p) { return p.name == name; });
    const bool any_number = parameter->draw == stdlib::Draw::normal && !data.scalar;
    for (std::size_t n = 0; n < data.reals.size(); ++n) {
      if (any_number)
        data.reals[n] = kind.change(data.reals[n], n);
      if (type == DType::f32) // the truth is that of what is stored
        data.reals[n] = static_cast<float>(data.reals[n]);
    }
  }
}

std::string text_of(double ulps) {
  char text[32];
  std::snprintf(text, sizeof text, ulps < 1000 ? "%.2f" : "%.1e", ulps);
  return std::isfinite(ulps) ? text : "wrong kind"; // a number for an infinity, or NaN
}

} // namespace

void write_accuracy(std::ostream &out, const stdlib::EntryInfo &entry, const AccuracyOptions &options) {
  out << entry.name << ": largest errors in units in the last place, of the element itself | of the result's largest element\n"
      << std::left << std::setw(6) << "type" << std::setw(8) << "inputs" << std::setw(24) << "value" << "gradient\n";
  const bool has_inputs = std::any_of(entry.parameters.begin(), entry.parameters.end(), [](const auto &p) { return p.is_real_input(); });
  for (DType type : {DType::f32, DType::f64})
    for (const Hostility &kind : kinds) {
      Worst value, slope;
      std::mt19937 random(options.seed);
      for (int n = 0; n < options.draws; ++n) {
        Case input = draw(entry, random, n % 4 * 8);
        change(entry, kind, type, input);
        RunOptions run;
        run.type = type;
        if (has_inputs)
          run.gradient.emplace();
        const CaseResult given = run_case(entry, input, run);
        run.type = DType::f64;
        run.interpreter = true;
        run.bits = true_bits;
        const CaseResult truth = run_case(entry, input, run);
        for (std::size_t r = 0; r < truth.values.size(); ++r)
          value.meet(elements(given.values[r].second), elements(truth.values[r].second), type);
        for (std::size_t r = 0; r < truth.gradient.size(); ++r)
          slope.meet(elements(given.gradient[r].second), elements(truth.gradient[r].second), type);
      }
      out << std::setw(6) << name_of(type) << std::setw(8) << kind.name << std::setw(24) << text_of(value.own) + " | " + text_of(value.largest)
          << (has_inputs ? text_of(slope.own) + " | " + text_of(slope.largest) : "") << "\n";
    }
  for (const ScalarFunction &function : scalar_functions(entry, {std::string(entry.name), {}})) {
    const ScalarErrors errors = function.errors(floats_apart);
    auto at = [](const Largest &error) { return error.ulps == 0 ? text_of(0) : text_of(error.ulps) + " at " + number_text(error.at, 9); };
    auto where = [&](const LargestError &error) {
      return at(error) +
             (error.ulps > allowed_ulps ? " (" + at(error.mixed) + " once the argument may move by " + std::to_string(moved_by) + ")" : "");
    };
    out << "\nAs a function of one number of '" << function.name() << "', f32 at " << errors.floats << " floats from -2^60 to 2^60:\nvalue "
        << where(errors.value) << ", derivative " << where(errors.slope) << "\n";
  }
}

} // namespace mercer::tools
