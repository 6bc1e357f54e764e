// One elementwise function of values of any kind.
#pragma once

#include "compiler/interpreter/Dual.h"

#include "llvm/ADT/ArrayRef.h"

namespace mercer::interpreter {

/// A value of any kind: a boolean is the integer 0 or 1.
template <class Number>
struct Slot {
  Number real{};
  std::int64_t integer = 0;
};

inline bool compare_integers(dsl::Function function, std::int64_t a, std::int64_t b) {
  switch (function) {
  case dsl::Function::eq:
    return a == b;
  case dsl::Function::ne:
    return a != b;
  case dsl::Function::lt:
    return a < b;
  case dsl::Function::le:
    return a <= b;
  case dsl::Function::gt:
    return a > b;
  default:
    return a >= b;
  }
}

/// Computes `result` from the operands' slots. `real`: the result is real; `realOperands`: the first operand
/// is.
template <class Number>
void apply(dsl::Function function, bool real, bool realOperands, std::vector<Slot<Number>> &slots,
           llvm::ArrayRef<unsigned> operands, Slot<Number> &result) {
  using F = dsl::Function;
  auto operand = [&](unsigned n) -> Slot<Number> & { return slots[operands[n]]; };
  switch (function) {
  case F::logical_and:
    result.integer = operand(0).integer & operand(1).integer;
    return;
  case F::logical_or:
    result.integer = operand(0).integer | operand(1).integer;
    return;
  case F::logical_not:
    result.integer = !operand(0).integer;
    return;
  case F::select:
    if (real)
      result.real = operand(operand(0).integer ? 1 : 2).real;
    else
      result.integer = operand(operand(0).integer ? 1 : 2).integer;
    return;
  case F::to_real:
    if (realOperands)
      result.real = operand(0).real;
    else
      from_integer(result.real, operand(0).integer);
    return;
  case F::to_integer:
    result.integer = realOperands ? to_integer(operand(0).real) : operand(0).integer;
    return;
  case F::eq:
  case F::ne:
  case F::lt:
  case F::le:
  case F::gt:
  case F::ge:
    result.integer = realOperands ? compare(function, operand(0).real, operand(1).real)
                                  : compare_integers(function, operand(0).integer, operand(1).integer);
    return;
  default:
    break;
  }
  bool binary = operands.size() > 1;
  if (!real) {
    std::int64_t values[2] = {operand(0).integer, binary ? operand(1).integer : 0};
    result.integer = evaluate_integer(function, values);
    return;
  }
  Number values[2] = {operand(0).real, binary ? operand(1).real : Number(0.0)};
  result.real = evaluate(function, values);
}

} // namespace mercer::interpreter
