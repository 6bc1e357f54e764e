// Entries that are functions of one number at a time, over all floats.
#pragma once

#include "compiler/tools/mercerc/Draw.h"

#include <memory>

namespace mercer::tools {

constexpr double allowed_ulps = 4; ///< of an error that is ordinary rounding
constexpr int moved_by = 4;        ///< units in the last place by which a mixed error lets an argument move

/// The largest error met, in units in the last place of f32, and where.
struct Largest {
  double ulps = 0;
  float at = 0;
  double given = 0, expected = 0;
};

/// A forward error, from the truth at the argument. Where that is above `allowed_ulps` also the mixed one: from the nearest that the true function
/// is within `moved_by` units in the last place of the argument.
struct LargestError : Largest {
  Largest mixed;
};

struct ScalarErrors {
  LargestError value, slope;
  Largest truth; ///< of the f64 code that is taken for the truth, against the interpreter in 500 bits, on 24 floats
  std::int64_t floats = 0;
};

/// An entry as a function of one element of one input, the others being fixed: 0 (1 where the entry is constant then), 1.5 where
/// numbers are positive, 0.3 where they are below 1, each of both values of labels such as {0, 1}. Parameters have their defaults, rounded to f32.
class ScalarFunction {
public:
  /// The name of the input, and what others are where that is not the same for all functions of the entry.
  const std::string &name() const { return name_; }
  /// Compiled f32 code and its first derivative at each `step`-th float of the input's declared range, and at all floats near 1 and -1
  /// and the range's ends; at 0 and at floats between 2^-60 and 2^60, whose squares neither overflow nor vanish.
  ScalarErrors errors(std::int64_t step) const;

private:
  friend std::vector<ScalarFunction> scalar_functions(const stdlib::EntryInfo &entry, const Variant &variant);

  template <class Real>
  class Code;
  class Walk;

  std::vector<std::vector<double>> run(const Function &function, const std::vector<double> &at) const;

  std::string name_;
  double low_ = 0, high_ = 0;
  std::size_t varied_ = 0;                 ///< position among the inputs
  std::vector<ArrayData> inputs_;          ///< -1 along the first dimension of what is varied
  std::shared_ptr<const Program> program_; ///< total, value, slope
  Function f32_, f64_;
};

/// The functions of an entry that is one for each of its inputs: its first result has as many elements as the input, each depends on the
/// element there alone, without reductions, in the same way, and is not constant. Of a kernel, k(x, 0) of points of one number. None of an entry with
/// labels of classes.
std::vector<ScalarFunction> scalar_functions(const stdlib::EntryInfo &entry, const Variant &variant);

} // namespace mercer::tools
