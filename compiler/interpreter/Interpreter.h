// What a program means: evaluates mercer.program as the mathematics says, apart from the lowering.
#pragma once

#include "compiler/dialect/Mercer.h"
#include "mercer/dsl/DType.h"

#include <optional>
#include <string>
#include <vector>

namespace mercer::interpreter {

/// Memory of an input: strides in elements, of any sign.
struct Input {
  DType dtype;
  const void *data;
  std::vector<std::int64_t> shape, strides;
};

/// A result, row-major: `reals` of a real output, `integers` of an integer or boolean one.
struct Output {
  std::vector<std::int64_t> shape;
  std::vector<double> reals;
  std::vector<std::int64_t> integers;
};

/// The first failure of a mercer.check: which one (counted from 0), the subscript, the size, the indices
/// there.
struct Violation {
  unsigned check;
  std::int64_t value, size;
  std::vector<std::pair<std::string, std::int64_t>> indices;
};

struct Result {
  std::vector<Output> outputs;
  std::optional<Violation> violation; ///< then there are no outputs
  std::string error;                  ///< why there is neither: inputs that do not fit, or too much work
};

/// Runs a program, as imported or after any pass, in f64, or with `bits` > 53 of precision in MPFR, rounded
/// to f64 at the end. Derivatives are computed in forward mode, one element of the variable at a time.
Result interpret(ir::ProgramOp program, llvm::ArrayRef<Input> inputs, int bits = 53);

/// Runs the checks alone, or one of them.
std::optional<Violation> firstViolation(ir::ProgramOp program, llvm::ArrayRef<Input> inputs,
                                        std::optional<unsigned> check = {});

/// Runs a plan serially in f64; with `single`, values of type f32 are rounded to it. A subscript out of range
/// is an error.
Result interpret(ir::PlanOp plan, llvm::ArrayRef<Input> inputs,
                 llvm::ArrayRef<std::vector<std::int64_t>> outputShapes, bool single = false);

/// An element as a number: converts from storage.
double loadReal(DType dtype, const void *data, std::int64_t offset);
std::int64_t loadInteger(DType dtype, const void *data, std::int64_t offset);

} // namespace mercer::interpreter
