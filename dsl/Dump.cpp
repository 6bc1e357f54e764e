// A graph as text.
#include "mercer/dsl/Elaborate.h"

namespace mercer::dsl {
namespace {

constexpr std::string_view function_names[] = {
#define MERCER_ELEMENTWISE(name, ...) #name,
#include "mercer/dsl/ops/Elementwise.def"
};
constexpr std::string_view reduction_names[] = {
#define MERCER_REDUCTION(name, ...) #name,
#include "mercer/dsl/ops/Reductions.def"
};

class Dump {
public:
  explicit Dump(const Graph &graph) : graph_(graph) {}

  std::string text() {
    line("program " + graph_.name);
    for (const Graph::Input &input : graph_.inputs)
      line("input " + input.name + "(" +
           list(input.sameAs, [&](auto at) { return size(at.first, at.second); }) + ")");
    for (std::size_t n = 0; n < graph_.indices.size(); ++n)
      line("index " + index(static_cast<std::int32_t>(n)) + " < " + value(graph_.indices[n].extent));
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n)
      line(value(static_cast<NodeId>(n)) + " = " + node(graph_.nodes[n]));
    for (std::size_t n = 0; n < graph_.arrays.size(); ++n)
      line("array " + array(static_cast<std::int32_t>(n)) + "[" + indices(graph_.arrays[n].indices) +
           "] = " + meaning(graph_.arrays[n]));
    for (const Graph::Check &check : graph_.checks)
      line("check " + value(check.subscript) + " < " + value(check.size) + guard(check.guard) + " over [" +
           indices(check.indices) + "] for " + check.tensor + "." + std::to_string(check.dimension) + " at " +
           check.text);
    for (const Graph::SameExtent &same : graph_.sameExtents)
      line("same " + size(same.inputA, same.dimensionA) + " " + size(same.inputB, same.dimensionB) +
           (same.index.empty() ? " of a tangent" : " by " + same.index));
    for (const Graph::WithinExtent &within : graph_.withinExtents)
      line("within " + value(within.extent) + " <= " + size(within.input, within.dimension) + " by " +
           within.index);
    for (const Graph::Output &output : graph_.outputs)
      line("output " + output.name + "[" + indices(output.indices) + "] = " + value(output.value));
    return std::move(text_);
  }

private:
  void line(const std::string &text) { text_ += text + "\n"; }

  template <class Items, class Text>
  static std::string list(const Items &items, Text text) {
    std::string result;
    for (const auto &item : items)
      result += (result.empty() ? "" : ", ") + text(item);
    return result;
  }

  static std::string value(NodeId id) { return "%" + std::to_string(id); }
  static std::string values(const std::vector<NodeId> &ids) { return list(ids, value); }
  static std::string guard(NodeId id) { return id == noNode ? "" : " where " + value(id); }
  std::string index(std::int32_t symbol) const {
    return graph_.indices[symbol].name + "#" + std::to_string(symbol);
  }
  std::string indices(const std::vector<std::int32_t> &symbols) const {
    return list(symbols, [&](std::int32_t symbol) { return index(symbol); });
  }
  std::string array(std::int32_t symbol) const {
    return graph_.arrays[symbol].name + "@" + std::to_string(symbol);
  }
  std::string size(std::int32_t input, std::int32_t dimension) const {
    return graph_.inputs[input].name + "." + std::to_string(dimension);
  }

  std::string meaning(const Graph::Array &array) const {
    if (array.gradientOf == noNode)
      return value(array.value);
    return "gradient of " + value(array.gradientOf) + " by " +
           (array.variableIsInput ? graph_.inputs[array.variable].name : this->array(array.variable));
  }

  std::string node(const Graph::Node &node) const {
    switch (node.kind) {
    case NodeKind::real_constant:
      return std::to_string(node.real);
    case NodeKind::integer_constant:
      return std::to_string(node.integer);
    case NodeKind::boolean_constant:
      return node.integer ? "true" : "false";
    case NodeKind::index:
      return index(node.symbol);
    case NodeKind::size:
      return size(node.symbol, static_cast<std::int32_t>(node.integer));
    case NodeKind::apply:
      return std::string(function_names[static_cast<int>(node.function)]) + "(" + values(node.operands) + ")";
    case NodeKind::reduce:
      return std::string(reduction_names[static_cast<int>(node.reduction)]) + "[" + indices(node.indices) +
             "] " + value(node.operands[0]) + guard(node.operands.size() > 1 ? node.operands[1] : noNode);
    case NodeKind::read:
      return graph_.inputs[node.symbol].name + "(" + values(node.operands) + ")" + guard(node.guard);
    case NodeKind::read_array:
      return array(node.symbol) + "(" + values(node.operands) + ")" + guard(node.guard);
    case NodeKind::tangent:
      return "tangent of " + value(node.operands[0]) + " along " +
             list(node.directions, [&](const auto &direction) {
               return graph_.inputs[direction.input].name + " by " + graph_.inputs[direction.tangent].name;
             });
    }
    return {};
  }

  const Graph &graph_;
  std::string text_;
};

} // namespace

std::string dump(const Graph &graph) { return Dump(graph).text(); }

} // namespace mercer::dsl
