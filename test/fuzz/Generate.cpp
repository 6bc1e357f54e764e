// What a program is about: sizes, inputs, options, outputs.
#include "Generator.h"

#include <algorithm>
#include <cmath>

namespace mercer::fuzz {

Case Generator::run() {
  test_.dataSeed = random_();
  drawSizes();
  drawInputs();
  drawOptions();
  budget_ = static_cast<int>(std::exp(std::uniform_real_distribution<double>(0, std::log(60.0))(random_)));
  for (int definitions = below(3); definitions > 0; --definitions)
    addDefinition();
  drawWrapper();
  drawOutputs();
  drawVariables();
  repeat();
  fitWork();
  return std::move(test_);
}

double Generator::uniform(double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random_);
}

void Generator::drawSizes() {
  activeClasses_ = 1 + below(2) + below(3);
  static constexpr std::int64_t choices[] = {3, 2, 7, 1, 8, 9, 16, 17, 0, 31, 33, 64, 65};
  for (std::int64_t &size : test_.sizes)
    size = choices[below(chance(60) ? 8 : 13)];
  // Several chunks of a nest, at times.
  static constexpr std::int64_t lengths[] = {129, 300, 1025};
  if (chance(8))
    test_.sizes[static_cast<std::size_t>(anyClass())] = lengths[below(3)];
}

DType Generator::drawReal(int mode) {
  static constexpr DType small[] = {DType::f32, DType::f32, DType::f16, DType::bf16};
  static constexpr DType all[] = {DType::f64, DType::f32, DType::f16, DType::bf16};
  return mode == 0 ? DType::f64 : mode == 1 ? small[below(4)] : mode == 2 ? DType::f32 : all[below(4)];
}

int Generator::addInput(const std::string &name, Kind kind, std::vector<int> dims, int mode) {
  static constexpr DType integers[] = {DType::i64, DType::i32, DType::i8};
  static constexpr Layout layouts[] = {Layout::rowMajor,   Layout::rowMajor, Layout::rowMajor,
                                       Layout::transposed, Layout::gaps,     Layout::negative,
                                       Layout::repeated};
  TensorInfo info;
  info.name = name, info.kind = kind, info.dims = std::move(dims);
  info.dtype = kind == real ? drawReal(mode) : kind == integer ? integers[below(3)] : DType::boolean;
  info.layout = layouts[below(7)];
  test_.tensors.push_back(std::move(info));
  return static_cast<int>(test_.tensors.size()) - 1;
}

std::vector<int> Generator::drawDims(int rank) {
  std::vector<int> dims;
  for (int n = 0; n < rank; ++n)
    dims.push_back(anyClass());
  return dims;
}

void Generator::drawInputs() {
  int mode = below(4);
  for (int count = 1 + below(3), n = 0; n < count; ++n)
    addInput("x" + std::to_string(n), real, drawDims(chance(15) ? 3 + below(3) : 1 + below(2)), mode);
  if (chance(60)) {
    int labels = addInput("label", integer, drawDims(chance(80) ? 1 : 2), mode);
    tensor(labels).values = anyClass();
    test_.badLabel = chance(4);
  }
  if (chance(30))
    addInput("n", integer, drawDims(1 + below(2)), mode);
  if (chance(30))
    addInput("flag", boolean, drawDims(1 + below(2)), mode);
  if (chance(40))
    addInput("s", real, {}, mode);
  if (chance(15))
    addInput("m", integer, {}, mode);
  // Every class is the size of something.
  for (int sizeClass = 0; sizeClass < activeClasses_; ++sizeClass) {
    bool has = false;
    for (const TensorInfo &info : test_.tensors)
      has |= std::count(info.dims.begin(), info.dims.end(), sizeClass) > 0;
    if (!has)
      addInput("z" + std::to_string(sizeClass), real, {sizeClass}, mode);
  }
}

void Generator::drawOptions() {
  test_.threads = 1 + below(3);
  test_.otherThreads = chance(35) ? 1 + below(3) : test_.threads;
  test_.accumulate = chance(20) ? DType::f64 : DType::f32;
  test_.haswell = chance(15);
  test_.anySize = chance(30);
}

void Generator::drawWrapper() {
  int dice = below(100);
  test_.wrapper = dice < 45   ? Wrapper::none
                  : dice < 70 ? Wrapper::valueAndGradient
                  : dice < 75 ? Wrapper::gradient
                  : dice < 83 ? Wrapper::vjp
                  : dice < 95 ? Wrapper::jvp
                              : Wrapper::hessianVector;
}

void Generator::drawVariables() {
  if (test_.wrapper == Wrapper::none)
    return;
  std::set<int> read;
  collectReads(test_.outputs[0].body, read);
  std::vector<int> reals, others;
  for (int input : inputTensors(test_))
    if (tensor(input).kind == real)
      (read.count(input) ? reals : others).push_back(input);
  if (reals.empty() || (chance(10) && !others.empty()))
    reals.insert(reals.end(), others.begin(), others.end());
  std::shuffle(reals.begin(), reals.end(), random_);
  std::size_t count = test_.wrapper == Wrapper::hessianVector ? 1 : 1 + static_cast<std::size_t>(below(3));
  reals.resize(std::min(reals.size(), count));
  test_.withRespectTo = reals;
}

void Generator::collectReads(const Tree &tree, std::set<int> &read) {
  std::vector<int> named = tree->tensors;
  if (tree->op == Op::read)
    named.push_back(tree->what);
  for (int number : named) {
    read.insert(number);
    if (tensor(number).body)
      collectReads(tensor(number).body, read);
  }
  for (const Tree &operand : tree->operands)
    collectReads(operand, read);
}

void Generator::addDefinition() {
  TensorInfo info;
  info.role = TensorInfo::definition;
  info.name = "u" + std::to_string(test_.tensors.size());
  std::vector<int> bound;
  for (int rank = 1 + below(2), n = 0; n < rank; ++n) {
    info.dims.push_back(anyClass());
    bound.push_back(newIndex(info.dims.back(), false));
  }
  scope_ = bound;
  info.body = moderate(realValue(3)).tree;
  info.bound = std::move(bound);
  scope_.clear();
  test_.tensors.push_back(std::move(info));
}

void Generator::drawOutputs() {
  int count = chance(50) ? 1 : 2 + below(2);
  bool onlyReals = test_.wrapper == Wrapper::vjp || test_.wrapper == Wrapper::jvp;
  int depth = 5;
  budget_ = std::max(budget_, 2);
  for (int n = 0; n < count; ++n) {
    OutputInfo output;
    output.name = "out" + std::to_string(n);
    bool scalar = (n == 0 && test_.wrapper != Wrapper::none) || chance(35);
    if (!scalar)
      for (int rank = chance(12) ? 3 + below(3) : 1 + below(2), d = 0; d < rank; ++d)
        output.bound.push_back(newIndex(anyClass()));
    scope_ = output.bound;
    int kind = onlyReals || (n == 0 && test_.wrapper != Wrapper::none) ? 0 : below(8);
    output.body = kind < 6    ? moderate(realValue(depth)).tree
                  : kind == 6 ? integerValue(depth).tree
                              : condition(depth);
    scope_.clear();
    test_.outputs.push_back(std::move(output));
  }
}

void Generator::fitWork() {
  while (costOf(test_, false) > mostWork) {
    std::int64_t &largest = *std::max_element(test_.sizes.begin(), test_.sizes.end());
    static constexpr std::int64_t choices[] = {0, 1, 2, 3, 7, 8, 9, 16, 17, 31, 33, 64, 65, 129, 300, 1025};
    const std::int64_t *smaller = std::lower_bound(std::begin(choices), std::end(choices), largest);
    if (largest <= 1)
      return;
    largest = *(smaller - 1);
  }
}

Case generate(std::uint64_t seed) { return Generator(seed).run(); }

} // namespace mercer::fuzz
