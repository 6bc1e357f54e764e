// The programs of MERCER_EXPORT, and main of the generator that a build makes of them.
#include "mercer/runtime/export/Export.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>

namespace mercer {
namespace {

struct Registered {
  std::string name;
  std::function<Program()> make;
  std::source_location where;
};

/// In the order in which sources are linked; made when the first is registered.
std::vector<Registered> &registered() {
  static std::vector<Registered> programs;
  return programs;
}

std::string place_of(const Registered &each) {
  return std::string(each.where.file_name()) + ":" + std::to_string(each.where.line()) + ": ";
}

DType type_named(const std::string &name) {
  for (int type = 0; type <= static_cast<int>(DType::boolean); ++type)
    if (name_of(static_cast<DType>(type)) == name)
      return static_cast<DType>(type);
  throw Error(ErrorCode::bad_option, "mercer_add_library: TYPES must be f64, f32, f16 or bf16, but one is \"" + name + "\"", {});
}

std::vector<detail::NamedProgram> made() {
  std::vector<detail::NamedProgram> programs;
  for (const Registered &each : registered()) {
    try {
      programs.push_back({each.name, each.make()});
    } catch (const std::exception &error) {
      throw Error(ErrorCode::bad_option, place_of(each) + "MERCER_EXPORT(" + each.name + "): " + error.what(), {});
    } catch (...) {
      throw Error(ErrorCode::bad_option, place_of(each) + "MERCER_EXPORT(" + each.name + ") throws what is no exception", {});
    }
    for (std::size_t other = 0; other + 1 < programs.size(); ++other)
      if (programs[other].name == each.name)
        throw Error(ErrorCode::duplicate_name,
                    place_of(each) + "MERCER_EXPORT(" + each.name + "): there is another one at " + place_of(registered()[other]), {});
  }
  if (programs.empty())
    throw Error(ErrorCode::bad_option, "mercer_add_library: no source has a MERCER_EXPORT", {});
  return programs;
}

} // namespace

ExportedProgram::ExportedProgram(std::string_view name, std::function<Program()> make, std::source_location where) {
  registered().push_back({std::string(name), std::move(make), where});
}

int detail::generate(int count, const char *const *arguments) {
  CLI::App app("Writes the object file and the C header of the programs that were exported by MERCER_EXPORT.");
  std::string object, header;
  std::vector<std::string> types, targets;
  app.add_option("--object", object, "the object file")->required();
  app.add_option("--header", header, "the C header")->required();
  app.add_option("--type", types, "element types, one function for each");
  app.add_option("--target", targets, "instruction sets");
  CLI11_PARSE(app, count, arguments);
  try {
    ExportOptions options;
    if (!types.empty())
      options.real_types.clear();
    for (const std::string &type : types)
      options.real_types.push_back(type_named(type));
    if (!targets.empty())
      options.targets = targets;
    write_object(made(), object, header, options);
    return 0;
  } catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

} // namespace mercer
