// mercer-declare HEADER: writes the library's public functions, mercer::FAMILY::ENTRY, as declarations. Users' compilers read those
// instead of several hundred bodies, which take seconds.
#include "mercer/stdlib/Registry.h"
#include "mercer/stdlib/stdlib.h"

#include <fstream>
#include <iostream>
#include <sstream>

namespace mercer::stdlib {

namespace {

/// The type's name as C++ text.
template <class T>
std::string name_of_type() {
  std::string_view text = __PRETTY_FUNCTION__; // "... [T = NAME]", of GCC "... [with T = NAME; ...]"
  text.remove_prefix(text.find("T = ") + 4);
  return std::string(text.substr(0, std::min(text.find(';'), text.rfind(']'))));
}

struct Declaration {
  std::string family, name, type;
};

std::vector<Declaration> declarations() {
  std::vector<Declaration> all = {
#define MERCER_ENTRY(FAMILY, NAME) {#FAMILY, #NAME, name_of_type<std::remove_cvref_t<decltype(FAMILY::NAME)>>()},
#include "Entries.inc"
#undef MERCER_ENTRY
  };
  for (Declaration &declaration : all) // inside of mercer's namespaces
    for (std::size_t at; (at = declaration.type.find("mercer::")) != std::string::npos;)
      declaration.type.erase(at, 8);
  return all;
}

/// One line for each argument: name, shape, default, meaning.
void write_comment(std::ostream &out, const EntryInfo &entry) {
  out << "/// " << entry.summary << '\n';
  // A kernel's two sets of points are not arguments of the function that makes the kernel.
  for (const ParameterInfo &parameter : std::span(entry.parameters).subspan(entry.is_kernel ? 2 : 0)) {
    out << "/// - " << parameter.name;
    if (!parameter.shape.empty())
      out << '(' << parameter.shape << ')';
    std::string initial = initial_text(parameter);
    if (initial != "none")
      out << " = " << initial;
    out << ": " << parameter.doc << '\n';
  }
  out << "/// Source: " << entry.source << '\n';
}

std::string header() {
  std::ostringstream out;
  out << "// The standard library: one function an entry, in a namespace a family. Written by stdlib/Declare.cpp.\n"
         "#pragma once\n\n#include \"mercer/stdlib/Results.h\"\n\nnamespace mercer {\n";
  std::string family;
  const std::vector<Declaration> all = declarations();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].family != family)
      out << (family.empty() ? "" : "} // namespace " + family + "\n") << "\nnamespace " << all[i].family << " {\n";
    family = all[i].family;
    out << '\n';
    write_comment(out, entries()[i]);
    out << "extern const " << all[i].type << " &" << all[i].name << ";\n";
  }
  out << "} // namespace " << family << "\n\n} // namespace mercer\n";
  return out.str();
}

/// Writes a file unless it has this text already: what includes it is then not compiled again.
bool write(const char *path, const std::string &text) {
  std::ostringstream old;
  if (std::ifstream file(path); file)
    old << file.rdbuf();
  if (old.str() == text)
    return true;
  std::ofstream file(path);
  file << text;
  if (file.flush())
    return true;
  std::cerr << "mercer-declare: cannot write " << path << '\n';
  return false;
}

} // namespace

} // namespace mercer::stdlib

int main(int count, char **arguments) {
  if (count != 2) {
    std::cerr << "usage: mercer-declare HEADER\n";
    return 2;
  }
  using namespace mercer::stdlib;
  return write(arguments[1], header()) ? 0 : 1;
}
