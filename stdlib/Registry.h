// Every entry with its types erased: for command lines, pages and tests.
#pragma once

#include "mercer/program.h"
#include "mercer/stdlib/Entry.h"

namespace mercer::stdlib {

/// A parameter with the kind of its C++ argument.
struct ParameterInfo : Parameter {
  ParameterKind kind = ParameterKind::real;
  /// An input of programs (a tensor or a scalar argument), rather than a parameter.
  bool is_input() const { return input; }
  bool is_real_input() const {
    return input && draw != Draw::label && draw != Draw::partner && draw != Draw::step;
  }
};

/// An entry.
struct EntryInfo {
  std::string_view family, name, also, summary, source;
  std::vector<ParameterInfo> parameters; ///< inputs and parameters, in order; a kernel's begin with its points
  Known known;
  unsigned properties = none;
  double tolerance = 0, tolerance_f32 = 0;
  bool is_kernel = false;
  Smoothness smoothness = Smoothness::twice;
  Known kink;
  /// The results for these values, one for each parameter; a kernel gives the matrix of its points.
  std::function<std::vector<Result>(std::span<const Value> values)> results;
  /// The kernel for the values of its parameters, of a kernel entry.
  std::function<Kernel(std::span<const Value> values)> kernel;
};

/// Every entry, family by family.
const std::vector<EntryInfo> &entries();
/// The entry of this name (or the catalogue's), else null.
const EntryInfo *find_entry(std::string_view name);

/// One input of a call: its name, its rank, whether it is a bare number.
struct InputShape {
  std::string name;
  int rank = 0;
  bool scalar = false;
};

/// A program of an entry.
struct EntryProgram {
  Program program;
  std::vector<std::string> outputs; ///< names of the results
  std::vector<Tensor> inputs;       ///< in the order of the program
};

/// The program `name` of an entry: inputs of these ranks, parameters by name (those left out have their
/// defaults). With `total`, its first output is the sum of the first result, whose gradient is taken.
/// @throws Error(missing_input, bad_option) naming the entry and the argument
EntryProgram make_program(const EntryInfo &entry, std::span<const InputShape> inputs,
                          const std::vector<std::pair<std::string, Value>> &parameters, bool total);

/// The kernel of a kernel entry with these parameters. @throws Error(bad_option)
Kernel make_kernel(const EntryInfo &entry, const std::vector<std::pair<std::string, Value>> &parameters);

/// The default of a parameter as people write it; "none" when it must be given or may be left out.
std::string initial_text(const ParameterInfo &parameter);

/// The page of an entry: formula (as LaTeX when asked), arguments, parameters, source, known value.
std::string page(const EntryInfo &entry, bool latex);

} // namespace mercer::stdlib
