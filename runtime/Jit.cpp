// From a program to a function: options and engines.
#include "mercer/runtime/Compiled.h"
#include "mercer/runtime/Host.h"

namespace mercer {

static void check_options(const std::string &name, std::source_location where, const JitOptions &options) {
  auto fail = [&](ErrorCode code, const std::string &text) { throw Error(code, name + ": " + text, where); };
  if (options.precision != Precision::accurate && options.precision != Precision::fast)
    fail(ErrorCode::bad_option, "'precision' must be accurate or fast");
  if (options.accumulate != DType::f32 && options.accumulate != DType::f64)
    fail(ErrorCode::bad_option,
         "'accumulate' must be f32 or f64, but is " + (options.accumulate <= DType::boolean
                                                           ? std::string(name_of(options.accumulate))
                                                           : "no element type"));
  if (options.threads < 0 || options.threads > 1024)
    fail(ErrorCode::bad_option, "'threads' must be 0 to 1024, but is " + std::to_string(options.threads));
  if (const std::string mistake = detail::mistake_in_plan(options.plan); !mistake.empty())
    fail(ErrorCode::bad_option, "'plan': " + mistake);
  if (options.target == "cuda")
    fail(ErrorCode::unsupported,
         "'target' must be \"host\" or a CPU, but is \"cuda\", which is not there yet");
  if (options.target == "host")
    return;
  if (const std::string why = detail::why_not_here(options.target); !why.empty())
    fail(ErrorCode::bad_option, "'target' must be \"host\" or a CPU whose code runs here, but \"" +
                                    options.target.substr(0, 40) + "\" " + why);
}

static std::shared_ptr<FunctionState> compiled_state(const Program &program, const JitOptions &options) {
  check_options(program.name(), program.where(), options);
  auto state = std::make_shared<FunctionState>(program);
  state->engine = std::make_unique<detail::Compiled>(state->signature, options);
  return state;
}

Function jit(const Program &program, const JitOptions &options) {
  return Function(compiled_state(program, options));
}

/// Types of the inputs of a variant for real tensors of one type.
static std::vector<DType> types_for(const FunctionState &state, DType tensors) {
  std::vector<DType> types;
  for (const auto &input : state.signature.inputs())
    types.push_back(input.kind == boolean   ? DType::boolean
                    : input.kind == integer ? DType::i64
                    : input.rank == 0       ? DType::f64
                                            : tensors);
  return types;
}

/// Of a variant for f32 tensors of any size.
std::string explain(const Program &program, const JitOptions &options) {
  const std::shared_ptr<FunctionState> state = compiled_state(program, options);
  return static_cast<const detail::Compiled &>(*state->engine).explain(types_for(*state, DType::f32));
}

std::string emit(const Program &program, const std::string &stage, const JitOptions &options, DType tensors) {
  if (tensors > DType::bf16)
    throw Error(ErrorCode::bad_option, program.name() + ": 'tensors' must be f64, f32, f16 or bf16", program.where());
  const std::shared_ptr<FunctionState> state = compiled_state(program, options);
  return static_cast<const detail::Compiled &>(*state->engine).emit(types_for(*state, tensors), stage);
}

std::string emit_text(const std::string &text, const std::string &file, const std::string &stage, const JitOptions &options) {
  check_options(file, {}, options);
  detail::KernelOptions kernel{};
  kernel.contiguous = true;
  kernel.fast = options.precision == Precision::fast;
  kernel.accumulate_in_f64 = options.accumulate == DType::f64;
  kernel.plan = options.plan;
  if (options.target != "host")
    kernel.cpu = options.target;
  return detail::emit_text(text, file, kernel, stage);
}

Function interpret(const Program &program, int bits) {
  if (bits < 53 || bits > 10'000)
    throw Error(ErrorCode::bad_option,
                program.name() + ": 'bits' must be 53 to 10000, but is " + std::to_string(bits),
                program.where());
  auto state = std::make_shared<FunctionState>(program);
  state->engine = std::make_unique<detail::Interpreted>(state->signature, bits);
  return Function(std::move(state));
}

} // namespace mercer
