// math-check [--step N] [--samples N] [--function NAME]... [--all] [--fast] [--no-fma]: measures the elementary
// functions.
//
// f32 functions of one operand are computed for every N-th bit pattern, all others for N random values;
// prints the largest error in ulp, where it is, the bound and the time per value. Fails when an error is
// above its bound.
#include "test/numeric/math/Kernels.h"
#include "test/numeric/math/Reference.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

using namespace mercer::test;

namespace {

struct Options {
  uint64_t step = 4099;
  uint64_t samples = 200000;
  std::vector<std::string> functions;
  bool fast = false, noFma = false;
};

/// Errors of one kernel.
struct Measured {
  double ulp = 0;
  double x = 0, y = 0, got = 0;
  uint64_t special = 0; ///< wrong NaN, infinity or sign of zero
  double specialX = 0, specialY = 0, specialGot = 0;
  double nanoseconds = HUGE_VAL; ///< per value
};

template <class T>
void compare(Measured &m, T x, T y, T got, long double want) {
  T rounded = static_cast<T>(want);
  bool wrong = false;
  if (std::isnan(rounded) || std::isnan(got))
    wrong = std::isnan(rounded) != std::isnan(got);
  else if (got == 0 && want == 0)
    wrong = std::signbit(got) != std::signbit(want);
  else if (std::isinf(want))
    wrong = got != rounded;
  else if (got != rounded || std::isfinite(rounded)) {
    long double size = fabsl(want);
    int exponent = size == 0 ? -100000 : std::ilogb(size);
    int lowest = std::numeric_limits<T>::min_exponent - 1, digits = std::numeric_limits<T>::digits;
    exponent = std::min(std::max(exponent, lowest), std::numeric_limits<T>::max_exponent - 1);
    long double value = std::isinf(got) ? std::copysign(ldexpl(1, std::numeric_limits<T>::max_exponent), got)
                                        : static_cast<long double>(got);
    double ulp = static_cast<double>(fabsl(value - want) / ldexpl(1, exponent - digits + 1));
    if (ulp > m.ulp)
      m.ulp = ulp, m.x = x, m.y = y, m.got = got;
  }
  if (wrong && m.special++ == 0)
    m.specialX = x, m.specialY = y, m.specialGot = got;
}

template <class T>
using BitsOf = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;

/// Arguments of a function, block by block.
template <class T>
class Arguments {
public:
  Arguments(const Options &options, int operands) : options_(options), operands_(operands) {
    blocks_ = sizeof(T) == 4 && operands == 1 ? (uint64_t(1) << 32) / options.step / kernelLength + 1
                                              : options.samples / kernelLength + 1;
  }
  uint64_t blocks() const { return blocks_; }
  void fill(std::vector<T> &x, std::vector<T> &y) {
    for (int k = 0; k < kernelLength; ++k, ++count_) {
      if (sizeof(T) == 4 && operands_ == 1) {
        x[k] = std::bit_cast<T>(static_cast<BitsOf<T>>(count_ * options_.step));
      } else {
        x[k] = any(count_);
        y[k] = any(count_ / std::size(special_));
      }
    }
  }

private:
  T any(uint64_t k) {
    if (count_ < std::size(special_) * std::size(special_))
      return static_cast<T>(special_[k % std::size(special_)]);
    if (random_() % 4 == 0)
      return std::bit_cast<T>(static_cast<BitsOf<T>>(random_()));
    double fraction = 1 + std::ldexp(static_cast<double>(random_() >> 11), -53);
    int exponent = static_cast<int>(random_() % 40) - 28;
    return static_cast<T>(std::ldexp(random_() % 2 ? fraction : -fraction, exponent));
  }

  static constexpr double special_[] = {0.0,
                                        -0.0,
                                        HUGE_VAL,
                                        -HUGE_VAL,
                                        NAN,
                                        1.0,
                                        -1.0,
                                        0.5,
                                        -0.5,
                                        2.0,
                                        -2.0,
                                        3.0,
                                        -3.0,
                                        5.319372648326541e255,
                                        5e-324,
                                        -5.319372648326541e255,
                                        5e-324,
                                        1e-310,
                                        -1e-310,
                                        1e-40,
                                        -1e-40,
                                        1e-45,
                                        1e300,
                                        -1e300,
                                        1.7976931348623157e308,
                                        3.4e38,
                                        -3.4e38,
                                        1e10,
                                        -1e10,
                                        1e22,
                                        709.7,
                                        709.8,
                                        710.4,
                                        -745.2,
                                        -708.0,
                                        88.7,
                                        88.8,
                                        -104.0,
                                        1e-20,
                                        -1e-20,
                                        40.0,
                                        -40.0,
                                        1.5707963267948966,
                                        3.141592653589793,
                                        4503599627370497.0,
                                        9007199254740991.0,
                                        9007199254740993.0,
                                        2.5,
                                        3.5,
                                        -2.5,
                                        0.9999999999999999,
                                        1.0000000000000002,
                                        0.3333333333333333};
  Options options_;
  int operands_;
  uint64_t blocks_, count_ = 0;
  std::mt19937_64 random_{20240611};
};

/// Runs some kernels of one function on the same arguments.
template <class T>
std::vector<Measured> measure(const Options &options, const Reference &reference,
                              const std::vector<Kernels::Function> &kernels) {
  std::vector<Measured> result(kernels.size());
  std::vector<T> x(kernelLength), y(kernelLength), out(kernelLength);
  std::vector<long double> want(kernelLength);
  Arguments<T> arguments(options, reference.operands);
  for (uint64_t block = 0; block < arguments.blocks(); ++block) {
    arguments.fill(x, y);
    for (int k = 0; k < kernelLength; ++k)
      want[k] = reference.value(x[k], y[k]);
    for (size_t j = 0; j < kernels.size(); ++j) {
      kernels[j](x.data(), y.data(), out.data());
      for (int k = 0; k < kernelLength; ++k)
        if (!reference.isFree(x[k], out[k], want[k]))
          compare(result[j], x[k], y[k], out[k], want[k]);
    }
  }
  // the fastest of some calls on ordinary arguments
  for (int k = 0; k < kernelLength; ++k)
    x[k] = static_cast<T>(0.1 + k * 1e-3), y[k] = static_cast<T>(4.2 - k * 1e-3);
  for (int call = 0; call < 50; ++call)
    for (size_t j = 0; j < kernels.size(); ++j) {
      auto begin = std::chrono::steady_clock::now();
      kernels[j](x.data(), y.data(), out.data());
      double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      result[j].nanoseconds = std::min(result[j].nanoseconds, seconds / kernelLength * 1e9);
    }
  return result;
}

} // namespace

static Options parse(int argc, char **argv) {
  Options options;
  for (int k = 1; k < argc; ++k) {
    std::string option = argv[k];
    if (option == "--all") {
      options.step = 1;
    } else if (option == "--no-fma") {
      options.noFma = true;
    } else if (option == "--fast") {
      options.fast = true;
    } else if (k + 1 < argc && option == "--step") {
      options.step = std::strtoull(argv[++k], nullptr, 10);
    } else if (k + 1 < argc && option == "--samples") {
      options.samples = std::strtoull(argv[++k], nullptr, 10);
    } else if (k + 1 < argc && option == "--function") {
      options.functions.push_back(argv[++k]);
    } else {
      std::fprintf(stderr, "math-check: unknown option '%s'\n", argv[k]);
      std::exit(2);
    }
  }
  return options;
}

static bool report(const KernelSpec &spec, const Measured &m, double bound) {
  bool good = m.ulp <= bound && m.special == 0;
  std::printf("%-15s %s x%-2d %-7s %8.3f ulp <= %.1f  %7.3f ns  worst at %.17g", spec.function.c_str(),
              spec.f64 ? "f64" : "f32", spec.width, spec.avx512 ? "avx512" : spec.fma ? "generic" : "no fma", m.ulp, bound,
              m.nanoseconds, m.x);
  if (spec.operands == 2)
    std::printf(", %.17g", m.y);
  if (m.special)
    std::printf("; %llu wrong special values, first at %.17g, %.17g: %.17g",
                static_cast<unsigned long long>(m.special), m.specialX, m.specialY, m.specialGot);
  std::printf("%s\n", good ? "" : "  FAILED");
  std::fflush(stdout);
  return good;
}

int main(int argc, char **argv) {
  Options options = parse(argc, argv);
  std::vector<const Reference *> chosen;
  for (const Reference &reference : references())
    if (options.functions.empty() || std::find(options.functions.begin(), options.functions.end(),
                                               reference.name) != options.functions.end())
      chosen.push_back(&reference);
  bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
  bool good = !chosen.empty();
  // Precision::fast promises 4 ulp for whatever is not exact
  auto bound = [&](double accurate) { return options.fast && accurate > 0.5 ? 4.0 : accurate; };
  for (bool f64 : {false, true}) {
    std::vector<KernelSpec> specs;
    for (const Reference *reference : chosen) {
      specs.push_back({reference->name, reference->operands, f64, 1, false});
      if (options.noFma) // one width: the same operations
        continue;
      specs.push_back({reference->name, reference->operands, f64, f64 ? 4 : 8, false});
      if (avx512)
        specs.push_back({reference->name, reference->operands, f64, f64 ? 8 : 16, true});
    }
    for (KernelSpec &spec : specs) {
      spec.fast = options.fast;
      spec.fma = !options.noFma;
    }
    Kernels kernels(specs);
    size_t per = specs.size() / std::max<size_t>(chosen.size(), 1);
    for (size_t k = 0; k < chosen.size(); ++k) {
      std::vector<Kernels::Function> group;
      for (size_t j = 0; j < per; ++j)
        group.push_back(kernels[k * per + j]);
      auto measured =
          f64 ? measure<double>(options, *chosen[k], group) : measure<float>(options, *chosen[k], group);
      for (size_t j = 0; j < per; ++j)
        good &=
            report(specs[k * per + j], measured[j], bound(f64 ? chosen[k]->boundF64 : chosen[k]->boundF32));
    }
  }
  return good ? 0 : 1;
}
