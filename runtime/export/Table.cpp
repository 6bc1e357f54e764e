#include "mercer/runtime/export/Table.h"

#include <algorithm>
#include <cstring>

namespace mercer::detail {

using dsl::Graph;
using dsl::NodeId;
using dsl::NodeKind;

// The table's kinds, types and functions are numbered as ours.
static_assert(mercer_real == static_cast<int>(real) && mercer_integer == static_cast<int>(integer) &&
              mercer_boolean == static_cast<int>(boolean));
static_assert(mercer_bf16 == static_cast<int>(DType::bf16) && mercer_bool == static_cast<int>(DType::boolean));

// --- values --------------------------------------------------------------------------------------------------

/// The functions of numbers that the support archive can evaluate: those without a table or an iteration.
static bool can_evaluate(const Graph &graph, const Graph::Node &node) {
  using dsl::Function;
  const bool of_reals = graph.nodes[node.operands[0]].type == real;
  if (node.type == real && of_reals && node.function == Function::mod)
    return false;
  return node.function <= Function::to_integer || node.function == Function::stop_gradient ||
         node.function == Function::with_gradient_of;
}

/// Steps for some nodes of a graph and what they are made of, in the graph's order.
class Table::Steps {
public:
  explicit Steps(const Graph &graph, const std::vector<std::int32_t> &indices = {}) : graph_(graph), indices_(indices) {}

  /// False: a node cannot be evaluated.
  bool add(const std::vector<NodeId> &roots) {
    std::vector<bool> needed(graph_.nodes.size(), false);
    std::vector<NodeId> pending;
    auto need = [&](NodeId id) {
      if (id != dsl::noNode && !needed[id])
        needed[id] = true, pending.push_back(id);
    };
    for (NodeId root : roots)
      need(root);
    while (!pending.empty()) {
      const Graph::Node &node = graph_.nodes[pending.back()];
      pending.pop_back();
      std::for_each(node.operands.begin(), node.operands.end(), need);
      need(node.guard);
    }
    for (std::size_t id = 0; id < needed.size(); ++id)
      if (needed[id] && !add_node(static_cast<NodeId>(id)))
        return false;
    return true;
  }

  std::int32_t of(NodeId id) const { return id == dsl::noNode ? -1 : number_.at(id); }

  mercer_list put(Table &table) {
    for (std::size_t n = 0; n < steps_.size(); ++n)
      steps_[n].operands = table.list(operands_[n]);
    return table.list(steps_);
  }

private:
  bool add_node(NodeId id) {
    const Graph::Node &node = graph_.nodes[id];
    mercer_step step{};
    step.kind = static_cast<std::int32_t>(node.type);
    step.function = static_cast<std::int32_t>(node.function);
    step.symbol = node.symbol;
    step.guard = of(node.guard);
    step.real = node.real;
    step.integer = node.integer;
    switch (node.kind) {
    case NodeKind::real_constant:
    case NodeKind::integer_constant:
    case NodeKind::boolean_constant:
      step.what = mercer_constant;
      break;
    case NodeKind::index: {
      step.what = mercer_index;
      const auto found = std::find(indices_.begin(), indices_.end(), node.symbol);
      if (found == indices_.end())
        return false;
      step.symbol = static_cast<std::int32_t>(found - indices_.begin());
      break;
    }
    case NodeKind::size:
      step.what = mercer_size;
      step.dimension = static_cast<std::int32_t>(node.integer);
      step.integer = 0;
      break;
    case NodeKind::read:
      step.what = mercer_read;
      step.integer = 0;
      break;
    case NodeKind::apply:
      step.what = mercer_apply;
      if (!can_evaluate(graph_, node))
        return false;
      break;
    default:
      return false;
    }
    std::vector<std::int32_t> operands;
    for (NodeId operand : node.operands)
      operands.push_back(of(operand));
    number_[id] = static_cast<std::int32_t>(steps_.size());
    steps_.push_back(step);
    operands_.push_back(std::move(operands));
    return true;
  }

  const Graph &graph_;
  std::vector<std::int32_t> indices_;
  std::map<NodeId, std::int32_t> number_;
  std::vector<mercer_step> steps_;
  std::vector<std::vector<std::int32_t>> operands_;
};

// --- bytes ---------------------------------------------------------------------------------------------------

template <class T>
std::int32_t Table::put(const T *values, std::size_t count) {
  bytes_.resize((bytes_.size() + alignof(T) - 1) / alignof(T) * alignof(T));
  const std::size_t at = bytes_.size();
  bytes_.resize(at + count * sizeof(T));
  if (count)
    std::memcpy(bytes_.data() + at, values, count * sizeof(T));
  return static_cast<std::int32_t>(at);
}

template <class T>
mercer_list Table::list(const std::vector<T> &values) {
  return {put(values.data(), values.size()), static_cast<std::int32_t>(values.size())};
}

std::int32_t Table::text(const std::string &text) {
  auto [place, is_new] = texts_.try_emplace(text);
  if (is_new)
    place->second = put(text.c_str(), text.size() + 1);
  return place->second;
}

mercer_list Table::parameters(const std::vector<Signature::Parameter> &parameters, const std::vector<DType> &types) {
  std::vector<mercer_parameter> result;
  for (std::size_t n = 0; n < parameters.size(); ++n)
    result.push_back({text(parameters[n].name), parameters[n].rank, static_cast<std::int32_t>(types[n])});
  return list(result);
}

mercer_list Table::targets(const std::vector<TableCode::Target> &targets) {
  std::vector<mercer_target> result;
  for (const TableCode::Target &target : targets) {
    std::vector<mercer_variant> variants;
    for (const TableCode::Variant &variant : target.variants) {
      const std::int32_t distance = 0; // the object's writer puts it there
      variants.push_back({put(&distance, 1), variant.frame_words, variant.largest});
      entries_.emplace_back(variants.back().entry_at, variant.symbol);
    }
    result.push_back({text(target.name), target.level, list(variants)});
  }
  return list(result);
}

mercer_check Table::check(const Graph &graph, const Graph::Check &check) {
  mercer_check result{};
  result.tensor_at = text(check.tensor);
  result.text_at = text(check.text);
  result.dimension = check.dimension;
  Steps steps(graph, check.indices);
  std::vector<NodeId> roots = {check.subscript, check.size, check.guard};
  for (std::int32_t index : check.indices)
    roots.push_back(graph.indices[index].extent);
  if (!steps.add(roots))
    return result;
  std::vector<mercer_loop> loops;
  for (std::int32_t index : check.indices)
    loops.push_back({text(graph.indices[index].name), steps.of(graph.indices[index].extent)});
  result.loops = list(loops);
  result.subscript = steps.of(check.subscript);
  result.size = steps.of(check.size);
  result.guard = steps.of(check.guard);
  result.steps = steps.put(*this);
  return result;
}

Table::Table(const Signature &signature, const TableCode &code) {
  const Graph &graph = signature.graph();
  mercer_table table{};
  put(&table, 1); // its place; what it says follows
  table.name_at = text(code.name);
  table.inputs = parameters(signature.inputs(), code.input_types);
  table.outputs = parameters(signature.outputs(), code.output_types);
  table.targets = targets(code.targets);

  auto index_at = [&](const std::string &index) { return index.empty() ? 0 : text(index); };
  std::vector<mercer_same> same;
  for (const Graph::SameExtent &pair : graph.sameExtents)
    same.push_back({pair.inputA, pair.dimensionA, pair.inputB, pair.dimensionB, index_at(pair.index)});
  table.same = list(same);

  std::vector<NodeId> extents;
  for (const Graph::Output &output : graph.outputs)
    for (std::int32_t index : output.indices)
      extents.push_back(graph.indices[index].extent);
  std::vector<mercer_within> within;
  for (const Graph::WithinExtent &each : graph.withinExtents) {
    within.push_back({static_cast<std::int32_t>(extents.size()), each.input, each.dimension, index_at(each.index)});
    extents.push_back(each.extent);
  }
  table.within = list(within);
  Steps steps(graph);
  if (!steps.add(extents))
    signature.fail(ErrorCode::unsupported,
                   "extents of indices must be made of sizes, numbers and arithmetic to be exported, but one needs another function");
  std::vector<std::int32_t> roots;
  for (NodeId extent : extents)
    roots.push_back(steps.of(extent));
  table.steps = steps.put(*this);
  table.extents = list(roots);

  std::vector<mercer_check> checks;
  for (const Graph::Check &each : graph.checks)
    checks.push_back(check(graph, each));
  table.checks = list(checks);

  std::vector<std::int8_t> in_place;
  for (std::size_t output = 0; output < signature.outputs().size(); ++output)
    for (std::size_t input = 0; input < signature.inputs().size(); ++input)
      in_place.push_back(signature.in_place(output, input));
  table.in_place_at = list(in_place).at;
  bytes_.resize((bytes_.size() + 15) / 16 * 16);
  std::memcpy(bytes_.data(), &table, sizeof table);
}

} // namespace mercer::detail
