#include "Expected.h"

#include "Perturbed.h"

#include "compiler/import/Import.h"
#include "compiler/interpreter/Run.h"
#include "compiler/transforms/Passes.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"

#include <cmath>
#include <limits>

namespace mercer::fuzz {
namespace {

/// The program in the dialect.
class Module {
public:
  Module(const Program &program, const std::vector<DType> &types, bool differentiated) {
    context_.loadDialect<ir::MercerDialect>();
    mlir::ScopedDiagnosticHandler diagnostics(&context_, [&](mlir::Diagnostic &diagnostic) {
      error += diagnostic.str();
      return mlir::success();
    });
    module_ = compiler::importGraph(context_, program.graph(), types, DType::f64);
    mlir::PassManager passes(&context_, mlir::ModuleOp::getOperationName());
    if (differentiated)
      passes.addNestedPass<ir::ProgramOp>(transforms::createDifferentiate());
    if (!module_ || mlir::failed(passes.run(*module_)))
      error += "the program cannot be differentiated";
  }

  ir::ProgramOp program() { return *module_->getOps<ir::ProgramOp>().begin(); }

  std::string error;

private:
  mlir::MLIRContext context_{mlir::MLIRContext::Threading::DISABLED};
  mlir::OwningOpRef<mlir::ModuleOp> module_;
};

std::vector<interpreter::Input> inputsOf(std::span<const View> views) {
  std::vector<interpreter::Input> inputs;
  for (const View &view : views) {
    interpreter::Input input{view.dtype, view.data, view.shape,
                             std::vector<std::int64_t>(view.shape.size(), 1)};
    for (std::size_t n = view.shape.size(); n-- > 1;)
      input.strides[n - 1] = input.strides[n] * view.shape[n];
    inputs.push_back(std::move(input));
  }
  return inputs;
}

/// Widens what is allowed to where a run with other rounding errors came out.
void widen(ExpectedOutput &output, const interpreter::Output &sample) {
  for (std::size_t n = 0; n < output.reals.size(); ++n) {
    const double value = output.reals[n], other = sample.reals[n];
    if (value == other || (std::isnan(value) && std::isnan(other)))
      continue;
    double off = std::abs(value - other);
    output.allowed[n] = std::max(output.allowed[n], std::isnan(off) ? HUGE_VAL : off);
  }
  for (std::size_t n = 0; n < output.integers.size(); ++n)
    if (output.integers[n] != sample.integers[n])
      output.mayDiffer[n] = true;
}

} // namespace

Expected expectedOf(const Program &program, std::span<const View> inputs, DType arithmetic, bool forward,
                    int samples) {
  Expected expected;
  std::vector<DType> types;
  for (const View &view : inputs)
    types.push_back(view.dtype);
  std::vector<interpreter::Input> memory = inputsOf(inputs);
  Module differentiated(program, types, true);
  Module defined(program, types, !forward);
  expected.unsupported = differentiated.error + defined.error;
  if (!expected.unsupported.empty())
    return expected;
  interpreter::Run<double> run(defined.program(), memory);
  expected.isViolated = run.check().has_value();
  std::vector<interpreter::Output> values;
  if (!expected.isViolated && run.error.empty())
    values = run.outputs();
  expected.unsupported = run.error;
  if (expected.isViolated || !run.error.empty())
    return expected;
  const bool single = arithmetic == DType::f32;
  const double epsilon = single ? 0x1p-24 : 0x1p-53, smallest = single ? 0x1p-149 : 0x1p-1074;
  for (interpreter::Output &value : values) {
    ExpectedOutput output;
    output.reals = std::move(value.reals), output.integers = std::move(value.integers);
    output.allowed.resize(output.reals.size());
    output.mayDiffer.resize(output.integers.size());
    expected.outputs.push_back(std::move(output));
  }
  for (int sample = 0; sample < samples; ++sample) {
    interpreter::Perturbed::start(single, static_cast<std::uint64_t>(sample) * 7919 + 17);
    interpreter::Run<interpreter::Perturbed> moved(differentiated.program(), memory);
    if (moved.check()) { // a subscript that rounding decides
      expected.isViolated = true;
      expected.unsupported = "rounding decides whether a subscript is in range";
      return expected;
    }
    std::vector<interpreter::Output> others = moved.outputs();
    if (expected.unsupported = moved.error; !moved.error.empty())
      return expected;
    for (std::size_t n = 0; n < others.size(); ++n)
      widen(expected.outputs[n], others[n]);
  }
  for (ExpectedOutput &output : expected.outputs)
    for (std::size_t n = 0; n < output.reals.size(); ++n)
      if (std::isfinite(output.reals[n]))
        output.allowed[n] = 4 * output.allowed[n] + 4 * epsilon * std::abs(output.reals[n]) + 4 * smallest;
  return expected;
}

} // namespace mercer::fuzz
