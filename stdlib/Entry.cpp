// Defaults of parameters, results of bodies.
#include "mercer/stdlib/Entry.h"
#include "mercer/kernels.h"

namespace mercer::stdlib {

Value initial_value(const Parameter &parameter) {
  const Initial &initial = parameter.initial;
  switch (initial.kind) {
  case Initial::Kind::none:
    return std::monostate();
  case Initial::Kind::number:
    return initial.number;
  case Initial::Kind::text:
    return std::string(initial.text);
  case Initial::Kind::list:
    return std::vector<double>(initial.list.begin(), initial.list.begin() + initial.size);
  case Initial::Kind::kernel:
    break;
  }
  return kernels::rbf_mixture();
}

namespace detail {

std::vector<Result> results_of(const Expr &value) { return {{"value", scalar_tensor(value)}}; }
std::vector<Result> results_of(const Tensor &value) { return {{"value", value}}; }
std::vector<Result> results_of(const Loss &value) { return {{"value", Tensor(value)}}; }

} // namespace detail

} // namespace mercer::stdlib
