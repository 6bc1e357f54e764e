// What a program should give: the interpreter's values, and how far rounding may move them.
#pragma once

#include <mercer/runtime.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mercer::fuzz {

/// One output, row-major. Reals with what each may be off by (infinite: anything may be), or integers and
/// truth values with whether rounding may change them.
struct ExpectedOutput {
  std::vector<double> reals, allowed;
  std::vector<std::int64_t> integers;
  std::vector<bool> mayDiffer;
};

struct Expected {
  std::vector<ExpectedOutput> outputs;
  bool isViolated = false; ///< a subscript is out of range: the call is an error
  std::string unsupported; ///< the interpreter has no answer
};

/// Runs the interpreter on row-major inputs: once in f64, and `samples` times with the errors of the
/// arithmetic's type. `forward`: derivatives by definition, else by the compiler's own differentiation.
Expected expectedOf(const Program &program, std::span<const View> inputs, DType arithmetic, bool forward,
                    int samples);

} // namespace mercer::fuzz
