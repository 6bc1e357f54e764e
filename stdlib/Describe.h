// From an entry to its description in the registry. Each header's entries are described in a source of their own, which the build writes.
#pragma once

#include "mercer/stdlib/Registry.h"

namespace mercer::stdlib {

#define MERCER_HEADER(NAME) void append_##NAME(std::vector<EntryInfo> &list);
#include "Headers.inc"
#undef MERCER_HEADER

template <class R, class... P>
EntryInfo description_of(std::string_view family, const Entry<R(P...)> &entry) {
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
    for (const Parameter &points : entry.spec.arguments)
      info.parameters.push_back({points, ParameterKind::tensor});
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

} // namespace mercer::stdlib
