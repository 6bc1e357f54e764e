// The list of families.
#include "mercer/stdlib/Registry.h"
#include "mercer/stdlib/stdlib.h"

namespace mercer::stdlib {

namespace {

template <class Body, std::size_t N>
EntryInfo info_of(std::string_view family, const Entry<Body, N> &entry) {
  using E = Entry<Body, N>;
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
  if constexpr (std::is_same_v<typename E::Return, Kernel>) {
    info.is_kernel = true;
    info.parameters.push_back({points("X", "i,k", "points, one a row"), ParameterKind::tensor});
    info.parameters.push_back({points("Y", "j,k", "points, one a row"), ParameterKind::tensor});
    info.kernel = [](std::span<const Value> values) { return E::apply(values); };
    info.results = [](std::span<const Value> values) {
      Tensor x = std::get<Tensor>(values[0]), y = std::get<Tensor>(values[1]);
      return detail::results_of(kernel_matrix(E::apply(values.subspan(2)), x, y));
    };
  } else {
    info.results = [](std::span<const Value> values) { return detail::results_of(E::apply(values)); };
  }
  for (std::size_t i = 0; i < N; ++i)
    info.parameters.push_back({entry.spec.parameters[i], E::kinds()[i]});
  return info;
}

template <class Family>
void append(std::vector<EntryInfo> &all, std::string_view name, const Family &family) {
  std::apply([&](const auto &...entry) { (all.push_back(info_of(name, entry)), ...); }, family);
}

} // namespace

const std::vector<EntryInfo> &entries() {
  static const std::vector<EntryInfo> all = [] {
    std::vector<EntryInfo> list;
    append(list, "kernels", kernels::entries);
    append(list, "operators", operators::entries);
    append(list, "divergences", divergences::entries);
    append(list, "mixtures", mixtures::entries);
    append(list, "classification", classification::entries);
    append(list, "regression", regression::entries);
    append(list, "contrastive", contrastive::entries);
    append(list, "metric", metric::entries);
    append(list, "distillation", distillation::entries);
    append(list, "preference", preference::entries);
    append(list, "generative", generative::entries);
    append(list, "regularizers", regularizers::entries);
    append(list, "detection", detection::entries);
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
