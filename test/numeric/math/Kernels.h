// Loops around the emitted functions, compiled for this machine.
#ifndef MERCER_TEST_NUMERIC_MATH_KERNELS_H
#define MERCER_TEST_NUMERIC_MATH_KERNELS_H

#include <memory>
#include <string>
#include <vector>

namespace mercer::test {

/// One loop: which function, for which values, how wide.
struct KernelSpec {
  std::string function; ///< as emitMath knows it
  int operands = 1;     ///< how many it takes
  bool f64 = false;     ///< the type of the values
  int width = 1;        ///< values of one vector; 1: scalars
  bool avx512 = false;  ///< MathTarget::avx512
  bool fast = false;    ///< MathTarget::fast
  bool fma = true;      ///< MathTarget::fma
};

/// How many values a kernel computes per call.
constexpr int kernelLength = 4096;

/// Compiled loops out[i] = function(x[i], y[i]); `y` is ignored by functions of one operand.
class Kernels {
public:
  using Function = void (*)(const void *x, const void *y, void *out);

  /// Compiles them all in one module; a message on the standard error and exit where that fails.
  explicit Kernels(const std::vector<KernelSpec> &specs);
  ~Kernels();

  /// The compiled loop of specs[index].
  Function operator[](size_t index) const { return functions_[index]; }

private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
  std::vector<Function> functions_;
};

} // namespace mercer::test

#endif
