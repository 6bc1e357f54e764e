// A program with every name resolved: what the compiler imports. Made by `elaborate` when a Program is built.
#pragma once

#include "mercer/language.h"

#include <source_location>
#include <span>
#include <string>
#include <vector>

namespace mercer::dsl {

/// The elementwise functions of ops/Elementwise.def.
enum class Function : std::uint8_t {
#define MERCER_ELEMENTWISE(name, ...) name,
#include "mercer/dsl/ops/Elementwise.def"
};

/// The kinds of reduction of ops/Reductions.def.
enum class Reduction : std::uint8_t {
#define MERCER_REDUCTION(name, ...) name,
#include "mercer/dsl/ops/Reductions.def"
};

using NodeId = std::int32_t;
inline constexpr NodeId noNode = -1;

/// What a node of the graph is; `Graph::Node` says which fields each kind uses.
enum class NodeKind : std::uint8_t {
  real_constant,    ///< `real`
  integer_constant, ///< `integer`
  boolean_constant, ///< `integer` is 0 or 1
  index,            ///< the value of index `symbol`
  size,             ///< number of elements of dimension `integer` of input `symbol`
  apply,            ///< `function` of `operands`
  reduce,           ///< `reduction` over `indices` of operands[0] where operands[1] (absent: everywhere)
  read, ///< element of input `symbol` at `operands`; `guard`: 0 / false instead where it is false, nothing is
        ///< read
  read_array, ///< element of array `symbol` at `operands`; `guard` as above
  tangent     ///< directional derivative of operands[0] along `directions`
};

/// Nodes are in order: operands, arrays' values and extents come before who uses them. Equal nodes are one
/// node. The graph is flat: an index may be bound by several reductions and be free elsewhere; a value is a
/// function of its free indices. Composite functions (relu, silu, gelu, clamp, mean, count, variance,
/// softmax, dot, ...) and definitions are already written out in terms of the functions above; every binder
/// has got an index of its own.
struct Graph {
  struct Node {
    NodeKind kind;
    Kind type;
    Function function{};
    Reduction reduction{};
    double real = 0;
    std::int64_t integer = 0;
    std::int32_t symbol = -1;
    std::vector<NodeId> operands;
    std::vector<std::int32_t> indices;
    NodeId guard = noNode;
    struct Direction {
      std::int32_t input, tangent; ///< inputs: along `input`, by the values of input `tangent`
    };
    std::vector<Direction> directions;
    std::string name; ///< given by the user with `named`, else empty
    std::source_location where;
  };

  struct Input {
    std::string name;
    int rank;
    Kind kind;
    std::source_location where;
    /// For each dimension the first (input, dimension) of the program that has the same size.
    std::vector<std::pair<std::int32_t, std::int32_t>> sameAs;
  };

  /// A variable with range 0 .. extent-1. `extent` is an integer node without free indices.
  struct Index {
    std::string name;
    NodeId extent;
    std::source_location where;
  };

  /// A virtual array. Either a definition: element [indices...] is `value` (arrays that carry the variable of
  /// a derivative); or, when `gradientOf` is given, the derivative of that value by the elements of
  /// `variable` (an array when `variableIsInput` is false): an array of the variable's rank. Its element at
  /// [instance..., l...] is the derivative of the value at the free indices `instance` by the element there:
  /// the variable is an array over the instance indices and then its own.
  struct Array {
    std::string name;
    std::vector<std::int32_t> indices;
    NodeId value = noNode;
    NodeId gradientOf = noNode;
    std::int32_t variable = -1;
    bool variableIsInput = false;
    std::source_location where;
  };

  /// A gather or an affine subscript that must be in range where `guard` holds, for all values of its free
  /// indices.
  struct Check {
    NodeId subscript, size, guard;
    std::vector<std::int32_t> indices; ///< free in subscript and guard, outermost first
    std::string tensor, text;          ///< text of the subscript as the user wrote it
    int dimension;
    std::source_location where;
  };

  /// Two dimensions that one index subscripts, or (without index) of an input and its tangent: equal sizes, else
  /// extent_mismatch naming both and the index.
  struct SameExtent {
    std::int32_t inputA, dimensionA, inputB, dimensionB;
    std::string index;
    std::source_location where;
  };

  /// An index with an explicit extent that subscripts a dimension alone: extent <= size, else
  /// extent_mismatch.
  struct WithinExtent {
    NodeId extent;
    std::int32_t input, dimension;
    std::string index;
    std::source_location where;
  };

  struct Output {
    std::string name;
    std::vector<std::int32_t> indices;
    NodeId value;
    std::source_location where;
  };

  std::string name;
  std::source_location where;
  std::vector<Input> inputs;
  std::vector<Index> indices;
  std::vector<Array> arrays; ///< in order: an array's value refers to earlier arrays only
  std::vector<Node> nodes;
  std::vector<Check> checks;
  std::vector<SameExtent> sameExtents;
  std::vector<WithinExtent> withinExtents;
  std::vector<Output> outputs;
};

} // namespace mercer::dsl
