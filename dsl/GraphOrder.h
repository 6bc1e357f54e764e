// The last step of elaboration: what is used, in order.
#pragma once

#include "mercer/dsl/Graph.h"

namespace mercer::dsl {

/// Numbers the nodes, indices and arrays that are used so that operands come first; equal dimensions become one size.
Graph put_in_order(Graph graph);

} // namespace mercer::dsl
