// What runs a checked call: the interpreter or compiled code.
#pragma once

#include "mercer/runtime/Convert.h"
#include "mercer/runtime/Signature.h"

namespace mercer {

namespace detail {

class Engine {
public:
  virtual ~Engine() = default;
  /// The type of a real output that Mercer allocates.
  virtual DType real_output_type(std::size_t output, std::span<const DType> input_types) const = 0;
  /// Runs into the outputs' memory. @throws Error; nothing is then written
  virtual void run(Call &call) const = 0;
  virtual void compile(const std::vector<DType> &input_types) const = 0;
  virtual std::string explain(Call &call) const = 0;
  /// Text of a stage of the compiler for the variant that is selected. @throws Error
  virtual std::string emit(Call &call, const std::string &stage) const = 0;
};

} // namespace detail

/// What a Function points to.
struct FunctionState {
  detail::Signature signature;
  std::unique_ptr<detail::Engine> engine;

  explicit FunctionState(const Program &program) : signature(program) {}
};

} // namespace mercer
