// Says what a program or plan computes: reads its text and inputs, prints its outputs.
#include "compiler/interpreter/Interpreter.h"
#include "compiler/import/TextLimits.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/thread.h"

#include <cmath>
#include <cstdlib>
#include <deque>

using namespace mercer;
namespace json = llvm::json;

static llvm::cl::opt<std::string> fileName(llvm::cl::Positional, llvm::cl::init("-"),
                                           llvm::cl::desc("<text>"));
static llvm::cl::list<std::string> inputTexts("input",
                                              llvm::cl::desc("an input, as in 'x=[[1, 2.5], [\"nan\", 0]]'"));
static llvm::cl::list<std::string>
    outputShapes("output", llvm::cl::desc("sizes of an output of a plan, as in 'y=[3, 4]'"));
static llvm::cl::opt<int> bits("bits", llvm::cl::init(53),
                               llvm::cl::desc("precision; more than 53 with MPFR"));
static llvm::cl::opt<unsigned> digits("digits", llvm::cl::init(12),
                                      llvm::cl::desc("significant digits to print"));

namespace {

/// An array that a JSON value gives.
struct Array {
  std::vector<std::int64_t> shape;
  std::vector<double> reals;
  std::vector<std::int64_t> integers;
  std::vector<std::uint8_t> booleans;
};

/// A number, or "nan", "inf", "-inf", or a truth value.
bool appendElement(const json::Value &value, Array &array) {
  double real = 0;
  std::int64_t integer = 0;
  if (auto number = value.getAsInteger())
    real = static_cast<double>(integer = *number);
  else if (auto number = value.getAsNumber())
    real = *number;
  else if (auto truth = value.getAsBoolean())
    real = static_cast<double>(integer = *truth);
  else if (auto text = value.getAsString(); text && (*text == "nan" || *text == "inf" || *text == "-inf"))
    real = *text == "nan" ? std::nan("") : *text == "inf" ? HUGE_VAL : -HUGE_VAL;
  else
    return false;
  array.reals.push_back(real);
  array.integers.push_back(integer);
  array.booleans.push_back(integer != 0);
  return true;
}

/// Nested lists of `rank` levels. Empty lists have size 0 there and in all dimensions inside.
bool appendElements(const json::Value &value, size_t level, size_t rank, Array &array) {
  if (level == rank)
    return appendElement(value, array);
  const json::Array *list = value.getAsArray();
  if (!list)
    return false;
  auto count = static_cast<std::int64_t>(list->size());
  if (array.shape[level] >= 0 && array.shape[level] != count)
    return false;
  array.shape[level] = count;
  return llvm::all_of(*list,
                      [&](const json::Value &item) { return appendElements(item, level + 1, rank, array); });
}

int fail(const llvm::Twine &message) {
  llvm::errs() << "error: " << message << '\n';
  return EXIT_FAILURE;
}

/// The JSON value behind "name=" in the options.
llvm::Expected<json::Value> valueOf(const llvm::cl::list<std::string> &options, llvm::StringRef name) {
  for (llvm::StringRef option : options) {
    auto [key, text] = option.split('=');
    if (key != name)
      continue;
    if (std::string limit = compiler::exceededLimit(text); !limit.empty())
      return llvm::createStringError(limit);
    return json::parse(text);
  }
  return llvm::createStringError("'" + name + "' is not given");
}

llvm::Expected<Array> arrayOf(const llvm::cl::list<std::string> &options, llvm::StringRef name, size_t rank) {
  llvm::Expected<json::Value> value = valueOf(options, name);
  if (!value)
    return value.takeError();
  Array array;
  array.shape.assign(rank, -1);
  if (!appendElements(*value, 0, rank, array))
    return llvm::createStringError("'" + name + "' is not an array of rank " + llvm::Twine(rank));
  for (std::int64_t &size : array.shape)
    size = std::max<std::int64_t>(size, 0);
  return array;
}

void printElements(const interpreter::Output &output, size_t level, size_t &position) {
  if (level == output.shape.size()) {
    if (output.reals.empty())
      llvm::outs() << output.integers[position++];
    else
      llvm::outs() << llvm::format("%.*g", static_cast<int>(digits.getValue()), output.reals[position++]);
    return;
  }
  llvm::outs() << '[';
  for (std::int64_t n = 0; n < output.shape[level]; ++n) {
    if (n)
      llvm::outs() << ", ";
    printElements(output, level + 1, position);
  }
  llvm::outs() << ']';
}

/// Inputs, in the order of the block arguments, and what they point into.
llvm::Error readInputs(mlir::Block &block, mlir::ArrayAttr names, size_t count, std::deque<Array> &arrays,
                       std::vector<interpreter::Input> &inputs) {
  for (size_t n = 0; n < count; ++n) {
    auto type = llvm::cast<ir::ArrayType>(block.getArgument(static_cast<unsigned>(n)).getType());
    llvm::Expected<Array> array =
        arrayOf(inputTexts, llvm::cast<mlir::StringAttr>(names[n]).getValue(), type.getRank());
    if (!array)
      return array.takeError();
    const Array &kept = arrays.emplace_back(std::move(*array));
    interpreter::Input input{DType::f64, kept.reals.data(), kept.shape, kept.shape};
    if (type.getElement().isInteger(1))
      input.dtype = DType::boolean, input.data = kept.booleans.data();
    else if (!llvm::isa<mlir::FloatType>(type.getElement()))
      input.dtype = DType::i64, input.data = kept.integers.data();
    std::int64_t stride = 1;
    for (size_t dimension = kept.shape.size(); dimension-- > 0; stride *= kept.shape[dimension])
      input.strides[dimension] = stride;
    inputs.push_back(std::move(input));
  }
  return llvm::Error::success();
}

int print(const interpreter::Result &result, llvm::ArrayRef<std::string> names,
          llvm::ArrayRef<ir::CheckOp> checks) {
  if (!result.error.empty())
    return fail(result.error);
  if (const auto &violation = result.violation) {
    std::string where;
    for (const auto &[name, value] : violation->indices)
      where += (where.empty() ? " at " : ", ") + name + " = " + std::to_string(value);
    if (violation->check >= checks.size())
      return fail("check " + llvm::Twine(violation->check) + " fails");
    ir::CheckOp check = checks[violation->check];
    return fail("tensor '" + check.getTensor() + "', dimension " + llvm::Twine(check.getDimension()) +
                ": subscript '" + check.getText() + "' is " + llvm::Twine(violation->value) + where +
                ", but the size is " + llvm::Twine(violation->size));
  }
  for (auto [name, output] : llvm::zip_equal(names, result.outputs)) {
    llvm::outs() << name << " = ";
    size_t position = 0;
    printElements(output, 0, position);
    llvm::outs() << '\n';
  }
  return EXIT_SUCCESS;
}

int runProgram(ir::ProgramOp program) {
  std::deque<Array> arrays;
  std::vector<interpreter::Input> inputs;
  if (llvm::Error error =
          readInputs(program.getBlock(), program.getNames(), program.getNames().size(), arrays, inputs))
    return fail(llvm::toString(std::move(error)));
  std::vector<std::string> names;
  for (auto op : program.getBlock().getOps<ir::OutputOp>())
    names.push_back(op.getName().str());
  return print(interpreter::interpret(program, inputs, bits), names,
               llvm::to_vector(program.getBlock().getOps<ir::CheckOp>()));
}

int runPlan(ir::PlanOp plan) {
  std::deque<Array> arrays;
  std::vector<interpreter::Input> inputs;
  if (llvm::Error error = readInputs(plan.getBlock(), plan.getNames(), plan.getInputs(), arrays, inputs))
    return fail(llvm::toString(std::move(error)));
  std::vector<std::string> names;
  std::vector<std::vector<std::int64_t>> shapes;
  for (size_t n = plan.getInputs(); n < plan.getNames().size(); ++n) {
    names.push_back(llvm::cast<mlir::StringAttr>(plan.getNames()[n]).str());
    unsigned rank =
        llvm::cast<ir::ArrayType>(plan.getBlock().getArgument(static_cast<unsigned>(n)).getType()).getRank();
    std::vector<std::int64_t> shape;
    if (rank) {
      llvm::Expected<Array> sizes = arrayOf(outputShapes, names.back(), 1);
      if (!sizes)
        return fail(llvm::toString(sizes.takeError()));
      shape = sizes->integers;
    }
    shapes.push_back(std::move(shape));
  }
  return print(interpreter::interpret(plan, inputs, shapes), names, {});
}

int runTool() {
  std::string error;
  std::unique_ptr<llvm::MemoryBuffer> text = mlir::openInputFile(fileName, &error);
  if (text)
    error = compiler::exceededLimit(text->getBuffer());
  if (!error.empty())
    return fail(error);
  mlir::DialectRegistry registry;
  registry.insert<ir::MercerDialect>();
  mlir::MLIRContext context(registry);
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(text), llvm::SMLoc());
  mlir::SourceMgrDiagnosticHandler handler(sources, &context);
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::parseSourceFile<mlir::ModuleOp>(sources, &context);
  if (!module)
    return EXIT_FAILURE;
  for (mlir::Operation &op : *module->getBody()) {
    if (auto program = llvm::dyn_cast<ir::ProgramOp>(op))
      return runProgram(program);
    if (auto plan = llvm::dyn_cast<ir::PlanOp>(op))
      return runPlan(plan);
  }
  return fail("the text has no mercer.program and no mercer.plan");
}

} // namespace

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::cl::ParseCommandLineOptions(argc, argv, "What a program or plan computes\n");
  int status = EXIT_FAILURE;
  llvm::thread deep(std::optional<unsigned>(256u << 20), [&] { status = runTool(); }); // the parser recurses
  deep.join();
  return status;
}
