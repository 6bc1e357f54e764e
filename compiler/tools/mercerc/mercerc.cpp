// The command line of the standard library: list, show, run.
#include "compiler/tools/mercerc/Case.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

using namespace mercer;
using namespace mercer::tools;

namespace {

constexpr int usage_status = 2;
constexpr const char *timing_text = "what each stage of the compiler took, on standard error";

const stdlib::EntryInfo &entry_named(const std::string &name) {
  if (const stdlib::EntryInfo *entry = stdlib::find_entry(name))
    return *entry;
  throw Error(ErrorCode::missing_input, "unknown entry '" + name + "'; 'mercerc list' names them all");
}

/// The text of a file, or as much of it as tells that it is too long: it may be endless.
std::string read_text(const std::string &path) {
  std::ifstream file;
  if (path != "-")
    file.open(path, std::ios::binary);
  std::istream &in = path == "-" ? std::cin : file;
  std::string text(most_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad() || (path != "-" && !file.is_open()))
    throw Error(ErrorCode::io, path + ": cannot be read");
  return text;
}

void write_array(std::ostream &out, const Array &array) {
  out << "{\"shape\": [";
  for (std::size_t d = 0; d < array.shape().size(); ++d)
    out << (d == 0 ? "" : ", ") << array.shape()[d];
  out << "], \"data\": [";
  bool is_real = array.dtype() <= DType::bf16;
  int digits = array.dtype() == DType::f64 ? 17 : 9;
  const char *separator = "";
  for (double number : elements(array)) {
    out << separator;
    if (is_real)
      out << number_text(number, digits);
    else
      out << static_cast<std::int64_t>(number);
    separator = ", ";
  }
  out << "]}";
}

void write_named(std::ostream &out, const std::vector<std::pair<std::string, Array>> &arrays) {
  out << "{";
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    out << (i == 0 ? "\"" : ", \"") << arrays[i].first << "\": ";
    write_array(out, arrays[i].second);
  }
  out << "}";
}

int list(const std::string &family) {
  bool found = family.empty();
  for (const stdlib::EntryInfo &entry : stdlib::entries())
    if (family.empty() || entry.family == family) {
      std::cout << entry.name << "\n";
      found = true;
    }
  if (!found)
    throw Error(ErrorCode::bad_option, "unknown family '" + family + "'");
  return 0;
}

int show(const std::string &name, bool latex, const std::string &stage, const JitOptions &options) {
  const stdlib::EntryInfo &entry = entry_named(name);
  std::vector<stdlib::InputShape> inputs;
  for (const stdlib::ParameterInfo &parameter : entry.parameters)
    if (parameter.input) {
      int commas = static_cast<int>(std::count(parameter.shape.begin(), parameter.shape.end(), ','));
      inputs.push_back(
          {std::string(parameter.name), parameter.shape.empty() ? 0 : commas + 1, parameter.shape.empty()});
    }
  stdlib::EntryProgram made = stdlib::make_program(entry, inputs, {}, true);
  std::vector<Tensor> wanted;
  for (const Tensor &input : made.inputs)
    if (input.kind() == real)
      wanted.push_back(input);
  Program both = value_and_gradient(made.program, wanted);
  if (!stage.empty()) {
    std::cout << emit(both, stage, options);
    return 0;
  }
  std::cout << stdlib::page(entry, latex);
  std::cout << "\nGradient of the sum, with the default parameters\n"
            << to_text(gradient(made.program, wanted));
  std::cout << "\nPlan\n" << explain(both, options) << "\n";
  return 0;
}

int run(const std::string &name, const std::string &path, const RunOptions &options) {
  const stdlib::EntryInfo &entry = entry_named(name);
  std::string source = path == "-" ? "standard input" : path;
  CaseResult result = run_case(entry, read_case(parse_json(read_text(path), source), source), options);
  std::ostringstream out;
  out << "{\"value\": ";
  write_array(out, result.values.front().second);
  if (result.values.size() > 1) {
    out << ", \"values\": ";
    write_named(out, result.values);
  }
  if (options.gradient) {
    out << ", \"gradient\": ";
    write_named(out, result.gradient);
  }
  std::cout << out.str() << "}\n";
  return 0;
}

/// One line on standard error.
int complain(std::string message) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  std::cerr << "mercerc: " << message << "\n";
  return usage_status;
}

std::vector<std::string> split(const std::string &text) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');)
    parts.push_back(part);
  return parts;
}

} // namespace

int main(int argc, char **argv) {
  // `--gradient` alone would take the next word as its value.
  std::vector<std::string> words(argv + 1, argv + argc);
  for (std::string &word : words)
    if (word == "--gradient")
      word = "--gradient=*";
  std::reverse(words.begin(), words.end());

  CLI::App app("Mercer's standard library: names, pages, evaluation.", "mercerc");
  app.require_subcommand(1);
  std::string family, name, path, gradient, stage, type = "f64", engine = "jit";
  bool latex = false;
  JitOptions jit_options;
  int threads = 0;
  CLI::App *list_command = app.add_subcommand("list", "names, one line each");
  list_command->add_option("--family", family, "only this family");
  CLI::App *show_command =
      app.add_subcommand("show", "formula, arguments, parameters, source, gradient, plan");
  show_command->add_option("NAME", name, "the entry")->required();
  show_command->add_flag("--latex", latex, "the formula as LaTeX");
  show_command->add_option(
      "--emit", stage,
      "only the text of value and gradient for f32 after a stage of the compiler: program, mlir, nests, "
      "vector, llvm, asm");
  show_command->add_option("--target", jit_options.target, "the CPU that is compiled for");
  show_command->add_flag("--timing", jit_options.timing, timing_text);
  CLI::App *run_command = app.add_subcommand("run", "evaluate an entry on a case");
  run_command->add_option("NAME", name, "the entry")->required();
  run_command->add_option("CASE", path, "a JSON file; - is standard input")->required();
  run_command->add_option("--gradient", gradient,
                          "of the sum, with respect to every real argument, or these: a,b");
  run_command->add_option("--type", type, "f64, f32, bf16 or f16")
      ->check(CLI::IsMember({"f64", "f32", "bf16", "f16"}));
  run_command->add_option("--engine", engine, "jit or interpreter")
      ->check(CLI::IsMember({"jit", "interpreter"}));
  run_command->add_flag("--timing", jit_options.timing, timing_text);
  run_command->add_option("--threads", threads, "at most this many; 0: all")->check(CLI::Range(0, 4096));
  try {
    app.parse(words);
  } catch (const CLI::CallForHelp &help) {
    return app.exit(help);
  } catch (const CLI::ParseError &error) {
    return complain(error.what());
  }
  try {
    if (*list_command)
      return list(family);
    if (*show_command)
      return show(name, latex, stage, jit_options);
    RunOptions options;
    for (DType candidate : {DType::f64, DType::f32, DType::f16, DType::bf16})
      if (name_of(candidate) == type)
        options.type = candidate;
    options.interpreter = engine == "interpreter";
    options.threads = threads;
    options.timing = jit_options.timing;
    if (!gradient.empty())
      options.gradient = gradient == "*" ? std::vector<std::string>() : split(gradient);
    return run(name, path, options);
  } catch (const std::exception &error) {
    return complain(error.what());
  }
}
