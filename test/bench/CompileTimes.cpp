#include "CompileTimes.h"

#include "Measure.h"

#include <mercer/runtime.h>
#include <mercer/stdlib/Registry.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

namespace mercer::bench {
namespace {

using Json = nlohmann::json;

int rank_of(const Json &value) {
  return value.is_array() && !value.empty() ? 1 + rank_of(value[0]) : value.is_array();
}

stdlib::Value parameter(const Json &value) {
  if (value.is_string())
    return value.get<std::string>();
  if (value.is_array())
    return value.get<std::vector<double>>();
  if (value.is_object()) {
    std::vector<std::pair<std::string, stdlib::Value>> inner;
    const Json given_parameters = value.value("parameters", Json::object());
    for (const auto &[name, given] : given_parameters.items())
      inner.emplace_back(name, parameter(given));
    return stdlib::make_kernel(*stdlib::find_entry(value.at("entry").get<std::string>()), inner);
  }
  return value.is_boolean() ? double(value.get<bool>()) : value.get<double>();
}

/// Value and gradient by every real input, with the shapes of the entry's known value.
Program value_and_gradient_of(const stdlib::EntryInfo &entry) {
  std::vector<stdlib::InputShape> inputs;
  std::vector<std::pair<std::string, stdlib::Value>> parameters;
  Json known = Json::object();
  if (!entry.known.arguments.empty())
    known = Json::parse(entry.known.arguments);
  else // mmd2_unbiased: points and a kernel
    for (const auto &info : entry.parameters)
      if (info.kind == stdlib::ParameterKind::kernel)
        known[std::string(info.name)] = {{"entry", "rbf"}};
      else if (info.is_input())
        known[std::string(info.name)] = Json::parse("[[0]]");
  for (const auto &[name, value] : known.items()) {
    bool is_input = false;
    for (const auto &info : entry.parameters)
      is_input |= info.name == name && info.is_input();
    if (is_input)
      inputs.push_back({name, rank_of(value), !value.is_array()});
    else
      parameters.emplace_back(name, parameter(value));
  }
  stdlib::EntryProgram made = stdlib::make_program(entry, inputs, parameters, true);
  std::vector<Tensor> by;
  for (const Tensor &input : made.inputs)
    if (input.kind() == real)
      by.push_back(input);
  return value_and_gradient(made.program, by);
}

} // namespace

bool compile_times(double limit, bool timing) {
  JitOptions options;
  options.cache_directory = "off";
  options.timing = timing;
  bool good = true;
  double slowest = 0;
  std::string slowest_name;
  for (const stdlib::EntryInfo &entry : stdlib::entries()) {
    try {
      Program program = value_and_gradient_of(entry);
      std::vector<DType> types;
      for (const Tensor &input : program.inputs())
        types.push_back(input.kind() == real      ? DType::f32
                        : input.kind() == integer ? DType::i64
                                                  : DType::boolean);
      const double seconds = seconds_of([&] { jit(program, options).compile(types); });
      std::printf("{\"entry\": \"%s\", \"compile_s\": %.4f}\n", std::string(entry.name).c_str(), seconds);
      good &= seconds <= limit;
      if (seconds > slowest) {
        slowest = seconds;
        slowest_name = entry.name;
      }
    } catch (const std::exception &error) {
      std::printf("{\"entry\": \"%s\", \"error\": %s}\n", std::string(entry.name).c_str(),
                  Json(error.what()).dump().c_str());
      good = false;
    }
    std::fflush(stdout);
  }
  std::printf("slowest: %s, %.3f s\n", slowest_name.c_str(), slowest);
  return good;
}

/// The first call at the small size, which takes microseconds beside compiling.
static double first_call(const std::string &workload, bool timing) {
  Case at = make_case(workload, true);
  JitOptions options = at.options();
  options.timing = timing;
  Function f = jit(at.program, options);
  return seconds_of([&] { f.run(at.arguments(), at.views()); });
}

bool workload_compile_times(double warm, double first, bool timing) {
  std::vector<std::string> names;
  for (const std::string &name : workload_names())
    if (original_of(name).empty() && !std::ranges::count(workload_names(), name + "_grad"))
      names.push_back(name);
  std::vector<double> firsts;
  for (const std::string &name : names)
    firsts.push_back(in_child([&] { return first_call(name, timing); }));
  std::printf("\n| compile | warm, ms | first of a process, ms |\n|---|---:|---:|\n");
  bool good = true;
  first_call(names.front(), false);
  for (std::size_t n = 0; n < names.size(); ++n) {
    const double again = std::min(first_call(names[n], timing), first_call(names[n], false));
    good &= again <= warm && firsts[n] > 0 && firsts[n] <= first;
    std::printf("| %s | %.0f%s | %.0f%s |\n", names[n].c_str(), again * 1e3, again <= warm ? "" : " missed",
                firsts[n] * 1e3, firsts[n] <= first ? "" : " missed");
    std::fflush(stdout);
  }
  return good;
}

} // namespace mercer::bench
