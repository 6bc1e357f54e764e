// A program, compiled and interpreted, against plain loops.
#pragma once

#include "Number.h"

#include <mercer/runtime.h>

#include <functional>
#include <string>
#include <vector>

namespace mercer::test {

/// A row-major tensor of numbers: what the plain loops read and write.
struct Values {
  std::vector<std::int64_t> shape;
  std::vector<Number> data;
  Values() = default;
  /// Zeros.
  explicit Values(std::vector<std::int64_t> shape);

  std::int64_t size(int dimension) const { return shape[static_cast<std::size_t>(dimension)]; }
  template <class... Subscripts>
  Number &operator()(Subscripts... subscripts) {
    return data[position({static_cast<std::int64_t>(subscripts)...})];
  }
  template <class... Subscripts>
  const Number &operator()(Subscripts... subscripts) const {
    return data[position({static_cast<std::int64_t>(subscripts)...})];
  }
  /// The element as an integer.
  template <class... Subscripts>
  std::int64_t at(Subscripts... subscripts) const {
    return static_cast<std::int64_t>((*this)(subscripts...).value);
  }

private:
  std::size_t position(std::initializer_list<std::int64_t> subscripts) const;
};

/// An argument of the test: a shape (none: a scalar's number) and elements. Real ones are stored as the test
/// goes, or always as `always`; integers as i64 unless `always` says otherwise.
struct Given {
  std::vector<std::int64_t> shape;
  std::vector<double> data;
  std::vector<DType> always = {};
};

/// Numbers in [low, high], always the same.
Given draw(std::vector<std::int64_t> shape, double low = -1, double high = 1);
/// These elements.
Given list(std::vector<std::int64_t> shape, std::vector<double> data);
Given number(double value);
/// The same, stored as `type` whatever the rest is.
Given stored(Given given, DType type);

/// The result of loops that is one number.
Values scalar(const Number &number);
/// |x_i - y_j|^2 of two rows.
Number squaredDistance(const Values &x, std::int64_t i, const Values &y, std::int64_t j);

using List = std::vector<Values>;
using Loops = std::function<List(const List &)>;

/// What more than values and first derivatives is compared, and how closely.
struct Ask {
  bool second = false;        ///< Hessian times a vector, by each input that is differentiated
  bool forward = false;       ///< jvp
  double tolerance64 = 2e-12; ///< beside the largest element
  double tolerance32 = 1e-5;
};

/// Compares all outputs, and the gradient by `withRespectTo` (of the first output when it is a scalar, else
/// of a weighted sum of all), with the loops: compiled in f64 and f32, and interpreted. Failures are
/// GoogleTest's.
void agree(const Program &program, const std::vector<Given> &arguments,
           const std::vector<Tensor> &withRespectTo, const Loops &loops, const Ask &ask = {});

} // namespace mercer::test
