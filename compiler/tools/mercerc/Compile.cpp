#include "compiler/tools/mercerc/Compile.h"

#include "compiler/tools/mercerc/Case.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>

#include <unistd.h>

namespace mercer::tools {
namespace {

/// Whole or not at all: what stood there before stays when the disk is full.
void write_text(const std::string &path, const std::string &text) {
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

std::string text_of_file(const std::string &path, const CompileOptions &options) {
  if (options.gradient || options.type)
    throw Error(ErrorCode::bad_option, path + ": --gradient and --type are for entries: a text says what it computes and in which types", {});
  return emit_text(read_text(path), path, options.emit, options.jit);
}

std::string text_of_entry(const std::string &name, const CompileOptions &options) {
  const stdlib::EntryInfo &entry = entry_named(name);
  const stdlib::EntryProgram made = usual_program(entry, options.gradient.has_value());
  const Program program =
      options.gradient ? value_and_gradient(made.program, gradient_inputs(entry, made, *options.gradient)) : made.program;
  return emit(program, options.emit, options.jit, options.type.value_or(DType::f32));
}

} // namespace

const stdlib::EntryInfo &entry_named(const std::string &name) {
  if (const stdlib::EntryInfo *entry = stdlib::find_entry(name))
    return *entry;
  throw Error(ErrorCode::missing_input, "unknown entry '" + name + "'; 'mercerc list' names them all", {});
}

stdlib::EntryProgram usual_program(const stdlib::EntryInfo &entry, bool total) {
  std::vector<stdlib::InputShape> inputs;
  for (const stdlib::ParameterInfo &parameter : entry.parameters)
    if (parameter.input) {
      const int commas = static_cast<int>(std::count(parameter.shape.begin(), parameter.shape.end(), ','));
      inputs.push_back({std::string(parameter.name), parameter.shape.empty() ? 0 : commas + 1, parameter.shape.empty()});
    }
  return stdlib::make_program(entry, inputs, {}, total);
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

void compile(const std::string &what, const CompileOptions &options) {
  const std::string text = what.ends_with(".mlir") ? text_of_file(what, options) : text_of_entry(what, options);
  if (options.output == "-")
    std::cout << text;
  else
    write_text(options.output, text);
}

} // namespace mercer::tools
