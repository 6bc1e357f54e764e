// What handles point to. Immutable once built; internal to Mercer.
#pragma once

#include "mercer/dsl/Graph.h"
#include "mercer/program.h"

#include <optional>
#include <variant>

namespace mercer {

/// Limits of trust.md section 7.
namespace limits {
inline constexpr int depth = 10'000;
inline constexpr int nodes = 20'000;
inline constexpr int graph_nodes = 100'000;
inline constexpr int rank = 16;
inline constexpr int output_indices = 32;
inline constexpr int arguments = 256;
inline constexpr int name = 128;
inline constexpr int text = 64 * 1024;
} // namespace limits

struct IndexNode {
  std::string name;
  std::optional<Expr> extent;
  std::source_location where;
};

/// What an expression is a function of: indices, and variables of derivatives around it.
struct FreeSymbols {
  std::vector<Index> indices;
  std::vector<std::shared_ptr<const TensorNode>> variables;
  bool empty() const { return indices.empty() && variables.empty(); }
};
using FreeSet = std::shared_ptr<const FreeSymbols>;

enum class ExprOp : std::uint8_t {
  real_constant,    // real
  integer_constant, // integer
  boolean_constant, // integer
  index,            // indices[0]
  index_extent,     // indices[0]
  tensor_extent,    // tensor, integer: the dimension
  read,             // tensor at operands
  apply,            // function of operands
  composite,        // prints as name(operands); means `expansion`
  reduce,           // form over indices of operands[0] where operands[1]
  named,            // operands[0], under `name`
  tangent           // of operands[0] along directions
};

/// Reductions and what is made of them with the same bound index.
enum class ReduceForm : std::uint8_t { plain, mean, count, variance, softmax, log_softmax };

struct ExprNode {
  ExprOp op;
  Kind kind;
  int depth = 0;
  /// A read below may need a check when run (its guard matters).
  bool may_check = false;
  std::source_location where;
  FreeSet free;
  std::vector<Expr> operands;
  double real = 0;
  std::int64_t integer = 0;
  dsl::Function function{};
  dsl::Reduction reduction{};
  ReduceForm form{};
  std::vector<Index> indices;
  std::shared_ptr<const TensorNode> tensor;
  std::string name;
  std::shared_ptr<const ExprNode> expansion;
  std::vector<std::pair<Tensor, Tensor>> directions;

  ExprNode(ExprOp op, Kind kind, std::source_location where) : op(op), kind(kind), where(where) {}
  ExprNode(const ExprNode &) = default;
  ~ExprNode();
};

enum class TensorOp : std::uint8_t {
  input,          // of a program
  definition,     // body as a function of indices
  partial,        // base with leading subscripts fixed
  padded,         // base, with `fill` outside
  variable,       // what a derivative inside an expression is taken by
  gradient,       // of body by `variable`, at `base`
  input_gradient, // of body by the program input `base`
  named           // base, under `name`
};

struct TensorNode {
  TensorOp op;
  std::string name;
  int rank = 0;
  Kind kind = real;
  int depth = 0;
  bool may_check = false;
  std::source_location where;
  FreeSet free;
  std::vector<Index> indices;
  std::optional<Expr> body;
  std::optional<Expr> fill;
  std::shared_ptr<const TensorNode> base, variable;
  std::vector<Expr> subscripts;

  TensorNode(TensorOp op, int rank, Kind kind, std::source_location where)
      : op(op), rank(rank), kind(kind), where(where) {}
  TensorNode(const TensorNode &) = default;
  ~TensorNode();
};

struct ProgramNode {
  std::string name;
  std::vector<Tensor> inputs;
  std::vector<Output> outputs;
  std::source_location where;
  dsl::Graph graph;
};

namespace dsl {

/// "real", "integer", "boolean".
std::string_view name_of(Kind kind);

/// Completes a node: depth, free symbols, checks of the depth limit. What stands in `bound` is not free in the operands.
Expr finish(ExprNode node, const std::vector<Index> &bound = {});
Tensor finish(TensorNode node);

/// An elementwise function after its kinds have been checked.
Expr apply(Function function, std::vector<Expr> operands, std::source_location where);
/// An elementwise function of reals; integers convert. @throws Error(kind_mismatch)
Expr real_function(Function function, std::vector<Expr> operands);
Expr composite(std::string_view name, std::vector<Expr> operands, const Expr &expansion);
/// A reduction over fresh or user's indices. @throws Error(kind_mismatch, duplicate_name)
Expr reduction(std::string_view name, ReduceForm form, Reduction kind, const std::vector<Index> &over,
               const Expr &value, const Expr &predicate, std::source_location where, std::int64_t ddof = 0);
/// Indices p, q, r ... for the dimensions of a tensor.
std::vector<Index> fresh_indices(int rank, std::source_location where);
Expr read(const Tensor &tensor, const std::vector<Index> &indices, std::source_location where);
/// The derivative of a scalar expression by a program input; the directional derivative along inputs.
Tensor input_gradient(const Expr &body, const Tensor &input);
Expr tangent(const Expr &body, std::vector<std::pair<Tensor, Tensor>> directions);

/// The input (or what it is under a `named`) that a handle is; null for other tensors.
std::shared_ptr<const TensorNode> input_node(const Tensor &tensor);
bool is_constant(const Expr &expr, double value);
/// Is a name one that C and C++ take, no keyword, not too long? @throws Error(bad_name) naming `what`.
void check_name(std::string_view name, std::string_view what, std::source_location where);

/// Runs `work` on a thread of its own with such a stack and waits; what it throws is thrown here. @returns false when there is
/// no such thread
bool on_thread(std::size_t stack_bytes, const std::function<void()> &work);
/// Runs `work` on a stack large enough for walks as deep as an expression may be.
void with_deep_stack(int depth, const std::function<void()> &work);

} // namespace dsl
} // namespace mercer
