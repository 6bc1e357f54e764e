// Sizes that depend on the call: extents of indices.
#pragma once

#include "mercer/dsl/Graph.h"
#include "mercer/runtime/Call.h"

namespace mercer::detail {

/// Evaluates integer nodes of a graph from the sizes and scalars of a call.
class Extents {
public:
  /// @throws Error(unsupported) when one of `roots` is not made of constants, sizes and scalars
  Extents(const dsl::Graph &graph, const std::vector<dsl::NodeId> &roots);

  /// Values of the roots, in their order.
  void evaluate(std::span<const Operand> inputs, std::int64_t *values) const;

private:
  struct Step {
    const dsl::Graph::Node *node;
    std::vector<int> operands; ///< earlier steps
    int guard = -1;
  };
  const dsl::Graph *graph_;
  std::vector<Step> steps_;
  std::vector<int> roots_; ///< the step of each root
};

} // namespace mercer::detail
