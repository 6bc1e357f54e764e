// One evaluation of an entry: arguments and parameters from JSON, results from an engine.
#pragma once

#include "compiler/tools/mercerc/JsonText.h"
#include "mercer/runtime.h"
#include "mercer/stdlib/Registry.h"

#include <optional>
#include <span>

namespace mercer::tools {

/// An array read from JSON, before its element type is chosen.
struct ArrayData {
  std::vector<std::int64_t> shape;
  std::vector<double> reals;
  std::vector<std::int64_t> integers;
  bool is_integer = false;
  bool scalar = false; ///< a bare number
};

/// Arguments and parameters by name.
struct Case {
  std::vector<std::pair<std::string, ArrayData>> arguments;
  std::vector<std::pair<std::string, stdlib::Value>> parameters;
};

/// How a case is run.
struct RunOptions {
  DType type = DType::f64;  ///< how real arguments are stored
  bool interpreter = false; ///< the interpreter rather than compiled code
  int bits = 53;            ///< of the interpreter
  int threads = 0;
  std::string target = "host"; ///< as JitOptions::target
  bool timing = false;
  /// Arguments of the gradient: none without it, empty for every real one.
  std::optional<std::vector<std::string>> gradient;
};

/// Results by name, gradients by argument.
struct CaseResult {
  std::vector<std::pair<std::string, Array>> values;
  std::vector<std::pair<std::string, Array>> gradient;
};

/// Reads the "arguments" and "parameters" of a case. @throws Error(bad_input_file) that names the place
Case read_case(const nlohmann::json &json, const std::string &source);
/// Reads one array: {"dtype", "shape", "data"} or a number. @throws Error(bad_input_file)
ArrayData read_array(const nlohmann::json &json, const std::string &where);
/// Runs a case. @throws Error
CaseResult run_case(const stdlib::EntryInfo &entry, const Case &input, const RunOptions &options);
/// An entry with its inputs as its page shows them. `total`: with the sum of the first result before it.
stdlib::EntryProgram usual_program(const stdlib::EntryInfo &entry, bool total);
/// The inputs that a gradient is taken with respect to: those named, or every real one. @throws Error(missing_input, kind_mismatch)
std::vector<Tensor> gradient_inputs(const stdlib::EntryInfo &entry, const stdlib::EntryProgram &made,
                                    const std::vector<std::string> &names);
/// Numbers stored as this real type.
Array real_array(std::span<const double> numbers, const std::vector<std::int64_t> &shape, DType type);
/// The elements of an array as numbers.
std::vector<double> elements(const Array &array);

} // namespace mercer::tools
