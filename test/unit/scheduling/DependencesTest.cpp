#include "compiler/scheduling/Dependences.h"

#include "../ParsedProgram.h"

#include <gtest/gtest.h>

namespace mercer::scheduling {
namespace {

// row(i) = sum_j x(i, j); twice(i) = 2 row(i); total = sum_i row(i); share(i) = row(i) / total; column(j) =
// row(j) share(j)
constexpr llvm::StringLiteral chain = R"(
mercer.program @chain(%x: !mercer.array<2xf32>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %n
  %v = mercer.read %x[%i, %j] : !mercer.array<2xf32> -> f32
  %sum = mercer.reduce sum over [%j] %v : f32 -> f32
  %row = mercer.array "row" [%i] %sum : f32 -> !mercer.array<1xf32>
  %here = mercer.read %row[%i] : !mercer.array<1xf32> -> f32
  %double = mercer.apply add(%here, %here) : (f32, f32) -> f32
  %twice = mercer.array "twice" [%i] %double : f32 -> !mercer.array<1xf32>
  %all = mercer.reduce sum over [%i] %here : f32 -> f32
  %total = mercer.array "total" [] %all : f32 -> !mercer.array<0xf32>
  %t = mercer.read %total[] : !mercer.array<0xf32> -> f32
  %part = mercer.apply div(%here, %t) : (f32, f32) -> f32
  %share = mercer.array "share" [%i] %part : f32 -> !mercer.array<1xf32>
  %there = mercer.read %row[%j] : !mercer.array<1xf32> -> f32
  %other = mercer.read %share[%j] : !mercer.array<1xf32> -> f32
  %product = mercer.apply mul(%there, %other) : (f32, f32) -> f32
  %column = mercer.array "column" [%j] %product : f32 -> !mercer.array<1xf32>
  %c = mercer.read %column[%i] : !mercer.array<1xf32> -> f32
  mercer.output "y" [%i] %c : f32
})";

TEST(Dependences, PlacesArraysAfterWhatTheyNeed) {
  ParsedProgram parsed(chain);
  ASSERT_TRUE(parsed.program);
  Dependences dependences;
  const mlir::Value i = parsed.index("i"), j = parsed.index("j");
  EXPECT_EQ(dependences.placeOf(parsed.array("row")), (Place{i, 0}));
  EXPECT_EQ(dependences.placeOf(parsed.array("twice")), (Place{i, 0})) << "row at the nest's own index";
  EXPECT_EQ(dependences.placeOf(parsed.array("total")), (Place{i, 0})) << "in the nest over what it sums";
  EXPECT_EQ(dependences.placeOf(parsed.array("share")), (Place{i, 1})) << "total is finished after the nest";
  EXPECT_EQ(dependences.placeOf(parsed.array("column")), (Place{j, 2})) << "share at another index";
}

TEST(Dependences, SaysWhenRootsCanBeComputed) {
  ParsedProgram parsed(chain);
  ASSERT_TRUE(parsed.program);
  Dependences dependences;
  const mlir::Value output = (*parsed.program.getBlock().getOps<ir::OutputOp>().begin()).getValue();
  EXPECT_EQ(dependences.stageOf(output, parsed.index("i")), 3u);
  EXPECT_EQ(dependences.stageOf(parsed.array("row").getValue(), parsed.index("i")), 0u);
}

TEST(Dependences, FindsReadsWithoutLookingIntoArrays) {
  ParsedProgram parsed(chain);
  ASSERT_TRUE(parsed.program);
  Dependences dependences;
  const llvm::SmallVector<ir::ReadOp> reads = dependences.arrayReads(parsed.array("share").getValue());
  ASSERT_EQ(reads.size(), 2u); // row and total, but not what row reads
  for (mlir::Operation *op : dependences.closure(parsed.array("share").getValue()))
    EXPECT_FALSE(llvm::isa<ir::ReduceOp>(op));
}

} // namespace
} // namespace mercer::scheduling
