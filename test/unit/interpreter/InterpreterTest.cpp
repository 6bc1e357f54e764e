// What text cannot say: memory of any layout and type, precision, one check alone.
#include "../ParsedProgram.h"
#include "compiler/interpreter/Interpreter.h"

#include <gtest/gtest.h>

using namespace mercer;

namespace {

std::string copyOf(llvm::StringRef element) {
  return ("mercer.program @copy(%x: !mercer.array<1x" + element + R"(>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<1x)" +
          element + R"(>
  %i = mercer.index "i", %n
  %v = mercer.read %x[%i] : !mercer.array<1x)" +
          element + R"(> -> f32
  mercer.output "y" [%i] %v : f32
})")
      .str();
}

TEST(Interpreter, ReadsNegativeStrides) {
  ParsedProgram copy(copyOf("f64"));
  double data[] = {1, 2, 3, 4, 5, 6};
  interpreter::Result result =
      interpreter::interpret(copy.program, interpreter::Input{DType::f64, data + 5, {3}, {-2}});
  ASSERT_EQ(result.error, "");
  EXPECT_EQ(result.outputs[0].reals, (std::vector<double>{6, 4, 2}));
}

TEST(Interpreter, ReadsHalves) {
  ParsedProgram copy(copyOf("f16"));
  std::uint16_t half[] = {0x3c00, 0xc000, 0x0001, 0x7c00}, brain[] = {0x3f80, 0xc000, 0x0001, 0x7f80};
  interpreter::Result result =
      interpreter::interpret(copy.program, interpreter::Input{DType::f16, half, {4}, {1}});
  EXPECT_EQ(result.outputs[0].reals, (std::vector<double>{1, -2, 0x1p-24, HUGE_VAL}));
  result = interpreter::interpret(copy.program, interpreter::Input{DType::bf16, brain, {4}, {1}});
  EXPECT_EQ(result.outputs[0].reals, (std::vector<double>{1, -2, 0x1p-133, HUGE_VAL}));
}

TEST(Interpreter, RefusesOtherInputs) {
  ParsedProgram copy(copyOf("f64"));
  double data[] = {1};
  EXPECT_EQ(interpreter::interpret(copy.program, {}).error, "the program takes 1 inputs, but got 0");
  EXPECT_EQ(interpreter::interpret(copy.program, interpreter::Input{DType::f64, data, {}, {}}).error,
            "input 0 has rank 1, but got 0 sizes and 0 strides");
  EXPECT_EQ(interpreter::interpret(copy.program, interpreter::Input{DType::i64, data, {1}, {1}}).error,
            "input 0 is an array of real numbers, but got i64");
}

TEST(Interpreter, RunsOneCheckAlone) {
  ParsedProgram gather(R"mlir(mercer.program @gather(%l: !mercer.array<1xi64>) names ["l"] {
  %n = mercer.size %l, 0 : !mercer.array<1xi64>
  %i = mercer.index "i", %n
  %v = mercer.read %l[%i] : !mercer.array<1xi64> -> i64
  %two = mercer.constant 2 : i64
  %nine = mercer.constant 9 : i64
  mercer.check "a", 0, "l(i)" [%i] %v below %two
  mercer.check "b", 0, "l(i)" [%i] %v below %nine
  mercer.output "y" [%i] %v : i64
})mlir");
  std::int64_t labels[] = {0, 3, 7};
interpreter::Input input{DType::i64, labels, {3}, {1}};
auto violation = interpreter::firstViolation(gather.program, input);
ASSERT_TRUE(violation);
EXPECT_EQ(violation->check, 0u);
EXPECT_EQ(violation->value, 3);
EXPECT_EQ(violation->size, 2);
EXPECT_EQ(violation->indices, (std::vector<std::pair<std::string, std::int64_t>>{{"i", 1}}));
EXPECT_FALSE(interpreter::firstViolation(gather.program, input, 1));
}

} // namespace
