// Are the numbers right?
#pragma once

#include <string>

namespace mercer::bench {

/// Compares the results at the small size with lines "workload value gradient_norm" (or null) of another
/// library. Loops by hand are compared too; a workload without a line is an error. Returns the exit code.
int check(const std::string &path);

} // namespace mercer::bench
