// Calls: counts, then the rules of descriptors, then the engine.
#include "mercer/runtime/Array.h"
#include "mercer/runtime/Convert.h"
#include "mercer/runtime/Engine.h"

namespace mercer {

using detail::Buffer;
using detail::Call;
using detail::Operand;

namespace {

const FunctionState &state_of(const std::shared_ptr<FunctionState> &state) {
  if (!state)
    throw Error(
        ErrorCode::empty_function,
        "function: it was default-constructed and has no program; assign the result of jit or interpret", {});
  return *state;
}

void check_argument_count(const FunctionState &state, std::size_t given) {
  const std::size_t expected = state.signature.inputs().size();
  if (given != expected)
    state.signature.fail(ErrorCode::argument_count, "it must be called with " + std::to_string(expected) +
                                                        " arguments, but is called with " +
                                                        std::to_string(given));
}

void check_output_count(const FunctionState &state, std::size_t given) {
  const std::size_t expected = state.signature.outputs().size();
  if (given == expected)
    return;
  std::string names;
  for (const auto &output : state.signature.outputs())
    names += (names.empty() ? "'" : ", '") + output.name + "'";
  state.signature.fail(ErrorCode::output_count, "it has " + std::to_string(expected) +
                                                    (expected == 1 ? " output (" : " outputs (") + names +
                                                    "), but " + std::to_string(given) +
                                                    (given == 1 ? " is asked for" : " are asked for"));
}

/// Outputs that nobody gave a view for have their element types from the inputs.
void set_output_types(const FunctionState &state, Call &call) {
  Buffer<DType, 16> input_types(call.inputs);
  for (std::size_t n = 0; n < call.inputs; ++n)
    input_types[n] = call.input_operands()[n].dtype;
  for (std::size_t n = 0; n < state.signature.outputs().size(); ++n) {
    const Kind kind = state.signature.outputs()[n].kind;
    call.output_operands()[n].dtype = kind == boolean   ? DType::boolean
                                      : kind == integer ? DType::i64
                                                        : state.engine->real_output_type(n, {input_types.data(), call.inputs});
  }
}

std::vector<Array> run_and_allocate(const FunctionState &state, std::span<const Argument> arguments) {
  const detail::Signature &signature = state.signature;
  Call call(arguments.size(), signature.outputs().size(), signature.words());
  signature.check(arguments, nullptr, call);
  set_output_types(state, call);
  std::vector<Array> results;
  results.reserve(signature.outputs().size());
  for (std::size_t n = 0; n < signature.outputs().size(); ++n) {
    const auto &parameter = signature.outputs()[n];
    Operand &output = call.output_operands()[n];
    output.rank = parameter.rank;
    const std::span<const std::int64_t> shape(output.shape, output.rank);
    std::int64_t count;
    if (!detail::count_elements(shape, output.dtype, count))
      signature.fail(ErrorCode::limit_exceeded, "output '" + parameter.name +
                                                    "' must have fewer than 2^63 bytes, but " +
                                                    "would have shape " + detail::text_of(shape) + " of " +
                                                    std::string(name_of(output.dtype)));
    try {
      results.push_back(ArrayStorage::uninitialised(output.dtype, {shape.begin(), shape.end()}));
    } catch (const Error &error) { // says which output of which program
      std::string_view text = error.what(), prefix = "array: ";
      text.remove_prefix(text.starts_with(prefix) ? prefix.size() : 0);
      signature.fail(error.code(), "output '" + parameter.name + "': " + std::string(text));
    }
    output.data = ArrayStorage::memory_of(results.back());
    output.count = count;
    output.contiguous = true;
    output.read_only = false;
  }
  state.engine->run(call);
  return results;
}

/// The text that is said of a call, of which only the inputs are there.
template <class Say>
std::string with_inputs(const FunctionState &state, std::span<const Argument> arguments, const Say &say) {
  check_argument_count(state, arguments.size());
  Call call(arguments.size(), state.signature.outputs().size(), state.signature.words());
  state.signature.check(arguments, nullptr, call);
  set_output_types(state, call);
  return say(call);
}

} // namespace

std::vector<Array> Function::allocate_and_run(std::span<const Argument> arguments,
                                              std::size_t outputs) const {
  const FunctionState &state = state_of(state_);
  check_argument_count(state, arguments.size());
  check_output_count(state, outputs);
  return run_and_allocate(state, arguments);
}

std::vector<Array> Function::call_all(std::span<const Argument> arguments) const {
  const FunctionState &state = state_of(state_);
  check_argument_count(state, arguments.size());
  return run_and_allocate(state, arguments);
}

void Function::run(std::span<const Argument> arguments, std::span<const View> outputs) const {
  const FunctionState &state = state_of(state_);
  check_argument_count(state, arguments.size());
  check_output_count(state, outputs.size());
  Call call(arguments.size(), outputs.size(), state.signature.words());
  state.signature.check(arguments, outputs.data(), call);
  state.engine->run(call);
}

void Function::run(std::initializer_list<Argument> arguments, std::initializer_list<View> outputs) const {
  run(std::span(arguments.begin(), arguments.size()), std::span(outputs.begin(), outputs.size()));
}

void Function::compile(const std::vector<DType> &input_types) const {
  const FunctionState &state = state_of(state_);
  state.signature.check_types(input_types);
  state.engine->compile(input_types);
}

std::string Function::explain(std::span<const Argument> arguments) const {
  const FunctionState &state = state_of(state_);
  return with_inputs(state, arguments, [&](Call &call) { return state.engine->explain(call); });
}

std::string Function::explain(std::initializer_list<Argument> arguments) const {
  return explain(std::span(arguments.begin(), arguments.size()));
}

std::string Function::emit(const std::string &stage, std::span<const Argument> arguments) const {
  const FunctionState &state = state_of(state_);
  return with_inputs(state, arguments, [&](Call &call) { return state.engine->emit(call, stage); });
}

} // namespace mercer
