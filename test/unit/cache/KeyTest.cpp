// C1: whatever code depends on is in the key.
#include "Kernels.h"

#include "mercer/dsl/Graph.h"

#include <functional>

namespace mercer {
namespace {

using namespace detail;
using cache::Platform;
using dsl::Graph;

/// A graph with something in every list.
Graph full_graph() {
  Graph graph;
  graph.name = "p";
  graph.inputs = {{"x", 2, real, {}, {{0, 0}, {0, 1}}}};
  graph.indices = {{"i", 0, {}}};
  graph.arrays = {{"a", {0}, 1, dsl::noNode, -1, false, {}}};
  Graph::Node node;
  node.kind = dsl::NodeKind::real_constant;
  node.type = real;
  node.real = 0;
  node.operands = {0};
  node.indices = {0};
  node.directions = {{0, 1}};
  node.name = "n";
  graph.nodes = {node};
  graph.checks = {{0, 1, 2, {0}, "x", "i", 0, {}}};
  graph.sameExtents = {{0, 0, 0, 1, "i", {}}};
  graph.withinExtents = {{0, 0, 0, "i", {}}};
  graph.outputs = {{"y", {0}, 0, {}}};
  return graph;
}

KernelOptions full_options() {
  KernelOptions options;
  options.types = {DType::f32, DType::i64};
  options.output_types = {DType::f32};
  options.arithmetic = DType::f32;
  options.accumulate_in_f64 = options.fast = options.contiguous = false;
  options.sizes = {{0, 1, 3, false}};
  return options;
}

Platform full_platform() { return {"m", "l", "i", 1, "x86_64", "e-m:e", "skylake", "+avx2", {1, 2, 3}, false}; }

/// Everything that a key is made of.
struct Made {
  Graph graph = full_graph();
  KernelOptions options = full_options();
  Platform platform = full_platform();
  cache::Key key() const { return cache::key_of(graph, options, platform); }
};

using Change = std::pair<const char *, std::function<void(Made &)>>;

/// Each change gives a key of its own, as the fields of a structure are named one by one in Key.cpp: what is added there is added here.
void expect_other_keys(const std::vector<Change> &changes) {
  std::map<std::string, std::string> names{{Made().key().name, "nothing"}};
  for (const auto &[name, change] : changes) {
    Made made;
    change(made);
    const cache::Key key = made.key();
    EXPECT_NE(key.bytes, Made().key().bytes) << name;
    const auto [other, fresh] = names.emplace(key.name, name);
    EXPECT_TRUE(fresh) << name << " has the key of " << other->second;
  }
}

TEST(C1, EveryOption) {
  expect_other_keys({
      {"types", [](Made &m) { m.options.types[0] = DType::f64; }},
      {"number of types", [](Made &m) { m.options.types.push_back(DType::f32); }},
      {"output types", [](Made &m) { m.options.output_types[0] = DType::bf16; }},
      {"arithmetic", [](Made &m) { m.options.arithmetic = DType::f64; }},
      {"accumulate", [](Made &m) { m.options.accumulate_in_f64 = true; }},
      {"fast", [](Made &m) { m.options.fast = true; }},
      {"contiguous", [](Made &m) { m.options.contiguous = true; }},
      {"no sizes", [](Made &m) { m.options.sizes.clear(); }},
      {"size's input", [](Made &m) { m.options.sizes[0].input = 1; }},
      {"size's dimension", [](Made &m) { m.options.sizes[0].dimension = 0; }},
      {"size", [](Made &m) { m.options.sizes[0].size = 4; }},
      {"size is a bound", [](Made &m) { m.options.sizes[0].bound = true; }},
      {"cpu", [](Made &m) { m.options.cpu = "haswell"; }},
      {"plan", [](Made &m) { m.options.plan = "jam.0=4"; }},
  });
  Made timed;
  timed.options.timing = true;
  EXPECT_EQ(timed.key().bytes, Made().key().bytes) << "code does not depend on whether its making is timed";
}

TEST(C1, EveryBuildAndMachine) {
  expect_other_keys({
      {"Mercer's build", [](Made &m) { m.platform.mercer_build = "n"; }},
      {"LLVM's build", [](Made &m) { m.platform.llvm_build = "n"; }},
      {"MLIR's build", [](Made &m) { m.platform.mlir_build = "n"; }},
      {"abi", [](Made &m) { m.platform.abi = 2; }},
      {"triple", [](Made &m) { m.platform.triple = "aarch64"; }},
      {"data layout", [](Made &m) { m.platform.data_layout = "e"; }},
      {"cpu", [](Made &m) { m.platform.cpu = "znver4"; }},
      {"features", [](Made &m) { m.platform.features = "-avx2"; }},
      {"first cache", [](Made &m) { m.platform.caches[0] = 2; }},
      {"second cache", [](Made &m) { m.platform.caches[1] = 3; }},
      {"third cache", [](Made &m) { m.platform.caches[2] = 4; }},
      {"tile registers", [](Made &m) { m.platform.tile_registers = true; }},
  });
}

TEST(C1, EveryPartOfTheProgram) {
  expect_other_keys({
      {"name", [](Made &m) { m.graph.name = "q"; }},
      {"input's name", [](Made &m) { m.graph.inputs[0].name = "y"; }},
      {"rank", [](Made &m) { m.graph.inputs[0].rank = 1; }},
      {"input's kind", [](Made &m) { m.graph.inputs[0].kind = integer; }},
      {"same size as", [](Made &m) { m.graph.inputs[0].sameAs[1].second = 0; }},
      {"index's name", [](Made &m) { m.graph.indices[0].name = "j"; }},
      {"extent", [](Made &m) { m.graph.indices[0].extent = 1; }},
      {"array's name", [](Made &m) { m.graph.arrays[0].name = "b"; }},
      {"array's indices", [](Made &m) { m.graph.arrays[0].indices = {}; }},
      {"array's value", [](Made &m) { m.graph.arrays[0].value = 2; }},
      {"gradient of", [](Made &m) { m.graph.arrays[0].gradientOf = 0; }},
      {"variable", [](Made &m) { m.graph.arrays[0].variable = 0; }},
      {"variable is an input", [](Made &m) { m.graph.arrays[0].variableIsInput = true; }},
      {"node's kind", [](Made &m) { m.graph.nodes[0].kind = dsl::NodeKind::apply; }},
      {"node's type", [](Made &m) { m.graph.nodes[0].type = integer; }},
      {"function", [](Made &m) { m.graph.nodes[0].function = dsl::Function(1); }},
      {"reduction", [](Made &m) { m.graph.nodes[0].reduction = dsl::Reduction(1); }},
      {"real", [](Made &m) { m.graph.nodes[0].real = 1; }},
      {"minus zero", [](Made &m) { m.graph.nodes[0].real = -0.0; }},
      {"one bit of a real", [](Made &m) { m.graph.nodes[0].real = 0x1.0000000000001p0; }},
      {"integer", [](Made &m) { m.graph.nodes[0].integer = 1; }},
      {"symbol", [](Made &m) { m.graph.nodes[0].symbol = 0; }},
      {"operands", [](Made &m) { m.graph.nodes[0].operands = {1}; }},
      {"more operands", [](Made &m) { m.graph.nodes[0].operands = {0, 0}; }},
      {"indices", [](Made &m) { m.graph.nodes[0].indices = {1}; }},
      {"guard", [](Made &m) { m.graph.nodes[0].guard = 0; }},
      {"direction's input", [](Made &m) { m.graph.nodes[0].directions[0].input = 1; }},
      {"direction's tangent", [](Made &m) { m.graph.nodes[0].directions[0].tangent = 0; }},
      {"node's name", [](Made &m) { m.graph.nodes[0].name = ""; }},
      {"more nodes", [](Made &m) { m.graph.nodes.push_back(m.graph.nodes[0]); }},
      {"checked subscript", [](Made &m) { m.graph.checks[0].subscript = 1; }},
      {"checked size", [](Made &m) { m.graph.checks[0].size = 0; }},
      {"checked where", [](Made &m) { m.graph.checks[0].guard = 0; }},
      {"checked over", [](Made &m) { m.graph.checks[0].indices = {}; }},
      {"checked tensor", [](Made &m) { m.graph.checks[0].tensor = "y"; }},
      {"checked text", [](Made &m) { m.graph.checks[0].text = "j"; }},
      {"checked dimension", [](Made &m) { m.graph.checks[0].dimension = 1; }},
      {"same: a", [](Made &m) { m.graph.sameExtents[0].inputA = 1; }},
      {"same: a's dimension", [](Made &m) { m.graph.sameExtents[0].dimensionA = 1; }},
      {"same: b", [](Made &m) { m.graph.sameExtents[0].inputB = 1; }},
      {"same: b's dimension", [](Made &m) { m.graph.sameExtents[0].dimensionB = 0; }},
      {"same: index", [](Made &m) { m.graph.sameExtents[0].index = "j"; }},
      {"within: extent", [](Made &m) { m.graph.withinExtents[0].extent = 1; }},
      {"within: input", [](Made &m) { m.graph.withinExtents[0].input = 1; }},
      {"within: dimension", [](Made &m) { m.graph.withinExtents[0].dimension = 1; }},
      {"within: index", [](Made &m) { m.graph.withinExtents[0].index = "j"; }},
      {"output's name", [](Made &m) { m.graph.outputs[0].name = "z"; }},
      {"output's indices", [](Made &m) { m.graph.outputs[0].indices = {}; }},
      {"output's value", [](Made &m) { m.graph.outputs[0].value = 1; }},
  });
}

TEST(C1, TextsDoNotRunTogether) {
  Made a, b;
  a.graph.checks[0].tensor = "ab", a.graph.checks[0].text = "c";
  b.graph.checks[0].tensor = "a", b.graph.checks[0].text = "bc";
  EXPECT_NE(a.key().bytes, b.key().bytes);
}

TEST(C1, ThisProcessKnowsWhatItIs) {
  const Platform platform = cache::platform_of(full_options());
  // Build ids are hashes in hexadecimal digits; a path would mean that a library has none.
  for (const std::string &build : {platform.mercer_build, platform.llvm_build, platform.mlir_build}) {
    EXPECT_GE(build.size(), 16u);
    EXPECT_EQ(build.find('/'), std::string::npos) << build;
  }
  EXPECT_NE(platform.mercer_build, platform.llvm_build);
  EXPECT_NE(platform.mlir_build, platform.llvm_build);
  EXPECT_NE(platform.features.find("sse2"), std::string::npos);
  EXPECT_FALSE(platform.cpu.empty());
  EXPECT_EQ(platform.data_layout.substr(0, 2), "e-");
  KernelOptions named = full_options();
  named.cpu = "haswell";
  EXPECT_EQ(cache::platform_of(named).cpu, "haswell");
  EXPECT_EQ(cache::platform_of(named).features, "") << "its name says them";
}

TEST(C1, ALineOfTheSourceIsNoPartOfIt) {
  const Program here = scaled(2);
  const Program there = [] {
    Index i("i");
    Tensor x("x", 1);
    return Program("scaled", {x}, {{"y", i, x(i) * 2.0}});
  }();
  ASSERT_NE(here.where().line(), there.where().line());
  EXPECT_EQ(cache::key_of(here.graph(), full_options(), full_platform()).bytes,
            cache::key_of(there.graph(), full_options(), full_platform()).bytes);
}

} // namespace
} // namespace mercer
