// Makes the nodes of a graph: equal nodes once, with their free indices; extents are known late.
#pragma once

#include "mercer/dsl/Node.h"

#include <unordered_map>

namespace mercer::dsl {

class GraphBuilder {
public:
  explicit GraphBuilder(Graph &graph) : graph_(graph) {}

  NodeId real_constant(double value, std::source_location where);
  NodeId integer_constant(std::int64_t value, std::source_location where);
  NodeId boolean_constant(bool value, std::source_location where);
  NodeId index(std::int32_t symbol);
  NodeId size(std::int32_t input, std::int64_t dimension, std::source_location where);
  /// The extent of an index, known or not yet.
  NodeId extent(std::int32_t symbol, std::source_location where);
  /// Integers and reals mix: converts where the signature asks for it.
  NodeId apply(Function function, std::vector<NodeId> operands, std::source_location where);
  NodeId reduce(Reduction kind, std::vector<std::int32_t> over, NodeId value, NodeId predicate,
                std::source_location where);
  NodeId read(std::int32_t input, std::vector<NodeId> subscripts, NodeId guard, std::source_location where);
  NodeId read_array(std::int32_t array, std::vector<NodeId> subscripts, NodeId guard, std::source_location where);
  NodeId tangent(NodeId value, std::vector<Graph::Node::Direction> directions, std::source_location where);
  NodeId to_real(NodeId value);
  NodeId both(NodeId a, NodeId b); ///< logical and; noNode is true

  const Graph::Node &node(NodeId id) const { return graph_.nodes[id]; }
  /// Indices that a node is a function of, ascending.
  const std::vector<std::int32_t> &free(NodeId id) const { return *free_[id]; }
  /// The index that a node is, or -1.
  std::int32_t as_index(NodeId id) const;
  bool is_true(NodeId id) const;
  void give_name(NodeId id, const std::string &name);

private:
  NodeId add(Graph::Node node);

  Graph &graph_;
  using Set = std::shared_ptr<const std::vector<std::int32_t>>;
  std::vector<Set> free_;
  std::unordered_multimap<std::size_t, NodeId> known_;
};

} // namespace mercer::dsl
