#include "compiler/tools/mercerc/Plot.h"

#include "compiler/tools/mercerc/Draw.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace mercer::tools {
namespace {

constexpr int points = 121;

struct Range {
  double low, high;
};

/// Where a number of this kind may be.
Range range_of(stdlib::Draw kind) {
  switch (kind) {
  case stdlib::Draw::positive:
    return {0.05, 3};
  case stdlib::Draw::cosine:
    return {-1, 1};
  case stdlib::Draw::probability:
  case stdlib::Draw::binary:
    return {0.02, 0.98};
  default:
    return {-3, 3};
  }
}

std::vector<double> spread(Range range) {
  std::vector<double> at(points);
  for (int n = 0; n < points; ++n)
    at[static_cast<std::size_t>(n)] = range.low + (range.high - range.low) * n / (points - 1);
  return at;
}

double total(const Array &array) {
  const std::vector<double> all = elements(array);
  return std::accumulate(all.begin(), all.end(), 0.0);
}

RunOptions with_gradient_by(const std::string &name) {
  RunOptions options;
  options.interpreter = true; // a case is small
  options.gradient = {name};
  return options;
}

/// Does a kernel take no tensors but its points?
bool takes_points_alone(const stdlib::EntryInfo &kernel) {
  return std::none_of(kernel.parameters.begin() + 2, kernel.parameters.end(),
                      [](const stdlib::ParameterInfo &parameter) { return parameter.kind == stdlib::ParameterKind::tensor; });
}

/// k(x, 0): all points are one call.
Curve curve_of_kernel(const stdlib::EntryInfo &entry) {
  Curve curve{std::string(entry.name), "x, with y = 0", spread(range_of(stdlib::Draw::normal)), {}, {}};
  auto rows = [](std::vector<double> numbers) {
    ArrayData data;
    data.shape = {static_cast<std::int64_t>(numbers.size()), 1};
    data.reals = std::move(numbers);
    return data;
  };
  Case line;
  const std::string x(entry.parameters[0].name), y(entry.parameters[1].name);
  line.arguments = {{x, rows(curve.at)}, {y, rows({0.0})}};
  const CaseResult result = run_case(entry, line, with_gradient_by(x));
  curve.value = elements(result.values.front().second);
  curve.slope = elements(result.gradient.front().second);
  return curve;
}

std::string subscripts_of_first(const ArrayData &data) {
  std::string zeros;
  for (std::size_t d = 0; d < data.shape.size(); ++d)
    zeros += d == 0 ? "0" : ", 0";
  return data.scalar ? "" : "(" + zeros + ")";
}

// --- SVG -------------------------------------------------------------------------------------------

constexpr double width = 640, height = 400, left = 64, right = 16, top = 36, bottom = 48;

std::string text_of(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", std::abs(value) < 1e-12 ? 0.0 : value);
  return text;
}

/// 1, 2 or 5 times a power of 10, so that a range has 4 to 9 steps.
double step_of(double range) {
  const double power = std::pow(10, std::floor(std::log10(range / 4)));
  for (double step : {5.0, 2.0})
    if (range / (step * power) >= 4)
      return step * power;
  return power;
}

class Drawing {
public:
  explicit Drawing(const Curve &curve) : curve_(curve), x_{curve.at.front(), curve.at.back()}, y_{0, 0} {
    for (const std::vector<double> *line : {&curve.value, &curve.slope})
      for (double value : *line)
        if (std::isfinite(value))
          y_ = {std::min(y_.low, value), std::max(y_.high, value)};
    if (y_.high - y_.low < 1e-9)
      y_.high = y_.low + 1;
    const double margin = 0.04 * (y_.high - y_.low);
    y_ = {y_.low - margin, y_.high + margin};
  }

  std::string text() {
    out_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"400\" viewBox=\"0 0 640 400\" font-family=\"sans-serif\" "
           "font-size=\"12\">\n<rect width=\"640\" height=\"400\" fill=\"#ffffff\"/>\n";
    label(width / 2, 20, "middle", curve_.title);
    label((left + width - right) / 2, height - 10, "middle", curve_.across);
    axis(x_, [&](double at) { return std::pair(across(at), up(y_.low)); }, [&](double at) { return std::pair(across(at), up(y_.high)); },
         0, 18, "middle");
    axis(y_, [&](double at) { return std::pair(across(x_.low), up(at)); }, [&](double at) { return std::pair(across(x_.high), up(at)); },
         -6, 4, "end");
    polyline(curve_.value, "#1f5fa8", "");
    polyline(curve_.slope, "#c4501b", " stroke-dasharray=\"6 4\"");
    label(width - right - 140, top - 8, "end", "value", "#1f5fa8");
    label(width - right, top - 8, "end", "derivative (dashed)", "#c4501b");
    return out_ + "</svg>\n";
  }

private:
  double across(double x) const { return left + (x - x_.low) / (x_.high - x_.low) * (width - left - right); }
  double up(double y) const { return height - bottom - (y - y_.low) / (y_.high - y_.low) * (height - top - bottom); }
  static std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
  }

  void label(double x, double y, const std::string &anchor, const std::string &text, const std::string &color = "#222222") {
    out_ += "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\" fill=\"" + color + "\">" + text + "</text>\n";
  }
  template <class Begin, class End>
  void axis(Range range, Begin begin, End end, double dx, double dy, const std::string &anchor) {
    const double step = step_of(range.high - range.low);
    for (double at = std::ceil(range.low / step) * step; at <= range.high; at += step) {
      auto [x0, y0] = begin(at);
      auto [x1, y1] = end(at);
      const bool zero = std::abs(at) < step / 1000;
      out_ += "<line x1=\"" + number(x0) + "\" y1=\"" + number(y0) + "\" x2=\"" + number(x1) + "\" y2=\"" + number(y1) + "\" stroke=\"" +
              (zero ? "#888888" : "#dddddd") + "\"/>\n";
      label(x0 + dx, y0 + dy, anchor, text_of(at));
    }
  }
  /// With gaps where there is no number.
  void polyline(const std::vector<double> &line, const std::string &color, const std::string &style) {
    std::string list;
    auto end = [&] {
      if (!list.empty())
        out_ += "<polyline fill=\"none\" stroke=\"" + color + "\" stroke-width=\"2\"" + style + " points=\"" + list + "\"/>\n";
      list.clear();
    };
    for (std::size_t n = 0; n < line.size(); ++n)
      if (std::isfinite(line[n]))
        list += (list.empty() ? "" : " ") + number(across(curve_.at[n])) + "," + number(up(line[n]));
      else
        end();
    end();
  }

  const Curve &curve_;
  Range x_, y_;
  std::string out_;
};

} // namespace

Curve curve_of(const stdlib::EntryInfo &entry) {
  if (entry.is_kernel && takes_points_alone(entry)) {
    try {
      return curve_of_kernel(entry);
    } catch (const Error &error) { // of points with two coordinates, such as latitude and longitude, the known case is drawn
      if (error.code() != ErrorCode::index_out_of_range)
        throw;
    }
  }
  auto changing = std::find_if(entry.parameters.begin(), entry.parameters.end(), [](const stdlib::ParameterInfo &parameter) {
    return parameter.is_real_input() && parameter.kind == stdlib::ParameterKind::tensor;
  });
  if (changing == entry.parameters.end() || entry.known.value.empty())
    throw Error(ErrorCode::unsupported, std::string(entry.name) + ": has no real tensor or no known case to draw", {});
  Case known = known_case(entry, entry.known.arguments);
  const std::string name(changing->name);
  auto argument = std::find_if(known.arguments.begin(), known.arguments.end(), [&](const auto &given) { return given.first == name; });
  if (argument == known.arguments.end() || argument->second.reals.empty())
    throw Error(ErrorCode::unsupported, std::string(entry.name) + ": its known case has no element of '" + name + "' to change", {});
  ArrayData &data = argument->second;
  Curve curve{std::string(entry.name), name + subscripts_of_first(data), spread(range_of(changing->draw)), {}, {}};
  const RunOptions options = with_gradient_by(name);
  for (double at : curve.at) {
    data.reals.front() = at;
    const CaseResult result = run_case(entry, known, options);
    curve.value.push_back(total(result.values.front().second));
    curve.slope.push_back(elements(result.gradient.front().second).front());
  }
  return curve;
}

std::string svg_of(const Curve &curve) { return Drawing(curve).text(); }

} // namespace mercer::tools
