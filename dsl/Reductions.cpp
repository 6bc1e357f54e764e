// Reductions over indices, and the helpers made of them.
#include "mercer/dsl/Node.h"

namespace mercer {
namespace dsl {

Expr reduction(std::string_view name, ReduceForm form, Reduction kind, const std::vector<Index> &over,
               const Expr &value, const Expr &predicate, std::source_location where, std::int64_t ddof) {
  auto fail = [&](ErrorCode code, const std::string &text) {
    throw Error(code, std::string(name) + ": " + text, where);
  };
  if (over.empty())
    fail(ErrorCode::rank_mismatch, "'over' names no index");
  for (std::size_t a = 0; a < over.size(); ++a)
    for (std::size_t b = 0; b < a; ++b)
      if (over[a].node() == over[b].node())
        fail(ErrorCode::duplicate_name, "'over' names index '" + over[a].name() + "' twice");
  if (predicate.kind() != boolean)
    fail(ErrorCode::kind_mismatch,
         "'predicate' must be boolean, but is " + std::string(name_of(predicate.kind())));
  bool logical = kind == Reduction::any || kind == Reduction::all;
  bool plain = form == ReduceForm::plain;
  if (form != ReduceForm::count && logical != (value.kind() == boolean))
    fail(ErrorCode::kind_mismatch, logical ? "'condition' must be boolean, but is " + std::string(name_of(value.kind()))
                                           : std::string("'value' must be real or integer, but is boolean"));
  Kind result = real;
  if (form == ReduceForm::count)
    result = integer;
  else if (plain && (kind == Reduction::argmin || kind == Reduction::argmax))
    result = integer;
  else if (plain && kind != Reduction::logsumexp)
    result = value.kind();
  ExprNode node(ExprOp::reduce, result, where);
  node.form = form;
  node.reduction = kind;
  node.indices = over;
  node.name = name;
  node.integer = ddof;
  node.operands = {form == ReduceForm::plain || form == ReduceForm::count ? value : to_real(value), predicate};
  if (kind == Reduction::logsumexp && plain)
    node.operands[0] = to_real(value);
  return finish(std::move(node), over);
}

} // namespace dsl

using dsl::Reduction;

static Expr plain(std::string_view name, Reduction kind, const Indices &over, const Expr &value, const Expr &predicate,
                  std::source_location where) {
  return dsl::reduction(name, ReduceForm::plain, kind, over.list(), value, predicate, where);
}

Expr sum(Indices over, const Expr &value, const Expr &predicate, std::source_location where) {
  return plain("sum", Reduction::sum, over, value, predicate, where);
}
Expr prod(Indices over, const Expr &value, const Expr &predicate, std::source_location where) {
  return plain("prod", Reduction::prod, over, value, predicate, where);
}
Expr min(Indices over, const Expr &value, const Expr &predicate, std::source_location where) {
  return plain("min", Reduction::min, over, value, predicate, where);
}
Expr max(Indices over, const Expr &value, const Expr &predicate, std::source_location where) {
  return plain("max", Reduction::max, over, value, predicate, where);
}
Expr logsumexp(Indices over, const Expr &value, const Expr &predicate, std::source_location where) {
  return plain("logsumexp", Reduction::logsumexp, over, value, predicate, where);
}
Expr any(Indices over, const Expr &condition, const Expr &predicate, std::source_location where) {
  return plain("any", Reduction::any, over, condition, predicate, where);
}
Expr all(Indices over, const Expr &condition, const Expr &predicate, std::source_location where) {
  return plain("all", Reduction::all, over, condition, predicate, where);
}
Expr argmin(Index over, const Expr &value, const Expr &predicate, std::source_location where) {
  return plain("argmin", Reduction::argmin, over, value, predicate, where);
}
Expr argmax(Index over, const Expr &value, const Expr &predicate, std::source_location where) {
  return plain("argmax", Reduction::argmax, over, value, predicate, where);
}
Expr mean(Indices over, const Expr &value, const Expr &predicate, std::source_location where) {
  return dsl::reduction("mean", ReduceForm::mean, Reduction::sum, over.list(), value, predicate, where);
}
Expr count(Indices over, const Expr &predicate, std::source_location where) {
  return dsl::reduction("count", ReduceForm::count, Reduction::sum, over.list(), Expr(1), predicate, where);
}
Expr softmax(Index over, const Expr &value, const Expr &predicate, std::source_location where) {
  return dsl::reduction("softmax", ReduceForm::softmax, Reduction::logsumexp, {over}, value, predicate, where);
}
Expr log_softmax(Index over, const Expr &value, const Expr &predicate, std::source_location where) {
  return dsl::reduction("log_softmax", ReduceForm::log_softmax, Reduction::logsumexp, {over}, value, predicate, where);
}
Expr variance(Indices over, const Expr &value, const Expr &predicate, int ddof, std::source_location where) {
  return dsl::reduction("variance", ReduceForm::variance, Reduction::sum, over.list(), value, predicate, where, ddof);
}

//===- Vectors --------------------------------------------------------------------------------------------------===//

namespace {

void require_vector(std::string_view function, std::string_view argument, const Tensor &tensor,
                    std::source_location where) {
  if (tensor.rank() != 1)
    throw Error(ErrorCode::rank_mismatch,
                std::string(function) + ": '" + std::string(argument) + "' must have rank 1, but has rank " +
                    std::to_string(tensor.rank()),
                where);
  if (tensor.kind() == boolean)
    throw Error(ErrorCode::kind_mismatch,
                std::string(function) + ": '" + std::string(argument) + "' must be real or integer, but is boolean",
                where);
}

Index component(std::source_location where) { return Index("k", where); }

} // namespace

Expr dot(const Tensor &a, const Tensor &b, std::source_location where) {
  require_vector("dot", "a", a, where);
  require_vector("dot", "b", b, where);
  Index k = component(where);
  return sum(k, dsl::read(a, {k}, where) * dsl::read(b, {k}, where), true, where);
}

Expr squared_norm(const Tensor &a, std::source_location where) {
  require_vector("squared_norm", "a", a, where);
  Index k = component(where);
  return sum(k, square(dsl::read(a, {k}, where)), true, where);
}

/// The function `root`, whose derivative at 0 is 0: a norm is sqrt with a meaning at 0.
static Expr root(const Expr &squares) { return dsl::real_function(dsl::Function::root, {squares}); }

Expr norm(const Tensor &a, std::source_location where) {
  require_vector("norm", "a", a, where);
  return root(to_real(squared_norm(a, where)));
}

static Expr squared_difference(std::string_view function, const Tensor &a, const Tensor &b, std::source_location where) {
  require_vector(function, "a", a, where);
  require_vector(function, "b", b, where);
  Index k = component(where);
  return sum(k, square(dsl::read(a, {k}, where) - dsl::read(b, {k}, where)), true, where);
}

Expr squared_distance(const Tensor &a, const Tensor &b, std::source_location where) {
  return squared_difference("squared_distance", a, b, where);
}

Expr distance(const Tensor &a, const Tensor &b, std::source_location where) {
  return root(to_real(squared_difference("distance", a, b, where)));
}

Expr cosine(const Tensor &a, const Tensor &b, const Expr &epsilon, std::source_location where) {
  require_vector("cosine", "a", a, where);
  require_vector("cosine", "b", b, where);
  return dot(a, b, where) / (maximum(norm(a, where), epsilon) * maximum(norm(b, where), epsilon));
}

Tensor normalize(const Tensor &x, const Expr &epsilon, std::source_location where) {
  if (x.rank() < 1)
    throw Error(ErrorCode::rank_mismatch, "normalize: 'x' must have rank 1 or more, but has rank 0", where);
  std::vector<Index> indices = dsl::fresh_indices(x.rank(), where);
  std::vector<Expr> row(indices.begin(), indices.end() - 1);
  Index k = component(where);
  std::vector<Expr> element = row;
  element.push_back(k);
  // maximum(epsilon, norm): at norm = epsilon and below the divisor is a constant.
  Expr length = maximum(epsilon, root(to_real(sum(k, square(x.read(element, where)), true, where))));
  return Tensor(Indices(indices), dsl::read(x, indices, where) / length, where);
}

} // namespace mercer
