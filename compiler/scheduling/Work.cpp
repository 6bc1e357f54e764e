#include "compiler/scheduling/Work.h"

namespace mercer::scheduling {

using dsl::Function;

int64_t operationsOf(Function function) {
  switch (function) {
  case Function::add:
  case Function::sub:
  case Function::mul:
  case Function::neg:
  case Function::square:
  case Function::minimum:
  case Function::maximum:
  case Function::abs:
  case Function::eq:
  case Function::ne:
  case Function::lt:
  case Function::le:
  case Function::gt:
  case Function::ge:
  case Function::logical_and:
  case Function::logical_or:
  case Function::logical_not:
  case Function::select:
  case Function::to_real:
  case Function::to_integer:
    return 1;
  case Function::stop_gradient:
  case Function::with_gradient_of:
    return 0;
  case Function::sign:
  case Function::floor:
  case Function::ceil:
  case Function::round:
    return 2;
  case Function::div:
  case Function::reciprocal:
  case Function::sqrt:
  case Function::root:
    return 5;
  case Function::floor_div:
  case Function::mod:
    return 8;
  default:
    return 15; // a polynomial with its reduction
  }
}

} // namespace mercer::scheduling
