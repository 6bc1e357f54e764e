#include "compiler/tools/mercerc/Compile.h"

#include "compiler/tools/mercerc/Case.h"

#include "mercer/runtime/export/Export.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>

#include <unistd.h>

namespace mercer::tools {
namespace {

std::string text_of_file(const std::string &path, const CompileOptions &options) {
  if (options.gradient || options.type)
    throw Error(ErrorCode::bad_option, path + ": --gradient and --type are for entries: a text says what it computes and in which types", {});
  return emit_text(read_text(path), path, options.emit, options.jit);
}

Program program_of_entry(const std::string &name, const CompileOptions &options) {
  const stdlib::EntryInfo &entry = entry_named(name);
  const stdlib::EntryProgram made = usual_program(entry, options.gradient.has_value());
  return options.gradient ? value_and_gradient(made.program, gradient_inputs(entry, made, *options.gradient)) : made.program;
}

std::string text_of_entry(const std::string &name, const CompileOptions &options) {
  return emit(program_of_entry(name, options), options.emit, options.jit, options.type.value_or(DType::f32));
}

bool is_export(const CompileOptions &options) { return options.emit == "object" || options.emit == "header"; }

void check_options(const std::string &what, const CompileOptions &options) {
  auto fail = [&](const std::string &text) { throw Error(ErrorCode::bad_option, what + ": --emit=" + options.emit + text, {}); };
  if (!is_export(options)) {
    if (!options.types.empty() || !options.targets.empty())
      fail(" has one type and one CPU: say --type and --target; --types and --targets are for object and header");
    return;
  }
  if (what.ends_with(".mlir"))
    fail(" is for entries: a C function checks its calls by the program's indices, and a text has none");
  if (options.type || options.jit.target != JitOptions().target)
    fail(" has functions for several types and CPUs: say --types and --targets");
  if (options.emit == "object" && !options.output.ends_with(".o"))
    fail(": -o must be a file whose name ends in .o, beside which the header goes, but is \"" + options.output + "\"");
}

ExportOptions export_options(const CompileOptions &given) {
  ExportOptions options;
  if (!given.types.empty())
    options.real_types = given.types;
  if (!given.targets.empty())
    options.targets = given.targets;
  options.precision = given.jit.precision;
  return options;
}

void write_entry_object(const std::string &name, const CompileOptions &options) {
  const Program program = program_of_entry(name, options);
  const std::string header = options.output.substr(0, options.output.size() - 1) + "h";
  write_object({&program, 1}, options.output, header, export_options(options));
}

std::string header_of_entry(const std::string &name, const CompileOptions &options) {
  const detail::NamedProgram program{name, program_of_entry(name, options)};
  const std::string file = options.output == "-" ? name + ".h" : options.output.substr(options.output.find_last_of('/') + 1);
  return detail::header_of({&program, 1}, file, export_options(options));
}

std::string text_of(const std::string &what, const CompileOptions &options) {
  if (is_export(options))
    return header_of_entry(what, options);
  return what.ends_with(".mlir") ? text_of_file(what, options) : text_of_entry(what, options);
}

} // namespace

const stdlib::EntryInfo &entry_named(const std::string &name) {
  if (const stdlib::EntryInfo *entry = stdlib::find_entry(name))
    return *entry;
  throw Error(ErrorCode::missing_input, "unknown entry '" + name + "'; 'mercerc list' names them all", {});
}

std::string read_text(const std::string &path) {
  std::ifstream file;
  if (path != "-")
    file.open(path, std::ios::binary);
  std::istream &in = path == "-" ? std::cin : file;
  std::string text(most_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad() || (path != "-" && !file.is_open()))
    throw Error(ErrorCode::io, path + ": cannot be read", {});
  return text;
}

void write_text(const std::string &path, const std::string &text) {
  if (path == "-") {
    std::cout << text;
    return;
  }
  const std::string temporary = path + "." + std::to_string(::getpid()) + ".tmp";
  std::ofstream file(temporary, std::ios::binary);
  file << text;
  file.close();
  if (file && std::rename(temporary.c_str(), path.c_str()) == 0)
    return;
  const std::string why = std::strerror(errno);
  std::remove(temporary.c_str());
  throw Error(ErrorCode::io, path + ": cannot be written: " + why, {});
}

void compile(const std::string &what, const CompileOptions &options) {
  check_options(what, options);
  if (options.emit == "object")
    return write_entry_object(what, options);
  write_text(options.output, text_of(what, options));
}

} // namespace mercer::tools
