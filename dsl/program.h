// Programs: named inputs to named outputs; differentiation of whole programs.
#pragma once

#include "mercer/language.h"

#include <span>

namespace mercer {

namespace dsl {
struct Graph;
}

/// One result: its name, the indices that span it (none: a scalar), its value.
struct Output {
  Output(std::string_view name, Indices indices, Expr value,
         std::source_location where = std::source_location::current());
  Output(std::string_view name, Expr scalar, std::source_location where = std::source_location::current());
  std::string name;
  std::vector<Index> indices;
  Expr value;
  std::source_location where;
};

/// What is compiled. Checked here: every free index is bound and has an extent, every input that occurs is
/// listed, names are unique C identifiers and no keywords of C or C++, an output names no index twice,
/// subscripts are integers, there is an output. @throws Error with the user's file and line: where the
/// program, and where known the index, tensor or subscript, was written.
class Program {
public:
  Program(std::string_view name, std::vector<Tensor> inputs, std::vector<Output> outputs,
          std::source_location where = std::source_location::current());
  const std::string &name() const;
  std::span<const Tensor> inputs() const;
  std::span<const Output> outputs() const;
  std::source_location where() const;
  /// The program with every name resolved, as the compiler reads it.
  const dsl::Graph &graph() const;

private:
  std::shared_ptr<const struct ProgramNode> node_;
};

/// The outputs of `program`, then d_<input> for each of `with_respect_to` (real inputs): the gradient of the
/// first output, which must be a real scalar; others (metrics) come along. @throws Error(not_scalar,
/// kind_mismatch, missing_input)
Program value_and_gradient(const Program &program, const std::vector<Tensor> &with_respect_to);
/// The same without the values.
Program gradient(const Program &program, const std::vector<Tensor> &with_respect_to);
/// For real outputs (others: kind_mismatch): one more input seed_<output> for each, shaped like it; gives the
/// outputs, then d_<input>.
Program vjp(const Program &program, const std::vector<Tensor> &with_respect_to);
/// One more input t_<input> for each, shaped like it; gives the outputs, then t_<output>. Where that is an
/// input's name, an underscore follows.
Program jvp(const Program &program, const std::vector<Tensor> &with_respect_to);
/// Of the first output, a real scalar: one more input t_<input>; gives the outputs, then d_<input>, then
/// h_<input>, the Hessian times t.
Program hessian_vector_product(const Program &program, const Tensor &with_respect_to);

/// The program as text; the plan the compiler makes of it (nests, passes, what is stored, predicted bytes,
/// operations), for arguments of these shapes.
std::string to_text(const Program &);
std::string explain(const Program &, const struct JitOptions &options);

} // namespace mercer
