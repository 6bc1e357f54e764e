// Elementwise functions in MPFR: as the formula says, with guard bits where the formula cancels.
#include "compiler/interpreter/Number.h"

namespace mercer::interpreter {

thread_local long BigFloat::bits = 200;

namespace {

using dsl::Function;
constexpr mpfr_rnd_t nearest = MPFR_RNDN;

/// More bits while a formula that cancels is evaluated.
class GuardBits {
public:
  explicit GuardBits(long extra) : saved_(BigFloat::bits) { BigFloat::bits += extra; }
  ~GuardBits() { BigFloat::bits = saved_; }

private:
  long saved_;
};

template <class Operation>
BigFloat make(Operation operation) {
  BigFloat result;
  operation(result.get());
  return result;
}

BigFloat log1p_exp(const BigFloat &x) { // log(1 + exp(x))
  if (mpfr_sgn(x.get()) > 0) {
    BigFloat small = make([&](mpfr_ptr r) {
      mpfr_neg(r, x.get(), nearest), mpfr_exp(r, r, nearest), mpfr_log1p(r, r, nearest);
    });
    return make([&](mpfr_ptr r) { mpfr_add(r, x.get(), small.get(), nearest); });
  }
  return make([&](mpfr_ptr r) { mpfr_exp(r, x.get(), nearest), mpfr_log1p(r, r, nearest); });
}

BigFloat normal_cdf(const BigFloat &x) {
  BigFloat argument;
  {
    GuardBits guard(96); // the tail magnifies the error of the argument by its square
    BigFloat root_two = make([](mpfr_ptr r) { mpfr_set_ui(r, 2, nearest), mpfr_sqrt(r, r, nearest); });
    BigFloat wide =
        make([&](mpfr_ptr r) { mpfr_div(r, x.get(), root_two.get(), nearest), mpfr_neg(r, r, nearest); });
    BigFloat tail =
        make([&](mpfr_ptr r) { mpfr_erfc(r, wide.get(), nearest), mpfr_div_2ui(r, r, 1, nearest); });
    mpfr_swap(argument.get(), tail.get());
  }
  return make([&](mpfr_ptr r) { mpfr_set(r, argument.get(), nearest); });
}

BigFloat log_normal_cdf(const BigFloat &x) {
  if (mpfr_sgn(x.get()) > 0) {
    BigFloat negative = make([&](mpfr_ptr r) { mpfr_neg(r, x.get(), nearest); });
    BigFloat tail = normal_cdf(negative);
    return make([&](mpfr_ptr r) { mpfr_neg(r, tail.get(), nearest), mpfr_log1p(r, r, nearest); });
  }
  BigFloat tail = normal_cdf(x);
  return make([&](mpfr_ptr r) { mpfr_log(r, tail.get(), nearest); });
}

} // namespace

BigFloat evaluate(Function function, const BigFloat *x) {
  mpfr_srcptr a = x[0].get();
  auto second = [&] { return x[1].get(); };
  auto unary = [&](int (*f)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t)) {
    return make([&](mpfr_ptr r) { f(r, a, nearest); });
  };
  auto binary = [&](int (*f)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t)) {
    return make([&](mpfr_ptr r) { f(r, a, second(), nearest); });
  };
  switch (function) {
  case Function::add:
    return binary(mpfr_add);
  case Function::sub:
    return binary(mpfr_sub);
  case Function::mul:
    return binary(mpfr_mul);
  case Function::div:
    return binary(mpfr_div);
  case Function::neg:
    return unary(mpfr_neg);
  case Function::floor_div:
    return make([&](mpfr_ptr r) { mpfr_div(r, a, second(), nearest), mpfr_floor(r, r); });
  case Function::mod:
    return make([&](mpfr_ptr r) {
      mpfr_fmod(r, a, second(), nearest);
      if (!mpfr_zero_p(r) && !mpfr_nan_p(r) && (mpfr_sgn(r) < 0) != (mpfr_sgn(second()) < 0))
        mpfr_add(r, r, second(), nearest);
    });
  case Function::minimum:
    return mpfr_nan_p(a) ? x[0] : mpfr_nan_p(second()) ? x[1] : mpfr_less_p(second(), a) ? x[1] : x[0];
  case Function::maximum:
    return mpfr_nan_p(a) ? x[0] : mpfr_nan_p(second()) ? x[1] : mpfr_greater_p(second(), a) ? x[1] : x[0];
  case Function::abs:
    return unary(mpfr_abs);
  case Function::sign:
    return mpfr_nan_p(a) || mpfr_zero_p(a) ? x[0] : BigFloat(mpfr_sgn(a));
  case Function::square:
    return unary(mpfr_sqr);
  case Function::reciprocal:
    return make([&](mpfr_ptr r) { mpfr_ui_div(r, 1, a, nearest); });
  case Function::floor:
    return make([&](mpfr_ptr r) { mpfr_floor(r, a); });
  case Function::ceil:
    return make([&](mpfr_ptr r) { mpfr_ceil(r, a); });
  case Function::round:
    return make([&](mpfr_ptr r) { mpfr_rint(r, a, nearest); });
  case Function::sqrt:
  case Function::root:
    return unary(mpfr_sqrt);
  case Function::rsqrt:
    return unary(mpfr_rec_sqrt);
  case Function::cbrt:
    return unary(mpfr_cbrt);
  case Function::pow:
    return binary(mpfr_pow);
  case Function::hypot:
    return binary(mpfr_hypot);
  case Function::exp:
    return unary(mpfr_exp);
  case Function::exp2:
    return unary(mpfr_exp2);
  case Function::expm1:
    return unary(mpfr_expm1);
  case Function::log:
    return unary(mpfr_log);
  case Function::log2:
    return unary(mpfr_log2);
  case Function::log1p:
    return unary(mpfr_log1p);
  case Function::log1mexp:
    return make([&](mpfr_ptr r) {
      mpfr_neg(r, a, nearest), mpfr_expm1(r, r, nearest), mpfr_neg(r, r, nearest), mpfr_log(r, r, nearest);
      if (mpfr_cmp_ui(a, 1) > 0) // the logarithm of nearly 1
        mpfr_neg(r, a, nearest), mpfr_exp(r, r, nearest), mpfr_neg(r, r, nearest), mpfr_log1p(r, r, nearest);
    });
  case Function::sigmoid:
    return make([&](mpfr_ptr r) {
      mpfr_neg(r, a, nearest), mpfr_exp(r, r, nearest), mpfr_add_ui(r, r, 1, nearest),
          mpfr_ui_div(r, 1, r, nearest);
    });
  case Function::softplus:
    return log1p_exp(x[0]);
  case Function::log_sigmoid: {
    BigFloat value = log1p_exp(make([&](mpfr_ptr r) { mpfr_neg(r, a, nearest); }));
    return make([&](mpfr_ptr r) { mpfr_neg(r, value.get(), nearest); });
  }
  case Function::xlogx:
    return mpfr_zero_p(a) ? BigFloat(0.0)
                          : make([&](mpfr_ptr r) { mpfr_log(r, a, nearest), mpfr_mul(r, r, a, nearest); });
  case Function::xlogy:
    if (mpfr_zero_p(a))
      return mpfr_nan_p(second()) ? x[1] : BigFloat(0.0);
    return make([&](mpfr_ptr r) { mpfr_log(r, second(), nearest), mpfr_mul(r, r, a, nearest); });
  case Function::sin:
    return unary(mpfr_sin);
  case Function::cos:
    return unary(mpfr_cos);
  case Function::tan:
    return unary(mpfr_tan);
  case Function::asin:
    return unary(mpfr_asin);
  case Function::acos:
    return unary(mpfr_acos);
  case Function::atan:
    return unary(mpfr_atan);
  case Function::atan2:
    return binary(mpfr_atan2);
  case Function::sinh:
    return unary(mpfr_sinh);
  case Function::cosh:
    return unary(mpfr_cosh);
  case Function::tanh:
    return unary(mpfr_tanh);
  case Function::asinh:
    return unary(mpfr_asinh);
  case Function::acosh:
    return unary(mpfr_acosh);
  case Function::atanh:
    return unary(mpfr_atanh);
  case Function::erf:
    return unary(mpfr_erf);
  case Function::erfc:
    return unary(mpfr_erfc);
  case Function::normal_cdf:
    return normal_cdf(x[0]);
  case Function::log_normal_cdf:
    return log_normal_cdf(x[0]);
  default:
    return x[0];
  }
}

bool compare(Function function, const BigFloat &a, const BigFloat &b) {
  switch (function) {
  case Function::eq:
    return mpfr_equal_p(a.get(), b.get());
  case Function::ne:
    return !mpfr_equal_p(a.get(), b.get());
  case Function::lt:
    return mpfr_less_p(a.get(), b.get());
  case Function::le:
    return mpfr_lessequal_p(a.get(), b.get());
  case Function::gt:
    return mpfr_greater_p(a.get(), b.get());
  default:
    return mpfr_greaterequal_p(a.get(), b.get());
  }
}

std::int64_t to_integer(const BigFloat &value) {
  if (mpfr_nan_p(value.get()))
    return 0;
  return mpfr_get_sj(value.get(), MPFR_RNDZ); // saturates
}

void from_integer(BigFloat &result, std::int64_t value) { mpfr_set_sj(result.get(), value, nearest); }

} // namespace mercer::interpreter
