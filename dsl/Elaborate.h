// From expressions to the graph: scopes, extents, guards and definitions resolved.
#pragma once

#include "mercer/dsl/Graph.h"

namespace mercer {
struct ProgramNode;
}

namespace mercer::dsl {

/// Resolves the names of a program. @throws Error(unbound_index, unknown_extent, missing_input, limit_exceeded)
Graph elaborate(const ProgramNode &program);

/// The graph as text, a node a line, for tests and for people who look for mistakes.
std::string dump(const Graph &graph);

} // namespace mercer::dsl
