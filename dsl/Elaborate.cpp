#include "mercer/dsl/Elaborate.h"

#include "mercer/dsl/GraphBuilder.h"
#include "mercer/dsl/GraphOrder.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

namespace mercer::dsl {
namespace {

/// What an index or the variable of a derivative stands for at the moment.
struct Binding {
  NodeId value = noNode;    // of an index: an index of the graph, or what a definition is read at
  std::int32_t array = -1;  // of a variable
  const ExprNode *text = nullptr; // what the user wrote where a definition is read
};

/// The array that holds the derivative of a `gradient` tensor under some bindings.
struct GradientArray {
  std::int32_t array;
  std::vector<std::int32_t> instance;
  std::vector<NodeId> sizes;
};

struct KeyHash {
  std::size_t operator()(const std::vector<std::intptr_t> &key) const {
    std::size_t seed = key.size();
    for (std::intptr_t part : key)
      seed ^= static_cast<std::size_t>(part) + 0x9e3779b97f4a7c15u + (seed << 6) + (seed >> 2);
    return seed;
  }
};
template <class Value> using Memo = std::unordered_map<std::vector<std::intptr_t>, Value, KeyHash>;

class Elaborator {
public:
  explicit Elaborator(const ProgramNode &program) : program_(program), make_(graph_) {
    graph_.name = program.name;
    graph_.where = program.where;
    for (const Tensor &tensor : program.inputs) {
      auto input = input_node(tensor);
      inputs_[input.get()] = static_cast<std::int32_t>(graph_.inputs.size());
      graph_.inputs.push_back({input->name, input->rank, input->kind, input->where, {}});
    }
  }

  Graph run() {
    for (const Output &output : program_.outputs) {
      std::vector<std::int32_t> indices = open(output.indices, noNode);
      NodeId value = expression(*output.value.node(), noNode);
      close(output.indices, "output '" + output.name + "'", output.where);
      graph_.outputs.push_back({output.name, indices, value, output.where});
    }
    return put_in_order(std::move(graph_));
  }

private:
  //===- Scopes ---------------------------------------------------------------------------------------------===//

  [[noreturn]] void fail(ErrorCode code, const std::string &text, std::source_location where) const {
    throw Error(code, "program '" + program_.name + "': " + text, where);
  }

  /// Binds indices to new ones of the graph; `close` ends the scope and finds their extents.
  std::vector<std::int32_t> open(const std::vector<Index> &indices, NodeId guard) {
    std::vector<std::int32_t> symbols;
    for (const Index &index : indices) {
      NodeId extent = noNode;
      if (index.node()->extent)
        extent = explicit_extent(index, guard);
      symbols.push_back(static_cast<std::int32_t>(graph_.indices.size()));
      graph_.indices.push_back({index.name(), extent, index.node()->where});
      is_explicit_.push_back(extent != noNode);
    }
    for (std::size_t n = 0; n < indices.size(); ++n)
      bind(indices[n].node().get(), {make_.index(symbols[n])});
    return symbols;
  }

  /// The indices of a reduction. Where its other indices stand for indices they are those that it has in other places (of a definition that is
  /// read at several), so that what depends on them alone is one value, and an iteration that reads its last step twice does not double
  /// with each step. Nothing is captured: a reduction is not part of itself, and its indices are seen nowhere else.
  std::vector<std::int32_t> open_reduction(const ExprNode &node, NodeId guard) {
    const bool plain = node.free->variables.empty() && guard == noNode &&
                       std::all_of(node.free->indices.begin(), node.free->indices.end(), [&](const Index &index) {
                         const Binding *binding = bound(index.node().get());
                         return binding && make_.as_index(binding->value) >= 0;
                       });
    if (!plain)
      return open(node.indices, guard);
    auto known = reductions_.find(&node);
    if (known == reductions_.end())
      return reductions_[&node] = open(node.indices, guard);
    for (std::size_t n = 0; n < node.indices.size(); ++n)
      bind(node.indices[n].node().get(), {make_.index(known->second[n])});
    return known->second;
  }

  NodeId explicit_extent(const Index &index, NodeId guard) {
    NodeId extent = expression(*index.node()->extent->node(), guard);
    if (!make_.free(extent).empty())
      fail(ErrorCode::unknown_extent,
           "the extent of index '" + index.name() + "' depends on index '" +
               graph_.indices[make_.free(extent).front()].name +
               "'; a range that depends on other indices or on data is a predicate",
           index.node()->where);
    if (std::string data = data_of(extent); !data.empty())
      fail(ErrorCode::unknown_extent,
           "the extent of index '" + index.name() + "' depends on " + data +
               "; a range that depends on other indices or on data is a predicate",
           index.node()->where);
    return extent;
  }

  /// What a value needs beside constants, sizes and scalars, in words; else empty.
  std::string data_of(NodeId root) const {
    std::vector<NodeId> pending{root};
    std::set<NodeId> seen;
    while (!pending.empty()) {
      NodeId id = pending.back();
      pending.pop_back();
      if (!seen.insert(id).second)
        continue;
      const Graph::Node &node = make_.node(id);
      if (node.kind == NodeKind::read && !node.operands.empty())
        return "elements of tensor '" + graph_.inputs[node.symbol].name + "'";
      if (node.kind >= NodeKind::reduce && node.kind != NodeKind::read)
        return "a reduction or a derivative";
      pending.insert(pending.end(), node.operands.begin(), node.operands.end());
    }
    return "";
  }

  void close(const std::vector<Index> &indices, const std::string &binder, std::source_location where) {
    for (std::size_t n = indices.size(); n-- > 0;) {
      std::int32_t symbol = make_.as_index(bindings_.at(indices[n].node().get()).back().value);
      if (graph_.indices[symbol].extent == noNode)
        fail(ErrorCode::unknown_extent,
             "index '" + indices[n].name() + "' of " + binder +
                 " has no extent, for it subscripts no tensor dimension alone; give one, such as Index " +
                 indices[n].name() + "(\"" + indices[n].name() + "\", extent(x, 0))",
             where);
      unbind(indices[n].node().get());
    }
  }

  void bind(const void *what, Binding binding) { bindings_[what].push_back(binding); }
  void unbind(const void *what) { bindings_[what].pop_back(); }
  const Binding *bound(const void *what) const {
    auto found = bindings_.find(what);
    return found == bindings_.end() || found->second.empty() ? nullptr : &found->second.back();
  }

  NodeId value_of(const Index &index, std::source_location where, std::string_view hint = "") const {
    const Binding *binding = bound(index.node().get());
    if (!binding)
      fail(ErrorCode::unbound_index,
           "index '" + index.name() + "' is not bound here by a reduction, a definition or the output" +
               std::string(hint),
           where.line() ? where : index.node()->where);
    return binding->value;
  }

  /// What a node's meaning depends on: the node, the bindings of its free symbols, and the guard when it matters.
  std::vector<std::intptr_t> key_of(const void *node, const FreeSymbols &free, bool may_check, NodeId &guard,
                                    std::source_location where) const {
    std::vector<std::intptr_t> key{reinterpret_cast<std::intptr_t>(node)};
    bool guarded = may_check;
    for (const Index &index : free.indices) {
      // One that is not bound is an error where it stands, which is below.
      const Binding *binding = bound(index.node().get());
      NodeId value = binding ? binding->value : noNode;
      guarded |= value != noNode && make_.as_index(value) < 0;
      key.push_back(value);
    }
    for (const auto &variable : free.variables)
      key.push_back(-1 - array_of(*variable, where));
    if (!guarded)
      guard = noNode;
    key.push_back(guard);
    return key;
  }

  //===- Extents --------------------------------------------------------------------------------------------===//

  /// An index subscripts a dimension of this size alone.
  void subscripts_alone(std::int32_t symbol, NodeId size, NodeId guard, const std::string &tensor, int dimension,
                        std::source_location where) {
    NodeId &extent = graph_.indices[symbol].extent;
    if (extent == noNode) {
      extent = size;
      return;
    }
    if (extent == size)
      return;
    const Graph::Node &a = make_.node(extent), &b = make_.node(size);
    bool of_input = b.kind == NodeKind::size && b.symbol >= 0;
    auto dimension_of = [](const Graph::Node &node) { return static_cast<std::int32_t>(node.integer); };
    if (is_explicit_[symbol] && of_input)
      graph_.withinExtents.push_back({extent, b.symbol, dimension_of(b), graph_.indices[symbol].name, where});
    else if (!is_explicit_[symbol] && of_input && a.kind == NodeKind::size && a.symbol >= 0)
      graph_.sameExtents.push_back(
          {a.symbol, dimension_of(a), b.symbol, dimension_of(b), graph_.indices[symbol].name, where});
    else
      add_check(make_.index(symbol), size, guard, tensor, graph_.indices[symbol].name, dimension, where);
  }

  void add_check(NodeId subscript, NodeId size, NodeId guard, const std::string &tensor, const std::string &text,
                 int dimension, std::source_location where) {
    // Positions may be those of a trial, whose checks are gone.
    std::vector<std::size_t> &known = checks_of_[subscript];
    for (std::size_t position : known) {
      if (position >= graph_.checks.size())
        continue;
      const Graph::Check &other = graph_.checks[position];
      if (other.subscript == subscript && other.size == size && other.guard == guard && other.tensor == tensor &&
          other.dimension == dimension)
        return;
    }
    known.push_back(graph_.checks.size());
    Graph::Check check{subscript, size, guard, make_.free(subscript), tensor, text, dimension, where};
    if (guard != noNode)
      for (std::int32_t index : make_.free(guard))
        if (std::find(check.indices.begin(), check.indices.end(), index) == check.indices.end())
          check.indices.push_back(index);
    std::sort(check.indices.begin(), check.indices.end());
    graph_.checks.push_back(std::move(check));
  }

  /// Size of a dimension of any tensor.
  NodeId extent_of(const TensorNode &tensor, int dimension, NodeId guard, std::source_location where) {
    switch (tensor.op) {
    case TensorOp::input:
      return make_.size(input(tensor, where), dimension, where);
    case TensorOp::named:
    case TensorOp::padded:
      return extent_of(*tensor.base, dimension, guard, where);
    case TensorOp::gradient:
    case TensorOp::input_gradient:
      return extent_of(*tensor.base, dimension, guard, where);
    case TensorOp::partial:
      return extent_of(*tensor.base, dimension + static_cast<int>(tensor.subscripts.size()), guard, where);
    case TensorOp::variable: {
      const std::vector<NodeId> &sizes = variable_sizes_.at(array_of(tensor, where));
      return sizes[dimension];
    }
    case TensorOp::definition:
      return definition_extent(tensor, dimension, guard, where);
    }
    return noNode;
  }

  /// The extent of a definition's index: the given one, or that of what it subscripts in the body, which is
  /// written out on trial for that; the trial leaves nothing but unused nodes.
  NodeId definition_extent(const TensorNode &tensor, int dimension, NodeId guard, std::source_location where) {
    const Index &index = tensor.indices[dimension];
    if (index.node()->extent)
      return explicit_extent(index, guard);
    NodeId ignored = guard;
    std::vector<std::intptr_t> key = key_of(&tensor, *tensor.free, true, ignored, where);
    key.push_back(dimension);
    if (auto known = definition_extents_.find(key); known != definition_extents_.end())
      return known->second;
    Memo<NodeId> expressions;
    Memo<GradientArray> gradients;
    decltype(reductions_) reductions;
    std::swap(expressions, expressions_);
    std::swap(gradients, gradients_);
    std::swap(reductions, reductions_);
    std::size_t checks = graph_.checks.size(), same = graph_.sameExtents.size(), within = graph_.withinExtents.size();
    std::vector<std::int32_t> symbols = open(tensor.indices, guard);
    expression(*tensor.body->node(), guard);
    NodeId extent = graph_.indices[symbols[dimension]].extent;
    if (extent == noNode)
      fail(ErrorCode::unknown_extent,
           "index '" + index.name() + "' of a definition has no extent, for it subscripts no tensor dimension alone; "
           "give one, such as Index " + index.name() + "(\"" + index.name() + "\", extent(x, 0))",
           tensor.where);
    for (const Index &bound_index : tensor.indices)
      unbind(bound_index.node().get());
    graph_.checks.resize(checks);
    graph_.sameExtents.resize(same);
    graph_.withinExtents.resize(within);
    std::swap(expressions, expressions_);
    std::swap(gradients, gradients_);
    std::swap(reductions, reductions_);
    definition_extents_.emplace(std::move(key), extent);
    return extent;
  }

  NodeId extent_of_index(const ExprNode &node, NodeId guard) {
    const Index &index = node.indices[0];
    NodeId value = value_of(index, node.where, "; extent(x, 0) gives the size of a dimension anywhere");
    if (std::int32_t symbol = make_.as_index(value); symbol >= 0)
      return make_.extent(symbol, node.where);
    if (index.node()->extent)
      return explicit_extent(index, guard);
    fail(ErrorCode::unknown_extent,
         "extent(" + index.name() + "): the definition that binds '" + index.name() +
             "' is read at another subscript; use extent(x, 0)",
         node.where);
  }

  /// Of an input and of its tangent.
  void require_same_size(std::int32_t a, std::int32_t b, int dimension, std::source_location where) {
    for (const Graph::SameExtent &known : graph_.sameExtents)
      if (known.inputA == a && known.inputB == b && known.dimensionA == dimension && known.index.empty())
        return;
    graph_.sameExtents.push_back({a, dimension, b, dimension, "", where});
  }

  //===- Expressions ----------------------------------------------------------------------------------------===//

  NodeId expression(const ExprNode &node, NodeId guard) {
    std::vector<std::intptr_t> key = key_of(&node, *node.free, node.may_check, guard, node.where);
    if (auto known = expressions_.find(key); known != expressions_.end())
      return known->second;
    NodeId made = fresh_expression(node, guard);
    expressions_.emplace(std::move(key), made);
    return made;
  }
  NodeId expression(const Expr &expr, NodeId guard) { return expression(*expr.node(), guard); }

  NodeId fresh_expression(const ExprNode &node, NodeId guard) {
    switch (node.op) {
    case ExprOp::real_constant:
      return make_.real_constant(node.real, node.where);
    case ExprOp::integer_constant:
      return make_.integer_constant(node.integer, node.where);
    case ExprOp::boolean_constant:
      return make_.boolean_constant(node.integer != 0, node.where);
    case ExprOp::index:
      return value_of(node.indices[0], node.where);
    case ExprOp::index_extent:
      return extent_of_index(node, guard);
    case ExprOp::tensor_extent:
      return extent_of(*node.tensor, static_cast<int>(node.integer), guard, node.where);
    case ExprOp::read:
      return read(node, guard);
    case ExprOp::apply:
      return apply(node, guard);
    case ExprOp::composite:
      return expression(*node.expansion, guard);
    case ExprOp::reduce:
      return reduce(node, guard);
    case ExprOp::named: {
      NodeId value = expression(node.operands[0], guard);
      make_.give_name(value, node.name);
      return value;
    }
    case ExprOp::tangent: {
      std::vector<Graph::Node::Direction> directions;
      for (const auto &[variable, direction] : node.directions) {
        directions.push_back({input(*input_node(variable), node.where), input(*input_node(direction), node.where)});
        for (int dimension = 0; dimension < variable.rank(); ++dimension)
          require_same_size(directions.back().input, directions.back().tangent, dimension, node.where);
      }
      return make_.tangent(expression(node.operands[0], guard), std::move(directions), node.where);
    }
    }
    return noNode;
  }

  NodeId negation(NodeId condition) {
    return make_.apply(Function::logical_not, {condition}, make_.node(condition).where);
  }

  NodeId apply(const ExprNode &node, NodeId guard) {
    std::vector<NodeId> operands{expression(node.operands[0], guard)};
    NodeId first = operands[0];
    if (node.function == Function::select) {
      operands.push_back(expression(node.operands[1], make_.both(guard, first)));
      operands.push_back(expression(node.operands[2], make_.both(guard, negation(first))));
    } else if (node.function == Function::logical_and) {
      operands.push_back(expression(node.operands[1], make_.both(guard, first)));
    } else if (node.function == Function::logical_or) {
      operands.push_back(expression(node.operands[1], make_.both(guard, negation(first))));
    } else {
      for (std::size_t n = 1; n < node.operands.size(); ++n)
        operands.push_back(expression(node.operands[n], guard));
    }
    return make_.apply(node.function, std::move(operands), node.where);
  }

  //===- Reductions -----------------------------------------------------------------------------------------===//

  NodeId reduce(const ExprNode &node, NodeId guard) {
    std::vector<std::int32_t> over = open_reduction(node, guard);
    NodeId predicate = expression(node.operands[1], guard);
    if (make_.is_true(predicate))
      predicate = noNode;
    NodeId value = expression(node.operands[0], make_.both(guard, predicate));
    NodeId result = form(node, over, value, predicate);
    close(node.indices, node.name, node.where);
    if (node.form != ReduceForm::softmax && node.form != ReduceForm::log_softmax)
      return result;
    // Outside the scope of its own index: the value and the predicate where the index is free.
    std::source_location where = node.where;
    NodeId here = expression(node.operands[1], guard);
    NodeId logit = make_.to_real(expression(node.operands[0], make_.both(guard, here)));
    NodeId log_share = make_.apply(Function::sub, {logit, result}, where);
    bool log = node.form == ReduceForm::log_softmax;
    NodeId share = log ? log_share : make_.apply(Function::exp, {log_share}, where);
    if (make_.is_true(here))
      return share;
    NodeId outside = make_.real_constant(log ? -std::numeric_limits<double>::infinity() : 0.0, where);
    return make_.apply(Function::select, {here, share, outside}, where);
  }

  NodeId form(const ExprNode &node, const std::vector<std::int32_t> &over, NodeId value, NodeId predicate) {
    std::source_location where = node.where;
    switch (node.form) {
    case ReduceForm::plain:
      return make_.reduce(node.reduction, over, value, predicate, where);
    case ReduceForm::softmax:
    case ReduceForm::log_softmax:
      return make_.reduce(Reduction::logsumexp, over, make_.to_real(value), predicate, where);
    case ReduceForm::count:
      return count(over, predicate, where);
    case ReduceForm::mean:
      return mean(over, make_.to_real(value), predicate, 0, where);
    case ReduceForm::variance: {
      NodeId real_value = make_.to_real(value);
      NodeId center = mean(over, real_value, predicate, 0, where);
      NodeId deviation = make_.apply(Function::sub, {real_value, center}, where);
      return mean(over, make_.apply(Function::square, {deviation}, where), predicate, node.integer, where);
    }
    }
    return noNode;
  }

  NodeId count(const std::vector<std::int32_t> &over, NodeId predicate, std::source_location where) {
    NodeId one = make_.integer_constant(1, where);
    if (predicate != noNode)
      return make_.reduce(Reduction::sum, over, one, predicate, where);
    NodeId product = noNode;
    for (std::int32_t index : over) {
      // A negative extent is an empty range.
      NodeId extent = make_.extent(index, where);
      if (make_.node(extent).kind != NodeKind::size)
        extent = make_.apply(Function::maximum, {make_.integer_constant(0, where), extent}, where);
      product = product == noNode ? extent : make_.apply(Function::mul, {product, extent}, where);
    }
    return product;
  }

  /// Sum over (count - less); 0 where that is not positive.
  NodeId mean(const std::vector<std::int32_t> &over, NodeId value, NodeId predicate, std::int64_t less,
              std::source_location where) {
    NodeId total = make_.reduce(Reduction::sum, over, value, predicate, where);
    NodeId terms = count(over, predicate, where);
    if (less != 0)
      terms = make_.apply(Function::sub, {terms, make_.integer_constant(less, where)}, where);
    NodeId some = make_.apply(Function::gt, {terms, make_.integer_constant(0, where)}, where);
    NodeId quotient = make_.apply(Function::div, {total, terms}, where);
    return make_.apply(Function::select, {some, quotient, make_.real_constant(0, where)}, where);
  }

  //===- Reads ----------------------------------------------------------------------------------------------===//

  std::int32_t input(const TensorNode &tensor, std::source_location where) const {
    auto found = inputs_.find(&tensor);
    if (found == inputs_.end())
      fail(ErrorCode::missing_input,
           "tensor '" + tensor.name + "' is read but is not among the inputs", where.line() ? where : tensor.where);
    return found->second;
  }

  std::int32_t array_of(const TensorNode &variable, std::source_location where) const {
    const Binding *binding = bound(&variable);
    if (!binding)
      fail(ErrorCode::missing_input, "the variable of a derivative is used outside the derivative", where);
    return binding->array;
  }

  struct Subscripted {
    std::vector<NodeId> values;
    std::vector<const ExprNode *> texts;
  };

  NodeId read(const ExprNode &node, NodeId guard) {
    Subscripted at;
    for (const Expr &subscript : node.operands)
      add_subscript(at, *subscript.node(), guard);
    return read(*node.tensor, std::move(at), guard, node.where);
  }

  void add_subscript(Subscripted &at, const ExprNode &subscript, NodeId guard) {
    at.values.push_back(expression(subscript, guard));
    const ExprNode *text = &subscript;
    if (subscript.op == ExprOp::index)
      if (const Binding *binding = bound(subscript.indices[0].node().get()); binding && binding->text)
        text = binding->text;
    at.texts.push_back(text);
  }

  NodeId read(const TensorNode &tensor, Subscripted at, NodeId guard, std::source_location where) {
    switch (tensor.op) {
    case TensorOp::input: {
      std::int32_t symbol = input(tensor, where);
      bool checked = false;
      for (int dimension = 0; dimension < tensor.rank; ++dimension)
        checked |= subscript(at, dimension, make_.size(symbol, dimension, where), guard, tensor.name, where);
      return make_.read(symbol, std::move(at.values), checked ? guard : noNode, where);
    }
    case TensorOp::named: {
      NodeId value = read(*tensor.base, std::move(at), guard, where);
      make_.give_name(value, tensor.name);
      return value;
    }
    case TensorOp::partial: {
      Subscripted whole;
      for (const Expr &subscript : tensor.subscripts)
        add_subscript(whole, *subscript.node(), guard);
      whole.values.insert(whole.values.end(), at.values.begin(), at.values.end());
      whole.texts.insert(whole.texts.end(), at.texts.begin(), at.texts.end());
      return read(*tensor.base, std::move(whole), guard, where);
    }
    case TensorOp::definition:
      return read_definition(tensor, at, guard, where);
    case TensorOp::padded:
      return read_padded(tensor, std::move(at), guard, where);
    case TensorOp::variable: {
      std::int32_t array = array_of(tensor, where);
      std::vector<NodeId> subscripts;
      const std::vector<std::int32_t> &own = graph_.arrays[array].indices;
      for (std::size_t n = 0; n + tensor.rank < own.size(); ++n)
        subscripts.push_back(make_.index(own[n]));
      bool checked = false;
      for (int dimension = 0; dimension < tensor.rank; ++dimension)
        checked |= subscript(at, dimension, variable_sizes_.at(array)[dimension], guard, "at", where);
      subscripts.insert(subscripts.end(), at.values.begin(), at.values.end());
      return make_.read_array(array, std::move(subscripts), checked ? guard : noNode, where);
    }
    case TensorOp::gradient:
    case TensorOp::input_gradient: {
      const GradientArray gradient = gradient_array(tensor, guard, where);
      std::vector<NodeId> subscripts;
      for (std::int32_t index : gradient.instance)
        subscripts.push_back(make_.index(index));
      bool checked = false;
      for (int dimension = 0; dimension < tensor.rank; ++dimension)
        checked |= subscript(at, dimension, gradient.sizes[dimension], guard, "gradient", where);
      subscripts.insert(subscripts.end(), at.values.begin(), at.values.end());
      return make_.read_array(gradient.array, std::move(subscripts), checked ? guard : noNode, where);
    }
    }
    return noNode;
  }

  /// Notes an extent or a check for one subscript; true when it needs a check when run.
  bool subscript(const Subscripted &at, int dimension, NodeId size, NodeId guard, const std::string &tensor,
                 std::source_location where) {
    NodeId value = at.values[dimension];
    if (std::int32_t symbol = make_.as_index(value); symbol >= 0) {
      subscripts_alone(symbol, size, guard, tensor, dimension, where);
      return false;
    }
    add_check(value, size, guard, tensor, to_text(Expr(std::shared_ptr<const ExprNode>(std::shared_ptr<void>(), at.texts[dimension]))),
              dimension, where);
    return true;
  }

  NodeId read_definition(const TensorNode &tensor, const Subscripted &at, NodeId guard, std::source_location where) {
    for (int dimension = 0; dimension < tensor.rank; ++dimension)
      if (tensor.indices[dimension].node()->extent)
        subscript(at, dimension, explicit_extent(tensor.indices[dimension], guard), guard, tensor.name, where);
    for (int dimension = 0; dimension < tensor.rank; ++dimension) {
      NodeId value = at.values[dimension];
      const ExprNode *text = make_.as_index(value) < 0 ? at.texts[dimension] : nullptr;
      bind(tensor.indices[dimension].node().get(), {value, -1, text});
    }
    NodeId result = expression(*tensor.body->node(), guard);
    for (const Index &index : tensor.indices)
      unbind(index.node().get());
    return result;
  }

  NodeId read_padded(const TensorNode &tensor, Subscripted at, NodeId guard, std::source_location where) {
    const TensorNode *base = tensor.base.get();
    while (base->op == TensorOp::named)
      base = base->base.get();
    NodeId inside = noNode;
    for (int dimension = 0; dimension < tensor.rank; ++dimension) {
      NodeId size = extent_of(*base, dimension, guard, where), value = at.values[dimension];
      std::int32_t symbol = make_.as_index(value);
      // A definition's index of a given extent reads outside, too, whatever it is bound to.
      const ExprNode &text = *at.texts[dimension];
      const bool given = text.op == ExprOp::index && text.indices[0].node()->extent;
      if (symbol >= 0 && !is_explicit_[symbol] && !given) {
        subscripts_alone(symbol, size, guard, tensor.name, dimension, where);
        continue;
      }
      NodeId zero = make_.integer_constant(0, where);
      inside = make_.both(inside, make_.apply(Function::ge, {value, zero}, where));
      inside = make_.both(inside, make_.apply(Function::lt, {value, size}, where));
    }
    if (inside == noNode)
      return read(*base, std::move(at), guard, where);
    NodeId within = make_.both(guard, inside);
    NodeId element = base->op == TensorOp::input
                         ? make_.read(input(*base, where), std::move(at.values), inside, where)
                         : read(*base, std::move(at), within, where);
    NodeId fill = expression(*tensor.fill->node(), make_.both(guard, negation(inside)));
    return make_.apply(Function::select, {inside, element, fill}, where);
  }

  //===- Derivatives ----------------------------------------------------------------------------------------===//

  GradientArray gradient_array(const TensorNode &tensor, NodeId guard, std::source_location where) {
    std::vector<std::intptr_t> key = key_of(&tensor, *tensor.free, tensor.may_check, guard, where);
    if (auto known = gradients_.find(key); known != gradients_.end())
      return known->second;
    GradientArray result;
    for (int dimension = 0; dimension < tensor.rank; ++dimension)
      result.sizes.push_back(extent_of(*tensor.base, dimension, guard, where));
    Graph::Array derivative;
    derivative.name = "gradient";
    derivative.where = tensor.where;
    if (tensor.op == TensorOp::input_gradient) {
      derivative.variable = input(*tensor.base, where);
      derivative.variableIsInput = true;
      derivative.gradientOf = expression(*tensor.body->node(), noNode);
    } else {
      result.instance = instance_of(tensor, guard);
      derivative.variable = variable_array(tensor, result, guard);
      bind(tensor.variable.get(), {noNode, derivative.variable});
      derivative.gradientOf = make_.to_real(expression(*tensor.body->node(), guard));
      unbind(tensor.variable.get());
    }
    result.array = static_cast<std::int32_t>(graph_.arrays.size());
    graph_.arrays.push_back(std::move(derivative));
    gradients_.emplace(std::move(key), result);
    return result;
  }

  /// The indices that a derivative depends on: its value and its variable are functions of them.
  std::vector<std::int32_t> instance_of(const TensorNode &tensor, NodeId guard) const {
    std::vector<std::int32_t> instance;
    auto include = [&](std::int32_t index) {
      if (std::find(instance.begin(), instance.end(), index) == instance.end())
        instance.push_back(index);
    };
    for (const Index &index : tensor.free->indices)
      for (std::int32_t symbol : make_.free(value_of(index, tensor.where)))
        include(symbol);
    for (const auto &variable : tensor.free->variables) {
      const Graph::Array &array = graph_.arrays[bound(variable.get())->array];
      for (std::size_t n = 0; n + variable->rank < array.indices.size(); ++n)
        include(array.indices[n]);
    }
    if (guard != noNode)
      for (std::int32_t symbol : make_.free(guard))
        include(symbol);
    std::sort(instance.begin(), instance.end());
    return instance;
  }

  std::int32_t variable_array(const TensorNode &tensor, const GradientArray &gradient, NodeId guard) {
    Graph::Array variable;
    variable.name = tensor.base->name.empty() ? "u" : tensor.base->name;
    variable.where = tensor.where;
    variable.indices = gradient.instance;
    Subscripted at;
    for (int dimension = 0; dimension < tensor.rank; ++dimension) {
      std::int32_t symbol = static_cast<std::int32_t>(graph_.indices.size());
      graph_.indices.push_back({"p" + std::to_string(dimension), gradient.sizes[dimension], tensor.where});
      is_explicit_.push_back(false);
      variable.indices.push_back(symbol);
      at.values.push_back(make_.index(symbol));
      at.texts.push_back(nullptr);
    }
    variable.value = make_.to_real(read(*tensor.base, std::move(at), guard, tensor.where));
    std::int32_t array = static_cast<std::int32_t>(graph_.arrays.size());
    graph_.arrays.push_back(std::move(variable));
    variable_sizes_[array] = gradient.sizes;
    return array;
  }

  const ProgramNode &program_;
  Graph graph_;
  GraphBuilder make_;
  std::unordered_map<const TensorNode *, std::int32_t> inputs_;
  std::unordered_map<const void *, std::vector<Binding>> bindings_;
  std::vector<bool> is_explicit_; // has an index of the graph an extent that the user gave
  std::map<std::int32_t, std::vector<NodeId>> variable_sizes_;
  std::unordered_map<NodeId, std::vector<std::size_t>> checks_of_; // positions of a subscript's checks
  Memo<NodeId> expressions_;
  std::unordered_map<const ExprNode *, std::vector<std::int32_t>> reductions_; // their indices
  Memo<GradientArray> gradients_;
  Memo<NodeId> definition_extents_;
};

} // namespace

Graph elaborate(const ProgramNode &program) { return Elaborator(program).run(); }

} // namespace mercer::dsl
