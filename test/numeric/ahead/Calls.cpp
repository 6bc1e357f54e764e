#include "Calls.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fstream>

namespace mercer::test {
namespace {

/// Of a C function.
std::string symbol_of(const Subject &subject, DType type) { return subject.name + "_" + std::string(name_of(type)); }

const tools::ArrayData &argument(const Subject &subject, const Tensor &tensor) {
  for (const auto &[name, data] : subject.input.arguments)
    if (name == tensor.name())
      return data;
  throw Error(ErrorCode::missing_input, subject.program.name() + ": no argument '" + tensor.name() + "' was drawn", {});
}

Array array_of(const tools::ArrayData &data, DType type) {
  if (!data.is_integer)
    return tools::real_array(data.reals, data.shape, type);
  Array array(DType::i64, Shape(data.shape));
  std::copy(data.integers.begin(), data.integers.end(), array.data<std::int64_t>());
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
  const std::string symbol = symbol_of(subject, type);
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

/// The same numbers in memory where each row of a matrix has a gap behind it, of NaN and other bits that are all set.
struct Gapped {
  Array memory;
  std::vector<std::int64_t> strides;

  explicit Gapped(const Array &dense) : memory(dense.dtype(), Shape(wider(dense.shape()))), strides(dense.shape().size(), 1) {
    const std::vector<std::int64_t> &shape = memory.shape();
    for (std::size_t d = shape.size(); d-- > 1;)
      strides[d - 1] = strides[d] * shape[d];
    const std::int64_t size = size_of(dense.dtype()), row = dense.shape().empty() ? 0 : dense.shape().back();
    const View from = dense, to = memory;
    std::memset(to.data, 0xff, static_cast<std::size_t>(memory.size() * size));
    for (std::int64_t n = 0; row && n < dense.size() / row; ++n)
      std::memcpy(static_cast<char *>(to.data) + n * shape.back() * size, static_cast<char *>(from.data) + n * row * size,
                  static_cast<std::size_t>(row * size));
  }
  static std::vector<std::int64_t> wider(std::vector<std::int64_t> shape) {
    if (shape.size() > 1)
      shape.back() += 3;
    return shape;
  }
};

} // namespace

Library::Library(const std::vector<Subject> &subjects, const std::vector<DType> &types, const std::string &header,
                 const std::vector<std::string> &linked, const std::string &compiler, const std::string &base) {
  std::ofstream source(base + ".c");
  source << "#include \"" << header << "\"\n#include <stddef.h>\n";
  for (const Subject &subject : subjects)
    for (DType type : types)
      source << caller(subject, type);
  source.close();
  std::string command = "'" + compiler + "' -std=c99 -Wall -Wextra -Werror -shared -fPIC '" + base + ".c'";
  for (const std::string &file : linked)
    command += " '" + file + "'";
  command += " -o '" + base + ".so'";
  if (std::system(command.c_str()) != 0)
    throw Error(ErrorCode::io, "cannot run " + command, {});
  handle_ = dlopen((base + ".so").c_str(), RTLD_NOW);
  if (!handle_)
    throw Error(ErrorCode::io, dlerror(), {});
}

Library::Caller Library::caller_of(const std::string &symbol) const {
  return reinterpret_cast<Caller>(dlsym(handle_, ("call_" + symbol).c_str()));
}

std::string Library::last_error() const {
  return reinterpret_cast<const char *(*)()>(dlsym(handle_, "mercer_last_error"))();
}

/// "" or what is wrong: a call with the arguments as they are, and one with rows that have gaps.
std::string compare(const Subject &subject, const Library &library, DType type, const std::string &target) {
  Arguments arguments(subject, type);
  JitOptions options;
  options.threads = 1;
  options.target = target;
  const Function function = jit(subject.program, options);
  function.compile(arguments.types);
  const std::vector<Array> expected = function.call_all(arguments.list);

  const auto caller = library.caller_of(symbol_of(subject, type));
  for (const bool with_gaps : {false, true}) {
    std::vector<Array> outputs;
    std::vector<Gapped> gapped;
    std::vector<DLManagedTensorVersioned *> capsules;
    std::vector<DLTensor *> tensors;
    for (const Array &array : arguments.arrays)
      capsules.push_back(array.to_dlpack());
    for (const Array &array : expected)
      capsules.push_back(outputs.emplace_back(array.dtype(), Shape(array.shape())).to_dlpack());
    for (DLManagedTensorVersioned *capsule : capsules)
      tensors.push_back(&capsule->dl_tensor);
    gapped.reserve(arguments.arrays.size());
    for (std::size_t n = 0; with_gaps && n < arguments.arrays.size(); ++n) {
      Gapped &other = gapped.emplace_back(arguments.arrays[n]);
      tensors[n]->data = View(other.memory).data;
      tensors[n]->strides = other.strides.data();
    }
    const std::int32_t code = caller ? caller(tensors.data(), arguments.numbers.data()) : -1;
    for (DLManagedTensorVersioned *capsule : capsules)
      capsule->deleter(capsule);
    if (code != 0)
      return "code " + std::to_string(code) + ", " + library.last_error();
    for (std::size_t n = 0; n < expected.size(); ++n)
      if (!same_bits(outputs[n], expected[n]))
        return "output '" + subject.program.outputs()[n].name + "' has other bits" + (with_gaps ? " where rows have gaps" : "");
  }
  return "";
}

} // namespace mercer::test
