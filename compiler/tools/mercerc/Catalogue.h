// What the library has: lists of entries, and the page of one.
#pragma once

#include "mercer/runtime.h"

#include <iosfwd>
#include <string>
#include <vector>

namespace mercer::tools {

struct ListOptions {
  std::string family;             ///< "" is any
  std::vector<std::string> needs; ///< kinds of arguments, all of which an entry has
  std::string search;             ///< in names, summaries and sources, whatever the case
  std::string document;           ///< words that a source has, in any order, whatever the case: authors, a title, a year
  bool details = false;           ///< family and summary beside the name
};

/// The families, in the order of the registry, which has the entries of one beside each other.
std::vector<std::string> families();
/// Kinds of arguments that `ListOptions::needs` may name.
std::vector<std::string> kinds_of_arguments();

/// A line for each entry. @throws Error(bad_option) for a family or kind that there is not
void list_entries(std::ostream &out, const ListOptions &options);

/// The page of an entry, its gradient, its plan.
void show_entry(std::ostream &out, const std::string &name, bool latex, const JitOptions &options);

} // namespace mercer::tools
