// The tests' names for the arguments that mercerc makes up.
#pragma once

#include "compiler/tools/mercerc/Draw.h"

namespace mercer::test {

using tools::draw, tools::flatten, tools::known_case, tools::Variant, tools::variants;

} // namespace mercer::test
