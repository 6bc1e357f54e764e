// The programs of MERCER_EXPORT, and main of the generator that a build makes of them.
#include "mercer/runtime/export/Export.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <thread>

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

/// Those of `names`, or all.
std::vector<detail::NamedProgram> made(const std::vector<std::string> &names) {
  std::vector<detail::NamedProgram> programs;
  for (const std::string &name : names)
    if (std::none_of(registered().begin(), registered().end(), [&](const Registered &each) { return each.name == name; }))
      throw Error(ErrorCode::missing_input, "--program: there is no MERCER_EXPORT(" + name + ")", {});
  for (const Registered &each : registered()) {
    if (!names.empty() && std::find(names.begin(), names.end(), each.name) == names.end())
      continue;
    try {
      programs.push_back({each.name, each.make()});
    } catch (const std::exception &error) {
      throw Error(ErrorCode::bad_option, place_of(each) + "MERCER_EXPORT(" + each.name + "): " + error.what(), {});
    } catch (...) {
      throw Error(ErrorCode::bad_option, place_of(each) + "MERCER_EXPORT(" + each.name + ") throws what is no exception", {});
    }
    const auto first = std::find_if(registered().begin(), registered().end(), [&](const Registered &other) { return other.name == each.name; });
    if (&*first != &each)
      throw Error(ErrorCode::duplicate_name,
                  place_of(each) + "MERCER_EXPORT(" + each.name + "): there is another one at " + place_of(*first), {});
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
  std::string object, folder, header;
  std::vector<std::string> types, targets, names;
  unsigned jobs = 1;
  CLI::Option *one = app.add_option("--object", object, "the object file");
  app.add_option("--objects", folder, "or a folder, for an object file of each program")->excludes(one);
  app.add_option("--header", header, "the C header")->required();
  app.add_option("--type", types, "element types, one function for each");
  app.add_option("--target", targets, "instruction sets");
  app.add_option("--program", names, "only these");
  app.add_option("--jobs", jobs, "threads that compile --objects; 0: one a processor");
  CLI11_PARSE(app, count, arguments);
  try {
    if (object.empty() && folder.empty())
      throw Error(ErrorCode::bad_option, "--object or --objects must say where to write", {});
    ExportOptions options;
    if (!types.empty())
      options.real_types.clear();
    for (const std::string &type : types)
      options.real_types.push_back(type_named(type));
    if (!targets.empty())
      options.targets = targets;
    if (folder.empty())
      write_object(made(names), object, header, options);
    else
      write_objects(made(names), folder, header, options, jobs ? jobs : std::thread::hardware_concurrency());
    return 0;
  } catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

} // namespace mercer
