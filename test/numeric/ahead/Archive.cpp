// D2_archive: every function of an archive of entries is called once from C, on a drawn case, and has the bits of the JIT's.
// ahead-archive <compiler> <archive> <header> <folder> <target> [all: the archive must have every entry]
#include "Calls.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

namespace mercer::test {
namespace {

/// An entry as the archive has it: alone, and with its gradient where an input is real.
void add_subjects(const stdlib::EntryInfo &entry, unsigned seed, std::vector<Subject> &subjects) {
  std::mt19937 random(seed);
  tools::Case input = draw(entry, random, 0, /*optional=*/true); // a C function takes all of them
  const std::string name = "mercer_" + std::string(entry.name);
  stdlib::EntryProgram value = tools::usual_program(entry, false);
  subjects.push_back({name, value.program, input, std::move(value.inputs)});
  stdlib::EntryProgram total = tools::usual_program(entry, true);
  const std::vector<Tensor> variables = tools::gradient_inputs(entry, total, {});
  if (!variables.empty())
    subjects.push_back({name + "_gradient", value_and_gradient(total.program, variables), std::move(input), std::move(total.inputs)});
}

/// What the header declares, besides the functions that say sizes.
std::set<std::string> declared(const std::string &header) {
  std::ifstream file(header);
  std::set<std::string> names;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("int32_t ") && line.ends_with("const mercer_context *context);"))
      names.insert(line.substr(8, line.find('(') - 8));
  return names;
}

int run(const std::string &compiler, const std::string &archive, const std::string &header, const std::string &folder,
        const std::string &target, bool all) {
  setenv("MERCER_TARGET", target.c_str(), 1);
  const std::set<std::string> names = declared(header);
  std::vector<Subject> subjects;
  for (std::size_t n = 0; n < stdlib::entries().size(); ++n)
    add_subjects(stdlib::entries()[n], static_cast<unsigned>(n), subjects);
  if (!all)
    std::erase_if(subjects, [&](const Subject &subject) { return !names.contains(subject.name + "_f32"); });
  std::filesystem::create_directories(folder);
  const std::vector<DType> types = {DType::f32, DType::f64};
  const Library library(subjects, types, header, {archive}, compiler, folder + "/archive");
  int different = 0;
  for (const Subject &subject : subjects)
    for (DType type : types)
      if (const std::string wrong = compare(subject, library, type, target); !wrong.empty()) {
        std::printf("%s, %s: %s\n", subject.name.c_str(), std::string(name_of(type)).c_str(), wrong.c_str());
        ++different;
      }
  const std::size_t calls = subjects.size() * types.size();
  std::printf("%zu calls, %zu functions declared, %d different\n", calls, names.size(), different);
  return different != 0 || calls == 0 || calls != names.size();
}

} // namespace
} // namespace mercer::test

int main(int count, char **arguments) {
  const bool all = count == 7 && std::string_view(arguments[6]) == "all";
  if (count != 6 && !all)
    return std::fprintf(stderr, "ahead-archive <compiler> <archive> <header> <folder> <target> [all]\n"), 2;
  try {
    return mercer::test::run(arguments[1], arguments[2], arguments[3], arguments[4], arguments[5], all);
  } catch (const std::exception &error) {
    return std::fprintf(stderr, "%s\n", error.what()), 1;
  }
}
