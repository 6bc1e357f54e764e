// Seed 2, case 43: the linker did not know __truncsfbf2, which LLVM calls where bf16 values are no integers.
#include "Agree.h"

namespace mercer::fuzz {

TEST(Found, Bf16OnHaswell) {
  Tensor x("x", 1);
  Program program("found", {x},
                  {{"out", gradient([](const Tensor &v) { return sin(v(Expr(0))); }, x)(Expr(0))}});
  std::vector<bfloat16> data{bfloat16(0.5f)};
  JitOptions options;
  options.target = "haswell";
  expectAgreement(program, {view(data, {1})}, 1e-6, options);
}

} // namespace mercer::fuzz
