// An entry with its arguments: the program that runs it.
#include "mercer/stdlib/Registry.h"

#include <algorithm>
#include <cmath>

namespace mercer::stdlib {

namespace {

[[noreturn]] void reject(ErrorCode code, const EntryInfo &entry, std::string_view what, std::string_view name,
                         const std::string &message) {
  throw Error(code, std::string(entry.name) + ", " + std::string(what) + " '" + std::string(name) +
                        "': " + message);
}

std::string_view kind_of_value(const Value &value) {
  constexpr std::string_view names[] = {"nothing", "a tensor", "an expression", "a number",
                                        "text",    "a list",   "a kernel"};
  return names[value.index()];
}

/// A tensor of these constants: a choice by the index.
Tensor tensor_of(const std::vector<double> &values) {
  Index c("c", static_cast<std::int64_t>(values.size()));
  Expr element = values.empty() ? 0.0 : values[0];
  for (std::size_t i = 1; i < values.size(); ++i)
    element = where(c == static_cast<std::int64_t>(i), values[i], element);
  return Tensor(c, element);
}

/// The value of a parameter as its C++ argument takes it.
Value checked(const EntryInfo &entry, const ParameterInfo &parameter, const Value &value) {
  auto expected = [&](const char *what) {
    reject(ErrorCode::bad_option, entry, "parameter", parameter.name,
           std::string("expected ") + what + ", given " + std::string(kind_of_value(value)));
  };
  const double *number = std::get_if<double>(&value);
  auto in_range = [&] {
    if (!(*number >= parameter.low && *number <= parameter.high)) {
      auto text = [](double bound) { return to_text(Expr(bound)); };
      reject(ErrorCode::bad_option, entry, "parameter", parameter.name,
             "expected a number from " + text(parameter.low) + " to " + text(parameter.high) + ", given " +
                 text(*number));
    }
  };
  switch (parameter.kind) {
  case ParameterKind::real:
  case ParameterKind::optional_real:
    if (std::holds_alternative<Expr>(value))
      return value;
    if (!number)
      expected("a number");
    in_range();
    return value;
  case ParameterKind::constant:
    if (!number)
      expected("a number");
    in_range();
    return value;
  case ParameterKind::integer:
    if (!number || *number != std::floor(*number) || std::abs(*number) > 1e9)
      expected("a whole number");
    return value;
  case ParameterKind::boolean:
    if (!number)
      expected("true or false");
    return value;
  case ParameterKind::text:
  case ParameterKind::reduction:
    if (!std::holds_alternative<std::string>(value))
      expected("text");
    return value;
  case ParameterKind::list:
    if (!number && !std::holds_alternative<std::vector<double>>(value))
      expected("a list of numbers");
    return value;
  case ParameterKind::kernel:
    if (!std::holds_alternative<Kernel>(value))
      expected("a kernel");
    return value;
  case ParameterKind::tensor:
  case ParameterKind::optional_tensor:
    if (auto *list = std::get_if<std::vector<double>>(&value))
      return tensor_of(*list);
    if (number && parameter.kind == ParameterKind::optional_tensor)
      return scalar_tensor(*number);
    if (!std::holds_alternative<Tensor>(value))
      expected("a list of numbers");
    return value;
  }
  return value;
}

/// The value of one parameter that is not an input.
Value value_of(const EntryInfo &entry, const ParameterInfo &parameter,
               const std::vector<std::pair<std::string, Value>> &given) {
  for (const auto &[name, value] : given)
    if (name == parameter.name)
      return checked(entry, parameter, value);
  bool optional =
      parameter.kind == ParameterKind::optional_real || parameter.kind == ParameterKind::optional_tensor;
  if (parameter.initial.kind == Initial::Kind::none && !optional)
    reject(ErrorCode::missing_input, entry, "parameter", parameter.name, "missing");
  return initial_value(parameter);
}

void check_names(const EntryInfo &entry, std::span<const InputShape> inputs,
                 const std::vector<std::pair<std::string, Value>> &parameters) {
  auto known = [&](std::string_view name, bool as_input) {
    return std::any_of(entry.parameters.begin(), entry.parameters.end(), [&](const ParameterInfo &parameter) {
      bool either = parameter.kind == ParameterKind::optional_tensor;
      return parameter.name == name && (either || parameter.input == as_input);
    });
  };
  auto list = [&](bool as_input) {
    std::string text;
    for (const ParameterInfo &parameter : entry.parameters)
      if (parameter.input == as_input)
        text += (text.empty() ? "'" : ", '") + std::string(parameter.name) + "'";
    return text.empty() ? std::string("none") : text;
  };
  for (const InputShape &input : inputs)
    if (!known(input.name, true))
      reject(ErrorCode::missing_input, entry, "argument", input.name,
             "unknown; its arguments are " + list(true));
  for (const auto &[name, value] : parameters)
    if (!known(name, false))
      reject(ErrorCode::bad_option, entry, "parameter", name, "unknown; its parameters are " + list(false));
}

} // namespace

Kernel make_kernel(const EntryInfo &entry, const std::vector<std::pair<std::string, Value>> &parameters) {
  if (!entry.is_kernel)
    throw Error(ErrorCode::bad_option, std::string(entry.name) +
                                           ": expected a kernel, given an entry of the family '" +
                                           std::string(entry.family) + "'");
  check_names(entry, {}, parameters);
  std::vector<Value> values;
  for (std::size_t i = 2; i < entry.parameters.size(); ++i) {
    // A kernel inside of another entry has no arguments of its own.
    if (entry.parameters[i].input)
      reject(ErrorCode::bad_option, entry, "argument", entry.parameters[i].name,
             "a tensor, which a kernel that is a parameter cannot be given");
    values.push_back(value_of(entry, entry.parameters[i], parameters));
  }
  return entry.kernel(values);
}

EntryProgram make_program(const EntryInfo &entry, std::span<const InputShape> inputs,
                          const std::vector<std::pair<std::string, Value>> &parameters, bool total) {
  check_names(entry, inputs, parameters);
  std::vector<Value> values;
  std::vector<Tensor> tensors;
  for (const ParameterInfo &parameter : entry.parameters) {
    auto given = std::find_if(inputs.begin(), inputs.end(),
                              [&](const InputShape &input) { return input.name == parameter.name; });
    if (given == inputs.end()) {
      if (parameter.input && parameter.kind == ParameterKind::tensor)
        reject(ErrorCode::missing_input, entry, "argument", parameter.name, "missing");
      values.push_back(value_of(entry, parameter, parameters));
      continue;
    }
    Kind kind = !parameter.is_real_input() && parameter.input ? integer : real;
    bool number = given->scalar || given->rank == 0;
    if (parameter.kind == ParameterKind::real && !number)
      reject(ErrorCode::rank_mismatch, entry, "argument", parameter.name,
             "expected a number, given rank " + std::to_string(given->rank));
    tensors.push_back(number ? Tensor(Scalar(parameter.name, kind))
                             : Tensor(parameter.name, given->rank, kind));
    values.push_back(tensors.back());
  }
  std::vector<Output> outputs;
  std::vector<std::string> names;
  for (const Result &result : entry.results(values)) {
    std::vector<Index> indices;
    for (int d = 0; d < result.value.rank(); ++d)
      indices.emplace_back("o" + std::to_string(d));
    Expr element =
        result.value.read(std::vector<Expr>(indices.begin(), indices.end()), std::source_location::current());
    if (total && names.empty())
      outputs.emplace_back("total", indices.empty() ? element : sum(indices, element));
    outputs.emplace_back(result.name, Indices(indices), element);
    names.push_back(result.name);
  }
  Program program(entry.name, tensors, std::move(outputs));
  return {std::move(program), std::move(names), std::move(tensors)};
}

} // namespace mercer::stdlib
