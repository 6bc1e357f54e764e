#include "mercer/dsl/Error.h"

#include "mercer/dsl/DType.h"
#include "mercer/language.h"

#include <string_view>

namespace mercer {

static std::string located(const std::string &message, std::source_location where) {
  if (where.line() == 0)
    return message;
  std::string_view file = where.file_name();
  return std::string(file) + ":" + std::to_string(where.line()) + ": " + message;
}

Error::Error(ErrorCode code, std::string message, std::source_location where)
    : std::runtime_error(located(message, where)), code_(code), where_(where) {}

Kind kind_of(DType dtype) {
  if (dtype == DType::boolean)
    return boolean;
  return dtype <= DType::bf16 ? real : integer;
}

} // namespace mercer
