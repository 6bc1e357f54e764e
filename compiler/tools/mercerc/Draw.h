// Arguments made up from what an entry declares about them.
#pragma once

#include "compiler/tools/mercerc/Case.h"

#include <random>

namespace mercer::tools {

/// A case of an entry: small shapes (equal names, equal sizes; `more` is added to first dimensions), values
/// of the declared kind, default parameters. What may be left out is given where `optional`.
Case draw(const stdlib::EntryInfo &entry, std::mt19937 &random, std::int64_t more = 0,
          bool optional = false);
/// A way to call an entry: text options (other than `reduction`) that its pages list, and its name with them.
struct Variant {
  std::string name;
  std::vector<std::pair<std::string, stdlib::Value>> parameters;
  bool optional = false; ///< gives the inputs that may be left out
};
/// The entry as it is, then one variant for each other value of a text option, and one with optional inputs.
std::vector<Variant> variants(const stdlib::EntryInfo &entry);
/// A case from JSON as an entry declares it: nested lists by name, parameters among them.
Case known_case(const stdlib::EntryInfo &entry, std::string_view arguments);
/// The numbers of nested lists, row-major.
ArrayData flatten(const nlohmann::json &nested, bool integers);

} // namespace mercer::tools
