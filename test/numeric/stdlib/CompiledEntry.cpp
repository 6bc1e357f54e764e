// Running an entry.
#include "CompiledEntry.h"

#include <algorithm>

namespace mercer::test {

namespace {

std::vector<stdlib::InputShape> shapes_of(const tools::Case &input) {
  std::vector<stdlib::InputShape> shapes;
  for (const auto &[name, data] : input.arguments)
    shapes.push_back({name, static_cast<int>(data.shape.size()), data.scalar});
  return shapes;
}

/// The sum of all elements of all results, each with a weight of its own: the plain sum of a softmax is
/// constant.
Expr weighted_sum(const Program &program) {
  Expr total = 0.0;
  for (const Output &output : program.outputs()) {
    Expr position = 1;
    for (const Index &index : output.indices)
      position = 3 * position + index;
    Expr weighted = (0.5 + to_real(position % 7)) * output.value;
    total = total + (output.indices.empty() ? output.value : sum(output.indices, weighted));
  }
  return total;
}

} // namespace

CompiledEntry::CompiledEntry(const stdlib::EntryInfo &entry, const Variant &variant, DType type,
                             unsigned seed)
    : entry_(entry),
      name_(variant.name + (type == DType::f64 ? "" : " in " + std::string(mercer::name_of(type)))),
      variant_(variant), type_(type) {
  std::mt19937 random(seed);
  stdlib::EntryProgram made = stdlib::make_program(entry, shapes_of(draw(random)), variant.parameters, false);
  inputs_ = made.inputs;
  results_ = made.outputs.size();
  std::copy_if(inputs_.begin(), inputs_.end(), std::back_inserter(variables_),
               [](const Tensor &input) { return input.kind() == real; });
  std::vector<Output> outputs{{"total", weighted_sum(made.program)}};
  outputs.insert(outputs.end(), made.program.outputs().begin(), made.program.outputs().end());
  value_.emplace(made.program.name(), inputs_, std::move(outputs));
  with_gradient_ = value_and_gradient(*value_, variables_);
  function_ = jit(*with_gradient_, {.threads = 1});
}

tools::Case CompiledEntry::draw(std::mt19937 &random, std::int64_t more) const {
  return test::draw(entry_, random, more, variant_.optional);
}

std::vector<std::size_t> CompiledEntry::variables(const tools::Case &input) const {
  std::vector<std::size_t> result;
  for (const Tensor &variable : variables_)
    for (std::size_t n = 0; n < input.arguments.size(); ++n)
      if (input.arguments[n].first == variable.name())
        result.push_back(n);
  return result;
}

std::vector<Array> CompiledEntry::call(const Function &function, const tools::Case &input,
                                       const std::vector<std::vector<double>> *direction) const {
  std::vector<Array> storage; // an argument is only a view
  std::vector<Argument> arguments;
  auto add = [&](const tools::ArrayData &data, const std::vector<double> &reals) {
    if (data.scalar)
      return arguments.emplace_back(reals.front());
    if (data.is_integer) {
      Array array(DType::i64, Shape(data.shape));
      std::copy(data.integers.begin(), data.integers.end(), array.data<std::int64_t>());
      storage.push_back(array);
    } else {
      storage.push_back(tools::real_array(reals, data.shape, type_));
    }
    return arguments.emplace_back(storage.back());
  };
  for (const Tensor &tensor : inputs_)
    for (const auto &[name, data] : input.arguments)
      if (name == tensor.name())
        add(data, data.reals);
  if (direction) {
    const std::vector<std::size_t> positions = variables(input);
    for (std::size_t n = 0; n < positions.size(); ++n)
      add(input.arguments[positions[n]].second, (*direction)[n]);
  }
  return function.call_all(arguments);
}

Evaluation CompiledEntry::run(const Function &function, const tools::Case &input) const {
  std::vector<Array> outputs = call(function, input);
  Evaluation result;
  result.total = tools::elements(outputs[0]).front();
  for (std::size_t n = 1; n < outputs.size(); ++n)
    (n <= results_ ? result.values : result.gradient).push_back(tools::elements(outputs[n]));
  return result;
}

Evaluation CompiledEntry::interpreted(const tools::Case &input, int bits) const {
  auto [place, fresh] = interpreted_.try_emplace({true, bits});
  if (fresh)
    place->second = interpret(*with_gradient_, bits);
  return run(place->second, input);
}

Evaluation CompiledEntry::interpreted_value(const tools::Case &input, int bits) const {
  auto [place, fresh] = interpreted_.try_emplace({false, bits});
  if (fresh)
    place->second = interpret(*value_, bits);
  return run(place->second, input);
}

std::vector<std::vector<double>>
CompiledEntry::hessian_times(const tools::Case &input,
                             const std::vector<std::vector<double>> &direction) const {
  if (!hessian_made_) {
    hessian_ = jit(jvp(mercer::gradient(*value_, variables_), variables_), {.threads = 1});
    hessian_made_ = true;
  }
  std::vector<Array> outputs = call(hessian_, input, &direction);
  std::vector<std::vector<double>> result;
  for (std::size_t n = outputs.size() - variables_.size(); n < outputs.size(); ++n)
    result.push_back(tools::elements(outputs[n]));
  return result;
}

} // namespace mercer::test
