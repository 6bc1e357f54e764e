// From a program to a function: options and engines.
#include "mercer/runtime/Reference.h"

namespace mercer {

Function interpret(const Program &program, int bits) {
  if (bits < 53 || bits > 10'000)
    throw Error(ErrorCode::bad_option,
                program.name() + ": 'bits' must be 53 to 10000, but is " + std::to_string(bits),
                program.where());
  auto state = std::make_shared<FunctionState>(program);
  state->engine = std::make_unique<detail::Interpreted>(state->signature, bits);
  return Function(std::move(state));
}

} // namespace mercer
