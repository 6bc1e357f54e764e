// Every entry that a header of stdlib.h declares; ListEntries.cmake writes their names.
#include "mercer/stdlib/Registry.h"
#include "mercer/stdlib/stdlib.h"

namespace mercer::stdlib {

namespace {

template <class R, class... P>
EntryInfo info_of(std::string_view family, const Entry<R(P...)> &entry) {
  EntryInfo info;
  info.family = family;
  info.name = entry.spec.name;
  info.also = entry.spec.also;
  info.summary = entry.spec.summary;
  info.source = entry.spec.source;
  info.known = entry.spec.known;
  info.properties = entry.spec.properties;
  info.tolerance = entry.spec.tolerance;
  info.tolerance_f32 = entry.spec.tolerance_f32;
  info.smoothness = entry.spec.smoothness;
  info.kink = entry.spec.kink;
  if constexpr (std::is_same_v<R, Kernel>) {
    info.is_kernel = true;
    info.parameters.push_back({points("X", "i,k", "points, one a row"), ParameterKind::tensor});
    info.parameters.push_back({points("Y", "j,k", "points, one a row"), ParameterKind::tensor});
    info.kernel = [&entry](std::span<const Value> values) { return entry.apply(values); };
    info.results = [&entry](std::span<const Value> values) {
      Tensor x = std::get<Tensor>(values[0]), y = std::get<Tensor>(values[1]);
      return detail::results_of(kernel_matrix(entry.apply(values.subspan(2)), x, y));
    };
  } else {
    info.results = [&entry](std::span<const Value> values) {
      return detail::results_of(entry.apply(values));
    };
  }
  for (std::size_t i = 0; i < sizeof...(P); ++i)
    info.parameters.push_back({entry.spec.parameters[i], entry.kinds()[i]});
  return info;
}

} // namespace

const std::vector<EntryInfo> &entries() {
  static const std::vector<EntryInfo> all = [] {
    std::vector<EntryInfo> list;
#define MERCER_ENTRY(FAMILY, NAME) list.push_back(info_of(#FAMILY, FAMILY::NAME));
#include "Entries.inc"
#undef MERCER_ENTRY
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
