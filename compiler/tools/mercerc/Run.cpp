// Running cases.
#include "compiler/tools/mercerc/Case.h"

#include <algorithm>

namespace mercer::tools {

namespace {

/// The numbers stored as elements of this type.
template <class Element>
Array stored(std::span<const double> numbers, const std::vector<std::int64_t> &shape) {
  Array array(dtype_of<Element>, Shape(shape));
  std::transform(numbers.begin(), numbers.end(), array.data<Element>(), [](double number) {
    if constexpr (std::is_same_v<Element, double>)
      return number;
    else
      return Element(static_cast<float>(number));
  });
  return array;
}

/// Whole numbers are real ones, too.
Array real_argument(const ArrayData &data, DType type) {
  if (!data.is_integer)
    return real_array(data.reals, data.shape, type);
  return real_array(std::vector<double>(data.integers.begin(), data.integers.end()), data.shape, type);
}

Array integer_argument(const stdlib::EntryInfo &entry, const std::string &name, const ArrayData &data) {
  if (!data.is_integer)
    throw Error(ErrorCode::type_mismatch,
                std::string(entry.name) + ", argument '" + name + "': expected integers, given reals");
  Array array(DType::i64, Shape(data.shape));
  std::copy(data.integers.begin(), data.integers.end(), array.data<std::int64_t>());
  return array;
}

template <class Element>
std::vector<double> converted(const Array &array) {
  std::vector<double> numbers(array.size());
  const Element *data = array.data<Element>();
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if constexpr (std::is_same_v<Element, half> || std::is_same_v<Element, bfloat16>)
      numbers[i] = static_cast<float>(data[i]);
    else
      numbers[i] = static_cast<double>(data[i]);
  return numbers;
}

} // namespace

Array real_array(std::span<const double> numbers, const std::vector<std::int64_t> &shape, DType type) {
  switch (type) {
  case DType::f32:
    return stored<float>(numbers, shape);
  case DType::f16:
    return stored<half>(numbers, shape);
  case DType::bf16:
    return stored<bfloat16>(numbers, shape);
  default:
    return stored<double>(numbers, shape);
  }
}

stdlib::EntryProgram usual_program(const stdlib::EntryInfo &entry, bool total) {
  std::vector<stdlib::InputShape> inputs;
  for (const stdlib::ParameterInfo &parameter : entry.parameters)
    if (parameter.input) {
      const int commas = static_cast<int>(std::count(parameter.shape.begin(), parameter.shape.end(), ','));
      inputs.push_back({std::string(parameter.name), parameter.shape.empty() ? 0 : commas + 1, parameter.shape.empty()});
    }
  return stdlib::make_program(entry, inputs, {}, total);
}

std::vector<Tensor> gradient_inputs(const stdlib::EntryInfo &entry, const stdlib::EntryProgram &made,
                                    const std::vector<std::string> &names) {
  std::vector<Tensor> result;
  for (const std::string &name : names)
    if (std::none_of(made.inputs.begin(), made.inputs.end(),
                     [&](const Tensor &t) { return t.name() == name; }))
      throw Error(ErrorCode::missing_input,
                  std::string(entry.name) + ", gradient: no argument is called '" + name + "'");
  for (const Tensor &input : made.inputs) {
    bool named = std::find(names.begin(), names.end(), input.name()) != names.end();
    if (named && input.kind() != real)
      throw Error(ErrorCode::kind_mismatch,
                  std::string(entry.name) + ", gradient: argument '" + input.name() + "' is not real");
    if (named || (names.empty() && input.kind() == real))
      result.push_back(input);
  }
  return result;
}

std::vector<double> elements(const Array &array) {
  switch (array.dtype()) {
  case DType::f64:
    return converted<double>(array);
  case DType::f32:
    return converted<float>(array);
  case DType::f16:
    return converted<half>(array);
  case DType::bf16:
    return converted<bfloat16>(array);
  case DType::i64:
    return converted<std::int64_t>(array);
  case DType::i32:
    return converted<std::int32_t>(array);
  case DType::i8:
    return converted<std::int8_t>(array);
  case DType::boolean:
    break;
  }
  return converted<bool>(array);
}

CaseResult run_case(const stdlib::EntryInfo &entry, const Case &input, const RunOptions &options) {
  std::vector<stdlib::InputShape> shapes;
  for (const auto &[name, data] : input.arguments)
    shapes.push_back({name, static_cast<int>(data.shape.size()), data.scalar});
  stdlib::EntryProgram made =
      stdlib::make_program(entry, shapes, input.parameters, options.gradient.has_value());
  std::vector<Tensor> wanted;
  if (options.gradient)
    wanted = gradient_inputs(entry, made, *options.gradient);
  std::vector<Array> storage; // an argument is only a view
  std::vector<Argument> arguments;
  for (const Tensor &tensor : made.inputs) {
    auto given = std::find_if(input.arguments.begin(), input.arguments.end(),
                              [&](const auto &argument) { return argument.first == tensor.name(); });
    const ArrayData &data = given->second;
    if (data.scalar && tensor.kind() == real) {
      arguments.emplace_back(data.reals.front());
      continue;
    }
    storage.push_back(tensor.kind() == real ? real_argument(data, options.type) : integer_argument(entry, tensor.name(), data));
    arguments.emplace_back(storage.back());
  }
  Program program = options.gradient ? value_and_gradient(made.program, wanted) : made.program;
  JitOptions jit_options;
  jit_options.threads = options.threads;
  jit_options.target = options.target;
  jit_options.timing = options.timing;
  Function function = options.interpreter ? interpret(program, options.bits) : jit(program, jit_options);
  std::vector<Array> outputs = function.call_all(arguments);
  CaseResult result;
  std::size_t position = options.gradient ? 1 : 0;
  for (const std::string &name : made.outputs)
    result.values.emplace_back(name, outputs[position++]);
  for (const Tensor &tensor : wanted)
    result.gradient.emplace_back(tensor.name(), outputs[position++]);
  return result;
}

} // namespace mercer::tools
