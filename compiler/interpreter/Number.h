// The numbers that the interpreter computes with: double, and MPFR of any precision with a huge exponent
// range.
#pragma once

#include "mercer/dsl/Graph.h"

#include <cstdint>

#define MPFR_USE_INTMAX_T
#include <mpfr.h>

#include <utility>

namespace mercer::interpreter {

/// A number of some bits (`bits`, set for the thread before the first is made).
class BigFloat {
public:
  BigFloat() { mpfr_init2(value_, bits), mpfr_set_zero(value_, 1); }
  BigFloat(double value) { mpfr_init2(value_, bits), mpfr_set_d(value_, value, MPFR_RNDN); }
  BigFloat(const BigFloat &other) { mpfr_init2(value_, bits), mpfr_set(value_, other.value_, MPFR_RNDN); }
  BigFloat(BigFloat &&other) noexcept : has_memory_(std::exchange(other.has_memory_, false)) { *value_ = *other.value_; }
  BigFloat &operator=(const BigFloat &other) {
    if (this == &other)
      return *this;
    has_memory_ ? mpfr_set_prec(value_, bits) : mpfr_init2(value_, bits);
    has_memory_ = true;
    mpfr_set(value_, other.value_, MPFR_RNDN);
    return *this;
  }
  BigFloat &operator=(BigFloat &&other) noexcept {
    std::swap(*value_, *other.value_);
    std::swap(has_memory_, other.has_memory_);
    return *this;
  }
  ~BigFloat() {
    if (has_memory_)
      mpfr_clear(value_);
  }

  mpfr_ptr get() { return value_; }
  mpfr_srcptr get() const { return value_; }
  double to_double() const { return mpfr_get_d(value_, MPFR_RNDN); }

  static thread_local long bits;

private:
  mpfr_t value_;
  bool has_memory_ = true; ///< false: its value has been moved away
};

/// The meaning of each elementwise function of real numbers.
double evaluate(dsl::Function function, const double *operands);
BigFloat evaluate(dsl::Function function, const BigFloat *operands);

bool compare(dsl::Function function, double a, double b);
bool compare(dsl::Function function, const BigFloat &a, const BigFloat &b);

inline double to_double(double value) { return value; }
inline double to_double(const BigFloat &value) { return value.to_double(); }
std::int64_t to_integer(double value);
std::int64_t to_integer(const BigFloat &value);
void from_integer(double &result, std::int64_t value);
void from_integer(BigFloat &result, std::int64_t value);

/// Integers wrap; division by zero gives 0.
std::int64_t evaluate_integer(dsl::Function function, const std::int64_t *operands);

} // namespace mercer::interpreter
