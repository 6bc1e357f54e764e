#include "mercer/dsl/GraphBuilder.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace mercer::dsl {
namespace {

constexpr std::string_view signatures[] = {
#define MERCER_ELEMENTWISE(name, operands, signature, ...) #signature,
#include "mercer/dsl/ops/Elementwise.def"
};

std::size_t mix(std::size_t seed, std::size_t value) {
  return seed ^ (value + 0x9e3779b97f4a7c15u + (seed << 6) + (seed >> 2));
}

std::size_t hash(const Graph::Node &node) {
  std::size_t seed = static_cast<std::size_t>(node.kind);
  seed = mix(seed, static_cast<std::size_t>(node.type));
  seed = mix(seed, static_cast<std::size_t>(node.function) * 64 + static_cast<std::size_t>(node.reduction));
  seed = mix(seed, std::bit_cast<std::uint64_t>(node.real));
  seed = mix(seed, static_cast<std::size_t>(node.integer));
  seed = mix(seed, static_cast<std::size_t>(node.symbol) * 31 + static_cast<std::size_t>(node.guard));
  for (NodeId operand : node.operands)
    seed = mix(seed, static_cast<std::size_t>(operand));
  for (std::int32_t index : node.indices)
    seed = mix(seed, static_cast<std::size_t>(index));
  return seed;
}

bool equal(const Graph::Node &a, const Graph::Node &b) {
  auto same_direction = [](const auto &x, const auto &y) { return x.input == y.input && x.tangent == y.tangent; };
  return a.kind == b.kind && a.type == b.type && a.function == b.function && a.reduction == b.reduction &&
         std::bit_cast<std::uint64_t>(a.real) == std::bit_cast<std::uint64_t>(b.real) && a.integer == b.integer &&
         a.symbol == b.symbol && a.operands == b.operands && a.indices == b.indices && a.guard == b.guard &&
         std::equal(a.directions.begin(), a.directions.end(), b.directions.begin(), b.directions.end(),
                    same_direction);
}

Graph::Node blank(NodeKind kind, Kind type, std::source_location where) {
  Graph::Node node{};
  node.kind = kind;
  node.type = type;
  node.where = where;
  return node;
}

} // namespace

NodeId GraphBuilder::add(Graph::Node node) {
  std::size_t key = hash(node);
  auto [first, last] = known_.equal_range(key);
  for (auto it = first; it != last; ++it)
    if (equal(graph_.nodes[it->second], node))
      return it->second;
  if (graph_.nodes.size() >= limits::graph_nodes)
    throw Error(ErrorCode::limit_exceeded,
                "program '" + graph_.name + "' has more than " + std::to_string(limits::graph_nodes) +
                    " values after its definitions are written out",
                graph_.where);
  auto free = std::make_shared<std::vector<std::int32_t>>();
  Set shared;
  auto include = [&](NodeId id) {
    if (id == noNode || free_[id]->empty() || free_[id] == shared)
      return;
    if (!shared && free->empty()) {
      shared = free_[id];
      return;
    }
    if (shared)
      *free = *std::exchange(shared, nullptr);
    free->insert(free->end(), free_[id]->begin(), free_[id]->end());
  };
  for (NodeId operand : node.operands)
    include(operand);
  include(node.guard);
  if (node.kind == NodeKind::index)
    free->push_back(node.symbol);
  bool binds = !node.indices.empty();
  if (shared && binds)
    *free = *std::exchange(shared, nullptr);
  if (!shared) {
    std::sort(free->begin(), free->end());
    free->erase(std::unique(free->begin(), free->end()), free->end());
    std::erase_if(*free, [&](std::int32_t index) {
      return std::find(node.indices.begin(), node.indices.end(), index) != node.indices.end();
    });
    shared = free;
  }
  NodeId id = static_cast<NodeId>(graph_.nodes.size());
  graph_.nodes.push_back(std::move(node));
  free_.push_back(std::move(shared));
  known_.emplace(key, id);
  return id;
}

NodeId GraphBuilder::real_constant(double value, std::source_location where) {
  Graph::Node node = blank(NodeKind::real_constant, real, where);
  node.real = value;
  return add(std::move(node));
}

NodeId GraphBuilder::integer_constant(std::int64_t value, std::source_location where) {
  Graph::Node node = blank(NodeKind::integer_constant, integer, where);
  node.integer = value;
  return add(std::move(node));
}

NodeId GraphBuilder::boolean_constant(bool value, std::source_location where) {
  Graph::Node node = blank(NodeKind::boolean_constant, boolean, where);
  node.integer = value;
  return add(std::move(node));
}

NodeId GraphBuilder::index(std::int32_t symbol) {
  Graph::Node node = blank(NodeKind::index, integer, graph_.indices[symbol].where);
  node.symbol = symbol;
  return add(std::move(node));
}

NodeId GraphBuilder::size(std::int32_t input, std::int64_t dimension, std::source_location where) {
  Graph::Node node = blank(NodeKind::size, integer, where);
  node.symbol = input;
  node.integer = dimension;
  return add(std::move(node));
}

// A size of "input" -1-symbol: replaced by the extent when the graph is put in order.
NodeId GraphBuilder::extent(std::int32_t symbol, std::source_location where) {
  if (graph_.indices[symbol].extent != noNode)
    return graph_.indices[symbol].extent;
  return size(-1 - symbol, 0, where);
}

NodeId GraphBuilder::to_real(NodeId value) {
  return node(value).type == real ? value : apply(Function::to_real, {value}, node(value).where);
}

NodeId GraphBuilder::both(NodeId a, NodeId b) {
  if (a == noNode || is_true(a))
    return b;
  if (b == noNode || is_true(b) || a == b)
    return a;
  return apply(Function::logical_and, {a, b}, node(b).where);
}

std::int32_t GraphBuilder::as_index(NodeId id) const {
  return node(id).kind == NodeKind::index ? node(id).symbol : -1;
}

bool GraphBuilder::is_true(NodeId id) const {
  return node(id).kind == NodeKind::boolean_constant && node(id).integer != 0;
}

void GraphBuilder::give_name(NodeId id, const std::string &name) {
  if (graph_.nodes[id].name.empty())
    graph_.nodes[id].name = name;
}

NodeId GraphBuilder::apply(Function function, std::vector<NodeId> operands, std::source_location where) {
  std::string_view signature = signatures[static_cast<int>(function)];
  std::size_t first = signature == "sel" ? 1 : 0;
  bool reals = signature == "rr" || signature == "rnd";
  if (signature == "nn" || signature == "cmp" || signature == "sel")
    for (std::size_t k = first; k < operands.size(); ++k)
      reals |= node(operands[k]).type == real;
  if (reals)
    for (std::size_t k = first; k < operands.size(); ++k)
      operands[k] = to_real(operands[k]);
  Kind type = signature == "cmp" || signature == "bb" ? boolean
              : signature == "any2int"                ? integer
              : signature == "any2real"               ? real
                                                      : node(operands.back()).type;
  Graph::Node made = blank(NodeKind::apply, type, where);
  made.function = function;
  made.operands = std::move(operands);
  return add(std::move(made));
}

NodeId GraphBuilder::reduce(Reduction kind, std::vector<std::int32_t> over, NodeId value, NodeId predicate,
                            std::source_location where) {
  bool position = kind == Reduction::argmin || kind == Reduction::argmax;
  Graph::Node made = blank(NodeKind::reduce, position ? integer : node(value).type, where);
  made.reduction = kind;
  made.indices = std::move(over);
  made.operands = {value};
  if (predicate != noNode && !is_true(predicate))
    made.operands.push_back(predicate);
  return add(std::move(made));
}

NodeId GraphBuilder::read(std::int32_t input, std::vector<NodeId> subscripts, NodeId guard,
                          std::source_location where) {
  Graph::Node made = blank(NodeKind::read, graph_.inputs[input].kind, where);
  made.symbol = input;
  made.operands = std::move(subscripts);
  made.guard = guard;
  return add(std::move(made));
}

NodeId GraphBuilder::read_array(std::int32_t array, std::vector<NodeId> subscripts, NodeId guard,
                                std::source_location where) {
  Graph::Node made = blank(NodeKind::read_array, real, where);
  made.symbol = array;
  made.operands = std::move(subscripts);
  made.guard = guard;
  return add(std::move(made));
}

NodeId GraphBuilder::tangent(NodeId value, std::vector<Graph::Node::Direction> directions,
                             std::source_location where) {
  Graph::Node made = blank(NodeKind::tangent, real, where);
  made.operands = {value};
  made.directions = std::move(directions);
  return add(std::move(made));
}

} // namespace mercer::dsl
