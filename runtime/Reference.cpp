#include "mercer/runtime/Reference.h"

#include "mercer/runtime/Array.h"
#include "mercer/runtime/LargeStack.h"

#include "compiler/import/Import.h"
#include "compiler/interpreter/Interpreter.h"
#include "compiler/transforms/Passes.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"

namespace mercer::detail {

/// Above so many elements of real inputs, derivatives are computed by the differentiated program, in one run.
/// The definition needs a run for each element.
static constexpr std::int64_t most_elements = 1000;

/// One context; importing and running take turns.
struct Reference::Modules {
  struct Module {
    std::vector<DType> types;
    bool differentiated;
    mlir::OwningOpRef<mlir::ModuleOp> module;
    ir::ProgramOp program;
  };

  std::mutex mutex;
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  std::vector<std::unique_ptr<Module>> modules;

  Modules() { context.loadDialect<ir::MercerDialect>(); }

  /// The program for the element types of a call.
  ir::ProgramOp program(const Signature &signature, Call &call) {
    std::vector<DType> types;
    std::int64_t elements = 0;
    for (const Operand &operand : call.input_operands()) {
      types.push_back(operand.dtype);
      elements += kind_of(operand.dtype) == real ? std::min(operand.count, most_elements) : 0;
    }
    // A derivative inside an expression would take a run for each element of a variable that exists for each
    // instance.
    bool nested = false;
    for (const dsl::Graph::Array &array : signature.graph().arrays)
      nested |= array.gradientOf != dsl::noNode && !array.variableIsInput;
    const bool differentiated = nested || elements > most_elements;
    for (const auto &module : modules)
      if (module->types == types && module->differentiated == differentiated)
        return module->program;
    std::string text;
    mlir::ScopedDiagnosticHandler diagnostics(&context, [&](mlir::Diagnostic &diagnostic) {
      text += (text.empty() ? "" : "; ") + diagnostic.str();
      return mlir::success();
    });
    auto made = std::make_unique<Module>();
    made->differentiated = differentiated;
    made->module = compiler::importGraph(context, signature.graph(), types, DType::f64);
    mlir::PassManager passes(&context, mlir::ModuleOp::getOperationName());
    if (differentiated)
      passes.addNestedPass<ir::ProgramOp>(transforms::createDifferentiate());
    bool done = made->module && mlir::succeeded(mlir::verify(*made->module)) &&
                mlir::succeeded(passes.run(*made->module));
    if (done)
      for (auto program : made->module->getOps<ir::ProgramOp>())
        made->program = program;
    if (!made->program)
      signature.fail(ErrorCode::compiler, "it cannot be interpreted, a bug in Mercer: " + text);
    made->types = std::move(types);
    modules.push_back(std::move(made));
    return modules.back()->program;
  }
};

Reference::Reference(const Signature &signature)
    : signature_(signature), modules_(std::make_unique<Modules>()) {}
Reference::~Reference() = default;

static std::vector<interpreter::Input> inputs_of(Call &call) {
  std::vector<interpreter::Input> inputs;
  for (const Operand &operand : call.input_operands())
    inputs.push_back({operand.dtype,
                      operand.data,
                      {operand.shape, operand.shape + operand.rank},
                      {operand.strides, operand.strides + operand.rank}});
  return inputs;
}

[[noreturn]] static void fail(const Signature &signature, const interpreter::Violation &violation) {
  const dsl::Graph::Check &check = signature.graph().checks.at(violation.check);
  std::string text = "subscript '" + check.text + "' of dimension " + std::to_string(check.dimension) +
                     " of '" + check.tensor + "' must be 0 to " + std::to_string(violation.size - 1) +
                     ", but is " + std::to_string(violation.value);
  if (violation.size == 0)
    text = "subscript '" + check.text + "' of dimension " + std::to_string(check.dimension) + " of '" +
           check.tensor + "' is " + std::to_string(violation.value) + ", but the dimension has size 0";
  std::string at;
  for (const auto &[index, value] : violation.indices)
    at += (at.empty() ? " at " : ", ") + index + " = " + std::to_string(value);
  signature.fail(ErrorCode::index_out_of_range, text + at, check.where);
}

void Reference::check(Call &call) const {
  on_large_stack([&] {
    std::lock_guard lock(modules_->mutex);
    ir::ProgramOp program = modules_->program(signature_, call);
    if (std::optional<interpreter::Violation> violation =
            interpreter::firstViolation(program, inputs_of(call)))
      fail(signature_, *violation);
  });
}

void check_fit(const Signature &signature, std::size_t output, const Strided &values, DType dtype) {
  std::optional<std::int64_t> position = first_unfit(values, dtype);
  if (!position)
    return;
  std::vector<std::int64_t> at(values.shape.size());
  std::int64_t rest = *position, offset = 0;
  for (std::size_t dimension = at.size(); dimension-- > 0;) {
    at[dimension] = rest % values.shape[dimension];
    rest /= values.shape[dimension];
    offset += at[dimension] * values.strides[dimension];
  }
  const void *element = static_cast<const char *>(values.data) + offset * size_of(values.dtype);
  signature.fail(ErrorCode::index_out_of_range, "output '" + signature.outputs()[output].name +
                                                    "' must fit " + std::string(name_of(dtype)) +
                                                    ", but element " + text_of(at) + " is " +
                                                    std::to_string(load_integer(values.dtype, element)));
}

void Reference::run(Call &call, int bits) const {
  interpreter::Result result;
  on_large_stack([&] {
    std::lock_guard lock(modules_->mutex);
    ir::ProgramOp program = modules_->program(signature_, call);
    result = interpreter::interpret(program, inputs_of(call), bits);
    if (result.violation)
      fail(signature_, *result.violation);
    if (!result.error.empty())
      signature_.fail(ErrorCode::limit_exceeded, result.error);
  });
  // All values are there: an output may be the view of an input.
  const std::span<Operand> outputs = call.output_operands();
  std::vector<std::vector<std::int64_t>> strides;
  std::vector<Strided> values;
  for (interpreter::Output &output : result.outputs) {
    strides.emplace_back(output.shape.size());
    row_major(output.shape, strides.back().data());
    const bool reals = kind_of(outputs[values.size()].dtype) == real;
    values.push_back({reals ? static_cast<void *>(output.reals.data()) : output.integers.data(),
                      reals ? DType::f64 : DType::i64, output.shape, strides.back()});
  }
  for (std::size_t n = 0; n < values.size(); ++n)
    if (values[n].dtype == DType::i64)
      check_fit(signature_, n, values[n], outputs[n].dtype);
  for (std::size_t n = 0; n < values.size(); ++n) {
    const Operand &output = outputs[n];
    copy_elements(values[n], {output.data,
                              output.dtype,
                              {output.shape, static_cast<std::size_t>(output.rank)},
                              {output.strides, static_cast<std::size_t>(output.rank)}});
  }
}

std::string Interpreted::explain(Call &) const {
  return "interpreted with " + std::to_string(bits_) + " bits of precision\n";
}

std::string Interpreted::emit(Call &, const std::string &stage) const {
  signature_.fail(ErrorCode::unsupported, "it is interpreted and has no stage '" + stage.substr(0, 40) + "'");
}

} // namespace mercer::detail
