#include "compiler/interpreter/Interpreter.h"

#include "compiler/interpreter/Run.h"

namespace mercer::interpreter {
namespace {

template <class Number>
Result run(ir::ProgramOp program, llvm::ArrayRef<Input> inputs) {
  Run<Number> run(program, inputs);
  Result result;
  result.violation = run.check();
  if (!result.violation && run.error.empty())
    result.outputs = run.outputs();
  result.error = run.error;
  if (!result.error.empty())
    result.outputs.clear(), result.violation.reset();
  return result;
}

/// Inputs that do not fit the program's arguments; empty if they do.
std::string mismatch(mlir::Block &block, llvm::ArrayRef<Input> inputs) {
  if (inputs.size() != block.getNumArguments())
    return "the program takes " + std::to_string(block.getNumArguments()) + " inputs, but got " +
           std::to_string(inputs.size());
  for (auto [n, input] : llvm::enumerate(inputs)) {
    auto type = llvm::cast<ir::ArrayType>(block.getArgument(static_cast<unsigned>(n)).getType());
    if (input.shape.size() != type.getRank() || input.strides.size() != type.getRank())
      return "input " + std::to_string(n) + " has rank " + std::to_string(type.getRank()) + ", but got " +
             std::to_string(input.shape.size()) + " sizes and " + std::to_string(input.strides.size()) +
             " strides";
    bool real = input.dtype <= DType::bf16;
    if (real != llvm::isa<mlir::FloatType>(type.getElement()))
      return "input " + std::to_string(n) + " is an array of " + (real ? "integers" : "real numbers") +
             ", but got " + std::string(name_of(input.dtype));
  }
  return {};
}

} // namespace

Result interpret(ir::ProgramOp program, llvm::ArrayRef<Input> inputs, int bits) {
  if (std::string error = mismatch(program.getBlock(), inputs); !error.empty())
    return {{}, {}, error};
  if (bits <= 53)
    return run<double>(program, inputs);
  BigFloat::bits = bits;
  mpfr_set_emin(mpfr_get_emin_min()), mpfr_set_emax(mpfr_get_emax_max());
  Result result = run<BigFloat>(program, inputs);
  mpfr_free_cache2(MPFR_FREE_LOCAL_CACHE); // of the thread, which may end now
  return result;
}

std::optional<Violation> firstViolation(ir::ProgramOp program, llvm::ArrayRef<Input> inputs,
                                        std::optional<unsigned> check) {
  if (!mismatch(program.getBlock(), inputs).empty())
    return std::nullopt;
  return Run<double>(program, inputs).check(check);
}

} // namespace mercer::interpreter
