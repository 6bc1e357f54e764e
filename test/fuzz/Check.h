// Runs a case compiled and interpreted, and says what is wrong.
#pragma once

#include "Tree.h"

namespace mercer::fuzz {

enum class Verdict : std::uint8_t {
  agreed,
  refused,   ///< compiling would take too long, and says so
  undecided, ///< rounding decides what the program does
  built,     ///< the program is refused when it is built
  error,     ///< compiled code or the interpreter ends in an error and the other does not, or in another one
  value,     ///< values differ by more than rounding allows
  bits,      ///< threads or the place of buffers change bits
  redZone,   ///< bytes beside the elements of a view were written
  untouched, ///< outputs were written although the call is an error
  crash,     ///< the process ended
  slow       ///< no answer in time
};
const char *nameOf(Verdict verdict);

struct Outcome {
  Verdict verdict = Verdict::agreed;
  std::string text;
  std::int64_t elements = 0, undecided = 0; ///< elements compared, and those that rounding decides
};

Outcome check(const Case &test);

/// What two failures of one cause have in common: the verdict and, of errors, the text without names and
/// numbers.
std::string signature(Verdict verdict, const std::string &text);

} // namespace mercer::fuzz
