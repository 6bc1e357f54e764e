// JSON with Python's extra numbers.
#include "compiler/tools/mercerc/JsonText.h"

#include "mercer/dsl/Error.h"

#include <cmath>
#include <cstdio>

namespace mercer::tools {

namespace {

constexpr int most_depth = 1000;

/// Checks the nesting and quotes Python's extra numbers, outside of texts.
std::string prepared(std::string_view text, const std::string &source) {
  std::string result;
  result.reserve(text.size());
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quoted) {
      result += c;
      if (c == '\\' && i + 1 < text.size())
        result += text[++i];
      else if (c == '"')
        quoted = false;
      continue;
    }
    auto replaced = [&](std::string_view word, const char *by) {
      if (text.substr(i, word.size()) != word)
        return false;
      result += by;
      i += word.size() - 1;
      return true;
    };
    if (replaced("NaN", "\"nan\"") || replaced("Infinity", "\"inf\"") || replaced("-Infinity", "\"-inf\""))
      continue;
    if (c == '[' || c == '{') {
      if (++depth > most_depth)
        throw Error(ErrorCode::limit_exceeded,
                    source + ": nested deeper than " + std::to_string(most_depth) + " levels");
    } else if (c == ']' || c == '}') {
      --depth;
    }
    quoted = c == '"';
    result += c;
  }
  return result;
}

} // namespace

nlohmann::json parse_json(std::string_view text, const std::string &source) {
  if (text.size() > most_bytes)
    throw Error(ErrorCode::limit_exceeded,
                source + ": " + std::to_string(text.size()) + " bytes or more; at most 8 MiB are read");
  try {
    return nlohmann::json::parse(prepared(text, source));
  } catch (const nlohmann::json::exception &error) {
    std::string message = error.what();
    if (auto end = message.find("] "); end != std::string::npos)
      message.erase(0, end + 2);
    throw Error(ErrorCode::bad_input_file, source + ": not JSON: " + message);
  }
}

std::string number_text(double value, int digits) {
  if (std::isnan(value))
    return "NaN";
  if (std::isinf(value))
    return value > 0 ? "Infinity" : "-Infinity";
  char text[40];
  std::snprintf(text, sizeof text, "%.*g", digits, value);
  std::string result = text;
  if (result.find_first_of(".eE") == std::string::npos)
    result += ".0";
  return result;
}

} // namespace mercer::tools
