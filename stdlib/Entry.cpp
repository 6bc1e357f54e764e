// Defaults of parameters, results of bodies.
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/KernelFunctions.h"

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
  return initial.text == "rbf" ? kernels::rbf() : initial.text == "polynomial" ? kernels::polynomial() : kernels::rbf_mixture();
}

namespace detail {

std::vector<Result> results_of(const Expr &value) { return {{"value", scalar_tensor(value)}}; }
std::vector<Result> results_of(const Tensor &value) { return {{"value", value}}; }
std::vector<Result> results_of(const Loss &value) { return {{"value", Tensor(value)}}; }

void throw_of_entry(const Error &error, std::string_view entry, std::span<const Parameter> parameters,
                    std::initializer_list<const Tensor *> given, std::source_location where) {
  auto fail = [&](ErrorCode code, const Parameter &parameter, const std::string &text) {
    throw Error(code, std::string(entry) + ", argument '" + std::string(parameter.name) + "': " + text, where);
  };
  std::size_t position = 0;
  for (const Tensor *tensor : given) {
    const Parameter &parameter = parameters[position++];
    if (!tensor)
      continue;
    int rank = parameter.shape.empty() ? 0 : 1;
    for (char c : parameter.shape)
      rank += c == ',';
    if (error.code() == ErrorCode::rank_mismatch && tensor->rank() != rank)
      fail(error.code(), parameter,
           "expected rank " + std::to_string(rank) + (rank ? " (" + std::string(parameter.shape) + ")" : "") +
               ", given rank " + std::to_string(tensor->rank()));
    bool whole =
        parameter.draw == Draw::label || parameter.draw == Draw::partner || parameter.draw == Draw::step;
    if (error.code() == ErrorCode::kind_mismatch && tensor->kind() != (whole ? integer : real))
      fail(error.code(), parameter,
           std::string(whole ? "expected integers" : "expected real elements") + ", given " +
               (tensor->kind() == real      ? "real"
                : tensor->kind() == integer ? "integer"
                                            : "boolean") +
               " ones");
  }
  // Without the line of the entry's body, which the user did not write.
  std::string_view text = error.what();
  if (std::size_t line = text.find(": "); error.where().line() != 0 && line != std::string_view::npos)
    text.remove_prefix(line + 2);
  std::string prefix = text.starts_with(std::string(entry) + ",") ? "" : std::string(entry) + ": ";
  throw Error(error.code(), prefix + std::string(text), where);
}

} // namespace detail

} // namespace mercer::stdlib
