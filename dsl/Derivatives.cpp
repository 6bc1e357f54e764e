// Derivatives inside expressions and of whole programs.
#include "mercer/dsl/Node.h"

#include <algorithm>

namespace mercer {
namespace dsl {

Tensor input_gradient(const Expr &body, const Tensor &input) {
  TensorNode node(TensorOp::input_gradient, input.rank(), real, body.node()->where);
  node.body = body;
  node.base = input_node(input);
  return finish(std::move(node));
}

Expr tangent(const Expr &body, std::vector<std::pair<Tensor, Tensor>> directions) {
  ExprNode node(ExprOp::tangent, real, body.node()->where);
  node.operands = {body};
  node.directions = std::move(directions);
  return finish(std::move(node));
}

} // namespace dsl

/// The gradient of f for the function that the user called.
static Tensor gradient_of(std::string_view function, const std::function<Expr(const Tensor &)> &f, const Tensor &at,
                          std::source_location where) {
  TensorNode variable(TensorOp::variable, at.rank(), real, where);
  Tensor u = dsl::finish(std::move(variable));
  Expr body = f(u);
  if (body.kind() != real)
    throw Error(ErrorCode::kind_mismatch,
                std::string(function) + ": 'f' must give a real value, but gives " +
                    (body.kind() == integer ? "an " : "a ") + std::string(dsl::name_of(body.kind())) + " one",
                where);
  TensorNode node(TensorOp::gradient, at.rank(), real, where);
  node.body = body;
  node.variable = u.node();
  node.base = at.node();
  return dsl::finish(std::move(node));
}

Tensor gradient(const std::function<Expr(const Tensor &)> &f, const Tensor &at, std::source_location where) {
  if (!f)
    throw Error(ErrorCode::empty_function, "gradient: 'f' must be a function, but is empty", where);
  if (at.kind() != real)
    throw Error(ErrorCode::kind_mismatch,
                "gradient: 'at' must be real, but is " + std::string(dsl::name_of(at.kind())), where);
  return gradient_of("gradient", f, at, where);
}

Expr derivative(const std::function<Expr(const Expr &)> &f, const Expr &at, std::source_location where) {
  if (!f)
    throw Error(ErrorCode::empty_function, "derivative: 'f' must be a function, but is empty", where);
  if (at.kind() == boolean)
    throw Error(ErrorCode::kind_mismatch, "derivative: 'at' must be real, but is boolean", where);
  Tensor point(Indices(std::vector<Index>{}), to_real(at), where);
  return gradient_of("derivative", [&](const Tensor &u) { return f(u.read({}, where)); }, point, where).read({}, where);
}

//===- Programs -------------------------------------------------------------------------------------------------===//

namespace {

/// The inputs of the program that `with_respect_to` names. @throws Error(missing_input, kind_mismatch)
std::vector<Tensor> real_inputs(std::string_view function, const Program &program,
                                const std::vector<Tensor> &with_respect_to) {
  std::vector<Tensor> result;
  for (const Tensor &tensor : with_respect_to) {
    auto node = dsl::input_node(tensor);
    auto found = std::find_if(program.inputs().begin(), program.inputs().end(),
                              [&](const Tensor &input) { return node && dsl::input_node(input) == node; });
    if (found == program.inputs().end())
      throw Error(ErrorCode::missing_input,
                  std::string(function) + ": '" + (tensor.name().empty() ? "a tensor" : tensor.name()) +
                      "' is not an input of program '" + program.name() + "'",
                  program.where());
    if (found->kind() != real)
      throw Error(ErrorCode::kind_mismatch,
                  std::string(function) + ": input '" + found->name() + "' of program '" + program.name() +
                      "' must be real, but is " + std::string(dsl::name_of(found->kind())),
                  program.where());
    result.push_back(*found);
  }
  return result;
}

const Output &scalar_output(std::string_view function, const Program &program) {
  const Output &output = program.outputs().front();
  if (!output.indices.empty())
    throw Error(ErrorCode::not_scalar,
                std::string(function) + ": the first output '" + output.name + "' of program '" + program.name() +
                    "' must be a scalar, but has rank " + std::to_string(output.indices.size()) + "; vjp takes others",
                output.where);
  if (output.value.kind() != real)
    throw Error(ErrorCode::kind_mismatch,
                std::string(function) + ": the first output '" + output.name + "' of program '" + program.name() +
                    "' must be real, but is " + std::string(dsl::name_of(output.value.kind())),
                output.where);
  return output;
}

void require_real(std::string_view function, const Program &program) {
  for (const Output &output : program.outputs())
    if (output.value.kind() != real)
      throw Error(ErrorCode::kind_mismatch,
                  std::string(function) + ": output '" + output.name + "' of program '" + program.name() +
                      "' must be real, but is " + std::string(dsl::name_of(output.value.kind())),
                  output.where);
}

/// An output that holds a whole tensor, over indices with the extents of `like`'s dimensions.
Output whole(std::string name, const Tensor &like, const Tensor &value, std::source_location where) {
  static constexpr const char *names = "pqrstuvw";
  std::vector<Index> indices;
  for (int dimension = 0; dimension < like.rank(); ++dimension) {
    std::string index(1, names[dimension % 8]);
    if (dimension >= 8)
      index += "1";
    indices.emplace_back(index, extent(like, dimension, where), where);
  }
  return Output(name, Indices(indices), dsl::read(value, indices, where), where);
}

void add_gradients(std::vector<Output> &outputs, const Expr &value, const std::vector<Tensor> &inputs,
                   std::source_location where) {
  for (const Tensor &input : inputs)
    outputs.push_back(whole("d_" + input.name(), input, dsl::input_gradient(value, input), where));
}

/// The direction of an input: t_<input>, with underscores after it while that is an input's name.
Tensor direction_of(const Tensor &variable, const std::vector<Tensor> &inputs, std::source_location where) {
  std::string name = "t_" + variable.name();
  while (std::any_of(inputs.begin(), inputs.end(), [&](const Tensor &input) { return input.name() == name; }))
    name += '_';
  return Tensor(name, variable.rank(), real, where);
}

Program derived(const Program &program, std::vector<Tensor> inputs, std::vector<Output> outputs) {
  return Program(program.name(), std::move(inputs), std::move(outputs), program.where());
}

std::vector<Tensor> inputs_of(const Program &program) {
  return {program.inputs().begin(), program.inputs().end()};
}
std::vector<Output> outputs_of(const Program &program) {
  return {program.outputs().begin(), program.outputs().end()};
}

} // namespace

Program value_and_gradient(const Program &program, const std::vector<Tensor> &with_respect_to) {
  std::vector<Tensor> variables = real_inputs("value_and_gradient", program, with_respect_to);
  const Output &value = scalar_output("value_and_gradient", program);
  std::vector<Output> outputs = outputs_of(program);
  add_gradients(outputs, value.value, variables, program.where());
  return derived(program, inputs_of(program), std::move(outputs));
}

Program gradient(const Program &program, const std::vector<Tensor> &with_respect_to) {
  std::vector<Tensor> variables = real_inputs("gradient", program, with_respect_to);
  std::vector<Output> outputs;
  add_gradients(outputs, scalar_output("gradient", program).value, variables, program.where());
  return derived(program, inputs_of(program), std::move(outputs));
}

Program vjp(const Program &program, const std::vector<Tensor> &with_respect_to) {
  std::vector<Tensor> variables = real_inputs("vjp", program, with_respect_to);
  require_real("vjp", program);
  std::vector<Tensor> inputs = inputs_of(program);
  Expr total = 0.0;
  bool first = true;
  for (const Output &output : program.outputs()) {
    Tensor seed("seed_" + output.name, static_cast<int>(output.indices.size()), real, program.where());
    inputs.push_back(seed);
    Expr product = dsl::read(seed, output.indices, program.where()) * output.value;
    Expr term = output.indices.empty() ? product : sum(Indices(output.indices), product, true, program.where());
    total = first ? term : total + term;
    first = false;
  }
  std::vector<Output> outputs = outputs_of(program);
  add_gradients(outputs, total, variables, program.where());
  return derived(program, std::move(inputs), std::move(outputs));
}

Program jvp(const Program &program, const std::vector<Tensor> &with_respect_to) {
  std::vector<Tensor> variables = real_inputs("jvp", program, with_respect_to);
  require_real("jvp", program);
  std::vector<Tensor> inputs = inputs_of(program);
  std::vector<std::pair<Tensor, Tensor>> directions;
  for (const Tensor &variable : variables) {
    Tensor direction = direction_of(variable, inputs, program.where());
    inputs.push_back(direction);
    directions.emplace_back(Tensor(dsl::input_node(variable)), direction);
  }
  std::vector<Output> outputs = outputs_of(program);
  for (const Output &output : program.outputs())
    outputs.emplace_back("t_" + output.name, Indices(output.indices), dsl::tangent(output.value, directions),
                         program.where());
  return derived(program, std::move(inputs), std::move(outputs));
}

Program hessian_vector_product(const Program &program, const Tensor &with_respect_to) {
  Tensor variable = real_inputs("hessian_vector_product", program, {with_respect_to}).front();
  const Output &value = scalar_output("hessian_vector_product", program);
  std::vector<Tensor> inputs = inputs_of(program);
  Tensor direction = direction_of(variable, inputs, program.where());
  inputs.push_back(direction);
  std::vector<Output> outputs = outputs_of(program);
  Output slope = whole("d_" + variable.name(), variable, dsl::input_gradient(value.value, variable), program.where());
  outputs.push_back(slope);
  Expr curvature = dsl::tangent(slope.value, {{Tensor(dsl::input_node(variable)), direction}});
  outputs.emplace_back("h_" + variable.name(), Indices(slope.indices), curvature, program.where());
  return derived(program, std::move(inputs), std::move(outputs));
}

} // namespace mercer
