// Reading cases.
#include "compiler/tools/mercerc/Case.h"

#include <cmath>

namespace mercer::tools {

namespace {

[[noreturn]] void reject(const std::string &where, const std::string &message) {
  throw Error(ErrorCode::bad_input_file, where + ": " + message);
}

/// A number, or one of the texts that stand for the others.
double read_real(const nlohmann::json &json, const std::string &where) {
  if (json.is_number())
    return json.get<double>();
  if (json.is_boolean())
    return json.get<bool>();
  if (json.is_string()) {
    const std::string &text = json.get_ref<const std::string &>();
    if (text == "nan")
      return std::nan("");
    if (text == "inf" || text == "-inf")
      return text[0] == '-' ? -HUGE_VAL : HUGE_VAL;
  }
  reject(where, "expected a number, given " + json.dump().substr(0, 40));
}

std::int64_t read_integer(const nlohmann::json &json, const std::string &where) {
  if (json.is_boolean())
    return json.get<bool>();
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
    reject(where, "expected an integer of 64 bits, given " + json.dump());
  if (json.is_number_integer())
    return json.get<std::int64_t>();
  reject(where, "expected an integer, given " + json.dump().substr(0, 40));
}

stdlib::Value read_parameter(const nlohmann::json &json, const std::string &where);

std::vector<std::pair<std::string, stdlib::Value>> read_parameters(const nlohmann::json &json,
                                                                   const std::string &where) {
  if (!json.is_object())
    reject(where, "expected an object");
  std::vector<std::pair<std::string, stdlib::Value>> parameters;
  for (const auto &[name, value] : json.items())
    if (!value.is_null())
      parameters.emplace_back(name, read_parameter(value, where + "." + name));
  return parameters;
}

stdlib::Value read_parameter(const nlohmann::json &json, const std::string &where) {
  if (json.is_object() && json.contains("entry")) {
    if (!json["entry"].is_string())
      reject(where + ".entry", "expected the name of a kernel");
    std::string name = json["entry"];
    const stdlib::EntryInfo *entry = stdlib::find_entry(name);
    if (!entry)
      reject(where + ".entry", "unknown entry '" + name + "'");
    return stdlib::make_kernel(*entry, json.contains("parameters")
                                           ? read_parameters(json["parameters"], where + ".parameters")
                                           : std::vector<std::pair<std::string, stdlib::Value>>());
  }
  if (json.is_object() && json.contains("data")) {
    ArrayData array = read_array(json, where);
    return array.is_integer ? std::vector<double>(array.integers.begin(), array.integers.end()) : array.reals;
  }
  if (json.is_array()) {
    std::vector<double> list;
    for (const auto &element : json)
      list.push_back(read_real(element, where + "[" + std::to_string(list.size()) + "]"));
    return list;
  }
  if (json.is_string() && json != "nan" && json != "inf" && json != "-inf")
    return json.get<std::string>();
  return read_real(json, where);
}

} // namespace

ArrayData read_array(const nlohmann::json &json, const std::string &where) {
  ArrayData array;
  if (json.is_number() || json.is_string() || json.is_boolean()) {
    array.scalar = true;
    array.reals.push_back(read_real(json, where));
    return array;
  }
  if (!json.is_object())
    reject(where, "expected a number or an object with dtype, shape and data");
  for (const char *key : {"dtype", "shape", "data"})
    if (!json.contains(key))
      reject(where, std::string("'") + key + "' is missing");
  if (!json["dtype"].is_string())
    reject(where + ".dtype", "expected a name such as \"f64\"");
  std::string dtype = json["dtype"];
  bool known_real = dtype == "f64" || dtype == "f32" || dtype == "f16" || dtype == "bf16";
  array.is_integer = dtype == "i64" || dtype == "i32" || dtype == "i8" || dtype == "bool";
  if (!known_real && !array.is_integer)
    reject(where + ".dtype", "expected f64, f32, f16, bf16, i64, i32, i8 or bool, given '" + dtype + "'");
  if (!json["shape"].is_array())
    reject(where + ".shape", "expected a list of sizes");
  if (json["shape"].size() > 16)
    reject(where + ".shape", "expected at most 16 dimensions, given " + std::to_string(json["shape"].size()));
  std::int64_t count = 1;
  for (const auto &size : json["shape"]) {
    array.shape.push_back(read_integer(size, where + ".shape"));
    if (array.shape.back() < 0)
      reject(where + ".shape", "expected sizes of at least 0, given " + std::to_string(array.shape.back()));
    if (__builtin_mul_overflow(count, array.shape.back(), &count))
      reject(where + ".shape", "the product of the sizes is too large");
  }
  const auto &data = json["data"];
  if (!data.is_array())
    reject(where + ".data", "expected a list of numbers");
  if (static_cast<std::int64_t>(data.size()) != count)
    reject(where + ".data", "expected " + std::to_string(count) + " elements, as the shape says, given " +
                                std::to_string(data.size()));
  for (std::size_t i = 0; i < data.size(); ++i) {
    std::string place = where + ".data[" + std::to_string(i) + "]";
    if (array.is_integer)
      array.integers.push_back(read_integer(data[i], place));
    else
      array.reals.push_back(read_real(data[i], place));
  }
  return array;
}

Case read_case(const nlohmann::json &json, const std::string &source) {
  if (!json.is_object())
    reject(source, "expected an object with arguments and parameters");
  Case result;
  if (!json.contains("arguments") || !json["arguments"].is_object())
    reject(source, "'arguments', an object, is missing");
  for (const auto &[name, value] : json["arguments"].items())
    result.arguments.emplace_back(name, read_array(value, source + ": arguments." + name));
  if (json.contains("parameters"))
    result.parameters = read_parameters(json["parameters"], source + ": parameters");
  return result;
}

} // namespace mercer::tools
