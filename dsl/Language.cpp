// Handles: indices, constants, tensors and how they are read.
#include "mercer/dsl/Node.h"

#include <array>
#include <cmath>

namespace mercer {

using dsl::finish;

Index::Index(std::string_view name, std::source_location where) {
  dsl::check_name(name, "index", where);
  node_ = std::make_shared<IndexNode>(IndexNode{std::string(name), std::nullopt, where});
}

Index::Index(std::string_view name, Expr extent, std::source_location where) {
  dsl::check_name(name, "index", where);
  if (extent.kind() != integer)
    throw Error(ErrorCode::kind_mismatch,
                "index '" + std::string(name) + "': the extent must be integer, but is " +
                    std::string(dsl::name_of(extent.kind())),
                where);
  node_ = std::make_shared<IndexNode>(IndexNode{std::string(name), std::move(extent), where});
}

const std::string &Index::name() const { return node_->name; }

Indices::Indices(Index one) : indices_{std::move(one)} {}
Indices::Indices(std::initializer_list<Index> several) : indices_(several) {}
Indices::Indices(std::vector<Index> several) : indices_(std::move(several)) {}

Expr Expr::real_constant(double value, std::source_location where) {
  ExprNode node(ExprOp::real_constant, mercer::real, where);
  node.real = value;
  return finish(std::move(node));
}

Expr Expr::integer_constant(std::int64_t value, bool too_large, std::source_location where) {
  if (too_large)
    throw Error(ErrorCode::limit_exceeded, "an integer constant must be below 2^63", where);
  ExprNode node(ExprOp::integer_constant, integer, where);
  node.integer = value;
  return finish(std::move(node));
}

Expr Expr::boolean_constant(bool value, std::source_location where) {
  ExprNode node(ExprOp::boolean_constant, boolean, where);
  node.integer = value;
  return finish(std::move(node));
}

Expr::Expr(Index index, std::source_location where) {
  ExprNode node(ExprOp::index, integer, where);
  node.indices = {std::move(index)};
  node_ = finish(std::move(node)).node();
}

Expr::Expr(const Scalar &scalar, std::source_location where)
    : node_(static_cast<Tensor>(scalar).read({}, where).node()) {}

Kind Expr::kind() const { return node_->kind; }
std::vector<Index> Expr::free_indices() const { return node_->free->indices; }

//===- Tensors --------------------------------------------------------------------------------------------------===//

static void check_rank(std::string_view name, int rank, std::source_location where) {
  if (rank < 0 || rank > limits::rank)
    throw Error(ErrorCode::limit_exceeded,
                "tensor '" + std::string(name) + "': rank " + std::to_string(rank) + " is not in 0 .. " +
                    std::to_string(limits::rank),
                where);
}

Tensor::Tensor(std::string_view name, int rank, Kind kind, std::source_location where) {
  dsl::check_name(name, "tensor", where);
  check_rank(name, rank, where);
  TensorNode node(TensorOp::input, rank, kind, where);
  node.name = name;
  node_ = finish(std::move(node)).node();
}

Tensor::Tensor(Indices indices, Expr body, std::source_location where) {
  const std::vector<Index> &list = indices.list();
  check_rank("", static_cast<int>(list.size()), where);
  for (std::size_t a = 0; a < list.size(); ++a)
    for (std::size_t b = 0; b < a; ++b)
      if (list[a].node() == list[b].node())
        throw Error(ErrorCode::duplicate_name, "a definition binds index '" + list[a].name() + "' twice", where);
  TensorNode node(TensorOp::definition, static_cast<int>(list.size()), body.kind(), where);
  node.indices = list;
  node.body = std::move(body);
  node_ = finish(std::move(node)).node();
}

int Tensor::rank() const { return node_->rank; }
Kind Tensor::kind() const { return node_->kind; }
const std::string &Tensor::name() const { return node_->name; }

static std::string described(const TensorNode &tensor) {
  return tensor.name.empty() ? std::string("tensor") : "tensor '" + tensor.name + "'";
}

static void check_subscript(const TensorNode &tensor, const Expr &subscript, std::source_location where) {
  if (subscript.kind() != integer)
    throw Error(ErrorCode::kind_mismatch,
                described(tensor) + ": a subscript must be integer, but is " +
                    std::string(dsl::name_of(subscript.kind())) + "; to_integer() truncates",
                where);
}

Expr Tensor::read(std::vector<Expr> subscripts, std::source_location where) const {
  if (static_cast<int>(subscripts.size()) != node_->rank)
    throw Error(ErrorCode::rank_mismatch,
                described(*node_) + " has rank " + std::to_string(node_->rank) + ", but is read with " +
                    std::to_string(subscripts.size()) + " subscripts",
                where);
  for (const Expr &subscript : subscripts)
    check_subscript(*node_, subscript, where);
  std::shared_ptr<const TensorNode> tensor = node_;
  while (tensor->op == TensorOp::partial) {
    subscripts.insert(subscripts.begin(), tensor->subscripts.begin(), tensor->subscripts.end());
    tensor = tensor->base;
  }
  ExprNode node(ExprOp::read, tensor->kind, where);
  node.tensor = std::move(tensor);
  node.operands = std::move(subscripts);
  return finish(std::move(node));
}

Tensor Tensor::operator[](const Subscript &subscript) const {
  if (node_->rank == 0)
    throw Error(ErrorCode::rank_mismatch, described(*node_) + " has rank 0: there is no dimension to fix",
                subscript.where);
  check_subscript(*node_, subscript.value, subscript.where);
  TensorNode node(TensorOp::partial, node_->rank - 1, node_->kind, subscript.where);
  if (node_->op == TensorOp::partial) {
    node.base = node_->base;
    node.subscripts = node_->subscripts;
  } else {
    node.base = node_;
  }
  node.subscripts.push_back(subscript.value);
  return finish(std::move(node));
}

Scalar::Scalar(std::string_view name, Kind kind, std::source_location where) : node_(Tensor(name, 0, kind, where).node()) {}
Scalar::operator Tensor() const { return Tensor(node_); }
const std::string &Scalar::name() const { return node_->name; }

Expr extent(const Index &index, std::source_location where) {
  ExprNode node(ExprOp::index_extent, integer, where);
  node.indices = {index};
  return finish(std::move(node));
}

Expr extent(const Tensor &tensor, int dimension, std::source_location where) {
  if (dimension < 0 || dimension >= tensor.rank())
    throw Error(ErrorCode::rank_mismatch,
                "extent: 'dimension' must be in 0 .. " + std::to_string(tensor.rank() - 1) + " of " +
                    described(*tensor.node()) + ", but is " + std::to_string(dimension),
                where);
  ExprNode node(ExprOp::tensor_extent, integer, where);
  node.tensor = tensor.node();
  node.integer = dimension;
  return finish(std::move(node));
}

Tensor padded(const Tensor &tensor, Expr value, std::source_location where) {
  if (value.kind() != tensor.kind() && !(tensor.kind() == real && value.kind() == integer))
    throw Error(ErrorCode::kind_mismatch,
                "padded: 'value' must be " + std::string(dsl::name_of(tensor.kind())) + " as " +
                    described(*tensor.node()) + ", but is " + std::string(dsl::name_of(value.kind())),
                where);
  TensorNode node(TensorOp::padded, tensor.rank(), tensor.kind(), where);
  node.name = tensor.name();
  node.base = tensor.node();
  node.fill = value.kind() == tensor.kind() ? value : to_real(value);
  return finish(std::move(node));
}

Tensor transpose(const Tensor &matrix, std::source_location where) {
  if (matrix.rank() != 2)
    throw Error(ErrorCode::rank_mismatch,
                "transpose: " + described(*matrix.node()) + " must have rank 2, but has rank " +
                    std::to_string(matrix.rank()),
                where);
  std::vector<Index> indices = dsl::fresh_indices(2, where);
  return Tensor(Indices{indices[1], indices[0]}, dsl::read(matrix, indices, where), where);
}

Expr named(std::string_view name, const Expr &value, std::source_location where) {
  dsl::check_name(name, "named", where);
  ExprNode node(ExprOp::named, value.kind(), where);
  node.operands = {value};
  node.name = name;
  return finish(std::move(node));
}

Tensor named(std::string_view name, const Tensor &value, std::source_location where) {
  dsl::check_name(name, "named", where);
  TensorNode node(TensorOp::named, value.rank(), value.kind(), where);
  node.base = value.node();
  node.name = name;
  return finish(std::move(node));
}

namespace dsl {

std::vector<Index> fresh_indices(int rank, std::source_location where) {
  static constexpr std::array<const char *, 16> names = {"p", "q", "r", "s", "t", "u", "v", "w",
                                                         "p1", "q1", "r1", "s1", "t1", "u1", "v1", "w1"};
  std::vector<Index> indices;
  for (int dimension = 0; dimension < rank; ++dimension)
    indices.emplace_back(names[dimension], where);
  return indices;
}

Expr read(const Tensor &tensor, const std::vector<Index> &indices, std::source_location where) {
  return tensor.read(std::vector<Expr>(indices.begin(), indices.end()), where);
}

std::shared_ptr<const TensorNode> input_node(const Tensor &tensor) {
  std::shared_ptr<const TensorNode> node = tensor.node();
  while (node->op == TensorOp::named)
    node = node->base;
  return node->op == TensorOp::input ? node : nullptr;
}

} // namespace dsl
} // namespace mercer
