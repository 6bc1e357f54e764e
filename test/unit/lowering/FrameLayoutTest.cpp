#include "compiler/lowering/Lowering.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

namespace mercer::lowering {
namespace {

constexpr llvm::StringLiteral plan = R"(
mercer.plan @p(%x: !mercer.array<2xf32>, %s: !mercer.array<0xf32>, %y: !mercer.array<1xf32>) names ["x", "s", "y"] inputs 2 {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %kept = mercer.allocate "kept" [%n] : !mercer.array<1xf32>
  %total = mercer.allocate "total" [] : !mercer.array<0xf32>
  mercer.nest "i" %i below %n chunk 16 lanes 16 {
    %v = mercer.read %s[] : !mercer.array<0xf32> -> f32
    mercer.store %v, %kept[%i] : f32, !mercer.array<1xf32>
    mercer.accumulate sum %v into %total[] : f32, !mercer.array<0xf32>
  }
})";

struct Parsed {
  Parsed() {
    context.loadDialect<ir::MercerDialect, mlir::arith::ArithDialect, mlir::LLVM::LLVMDialect,
                        mlir::math::MathDialect, mlir::scf::SCFDialect, mlir::vector::VectorDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>(plan, &context);
  }
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

// For each argument a pointer, then sizes and strides of each dimension (runtime/Abi.h).
TEST(FrameLayout, HasPointerSizesAndStridesOfEachArgument) {
  Parsed parsed;
  ASSERT_TRUE(parsed.module);
  const FrameLayout layout = argumentLayout(*parsed.module->getOps<ir::PlanOp>().begin());
  EXPECT_EQ(llvm::ArrayRef(layout.arguments), (llvm::ArrayRef<int64_t>{0, 5, 6}));
  EXPECT_EQ(layout.words, 9);
}

TEST(FrameLayout, HasAWordForEachAllocationAndForTheValuesOfChunks) {
  Parsed parsed;
  ASSERT_TRUE(parsed.module);
  const int64_t words = lowerPlan(*parsed.module, "entry", Target());
  EXPECT_GE(words, 9 + 2 + 1);
  EXPECT_TRUE(parsed.module->getOps<ir::PlanOp>().empty());
  EXPECT_TRUE(parsed.module->lookupSymbol("entry"));
  EXPECT_TRUE(mlir::succeeded(lowerToLlvm(*parsed.module)));
}

} // namespace
} // namespace mercer::lowering
