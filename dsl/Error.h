// The one exception.
#pragma once

#include <cstdint>
#include <source_location>
#include <stdexcept>
#include <string>

namespace mercer {

/// Why: Error.def has them, with what each means.
enum class ErrorCode : std::int32_t {
#define MERCER_ERROR(name, value, text) name = value,
#include "mercer/dsl/Error.def"
};

/// The one exception. what() says the program, the argument, what was expected, what was given, the user's
/// line.
class Error : public std::runtime_error {
public:
  /// `where` is the user's line; it is put in front of the message.
  Error(ErrorCode code, std::string message, std::source_location where = std::source_location::current());
  ErrorCode code() const { return code_; }
  std::source_location where() const { return where_; }

private:
  ErrorCode code_;
  std::source_location where_;
};

} // namespace mercer
