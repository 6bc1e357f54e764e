// Every entry that a header of stdlib.h declares; ListEntries.cmake finds them.
#include "mercer/stdlib/Describe.h"

namespace mercer::stdlib {

const std::vector<EntryInfo> &entries() {
  static const std::vector<EntryInfo> all = [] {
    std::vector<EntryInfo> list;
#define MERCER_HEADER(NAME) append_##NAME(list);
#include "Headers.inc"
#undef MERCER_HEADER
    return list;
  }();
  return all;
}

const EntryInfo *find_entry(std::string_view name) {
  for (const EntryInfo &entry : entries())
    if (entry.name == name || (!entry.also.empty() && entry.also == name))
      return &entry;
  return nullptr;
}

} // namespace mercer::stdlib
