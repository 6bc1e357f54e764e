#include "mercer/runtime/cache/Key.h"

#include "mercer/runtime/cache/Bytes.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"

namespace mercer::detail::cache {
namespace {

/// A program, its options and the platform as bytes. Every structure is taken apart by name: a field that is added
/// to one of them does not compile here until somebody has decided whether code depends on it.
class KeyWriter : public Writer {
public:
  using Writer::add;

  void add(const dsl::Graph &graph) {
    const auto &[name, where, inputs, indices, arrays, nodes, checks, same_extents, within_extents, outputs] = graph;
    add(name);
    for_each(inputs);
    for_each(indices);
    for_each(arrays);
    for_each(nodes);
    for_each(checks);
    for_each(same_extents);
    for_each(within_extents);
    for_each(outputs);
  }

  void add(const KernelOptions &options) {
    const auto &[types, output_types, arithmetic, accumulate_in_f64, fast, contiguous, sizes, cpu, timing, plan] = options;
    list(types);
    list(output_types);
    add(arithmetic);
    add(accumulate_in_f64);
    add(fast);
    add(contiguous);
    list(sizes, [this](const KernelOptions::Size &known) {
      const auto &[input, dimension, size, bound] = known;
      add(input);
      add(dimension);
      add(size);
      add(bound);
    });
    add(cpu);
    add(plan);
  }

  void add(const Platform &platform) {
    const auto &[mercer_build, llvm_build, mlir_build, abi, triple, data_layout, cpu, features, caches, tile_registers] = platform;
    add(mercer_build);
    add(llvm_build);
    add(mlir_build);
    add(abi);
    add(triple);
    add(data_layout);
    add(cpu);
    add(features);
    list(caches);
    add(tile_registers);
  }

private:
  template <class Items>
  void for_each(const Items &items) {
    list(items, [this](const auto &item) { this->add(item); });
  }

  void add(const dsl::Graph::Input &input) {
    const auto &[name, rank, kind, where, same_as] = input;
    add(name);
    add(rank);
    add(kind);
    list(same_as, [this](const auto &at) {
      add(at.first);
      add(at.second);
    });
  }

  void add(const dsl::Graph::Index &index) {
    const auto &[name, extent, where] = index;
    add(name);
    add(extent);
  }

  void add(const dsl::Graph::Array &array) {
    const auto &[name, indices, value, gradient_of, variable, variable_is_input, where] = array;
    add(name);
    list(indices);
    add(value);
    add(gradient_of);
    add(variable);
    add(variable_is_input);
  }

  void add(const dsl::Graph::Node &node) {
    const auto &[kind, type, function, reduction, real, integer, symbol, operands, indices, guard, directions, name, where] = node;
    add(kind);
    add(type);
    add(function);
    add(reduction);
    add(real);
    add(integer);
    add(symbol);
    list(operands);
    list(indices);
    add(guard);
    list(directions, [this](const dsl::Graph::Node::Direction &direction) {
      const auto &[input, tangent] = direction;
      add(input);
      add(tangent);
    });
    add(name);
  }

  void add(const dsl::Graph::Check &check) {
    const auto &[subscript, size, guard, indices, tensor, text, dimension, where] = check;
    add(subscript);
    add(size);
    add(guard);
    list(indices);
    add(tensor);
    add(text);
    add(dimension);
  }

  void add(const dsl::Graph::SameExtent &same) {
    const auto &[input_a, dimension_a, input_b, dimension_b, index, where] = same;
    add(input_a);
    add(dimension_a);
    add(input_b);
    add(dimension_b);
    add(index);
  }

  void add(const dsl::Graph::WithinExtent &within) {
    const auto &[extent, input, dimension, index, where] = within;
    add(extent);
    add(input);
    add(dimension);
    add(index);
  }

  void add(const dsl::Graph::Output &output) {
    const auto &[name, indices, value, where] = output;
    add(name);
    list(indices);
    add(value);
  }
};

} // namespace

std::string digest(std::string_view bytes) {
  return llvm::toHex(llvm::BLAKE3::hash(llvm::arrayRefFromStringRef(bytes)), /*LowerCase=*/true);
}

Key key_of(const dsl::Graph &graph, const KernelOptions &options, const Platform &platform) {
  KeyWriter writer;
  writer.add(platform);
  writer.add(options);
  writer.add(graph);
  Key key{writer.take(), {}};
  key.name = digest(key.bytes);
  return key;
}

} // namespace mercer::detail::cache
