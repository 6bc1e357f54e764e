// Drawing arguments.
#include "compiler/tools/mercerc/Draw.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace mercer::tools {

namespace {

/// "n": a size of its own, the same for every n; "n+1": one more; "3": 3.
std::vector<std::int64_t> shape_of(std::string_view text, std::int64_t more,
                                   std::map<std::string, std::int64_t, std::less<>> &sizes) {
  std::vector<std::int64_t> shape;
  while (!text.empty()) {
    std::size_t comma = std::min(text.find(','), text.size());
    std::string name(text.substr(0, comma));
    if (name.find_first_not_of("0123456789") == std::string::npos) { // a dimension of this size
      shape.push_back(std::stoll(name));
      text.remove_prefix(std::min(comma + 1, text.size()));
      continue;
    }
    std::int64_t extra = 0;
    if (name.ends_with("+1")) {
      extra = 1;
      name.resize(name.size() - 2);
    }
    if (name == "height" || name == "width") // windows fit into maps
      sizes.try_emplace(name, 7);
    // A fourth name and further ones are short: tests evaluate an entry thousands of times.
    const auto names = static_cast<std::int64_t>(sizes.size());
    auto [place, fresh] = sizes.try_emplace(name, names < 3 ? 3 + names : 2);
    // Batches are even, so that every sample has a partner. Tensors of rank 3 and above have elements enough, of rank 4 also first
    // ones.
    const bool high = std::count(text.begin(), text.end(), ',') > (names > 0 ? 1 : 2);
    if (fresh && shape.empty())
      place->second += place->second % 2 + (high ? 0 : more);
    shape.push_back(place->second + extra);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return shape;
}

} // namespace

Case draw(const stdlib::EntryInfo &entry, std::mt19937 &random, std::int64_t more, bool optional) {
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform(0.1, 0.9);
  std::map<std::string, std::int64_t, std::less<>> sizes;
  Case result;
  for (const stdlib::ParameterInfo &parameter : entry.parameters) {
    const bool left_out = parameter.kind == stdlib::ParameterKind::optional_tensor;
    if (left_out && !optional)
      continue;
    ArrayData data;
    if (parameter.input && parameter.shape.empty()) {
      data.scalar = true;
      data.reals.push_back(parameter.initial.number);
      result.arguments.emplace_back(parameter.name, std::move(data));
      continue;
    }
    if (!parameter.input && !left_out)
      continue;
    data.shape = shape_of(parameter.shape, more, sizes);
    data.is_integer = parameter.input && !parameter.is_real_input();
    const stdlib::Draw kind = left_out && !parameter.input ? stdlib::Draw::positive : parameter.draw;
    std::int64_t count = 1;
    for (std::int64_t size : data.shape)
      count *= size;
    std::int64_t row = data.shape.back();
    for (std::int64_t i = 0; i < count; ++i) {
      switch (kind) {
      case stdlib::Draw::normal:
      case stdlib::Draw::fixed:
        data.reals.push_back(normal(random));
        break;
      case stdlib::Draw::positive:
      case stdlib::Draw::probability:
        data.reals.push_back(uniform(random));
        break;
      case stdlib::Draw::cosine:
        data.reals.push_back(2 * uniform(random) - 1);
        break;
      case stdlib::Draw::binary:
        data.reals.push_back(random() % 2);
        break;
      case stdlib::Draw::sign:
        data.reals.push_back(random() % 2 == 0 ? -1 : 1);
        break;
      case stdlib::Draw::label:
        data.integers.push_back(i % 2);
        break;
      case stdlib::Draw::partner:
        data.integers.push_back(i ^ 1);
        break;
      case stdlib::Draw::step:
        data.integers.push_back(100 * i + 5);
        break;
      }
    }
    if (parameter.draw == stdlib::Draw::probability)
      for (std::int64_t start = 0; start < count; start += row) {
        double total = 0;
        for (std::int64_t i = 0; i < row; ++i)
          total += data.reals[start + i];
        for (std::int64_t i = 0; i < row; ++i)
          data.reals[start + i] /= total;
      }
    result.arguments.emplace_back(parameter.name, std::move(data));
  }
  return result;
}

std::vector<Variant> variants(const stdlib::EntryInfo &entry) {
  std::vector<Variant> result{{std::string(entry.name), {}}};
  bool optional = false; // all of them are given at once
  for (const stdlib::ParameterInfo &parameter : entry.parameters) {
    if (parameter.kind == stdlib::ParameterKind::optional_tensor && !std::exchange(optional, true))
      result.push_back({std::string(entry.name) + "(" + std::string(parameter.name) + ")", {}, true});
    if (parameter.kind != stdlib::ParameterKind::text)
      continue;
    // The page's words begin with the values: "imq|rbf: what they mean".
    std::string_view words = parameter.doc.substr(0, parameter.doc.find_first_of(" :"));
    while (!words.empty()) {
      const std::size_t end = std::min(words.find('|'), words.size());
      const std::string value(words.substr(0, end));
      words.remove_prefix(std::min(end + 1, words.size()));
      if (value != parameter.initial.text)
        result.push_back({std::string(entry.name) + "(" + std::string(parameter.name) + "=" + value + ")",
                          {{std::string(parameter.name), value}}});
    }
  }
  return result;
}

ArrayData flatten(const nlohmann::json &nested, bool integers) {
  ArrayData data;
  data.is_integer = integers;
  if (!nested.is_array()) {
    data.scalar = true;
    data.reals.push_back(nested.get<double>());
    return data;
  }
  data.shape.push_back(static_cast<std::int64_t>(nested.size()));
  for (const auto &element : nested) {
    if (!element.is_array()) {
      if (integers)
        data.integers.push_back(element.get<std::int64_t>());
      else
        data.reals.push_back(element.get<double>());
      continue;
    }
    ArrayData inner = flatten(element, integers);
    data.shape.resize(1);
    data.shape.insert(data.shape.end(), inner.shape.begin(), inner.shape.end());
    data.reals.insert(data.reals.end(), inner.reals.begin(), inner.reals.end());
    data.integers.insert(data.integers.end(), inner.integers.begin(), inner.integers.end());
  }
  return data;
}

Case known_case(const stdlib::EntryInfo &entry, std::string_view arguments) {
  Case result;
  const nlohmann::json known = nlohmann::json::parse(arguments);
  for (const auto &[name, value] : known.items())
    for (const stdlib::ParameterInfo &parameter : entry.parameters) {
      if (parameter.name != name)
        continue;
      if (parameter.input)
        result.arguments.emplace_back(name, flatten(value, !parameter.is_real_input()));
      else if (value.is_string())
        result.parameters.emplace_back(name, value.get<std::string>());
      else if (value.is_array())
        result.parameters.emplace_back(name, value.get<std::vector<double>>());
      else
        result.parameters.emplace_back(name, value.get<double>());
    }
  return result;
}

} // namespace mercer::tools
