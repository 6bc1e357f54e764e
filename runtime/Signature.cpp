#include "mercer/runtime/Signature.h"

#include <algorithm>

namespace mercer::detail {

using dsl::Graph;
using dsl::NodeKind;

std::string types_of(Kind kind) {
  return kind == real ? "f64, f32, f16 or bf16" : kind == integer ? "i64, i32 or i8" : "bool";
}

Signature::Signature(const Program &program) : program_(program) {
  for (const Graph::Input &input : graph().inputs) {
    inputs_.push_back({input.name, input.rank, input.kind});
    words_ += input.rank;
  }
  std::vector<dsl::NodeId> extents;
  for (const Graph::Output &output : graph().outputs) {
    Parameter parameter{output.name, static_cast<int>(output.indices.size()),
                        graph().nodes[output.value].type};
    // d_x and h_x are derivatives by x, and stored as x is.
    if (output.name.starts_with("d_") || output.name.starts_with("h_"))
      for (std::size_t input = 0; input < inputs_.size(); ++input)
        if (output.name.compare(2, std::string::npos, inputs_[input].name) == 0 &&
            inputs_[input].kind == real && inputs_[input].rank > 0 && parameter.kind == real)
          parameter.like = static_cast<int>(input);
    for (std::int32_t index : output.indices)
      extents.push_back(graph().indices[index].extent);
    words_ += 2 * parameter.rank;
    outputs_.push_back(std::move(parameter));
  }
  output_extents_ = extents.size();
  for (const Graph::WithinExtent &within : graph().withinExtents)
    extents.push_back(within.extent);
  extents_ = std::make_unique<Extents>(graph(), extents);
  find_in_place();
}

/// An output may be stored over an input when each output reads that input only at its own indices.
void Signature::find_in_place() {
  const Graph &graph = this->graph();
  std::vector<bool> refused(inputs_.size(), false), seen(graph.nodes.size(), false);
  std::vector<dsl::NodeId> pending;
  auto visit = [&](dsl::NodeId id) {
    if (id != dsl::noNode && !seen[id])
      seen[id] = true, pending.push_back(id);
  };
  // Calls read(node) for each read of an input from the nodes that were visited; arrays are not entered.
  auto walk = [&](auto read) {
    while (!pending.empty()) {
      const Graph::Node &node = graph.nodes[pending.back()];
      pending.pop_back();
      if (node.kind == NodeKind::read)
        read(node);
      for (dsl::NodeId operand : node.operands)
        visit(operand);
      visit(node.guard);
      if (node.kind == NodeKind::tangent)
        for (const Graph::Node::Direction &direction : node.directions)
          refused[direction.input] = refused[direction.tangent] = true;
    }
  };
  // What extents and arrays read is read for other elements too.
  for (const Graph::Index &index : graph.indices)
    visit(index.extent);
  for (const Graph::Array &array : graph.arrays) {
    visit(array.value), visit(array.gradientOf);
    if (array.variableIsInput)
      refused[array.variable] = true;
  }
  walk([&](const Graph::Node &node) { refused[node.symbol] = true; });

  for (const Graph::Output &output : graph.outputs) {
    std::fill(seen.begin(), seen.end(), false);
    visit(output.value);
    walk([&](const Graph::Node &node) {
      bool own = node.operands.size() == output.indices.size();
      for (std::size_t n = 0; own && n < node.operands.size(); ++n) {
        const Graph::Node &subscript = graph.nodes[node.operands[n]];
        own = subscript.kind == NodeKind::index && subscript.symbol == output.indices[n];
      }
      if (!own)
        refused[node.symbol] = true;
    });
  }
  in_place_.resize(outputs_.size() * inputs_.size());
  for (std::size_t output = 0; output < outputs_.size(); ++output)
    for (std::size_t input = 0; input < inputs_.size(); ++input)
      in_place_[output * inputs_.size() + input] = !refused[input] &&
                                                   inputs_[input].rank == outputs_[output].rank &&
                                                   inputs_[input].kind == outputs_[output].kind;
}

void Signature::fail(ErrorCode code, const std::string &text) const { fail(code, text, graph().where); }
void Signature::fail(ErrorCode code, const std::string &text, std::source_location where) const {
  throw Error(code, name() + ": " + text, where);
}

DType Signature::arithmetic(std::span<const DType> types) const {
  bool any = false;
  for (std::size_t input = 0; input < inputs_.size(); ++input)
    if (inputs_[input].kind == real && inputs_[input].rank > 0) {
      any = true;
      if (types[input] == DType::f64)
        return DType::f64;
    }
  return any ? DType::f32 : DType::f64;
}

void Signature::check_types(const std::vector<DType> &types) const {
  if (types.size() != inputs_.size())
    fail(ErrorCode::argument_count, "'input_types' must have " + std::to_string(inputs_.size()) +
                                        " element types, one for each input, but has " +
                                        std::to_string(types.size()));
  for (std::size_t input = 0; input < types.size(); ++input)
    if (types[input] > DType::boolean || kind_of(types[input]) != inputs_[input].kind)
      fail(ErrorCode::type_mismatch,
           "argument '" + inputs_[input].name + "' must have element type " + types_of(inputs_[input].kind) +
               ", but 'input_types' has " +
               (types[input] > DType::boolean ? "none" : std::string(name_of(types[input]))));
}

} // namespace mercer::detail
