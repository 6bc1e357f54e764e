// Compiled code and interpreter give the same values, or end in the same error.
#pragma once

#include <mercer/runtime.h>

#include <gtest/gtest.h>

#include <cmath>

namespace mercer::fuzz {

/// All outputs of a call; its error if it has one.
inline std::pair<std::vector<Array>, std::string> results(const Function &function,
                                                          std::span<const Argument> arguments) {
  try {
    return {function.call_all(arguments), ""};
  } catch (const Error &error) {
    return {std::vector<Array>(), error.what()};
  }
}

/// `tolerance`: relative, of the arithmetic's type; programs here have no cancellation.
inline void expectAgreement(const Program &program, const std::vector<Argument> &arguments, double tolerance,
                            const JitOptions &options = {}) {
  auto [compiled, error] = results(jit(program, options), arguments);
  auto [defined, definedError] = results(interpret(program), arguments);
  EXPECT_EQ(error, definedError);
  ASSERT_EQ(compiled.size(), defined.size());
  for (std::size_t output = 0; output < compiled.size(); ++output) {
    ASSERT_EQ(compiled[output].shape(), defined[output].shape());
    const Kind kind = program.outputs()[output].value.kind();
    for (std::int64_t n = 0; n < compiled[output].size(); ++n) {
      if (kind == integer) {
        EXPECT_EQ(compiled[output].data<std::int64_t>()[n], defined[output].data<std::int64_t>()[n]);
      } else if (kind == real) {
        const DType dtype = compiled[output].dtype();
        double given = dtype == DType::f64    ? compiled[output].data<double>()[n]
                       : dtype == DType::f32  ? compiled[output].data<float>()[n]
                       : dtype == DType::bf16 ? static_cast<float>(compiled[output].data<bfloat16>()[n])
                                              : static_cast<float>(compiled[output].data<half>()[n]);
        double right = defined[output].data<double>()[n];
        if (given != right) {
          EXPECT_NEAR(given, right, tolerance * std::abs(right))
              << program.outputs()[output].name << " " << n;
        }
      }
    }
  }
}

} // namespace mercer::fuzz
