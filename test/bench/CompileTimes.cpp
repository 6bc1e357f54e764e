#include "CompileTimes.h"

#include "Measure.h"

#include <mercer/runtime.h>
#include <mercer/stdlib/Registry.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <stdexcept>

namespace mercer::bench {
namespace {

using Json = nlohmann::json;

int rank_of(const Json &value) {
  return value.is_array() && !value.empty() ? 1 + rank_of(value[0]) : value.is_array();
}

/// An array with a dimension for each name of a shape.
Json array_of(std::string_view shape) {
  Json array = 0;
  if (!shape.empty())
    for (auto left = 1 + std::ranges::count(shape, ','); left > 0; --left)
      array = Json::array({array});
  return array;
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
  else
    for (const auto &info : entry.parameters)
      if (info.kind == stdlib::ParameterKind::kernel)
        known[std::string(info.name)] = {{"entry", "rbf"}};
      else if (info.is_input())
        known[std::string(info.name)] = array_of(info.shape);
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

/// Processor time of this process, which other programs lengthen less than they do the time that passes.
double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

struct Times {
  double passed = HUGE_VAL, processor = HUGE_VAL;
};

/// What compiling value and gradient for f32 takes, the least of so many times; the cache is off.
Times times_of(const stdlib::EntryInfo &entry, int rounds, bool timing) {
  const Program program = value_and_gradient_of(entry);
  JitOptions options;
  options.cache_directory = "off";
  options.timing = timing;
  std::vector<DType> types;
  for (const Tensor &input : program.inputs())
    types.push_back(input.kind() == real ? DType::f32 : input.kind() == integer ? DType::i64 : DType::boolean);
  Times least;
  for (int round = 0; round < rounds; ++round) {
    const double start = processor_seconds();
    least.passed = std::min(least.passed, seconds_of([&] { jit(program, options).compile(types); }));
    least.processor = std::min(least.processor, processor_seconds() - start);
  }
  return least;
}

/// The entries of these names, or all. @throws std::runtime_error for a name without an entry
std::vector<const stdlib::EntryInfo *> chosen(const std::vector<std::string> &names) {
  std::vector<const stdlib::EntryInfo *> entries;
  for (const std::string &name : names) {
    entries.push_back(stdlib::find_entry(name));
    if (!entries.back())
      throw std::runtime_error("there is no entry '" + name + "'");
  }
  if (names.empty())
    for (const stdlib::EntryInfo &entry : stdlib::entries())
      entries.push_back(&entry);
  return entries;
}

} // namespace

bool compile_times(const std::vector<std::string> &names, int rounds, double limit, bool timing) {
  const std::vector<const stdlib::EntryInfo *> entries = chosen(names);
  times_of(*entries.front(), 1, false); // what a process does once
  bool good = true;
  std::vector<std::pair<double, const stdlib::EntryInfo *>> all;
  for (const stdlib::EntryInfo *entry : entries) {
    try {
      const Times times = times_of(*entry, rounds, timing);
      all.emplace_back(times.processor, entry);
      std::printf("{\"entry\": \"%s\", \"family\": \"%s\", \"compile_s\": %.4f, \"processor_s\": %.4f}\n", std::string(entry->name).c_str(),
                  std::string(entry->family).c_str(), times.passed, times.processor);
      good &= times.processor <= limit;
    } catch (const std::exception &error) {
      std::printf("{\"entry\": \"%s\", \"error\": %s}\n", std::string(entry->name).c_str(), Json(error.what()).dump().c_str());
      good = false;
    }
    std::fflush(stdout);
  }
  std::sort(all.begin(), all.end());
  if (!all.empty())
    std::printf("processor time: median %.0f ms, 90 %% within %.0f ms, slowest %s with %.0f ms, %zu of %zu above %.0f ms\n",
                all[all.size() / 2].first * 1e3, all[all.size() * 9 / 10].first * 1e3, std::string(all.back().second->name).c_str(),
                all.back().first * 1e3,
                static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const auto &time) { return time.first > limit; })),
                all.size(), limit * 1e3);
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
