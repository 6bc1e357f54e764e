#include "Check.h"

#include "Expected.h"
#include "Memory.h"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <optional>
#include <random>

namespace mercer::fuzz {

const char *nameOf(Verdict verdict) {
  static const char *names[] = {"agreed", "refused",  "undecided", "built", "error", "value",
                                "bits",   "red zone", "untouched", "crash", "slow"};
  return names[static_cast<int>(verdict)];
}

std::string signature(Verdict verdict, const std::string &text) {
  std::string result = nameOf(verdict);
  bool isQuoted = false;
  for (char letter : verdict == Verdict::error || verdict == Verdict::built ? text : std::string()) {
    if (letter == '\'')
      isQuoted = !isQuoted;
    else if (!isQuoted && (letter < '0' || letter > '9') && letter != '-')
      result += letter;
  }
  return result;
}

namespace {

/// How forward mode is allowed to cost.
constexpr double mostForwardWork = 1'500'000;

/// An argument or result of the program: like a tensor of the case, or made by the wrapper.
struct Operand {
  std::string name;
  Kind kind = real;
  DType dtype = DType::f64;
  Layout layout = Layout::rowMajor;
  std::vector<std::int64_t> shape = {};
  int values = -1;
  bool isNumber = false;
};

std::vector<DType> typesOf(const std::vector<Operand> &operands) {
  std::vector<DType> types;
  for (const Operand &operand : operands)
    types.push_back(operand.dtype);
  return types;
}

std::vector<std::int64_t> shapeOf(const Case &test, const std::vector<int> &dims) {
  std::vector<std::int64_t> shape;
  for (int dim : dims)
    shape.push_back(test.sizeOf(dim));
  return shape;
}

const TensorInfo *tensorNamed(const Case &test, const std::string &name) {
  for (const TensorInfo &tensor : test.tensors)
    if (tensor.role == TensorInfo::input && tensor.name == name)
      return &tensor;
  return nullptr;
}

const OutputInfo *outputNamed(const Case &test, const std::string &name) {
  for (const OutputInfo &output : test.outputs)
    if (output.name == name)
      return &output;
  return nullptr;
}

std::string afterPrefix(const std::string &name) {
  std::size_t at = name.find('_');
  return at == std::string::npos ? std::string() : name.substr(at + 1);
}

Operand inputOperand(const Case &test, const std::string &name) {
  Operand operand{.name = name};
  const TensorInfo *tensor = tensorNamed(test, name);
  if (const OutputInfo *seeded = tensor ? nullptr : outputNamed(test, afterPrefix(name))) {
    operand.dtype = test.arithmetic();
    for (int index : seeded->bound)
      operand.shape.push_back(test.extentOf(index));
    operand.isNumber = seeded->bound.empty();
    return operand;
  }
  if (!tensor)
    tensor = tensorNamed(test, afterPrefix(name)); // t_<input>
  operand.kind = tensor->kind, operand.dtype = tensor->dtype, operand.layout = tensor->layout;
  operand.shape = shapeOf(test, tensor->dims);
  operand.values = tensor->values;
  operand.isNumber = tensor->dims.empty();
  if (operand.isNumber)
    operand.dtype = operand.kind == real ? DType::f64 : DType::i64;
  return operand;
}

Operand outputOperand(const Case &test, const Output &output, std::mt19937_64 &random) {
  Operand operand{.name = output.name, .kind = output.value.kind()};
  const OutputInfo *own = outputNamed(test, output.name);
  if (!own)
    own = outputNamed(test, afterPrefix(output.name)); // t_<output>
  if (own) {
    for (int index : own->bound)
      operand.shape.push_back(test.extentOf(index));
  } else if (const TensorInfo *tensor = tensorNamed(test, afterPrefix(output.name))) { // d_<input>, h_<input>
    operand.shape = shapeOf(test, tensor->dims);
  }
  static constexpr DType reals[] = {DType::f64, DType::f64, DType::f64, DType::f32, DType::f16, DType::bf16};
  static constexpr DType integers[] = {DType::i64, DType::i64, DType::i64, DType::i32, DType::i8};
  operand.dtype = operand.kind == real      ? reals[random() % 6]
                  : operand.kind == integer ? integers[random() % 5]
                                            : DType::boolean;
  static constexpr Layout layouts[] = {Layout::rowMajor, Layout::rowMajor, Layout::transposed, Layout::gaps,
                                       Layout::negative};
  operand.layout = layouts[random() % 5];
  return operand;
}

/// Elements of an input: reals of some kinds, small integers, labels.
void fill(const Case &test, const Operand &operand, Placed &placed) {
  std::mt19937_64 random(test.dataSeed ^ std::hash<std::string>()(operand.name));
  const std::uint64_t mode = random() % 4;
  const std::int64_t most = operand.dtype == DType::i8 ? INT8_MAX + 1 : INT64_MAX; ///< different values from 0 up
  for (std::int64_t n = 0; n < placed.size(); ++n) {
    double number = 0;
    if (operand.kind == real)
      number = mode == 0 ? 0.25 * static_cast<double>(static_cast<std::int64_t>(random() % 9) - 4)
                         : std::uniform_real_distribution<double>(-1, 1)(random) * (mode == 1 ? 3 : 1);
    else if (operand.kind == boolean)
      number = static_cast<double>(random() % 2);
    else if (operand.values < 0)
      number = static_cast<double>(random() % 11) - 5;
    else if (std::int64_t size = std::min(test.sizeOf(operand.values), most); size > 0)
      number = static_cast<double>(random() % static_cast<std::uint64_t>(size));
    placed.set(n, number);
  }
  if (test.badLabel && operand.values >= 0 && placed.size() > 0) {
    const auto at = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(placed.size()));
    const std::int64_t size = test.sizeOf(operand.values);
    placed.set(at, random() % 2 || size >= most ? -1.0 : static_cast<double>(size));
  }
}

/// What one run of the compiled function has left.
struct Run {
  std::vector<Placed> inputs, outputs;
  std::optional<Error> error;
};

Run run(const Case &test, const Function &function, const std::vector<Operand> &inputs,
        const std::vector<Operand> &outputs, bool atEnd) {
  Run result;
  std::vector<Argument> arguments;
  std::vector<View> views;
  for (const Operand &operand : inputs) {
    result.inputs.emplace_back(operand.dtype, operand.shape, operand.layout, atEnd);
    fill(test, operand, result.inputs.back());
    result.inputs.back().makeReadOnly();
    if (!operand.isNumber)
      arguments.push_back(result.inputs.back().view());
    else if (operand.kind == real)
      arguments.push_back(result.inputs.back().real(0));
    else
      arguments.push_back(result.inputs.back().integer(0));
  }
  for (const Operand &operand : outputs) {
    result.outputs.emplace_back(operand.dtype, operand.shape, operand.layout, atEnd);
    views.push_back(result.outputs.back().view());
  }
  try {
    function.run(arguments, views);
  } catch (const Error &error) {
    result.error = error;
  }
  return result;
}

/// Inputs without their layouts, for the interpreter.
std::vector<Placed> rowMajor(const std::vector<Operand> &operands, const std::vector<Placed> &placed) {
  std::vector<Placed> copies;
  for (std::size_t n = 0; n < operands.size(); ++n) {
    copies.emplace_back(operands[n].dtype, operands[n].shape, Layout::rowMajor, true);
    for (std::int64_t position = 0; position < placed[n].size(); ++position)
      copies.back().set(position, operands[n].kind == real
                                      ? placed[n].real(position)
                                      : static_cast<double>(placed[n].integer(position)));
  }
  return copies;
}

std::string place(const Operand &operand, std::int64_t position) {
  std::string text;
  for (std::size_t n = operand.shape.size(); n-- > 0; position /= operand.shape[n])
    text = std::to_string(position % operand.shape[n]) + (text.empty() ? "" : ", ") + text;
  return operand.name + "[" + text + "] (" + std::string(name_of(operand.dtype)) + ")";
}

bool isSame(DType dtype, const Placed &a, const Placed &b, std::int64_t position) {
  if (std::memcmp(a.element(position), b.element(position), static_cast<std::size_t>(size_of(dtype))) == 0)
    return true;
  return kind_of(dtype) == real && std::isnan(a.real(position)) && std::isnan(b.real(position));
}

/// Are all elements still red?
bool isUntouched(const Placed &placed) {
  for (std::int64_t n = 0; n < placed.size(); ++n)
    for (std::int64_t byte = 0; byte < size_of(placed.view().dtype); ++byte)
      if (static_cast<unsigned char>(placed.element(n)[byte]) != GuardedPages::redByte)
        return false;
  return true;
}

std::string text(const char *format, const std::string &where, double a, double b, double c) {
  char buffer[300];
  std::snprintf(buffer, sizeof buffer, format, where.c_str(), a, b, c);
  return buffer;
}

/// Compares an output; empty if it is right.
std::string compare(const Operand &operand, const Placed &given, const ExpectedOutput &expected,
                    Outcome &outcome) {
  for (std::int64_t n = 0; n < given.size(); ++n) {
    const std::size_t at = static_cast<std::size_t>(n);
    ++outcome.elements;
    if (operand.kind != real) {
      if (expected.mayDiffer[at])
        ++outcome.undecided;
      else if (given.integer(n) != expected.integers[at])
        return text("%s is %.0f, interpreted %.0f%.0s", place(operand, n),
                    static_cast<double>(given.integer(n)), static_cast<double>(expected.integers[at]), 0);
      continue;
    }
    const double value = given.real(n), right = expected.reals[at], allowed = expected.allowed[at];
    if (std::isinf(allowed)) {
      ++outcome.undecided;
      continue;
    }
    if (std::isnan(right) ? std::isnan(value) : value == rounded(operand.dtype, right))
      continue;
    // Rounding is monotone: what is in the interval before is in the rounded interval after. Twice rounded
    // f16 may be off by a little more.
    const double slack = allowed + std::abs(right) * (size_of(operand.dtype) == 2 ? 0x1p-20 : 0);
    if (value >= rounded(operand.dtype, right - slack) && value <= rounded(operand.dtype, right + slack))
      continue;
    return text("%s is %.17g, interpreted %.17g, allowed error %.3g", place(operand, n), value, right,
                allowed);
  }
  return {};
}

} // namespace

Outcome check(const Case &test) {
  Outcome outcome;
  auto ended = [&](Verdict verdict, std::string text) {
    outcome.verdict = verdict, outcome.text = std::move(text);
    return outcome;
  };
  std::optional<Program> made;
  try {
    made = buildProgram(test);
  } catch (const std::exception &error) {
    return ended(Verdict::built, error.what());
  }
  const Program &program = *made;
  std::vector<Operand> inputs, outputs;
  std::mt19937_64 random(test.dataSeed);
  for (const Tensor &input : program.inputs())
    inputs.push_back(inputOperand(test, input.name()));
  for (const Output &output : program.outputs())
    outputs.push_back(outputOperand(test, output, random));

  JitOptions options;
  options.threads = test.threads, options.accumulate = test.accumulate;
  options.target = test.haswell ? "haswell" : "host";
  options.plan = test.plan;
  Run first, second;
  try {
    auto make = [&] {
      Function function = jit(program, options);
      if (test.anySize)
        function.compile(typesOf(inputs));
      return function;
    };
    Function function = make();
    first = run(test, function, inputs, outputs, true);
    if (test.otherThreads != test.threads || test.otherPlan != test.plan) {
      options.threads = test.otherThreads, options.plan = test.otherPlan;
      function = make();
    }
    second = run(test, function, inputs, outputs, false);
  } catch (const Error &error) {
    return ended(Verdict::error, std::string("compiled: ") + error.what());
  }
  if (first.error && first.error->code() == ErrorCode::limit_exceeded)
    return ended(Verdict::refused, first.error->what());

  // What is right.
  std::vector<Placed> contiguous = rowMajor(inputs, first.inputs);
  std::vector<View> views;
  for (const Placed &input : contiguous)
    views.push_back(input.view());
  const bool forward = costOf(test, true) <= mostForwardWork;
  Expected expected = expectedOf(program, views, test.arithmetic(), forward, 3);
  if (!expected.unsupported.empty())
    return ended(Verdict::undecided, expected.unsupported);
  std::string unfit;
  for (std::size_t n = 0; n < outputs.size() && !expected.isViolated; ++n)
    for (std::int64_t value : expected.outputs[n].integers)
      if ((outputs[n].dtype == DType::i8 && value != static_cast<std::int8_t>(value)) ||
          (outputs[n].dtype == DType::i32 && value != static_cast<std::int32_t>(value)))
        unfit = outputs[n].name;
  if (expected.isViolated || !unfit.empty()) {
    // The same error from both.
    std::string defined = "no error";
    try {
      Run interpreted = run(test, interpret(program), inputs, outputs, true);
      if (interpreted.error)
        defined = interpreted.error->what();
    } catch (const Error &error) {
      defined = error.what();
    }
    for (const Run *one : {&first, &second}) {
      std::string given = one->error ? one->error->what() : "no error";
      if (given != defined)
        return ended(Verdict::error, "compiled: " + given + "; interpreted: " + defined);
      for (std::size_t n = 0; n < outputs.size(); ++n)
        if (!isUntouched(one->outputs[n]))
          return ended(Verdict::untouched,
                       outputs[n].name + " was written although the call ended in: " + given);
    }
    return outcome;
  }
  for (const Run *one : {&first, &second}) {
    if (one->error)
      return ended(Verdict::error,
                   std::string("compiled: ") + one->error->what() + "; interpreted: no error");
    for (std::size_t n = 0; n < outputs.size(); ++n)
      if (one->outputs[n].isRedZoneHit())
        return ended(Verdict::redZone, "bytes beside the elements of " + outputs[n].name + " were written");
  }
  for (std::size_t n = 0; n < outputs.size(); ++n)
    for (std::int64_t position = 0; position < first.outputs[n].size(); ++position)
      if (!isSame(outputs[n].dtype, first.outputs[n], second.outputs[n], position))
        return ended(Verdict::bits, place(outputs[n], position) + " differs between " +
                                        std::to_string(test.threads) + " and " +
                                        std::to_string(test.otherThreads) + " threads in other buffers");
  auto difference = [&] {
    for (std::size_t n = 0; n < outputs.size(); ++n)
      if (std::string wrong = compare(outputs[n], first.outputs[n], expected.outputs[n], outcome);
          !wrong.empty())
        return wrong;
    return std::string();
  };
  if (std::string wrong = difference(); !wrong.empty()) {
    // More runs with rounding errors tell more surely how far they go.
    outcome.elements = outcome.undecided = 0;
    expected = expectedOf(program, views, test.arithmetic(), forward, 40);
    if (!expected.unsupported.empty())
      return ended(Verdict::undecided, expected.unsupported);
    if (wrong = difference(); !wrong.empty())
      return ended(Verdict::value, wrong);
  }
  return outcome;
}

} // namespace mercer::fuzz
