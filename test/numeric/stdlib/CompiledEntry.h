// An entry with its gradient, compiled once for every check that asks for it.
#pragma once

#include "Draw.h"

#include <map>

namespace mercer::test {

/// What one call gives: each result's elements, and the gradient of the first result's sum by each real
/// input.
struct Evaluation {
  double total = 0;
  std::vector<std::vector<double>> values, gradient;
};

/// A variant of an entry as a function of its inputs: compiled, and interpreted for comparison.
class CompiledEntry {
public:
  CompiledEntry(const stdlib::EntryInfo &entry, const Variant &variant, DType type, unsigned seed);

  const stdlib::EntryInfo &entry() const { return entry_; }
  const std::string &name() const { return name_; }
  DType type() const { return type_; }
  /// Whether no text option was given: what the entry declares about itself holds.
  bool has_default_options() const { return variant_.parameters.empty(); }
  /// Drawn arguments; `more` is added to the first dimensions.
  tools::Case draw(std::mt19937 &random, std::int64_t more = 0) const;
  /// The real arguments of a case, by position: what gradients are taken by.
  std::vector<std::size_t> variables(const tools::Case &input) const;

  Evaluation compiled(const tools::Case &input) const { return run(function_, input); }
  /// By the interpreter with so many bits, gradients by dual numbers.
  Evaluation interpreted(const tools::Case &input, int bits = 53) const;
  /// The values alone: the interpreter needs a run for each element of a gradient.
  Evaluation interpreted_value(const tools::Case &input, int bits = 53) const;

  /// The gradient's derivative along a direction (an array for each variable), as a vector for each variable.
  std::vector<std::vector<double>> hessian_times(const tools::Case &input,
                                                 const std::vector<std::vector<double>> &direction) const;

private:
  std::vector<Array> call(const Function &function, const tools::Case &input,
                          const std::vector<std::vector<double>> *direction = nullptr) const;
  Evaluation run(const Function &function, const tools::Case &input) const;

  const stdlib::EntryInfo &entry_;
  std::string name_;
  Variant variant_;
  DType type_;
  std::vector<Tensor> inputs_, variables_;
  std::size_t results_ = 0;
  std::optional<Program> value_, with_gradient_;
  Function function_;
  mutable Function hessian_;
  mutable bool hessian_made_ = false;
  mutable std::map<std::pair<bool, int>, Function> interpreted_;
};

} // namespace mercer::test
