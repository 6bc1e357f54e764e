#include "mercer/dsl/GraphOrder.h"

#include <map>

namespace mercer::dsl {
namespace {

/// Dimensions that must agree, as one: the first that the program names.
class Dimensions {
public:
  using Dimension = std::pair<std::int32_t, std::int32_t>;
  Dimension find(Dimension dimension) {
    auto found = parent_.find(dimension);
    return found == parent_.end() ? dimension : find(found->second);
  }
  void unite(Dimension a, Dimension b) {
    a = find(a), b = find(b);
    if (a != b)
      parent_[std::max(a, b)] = std::min(a, b);
  }

private:
  std::map<Dimension, Dimension> parent_;
};

class Ordering {
public:
  explicit Ordering(Graph graph) : old_(std::move(graph)) {
    for (const Graph::SameExtent &same : old_.sameExtents)
      dimensions_.unite({same.inputA, same.dimensionA}, {same.inputB, same.dimensionB});
    nodes_.assign(old_.nodes.size(), noNode);
    indices_.assign(old_.indices.size(), -1);
    arrays_.assign(old_.arrays.size(), -1);
  }

  Graph run() {
    made_.name = old_.name;
    made_.where = old_.where;
    made_.inputs = old_.inputs;
    for (std::size_t input = 0; input < made_.inputs.size(); ++input)
      for (int dimension = 0; dimension < made_.inputs[input].rank; ++dimension)
        made_.inputs[input].sameAs.push_back(dimensions_.find({static_cast<std::int32_t>(input), dimension}));
    made_.sameExtents = old_.sameExtents;
    for (const Graph::Check &check : old_.checks) {
      Graph::Check copy = check;
      copy.subscript = visit(check.subscript);
      copy.size = visit(check.size);
      copy.guard = visit(check.guard);
      copy.indices = take(check.indices);
      made_.checks.push_back(std::move(copy));
    }
    for (const Graph::WithinExtent &within : old_.withinExtents) {
      Graph::WithinExtent copy = within;
      copy.extent = visit(within.extent);
      made_.withinExtents.push_back(std::move(copy));
    }
    for (const Graph::Output &output : old_.outputs) {
      Graph::Output copy = output;
      copy.indices = take(output.indices);
      copy.value = visit(output.value);
      made_.outputs.push_back(std::move(copy));
    }
    return std::move(made_);
  }

private:
  /// A node, an index or an array that is to be copied after what it needs.
  struct Item {
    enum Kind { node, index, array } kind;
    std::int32_t id;
  };

  /// Placeholders of extents that were not known yet stand for the extent.
  NodeId resolved(NodeId id) const {
    while (id != noNode && old_.nodes[id].kind == NodeKind::size && old_.nodes[id].symbol < 0)
      id = old_.indices[-1 - old_.nodes[id].symbol].extent;
    return id;
  }

  NodeId visit(NodeId id) {
    if (id == noNode)
      return noNode;
    run_until({Item::node, resolved(id)});
    return nodes_[resolved(id)];
  }

  std::vector<std::int32_t> take(const std::vector<std::int32_t> &indices) {
    std::vector<std::int32_t> result;
    for (std::int32_t index : indices) {
      run_until({Item::index, index});
      result.push_back(indices_[index]);
    }
    return result;
  }

  bool done(Item item) const {
    return item.kind == Item::node ? nodes_[item.id] != noNode
                                   : (item.kind == Item::index ? indices_ : arrays_)[item.id] >= 0;
  }

  std::vector<Item> needs(Item item) const {
    std::vector<Item> result;
    auto need_node = [&](NodeId id) {
      if (id != noNode)
        result.push_back({Item::node, resolved(id)});
    };
    if (item.kind == Item::index) {
      need_node(old_.indices[item.id].extent);
    } else if (item.kind == Item::array) {
      const Graph::Array &array = old_.arrays[item.id];
      for (std::int32_t index : array.indices)
        result.push_back({Item::index, index});
      need_node(array.value);
      if (array.gradientOf != noNode && !array.variableIsInput)
        result.push_back({Item::array, array.variable});
      need_node(array.gradientOf);
    } else {
      const Graph::Node &node = old_.nodes[item.id];
      for (NodeId operand : node.operands)
        need_node(operand);
      need_node(node.guard);
      for (std::int32_t index : node.indices)
        result.push_back({Item::index, index});
      if (node.kind == NodeKind::index)
        result.push_back({Item::index, node.symbol});
      if (node.kind == NodeKind::read_array)
        result.push_back({Item::array, node.symbol});
    }
    return result;
  }

  void run_until(Item root) {
    std::vector<Item> stack{root};
    while (!stack.empty()) {
      Item item = stack.back();
      if (done(item)) {
        stack.pop_back();
        continue;
      }
      bool ready = true;
      std::vector<Item> needed = needs(item);
      for (auto it = needed.rbegin(); it != needed.rend(); ++it)
        if (!done(*it)) {
          stack.push_back(*it);
          ready = false;
        }
      if (ready) {
        copy(item);
        stack.pop_back();
      }
    }
  }

  NodeId mapped(NodeId id) const { return id == noNode ? noNode : nodes_[resolved(id)]; }
  std::vector<std::int32_t> mapped_indices(const std::vector<std::int32_t> &indices) const {
    std::vector<std::int32_t> result;
    for (std::int32_t index : indices)
      result.push_back(indices_[index]);
    return result;
  }

  void copy(Item item) {
    if (item.kind == Item::index) {
      Graph::Index index = old_.indices[item.id];
      index.extent = mapped(index.extent);
      indices_[item.id] = static_cast<std::int32_t>(made_.indices.size());
      made_.indices.push_back(std::move(index));
    } else if (item.kind == Item::array) {
      Graph::Array array = old_.arrays[item.id];
      array.indices = mapped_indices(array.indices);
      array.value = mapped(array.value);
      if (array.gradientOf != noNode && !array.variableIsInput)
        array.variable = arrays_[array.variable];
      array.gradientOf = mapped(array.gradientOf);
      arrays_[item.id] = static_cast<std::int32_t>(made_.arrays.size());
      made_.arrays.push_back(std::move(array));
    } else {
      copy_node(item.id);
    }
  }

  void copy_node(NodeId id) {
    Graph::Node node = old_.nodes[id];
    if (node.kind == NodeKind::size) {
      auto [input, dimension] = dimensions_.find({node.symbol, static_cast<std::int32_t>(node.integer)});
      node.symbol = input;
      node.integer = dimension;
      auto [known, fresh] = sizes_.try_emplace({input, dimension}, static_cast<NodeId>(made_.nodes.size()));
      if (!fresh) {
        nodes_[id] = known->second;
        return;
      }
    }
    for (NodeId &operand : node.operands)
      operand = mapped(operand);
    node.guard = mapped(node.guard);
    node.indices = mapped_indices(node.indices);
    if (node.kind == NodeKind::index)
      node.symbol = indices_[node.symbol];
    if (node.kind == NodeKind::read_array)
      node.symbol = arrays_[node.symbol];
    nodes_[id] = static_cast<NodeId>(made_.nodes.size());
    made_.nodes.push_back(std::move(node));
  }

  Graph old_, made_;
  Dimensions dimensions_;
  std::vector<NodeId> nodes_;
  std::vector<std::int32_t> indices_, arrays_;
  std::map<Dimensions::Dimension, NodeId> sizes_;
};

} // namespace

Graph put_in_order(Graph graph) { return Ordering(std::move(graph)).run(); }

} // namespace mercer::dsl
