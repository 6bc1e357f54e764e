// Exports each entry of the library with its default parameters: mercer_NAME, and mercer_NAME_gradient: the sum of its first result, its
// results, and the derivatives of that sum by every real argument.
#include "compiler/tools/mercerc/Case.h"

#include "mercer/export.h"

#include <algorithm>

namespace mercer::tools {
namespace {

Program with_gradient(const stdlib::EntryInfo &entry) {
  const stdlib::EntryProgram made = usual_program(entry, true);
  return value_and_gradient(made.program, gradient_inputs(entry, made, {}));
}

bool has_real_input(const stdlib::EntryInfo &entry) {
  return std::any_of(entry.parameters.begin(), entry.parameters.end(),
                     [](const stdlib::ParameterInfo &parameter) { return parameter.is_real_input(); });
}

/// Registers the entries before main.
[[maybe_unused]] const bool registered = [] {
  for (const stdlib::EntryInfo &entry : stdlib::entries()) {
    const std::string name = "mercer_" + std::string(entry.name);
    ExportedProgram(name, [&entry] { return usual_program(entry, false).program; });
    if (has_real_input(entry))
      ExportedProgram(name + "_gradient", [&entry] { return with_gradient(entry); });
  }
  return true;
}();

} // namespace
} // namespace mercer::tools
