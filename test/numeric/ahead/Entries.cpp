// D2: entries of the library with their gradients, compiled ahead of time and at run time for one instruction set: the same bits.
// ahead-entries <compiler> <archive> <folder> <type> <target> <every nth entry>
#include "../stdlib/Draw.h"

#include <mercer/export.h>
#include <mercer/runtime.h>
#include <mercer/runtime/DLPack.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>

namespace mercer::test {
namespace {

/// An entry with a drawn case.
struct Subject {
  Program program;
  tools::Case input;
  std::vector<Tensor> inputs;
};

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
    return Subject{made.program, std::move(input), std::move(made.inputs)};
  return Subject{value_and_gradient(made.program, variables), std::move(input), std::move(made.inputs)};
}

const tools::ArrayData &argument(const Subject &subject, const Tensor &tensor) {
  for (const auto &[name, data] : subject.input.arguments)
    if (name == tensor.name())
      return data;
  throw Error(ErrorCode::missing_input, subject.program.name() + ": no argument '" + tensor.name() + "' was drawn", {});
}

Array array_of(const tools::ArrayData &data, DType type) {
  Array array(data.is_integer ? DType::i64 : type, Shape(data.shape));
  if (data.is_integer)
    std::copy(data.integers.begin(), data.integers.end(), array.data<std::int64_t>());
  else if (type == DType::f64)
    std::copy(data.reals.begin(), data.reals.end(), array.data<double>());
  else
    std::transform(data.reals.begin(), data.reals.end(), array.data<float>(), [](double x) { return static_cast<float>(x); });
  return array;
}

/// Arguments of both kinds of calls.
struct Arguments {
  std::vector<Array> arrays;
  std::vector<Argument> list;
  std::vector<double> numbers;
  std::vector<DType> types;

  Arguments(const Subject &subject, DType type) {
    for (const Tensor &tensor : subject.inputs) {
      const tools::ArrayData &data = argument(subject, tensor);
      if (tensor.rank() == 0) {
        const double number = data.is_integer ? static_cast<double>(data.integers.front()) : data.reals.front();
        numbers.push_back(number);
        if (tensor.kind() == integer)
          list.emplace_back(static_cast<std::int64_t>(number));
        else
          list.emplace_back(number);
        types.push_back(tensor.kind() == integer ? DType::i64 : DType::f64);
      } else {
        arrays.push_back(array_of(data, type));
        list.emplace_back(arrays.back());
        types.push_back(arrays.back().dtype());
      }
    }
  }
};

/// A C function that calls another one with tensors and numbers from two arrays, through its prototype.
std::string caller(const Subject &subject, DType type) {
  const std::string symbol = subject.program.name() + "_" + std::string(name_of(type));
  std::string text = "int32_t call_" + symbol + "(DLTensor **tensors, const double *numbers) {\n  (void)numbers;\n  return " +
                     symbol + "(";
  std::size_t tensors = 0, numbers = 0;
  for (const Tensor &tensor : subject.inputs)
    if (tensor.rank() == 0)
      text += std::string(tensor.kind() == integer ? "(int64_t)" : "") + "numbers[" + std::to_string(numbers++) + "], ";
    else
      text += "tensors[" + std::to_string(tensors++) + "], ";
  for (std::size_t output = 0; output < subject.program.outputs().size(); ++output)
    text += "tensors[" + std::to_string(tensors++) + "], ";
  return text + "NULL);\n}\n";
}

/// Equal bits; any NaN is any other.
bool same_bits(const Array &a, const Array &b) {
  for (std::int64_t n = 0; n < a.size(); ++n) {
    if (a.dtype() == DType::f64 && std::isnan(a.data<double>()[n]) && std::isnan(b.data<double>()[n]))
      continue;
    if (a.dtype() == DType::f32 && std::isnan(a.data<float>()[n]) && std::isnan(b.data<float>()[n]))
      continue;
    const View left = a, right = b;
    const std::int64_t size = size_of(a.dtype());
    if (std::memcmp(static_cast<char *>(left.data) + n * size, static_cast<char *>(right.data) + n * size, size) != 0)
      return false;
  }
  return true;
}

class Library {
public:
  Library(const std::vector<Subject> &subjects, DType type, const std::string &target, const std::string &compiler,
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
    std::ofstream source(base + ".c");
    source << "#include \"" << base << ".h\"\n#include <stddef.h>\n";
    for (const Subject &subject : subjects)
      source << caller(subject, type);
    source.close();
    const std::string command = "'" + compiler + "' -std=c99 -Wall -Wextra -Werror -shared -fPIC '" + base + ".c' '" + base +
                                ".o' '" + archive + "' -o '" + base + ".so'";
    if (std::system(command.c_str()) != 0)
      throw Error(ErrorCode::io, "cannot run " + command, {});
    handle_ = dlopen((base + ".so").c_str(), RTLD_NOW);
    if (!handle_)
      throw Error(ErrorCode::io, dlerror(), {});
  }

  using Caller = std::int32_t (*)(DLTensor **, const double *);
  Caller caller_of(const std::string &symbol) const {
    return reinterpret_cast<Caller>(dlsym(handle_, ("call_" + symbol).c_str()));
  }
  std::string last_error() const {
    return reinterpret_cast<const char *(*)()>(dlsym(handle_, "mercer_last_error"))();
  }

private:
  void *handle_;
};

/// "" or what is wrong.
std::string compare(const Subject &subject, const Library &library, DType type, const std::string &target) {
  Arguments arguments(subject, type);
  JitOptions options;
  options.threads = 1;
  options.target = target;
  const Function function = jit(subject.program, options);
  function.compile(arguments.types);
  const std::vector<Array> expected = function.call_all(arguments.list);

  std::vector<Array> outputs;
  std::vector<DLManagedTensorVersioned *> capsules;
  std::vector<DLTensor *> tensors;
  for (const Array &array : arguments.arrays)
    capsules.push_back(array.to_dlpack());
  for (const Array &array : expected)
    capsules.push_back(outputs.emplace_back(array.dtype(), Shape(array.shape())).to_dlpack());
  for (DLManagedTensorVersioned *capsule : capsules)
    tensors.push_back(&capsule->dl_tensor);
  const auto caller = library.caller_of(subject.program.name() + "_" + std::string(name_of(type)));
  const std::int32_t code = caller ? caller(tensors.data(), arguments.numbers.data()) : -1;
  for (DLManagedTensorVersioned *capsule : capsules)
    capsule->deleter(capsule);
  if (code != 0)
    return "code " + std::to_string(code) + ", " + library.last_error();
  for (std::size_t n = 0; n < expected.size(); ++n)
    if (!same_bits(outputs[n], expected[n]))
      return "output '" + subject.program.outputs()[n].name + "' has other bits";
  return "";
}

int run(const std::string &compiler, const std::string &archive, const std::string &folder, DType type,
        const std::string &target, std::size_t step) {
  std::vector<Subject> subjects;
  const auto &entries = stdlib::entries();
  for (std::size_t n = 0; n < entries.size(); n += step)
    if (std::optional<Subject> subject = subject_of(entries[n], static_cast<unsigned>(n)))
      subjects.push_back(std::move(*subject));
  const Library library(subjects, type, target, compiler, archive, folder);
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
