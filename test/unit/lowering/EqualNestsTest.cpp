// Nests with the same code share it: bits are those of programs that have each alone.
#include "Compiled.h"

namespace mercer {
namespace {

constexpr int sets = 3;

struct Definition {
  std::vector<Tensor> inputs;
  std::vector<Output> outputs;

  Program program() const { return Program("steps", inputs, outputs); }
};

std::string numbered(const char *name, int set) { return name + std::to_string(set); }

/// What a test asks of each of several sets of arrays.
using Part = std::function<void(Definition &, int set)>;

/// For chunks of nests.
int functionsOf(const Program &program) {
  compiler::Options options;
  options.inputTypes.assign(program.graph().inputs.size(), DType::f32);
  const std::string code = llvm::cantFail(compiler::emit(program.graph(), options, "llvm"));
  int functions = 0;
  for (size_t at = code.find("define internal void"); at != std::string::npos; at = code.find("define internal void", at + 1))
    functions += code.substr(at, code.find('\n', at) - at).find("_nest") != std::string::npos;
  return functions;
}

void expectShared(const Part &part, const std::vector<std::vector<int64_t>> &outputs) {
  Definition all;
  for (int set = 0; set < sets; ++set)
    part(all, set);
  std::vector<Definition> alone(sets);
  for (int set = 0; set < sets; ++set)
    part(alone[static_cast<size_t>(set)], set);
  EXPECT_EQ(functionsOf(all.program()), functionsOf(alone[0].program()));
  for (const char *cpu : {"", "haswell"}) {
    compiler::Options options;
    options.cpu = cpu;
    const Compiled together(all.program(), options);
    std::vector<Tensor32> inputs;
    std::vector<std::vector<int64_t>> sizes;
    std::vector<std::vector<uint64_t>> expected;
    for (int set = 0; set < sets; ++set) {
      const Tensor32 input({37 + set, 21 - set}, static_cast<float>(set));
      const std::vector<Tensor32> own(alone[static_cast<size_t>(set)].inputs.size(), input);
      std::vector<std::vector<int64_t>> ownSizes = outputs;
      for (auto &shape : ownSizes)
        for (int64_t &size : shape)
          size += size == 37 ? set : -set;
      for (auto &result : Compiled(alone[static_cast<size_t>(set)].program(), options)(own, ownSizes))
        expected.push_back(std::move(result));
      inputs.insert(inputs.end(), own.begin(), own.end());
      sizes.insert(sizes.end(), ownSizes.begin(), ownSizes.end());
    }
    EXPECT_EQ(together(inputs, sizes), expected) << cpu;
  }
}

TEST(EqualNests, RowsWithOtherNumbers) {
  expectShared([](Definition &all, int set) {
    Tensor x(numbered("x", set), 2);
    Index i("i"), j("j");
    all.inputs.push_back(x);
    all.outputs.push_back({numbered("r", set), i, sum(j, exp(x(i, j) * (0.3 + set)))});
  }, {{37}});
}

TEST(EqualNests, Totals) {
  expectShared([](Definition &all, int set) {
    Tensor x(numbered("x", set), 2);
    Index i("i"), j("j"), k("k");
    all.inputs.push_back(x);
    all.outputs.push_back({numbered("mean", set), mean(i, max(j, x(i, j)))});
    all.outputs.push_back({numbered("first", set), argmin(k, sum(j, x(k, j)))});
  }, {{}, {}});
}

TEST(EqualNests, Tables) {
  expectShared([](Definition &all, int set) {
    Tensor x(numbered("x", set), 2);
    Index i("i"), j("j"), k("k");
    all.inputs.push_back(x);
    Expr row = logsumexp(k, x(i, k));
    all.outputs.push_back({numbered("columns", set), j, sum(i, exp(x(i, j) - row))});
    all.outputs.push_back({numbered("total", set), sum(i, row)});
  }, {{21}, {}});
}

// Steps read what the one before has stored: from the second on they have the code of those before.
TEST(EqualNests, StepsOfAnIteration) {
  Tensor x("x", 2);
  std::function<Expr(int, Index)> columns = [&](int step, Index j) {
    Index i("i"), l("l");
    return step == 0 ? Expr(0.0) : logsumexp(i, x(i, j) - logsumexp(l, x(i, l) - columns(step - 1, l)) * (1 + 0.25 * step));
  };
  Index j("j");
  auto steps = [&](int count) { return Program("iteration", {x}, {{"r", j, columns(count, j)}}); };
  EXPECT_EQ(functionsOf(steps(9)), functionsOf(steps(4)));
}

} // namespace
} // namespace mercer
