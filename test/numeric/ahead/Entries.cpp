// D2: entries of the library with their gradients, compiled ahead of time and at run time for one instruction set: the same bits.
// ahead-entries <compiler> <archive> <folder> <type> <target> <every nth entry>
#include "Calls.h"

#include <mercer/export.h>

#include <cstdio>
#include <filesystem>

namespace mercer::test {
namespace {

/// The sum of the first result with its gradient, and all results.
std::optional<Subject> subject_of(const stdlib::EntryInfo &entry, unsigned seed) {
  std::mt19937 random(seed);
  tools::Case input = draw(entry, random);
  std::vector<stdlib::InputShape> shapes;
  for (const auto &[name, data] : input.arguments)
    shapes.push_back({name, static_cast<int>(data.shape.size()), data.scalar});
  stdlib::EntryProgram made = stdlib::make_program(entry, shapes, input.parameters, true);
  std::vector<Tensor> variables;
  for (const Tensor &tensor : made.inputs)
    if (tensor.kind() == real)
      variables.push_back(tensor);
  if (variables.empty())
    return Subject{made.program.name(), made.program, std::move(input), std::move(made.inputs)};
  return Subject{made.program.name(), value_and_gradient(made.program, variables), std::move(input), std::move(made.inputs)};
}

/// The entries' object file for one type and target.
Library library_of(const std::vector<Subject> &subjects, DType type, const std::string &target, const std::string &compiler,
                   const std::string &archive, const std::string &folder) {
  const std::string base = folder + "/entries_" + std::string(name_of(type)) + "_" + target;
  std::vector<Program> programs;
  for (const Subject &subject : subjects)
    programs.push_back(subject.program);
  ExportOptions options;
  options.real_types = {type};
  options.targets = {target};
  std::filesystem::create_directories(folder);
  write_object(programs, base + ".o", base + ".h", options);
  return Library(subjects, {type}, base + ".h", {base + ".o", archive}, compiler, base);
}

int run(const std::string &compiler, const std::string &archive, const std::string &folder, DType type,
        const std::string &target, std::size_t step) {
  std::vector<Subject> subjects;
  const auto &entries = stdlib::entries();
  for (std::size_t n = 0; n < entries.size(); n += step)
    if (std::optional<Subject> subject = subject_of(entries[n], static_cast<unsigned>(n)))
      subjects.push_back(std::move(*subject));
  const Library library = library_of(subjects, type, target, compiler, archive, folder);
  int different = 0;
  for (const Subject &subject : subjects)
    if (const std::string wrong = compare(subject, library, type, target); !wrong.empty()) {
      std::printf("%s: %s\n", subject.program.name().c_str(), wrong.c_str());
      ++different;
    }
  std::printf("%zu of %zu entries in %s for %s, %d different\n", subjects.size(), entries.size(),
              std::string(name_of(type)).c_str(), target.c_str(), different);
  return different != 0 || subjects.empty();
}

} // namespace
} // namespace mercer::test

int main(int count, char **arguments) {
  if (count != 7)
    return std::fprintf(stderr, "ahead-entries <compiler> <archive> <folder> f32|f64 <target> <every nth entry>\n"), 2;
  try {
    const mercer::DType type = std::string_view(arguments[4]) == "f64" ? mercer::DType::f64 : mercer::DType::f32;
    return mercer::test::run(arguments[1], arguments[2], arguments[3], type, arguments[5], std::stoul(arguments[6]));
  } catch (const std::exception &error) {
    return std::fprintf(stderr, "%s\n", error.what()), 1;
  }
}
