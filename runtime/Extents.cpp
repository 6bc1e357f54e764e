#include "mercer/runtime/Extents.h"

#include "compiler/interpreter/Number.h"
#include "mercer/runtime/Convert.h"

#include <algorithm>
#include <unordered_map>

namespace mercer::detail {

using dsl::Function;
using dsl::NodeKind;

namespace {

/// A value of any kind: a boolean is the integer 0 or 1.
struct Value {
  double real = 0;
  std::int64_t integer = 0;
};

} // namespace

Extents::Extents(const dsl::Graph &graph, const std::vector<dsl::NodeId> &roots) : graph_(&graph) {
  std::vector<bool> needed(graph.nodes.size(), false);
  std::vector<dsl::NodeId> pending;
  auto need = [&](dsl::NodeId id) {
    if (id != dsl::noNode && !needed[id])
      needed[id] = true, pending.push_back(id);
  };
  for (dsl::NodeId root : roots)
    need(root);
  while (!pending.empty()) {
    const dsl::Graph::Node &node = graph.nodes[pending.back()];
    pending.pop_back();
    for (dsl::NodeId operand : node.operands)
      need(operand);
    need(node.guard);
  }
  std::unordered_map<dsl::NodeId, int> step_of;
  for (std::size_t id = 0; id < needed.size(); ++id) {
    if (!needed[id])
      continue;
    const dsl::Graph::Node &node = graph.nodes[id];
    const bool known = node.kind <= NodeKind::boolean_constant || node.kind == NodeKind::size ||
                       node.kind == NodeKind::apply || (node.kind == NodeKind::read && node.operands.empty());
    if (!known)
      throw Error(ErrorCode::unsupported,
                  graph.name +
                      ": the extent of an index may depend on constants, sizes and scalars, but depends on "
                      "elements of a tensor or on another index; use a predicate",
                  node.where);
    Step step{&node, {}, node.guard == dsl::noNode ? -1 : step_of[node.guard]};
    for (dsl::NodeId operand : node.operands)
      step.operands.push_back(step_of[operand]);
    step_of[static_cast<dsl::NodeId>(id)] = static_cast<int>(steps_.size());
    steps_.push_back(std::move(step));
  }
  for (dsl::NodeId root : roots)
    roots_.push_back(step_of[root]);
}

static Value apply(const dsl::Graph::Node &node, Kind operand_kind, const Value *x) {
  Value result;
  std::int64_t integers[3] = {x[0].integer, x[1].integer, x[2].integer};
  double reals[3] = {x[0].real, x[1].real, x[2].real};
  switch (node.function) {
  case Function::select:
    return x[0].integer ? x[1] : x[2];
  case Function::to_real:
    result.real = static_cast<double>(integers[0]);
    return result;
  case Function::to_integer:
    result.integer = operand_kind == real ? interpreter::to_integer(reals[0]) : integers[0];
    return result;
  case Function::logical_and:
    result.integer = integers[0] && integers[1];
    return result;
  case Function::logical_or:
    result.integer = integers[0] || integers[1];
    return result;
  case Function::logical_not:
    result.integer = !integers[0];
    return result;
  case Function::eq:
  case Function::ne:
  case Function::lt:
  case Function::le:
  case Function::gt:
  case Function::ge:
    if (operand_kind == real) {
      result.integer = interpreter::compare(node.function, reals[0], reals[1]);
      return result;
    }
    switch (node.function) {
    case Function::eq:
      result.integer = integers[0] == integers[1];
      break;
    case Function::ne:
      result.integer = integers[0] != integers[1];
      break;
    case Function::lt:
      result.integer = integers[0] < integers[1];
      break;
    case Function::le:
      result.integer = integers[0] <= integers[1];
      break;
    case Function::gt:
      result.integer = integers[0] > integers[1];
      break;
    default:
      result.integer = integers[0] >= integers[1];
    }
    return result;
  default:
    if (node.type == real)
      result.real = interpreter::evaluate(node.function, reals);
    else
      result.integer = interpreter::evaluate_integer(node.function, integers);
    return result;
  }
}

void Extents::evaluate(std::span<const Operand> inputs, std::int64_t *results) const {
  Buffer<Value, 32> values(steps_.size());
  for (std::size_t number = 0; number < steps_.size(); ++number) {
    const Step &step = steps_[number];
    const dsl::Graph::Node &node = *step.node;
    Value &value = values[number];
    value = {};
    switch (node.kind) {
    case NodeKind::real_constant:
      value.real = node.real;
      break;
    case NodeKind::size:
      value.integer = inputs[node.symbol].shape[node.integer];
      break;
    case NodeKind::read: {
      const Operand &input = inputs[node.symbol];
      if (step.guard >= 0 && !values[step.guard].integer)
        break;
      if (node.type == real)
        value.real = load_real(input.dtype, input.data);
      else
        value.integer = load_integer(input.dtype, input.data);
      break;
    }
    case NodeKind::apply: {
      Value operands[3];
      for (std::size_t n = 0; n < step.operands.size() && n < 3; ++n)
        operands[n] = values[step.operands[n]];
      value = apply(node, graph_->nodes[node.operands[0]].type, operands);
      break;
    }
    default: // integer and boolean constants
      value.integer = node.integer;
    }
  }
  for (std::size_t n = 0; n < roots_.size(); ++n)
    results[n] = values[roots_[n]].integer;
}

} // namespace mercer::detail
