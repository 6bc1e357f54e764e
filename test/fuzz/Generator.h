// The state of the generator, and what it draws.
#pragma once

#include "Generate.h"

#include <optional>
#include <random>
#include <set>

namespace mercer::fuzz {

/// An expression and a guess of how large its values get, so that they stay moderate.
struct Value {
  Tree tree;
  double bound = 1;
};

/// Draws one case. Expressions go down to leaves as the depth and the budget of nodes run out.
class Generator {
public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}
  Case run();

private:
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  bool chance(int percent) { return below(100) < percent; }
  double uniform(double low, double high);
  TensorInfo &tensor(int number) { return test_.tensors[static_cast<std::size_t>(number)]; }
  /// Few classes for a program, so that indices and tensors meet.
  int anyClass() { return below(activeClasses_); }

  void drawSizes();
  DType drawReal(int mode);
  int addInput(const std::string &name, Kind kind, std::vector<int> dims, int mode);
  std::vector<int> drawDims(int rank);
  void drawInputs();
  void drawOptions();
  void drawWrapper();
  /// By what is differentiated: inputs that the first output reads, and at times another.
  void drawVariables();
  void collectReads(const Tree &tree, std::set<int> &read);
  void addDefinition();
  void drawOutputs();
  /// One program in eight computes everything a second time, of other inputs.
  void repeat();
  /// Makes the longest sizes shorter until the case takes no long time.
  void fitWork();

  int newIndex(int sizeClass, bool mayTrim = true);
  std::optional<int> known(int sizeClass);
  Tree makeExtent(int sizeClass);
  /// An integer in the range of a class, or nothing.
  Tree subscript(int sizeClass, int depth);
  Tree labelOf(int number);
  Tree readOf(int number, int depth);
  /// An element of a tensor of a kind, preferring those that the indices in scope subscript.
  Tree anyRead(Kind kind, int depth);

  Value moderate(Value value);
  Value small(Value value);
  Value realLeaf(int depth);
  Value realValue(int depth);
  Value realNode(int depth);
  Value unary(int depth);
  Value binary(int depth);
  Value reduction(int depth);
  std::optional<Value> vectorValue(int depth);
  std::optional<Value> slopeValue(int depth);
  Value slopeOfScalar(int depth, int number, TensorInfo variable);
  std::optional<Value> slopeOfTensor(int depth, int number, TensorInfo variable);
  Value integerValue(int depth);
  Value integerReduction(int depth);
  Tree condition(int depth);

  std::mt19937_64 random_;
  Case test_;
  int budget_ = 0, nested_ = 0, activeClasses_ = sizeClasses;
  bool gathers_ = false;
  std::vector<int> scope_, variables_;
  std::vector<Value> pool_;
};

} // namespace mercer::fuzz
