// Ahead of time: programs compiled by the user's build into an object file and a C header.
#pragma once

#include "mercer/runtime.h"

#include <functional>

namespace mercer {

struct ExportOptions {
  std::vector<DType> real_types = {DType::f32, DType::f64}; ///< one C function for each: NAME_f32, NAME_f64
  /// Instruction sets, of which a function chooses when it runs: "x86-64-v2", "x86-64-v3", "x86-64-v4"; or alone "aarch64".
  std::vector<std::string> targets = {"x86-64-v2", "x86-64-v3", "x86-64-v4"};
  Precision precision = Precision::accurate;
};

/// Object file and header of these programs: int32_t NAME_TYPE(inputs, outputs, context), as the header says. Both files are
/// written as a whole or not at all.
/// @throws Error(io) naming the path, Error(unsupported, bad_option, duplicate_name, bad_name)
void write_object(std::span<const Program> programs, const std::string &object_path, const std::string &header_path,
                  const ExportOptions &options = {});

/// A program that mercer_add_library exports under its own name. In a source given to
/// mercer_add_library(my_losses SOURCES losses.cpp):
///   MERCER_EXPORT(supcon, value_and_gradient(loss, {z}));
/// The program is made when the build asks for it; what it throws stops the build at this line.
class ExportedProgram {
public:
  ExportedProgram(std::string_view name, std::function<Program()> make,
                  std::source_location where = std::source_location::current());
};

#define MERCER_EXPORT(name, ...)                                                                             \
  static const ::mercer::ExportedProgram mercer_exported_##name(#name, [] { return __VA_ARGS__; })

namespace detail {
/// main of a generator: writes the object and the header of all exported programs. Prints one line for what is wrong.
int generate(int count, const char *const *arguments);
} // namespace detail

} // namespace mercer
