// The one exception.
#pragma once

#include <cstdint>
#include <source_location>
#include <stdexcept>
#include <string>

namespace mercer {

enum class ErrorCode : std::int32_t {
  // building a program
  unbound_index = 1,
  unknown_extent,
  rank_mismatch,
  kind_mismatch,
  duplicate_name,
  bad_name,
  missing_input,
  not_scalar,
  // calling it
  argument_count,
  output_count,
  type_mismatch,
  extent_mismatch,
  index_out_of_range,
  bad_view,
  aliasing,
  empty_function,
  // the surroundings
  bad_option,
  bad_input_file,
  limit_exceeded,
  out_of_memory,
  unsupported,
  io,
  compiler
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
