// JSON as Python writes it, read with limits.
#pragma once

#include <nlohmann/json.hpp>

namespace mercer::tools {

/// The most text that is read.
inline constexpr std::size_t most_bytes = 8u << 20;

/// Parses text of at most 8 MiB nested at most 1000 deep. NaN, Infinity and -Infinity become the texts "nan",
/// "inf" and
/// "-inf". @throws Error(bad_input_file) that names `source`
nlohmann::json parse_json(std::string_view text, const std::string &source);

/// A number with enough digits to read it back as a value of this many significant digits.
std::string number_text(double value, int digits);

} // namespace mercer::tools
