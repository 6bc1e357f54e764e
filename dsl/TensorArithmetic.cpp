// Arithmetic of whole tensors: a definition over fresh indices.
#include "mercer/dsl/Node.h"

namespace mercer {
namespace {

template <class Operation>
Tensor combine(std::string_view name, const Tensor &a, const Tensor &b, Operation operation) {
  std::source_location where = a.node()->where;
  if (a.rank() != b.rank())
    throw Error(ErrorCode::rank_mismatch,
                "operator" + std::string(name) + ": tensors must have equal ranks, but have " +
                    std::to_string(a.rank()) + " and " + std::to_string(b.rank()),
                where);
  std::vector<Index> indices = dsl::fresh_indices(a.rank(), where);
  return Tensor(Indices(indices), operation(dsl::read(a, indices, where), dsl::read(b, indices, where)), where);
}

template <class Operation> Tensor each(const Tensor &a, Operation operation) {
  std::vector<Index> indices = dsl::fresh_indices(a.rank(), a.node()->where);
  return Tensor(Indices(indices), operation(dsl::read(a, indices, a.node()->where)), a.node()->where);
}

} // namespace

#define MERCER_TENSOR_OPERATOR(op)                                                                                    \
  Tensor operator op(const Tensor &a, const Tensor &b) {                                                              \
    return combine(#op, a, b, [](const Expr &x, const Expr &y) { return x op y; });                                   \
  }                                                                                                                   \
  Tensor operator op(const Tensor &a, const Expr &b) {                                                                \
    return each(a, [&](const Expr &x) { return x op b; });                                                            \
  }                                                                                                                   \
  Tensor operator op(const Expr &a, const Tensor &b) {                                                                \
    return each(b, [&](const Expr &y) { return a op y; });                                                            \
  }                                                                                                                   \
  Tensor operator op(const Tensor &a, const Scalar &b) { return a op Expr(b); }                                       \
  Tensor operator op(const Scalar &a, const Tensor &b) { return Expr(a) op b; }

MERCER_TENSOR_OPERATOR(+)
MERCER_TENSOR_OPERATOR(-)
MERCER_TENSOR_OPERATOR(*)
MERCER_TENSOR_OPERATOR(/)
#undef MERCER_TENSOR_OPERATOR

Tensor operator-(const Tensor &a) {
  return each(a, [](const Expr &x) { return -x; });
}

Tensor map(const Tensor &tensor, const std::function<Expr(const Expr &)> &f, std::source_location where) {
  if (!f)
    throw Error(ErrorCode::empty_function, "map: 'f' must be a function, but is empty", where);
  return each(tensor, f);
}

} // namespace mercer
