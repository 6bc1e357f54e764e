// The workloads: programs with their sizes, inputs, and memory for their outputs.
#pragma once

#include "Programs.h"

#include <span>
#include <string>

namespace mercer::bench {

/// sqrt(sum_p (1 + p/P) v_p^2) of an array; a scalar itself.
double checksum(const Array &array);

/// A program, its arguments, and memory for its outputs.
struct Case {
  Program program;
  std::vector<Array> inputs; ///< tensors, in order; numbers follow from `numbers`
  std::vector<double> numbers;
  std::vector<Array> outputs;
  /// Of the value, when it is not the first output itself.
  double (*summary)(const Case &) = nullptr;
  Precision precision = Precision::accurate;

  /// For a measured call: nothing from a disk.
  JitOptions options(int threads = 1, const std::string &target = "host", const std::string &plan = "") const;
  std::vector<Argument> arguments() const;
  std::vector<View> views() const;
  double value() const; ///< the checksum of the value
  /// The joint one of the gradients; 0 where there are none.
  double gradient_norm() const;
};

/// What one pair (i, j), or element where there is no j, needs at the very least, with each symmetric half
/// done once: multiplications, fused or not, for each feature and beside those, and elementary functions.
struct Work {
  double of_feature = 0, beside = 0, functions = 0;
};

struct Workload {
  const char *name;
  Sizes full, small;
  Definition (*make)(const Sizes &);
  Work value, value_and_gradient = {}; ///< the latter empty: no gradient is asked for
  const char *original = nullptr;      ///< whose other form this is

  bool has_gradient() const { return value_and_gradient.of_feature + value_and_gradient.beside > 0; }
};

/// In the order of the tables.
std::span<const Workload> workloads();
/// Names; those with a gradient also as NAME_grad.
std::vector<std::string> workload_names();
/// The value, or value and gradient by `differentiable`, of a definition.
Case make_case(Definition definition, bool gradient);
/// @throws Error(bad_option) for an unknown name
Case make_case(const std::string &name, bool small);
/// Multiplications that the work takes; an elementary function counts as 8: a polynomial, rounding, scaling.
double least_operations(const std::string &name, bool small);
/// The name of the workload whose other form this is; empty: none.
std::string original_of(const std::string &name);

} // namespace mercer::bench
