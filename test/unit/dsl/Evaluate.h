// The value of a program's graph without derivatives, computed node by node: what elaboration must preserve.
#pragma once

#include "mercer/program.h"

#include <map>
#include <string>
#include <vector>

namespace mercer {

struct Values {
  std::vector<std::int64_t> shape;
  std::vector<double> data;
};

/// The first output of the program, row-major.
std::vector<double> evaluate(const Program &program, const std::map<std::string, Values> &inputs);

} // namespace mercer
