// Arguments made up from what an entry declares about them.
#pragma once

#include "compiler/tools/mercerc/Case.h"

#include <random>

namespace mercer::test {

/// A case of an entry: small shapes (equal names, equal sizes), values of the declared kind, default
/// parameters.
tools::Case draw(const stdlib::EntryInfo &entry, std::mt19937 &random);
/// A case from an entry's known value: nested lists by name, parameters among them.
tools::Case known_case(const stdlib::EntryInfo &entry);
/// The numbers of nested lists, row-major.
tools::ArrayData flatten(const nlohmann::json &nested, bool integers);

} // namespace mercer::test
