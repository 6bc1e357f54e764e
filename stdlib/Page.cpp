// The reference page of an entry: what the declaration says, and the formula printed from the body.
#include "mercer/stdlib/Registry.h"

#include <algorithm>
#include <sstream>

namespace mercer::stdlib {

namespace {

int rank_of(std::string_view shape) {
  return shape.empty() ? 0 : 1 + static_cast<int>(std::count(shape.begin(), shape.end(), ','));
}

/// Names instead of values for everything real, so that the formula shows them.
std::vector<Value> symbols(const EntryInfo &entry) {
  std::vector<Value> values;
  for (const ParameterInfo &parameter : entry.parameters) {
    Kind kind = parameter.input && !parameter.is_real_input() ? integer : real;
    if (parameter.kind == ParameterKind::tensor)
      values.push_back(Tensor(parameter.name, rank_of(parameter.shape), kind));
    else if (parameter.kind == ParameterKind::real)
      values.push_back(Expr(Scalar(parameter.name)));
    else
      values.push_back(initial_value(parameter));
  }
  return values;
}

const char *words_of(Smoothness smoothness) {
  switch (smoothness) {
  case Smoothness::detached:
    return "the gradient is that of a value with detached parts";
  case Smoothness::kinked:
    return "a gradient away from kinks, and the documented one at them";
  case Smoothness::once:
    return "a gradient everywhere, second derivatives almost everywhere";
  case Smoothness::twice:
    break;
  }
  return "twice differentiable";
}

} // namespace

std::string initial_text(const ParameterInfo &parameter) {
  std::ostringstream text;
  const Initial &initial = parameter.initial;
  switch (initial.kind) {
  case Initial::Kind::none:
    return "none";
  case Initial::Kind::number:
    if (parameter.kind == ParameterKind::boolean)
      return initial.number != 0 ? "true" : "false";
    text << initial.number;
    return text.str();
  case Initial::Kind::text:
    return std::string(initial.text);
  case Initial::Kind::list:
    for (std::size_t i = 0; i < initial.size; ++i)
      text << (i == 0 ? "[" : ", ") << initial.list[i];
    return text.str() + "]";
  case Initial::Kind::kernel:
    break;
  }
  return std::string(initial.text);
}

std::string page(const EntryInfo &entry, bool latex) {
  std::ostringstream text;
  text << entry.name << " (" << entry.family << ")";
  if (!entry.also.empty())
    text << ", also " << entry.also;
  text << "\n" << entry.summary << "\n\nFormula\n";
  for (const Result &result : entry.results(symbols(entry))) {
    std::vector<Expr> indices;
    std::string left = result.name;
    for (int d = 0; d < result.value.rank(); ++d) {
      std::string name = d < 3 ? std::string(1, "ijk"[d]) : "i" + std::to_string(d);
      left += (d == 0 ? "(" : ", ") + name;
      indices.push_back(Index(name));
    }
    Expr element = result.value.read(indices, std::source_location::current());
    text << "  " << left << (indices.empty() ? "" : ")") << " = "
         << (latex ? to_latex(element) : to_text(element)) << "\n";
  }
  text << "\nArguments\n";
  for (const ParameterInfo &parameter : entry.parameters)
    if (parameter.input)
      text << "  " << parameter.name << " [" << parameter.shape << "] "
           << (parameter.is_real_input() ? "real" : "integer") << ": " << parameter.doc << "\n";
  bool heading = false;
  for (const ParameterInfo &parameter : entry.parameters) {
    if (parameter.input)
      continue;
    if (!heading)
      text << "\nParameters\n";
    heading = true;
    text << "  " << parameter.name << " = " << initial_text(parameter);
    if (parameter.low > -1e300 || parameter.high < 1e300)
      text << " in [" << parameter.low << ", " << parameter.high << "]";
    text << ": " << parameter.doc << "\n";
  }
  text << "\nSource\n  " << entry.source << "\n";
  if (!entry.known.value.empty())
    text << "\nKnown value\n  " << entry.known.arguments << " gives " << entry.known.value << "\n";
  text << "\nDerivatives\n  " << words_of(entry.smoothness) << "\n";
  if (!entry.kink.value.empty())
    text << "  at " << entry.kink.arguments << " the gradient by " << entry.parameters.front().name << " is "
         << entry.kink.value << "\n";
  text << "\nTolerance\n  f64 " << entry.tolerance << ", f32 " << entry.tolerance_f32 << " (relative)\n";
  return text.str();
}

} // namespace mercer::stdlib
