#include "compiler/tools/mercerc/Reference.h"

#include "compiler/tools/mercerc/Case.h"
#include "compiler/tools/mercerc/Catalogue.h"
#include "compiler/tools/mercerc/Compile.h"
#include "compiler/tools/mercerc/Plot.h"

#include "mercer/runtime/export/Export.h"

#include <algorithm>
#include <filesystem>
#include <span>
#include <sstream>

namespace mercer::tools {
namespace {

using stdlib::EntryInfo;
using stdlib::ParameterInfo;

std::string escaped(std::string_view text) {
  std::string result;
  for (char c : text)
    result += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
  return result;
}

std::string element(const char *name, const std::string &content) {
  return std::string("<") + name + ">" + content + "</" + name + ">\n";
}
std::string code(std::string_view text) { return "<pre><code>" + escaped(text) + "</code></pre>\n"; }

/// left(i, j) = value.
std::string formula(const std::string &name, const std::vector<Index> &indices, const Expr &value) {
  const Tensor left(name, static_cast<int>(indices.size()), value.kind());
  const std::vector<Expr> at(indices.begin(), indices.end());
  return to_mathml(left.read(at, std::source_location::current()) == value) + "\n";
}

std::string formulas(const Program &program) {
  std::string text;
  for (const Output &output : program.outputs())
    text += formula(output.name, output.indices, output.value);
  return text;
}

/// The default as text; "": the argument must be given, or may be left out.
std::string default_of(const ParameterInfo &parameter) {
  return parameter.initial.kind == stdlib::Initial::Kind::none ? "" : initial_text(parameter);
}

/// mercer::FAMILY::NAME(x, t, c = 1).
std::string call_of(const EntryInfo &entry) {
  std::string list;
  for (const ParameterInfo &parameter : std::span(entry.parameters).subspan(entry.is_kernel ? 2 : 0)) {
    const std::string initial = default_of(parameter);
    list += (list.empty() ? "" : ", ") + std::string(parameter.name) + (initial.empty() ? "" : " = " + initial);
  }
  return "mercer::" + std::string(entry.family) + "::" + std::string(entry.name) + "(" + list + ")" +
         (entry.is_kernel ? "  // a Kernel k; k(x, y), kernel_matrix(k, X, Y)" : "");
}

/// The function for C, of value and gradient, as the header declares it.
std::string declaration_for_c(const EntryInfo &entry, const Program &both) {
  ExportOptions options;
  options.real_types = {DType::f32};
  const detail::NamedProgram program{std::string(entry.name), both};
  const std::string header = detail::header_of({&program, 1}, std::string(entry.name) + ".h", options);
  const std::string begin = "int32_t " + std::string(entry.name) + "_f32(";
  const std::size_t from = header.find(begin);
  if (from == std::string::npos)
    return "";
  // An argument a line: pages are narrow.
  std::string declaration;
  for (char letter : header.substr(from, header.find(';', from) + 1 - from)) {
    if (letter == ' ' && declaration.ends_with(','))
      declaration += "\n" + std::string(begin.size(), ' ');
    else
      declaration += letter;
  }
  return declaration;
}

std::string arguments_of(const EntryInfo &entry) {
  std::string rows = "<tr><th>name</th><th>shape</th><th>kind</th><th>default</th><th>range</th><th>meaning</th></tr>\n";
  for (const ParameterInfo &parameter : entry.parameters) {
    std::ostringstream bounds;
    if (parameter.low > -1e29)
      bounds << "≥ " << parameter.low;
    if (parameter.high < 1e29)
      bounds << (parameter.low > -1e29 ? ", " : "") << "≤ " << parameter.high;
    rows += "<tr><td>" + std::string(parameter.name) + "</td><td>" + escaped(parameter.shape) + "</td><td>" +
            (parameter.input ? parameter.is_real_input() ? "real" : "integer" : "parameter") + "</td><td>" +
            escaped(default_of(parameter)) + "</td><td>" + bounds.str() + "</td><td>" + escaped(parameter.doc) + "</td></tr>\n";
  }
  return "<table>\n" + rows + "</table>\n";
}

std::string properties_of(const EntryInfo &entry) {
  static const std::pair<unsigned, const char *> names[] = {
      {stdlib::non_negative, "not negative"},
      {stdlib::at_most_one, "at most 1"},
      {stdlib::zero_when_equal, "0 where the second input is the first"},
      {stdlib::symmetric, "symmetric in its first two inputs"},
      {stdlib::positive_definite, "positive definite"},
      {stdlib::scale_invariant, "the first input may be scaled"},
      {stdlib::shift_invariant, "the first input may be shifted"}};
  std::string text;
  for (auto [bit, name] : names)
    if (entry.properties & bit)
      text += (text.empty() ? "" : "; ") + std::string(name);
  return text;
}

/// The drawing, where the entry has one.
std::string drawing_of(const EntryInfo &entry) {
  try {
    return svg_of(curve_of(entry));
  } catch (const Error &error) {
    if (error.code() != ErrorCode::unsupported)
      throw;
    return "";
  }
}

std::string section_of(const EntryInfo &entry) {
  const std::string name(entry.name);
  const stdlib::EntryProgram made = usual_program(entry, true), plain = usual_program(entry, false);
  const std::vector<Tensor> wanted = gradient_inputs(entry, made, {});
  const Program both = wanted.empty() ? plain.program : value_and_gradient(made.program, wanted);
  std::string text = "<section id=\"" + name + "\">\n" + element("h2", name);
  if (!entry.also.empty())
    text += element("p", "Also <code>" + std::string(entry.also) + "</code>.");
  text += element("p", escaped(entry.summary)) + formulas(plain.program) + arguments_of(entry);
  if (const std::string properties = properties_of(entry); !properties.empty())
    text += element("p", "Tested properties: " + properties + ".");
  if (!entry.known.value.empty())
    text += element("p", "For example <code>" + escaped(entry.known.arguments) + "</code> gives <code>" + escaped(entry.known.value) + "</code>.");
  text += element("p", "Source: " + escaped(entry.source) + ".");
  text += element("h3", "Use") + code(call_of(entry) + "\n\n" + declaration_for_c(entry, both) + "\n\nmercerc show " + name +
                                      "\nmercerc run " + name + " CASE.json --gradient\nmercerc compile " + name + " --gradient --emit=object -o " + name + ".o");
  if (!wanted.empty())
    text += "<details><summary>Gradient of the sum</summary>\n" + formulas(gradient(made.program, wanted)) + "</details>\n";
  text += "<details><summary>Plan and cost of value and gradient</summary>\n" + code(explain(both, JitOptions())) + "</details>\n";
  return text + drawing_of(entry) + "</section>\n";
}

std::string page(const std::string &title, const std::string &body) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + title +
         "</title>\n<link rel=\"stylesheet\" href=\"style.css\">\n</head>\n<body>\n" + element("h1", title) + body + "</body>\n</html>\n";
}

constexpr const char *style = R"(body { font: 16px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #222; }
section { border-top: 1px solid #ccc; margin-top: 2em; }
table { border-collapse: collapse; margin: 1em 0; }
th, td { border: 1px solid #ddd; padding: 0.2em 0.6em; text-align: left; vertical-align: top; }
pre { background: #f6f6f6; padding: 0.8em; white-space: pre-wrap; }
math { overflow-x: auto; overflow-y: hidden; padding: 0.3em 0; margin: 1em 0; font-size: 1.1em; }
a { color: #1f5fa8; }
)";

} // namespace

void write_reference(const std::string &folder, const std::string &family) {
  const std::vector<std::string> all = families();
  if (!family.empty() && std::find(all.begin(), all.end(), family) == all.end())
    throw Error(ErrorCode::bad_option, "docs: unknown family '" + family + "'", {});
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed)
    throw Error(ErrorCode::io, folder + ": cannot be made: " + failed.message(), {});
  const std::filesystem::path to(folder);
  std::string index;
  for (const std::string &name : all) {
    std::string links, sections;
    for (const EntryInfo &entry : stdlib::entries()) {
      if (entry.family != name)
        continue;
      links += "<li><a href=\"" + name + ".html#" + std::string(entry.name) + "\">" + std::string(entry.name) + "</a>: " + escaped(entry.summary) + "</li>\n";
      if (family.empty() || family == name)
        sections += section_of(entry);
    }
    index += element("h2", "<a href=\"" + name + ".html\">" + name + "</a>") + element("ul", links);
    if (!sections.empty())
      write_text(to / (name + ".html"), page(name, "<p><a href=\"index.html\">All families</a></p>\n" + element("ul", links) + sections));
  }
  write_text(to / "index.html", page("Mercer's standard library", index));
  write_text(to / "style.css", style);
}

} // namespace mercer::tools
