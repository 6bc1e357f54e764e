#include "compiler/tools/mercerc/Catalogue.h"

#include "compiler/tools/mercerc/Case.h"
#include "compiler/tools/mercerc/Compile.h"

#include <algorithm>
#include <cctype>
#include <ostream>
#include <set>
#include <sstream>

namespace mercer::tools {
namespace {

using stdlib::Draw;

/// What an argument or parameter is to who must supply it; "" for plain real numbers.
std::string_view kind_of_argument(const stdlib::ParameterInfo &parameter) {
  if (parameter.kind == stdlib::ParameterKind::kernel)
    return "kernel";
  if (!parameter.input)
    return "";
  switch (parameter.draw) {
  case Draw::label:
    return "labels";
  case Draw::partner:
    return "partners";
  case Draw::step:
    return "steps";
  case Draw::probability:
    return "probabilities";
  case Draw::binary:
    return "binary";
  case Draw::sign:
    return "signs";
  case Draw::cosine:
    return "cosines";
  case Draw::positive:
    return "positive";
  case Draw::normal:
  case Draw::fixed:
    break;
  }
  return "";
}

std::string in_lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return result;
}

bool needs(const stdlib::EntryInfo &entry, const std::string &kind) {
  return std::any_of(entry.parameters.begin(), entry.parameters.end(),
                     [&](const stdlib::ParameterInfo &parameter) { return kind_of_argument(parameter) == kind; });
}

bool mentions(const stdlib::EntryInfo &entry, const std::string &text) {
  const std::string wanted = in_lower_case(text);
  for (std::string_view part : {entry.name, entry.also, entry.summary, entry.source})
    if (in_lower_case(part).find(wanted) != std::string::npos)
      return true;
  return false;
}

/// Does the entry come from a document with all of these words in its citation?
bool is_from(const stdlib::EntryInfo &entry, const std::string &words) {
  const std::string source = in_lower_case(entry.source);
  std::istringstream wanted(in_lower_case(words));
  for (std::string word; wanted >> word;)
    if (source.find(word) == std::string::npos)
      return false;
  return true;
}

std::string joined(const std::vector<std::string> &names) {
  std::string text;
  for (const std::string &name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// `what` must be among `names`, or "".
void check_among(const std::string &given, const std::vector<std::string> &names, const std::string &what) {
  if (std::find(names.begin(), names.end(), given) == names.end())
    throw Error(ErrorCode::bad_option, "list: unknown " + what + " '" + given + "'; there are " + joined(names), {});
}

/// Output name(p, q) = LaTeX.
std::string latex_of(const Output &output) {
  std::string left = output.name;
  for (std::size_t n = 0; n < output.indices.size(); ++n)
    left += (n == 0 ? "(" : ", ") + std::string(output.indices[n].name());
  return left + (output.indices.empty() ? "" : ")") + " = " + to_latex(output.value);
}

} // namespace

std::vector<std::string> families() {
  std::vector<std::string> names;
  for (const stdlib::EntryInfo &entry : stdlib::entries())
    if (names.empty() || names.back() != entry.family)
      names.emplace_back(entry.family);
  return names;
}

std::vector<std::string> kinds_of_arguments() {
  std::set<std::string> kinds;
  for (const stdlib::EntryInfo &entry : stdlib::entries())
    for (const stdlib::ParameterInfo &parameter : entry.parameters)
      if (const std::string_view kind = kind_of_argument(parameter); !kind.empty())
        kinds.emplace(kind);
  return {kinds.begin(), kinds.end()};
}

void list_entries(std::ostream &out, const ListOptions &options) {
  if (!options.family.empty())
    check_among(options.family, families(), "family");
  for (const std::string &kind : options.needs)
    check_among(kind, kinds_of_arguments(), "kind of argument");
  std::vector<const stdlib::EntryInfo *> found;
  std::size_t name_width = 0, family_width = 0;
  for (const stdlib::EntryInfo &entry : stdlib::entries()) {
    if ((!options.family.empty() && entry.family != options.family) || !mentions(entry, options.search) || !is_from(entry, options.document) ||
        !std::all_of(options.needs.begin(), options.needs.end(), [&](const std::string &kind) { return needs(entry, kind); }))
      continue;
    found.push_back(&entry);
    name_width = std::max(name_width, entry.name.size());
    family_width = std::max(family_width, entry.family.size());
  }
  for (const stdlib::EntryInfo *entry : found) {
    out << entry->name;
    if (options.details)
      out << std::string(name_width + 2 - entry->name.size(), ' ') << entry->family
          << std::string(family_width + 2 - entry->family.size(), ' ') << entry->summary;
    out << "\n";
  }
}

void show_entry(std::ostream &out, const std::string &name, bool latex, const JitOptions &options) {
  const stdlib::EntryInfo &entry = entry_named(name);
  const stdlib::EntryProgram made = usual_program(entry, true);
  out << stdlib::page(entry, latex);
  const std::vector<Tensor> wanted = gradient_inputs(entry, made, {});
  if (wanted.empty()) {
    out << "\nPlan\n" << explain(made.program, options) << "\n";
    return;
  }
  out << "\nGradient of the sum, with the default parameters\n";
  const Program derivatives = gradient(made.program, wanted);
  if (latex)
    for (const Output &output : derivatives.outputs())
      out << "  " << latex_of(output) << "\n";
  else
    out << to_text(derivatives);
  out << "\nPlan\n" << explain(value_and_gradient(made.program, wanted), options) << "\n";
}

} // namespace mercer::tools
