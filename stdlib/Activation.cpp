// Activations by name.
#include "mercer/stdlib/Activation.h"

#include "mercer/stdlib/Elements.h"

namespace mercer::stdlib {

std::function<Expr(const Expr &)> activation(const char *entry, const char *parameter,
                                             const std::string &name) {
  using Function = Expr (*)(const Expr &);
  static constexpr std::pair<std::string_view, Function> all[] = {
      {"relu", relu},
      {"tanh", tanh},
      {"erf", erf},
      {"cos", cos},
      {"sin", sin},
      {"step", [](const Expr &x) { return where(x > 0.0, 1.0, 0.0); }},
      {"linear", [](const Expr &x) { return x; }},
      {"softplus", softplus},
      {"gelu", gelu},
      {"sigmoid", sigmoid}};
  std::string names;
  for (const auto &[known, function] : all) {
    if (known == name)
      return function;
    names += (names.empty() ? "'" : ", '") + std::string(known) + "'";
  }
  reject_parameter(entry, parameter, "one of " + names, "'" + name + "'");
}

} // namespace mercer::stdlib
