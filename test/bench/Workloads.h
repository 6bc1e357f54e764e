// The computations that are measured: programs with their inputs.
#pragma once

#include <mercer/mercer.h>

#include <string>
#include <vector>

namespace mercer::bench {

/// A program, its arguments, and memory for its outputs.
struct Case {
  Program program;
  std::vector<Array> inputs; ///< tensors, in order; numbers follow from `numbers`
  std::vector<double> numbers;
  std::vector<Array> outputs;
  /// Of the value, when it is not the first output itself.
  double (*summary)(const Case &) = nullptr;

  std::vector<Argument> arguments() const;
  std::vector<View> views() const;
};

/// Names, in the order of the tables; those with a gradient also as NAME_grad.
std::vector<std::string> workload_names();
/// @throws Error(bad_option) for an unknown name
Case make_case(const std::string &name, bool small);

} // namespace mercer::bench
