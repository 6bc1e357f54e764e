// Directions to differentiate along.
#pragma once

#include "CompiledEntry.h"

namespace mercer::test {

using Vectors = std::vector<std::vector<double>>;

/// A direction for each variable of a case, elements in [-1, 1]; probabilities go on summing to 1.
Vectors draw_direction(const CompiledEntry &entry, const tools::Case &input, std::mt19937 &random);
/// The case moved along a direction, element x by `length` max(1, |x|) times its component. `direction`
/// becomes the derivative of that by `length`.
tools::Case moved(const CompiledEntry &entry, const tools::Case &input, double length, Vectors &direction);
/// What an entry declares about an input.
const stdlib::ParameterInfo &parameter_of(const CompiledEntry &entry, const std::string &input);

} // namespace mercer::test
