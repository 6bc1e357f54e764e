#include "compiler/lowering/math/Families.h"

#include <limits>
#include <llvm/ADT/APInt.h>
#include <mlir/Dialect/SCF/IR/SCF.h>
#include <mlir/Dialect/Vector/IR/VectorOps.h>

using namespace mlir;

namespace mercer::lowering {

// Above this, multiples of the parts of pi / 2 are no longer exact.
static constexpr double exactLimit = 0x1p20;

// |x| <= exactLimit: subtracts n times pi / 2 in parts of 33 bits.
static QuarterTurns splitModerate(Formula &f, V x) {
  constexpr double parts[] = {0x1.921fb544p+0, 0x1.0b4611a6p-34, 0x1.3198a2e0p-69, 0x1.b839a252049c1p-104};
  V n = f.fma(x, 0x1.45f306dc9c883p-1, 0x1.8p52) - 0x1.8p52;
  V first = f.fma(n, -parts[0], x);
  if (f.narrow()) {
    // no f32 is so near a multiple that more digits matter
    V r = f.fma(n, -0x1.0b4611a626331p-34, first);
    return {n, {r, f.c(0.0)}};
  }
  Pair second = f.twoSum(first, n * -parts[1]);
  Pair third = f.twoSum(second.lo, n * -parts[2]);
  Pair sum = f.twoSum(second.hi, third.hi);
  return {n, f.fastTwoSum(sum.hi, sum.lo + f.fma(n, -parts[3], third.lo))};
}

namespace {

/// Integers of any width, for one value.
class Wide {
public:
  Wide(OpBuilder &builder, Location loc) : builder_(builder), loc_(loc) {}

  Value constant(const llvm::APInt &number) {
    return arith::ConstantOp::create(
        builder_, loc_, builder_.getIntegerAttr(builder_.getIntegerType(number.getBitWidth()), number));
  }
  Value constant(unsigned width, uint64_t number) { return constant(llvm::APInt(width, number)); }
  Value truncate(Value value, unsigned width) {
    return arith::TruncIOp::create(builder_, loc_, builder_.getIntegerType(width), value);
  }
  Value extend(Value value, unsigned width) {
    return arith::ExtUIOp::create(builder_, loc_, builder_.getIntegerType(width), value);
  }
  Value shiftLeft(Value value, Value count) { return arith::ShLIOp::create(builder_, loc_, value, count); }
  Value shiftRight(Value value, unsigned count) {
    return arith::ShRUIOp::create(builder_, loc_, value,
                                  constant(value.getType().getIntOrFloatBitWidth(), count));
  }
  Value toFloat(Value value) { return arith::UIToFPOp::create(builder_, loc_, builder_.getF64Type(), value); }

private:
  OpBuilder &builder_;
  Location loc_;
};

} // namespace

// Any finite |x| >= exactLimit of one lane: x 2 / pi from 192 of the bits of 2 / pi, those that matter
// modulo 4.
static QuarterTurns splitHuge(Formula &lane, V x) {
  constexpr unsigned digits = 1214, width = 1280, window = 192;
  static const char twoOverPi[] =
      "28be60db9391054a7f09d5f47d4d377036d8a5664f10e4107f9458eaf7aef1586dc91b8e909374b801924bba827464873f877a"
      "c72c4a69cf"
      "ba208d7d4baed1213a671c09ad17df904e64758e60d4ce7d272117e2ef7e4a0ec7fe25fff7816603fbcbc462d6829b47db4d9f"
      "b3c9f2c26d"
      "d3d18fd9a797fa8b5d49eeb1faf97c5ecf41ce7de294a4ba9afed7ec47e357421580cc11bf1edaea";
  static_assert(digits + 66 == width);
  OpBuilder &builder = lane.builder();
  Wide wide(builder, lane.loc());
  Value bits = lane.bits(lane.abs(x)).value;
  Value exponent = wide.shiftRight(bits, 52);
  Value fraction = arith::AndIOp::create(builder, lane.loc(), bits, wide.constant(64, 0xFFFFFFFFFFFFF));
  Value mantissa = arith::OrIOp::create(builder, lane.loc(), fraction, wide.constant(64, uint64_t(1) << 52));
  // |x| = mantissa 2^(exponent - 1075); the top of the shifted digits is worth 4 quarter turns per unit
  Value count = arith::SubIOp::create(builder, lane.loc(), exponent, wide.constant(64, 1075 - 64));
  Value shifted = wide.shiftLeft(wide.constant(llvm::APInt(width, twoOverPi, 16)), wide.extend(count, width));
  Value top = wide.truncate(wide.shiftRight(shifted, width - window), window);
  Value turns = arith::MulIOp::create(builder, lane.loc(), top, wide.extend(mantissa, window));
  // the nearest multiple, and what is missing to it as a signed number of 192 bits with 190 behind the point
  Value half = wide.constant(llvm::APInt::getOneBitSet(window, window - 3));
  Value rounded = arith::AddIOp::create(builder, lane.loc(), turns, half);
  Value n = wide.truncate(wide.shiftRight(rounded, window - 2), 64);
  V magnitude = lane.wrap(wide.toFloat(n));
  // moved up by half a turn, so that its words are not negative
  Value words = wide.truncate(rounded, window - 2);
  auto word = [&](unsigned from, unsigned size, double unit) {
    Value part = wide.truncate(wide.shiftRight(words, from), size);
    return lane.wrap(wide.toFloat(wide.extend(part, 64))) * unit;
  };
  V w0 = word(158, 32, 0x1p-32) - 0.5, w1 = word(126, 32, 0x1p-64), w2 = word(94, 32, 0x1p-96),
    w3 = word(62, 32, 0x1p-128);
  Pair first = lane.twoSum(w0, w1);
  Pair second = lane.twoSum(first.lo, w2);
  Pair sum = lane.twoSum(first.hi, second.hi);
  Pair f = lane.fastTwoSum(sum.hi, sum.lo + (second.lo + w3));
  constexpr double quarter = 0x1.921fb54442d18p+0, quarterLow = 0x1.1a62633145c07p-54;
  Pair r = lane.twoProduct(f.hi, quarter);
  r = lane.fastTwoSum(r.hi, lane.fma(f.hi, quarterLow, lane.fma(f.lo, quarter, r.lo)));
  V negative = lane.lt(x, 0.0);
  return {lane.select(negative, -magnitude, magnitude),
          {lane.select(negative, -r.hi, r.hi), lane.select(negative, -r.lo, r.lo)}};
}

static SmallVector<Value> values(const QuarterTurns &turns) {
  return {turns.n.value, turns.r.hi.value, turns.r.lo.value};
}

// Replaces the lanes beyond exactLimit one after the other.
static SmallVector<Value> replaceHuge(Formula &f, V x, const QuarterTurns &moderate) {
  OpBuilder &builder = f.builder();
  Location loc = f.loc();
  auto vector = dyn_cast<VectorType>(f.type());
  if (!vector)
    return values(splitHuge(f, x));
  auto index = [&](int64_t number) -> Value { return arith::ConstantIndexOp::create(builder, loc, number); };
  auto loop =
      scf::ForOp::create(builder, loc, index(0), index(vector.getNumElements()), index(1), values(moderate));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value at = loop.getInductionVar();
  auto extract = [&](Value from) -> Value {
    return vector::ExtractOp::create(builder, loc, from, ArrayRef<OpFoldResult>{at});
  };
  Formula lane(builder, loc, vector.getElementType(), f.target());
  V one = lane.wrap(extract(x.value));
  V huge = lane.ge(lane.abs(one), exactLimit);
  SmallVector<Value> results;
  for (auto [fresh, old] : llvm::zip(values(splitHuge(lane, one)), loop.getRegionIterArgs())) {
    V kept = lane.select(huge, lane.wrap(fresh), lane.wrap(extract(old)));
    results.push_back(vector::InsertOp::create(builder, loc, kept.value, old, ArrayRef<OpFoldResult>{at}));
  }
  scf::YieldOp::create(builder, loc, results);
  return llvm::to_vector(llvm::map_range(loop.getResults(), [](OpResult result) -> Value { return result; }));
}

QuarterTurns splitQuarterTurns(Formula &f, V x) {
  OpBuilder &builder = f.builder();
  Location loc = f.loc();
  QuarterTurns moderate = splitModerate(f, x);
  Value huge = f.ge(f.abs(x), exactLimit).value;
  if (isa<VectorType>(huge.getType()))
    huge = vector::ReductionOp::create(builder, loc, vector::CombiningKind::OR, huge);
  auto branch =
      scf::IfOp::create(builder, loc, TypeRange{f.type(), f.type(), f.type()}, huge, /*withElse=*/true);
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(branch.thenBlock());
    scf::YieldOp::create(builder, loc, replaceHuge(f, x, moderate));
    builder.setInsertionPointToStart(branch.elseBlock());
    scf::YieldOp::create(builder, loc, values(moderate));
  }
  V high = f.wrap(branch.getResult(1));
  V finite = f.lt(f.abs(x), std::numeric_limits<double>::infinity());
  high = f.select(finite, high, std::numeric_limits<double>::quiet_NaN());
  return {f.wrap(branch.getResult(0)), {high, f.wrap(branch.getResult(2))}};
}

} // namespace mercer::lowering
